"""The own addresses of records, on the origin and below the base path that the client used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from mockserver.behaviour.vocabulary import Behaviour, Behaviours
from mockserver.contract.operations.operation import Operation
from mockserver.exchange.computed import Places, Ways, address
from mockserver.messages import Inputs, Request
from mockserver.reply.laying import Fields

Path = tuple[str, ...]


class Addressing(msgspec.Struct, frozen=True):
    """Where one operation's reply shows records, and which of their members hold their own address."""

    operation: Operation
    shown: Mapping[Path, tuple[Ways, tuple[Path, ...]]]  #: by place in the reply: where to read it, and the members

    def addressed(self, fields: Fields, request: Request, inputs: Inputs) -> Fields:
        """The fields of a reply, in which records have their address."""
        return [(path, self._with(path, value, request, inputs)) for path, value in fields]

    def _with(self, path: Path, value: Any, request: Request, inputs: Inputs) -> Any:
        ways, members = self.shown.get(path, ([], ()))
        if isinstance(value, Mapping) and members:
            url = address(ways, self.operation, value, request, inputs)
            for member in members if url is not None else ():
                value = _set(value, member, url)
            return value
        if members and isinstance(value, Sequence) and not isinstance(value, str | bytes):
            return [self._with(path, one, request, inputs) for one in value]
        return value


def _set(value: Any, path: Path, url: Any) -> Any:
    """The value with an address at a path; a relative one stays relative."""
    if not path:
        relative = isinstance(value, str) and value.startswith("/") and not value.startswith("//")
        return "/" + url.partition("://")[2].partition("/")[2] if relative else url
    known = value if isinstance(value, Mapping) else {}
    return {**known, path[0]: _set(known.get(path[0]), path[1:], url)}


def addressing_of(
    operation: Operation, behaviour: Behaviour | None, behaviours: Behaviours, places: Places
) -> Addressing | None:
    """What an operation's reply needs; None where it shows no record that has its address."""
    if behaviour is None:
        return None
    shown = {}
    for path, value in behaviour.reply:
        collection = behaviours.shown_by(behaviour, value)
        members = behaviours.collections[collection].addresses if collection in behaviours.collections else ()
        ways = [way for way in places.of(collection, operation) if way[0].method == "GET"] if members else []
        if ways:
            shown[path] = (ways, members)
    return Addressing(operation, shown) if shown else None
