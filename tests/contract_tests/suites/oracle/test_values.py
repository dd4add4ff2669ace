"""What counts as the same value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.core.words import ABSENT
from contract_tests.suites.oracle.values import as_far_as, drifted, instant, moved, order_broken, same, shown

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
HOURS = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))


def at(**ahead: float) -> str:
    """An instant so far from now."""
    return (NOW + timedelta(**ahead)).isoformat()


@given(PLAIN)
def test_every_value_is_the_same_as_itself(value: Any) -> None:
    """Whatever it is."""
    assert same(value, value)


@given(PLAIN, PLAIN)
def test_sameness_has_no_direction(one: Any, two: Any) -> None:
    """The target's value may stand on either side."""
    assert same(one, two) == same(two, one)


@given(INSTANTS, HOURS)
def test_one_instant_has_many_notations(moment: datetime, zone: timezone) -> None:
    """Seconds, milliseconds, `Z` and any offset are free."""
    seconds = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert same(seconds, moment.isoformat(timespec="milliseconds"))
    assert same(seconds, moment.astimezone(zone).isoformat())


@given(INSTANTS, st.integers(2, 10**6))
def test_instants_apart_differ(moment: datetime, seconds: int) -> None:
    """Two seconds are no matter of notation."""
    assert not same(moment.isoformat(), (moment + timedelta(seconds=seconds)).isoformat())


@pytest.mark.parametrize(
    ("one", "two", "alike"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        (1, "1", False),
        (None, False, False),
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": 1}, {"a": 2}, False),
        ([1, 2], [1], False),
        ([1, 2], [2, 1], False),
    ],
)
def test_sameness(one: Any, two: Any, alike: bool) -> None:
    """Numbers by value, true is no number, an object may have further members, a list may not."""
    assert same(one, two) is alike


def test_addresses_on_the_mock_are_those_of_the_target() -> None:
    """Each server shows where it is itself; other addresses and other texts stay."""
    mock = {"self": "http://m:1/a/1", "all": [{"href": "http://m:1/b"}, {"href": "http://m:1/c"}], "x": "http://m:12/a"}
    target = {"self": "https://api.example/a/2", "all": [{"href": "https://api.example/d"}], "x": "y"}
    assert moved(mock, target, "http://m:1") == {
        "self": "https://api.example/a/1",
        "all": [{"href": "https://api.example/b"}, {"href": "https://api.example/c"}],
        "x": "http://m:12/a",
    }
    assert moved(mock, None, "http://m:1") == mock


def test_a_value_is_compared_as_far_as_it_was_sent() -> None:
    """Members that a server adds, at any depth, are its own choice."""
    sent = {"a": {}, "b": {"c": 1}, "d": [{"e": 1}], "f": [1]}
    value = {"a": {"x": 1}, "b": {"c": 2, "x": 1}, "d": [{"e": 2, "x": 1}], "f": [1, 2], "g": 3}
    assert as_far_as(sent, value) == {"a": {}, "b": {"c": 2}, "d": [{"e": 2}], "f": [1, 2]}


@pytest.mark.parametrize("value", [None, 5, "x", "2026-13-01T00:00:00Z", "2026-05-01", ["2026-05-01T00:00:00Z"]])
def test_what_is_no_instant(value: Any) -> None:
    """A day, a number, a text that only looks like one."""
    assert instant(value) is None


@pytest.mark.parametrize(
    ("before", "after", "so"),
    [
        (at(hours=-3), at(seconds=1), True),
        (at(hours=-3), at(hours=-1), True),
        (at(hours=-3), at(hours=1), False),
        (at(hours=3), at(seconds=1), False),
        ("x", at(), False),
    ],
)
def test_drift(before: str, after: str, so: bool) -> None:
    """The time of a last use may be brought up to now; nothing that lies ahead may move."""
    assert drifted(before, after, NOW) is so


@pytest.mark.parametrize(
    ("mock", "target", "says"),
    [
        ((at(days=1), at(days=30)), (at(days=1), at(days=365)), ""),
        ((ABSENT, at(days=30)), (ABSENT, at(hours=4)), ""),
        ((at(days=1), at(days=30)), (at(days=1), at(days=1)), "later than before"),
        ((at(days=1), at(days=30)), (at(days=1), at(hours=-1)), "later than now"),
        ((ABSENT, at(days=-3)), (ABSENT, at(days=3)), "earlier than now"),
        ((at(hours=-5), at()), (at(hours=-5), at(seconds=50)), ""),
        ((at(hours=-5), at()), (at(hours=-5), at(hours=-5)), "about now"),
        ((ABSENT, at(days=1)), (ABSENT, "soon"), "a date-time"),
    ],
)
def test_order(mock: tuple[Any, Any], target: tuple[Any, Any], says: str) -> None:
    """How long a period lasts is free; on which side of now it ends, and that it moved forward, is not."""
    found = order_broken(mock, target, NOW)
    assert says in found if says else not found


@given(
    INSTANTS,
    st.timedeltas(timedelta(minutes=5), timedelta(days=4000)),
    st.timedeltas(timedelta(minutes=5), timedelta(days=4000)),
)
def test_other_lengths_are_free(now: datetime, mine: timedelta, theirs: timedelta) -> None:
    """Whatever a target makes of a period that begins now, as long as it ends later than now."""
    assert not order_broken((ABSENT, (now + mine).isoformat()), (ABSENT, (now + theirs).isoformat()), now)


def test_nothing_has_a_word() -> None:
    """A missing value is told as such."""
    assert (shown(ABSENT), shown("x")) == ("field missing", '"x"')
