"""YAML and JSON text into plain values, built from libyaml's events: at about twice the speed of PyYAML's own
constructors, with every alias, key and level counted.
"""

from __future__ import annotations

import json
import re
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
)

from mockserver.errors import UsageError
from mockserver.plain_yaml.scalars import TAGGED, plain_scalar
from mockserver.plain_yaml.tabs import without_tabs

MAX_EXPANDED = 2_000_000
"""How many nodes the aliases of one text may expand to: more is an attack ("billion laughs") or a mistake."""

MAX_DEPTH = 200
"""How deep a text may nest; real documents stay below 50, and readers of nested values recurse."""


def read(path: Path) -> Any:
    """The value in a YAML or JSON file. Raises UsageError, with the line, for an unreadable or invalid file."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", place=str(path)) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"is not UTF-8 text (byte {error.start})", place=str(path)) from error
    return parse(text, str(path))


def parse(text: str, name: str) -> Any:
    """The value of YAML or JSON text; errors mention `name`."""
    if name.endswith(".json") or text.lstrip(" \t\r\n")[:1] in ("{", "[", '"'):
        try:
            return msgspec.json.decode(text)
        except (msgspec.MsgspecError, UnicodeError):
            if name.endswith(".json"):
                return _slow_json(text, name)
        except RecursionError as error:
            raise UsageError(f"nests deeper than {MAX_DEPTH} levels", place=name) from error
    try:
        return _Reader(text, name).value()
    except UsageError:
        plain = without_tabs(text)
        if plain == text:
            raise
    return _Reader(plain, name).value()


def _slow_json(text: str, name: str) -> Any:
    """The slow parser for what the fast one rejects: it accepts lone surrogates, and errors have a line."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        trailing = re.match(r",?\s*[]}]", text[error.pos :]) and text[: error.pos + 1].rstrip(" \t\r\n]}").endswith(",")
        fix = "JSON takes no comma before a closing bracket" if trailing else ""
        raise UsageError(f"is not JSON: {error.msg}", place=f"{name}:{error.lineno}", fix=fix) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"is not JSON: {error}", place=name) from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} isn't a JSON value")


def _likely_fix(problem: str, line: str) -> str:
    """What usually is behind an error of the parser's; empty where we don't know."""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "indent with spaces, not with tabs"
    if "cannot start any token" in problem:
        return "put a text that begins with @, %, ` or a tab in quotes"
    if "mapping values are not allowed" in problem:
        return "put a text with a colon in it in quotes, and check the indentation"
    return "is a bracket, a brace or a quote left open above?" if "did not find expected" in problem else ""


class _Reader:
    """Builds the value of one text from its events."""

    def __init__(self, text: str, name: str) -> None:
        self.name, self.text = name, text
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
            line = getattr(error.problem_mark, "line", 0)
            fix = _likely_fix(str(error.problem), next(iter(self.text.splitlines()[line:]), ""))
            raise UsageError(f"is not YAML: {error.problem}", place=f"{self.name}:{line + 1}", fix=fix) from error
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
            raise self.error(event, "contains a second document")
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
        raise self.error(event, "has a key that isn't text")

    def merged(self, event: Any, value: Any) -> list[dict[str, Any]]:
        parents = value if isinstance(value, list) else [value]
        if not all(isinstance(parent, dict) for parent in parents):
            raise self.error(event, "merges (<<) a value that isn't a mapping")
        return parents

    def scalar(self, event: Any) -> Any:
        if event.implicit[0]:
            return plain_scalar(event.value)
        if event.tag in TAGGED:
            try:
                return TAGGED[event.tag](event.value)
            except (KeyError, ValueError):
                raise self.error(event, f"{event.value!r} isn't a valid {event.tag.rpartition(':')[2]}") from None
        return event.value

    def alias(self, event: Any) -> Any:
        if event.anchor not in self.anchors:
            raise self.error(event, f"*{event.anchor} is used before its anchor is complete")
        value, size = self.anchors[event.anchor]
        self.nodes += size
        self.expanded += size
        if self.expanded > MAX_EXPANDED:
            raise self.error(event, f"its aliases expand to more than {MAX_EXPANDED:,} values")
        return value

    def error(self, event: Any, problem: str, fix: str = "") -> UsageError:
        return UsageError(problem, place=f"{self.name}:{event.start_mark.line + 1}", fix=fix)
