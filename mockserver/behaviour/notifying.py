"""What an operation tells others: the webhooks that it sends, to whom, and how often a delivery is tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from mockserver.behaviour.values import MISSING, Value
from mockserver.contract.operations.operation import ABSENT


class Subscribers(msgspec.Struct, frozen=True):
    """The records that say who is to be told, and the field that has the address."""

    query: Any  #: a Query of the vocabulary
    field: tuple[str, ...]


class Notification(msgspec.Struct, frozen=True):
    """A webhook, or a callback, that is sent once its operation has succeeded."""

    event: str  #: the id that the contract's reader gives it
    to: Value | Subscribers
    body: tuple[tuple[tuple[str, ...], Value], ...] | None = None  #: None to find the record's place

    @property
    def values(self) -> Iterator[Value]:
        """The expressions of the notification."""
        if isinstance(self.to, Value):
            yield self.to
        else:
            yield from (value for _, value in self.to.query.filters)
            yield from (condition.value for condition in self.to.query.conditions)
        yield from (value for _, value in self.body or ())


class Moment(msgspec.Struct, frozen=True):
    """What is sent when a record of a collection becomes something by itself."""

    collection: str
    field: str
    value: Any
    notify: tuple[Notification, ...]


class Planned(msgspec.Struct, frozen=True):
    """A moment of one record: when it becomes something, unless it is changed before."""

    collection: str
    key: str
    field: str
    value: Any
    at: int


class Notice(msgspec.Struct, frozen=True):
    """A notification with the values of one request."""

    event: str
    urls: tuple[str, ...]
    record: Any = None
    fields: tuple[tuple[tuple[str, ...], Any], ...] | None = None


class Schedule(msgspec.Struct, frozen=True):
    """When a failed delivery is tried again: the wait grows by `factor` each time."""

    attempts: int = 6
    wait: int = 5_000  #: milliseconds between the first two attempts
    factor: int = 4
    longest: int = 86_400_000
    timeout: int = 10_000  #: milliseconds of the machine's time that an attempt may take

    def pause(self, attempts: int) -> int:
        """The milliseconds after that many attempts."""
        return int(min(self.wait * self.factor ** min(attempts - 1, 40), self.longest))


def addresses_in(value: Any) -> Iterator[str]:
    """The addresses that a value is: a text, or a list of them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Sequence) and not isinstance(value, bytes):
        for one in value:
            yield from addresses_in(one)


def fields_of(body: Any, scope: Any) -> tuple[tuple[tuple[str, ...], Any], ...] | None:
    """The values of a body's fields; what has none is left out."""
    if body is None:
        return None
    values = ((path, value.evaluate(scope)) for path, value in body)
    return tuple((path, ABSENT if value is MISSING else value) for path, value in values)
