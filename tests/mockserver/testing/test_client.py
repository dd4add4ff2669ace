"""The client of a running mock server: one call each for what a test wants of its world."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockserver.testing.client import MockRefused, MockServer, MockWorld
from tests.support import LiveMock

TRUST = {"fingerprint": "fp-alice-ipad"}


@pytest.fixture
def server(live_mock: LiveMock) -> MockServer:
    """A client of the live mock."""
    return MockServer(live_mock.url, live_mock.banner["users"])


@pytest.fixture
def world(server: MockServer) -> Iterator[MockWorld]:
    """A world whose name has characters that a path must escape."""
    made = MockWorld(server, "a@b+c~d")
    server.control("POST", "/worlds", {"name": made.name})
    yield made
    server.control("DELETE", "/worlds/a%40b%2Bc~d")


def _trusted(world: MockWorld) -> bool:
    answer = world.request("GET", "/devices/dev-03", user="alice")
    assert answer.status == 200
    return bool(answer.json["device"]["isTrusted"])


def test_a_refused_call_says_what_was_asked_and_why(server: MockServer) -> None:
    """Method, path, status and the detail of the answer."""
    with pytest.raises(MockRefused, match=r"^GET /__mock__/worlds/nowhere/state: 404 .*nowhere"):
        server.control("GET", "/worlds/nowhere/state")


def test_a_request_is_sent_into_the_world_of_the_client(server: MockServer, world: MockWorld) -> None:
    """As a user or as nobody; the main world does not notice."""
    assert world.request("POST", "/devices/trust", user="alice", json=TRUST).status == 200
    assert world.request("GET", "/devices").status == 401
    assert [entry["user"] for entry in world.requests()] == ["alice", None]
    assert MockWorld(server, "main").requests() == []
    assert world.requests(operation="listDevices")[0]["world"] == world.name
    assert world.requests(since=1, status="4XX")[0]["number"] == 2


@pytest.mark.parametrize("body", ['{"fingerprint": "fp-alice-ipad"}', b'{"fingerprint": "fp-alice-ipad"}'])
def test_a_body_is_sent_as_it_is_given(world: MockWorld, body: str | bytes) -> None:
    """Text and bytes alike, with the headers of the caller."""
    json_type = {"Content-Type": "application/json"}
    assert world.request("POST", "/devices/trust", user="alice", body=body, headers=json_type).status == 200
    [entry] = world.requests()
    assert entry["request"]["body"] == TRUST


def test_headers_and_tokens_name_user_and_world(world: MockWorld) -> None:
    """For a client of the test's own; the first user unless another is named."""
    assert world.token() == world.token("alice") == "alice-token~a@b+c~d"
    assert world.headers("bob", Accept="text/plain") == {
        "Authorization": "Bearer bob-token~a@b+c~d",
        "Mock-World": "a@b+c~d",
        "Accept": "text/plain",
    }
    assert MockWorld(MockServer("http://127.0.0.1:1", {}), "w").token() == "any~w"
    with pytest.raises(MockRefused, match=r"'dave'.*alice, bob, carol"):
        world.token("dave")


def test_time_is_set_stopped_and_advanced(world: MockWorld) -> None:
    """Each call returns the time that it is then."""
    assert world.set_clock("2031-01-01T00:00:00Z", frozen=True) == "2031-01-01T00:00:00.000Z"
    assert world.advance("P1D") == "2031-01-02T00:00:00.000Z"
    assert world.set_clock(frozen=True) == "2031-01-02T00:00:00.000Z"


def test_a_failure_is_for_one_operation_and_one_time(world: MockWorld) -> None:
    """Unless more is asked for; no preset ends all."""
    world.fail("listDevices")
    asked = [world.request("GET", path, user="alice").status for path in ("/sessions", "/devices", "/devices")]
    assert asked == [200, 500, 200]
    world.fail(status=503, times=None)
    assert [world.request("GET", "/sessions", user="alice").status for _ in range(2)] == [503, 503]
    world.faults()
    assert world.request("GET", "/sessions", user="alice").status == 200


def test_state_is_read_replaced_rewound_and_reset(world: MockWorld) -> None:
    """Each on the world of the client alone."""
    fixtures = world.state()
    world.request("POST", "/devices/trust", user="alice", json=TRUST)
    assert _trusted(world)
    world.rewind(1)
    assert not _trusted(world)
    world.set_state({**fixtures, "sessions": []})
    assert world.state()["sessions"] == []
    world.reset()
    assert {name: len(records) for name, records in world.state().items()} == {"devices": 10, "sessions": 12}


def test_requests_are_explained_and_verified(world: MockWorld) -> None:
    """The last one unless another is named; what did not come fails with the difference."""
    world.request("GET", "/devices", user="alice")
    world.request("GET", "/sessions", user="alice")
    assert "GET /sessions -> 200" in world.why()
    assert "GET /devices -> 200" in world.why(1)
    world.verify({"operation": "listDevices"}, {"operation": "listSessions"}, order="listed", only=True)
    with pytest.raises(MockRefused, match=r"(?s)listDevices.*--- expected\n\+\+\+ received"):
        world.verify({"operation": "listSessions"}, {"operation": "listDevices"}, order="listed")
    with pytest.raises(MockRefused, match="request 2"):
        world.verify({"operation": "listDevices"}, only=True)


def test_deliveries_are_listed_and_sent(world: MockWorld) -> None:
    """The bundled contract has no webhook: nothing was sent, and none can be."""
    world.request("GET", "/devices", user="alice")
    assert world.deliveries(state="waiting") == []
    with pytest.raises(MockRefused, match="event"):
        world.notify("deviceTrusted", "http://127.0.0.1:9/")
    for steer in (world.resend, world.drop):
        with pytest.raises(MockRefused, match="has no delivery 'abc'"):
            steer("abc")
    for on in (True, False):
        world.pause_deliveries(on=on)
        assert world.server.control("GET", "/worlds/a%40b%2Bc~d/deliveries")["paused"] is on


def test_a_job_fails_where_the_behaviours_say_how(world: MockWorld) -> None:
    """The bundled ones have no jobs."""
    with pytest.raises(MockRefused, match="no operation starts a job that can fail: add `fails`"):
        world.fail_job()
    with pytest.raises(MockRefused, match="trustDevice starts no job that can fail"):
        world.fail_job("trustDevice", times=2)
