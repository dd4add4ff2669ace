"""Selections that travel as one text: `app=web,tier!=db` over labels or fields, and an object of fields as JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from mockserver.contract.schemas.naming import plain
from mockserver.state.collection import text_of, values_at

Test = Callable[[Iterable[Any]], bool]
_PARTS: Final = re.compile(r",(?![^(]*\))")
_COMPARED: Final = re.compile(r"([^\s=!]+)\s*(==|=|!=)\s*(.*)")
_AMONG: Final = re.compile(r"(\S+)\s+(in|notin)\s*\(([^)]*)\)", re.IGNORECASE)
_MOST: Final = 100
"""Requirements of one selection."""


def selecting(wanted: Any) -> Test | None:
    """Whether an object satisfies every requirement of a text: `a=b`, `a!=b`, `a in (b,c)`, `a`, `!a`."""
    if not isinstance(wanted, str) or not wanted.strip():
        return None
    tests = [_requirement(part.strip()) for part in _PARTS.split(wanted)[:_MOST] if part.strip()]

    def test(values: Iterable[Any]) -> bool:
        whole = next((value for value in values if isinstance(value, Mapping)), {})
        return all(one(whole) for one in tests)

    return test


def _requirement(text: str) -> Callable[[Mapping[str, Any]], bool]:
    if (among := _AMONG.fullmatch(text)) is not None:
        name, word, options = among.groups()
        known = {option.strip() for option in options.split(",")}
        return lambda whole: (_text(whole, name) in known) == (word.lower() == "in")
    if (compared := _COMPARED.fullmatch(text)) is not None:
        name, sign, value = compared.groups()
        return lambda whole: (_text(whole, name) == value.strip()) != (sign == "!=")
    absent, name = text.startswith("!"), text.lstrip("! ")
    return lambda whole: (_text(whole, name) is None) == absent


def _text(whole: Mapping[str, Any], name: str) -> str | None:
    """The value of a label, whose name may have dots, or of the field at a path."""
    if name in whole:
        return text_of(whole[name])
    return next((text_of(value) for value in values_at(whole, name.split("."))), None)


def matching(wanted: Any) -> Test | None:
    """Whether a record has the values of an object that is sent as JSON; names that it doesn't have filter nothing."""
    try:
        fields = msgspec.json.decode(wanted) if isinstance(wanted, str) else wanted
    except (msgspec.DecodeError, RecursionError):
        return None
    if not isinstance(fields, Mapping):
        return None
    asked = {plain(str(name)): list(_options(value)) for name, value in list(fields.items())[:_MOST]}
    return lambda values: all(_has(value, asked) for value in values)


def _options(value: Any) -> Iterator[Any]:
    """One value, those of a list, or the names of a map such as `{"running": true}`."""
    yield from value if isinstance(value, list | Mapping) else (value,)


def _has(record: Any, asked: Mapping[str, list[Any]]) -> bool:
    known: dict[str, Any] = {}
    for name, value in _members(record, 2):
        known.setdefault(name, value)
    return all(_any_of(known.get(name, known.get(f"{name}s")), options) for name, options in asked.items() if options)


def _members(value: Any, deeper: int) -> Iterator[tuple[str, Any]]:
    """The members of a record, those of its own first, then those of the objects in it."""
    if isinstance(value, Mapping):
        yield from ((plain(name), inner) for name, inner in value.items())
        for inner in value.values() if deeper else ():
            yield from _members(inner, deeper - 1)


def _any_of(value: Any, options: list[Any]) -> bool:
    """Whether a value is one of some: as a part of a text, an entry of a list, or a label `name` or `name=value`."""
    if value is None:
        return True
    if isinstance(value, Mapping):
        tests = (selecting(text_of(option)) for option in options)
        labels = any(test is not None and test([value]) for test in tests)
        return labels or any(_any_of(inner, options) for inner in value.values() if isinstance(inner, str))
    texts = [text_of(one).casefold() for one in (value if isinstance(value, list) else [value])]
    return any(text_of(option).casefold() in text for option in options for text in texts)
