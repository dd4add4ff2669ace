"""YAML and JSON text into plain values: dicts with string keys, lists, strings, numbers, booleans, None.

YAML is read by the 1.2 core schema (https://yaml.org/spec/1.2.2/#103-core-schema), since OpenAPI is defined on it:
`on`, `yes` and dates stay strings, and a key such as `200` is the string "200". Values are built from libyaml's
events, at about twice the speed of PyYAML's own constructors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml
from yaml.cyaml import CSafeLoader
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from mockserver.errors import UsageError

MAX_EXPANDED = 2_000_000
"""Nodes that the aliases of one text may stand for: above it, it is an attack ("billion laughs") or a slip."""

MAX_DEPTH = 200
"""Levels that a text may nest; real documents stay below 50, and readers of nested values recurse."""

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER_START = frozenset("+-.0123456789")


def read(path: Path) -> Any:
    """The value that a YAML or JSON file holds; an unreadable or broken file is a `UsageError` with its line."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", place=str(path)) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"is not UTF-8 text (byte {error.start})", place=str(path)) from error
    return parse(text, str(path))


def parse(text: str, name: str) -> Any:
    """The value of YAML or JSON text; `name` stands in errors."""
    if name.endswith(".json") or text.lstrip(" \t\r\n")[:1] in ("{", "[", '"'):
        try:
            return msgspec.json.decode(text)
        except (msgspec.MsgspecError, UnicodeError):
            if name.endswith(".json"):
                return _slow_json(text, name)
        except RecursionError as error:
            raise UsageError(f"nests deeper than {MAX_DEPTH} levels", place=name) from error
    return _Reader(text, name).value()


def dump(value: Any) -> str:
    """The value as YAML that `parse` reads back as the same value, members in their order."""
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


class _Dumper(yaml.SafeDumper):
    """Quotes the texts that the 1.2 core schema would read as something else, such as `1e3`."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = None if plain_scalar(text) == text else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _represent_text)


def line_of(text: str, pointer: str) -> int | None:
    """The line (from 1) of the node at a JSON Pointer, or of its nearest parent; None where the text has none."""
    if "\n" not in text.strip():
        return 1
    wanted = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    # libyaml knows no \uD83D\uDE00 pairs, which JSON is full of; only line breaks matter here.
    text = re.sub(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}", "______", text)
    try:
        return _find(CSafeLoader(text), wanted)
    except (yaml.YAMLError, ValueError):
        return None


def _slow_json(text: str, name: str) -> Any:
    """What the fast parser refuses: a lone surrogate is read, a broken text gets its line."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise UsageError(f"is not JSON: {error.msg}", place=f"{name}:{error.lineno}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"is not JSON: {error}", place=name) from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")


