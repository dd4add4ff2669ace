"""Behaviours as values: six verbs in one fixed order, no conditionals.

find a record · create one · set its fields · remove others · list some · reply
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from mockserver.behaviour.values import Value
from mockserver.state.rules import CollectionRules

VERBS = ("find", "create", "set", "remove", "list", "reply")
"""The verbs, in the order in which they are performed."""


@dataclass(frozen=True, slots=True)
class Query:
    """Records of a collection whose fields have these values."""

    collection: str
    filters: tuple[tuple[str, Value], ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that the query looks at."""
        return tuple(name for name, _ in self.filters)


@dataclass(frozen=True, slots=True)
class Creation:
    """A new record: `base` (an object, usually the body) with `fields` laid over it."""

    collection: str
    base: Value | None = None
    fields: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """New values for fields of the found record: `base` (an object, usually the body) with `fields` laid over it."""

    base: Value | None = None
    fields: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is answered: `limit` records from `offset`, or from the page numbered `number` (from 1)."""

    limit: Value | None = None
    offset: Value | None = None
    number: Value | None = None


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What one operation does to the stored records, and which documented sentence says so."""

    operation: str
    find: Query | None = None
    create: Creation | None = None
    set: Change | None = None
    remove: tuple[Query, ...] = ()
    list: Query | None = None
    page: Page = Page()
    reply: tuple[tuple[tuple[str, ...], Value], ...] = ()
    call: Callable[..., Any] | None = None
    because: str = ""
    assumed: tuple[str, ...] = ()
    place: str = ""  #: file:line, for messages


@dataclass(frozen=True, slots=True)
class Behaviours:
    """All behaviours of one contract, with the collections and periods that they speak of."""

    operations: Mapping[str, Behaviour]
    collections: Mapping[str, CollectionRules]
    periods: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))  #: milliseconds by name
