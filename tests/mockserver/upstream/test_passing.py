"""What passes to a backend and back: the answer as it is, with what breaks the contract named."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from mockserver.exchange.faults import Armed, Delay, Rule
from mockserver.messages import Request
from tests.mockserver.upstream.scripted import Came, Scripted, answer
from tests.support import Ask

DEVICE = {
    "id": "7b0e4c1e-9c0e-4a4f-9d39-6f1f3c1f0001",
    "userId": "3f1c2a9e-5d2b-4a7e-8c11-0d9e6b7a0001",
}
Beside = Callable[..., Ask]


def test_an_answer_passes_unchanged(beside: Beside, backend: Scripted) -> None:
    """Status, body and headers are the backend's; the request arrives with its query, token and body."""
    backend.answers["/devices/trust"] = answer(b'{"success":  true}', "418 I'm a teapot", "application/json", "X-A: 1")
    given = beside()("POST", "/devices/trust", json={"fingerprint": "x"}, query="a=%20b&a=c")
    assert (given.status, given.body, given.headers["x-a"]) == (418, b'{"success":  true}', "1")
    (came,) = backend.came
    assert (came.method, came.path, came.body) == ("POST", "/devices/trust?a=%20b&a=c", b'{"fingerprint": "x"}')
    assert came.headers["authorization"] == "Bearer alice-token"
    assert came.headers["host"] == backend.url.removeprefix("http://")


def test_violations_of_both_sides_are_named(beside: Beside, backend: Scripted) -> None:
    """In a header as JSON, and in the journal: what the client sent wrongly, and what the backend answered wrongly."""
    backend.answers["*"] = answer({"success": "yes"}, "200 OK", "application/json")
    ask = beside()
    given = ask("POST", "/devices/trust", json={"fingerprint": 5})
    listed = json.loads(given.headers["mock-violations"])
    places = [one["place"] for one in listed]
    assert places[0] == "request.body.fingerprint"
    assert "response.body.success" in places
    (entry,) = ask.engine.journal.entries("main")
    assert (entry.verdict, entry.by, [one.place for one in entry.violations]) == ("broken", "backend", places)
    assert "the backend's answer breaks the contract" in entry.reason


def test_a_sound_exchange_has_no_violations(beside: Beside, backend: Scripted) -> None:
    """The header is left out, and the journal has the body."""
    backend.answers["*"] = answer({"success": True, "devices": []})
    ask = beside()
    given = ask("GET", "/devices")
    assert (given.status, "mock-violations" in given.headers) == (200, False)
    assert given.headers["mock-by"] == 'backend; why="no rule names the operation"'
    (entry,) = ask.engine.journal.entries("main")
    assert (entry.verdict, entry.answer.body) == ("kept", given.body)


def test_a_wrong_request_that_the_backend_refuses_is_the_client_s(beside: Beside, backend: Scripted) -> None:
    """Its verdict is `refused`; one that is accepted is `broken`."""
    refusal = answer({"success": False, "error": {"code": "X", "message": "no"}}, "401 Unauthorized")
    backend.answers["*"] = refusal
    ask = beside()
    ask("GET", "/devices", None)
    backend.answers["*"] = answer({"success": True, "devices": []})
    ask("GET", "/devices", None)
    first, second = ask.engine.journal.entries("main")
    assert [one.place for one in second.violations] == ["request.security"]
    assert (first.verdict, second.verdict) != ("kept", "kept")
    assert second.verdict == "broken"


def test_fail_replaces_an_answer_that_breaks_the_contract(beside: Beside, backend: Scripted) -> None:
    """By a problem with status 502 that names the places."""
    backend.answers["*"] = answer({"devices": []})
    given = beside(fail=True)("GET", "/devices")
    assert given.status == 502
    assert given.json["validation"][0]["location"] == "response.body.success"
    backend.answers["*"] = answer({"success": True, "devices": []})
    assert beside(fail=True)("GET", "/devices").status == 200