def plain_scalar(text: str) -> Any:
    """The value of an unquoted YAML scalar by the core schema."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_START:
        return text
    if _INTEGER.fullmatch(text):
        return int(text, 0 if text[1:2] in ("o", "x") else 10)
    if _FLOAT.fullmatch(text):
        return float(text)
    return _infinite(text)


def _infinite(text: str) -> Any:
    if text.lstrip("+-") in (".inf", ".Inf", ".INF"):
        return float("-inf") if text[0] == "-" else float("inf")
    return float("nan") if text in (".nan", ".NaN", ".NAN") else text


_TAGGED: dict[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:int": lambda text: int(text, 0),
    "tag:yaml.org,2002:float": float,
    "tag:yaml.org,2002:bool": lambda text: _WORDS[text],
    "tag:yaml.org,2002:null": lambda _: None,
}


class _Reader:
    """Builds the value of one text from its events."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.anchors: dict[str, tuple[Any, int]] = {}  # value and how many nodes it stands for
        self.nodes = self.expanded = self.depth = 0
        self.parser = self.guarded(lambda: CSafeLoader(text))
        self.next: Any = self.parser.get_event

    def value(self) -> Any:
        return self.guarded(self.document)

    def guarded(self, step: Any) -> Any:
        try:
            return step()
        except yaml.MarkedYAMLError as error:
            line = getattr(error.problem_mark, "line", 0) + 1
            raise UsageError(f"is not YAML: {error.problem}", place=f"{self.name}:{line}") from error
        except yaml.YAMLError as error:
            raise UsageError(f"is not YAML: {error}", place=self.name) from error

    def document(self) -> Any:
        self.next()
        if not isinstance(self.next(), DocumentStartEvent):
            return None
        value = self.build(self.next())
        self.next()
        event = self.next()
        if isinstance(event, DocumentStartEvent):
            raise self.error(event, "holds a second document")
        return value

    def build(self, event: Any) -> Any:
        self.nodes += 1
        kind = type(event)
        if kind is ScalarEvent:
            value = self.scalar(event)
            if event.anchor:
                self.anchors[event.anchor] = value, 1
            return value
        if kind is AliasEvent:
            return self.alias(event)
        return self.collection(event, self.mapping if kind is MappingStartEvent else self.sequence)

    def collection(self, event: Any, fill: Any) -> Any:
        before = self.nodes
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(event, f"nests deeper than {MAX_DEPTH} levels")
        value = fill()
        self.depth -= 1
        if event.anchor:
            self.anchors[event.anchor] = value, self.nodes - before + 1
        return value

    def sequence(self) -> list[Any]:
        items: list[Any] = []
        while type(event := self.next()) is not SequenceEndEvent:
            items.append(self.build(event))
        return items

    def mapping(self) -> dict[str, Any]:
        pairs: dict[str, Any] = {}
        merged: list[dict[str, Any]] = []
        while type(event := self.next()) is not MappingEndEvent:
            key = self.key(event)
            value = self.build(self.next())
            if key == "<<" and event.implicit[0]:
                merged += self.merged(event, value)
            elif key in pairs:
                raise self.error(event, f"has the key {key!r} twice", "keep one of them")
            else:
                pairs[key] = value
        for parent in merged:
            pairs = {**parent, **pairs}
        return pairs

    def key(self, event: Any) -> str:
        if type(event) is AliasEvent:
            value = self.alias(event)
            if isinstance(value, str):
                return value
        elif type(event) is ScalarEvent:
            if event.anchor:
                self.anchors[event.anchor] = event.value, 1
            return str(event.value)
        raise self.error(event, "has a key that is no text")

    def merged(self, event: Any, value: Any) -> list[dict[str, Any]]:
        parents = value if isinstance(value, list) else [value]
        if not all(isinstance(parent, dict) for parent in parents):
            raise self.error(event, "merges (<<) what is no mapping")
        return parents

    def scalar(self, event: Any) -> Any:
        if event.implicit[0]:
            return plain_scalar(event.value)
        if event.tag in _TAGGED:
            try:
                return _TAGGED[event.tag](event.value)
            except (KeyError, ValueError):
                raise self.error(event, f"{event.value!r} is no {event.tag.rpartition(':')[2]}") from None
        return event.value

    def alias(self, event: Any) -> Any:
        if event.anchor not in self.anchors:
            raise self.error(event, f"*{event.anchor} stands before its anchor is complete")
        value, size = self.anchors[event.anchor]
        self.nodes += size
        self.expanded += size
        if self.expanded > MAX_EXPANDED:
            raise self.error(event, f"its aliases stand for more than {MAX_EXPANDED:,} values")
        return value

    def error(self, event: Any, problem: str, fix: str = "") -> UsageError:
        return UsageError(problem, place=f"{self.name}:{event.start_mark.line + 1}", fix=fix)


def _find(parser: Any, wanted: list[str]) -> int:
    """Walks the events down the wanted path; stops at the last part that exists."""
    events = iter(parser.get_event, None)
    next(events), next(events)
    event, line = next(events), 1
    for part in wanted:
        if isinstance(event, MappingStartEvent):
            found = _in_mapping(events, part)
        elif isinstance(event, SequenceStartEvent) and part.isdigit():
            found = _in_sequence(events, int(part))
        else:
            return line
        if found is None:
            return line
        line, event = found
    return line


def _in_mapping(events: Iterator[Any], name: str) -> tuple[int, Any] | None:
    while not isinstance(key := next(events), MappingEndEvent):
        if isinstance(key, ScalarEvent) and key.value == name:
            return _line(key), next(events)
        _skip(events, key)
        _skip(events, next(events))
    return None


def _in_sequence(events: Iterator[Any], index: int) -> tuple[int, Any] | None:
    position = 0
    while not isinstance(event := next(events), SequenceEndEvent):
        if position == index:
            return _line(event), event
        _skip(events, event)
        position += 1
    return None


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _skip(events: Iterator[Any], event: Any) -> None:
    depth = 0
    while True:
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            depth += 1
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            depth -= 1
        if depth == 0:
            return
        event = next(events)
