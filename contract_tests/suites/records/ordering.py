"""The orders that the query of a list can ask for: those that the contract lists, or names in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from contract_tests.core.action import Action
from contract_tests.core.contract import Contract
from contract_tests.core.pages import Reader
from contract_tests.core.schemas import item_of, merged_keywords
from contract_tests.suites.records.comparing import instant
from contract_tests.suites.records.kinds import declared

UP: Final = frozenset({"asc", "ascending", "up", "1"})
DOWN: Final = frozenset({"desc", "descending", "dsc", "down", "-1"})
SIGN: Final = re.compile(r"\bminus\b|\bhyphen|\bdash\b|prefix|[`'\"(]-", re.IGNORECASE)
SPELLED: Final = re.compile(r"([:, .])(?:asc|desc)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Order:
    """A query, the field that orders the list, and the direction; `listed`: whether the contract names the field."""

    query: Mapping[str, Any]
    field: str
    descending: bool
    listed: bool = True

    @property
    def asked(self) -> str:
        """The query as a message has it."""
        return "&".join(f"{name}={value}" for name, value in self.query.items()) or "its default"


def orders(contract: Contract, reader: Reader, listing: Action) -> Iterator[Order]:
    """Every order of a list that can be told."""
    sort = listing.behaviour.page.get("sort")
    if sort is None:
        return
    direction = listing.behaviour.page.get("order")
    keywords = reader.keywords(listing.operation, sort)
    keywords = merged_keywords(contract, item_of(contract, keywords)) if keywords.get("type") == "array" else keywords
    ways = directions(reader.keywords(listing.operation, direction)) if direction else {}
    values = keywords.get("enum")
    texts = [(text, True) for text in values or () if isinstance(text, str)]
    if not direction and (keywords.get("default"), True) in texts and (key := order_of(keywords["default"])):
        yield Order({}, *key)
    for text, listed in texts if values else spelled(reader, listing, sort, keywords, alone=direction is None):
        if key := order_of(text):
            if not direction:
                yield Order({sort: text}, *key, listed)
            for descending, value in ways.items():
                yield Order({sort: text, direction or "": value}, key[0], descending, listed)


def directions(keywords: Mapping[str, Any]) -> dict[bool, Any]:
    """By whether it is descending, the value of a parameter that gives the direction."""
    found: dict[bool, Any] = {}
    for value in keywords.get("enum", ()):
        for descending, words in ((False, UP), (True, DOWN)):
            if str(value).lower() in words:
                found.setdefault(descending, value)
    return found


def spelled(
    reader: Reader, listing: Action, sort: str, keywords: Mapping[str, Any], *, alone: bool
) -> Iterator[tuple[str, bool]]:
    """Orders of a parameter without a list of values, and whether the contract names their fields."""
    fields = list(declared(reader.contract, listing))
    parameter = reader.parameter(listing.operation, sort)
    said = str(parameter.raw.get("description", "")) if parameter else ""
    pattern = str(keywords.get("pattern", ""))
    named = [name for name in fields if re.search(rf"(?<![a-zA-Z]){re.escape(name)}\b", f"{said} {pattern}")]
    between = SPELLED.search(said)
    for name in named or fields:
        yield name, bool(named)
        if alone and between:
            yield f"{name}{between[1]}desc", bool(named)
        elif alone and (SIGN.search(said) or "-" in pattern):
            yield f"-{name}", bool(named)


def order_of(order: str) -> tuple[str, bool] | None:
    """The field, and whether the order is descending: `-age`, `age:desc`, `age desc`, `age`, `age_desc`."""
    name = re.sub(r"[ ,.]|_(?=(asc|desc)\Z)", ":", order, flags=re.IGNORECASE)
    field, _, direction = name.lstrip("+-").partition(":")
    if direction.lower() not in {"", *UP, *DOWN} or not field:
        return None
    return field, name.startswith("-") or direction.lower() in DOWN


def comparable(value: Any) -> float | str | None:
    """A rank that every collation agrees on: of numbers, instants, and texts of small letters or of capitals alone."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        moment = instant(value)
        if moment is not None:
            return moment.timestamp()
        return value if value.isascii() and value.isalpha() and (value.islower() or value.isupper()) else None
    return None