@pytest.mark.parametrize("coding", ["gzip", "x-gzip"])
def test_a_compressed_body_is_checked_decoded_and_passes_as_it_came(
    beside: Beside, backend: Scripted, coding: str
) -> None:
    """The journal has it decoded."""
    packed = gzip.compress(b'{"success":true,"devices":5}')
    backend.answers["*"] = answer(packed, "200 OK", "application/json", f"Content-Encoding: {coding}")
    ask = beside()
    given = ask("GET", "/devices")
    assert (given.body, given.headers["content-encoding"]) == (packed, coding)
    assert json.loads(given.headers["mock-violations"])[0]["place"] == "response.body.devices"
    (entry,) = ask.engine.journal.entries("main")
    assert entry.answer.body == b'{"success":true,"devices":5}'


def test_a_bomb_is_not_unpacked(beside: Beside, backend: Scripted) -> None:
    """It passes as it came, with a note that it isn't checked."""
    bomb = gzip.compress(bytes(20_000_000))
    backend.answers["*"] = answer(bomb, "200 OK", "application/json", "Content-Encoding: gzip")
    given = beside()("GET", "/devices")
    assert given.body == bomb
    assert "isn't checked" in given.headers["mock-by"]


def test_headers_of_one_connection_do_not_pass(beside: Beside, backend: Scripted) -> None:
    """Neither way, with those that `Connection` names; nor do those that steer the mock."""
    own = ("Connection: X-Hop", "X-Hop: 1", "Keep-Alive: timeout=5", "Upgrade: h2c", "X-Kept: 1")
    backend.answers["*"] = answer({"success": True, "devices": []}, "200 OK", "application/json", *own)
    sent = {"connection": "x-mine, close", "x-mine": "1", "te": "trailers", "mock-world": "w", "x-other": "2"}
    cookies = {"cookie": "a=1; mock_world=w; b=2", "proxy-authorization": "Basic eDp5"}
    given = beside()("GET", "/devices", headers={**sent, **cookies})
    assert not {"x-hop", "keep-alive", "upgrade", "connection"} & given.headers.keys()
    assert given.headers["x-kept"] == "1"
    (came,) = backend.came
    assert not {"x-mine", "te", "mock-world", "proxy-authorization", "connection"} & came.headers.keys()
    assert (came.headers["cookie"], came.headers["x-other"]) == ("a=1; b=2", "2")


def test_addresses_of_the_backend_become_the_mock_s(beside: Beside, backend: Scripted) -> None:
    """In `Location` and cookies, without the base path of the backend; redirects are passed, not followed."""
    lines = (f"Location: {backend.url}/api/x?y=1", "Set-Cookie: s=1; Domain=127.0.0.1; Path=/api; HttpOnly")
    backend.answers["*"] = answer(b"", "302 Found", "text/plain", *lines)
    given = beside(url=f"{backend.url}/api")("GET", "/devices", headers={"host": "localhost:4010"})
    assert (given.status, given.headers["location"]) == (302, "http://localhost:4010/x?y=1")
    assert given.headers["set-cookie"] == "s=1; Path=/; HttpOnly"
    assert [came.path for came in backend.came] == ["/api/devices"]


def test_paths_that_the_contract_does_not_know_pass(beside: Beside, backend: Scripted) -> None:
    """They are named as such in front of a backend, and not where they alone are passed on."""
    backend.answers["/old"] = answer({"old": True})
    given = beside()("GET", "/old")
    assert (given.json, "mock-violations" in given.headers) == ({"old": True}, True)
    ask = beside(first=False)
    given = ask("GET", "/old")
    assert (given.json, "mock-violations" in given.headers) == ({"old": True}, False)
    assert ask("GET", "/devices").headers["mock-by"].startswith("mock;")


