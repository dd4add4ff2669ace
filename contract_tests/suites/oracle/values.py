"""What counts as the same value: numbers by their value, times by tolerance and by order, objects by their members."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from contract_tests.core.words import in_json

SAME_INSTANT = timedelta(seconds=1.5)  # two notations of one instant: some leave out the fraction, some round it
JUST_NOW = timedelta(seconds=65)  # "now", by a clock that may show whole minutes
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")


def instant(value: Any) -> datetime | None:
    """A date-time as an instant; one without offset counts as UTC; None for anything else."""
    if not isinstance(value, str) or not INSTANT.match(value):
        return None
    try:
        read = datetime.fromisoformat(value)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def same(one: Any, two: Any) -> bool:
    """Whether two values are the same; of two objects, the members that both have."""
    if isinstance(one, bool) or isinstance(two, bool) or one is None or two is None:
        return one is two
    if isinstance(one, int | float) and isinstance(two, int | float):
        return same_number(one, two)
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        return all(same(one[name], two[name]) for name in one.keys() & two.keys())
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(same, one, two))
    first, second = instant(one), instant(two)
    if first and second:
        return abs(first - second) <= SAME_INSTANT
    return bool(one == two)


def as_far_as(known: Any, value: Any) -> Any:
    """A value without the members, of objects at any depth, that another one does not have."""
    if isinstance(known, Mapping) and isinstance(value, Mapping):
        return {name: as_far_as(known[name], item) for name, item in value.items() if name in known}
    if isinstance(known, list) and isinstance(value, list) and len(known) == len(value):
        return [as_far_as(one, item) for one, item in zip(known, value, strict=True)]
    return value


def moved(value: Any, other: Any, origin: str) -> Any:
    """A value with its addresses on one origin moved to where those of the other are: each server shows its own."""
    if isinstance(value, str):
        if not value.startswith(f"{origin}/"):
            return value
        parts = urlsplit(other) if isinstance(other, str) else None
        return f"{parts.scheme}://{parts.netloc}{value[len(origin) :]}" if parts and parts.netloc else value
    if isinstance(value, Mapping):
        others = other if isinstance(other, Mapping) else {}
        return {name: moved(item, others.get(name), origin) for name, item in value.items()}
    if isinstance(value, list):
        items = other if isinstance(other, list) and other else [None]
        return [moved(item, items[min(at, len(items) - 1)], origin) for at, item in enumerate(value)]
    return value


def same_number(one: float, two: float) -> bool:
    """Whether two numbers are the same: integers to the last digit, others as far as a double tells."""
    if isinstance(one, int) and isinstance(two, int):
        return one == two
    try:
        return math.isclose(one, two, rel_tol=1e-12)
    except OverflowError:  # an integer beyond every double
        return False


def drifted(before: Any, after: Any, now: datetime) -> bool:
    """Whether a past instant moved up to now: using a thing may bring the time of its last use up to date."""
    old, new = instant(before), instant(after)
    return bool(old and new and old <= now and old <= new <= now + JUST_NOW)


def order_broken(mock: tuple[Any, Any], target: tuple[Any, Any], now: datetime, *, again: bool = False) -> str:
    """How an instant that the mock moved differs in order from what the target made of it; empty when it does not.

    `mock` and `target` hold the instant before and after. How long a period lasts is free: what must agree is the side
    of now on which the instant lies, and that it moved forward; if it has just been moved, `again` may be within the
    same second.
    """
    old_mock, new_mock = instant(mock[0]), instant(mock[1])
    old_target, new_target = instant(target[0]), instant(target[1])
    if new_mock is None or new_target is None:
        return "a date-time"
    if abs(new_mock - new_target) <= SAME_INSTANT:
        return ""
    if abs(new_mock - now) <= JUST_NOW:
        return "" if abs(new_target - now) <= JUST_NOW else "about now"
    if new_mock > now and new_target <= now:
        return "later than now"
    if new_mock < now and new_target >= now:
        return "earlier than now"
    if old_mock and old_target and new_mock > old_mock + SAME_INSTANT and new_target <= old_target:
        if again and new_target >= old_target - SAME_INSTANT:
            return ""
        return f"later than before ({target[0]})"
    return ""


def shown(value: Any) -> str:
    """A value for a message."""
    return in_json(value)
