"""The requests that an API itself sends: the callbacks of an operation, and the webhooks of a document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from mockserver.contract.document.document import METHODS
from mockserver.contract.document.place import Place
from mockserver.contract.operations.operation import Operation, Response
from mockserver.contract.operations.reading import Reading
from mockserver.contract.operations.runtime import Template
from mockserver.errors import DocumentError

SENT: Final = 200
"""The status under which a request that is sent stands as an answer."""

WEBHOOKS: Final = "webhooks"
"""Whose name stands in that of a webhook, where a callback has its operation's."""


class Outgoing(msgspec.Struct, frozen=True):
    """A request that the API sends; its operation's responses are those of who receives it."""

    id: str  #: `subscribe/onEvent` or `webhooks/newPet`; with the method where there are several
    name: str
    operation: Operation
    owner: str = ""  #: the operation that has the callback; empty for a webhook
    to: Template | None = None  #: where a callback is sent
    is_guessed: bool = False  #: whether the contract says that by no expression, so that nobody can be held to it

    def as_answer(self) -> Operation:
        """The request as an operation that answers with it, under `SENT`: the API itself makes it, so it is made, shown
        and checked as its answers are."""
        operation, body = self.operation, self.operation.body
        headers = {one.name: one for one in operation.parameters if one.location == "header"}
        types = body.media_types if body is not None else {}
        pointer = body.pointer if body is not None else operation.pointer
        response = Response(str(SENT), media_types=types, headers=headers, pointer=pointer)
        return replace(operation, id=f"{self.id} as sent", responses={str(SENT): response})


Meaning = Callable[[Reading, Operation, str], Template]
"""Where a callback with a key is sent. Raises ValueError."""


def callbacks_of(reading: Reading, operation: Operation, meaning: Meaning) -> tuple[Outgoing, ...]:
    """The callbacks of an operation; those that can't be read are noted, and left out."""
    if not operation.raw.get("callbacks"):
        return ()
    place = Place(operation.pointer, operation.raw).get("callbacks")
    found: list[Outgoing] = []
    for name, callback in reading.entries(place):
        with _Noting(reading, callback):
            declared = reading.resolved(callback)
            is_item = any(declared.get(method) is not None for method in METHODS)
            # An item in the place of a callback has no key; its own name may be one.
            items = [(name if "{" in name else "", callback)] if is_item else reading.entries(declared)
            for key, item in items:
                found += _of_item(reading, f"{operation.id}/{name}", name, item, operation, (key, meaning))
    return tuple(_distinct(found))


def webhooks_of(reading: Reading) -> tuple[Outgoing, ...]:
    """The webhooks of a document (since OpenAPI 3.1, and before by the same name with an `x-`)."""
    found: list[Outgoing] = []
    for name, item in reading.entries(reading.root.get("webhooks") or reading.root.get("x-webhooks")):
        found += _of_item(reading, f"{WEBHOOKS}/{name}", name, item)
    return tuple(_distinct(found))


def _of_item(
    reading: Reading,
    id_: str,
    name: str,
    item: Place,
    owner: Operation | None = None,
    by: tuple[str, Meaning] | None = None,
) -> Iterator[Outgoing]:
    """The requests of one path item."""
    with _Noting(reading, item):
        key, to = "", None
        if owner is not None and by is not None:
            key, to = by[0], by[1](reading, owner, by[0])
        is_guessed = to is not None and to.text != key
        if to is not None and is_guessed:
            reading.note(f"{item.pointer}: {key!r} isn't a runtime expression: read as {to.text}")
        place = reading.resolved(item)
        shared = place.get("parameters")
        for method in METHODS:
            node = place.get(method)
            if node is None:
                continue
            if reading.invalid.needed_by(node, shared) is not None:
                reading.note(f"{node.pointer}: is not sent, as it is invalid")
                continue
            read = reading.operation("/", method.upper(), node, shared, named=False)
            whose = "" if owner is None else owner.id
            yield Outgoing(id_, name, replace(read, id=id_, template=key or name), whose, to, is_guessed)


def _distinct(found: list[Outgoing]) -> Iterator[Outgoing]:
    """The requests, with their method in the id where several have the same."""
    for one in found:
        if sum(other.id == one.id for other in found) == 1:
            yield one
        else:
            method = one.operation.method
            same = [other for other in found if (other.id, other.operation.method) == (one.id, method)]
            number = f" {same.index(one) + 1}" if len(same) > 1 else ""
            id_ = f"{one.id} {method}{number}"
            yield replace(one, id=id_, operation=replace(one.operation, id=id_))


class _Noting:
    """Notes what can't be read of a callback or webhook, and goes on."""

    def __init__(self, reading: Reading, place: Place) -> None:
        self._reading, self._place = reading, place

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> bool:
        if not isinstance(error, DocumentError | ValueError):
            return False
        self._reading.note(f"{self._place.pointer}: is not sent: {error}")
        return True


def outgoing_names(known: Mapping[str, Outgoing], operation: str = "") -> Mapping[str, Outgoing]:
    """Requests by the names that mean one of them: their ids, and their own names where no other has it, or where it
    is a callback of this operation."""
    counts = Counter(one.name for one in known.values())
    alone = {one.name: one for one in known.values() if counts[one.name] == 1}
    return {**alone, **{one.name: one for one in known.values() if one.owner == operation and operation}, **known}
