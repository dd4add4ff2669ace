"""Breaches of a schema as sentences for the person who sent the value."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace

from mockserver.contract.schemas.compiled import TOO_MUCH, Breach
from mockserver.errors import Violation

SHOWN = 60
"""Characters of a value that a message quotes."""


def violations(breaches: Iterable[Breach], place: str, pointer_of: Callable[[Breach], str]) -> list[Violation]:
    """The breaches of a value that stands at `place` of a message."""
    return [violation for breach in breaches for violation in _violations(breach, place, pointer_of)]


def place_of(place: str, path: Iterable[str | int]) -> str:
    """`body` and `("items", 0, "name")` are `body.items[0].name`."""
    return place + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def quoted(value: Any) -> str:
    """A value as JSON, shortened."""
    if isinstance(value, str) and len(value) > SHOWN:
        return f'{json.dumps(value[:SHOWN], ensure_ascii=False)[:-1]}…" ({len(value):,} characters)'
    if isinstance(value, list | dict):
        return f"{'a list' if isinstance(value, list) else 'an object'} of {len(value):,}"
    return json.dumps(value, ensure_ascii=False, default=str)[: SHOWN + 2]


def _violations(breach: Breach, place: str, pointer_of: Callable[[Breach], str]) -> list[Violation]:
    where, pointer = place_of(place, breach.path), pointer_of(breach)
    if breach.keyword == "required":
        sent = list(breach.value)[:100] if isinstance(breach.value, dict) else []
        return [Violation(f"{where}.{breach.expected}", missing(str(breach.expected), sent, where), pointer)]
    if breach.keyword in ("additionalProperties", "unevaluatedProperties"):
        return [
            Violation(f"{where}.{name}", "is not a property that the contract knows", pointer)
            for name in breach.expected
        ]
    say = _SENTENCES.get(breach.keyword, _unknown)
    return [Violation(where, say(breach), pointer)]


def missing(name: str, sent: Iterable[str], place: str) -> str:
    """That a name is missing from what stands at `place`, and which of the names sent there may be meant."""
    near = nearest(name, sent)
    return f"is required; you sent {f'{place}.{near}'.lstrip('.')}" if near else "is required"


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name that is meant: one that differs by case and separators alone, else one that is spelled alike."""
    known = list(names)
    same = [one for one in known if _plain(one) == _plain(name)]
    return next(iter(same or difflib.get_close_matches(name, known, n=1, cutoff=0.75)), None)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _type(breach: Breach) -> str:
    names = [_TYPES.get(name, name) for name in breach.expected]
    return f"must be {' or '.join(names)}, not {quoted(breach.value)}"


_TYPES = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def _enum(breach: Breach) -> str:
    options = [quoted(option) for option in breach.expected]
    near = difflib.get_close_matches(str(breach.value)[:SHOWN], [str(option) for option in breach.expected], n=1)
    listed = ", ".join(options[:10]) + (", …" if len(options) > 10 else "")
    hint = f"; did you mean {quoted(near[0])}?" if near else ""
    return f"must be one of {listed}, not {quoted(breach.value)}{hint}"


def _alternatives(breach: Breach) -> str:
    if not breach.alternatives or any(not errors for errors in breach.alternatives):
        which = f": {breach.expected}" if isinstance(breach.expected, str) else ""
        return f"fits more than one of the alternatives of which it must fit exactly one{which}"
    firsts = [errors[0] for errors in breach.alternatives]
    if all(first.keyword == "required" and first.path == breach.path for first in firsts):
        return f"needs one of {', '.join(dict.fromkeys(str(first.expected) for first in firsts))}"
    deepest = max(firsts, key=lambda first: len(first.path))
    nearest_breach = replace(deepest, path=deepest.path[len(breach.path) :])
    [nearest_violation, *_] = _violations(nearest_breach, "", lambda _: "")
    why = f"{nearest_violation.place.lstrip('.')} {nearest_violation.message}".lstrip()
    return f"fits none of {len(breach.alternatives)} alternatives; the nearest: {why}"


def _pattern(pattern: str) -> str:
    return pattern if len(pattern) <= SHOWN else f"{pattern[:SHOWN]}…"


def _a(noun: str) -> str:
    return f"{'an' if noun[:1] in 'aei' else 'a'} {noun}"


def _unknown(breach: Breach) -> str:
    return f"breaks the contract ({breach.keyword})"


def _count(singular: str, plural: str) -> Callable[[str, Breach], str]:
    return lambda bound, breach: (
        f"must have at {bound} {breach.expected} {singular if breach.expected == 1 else plural}, "
        f"not {_size(breach.value)}"
    )


def _size(value: Any) -> str:
    return f"{len(value):,}" if hasattr(value, "__len__") else quoted(value)


_characters = _count("character", "characters")
_items = _count("item", "items")
_properties = _count("property", "properties")

_SENTENCES: dict[str, Callable[[Breach], str]] = {
    "type": _type,
    "enum": _enum,
    "const": lambda b: f"must be {quoted(b.expected)}, not {quoted(b.value)}",
    "format": lambda b: f"must be {_a(str(b.expected))}, not {quoted(b.value)}",
    "pattern": lambda b: f"must match {_pattern(b.expected)}, not {quoted(b.value)}",
    "minimum": lambda b: f"must be at least {b.expected}, not {quoted(b.value)}",
    "maximum": lambda b: f"must be at most {b.expected}, not {quoted(b.value)}",
    "exclusiveMinimum": lambda b: f"must be more than {b.expected}, not {quoted(b.value)}",
    "exclusiveMaximum": lambda b: f"must be less than {b.expected}, not {quoted(b.value)}",
    "multipleOf": lambda b: f"must be a multiple of {b.expected}, not {quoted(b.value)}",
    "minLength": lambda b: _characters("least", b),
    "maxLength": lambda b: _characters("most", b),
    "minItems": lambda b: _items("least", b),
    "maxItems": lambda b: _items("most", b),
    "minProperties": lambda b: _properties("least", b),
    "maxProperties": lambda b: _properties("most", b),
    "uniqueItems": lambda _: "must hold no item twice",
    "contains": lambda _: "holds no item of the kind that it must contain",
    "not": lambda _: "is of a kind that the contract rules out",
    "anyOf": _alternatives,
    "oneOf": _alternatives,
    "falseSchema": lambda _: "must not be here",
    TOO_MUCH: lambda b: f"({quoted(b.value)}) doesn't fit its schema; it is too large to say where",
    "propertyNames": lambda b: f"has a property with a name that is not allowed: {quoted(b.expected)}",
}
