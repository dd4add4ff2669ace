"""Time as a value."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.clock import (
    LAST,
    WorldClock,
    format_instant,
    parse_date_math,
    parse_instant,
    parse_period,
    system_now,
)

DAY = 86_400_000
instants = st.integers(0, LAST + 999)


@given(instants)
def test_an_instant_survives_its_text(instant: int) -> None:
    """What is written reads back as the same instant, between 1970 and 9999."""
    assert parse_instant(format_instant(instant)) == min(instant, LAST)


@given(st.integers(-(10**15), 10**15), st.integers(-(10**15), 10**15))
def test_texts_of_instants_sort_like_the_instants(one: int, other: int) -> None:
    """A later instant never has an earlier text, even beyond the years that can be written."""
    first, second = sorted((one, other))
    assert format_instant(first) <= format_instant(second)


def test_an_instant_is_written_in_utc_with_milliseconds() -> None:
    """The text is RFC 3339 with three digits and a Z."""
    assert format_instant(1_769_860_800_007) == "2026-01-31T12:00:00.007Z"


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z"),
        ("2026-01-31T12:00:00", "2026-01-31T12:00:00.000Z"),
        ("2026-01-31T14:30:00+02:30", "2026-01-31T12:00:00.000Z"),
        ("2026-01-31T12:00:00.1239Z", "2026-01-31T12:00:00.123Z"),
    ],
)
def test_an_instant_is_read_with_any_offset(text: str, same: str) -> None:
    """Offsets are honoured, none counts as UTC, and finer fractions than a millisecond are cut."""
    assert format_instant(parse_instant(text)) == same


@pytest.mark.parametrize("text", ["", "now", "tomorrow", "2026-13-01T00:00:00Z", "2026-01-31T25:00:00Z"])
def test_a_text_that_is_no_instant_is_refused(text: str) -> None:
    """Whatever is no date and time is a ValueError."""
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text)


@given(
    st.integers(0, 500), st.integers(0, 5_000), st.integers(0, 5_000), st.integers(0, 5_000), st.integers(0, 100_000)
)
def test_a_period_is_the_sum_of_its_parts(weeks: int, days: int, hours: int, minutes: int, seconds: int) -> None:
    """Weeks, days, hours, minutes and seconds add up, and a minus turns the whole round."""
    text = f"P{weeks}W{days}DT{hours}H{minutes}M{seconds}S"
    whole = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds
    assert parse_period(text) == whole * 1000
    assert parse_period("-" + text) == -whole * 1000


@pytest.mark.parametrize(
    ("text", "length"),
    [("P30D", 30 * DAY), ("PT24H", DAY), ("PT0.25S", 250), ("P1W", 7 * DAY), ("PT1M", 60_000), ("P0D", 0)],
)
def test_a_period_in_milliseconds(text: str, length: int) -> None:
    """The usual lengths of time."""
    assert parse_period(text) == length


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "30", "30d", "P1M", "P1Y", "P-1D", "p1d", "PT1D", " P1D", "P9999999999999D"]
)
def test_a_text_that_is_no_period_is_refused(text: str) -> None:
    """Months and years have no fixed length, and what is longer than time is none: a ValueError names the text."""
    with pytest.raises(ValueError, match=r"isn't an ISO 8601 duration|is too long"):
        parse_period(text)


UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": DAY, "w": 7 * DAY, "y": 365 * DAY}


@given(
    instants,
    st.lists(st.tuples(st.sampled_from("+-"), st.integers(0, 10_000), st.sampled_from(sorted(UNITS))), max_size=5),
)
def test_date_math_adds_its_steps(now: int, steps: list[tuple[str, int, str]]) -> None:
    """`now`, then any number of steps forward and back."""
    text = "now" + "".join(f"{sign}{count}{unit}" for sign, count, unit in steps)
    expected = now + sum((1 if sign == "+" else -1) * count * UNITS[unit] for sign, count, unit in steps)
    assert parse_date_math(text, now) == expected


@pytest.mark.parametrize("text", ["", "nowhere", "now ", "now-2", "now-2x", "now2h", "now--2h", "2026-01-01", "NOW"])
def test_other_texts_are_no_date_math(text: str) -> None:
    """Any other text stays what it is."""
    assert parse_date_math(text, 0) is None


def test_the_system_clock_is_the_machine_s() -> None:
    """Instants are milliseconds since 1970."""
    assert abs(system_now() - time.time() * 1000) < 10_000
    assert format_instant(system_now())[:2] == f"{datetime.now(UTC):%Y}"[:2]


@given(instants, st.integers(-LAST, LAST), st.booleans(), st.integers(0, 10**9))
def test_a_world_clock_is_set_advanced_and_read(start: int, by: int, frozen: bool, passes: int) -> None:
    """A set clock shows the instant; time passes on it unless it is frozen; advancing adds to what it shows."""
    source = [start]
    clock = WorldClock().set(min(start, LAST), frozen=frozen, source=lambda: source[0])
    shown = clock.now(lambda: source[0])
    assert shown == min(start, LAST)
    source[0] += passes
    later = clock.now(lambda: source[0])
    assert later == (shown if frozen else shown + passes)
    if 0 <= later + by <= LAST:
        assert clock.advance(by, lambda: source[0]).now(lambda: source[0]) == later + by


@pytest.mark.parametrize("instant", [-1, LAST + 1])
def test_a_clock_shows_only_what_can_be_written(instant: int) -> None:
    """Instants before 1970 or after 9999 are refused."""
    with pytest.raises(ValueError, match="1970 to 9999"):
        WorldClock().set(instant, frozen=True)


def test_a_fresh_clock_is_the_source() -> None:
    """A world's clock that nobody touched shows the source's time."""
    assert WorldClock().now(lambda: 5) == 5
