"""Time as a value: instants are whole milliseconds since 1970 (UTC), periods are ISO 8601, date math is `now-2h`."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import msgspec

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)  # formatted twice as fast as with a time zone
_ISO_PERIOD = re.compile(
    r"(?P<sign>-)?P(?=.)(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_DATE_MATH = re.compile(r"now(?P<steps>(?:[+-]\d+(?:ms|[smhdwy]))*)")
_STEP = re.compile(r"([+-])(\d+)(ms|[smhdwy])")
_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000, "y": 31_536_000_000}
_THOUSANDTHS = tuple(f".{thousandth:03d}Z" for thousandth in range(1000))
LAST = int((datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) - EPOCH).total_seconds()) * 1000
"""The last instant that RFC 3339 can write."""


def system_now() -> int:
    """The machine's time."""
    return time.time_ns() // 1_000_000


def format_instant(instant: int) -> str:
    """An instant as RFC 3339 in UTC with milliseconds, e.g. `2026-01-31T12:00:00.000Z`."""
    if not 0 <= instant <= LAST:
        instant = 0 if instant < 0 else LAST
    return _second(instant // 1000) + _THOUSANDTHS[instant % 1000]


@lru_cache(maxsize=1000)
def _second(second: int) -> str:
    """A whole second as text; most requests share their second with others."""
    return (_NAIVE_EPOCH + timedelta(seconds=second)).isoformat(timespec="seconds")


def format_http_date(instant: int) -> str:
    """An instant as the `Date` header has it (RFC 9110, section 5.6.7)."""
    from email.utils import format_datetime

    return format_datetime(EPOCH + timedelta(seconds=min(max(instant, 0), LAST) // 1000), usegmt=True)


@lru_cache(maxsize=10_000)
def parse_instant(text: str) -> int:
    """The instant of an RFC 3339 text; a text without an offset counts as UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    since = moment - EPOCH
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def parse_period(text: str) -> int:
    """The milliseconds of an ISO 8601 duration in weeks, days, hours, minutes and seconds. Raises ValueError.

    Years and months have no fixed length and are rejected.
    """
    match = _ISO_PERIOD.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{text!r} isn't an ISO 8601 duration such as P30D or PT24H (months and years have no fixed length)"
        )
    parts = {name: float(value) for name, value in match.groupdict().items() if value and name != "sign"}
    try:
        span = timedelta(**parts) // timedelta(milliseconds=1)
    except OverflowError:
        raise ValueError(f"{text!r} is too long") from None
    return -span if match["sign"] else span


def parse_date_math(text: str, now: int) -> int | None:
    """The instant of date math such as `now`, `now-2h` or `now+1d-5m`; None for any other text."""
    shift = _shift(text)
    return None if shift is None else now + shift


@lru_cache(maxsize=10_000)
def _shift(text: str) -> int | None:
    match = _DATE_MATH.fullmatch(text)
    if match is None:
        return None
    return sum(int(sign + count) * _UNITS[unit] for sign, count, unit in _STEP.findall(match["steps"]))


class WorldClock(msgspec.Struct, frozen=True):
    """The clock of one world: the system's time moved by `offset`, or standing still at `frozen`."""

    offset: int = 0
    frozen: int | None = None

    def now(self, source: Callable[[], int] = system_now) -> int:
        """The instant that this clock shows."""
        return source() + self.offset if self.frozen is None else self.frozen

    def set(self, instant: int, *, frozen: bool, source: Callable[[], int] = system_now) -> WorldClock:
        """A clock that shows `instant` now, and stands still there or runs on."""
        if not 0 <= instant <= LAST:
            raise ValueError("the clock shows instants from 1970 to 9999")
        if frozen:
            return WorldClock(frozen=instant)
        offset = instant - source()
        return WorldClock(offset) if offset else RUNNING

    def advance(self, by: int, source: Callable[[], int] = system_now) -> WorldClock:
        """A clock that is ahead of this one by `by` milliseconds."""
        return self.set(self.now(source) + by, frozen=self.frozen is not None, source=source)


RUNNING = WorldClock()
"""A clock that shows the machine's time."""
