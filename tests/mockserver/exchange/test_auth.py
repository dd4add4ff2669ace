"""Who may call, and into which world."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.operations.operation import Operation, SecurityScheme
from mockserver.errors import Refused
from mockserver.exchange.auth import Auth
from mockserver.exchange.steering import UNSTEERED, read_steering
from mockserver.messages import Request
from mockserver.settings import AuthMode
from mockserver.state.users import User

ANN, BOB = User("ann", "ann-token", "u1"), User("bob", "bob:secret", "u2")
SCHEMES = {
    "bearer": SecurityScheme("bearer", "bearer"),
    "basic": SecurityScheme("basic", "basic"),
    "key": SecurityScheme("key", "apiKey", "header", "X-Key"),
    "query": SecurityScheme("query", "apiKey", "query", "key"),
    "cookie": SecurityScheme("cookie", "apiKey", "cookie", "sid"),
    "digest": SecurityScheme("digest", "digest"),
    "tls": SecurityScheme("tls", "mutualTLS"),
}
BASIC_BOB = "Basic " + base64.b64encode(b"bob:secret").decode()


def _operation(*alternatives: str) -> Operation:
    """An operation whose security is these alternatives, each a list of schemes."""
    return Operation("op", "GET", "/", security=tuple(frozenset(alternative.split()) for alternative in alternatives))


def _admit(
    security: tuple[str, ...], *, mode: AuthMode = "enforce", query: str = "", users: Any = (ANN, BOB), **headers: str
) -> Any:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    auth = Auth(SCHEMES, users, mode)
    request = Request("GET", "/", query, sent)
    first = auth.admit(_operation(*security), request, read_steering(request))
    assert auth.admit(_operation(*security), request, read_steering(request)) == first  # remembered alike
    return first


@pytest.mark.parametrize(
    ("security", "sent", "name"),
    [
        ("bearer", {"authorization": "Bearer ann-token"}, "ann"),
        ("bearer", {"authorization": "bearer  ann-token "}, "ann"),
        ("bearer", {"authorization": "BEARER ann-token"}, "ann"),
        ("basic", {"authorization": BASIC_BOB}, "bob"),
        ("key", {"x_key": "ann-token"}, "ann"),
        ("query", {"query": "a=1&key=bob%3Asecret"}, "bob"),
        ("cookie", {"cookie": "theme=dark; sid=ann-token"}, "ann"),
    ],
)
def test_a_token_names_its_user(security: str, sent: Any, name: str) -> None:
    """Wherever the scheme puts it; the word of the scheme is read without case."""
    caller = _admit((security,), **sent)
    assert (caller.name, caller.world) == (name, "main")
    assert caller.fields == {"id": {"ann": "u1", "bob": "u2"}[name], "name": name, "world": "main"}


@pytest.mark.parametrize(
    ("security", "sent", "challenge"),
    [
        ("bearer", {}, 'Bearer realm="mock"'),
        ("bearer", {"authorization": ""}, 'Bearer realm="mock"'),
        ("bearer", {"authorization": "Bearer"}, 'Bearer realm="mock", error="invalid_token"'),
        ("bearer", {"authorization": "Bearer "}, 'Bearer realm="mock", error="invalid_token"'),
        ("bearer", {"authorization": "Bearer nobody"}, 'Bearer realm="mock", error="invalid_token"'),
        ("bearer", {"authorization": "Bearer ANN-TOKEN"}, 'Bearer realm="mock", error="invalid_token"'),
        ("bearer", {"authorization": BASIC_BOB}, 'Bearer realm="mock", error="invalid_token"'),
        ("bearer", {"authorization": "ann-token"}, 'Bearer realm="mock", error="invalid_token"'),
        ("basic", {}, 'Basic realm="mock"'),
        ("basic", {"authorization": "Basic ???"}, 'Basic realm="mock"'),
        ("basic", {"authorization": "Basic " + base64.b64encode(b"bob").decode()}, 'Basic realm="mock"'),
        ("basic", {"authorization": "Basic " + base64.b64encode(b"\xff:\xff").decode()}, 'Basic realm="mock"'),
        ("basic", {"authorization": "Basic " + base64.b64encode(b"bob:wrong").decode()}, 'Basic realm="mock"'),
        ("key", {}, 'ApiKey realm="mock"'),
        ("key", {"x_key": "nobody"}, 'ApiKey realm="mock"'),
        ("key", {"authorization": "Bearer ann-token"}, 'ApiKey realm="mock"'),
        ("query", {"query": "key="}, 'ApiKey realm="mock"'),
        ("query", {"query": "other=ann-token"}, 'ApiKey realm="mock"'),
        ("cookie", {"cookie": "sid2=ann-token"}, 'ApiKey realm="mock"'),
        ("cookie", {"cookie": "\x00;;=="}, 'ApiKey realm="mock"'),
    ],
)
def test_without_a_known_credential_there_is_a_challenge(security: str, sent: Any, challenge: str) -> None:
    """401 with WWW-Authenticate (RFC 9110); a wrong bearer token is named in the challenge (RFC 6750)."""
    with pytest.raises(Refused) as caught:
        _admit((security,), **sent)
    assert caught.value.status == 401
    assert caught.value.headers == (("WWW-Authenticate", challenge),)


@given(st.text(max_size=40))
def test_no_text_gets_in_by_chance(text: str) -> None:
    """Whatever stands in the header, only a user's token admits."""
    for word in ("", "Bearer ", "Basic "):
        request = Request("GET", "/", headers={"authorization": word + text})
        token, status = "", 0
        try:
            token = Auth(SCHEMES, (ANN,)).admit(_operation("bearer", "basic"), request, UNSTEERED).name + "-token"
        except Refused as refused:
            status = refused.status
        assert status in (400, 401) or (word + text).split(maxsplit=1)[1].strip().partition("~")[0] == token