def test_every_origin_may_ask(beside: Beside, backend: Scripted) -> None:
    """The mock answers preflights, and replaces what the backend allows; OPTIONS alone is asked of the backend in front
    of which the mock stands."""
    own = ("Access-Control-Allow-Origin: https://prod.example", "Vary: Accept")
    backend.answers["*"] = answer({"success": True, "devices": []}, "200 OK", "application/json", *own)
    ask, page = beside(), {"origin": "http://localhost:5173"}
    given = ask("GET", "/devices", headers=page)
    assert given.headers["access-control-allow-origin"] == "http://localhost:5173"
    assert given.headers["vary"] == "Accept, Origin"
    assert ask("OPTIONS", "/devices", headers={**page, "access-control-request-method": "GET"}).status == 204
    assert [came.method for came in backend.came] == ["GET"]
    ask("OPTIONS", "/devices")
    assert [came.method for came in backend.came] == ["GET", "OPTIONS"]
    assert beside(first=False)("OPTIONS", "/devices").headers["allow"] == "GET, HEAD, OPTIONS"
    assert len(backend.came) == 2


def test_delays_and_slow_bodies_are_in_front_of_the_backend(beside: Beside, backend: Scripted) -> None:
    """A fault that doesn't answer itself disturbs the backend's answer; one that cuts a body cuts a decoded one."""
    packed = gzip.compress(b'{"success":true,"devices":[]}')
    backend.answers["*"] = answer(packed, "200 OK", "application/json", "Content-Encoding: gzip")
    ask = beside()
    rules = (Rule(delay=Delay(fixed=5), slow=10_000, times=1), Rule(body="malformed", nth=2))
    ask.engine.store.update("main", lambda world: replace(world, faults=tuple(map(Armed, rules))))
    request = Request("GET", "/devices", headers={"authorization": "Bearer x"})
    late = ask.engine.pipeline.respond(request)
    assert late.transport is not None
    assert (late.body, late.transport.delay, late.transport.rate) == (packed, 5, 10_000)
    broken = ask("GET", "/devices")
    assert (broken.body, "content-encoding" in broken.headers) == (b'{"success":tru', False)


def test_websockets_are_refused_and_http2_is_not_taken(beside: Beside, backend: Scripted) -> None:
    """`Upgrade: websocket` gets a 501; `h2c`, which some clients offer always, is ignored."""
    ask = beside()
    offer = {"connection": "Upgrade", "upgrade": "websocket"}
    assert ask("GET", "/devices", headers=offer).status == 501
    backend.answers["*"] = answer({"success": True, "devices": []})
    assert ask("GET", "/devices", headers={"connection": "Upgrade, HTTP2-Settings", "upgrade": "h2c"}).status == 200
    assert len(backend.came) == 1


def test_faults_wishes_and_clocks_come_before_the_backend(beside: Beside, backend: Scripted) -> None:
    """`Prefer: code=` and a fault answer in its place; the world's clock is in `Date`."""
    backend.answers["*"] = answer({"success": True, "devices": []}, "200 OK", "application/json", "Date: then")
    ask = beside()
    assert ask("GET", "/devices", headers={"prefer": "code=401"}).status == 401
    assert not backend.came
    delayed = ask("GET", "/devices", headers={"mock-delay": "1ms"})
    assert (delayed.status, delayed.headers["date"]) == (200, "then")


def test_a_request_is_not_passed_on_forever(beside: Beside, backend: Scripted) -> None:
    """A mock whose backend is itself answers 508 after a few rounds."""
    via = ", ".join(["1.1 mockserver"] * 6)
    assert beside()("GET", "/devices", headers={"via": via}).status == 508
    assert not backend.came


def test_head_has_the_length_of_its_body(beside: Beside, backend: Scripted) -> None:
    """And isn't said to lack one."""
    backend.answers["*"] = answer({"success": True, "devices": []}).partition(b"{")[0]
    given = beside()("HEAD", "/devices")
    assert (given.status, given.body, "mock-violations" in given.headers) == (200, b"", False)


def test_idempotent_requests_survive_a_connection_that_ends(beside: Beside, backend: Scripted) -> None:
    """A kept connection that the backend closes is replaced."""
    backend.answers["*"] = answer({"success": True, "devices": []})
    ask = beside()
    before = backend.connections
    for _ in range(3):
        assert ask("GET", "/devices").status == 200
    assert backend.connections == before + 1

    def closing(_: Came) -> list[bytes]:
        raise OSError

    backend.answers["*"] = closing
    assert ask("GET", "/devices").status == 502
