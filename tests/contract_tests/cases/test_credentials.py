"""Credentials of every kind reach the service where the contract says, alone and together, and only there."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.contract_tests.cases.running import api, command, get, ok, run, thing
from tests.contract_tests.small import Asked, Reply, Table, serving

KEY = "k3y-of-ann"
PAIR = "ann:s3cret-pw"
SCHEMES: dict[str, Any] = {
    "inHeader": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
    "inQuery": {"type": "apiKey", "in": "query", "name": "api_key"},
    "inCookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "basic": {"type": "http", "scheme": "basic"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "oauth": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://idp.example", "scopes": {}}}},
    "certificate": {"type": "mutualTLS"},
}


def given(asked: Asked) -> dict[str, str]:
    """What a request has for each scheme."""
    cookies = dict(part.strip().partition("=")[::2] for part in asked.headers.get("Cookie", "").split(";"))
    kind, _, value = asked.headers.get("Authorization", "").partition(" ")
    found = {
        "inHeader": asked.headers.get("X-Api-Key", ""),
        "inQuery": dict(parse_qsl(asked.query)).get("api_key", ""),
        "inCookie": cookies.get("sid", ""),
        "basic": base64.b64decode(value).decode("latin-1") if kind == "Basic" and len(value) % 4 == 0 else "",
        "bearer": value if kind == "Bearer" else "",
    }
    return {name: value for name, value in found.items() if value}


class Guarded(Table):
    """Two reads; each wants one of several sets of credentials, and no others beside it."""

    def __init__(self, *wanted: dict[str, str], forgets: str = "") -> None:
        super().__init__({"GET /things": Reply(200, [{"id": "t1"}]), "GET /things/t1": Reply(200, {"id": "t1"})})
        self.wanted, self.forgets = wanted, forgets

    def answer(self, asked: Asked) -> Reply:
        has = {name: value for name, value in given(asked).items() if name != self.forgets}
        wanted = [{name: value for name, value in one.items() if name != self.forgets} for one in self.wanted]
        return super().answer(asked) if has in wanted else Reply(401, {"error": "who?"})


def contract(*security: tuple[str, ...]) -> dict[str, Any]:
    """The contract of two reads with these alternatives of schemes."""
    named = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    refused = {
        status: {"description": "Refused", "content": {"application/json": {"schema": thing(error={"type": "string"})}}}
        for status in ("401", "404")
    }
    one = thing(id={"type": "string"})
    paths = {
        "/things": get("listThings", {**ok({"type": "array", "items": one}), **refused}),
        "/things/{id}": get("getThing", {**ok(one), **refused}, named),
    }
    used = {name: SCHEMES[name] for names in security for name in names}
    alternatives: list[dict[str, list[str]]] = [{name: [] for name in names} for names in security]
    return api(paths, security=alternatives, openapi="3.1.0", components={"securitySchemes": used})


@pytest.mark.parametrize(
    ("scheme", "as_given", "secret"),
    [("inHeader", KEY, KEY), ("inQuery", KEY, KEY), ("inCookie", KEY, KEY), ("bearer", KEY, KEY), ("oauth", KEY, KEY),
     ("basic", PAIR, PAIR), ("basic", base64.b64encode(PAIR.encode()).decode(), PAIR)],
)  # fmt: skip
def test_a_credential_travels_as_its_scheme_says(scheme: str, as_given: str, secret: str, tmp_path: Path) -> None:
    """The token opens every kind of lock, and no report shows it."""
    service = Guarded({"bearer" if scheme == "oauth" else scheme: secret})
    ran = run(service, contract((scheme,)), tmp_path, "--token", as_given, "--suite", "access")
    assert (ran.code, ran.broken()) == (0, [])
    assert ran.outcome("without_credentials") == ran.outcome("wrong_credentials") == "kept"
    assert not any(word in text for text in (ran.printed, *ran.texts) for word in (as_given, secret, "s3cret"))


APP = ["--credential", "inHeader=id-of-app", "--credential", "inQuery=key-of-app"]


def test_several_credentials_have_a_value_each(tmp_path: Path) -> None:
    """Together they open, and nothing is missed by their number."""
    service = Guarded({"inHeader": "id-of-app", "inQuery": "key-of-app"})
    ran = run(service, contract(("inHeader", "inQuery", "certificate")), tmp_path, *APP, "--suite", "access")
    assert (ran.code, ran.broken()) == (0, [])
    assert not any("of-app" in text for text in (ran.printed, *ran.texts))


def test_a_service_that_forgets_one_of_them_is_found(tmp_path: Path) -> None:
    """By a call that lacks it, and by one in which it is wrong."""
    service = Guarded({"inHeader": "id-of-app", "inQuery": "key-of-app"}, forgets="inQuery")
    ran = run(service, contract(("inHeader", "inQuery")), tmp_path, *APP, "--suite", "access")
    expected = {said for _, said, _ in ran.broken()}
    assert ran.code == 1
    assert any("without credentials (inQuery)" in said for said in expected)
    assert any("with a wrong credential" in said for said in expected)


def test_the_alternative_is_used_that_credentials_are_given_for(tmp_path: Path) -> None:
    """Not the first one, where values are named for another."""
    service = Guarded({"bearer": KEY}, {"inHeader": "id-of-app", "inQuery": "key-of-app"})
    document = contract(("bearer",), ("inHeader", "inQuery"))
    assert run(service, document, tmp_path, *APP, "--suite", "access").code == 0
    assert run(service, document, tmp_path, "--token", KEY, "--suite", "access").code == 0


EITHER = ["--token", KEY, "--credential", "inHeader=id-of-app", "--suite", "access"]


def test_each_of_two_alternatives_is_tried(tmp_path: Path) -> None:
    """One by itself opens, and a wrong value of either does not."""
    service = Guarded({"bearer": KEY}, {"inHeader": "id-of-app"})
    ran = run(service, contract(("bearer",), ("inHeader",)), tmp_path, *EITHER)
    assert (ran.code, ran.broken(), ran.outcome("alternative_credentials")) == (0, [], "kept")


class AnyBearer(Guarded):
    """Any bearer token opens."""

    def answer(self, asked: Asked) -> Reply:
        return Table.answer(self, asked) if "bearer" in given(asked) else super().answer(asked)


def test_the_alternative_that_takes_anything_is_named(tmp_path: Path) -> None:
    """Though the calls of the run carry another credential."""
    ran = run(AnyBearer({"inHeader": "id-of-app"}), contract(("bearer",), ("inHeader",)), tmp_path, *EITHER)
    assert ran.code == 1
    assert any("with a wrong credential (bearer)" in said for _, said, _ in ran.broken())


def test_an_alternative_that_is_never_taken_is_named(tmp_path: Path) -> None:
    """A token that is right, where the contract says that it is enough."""
    ran = run(Guarded({"inHeader": "id-of-app"}), contract(("bearer",), ("inHeader",)), tmp_path, *EITHER)
    assert ran.code == 1
    assert any("to take bearer by itself" in said for _, said, _ in ran.broken())


def test_a_scheme_that_the_contract_does_not_have_is_an_error(tmp_path: Path) -> None:
    """With the names that it has."""
    ran = run(Guarded({}), contract(("inHeader",)), tmp_path, "--credential", "inHaeder=x")
    assert ran.code == 2
    assert "no security scheme 'inHaeder' (known: inHeader)" in ran.printed


def test_the_password_of_the_address_is_that_of_the_contract(tmp_path: Path) -> None:
    """Where the contract knows Basic: calls without credentials have none, though the address has some."""
    spec = tmp_path / "api.json"
    spec.write_text(json.dumps(contract(("basic",))))
    with serving(Guarded({"basic": PAIR})) as url:
        target = url.replace("://", f"://{PAIR}@")
        flags = ["--target", target, "--spec", str(spec), "--suite", "access"]
        ran = command(*flags, report=tmp_path / "report")
    assert (ran.code, ran.broken(), ran.outcome("without_credentials")) == (0, [], "kept")
    assert not any("s3cret" in text for text in (ran.printed, *ran.texts))


@pytest.mark.parametrize(("scheme", "code"), [("bearer", 2), ("inHeader", 3)])
def test_a_password_and_a_token_need_a_header_each(scheme: str, code: int, tmp_path: Path) -> None:
    """Both in Authorization are wrong usage; beside a key in another header the password of a gateway may stand."""
    spec = tmp_path / "api.json"
    spec.write_text(json.dumps(contract((scheme,))))
    flags = ["--target", f"http://{PAIR}@127.0.0.1:9", "--spec", str(spec), "--token", KEY]
    ran = command(*flags, report=tmp_path / "report")
    assert (ran.code, "same header" in ran.printed) == (code, code == 2)
