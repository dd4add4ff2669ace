"""A change of a record as an event of a stream, in the form that the contract gives such events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from mockserver.contract.contract import Contract
from mockserver.contract.operations import media as media_types
from mockserver.contract.schemas.naming import words
from mockserver.contract.schemas.projection import projector
from mockserver.contract.schemas.view import at_path, members, types
from mockserver.messages import Follow
from mockserver.outbound.composing import NAMING, choices, places
from mockserver.reply.builder import ReplyBuilder
from mockserver.state.collection import Record

CREATED: Final = frozenset(("created", "create", "added", "add", "new", "inserted", "opened", "started"))
CHANGED: Final = frozenset(("changed", "change", "updated", "update", "modified", "edited", "patched"))
REMOVED: Final = frozenset(("removed", "remove", "deleted", "delete", "gone", "closed", "ended"))
"""How events are called that tell of such a change."""
_encode = msgspec.json.Encoder().encode


class Happenings:
    """Writes the events of one contract."""

    def __init__(self, contract: Contract, builder: ReplyBuilder) -> None:
        self.contract, self._builder = contract, builder

    def frame(self, follow: Follow, kind: frozenset[str], record: Record, id_: str) -> bytes | None:
        """The bytes of one event; None where the contract has no form for it."""
        operation = self.contract.operations.get(follow.operation)
        response = None if operation is None else operation.response_for(follow.status)
        declared = None if response is None else media_types.declared_for(response.media_types, follow.media)
        framing = (
            None
            if operation is None or declared is None
            else self._builder.templates.streams.framing(operation, declared)
        )
        if declared is None or framing is None:
            return None
        schema = self._builder.templates.streams.items_of(declared)
        value = self._shaped(schema, kind, record) if framing.shaped else self._value(schema, kind, record)
        if value is None or (schema is not None and self.contract.breaches(schema, value)):
            return None
        if not framing.shaped or "id" not in value:
            [frame] = framing.frames([value])[:1]
            return (f"id: {id_}\n".encode() if follow.events else b"") + frame
        return framing.frames([{**value, "id": id_}])[0]

    def _shaped(self, schema: Any, kind: frozenset[str], record: Record) -> Any:
        """An event that has fields of its own, with the record as its data."""
        view = self.contract.view
        known = members(schema, view)
        inner = known["data"]
        as_text = types(inner, view) == {"string"}
        data = self._value(None if as_text else inner, kind, record, named="event" in known)
        if data is None:
            return None
        value: dict[str, Any] = {"data": _encode(data).decode() if as_text else data}
        if "id" in known:
            value["id"] = "0"  # its place follows
        name = _called(choices(known["event"], view), kind) if "event" in known else None
        if name is not None:
            value["event"] = name
        return value if name is not None or kind is not REMOVED else None

    def _value(self, schema: Any, kind: frozenset[str], record: Record, *, named: bool = False) -> Any:
        """A record where a schema has a place for it, with the word for what has happened."""
        view = self.contract.view
        if schema is None:
            return dict(record)
        found = places(schema, record, view, least=1)
        if not found:
            return None
        path, _ = found[0]
        shown = projector(at_path(schema, path, view), view)(record)
        for name in reversed(path):
            shown = {name: shown}
        said = named
        for name, inner in members(schema, view).items() if isinstance(shown, Mapping) else ():
            word = _called(choices(inner, view), kind) if name.lower() in NAMING and name not in record else None
            if word is not None:
                shown, said = {**shown, name: word}, True
        return shown if said or kind is not REMOVED else None


def _called(names: list[Any], kind: frozenset[str]) -> str | None:
    """The name of an event for what has happened."""
    return next((name for name in names if isinstance(name, str) and not kind.isdisjoint(words(name))), None)
