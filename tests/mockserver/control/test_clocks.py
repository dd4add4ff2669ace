"""The clock of a world is set, stopped and advanced; whatever expires obeys it."""

from __future__ import annotations

import pytest

from tests.mockserver.control.conftest import Control
from tests.support import Ask, Clock


def test_time_passes_at_once(control: Control, ask: Ask) -> None:
    """Trust lasts thirty days: after twenty-nine it is there, after thirty-one it is gone; other worlds do not age."""
    ask("POST", "/devices/trust", json={"fingerprint": "fp-alice-ipad"})
    ask("POST", "/devices/trust", "alice-token~w1", json={"fingerprint": "fp-alice-ipad"})
    for days, trusted in ((29, True), (2, False)):
        assert control("POST", "/worlds/main/clock/advance", {"by": f"P{days}D"}).status == 200
        assert ask("GET", "/devices/dev-03").json["device"]["isTrusted"] is trusted
    assert ask("GET", "/devices/dev-03", "alice-token~w1").json["device"]["isTrusted"] is True


def test_sessions_end(control: Control, ask: Ask) -> None:
    """Past the end of all sessions none is listed; going back they are there again."""
    count = len(ask("GET", "/sessions").json["sessions"])
    control("POST", "/worlds/main/clock/advance", {"by": "P30D"})
    assert ask("GET", "/sessions").json["sessions"] == []
    control("POST", "/worlds/main/clock/advance", {"by": "-P30D"})
    assert len(ask("GET", "/sessions").json["sessions"]) == count > 0


def test_a_stopped_clock_stands_still(control: Control, clock: Clock) -> None:
    """Until it is let go; then it runs from where it stood."""
    shown = control("PUT", "/worlds/main/clock", {"now": "2031-05-01T10:00:00Z", "frozen": True}).json
    assert (shown["now"], shown["frozen"]) == ("2031-05-01T10:00:00.000Z", True)
    clock.advance(hours=5)
    assert control.world("/clock")["now"] == "2031-05-01T10:00:00.000Z"
    control("PUT", "/worlds/main/clock", {"frozen": False})
    clock.advance(hours=1)
    assert control.world("/clock")["now"] == "2031-05-01T11:00:00.000Z"


@pytest.mark.parametrize("frozen", [True, False])
def test_a_clock_that_is_set_stands_or_runs_as_before(control: Control, clock: Clock, frozen: bool) -> None:
    """Whether it stands still is a setting of its own: an instant alone does not change it."""
    control("PUT", "/worlds/main/clock", {"frozen": frozen})
    told = control("PUT", "/worlds/main/clock", {"now": "2031-05-01T10:00:00Z"}).json
    assert (told["now"], told["frozen"]) == ("2031-05-01T10:00:00.000Z", frozen)
    clock.advance(hours=5)
    assert control.world("/clock")["now"] == f"2031-05-01T{10 if frozen else 15}:00:00.000Z"


def test_the_machine_s_time_comes_back(control: Control) -> None:
    """`now` is date math on the machine's time."""
    control("POST", "/worlds/main/clock/advance", {"by": "P400D"})
    assert control("PUT", "/worlds/main/clock", {"now": "now"}).json["offset"] == 0
    assert control("PUT", "/worlds/main/clock", {"now": "now+1h"}).json["offset"] == 3_600_000


def test_the_date_header_obeys(control: Control, ask: Ask) -> None:
    """A clock that was set shows in `Date`; one that was not leaves the header to the server."""
    assert "date" not in ask("GET", "/devices").headers
    control("PUT", "/worlds/main/clock", {"now": "2032-01-01T00:00:00Z", "frozen": True})
    assert ask("GET", "/devices").headers["date"] == "Thu, 01 Jan 2032 00:00:00 GMT"
    assert ask("GET", "/nowhere").headers["date"] == "Thu, 01 Jan 2032 00:00:00 GMT"


@pytest.mark.parametrize("by", ["1 day", "P1M", "PT", "P", "", "P1DT"])
def test_what_is_no_period_is_refused(control: Control, by: str) -> None:
    """Months have no fixed length, and a period says something."""
    assert control("POST", "/worlds/main/clock/advance", {"by": by}).status == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/clock/advance", {"by": "-P99999D"}),
        ("/clock", {"now": "0001-01-01T00:00:00Z"}),
        ("/clock", {"now": "2026-12-31T23:59:60Z"}),
    ],
)
def test_instants_that_cannot_be_kept_change_nothing(control: Control, path: str, body: dict[str, str]) -> None:
    """Before 1970, and leap seconds: 409, and the clock goes on."""
    method = "POST" if "advance" in path else "PUT"
    assert control(method, f"/worlds/main{path}", body).status == 409
    assert control.world("/clock")["offset"] == 0
