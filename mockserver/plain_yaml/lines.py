"""The line of a value in a YAML or JSON text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import yaml
from yaml.cyaml import CSafeLoader
from yaml.events import MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent

from mockserver.plain_yaml.tabs import without_tabs

_LARGE: Final = 1_000_000
"""Characters of a text in which a place is looked for by its name first."""


def line_of(text: str, pointer: str) -> int | None:
    """The line (from 1) of the node at a JSON Pointer, or of its nearest parent; None where the text has none."""
    if "\n" not in text.strip():
        return 1
    wanted = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    # libyaml rejects surrogate pairs such as \uD83D\uDE00, common in JSON; only line breaks matter here.
    text = re.sub(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}", "______", text)
    for form in dict.fromkeys((text, without_tabs(text))):
        try:
            return _find_near(form, wanted) or _find(CSafeLoader(form), wanted)
        except (yaml.YAMLError, ValueError):
            continue
    return None


def _find_near(text: str, wanted: list[str]) -> int | None:
    """The same for a path or a component of a large text, from the one line that has its name as a key; None where
    several have it, or the rest isn't found from there: to read 12 MB up to the place takes a second."""
    depth = {"paths": 2, "components": 3}.get(wanted[0] if wanted else "", len(wanted) + 1)
    if len(text) < _LARGE or len(wanted) < depth:
        return None
    name = wanted[depth - 1]
    starts = list(islice((start for key in (f'"{name}":', f"{name}:") for start in _begins_line(text, key)), 2))
    if len(starts) != 1:
        return None
    try:
        found = _find(CSafeLoader(text[starts[0] : starts[0] + _LARGE]), wanted[depth - 1 :])
    except (yaml.YAMLError, ValueError):
        return None
    return text.count("\n", 0, starts[0]) + found


def _begins_line(text: str, key: str) -> Iterator[int]:
    """Where lines begin whose first word is a key."""
    place = text.find(key)
    while place >= 0:
        start = text.rfind("\n", 0, place) + 1
        if not text[start:place].strip():
            yield start
        place = text.find(key, place + 1)


def _find(parser: Any, wanted: list[str]) -> int:
    """Follows the path through the events, up to the last part that exists."""
    events = iter(parser.get_event, None)
    next(events), next(events)
    event, line = next(events), 1
    for part in wanted:
        if isinstance(event, MappingStartEvent):
            match = _in_mapping(events, part)
        elif isinstance(event, SequenceStartEvent) and part.isdigit():
            match = _in_sequence(events, int(part))
        else:
            return line
        if match is None:
            return line
        line, event = match
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