@pytest.mark.parametrize(
    ("sent", "admitted"),
    [
        ({"authorization": "Bearer ann-token", "x_key": "ann-token"}, True),
        ({"authorization": "Bearer ann-token"}, False),
        ({"x_key": "ann-token"}, False),
        ({"authorization": "Bearer ann-token", "x_key": "nobody"}, False),
        ({}, False),
    ],
)
def test_all_schemes_of_an_alternative_must_be_met(sent: Any, admitted: bool) -> None:
    """AND: one of two is not enough."""
    if admitted:
        assert _admit(("bearer key",), **sent).name == "ann"
    else:
        with pytest.raises(Refused):
            _admit(("bearer key",), **sent)


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ({"authorization": "Bearer ann-token"}, "ann"),
        ({"x_key": "bob:secret"}, "bob"),
        ({"authorization": "Bearer nobody", "x_key": "bob:secret"}, "bob"),
        ({"authorization": "Bearer nobody"}, None),
        ({}, None),
    ],
)
def test_one_alternative_is_enough(sent: Any, name: str | None) -> None:
    """OR: the first alternative that matches admits; when none does, the wrong credential comes first."""
    if name:
        assert _admit(("bearer", "key"), **sent).name == name
        return
    with pytest.raises(Refused) as caught:
        _admit(("bearer", "key"), **sent)
    assert ("invalid_token" in caught.value.headers[0][1]) is bool(sent)


@pytest.mark.parametrize("security", [("", "bearer"), ("bearer", "")])
@pytest.mark.parametrize(
    ("sent", "name"),
    [({"authorization": "Bearer bob:secret"}, "bob"), ({}, "ann"), ({"authorization": "Bearer nobody"}, "ann")],
)
def test_optional_security_knows_who_says_so(security: tuple[str, ...], sent: Any, name: str) -> None:
    """`{}` among the alternatives lets anybody in as the first user, but a user's own token names that user."""
    assert _admit(security, **sent).name == name


def test_an_operation_without_security_asks_nobody() -> None:
    """Everybody is the first user there; without users, every caller sees all records."""
    assert _admit(()).name == "ann"
    caller = _admit((), users=())
    assert (caller.name, caller.fields["id"]) == ("anyone", None)


