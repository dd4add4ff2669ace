"""The values of a stream that passes, each checked as it comes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from mockserver.contract.contract import Contract
from mockserver.contract.messages.decoding import Undecodable, json_value
from mockserver.contract.operations.media import SEQUENTIAL, kind, split
from mockserver.contract.operations.operation import MediaType, Operation
from mockserver.contract.schemas.view import members
from mockserver.errors import Violation
from mockserver.reply.streams import Framing, Streams

_ENDS: Final = {
    "lines": re.compile(rb"\r?\n"),
    "sequence": re.compile(rb"(?!\A)(?=\x1e)"),
    "events": re.compile(rb"(?:\r\n|\n|\r(?!\n)){2}"),
}
"""What ends an item of a stream (HTML, section 9.2.6; RFC 7464)."""
_LINE: Final = re.compile(r"\r\n|\n|\r")
_LITERAL: Final = re.compile(r"\[[A-Z_]+\]")


class Item(msgspec.Struct, frozen=True):
    """One value of a stream that breaks the contract."""

    number: int  #: from 1
    content: bytes
    violations: tuple[Violation, ...]


class Items:
    """Checks the items of one stream; one that is larger than `largest` bytes is left out."""

    def __init__(self, contract: Contract, schema: Any, framing: Framing, largest: int) -> None:
        self._contract, self._schema, self._framing, self._largest = contract, schema, framing, largest
        self._data = members(schema, contract.view).get("data") if framing.shaped else None
        self._rest, self._skips = b"", False
        self.count = self.unchecked = 0

    def take(self, piece: bytes) -> Iterator[Item]:
        """The items in the next piece that break the contract."""
        ends = _ENDS[self._framing.kind]
        start, rest = 0, self._rest + piece
        for end in ends.finditer(rest, max(len(self._rest) - 4, 0)):
            yield from self._ended(rest[start : end.start()])
            start = end.end()
        self._rest = rest[start:]
        if len(self._rest) > self._largest:
            self._rest, self._skips = b"", True

    def end(self) -> Iterator[Item]:
        """That behind the last end; half an event isn't one."""
        rest, self._rest = self._rest, b""
        if self._framing.kind != "events":
            yield from self._ended(rest)

    def _ended(self, content: bytes) -> Iterator[Item]:
        skips, self._skips = self._skips, False
        if skips:
            self.count += 1
            self.unchecked += 1
            return
        found = self._event(content) if self._framing.kind == "events" else self._value(content.strip(b"\x1e\r\n \t"))
        if found:
            yield Item(self.count, content, found)

    def _value(self, content: bytes) -> tuple[Violation, ...]:
        if not content:
            return ()
        self.count += 1
        try:
            return self._broken(json_value(content))
        except Undecodable as error:
            return (Violation(self._place, str(error)),)

    @property
    def _place(self) -> str:
        return f"body[{self.count - 1}]"

    def _broken(self, value: Any) -> tuple[Violation, ...]:
        return self._contract.violations(self._schema, value, place=self._place)

    def _event(self, content: bytes) -> tuple[Violation, ...]:
        """What an event breaks; a comment, as heartbeats are, is none, nor is what ends a stream, such as `[DONE]`."""
        event = _fields(content)
        if "data" not in event or _LITERAL.fullmatch(event["data"]):
            return ()
        self.count += 1
        try:
            data = json_value(event["data"].encode())
        except Undecodable:
            data = event["data"]
        if not self._framing.shaped:
            return self._first_of(data, event["data"])
        found = self._first_of({**event, "data": data}, event)
        described = self._data.get("contentSchema") if isinstance(self._data, dict) else None
        if found or described is None:
            return found
        return self._contract.violations(described, data, place=f"{self._place}.data")

    def _first_of(self, value: Any, text: Any) -> tuple[Violation, ...]:
        """What both readings of an event's data break, as JSON and as text; nothing where one fits."""
        found = self._broken(value)
        as_text = self._broken(text) if found and text != value else found
        return as_text and (found if isinstance(value, dict | list) and self._data is None else as_text)


def _fields(content: bytes) -> dict[str, Any]:
    """The fields of an event."""
    fields: dict[str, Any] = {}
    for line in _LINE.split(content.decode(errors="replace").removeprefix("\ufeff")):
        name, _, text = line.partition(":")
        text = text.removeprefix(" ")
        if name == "data":
            fields["data"] = f"{fields['data']}\n{text}" if "data" in fields else text
        elif name in ("event", "id"):
            fields[name] = text
        elif name == "retry" and text.isdecimal():
            fields["retry"] = int(text)
    return fields


def items_of(contract: Contract, operation: Operation, declared: MediaType | None, largest: int) -> Items | None:
    """What checks the items of a stream; None where the contract doesn't describe them."""
    if declared is None or kind(split(declared.name)[0]) not in SEQUENTIAL:
        return None
    streams = Streams(contract, contract.view)
    framing, schema = streams.framing(operation, declared), streams.items_of(declared)
    return Items(contract, schema, framing, largest) if framing is not None and schema is not None else None
