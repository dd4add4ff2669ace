"""Responses that are a sequence of values, each framed by itself: server-sent events, lines of JSON, text sequences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from mockserver.contract.contract import Contract
from mockserver.contract.operations import media as media_types
from mockserver.contract.operations.operation import MediaType, Operation
from mockserver.contract.schemas.view import SchemaView, has_any, item, members, required

FIELDS: Final = frozenset(("data", "event", "id", "retry", "comment"))
"""The fields of a server-sent event (HTML, section 9.2.6), and a comment."""
COUNT: Final = 3
"""How many values a stream has that the contract has no examples of."""
_FRAMED: Final = re.compile(r"\s*(data|event|id|retry)?:")
_ENDING: Final = re.compile(r"data: ?(\[[A-Z_]+\])\s*$")
_LITERAL: Final = re.compile(r"\[[A-Z_]+\]")
_DEEPEST: Final = 12
_encode = msgspec.json.Encoder().encode


class Framing(msgspec.Struct, frozen=True):
    """How the values of one stream are written: as events, lines or a text sequence."""

    kind: str
    shaped: bool = False  #: whether values are events with fields, and not what their data is
    ending: str = ""  #: the data of the last event, which isn't JSON, such as `[DONE]`

    def frames(self, value: Any) -> list[bytes]:
        """The bytes of each value; text is framed already."""
        if isinstance(value, str | bytes):
            return _cut(value.encode() if isinstance(value, str) else value, self.kind)
        values = value if isinstance(value, list) else [value]
        frames = [self._frame(one) for one in values]
        return [*frames, f"data: {self.ending}\n\n".encode()] if self.ending else frames

    def _frame(self, value: Any) -> bytes:
        if self.kind == "lines":
            return _encode(value) + b"\n"
        if self.kind == "sequence":
            return b"\x1e" + _encode(value) + b"\n"
        is_event = self.shaped and isinstance(value, Mapping) and FIELDS.issuperset(value)
        return "".join(_event(value if is_event else {"data": value})).encode()


def _event(fields: Mapping[str, Any]) -> Iterator[str]:
    """The lines of one event."""
    for name in ("comment", "event", "id", "retry", "data"):
        if fields.get(name) is not None:
            text = fields[name] if isinstance(fields[name], str) else _encode(fields[name]).decode()
            label = "" if name == "comment" else name
            yield from (f"{label}: {line}\n" for line in re.split(r"\r\n|\r|\n", text))
    yield "\n"


def _cut(raw: bytes, kind: str) -> list[bytes]:
    """Framed bytes, cut after each frame."""
    ends = {"events": rb"(?<=\n\n)|(?<=\r\n\r\n)", "lines": rb"(?<=\n)", "sequence": rb"(?=\x1e)"}[kind]
    return [frame for frame in re.split(ends, raw) if frame]


class Streams:
    """The streams that the responses of one contract are."""

    def __init__(self, contract: Contract, view: SchemaView) -> None:
        self.contract, self.view = contract, view

    def framing(self, operation: Operation, media: MediaType) -> Framing | None:
        """How a response of this type is framed; None where it is one value."""
        kind = media_types.kind(media_types.split(media.name)[0])
        if kind not in media_types.SEQUENTIAL:
            return None
        if kind != "events":
            return Framing(kind)
        known = members(self.items_of(media), self.view).keys()
        shaped = "data" in known and FIELDS.issuperset(known)
        shaped = shaped and ("itemSchema" in media.raw or not known.isdisjoint(("event", "retry")) or len(known) == 1)
        examples = [one for one in media.examples.values() if isinstance(one, str)]
        literal = next(filter(_is_literal, examples), "")
        return Framing(kind, shaped, "" if any(map(_is_framed, examples)) else literal or _ending(operation, media))

    def items_of(self, media: MediaType) -> Any:
        """The schema of each value; None where the schema is that of the whole text, or there is none."""
        return item(media.schema, self.view) if media.schema is not None else None

    def examples(self, media: MediaType, framing: Framing) -> Any:
        """The values of the examples, or the text of one that is framed already; an empty list where there are none."""
        schema, values = self.items_of(media), []
        for example in media.examples.values():
            if isinstance(example, str) and (framing.kind != "events" or _is_framed(example)):
                return example
            listed = example if isinstance(example, list) and not self.fits(schema, example) else [example]
            values += [one for one in listed if self.fits(schema, one) or (schema is None and not _is_literal(one))]
        return values

    def fits(self, schema: Any, value: Any) -> bool:
        """Whether a value satisfies a schema."""
        return schema is not None and not self.contract.breaches(schema, value)

    def tidied(self, schema: Any, value: Any, number: int) -> Any:
        """A generated event without what would mislead a client: an invented name keeps it from the listeners for
        messages, and an invented time delays its next connection."""
        if not isinstance(value, dict) or not FIELDS.issuperset(value):
            return value
        known, needed = members(schema, self.view), required(schema, self.view)
        kept = dict(value)
        for name in ("event", "retry", "comment"):
            offered = has_any(known.get(name, {}), _OFFERING, self.view)
            if name in kept and not offered:
                if name not in needed:
                    del kept[name]
                elif name == "event":
                    kept[name] = "message"
        if isinstance(kept.get("id"), str):
            kept["id"] = str(number)
        return kept if self.fits(schema, kept) else value


_OFFERING: Final = ("enum", "const", "example", "examples", "default")


def _is_literal(value: Any) -> bool:
    return isinstance(value, str) and _LITERAL.fullmatch(value) is not None


def _is_framed(text: str) -> bool:
    return _FRAMED.match(text) is not None


def _ending(operation: Operation, media: MediaType) -> str:
    """The data of the last event in any example of the operation, where that is a word in brackets."""
    for text in (*_texts(media.raw, 0), *_texts(operation.raw, 0)):
        match = _ENDING.search(text)
        if match:
            return match[1]
    return ""


def _texts(node: Any, depth: int) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif depth < _DEEPEST and isinstance(node, Mapping | list):
        for inner in node.values() if isinstance(node, Mapping) else node:
            yield from _texts(inner, depth + 1)
