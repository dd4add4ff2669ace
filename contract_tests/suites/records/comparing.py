"""Whether a value is shown as it was sent: one meaning may have several notations, and nothing else is free."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from contract_tests.core.contract import Contract
from contract_tests.core.document import Place
from contract_tests.core.schemas import entry_of, fits, is_hidden, is_stamp, item_of, kinds_of, possible_members
from contract_tests.core.words import ABSENT, in_json

MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")
ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
MADE = re.compile(r"creat|insert", re.IGNORECASE)
ORDERED = re.compile(
    r"\border\b[^.]*\b(gave|given|sent|kept|preserved|matters)\b|\b(keeps?|preserves?)\b[^.]*\border\b", re.IGNORECASE
)
FREE = re.compile(r"\b(no|not|any|whatever)\b|n't\b", re.IGNORECASE)
"""Words by which a description says that the order of a list is kept, and that it isn't."""

CASELESS = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}|https?://[^/]+/?", re.IGNORECASE
)


@dataclass(frozen=True)
class Loss:
    """A member that is not shown as it was sent."""

    way: str
    sent: Any
    shown: Any

    @property
    def is_left_out(self) -> bool:
        """Whether an empty value is not shown at all, as some servers do by convention."""
        return self.shown is ABSENT and (self.sent in ("", [], {}, 0) or self.sent is False)

    def __str__(self) -> str:
        return f"{self.way} {in_json(self.sent)}"


def losses(contract: Contract, schema: Any, sent: Any, shown: Any, way: str = "") -> Iterator[Loss]:
    """Every declared member that is not shown as it was sent; what the answer's schema does not have is left out."""
    if isinstance(sent, Mapping) and isinstance(shown, Mapping):
        members, entry = possible_members(contract, schema), entry_of(contract, schema)
        for name, value in sent.items():
            if is_of_server(name, way):
                continue
            inner = members.get(name, entry)
            if (inner is not None and not is_hidden(contract, inner, writing=False)) or (not members and name in shown):
                yield from losses(contract, inner, value, shown.get(name, ABSENT), f"{way}/{name}")
    elif isinstance(sent, list) and isinstance(shown, list) and len(sent) == len(shown) and not is_set(schema):
        for at, (one, two) in enumerate(zip(sent, shown, strict=True)):
            yield from losses(contract, item_of(contract, schema), one, two, f"{way}/{at}")
    elif is_retired(schema, shown):
        return
    elif not same(sent, shown, as_set=is_set(schema)) and not is_null_by_mistake(contract, schema, shown):
        yield from [Loss(way, sent, shown)] if can_be_shown(contract, schema, sent) else []


def is_retired(schema: Any, shown: Any) -> bool:
    """Whether an answer says nothing in a member that its schema calls deprecated: another one has taken its place."""
    return shown in (None, ABSENT) and isinstance(schema, Mapping) and schema.get("deprecated") is True


def can_be_shown(contract: Contract, schema: Any, value: Any) -> bool:
    """Whether the schema of an answer admits a value that a request may have."""
    return not isinstance(schema, Mapping) or fits(contract, Place(schema), value)


def is_null_by_mistake(contract: Contract, schema: Any, shown: Any) -> bool:
    """Whether a null stands where the schema has none: that is what is wrong with every such answer."""
    kinds = kinds_of(contract, schema) if shown is None and isinstance(schema, Mapping) else frozenset()
    return bool(kinds) and "null" not in kinds


def is_of_server(name: str, way: str) -> bool:
    """Whether a server may set a member, whatever is sent: when a record was made or changed, and the id of an item."""
    return is_stamp(name) or (name == "id" and way.rpartition("/")[2].isdigit())


def is_time_of_change(name: str) -> bool:
    """Whether a member may show that its record was changed, so that any change moves it."""
    return is_stamp(name) and MADE.search(name) is None


def is_time_of_making(name: str) -> bool:
    """Whether a member says when its record was made."""
    return is_stamp(name) and MADE.search(name) is not None


def is_set(schema: Any) -> bool:
    """Whether the order of a list means nothing, for no value can stand in it twice, and the contract says no more."""
    if not isinstance(schema, Mapping) or schema.get("uniqueItems") is not True:
        return False
    said = str(schema.get("description", ""))
    return not ORDERED.search(said) or bool(FREE.search(said))


def same(sent: Any, shown: Any, *, as_set: bool = False) -> bool:
    """Whether two values mean the same."""
    if sent is None or shown is None or shown is ABSENT:
        return sent is None and (shown is None or shown is ABSENT)
    if isinstance(sent, bool) or isinstance(shown, bool):
        return sent is shown
    if isinstance(sent, int | float) and isinstance(shown, int | float):
        return same_number(sent, shown)
    if isinstance(sent, Mapping) and isinstance(shown, Mapping):
        return all(same(value, shown.get(name, ABSENT)) for name, value in sent.items())
    if isinstance(sent, list) and isinstance(shown, list):
        pairs = (sorted(sent, key=repr), sorted(shown, key=repr)) if as_set else (sent, shown)
        return len(sent) == len(shown) and all(map(same, *pairs))
    if isinstance(sent, str) and isinstance(shown, str):
        return same_text(sent, shown)
    return str(sent) == str(shown) and not isinstance(sent, Mapping | list)


def same_number(one: float, two: float) -> bool:
    """Integers to the last digit, others as far as a double tells."""
    if isinstance(one, int) and isinstance(two, int):
        return one == two
    return math.isclose(one, two, rel_tol=1e-12)


def same_text(sent: str, shown: str) -> bool:
    """The same characters, or another notation of one instant, address or UUID."""
    if sent == shown:
        return True
    first, second = instant(sent), instant(shown)
    if first and second:
        coarse = 1.0 if "." in sent else 0.0
        return abs((first - second).total_seconds()) <= coarse
    if ADDRESS.fullmatch(sent) or CASELESS.fullmatch(sent):
        return sent.rstrip("/").casefold() == shown.rstrip("/").casefold()
    return False


def instant(text: str) -> datetime | None:
    """A date-time as an instant; None for anything else."""
    if not MOMENT.match(text):
        return None
    try:
        read = datetime.fromisoformat(text.replace("z", "Z"))
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