@pytest.mark.parametrize("token", ["anything", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln", "bob:secret"])
def test_any_takes_every_credential_as_the_first_user(token: str) -> None:
    """`--auth any`: a real app sends real tokens; one must be sent, by the scheme of the contract."""
    assert _admit(("bearer",), mode="any", authorization=f"Bearer {token}").name == "ann"
    for sent in ({}, {"authorization": "Basic eA=="}, {"authorization": "Bearer "}):
        with pytest.raises(Refused):
            _admit(("bearer",), mode="any", **sent)


def test_off_asks_nobody() -> None:
    """`--auth off`: no credential, a wrong one, all the same."""
    assert _admit(("bearer",), mode="off").name == "ann"
    assert _admit(("bearer",), mode="off", authorization="Bearer nobody").name == "ann"


def test_without_users_any_credential_will_do() -> None:
    """A mock without fixtures still wants the scheme to be followed."""
    assert _admit(("bearer",), users=(), authorization="Bearer x").name == "anyone"
    with pytest.raises(Refused):
        _admit(("bearer",), users=())


@pytest.mark.parametrize(
    ("sent", "world"),
    [
        ({"authorization": "Bearer ann-token~w1"}, "w1"),
        ({"authorization": "Bearer ann-token~a~b"}, "a~b"),
        ({"authorization": "Bearer ann-token~"}, "main"),
        ({"authorization": "Bearer ann-token", "mock_world": "w2"}, "w2"),
        ({"authorization": "Bearer ann-token", "cookie": "mock_world=w3"}, "w3"),
        ({"authorization": "Bearer ann-token~w1", "mock_world": "w2"}, "w1"),
        ({"authorization": "Bearer ann-token", "mock_world": "w2", "cookie": "mock_world=w3"}, "w2"),
    ],
)
def test_a_world_is_named_by_token_header_or_cookie(sent: Any, world: str) -> None:
    """The token's suffix first, then the header `Mock-World`, then the cookie `mock_world`."""
    caller = _admit(("bearer",), **sent)
    assert (caller.name, caller.world, caller.fields["world"]) == ("ann", world, world)


@pytest.mark.parametrize("world", ["x" * 101, "a\nb", "a\x00b"])
def test_a_name_that_is_no_world_s_is_refused(world: str) -> None:
    """At most 100 printable characters."""
    with pytest.raises(Refused) as caught:
        _admit(("bearer",), authorization="Bearer ann-token", mock_world=world)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("security", "sent", "words"),
    [
        (("bearer", "basic"), {}, ["Bearer", "Basic"]),
        (("basic bearer",), {}, ["Basic", "Bearer"]),
        (("key", "query", "bearer"), {}, ["ApiKey", "Bearer"]),
        (("bearer", "basic"), {"authorization": "Basic eDp5"}, ["Basic", "Bearer"]),
        (("digest",), {"authorization": "Bearer ann-token"}, ["Digest"]),
        (("digest tls",), {}, ["Digest"]),
    ],
)
def test_a_401_shows_every_way_in(security: tuple[str, ...], sent: Any, words: list[str]) -> None:
    """One challenge for each scheme, that of the credential that was refused first."""
    with pytest.raises(Refused) as caught:
        _admit(security, **sent)
    assert {name for name, _ in caught.value.headers} == {"WWW-Authenticate"}
    assert [value.partition(" ")[0] for _, value in caught.value.headers] == words


def test_http_schemes_of_other_names_ask_for_their_word() -> None:
    """Digest and its like are checked for presence and form; mutual TLS is a matter of the connection."""
    credentials = 'username="", realm="", nonce="", uri="", response=""'
    assert _admit(("digest",), users=(), authorization=f"Digest {credentials}").name == "anyone"
    with pytest.raises(Refused, match="digest credentials must have"):
        _admit(("digest",), users=(), authorization='Digest username=""')
    assert _admit(("tls",), users=()).name == "anyone"


def _sizes(auth: Auth) -> int:
    return sum(len(credential or "") for callers in auth._known.values() for credential in callers)


def test_what_is_remembered_of_credentials_is_bounded_in_bytes() -> None:
    """However many there are, and however long; all are admitted alike."""
    auth, operation = Auth(SCHEMES, (ANN,), "any", memory=100_000), _operation("bearer")
    for number in range(500):
        for length in (10, 1_000, 50_000):
            request = Request("GET", "/", headers={"authorization": f"Bearer {number}" + "x" * length})
            assert auth.admit(operation, request, UNSTEERED).name == "ann"
            assert _sizes(auth) <= 100_000
    assert _sizes(auth) > 1_000
