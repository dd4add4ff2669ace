"""The control API answers this machine and the admin's token, never the page of another origin."""

from __future__ import annotations

import base64

import pytest

from mockserver.control.guard import Caller, Guard
from mockserver.errors import Refused
from tests.conftest import Build
from tests.mockserver.control.conftest import Control
from tests.support import bundled_settings

OURS = "http://127.0.0.1:4010"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": OURS}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "http://localhost:5173"}, 403),
        ({"Origin": "http://127.0.0.1:4011"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 403),
    ],
)
def test_no_page_of_another_origin_changes_anything(control: Control, headers: dict[str, str], status: int) -> None:
    """Whatever another page sends says so; and no answer invites it to read."""
    answer = control("POST", "/worlds/main/reset", headers=headers)
    assert answer.status == status
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_link_may_be_followed(control: Control) -> None:
    """From a page anywhere: looking changes nothing, and the page cannot read the answer."""
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert control("GET", "/worlds", headers=followed).status == 200
    assert control("GET", "/worlds", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}).status == 403


@pytest.mark.parametrize("path", ["/worlds/main/reset", "/worlds/main/faults", "/reset"])
@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_what_a_form_can_send_is_refused(control: Control, path: str, media: str) -> None:
    """A call that changes something is JSON, or says nothing at all."""
    assert control("POST", path, headers={"Content-Type": media}).status == 415
    assert control("POST", "/reset").status == 200


def _basic(text: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": "Bearer secret"}, 200),
        ({"Authorization": "bearer secret"}, 200),
        (_basic("anybody:secret"), 200),
        (_basic(":secret"), 200),
        ({}, 401),
        ({"Authorization": "Bearer other"}, 401),
        (_basic("secret:other"), 401),
        (_basic("secret"), 401),
        ({"Authorization": "Basic ?"}, 401),
        ({"Authorization": "Basic /w=="}, 401),
        ({"Authorization": "Digest secret"}, 401),
    ],
)
def test_the_admin_token_opens_the_surface(build: Build, headers: dict[str, str], status: int) -> None:
    """To other machines and by other names, with the token alone, which a browser asks its user for."""
    control = Control(build(bundled_settings(admin_token="secret")))
    answer = control("GET", "/worlds", headers={**headers, "Host": "mock.example"}, REMOTE_ADDR="203.0.113.9")
    assert answer.status == status
    assert ("www-authenticate" in answer.headers) is (status == 401)
    assert status == 200 or "ADMIN_TOKEN" in answer.json["detail"]


def test_the_admin_token_is_not_asked_of_this_machine_and_admits_no_other_origin(build: Build) -> None:
    """It is for strangers; a page elsewhere stays outside, whatever the browser sends along."""
    control = Control(build(bundled_settings(admin_token="secret")))
    assert control("GET", "/worlds").status == 200
    foreign = {**_basic(":secret"), "Origin": "https://evil.example"}
    assert control("GET", "/worlds", headers=foreign, REMOTE_ADDR="203.0.113.9").status == 403


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_the_admin_token_is_asked_of_whoever_comes_through_a_proxy(build: Build, name: str) -> None:
    """The proxy is on this machine, its client may not be; without a token, nothing could be asked of it."""
    forwarded = {name: "203.0.113.9"}
    control = Control(build(bundled_settings(admin_token="secret")))
    assert control("GET", "/worlds", headers=forwarded).status == 401
    assert control("GET", "/worlds", headers={**forwarded, "Authorization": "Bearer secret"}).status == 200
    assert Control(build(bundled_settings()))("GET", "/worlds", headers=forwarded).status == 200


@pytest.mark.parametrize(
    "host", ["localhost:1.evil.example", "127.0.0.1:80@evil.example", "127.0.0.1.evil.example", "[::1].evil.example"]
)
def test_a_host_is_read_strictly(control: Control, host: str) -> None:
    """What only begins like a name of this machine may be any name that leads to it (DNS rebinding)."""
    answer = control("GET", "/worlds", headers={"Host": host})
    assert (answer.status, host in answer.json["detail"]) == (403, True)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:4010", "127.0.0.2:1", "[::1]:4010", "[::1]"])
def test_the_names_of_this_machine_are_known(control: Control, host: str) -> None:
    """With a port or without."""
    assert control("GET", "/worlds", headers={"Host": host}).status == 200


def _admitted(guard: Guard, token: str, peer: str = "203.0.113.9") -> int:
    """The status of a caller with a token; 200 where it is admitted."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    try:
        guard.admit(Caller("GET", peer, "127.0.0.1", headers), "secret")
    except Refused as refused:
        return refused.status
    return 200


def test_whoever_guesses_the_admin_token_has_to_wait() -> None:
    """Twenty wrong ones within a minute; then a right one doesn't help either. Others, and none, don't count."""
    now = [1000.0]
    guard = Guard(lambda: now[0])
    assert [_admitted(guard, token) for token in ["wrong"] * 19 + ["", "secret"]] == [401] * 20 + [200]
    assert [_admitted(guard, token) for token in ["wrong"] * 20 + ["secret", "", "wrong"]] == [401] * 20 + [429] * 3
    with pytest.raises(Refused) as caught:
        guard.admit(Caller("GET", "203.0.113.9", "127.0.0.1", {}), "secret")
    assert caught.value.headers == (("Retry-After", "60"),)
    assert _admitted(guard, "secret", "203.0.113.10") == 200
    assert _admitted(guard, "", "127.0.0.1") == 200
    now[0] += 60
    assert _admitted(guard, "secret") == 200


def test_a_client_has_one_network_of_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of IPv6; and no more peers are remembered than memory is meant for."""
    guard = Guard(lambda: 0.0)
    assert {_admitted(guard, "wrong", f"2001:db8::{number:x}") for number in range(20)} == {401}
    assert _admitted(guard, "secret", "2001:db8::ffff") == 429
    assert _admitted(guard, "secret", "2001:db8:0:1::1") == 200
    monkeypatch.setattr("mockserver.control.guard._MOST_PEERS", 5)
    for number in range(50):
        _admitted(guard, "wrong", f"198.51.100.{number}")
    assert len(guard._wrong) == 5


def test_without_a_token_the_refusal_says_how_to_open(control: Control) -> None:
    """`--admin-token`."""
    refused = control("GET", "/worlds", REMOTE_ADDR="203.0.113.9")
    assert (refused.status, "--admin-token" in refused.json["detail"]) == (403, True)
