"""The only module that knows jsonschema-rs: a schema is compiled once and checks a value in about a microsecond."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import Any, Final

import msgspec
from jsonschema_rs import (
    Draft202012Validator,
    Registry,
    ValidationError,
    ValidationErrorKind,
    Validator,
    validator_for,
)

LARGE: Final = 10_000
"""Values within a value, above which only the first breach is reported."""
HUGE: Final = 100_000
"""Values within a value, above which no breach is found: an error copies all of it, while every other thread waits."""
TOO_MUCH: Final = "size"
"""The keyword of the breach that is reported then."""


class Breach(msgspec.Struct, frozen=True):
    """One breach of a schema: the path in the value, the violated keyword, and its argument."""

    path: tuple[str | int, ...]
    keyword: str
    expected: Any  #: the keyword's argument, or what is missing or unexpected
    value: Any  #: the offending part of the value
    alternatives: tuple[tuple[Breach, ...], ...] = ()  #: of `anyOf` and `oneOf`: why each refused
    schema_path: tuple[str | int, ...] = ()  #: from the compiled schema or from one of its `$defs`
    evaluation_path: tuple[str | int, ...] = ()  #: the way to the keyword, each `$ref` on it included


def is_base64(value: Any) -> bool:
    """`format: byte` (RFC 4648, section 4)."""
    if not isinstance(value, str):
        return True
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


FORMATS: dict[str, Callable[[Any], bool]] = {"byte": is_base64}
"""Formats that JSON Schema does not know."""


class Compiled:
    """A compiled schema."""

    __slots__ = ("_validator", "accepts")

    accepts: Callable[[Any], bool]

    def __init__(self, validator: Validator) -> None:
        self._validator = validator
        self.accepts = validator.is_valid

    def breaches(self, value: Any) -> Iterator[Breach]:
        """Every breach of the schema, in the order of its keywords; of a large value the first one alone, and of a huge
        one only that there is one."""
        size = _size(value)
        if size > HUGE:
            return iter(() if self.accepts(value) else (Breach((), TOO_MUCH, None, value),))
        # The validator makes all errors before it hands out one: of a million, that takes a minute.
        errors = self._first(value) if size > LARGE else self._validator.iter_errors(value)
        return (_breach(error, value) for error in errors)

    def _first(self, value: Any) -> Iterator[ValidationError]:
        try:
            self._validator.validate(value)
        except ValidationError as error:
            yield error


def _size(value: Any) -> int:
    """How many values are within a value, as far as that matters."""
    waiting, seen = [value], 0
    while waiting and seen <= HUGE:
        node = waiting.pop()
        if isinstance(node, list | dict):
            seen += len(node)
            waiting += node[:HUGE] if isinstance(node, list) else islice(node.values(), HUGE)
    return seen


def compiled(schema: dict[str, Any] | bool) -> Compiled:
    """Compiles a self-contained JSON Schema (2020-12); `ValueError` when it is none."""
    return Compiled(Draft202012Validator(schema, formats=FORMATS, validate_formats=True, offline=True))


def compiled_metaschema(schema: dict[str, Any], resources: dict[str, Any]) -> Compiled:
    """Compiles a schema of schemas, of any draft, with the resources that it refers to."""
    registry = Registry(list(resources.items())) if resources else None
    return Compiled(validator_for(schema, registry=registry, validate_formats=False, offline=True))


@cache
def format_accepts(name: str) -> Callable[[Any], bool]:
    """The check of one format, for other validators to agree with."""
    return compiled({"format": name}).accepts


@cache
def pattern_accepts(pattern: str) -> Callable[[Any], bool]:
    """Whether a text matches a pattern; one that cannot be read matches anything."""
    repaired = repaired_pattern(pattern)
    return compiled({"pattern": repaired} if repaired is not None else True).accepts


_HYPHEN = re.compile(r"(\\[dDwWsS])-(?!\])")


@cache
def repaired_pattern(pattern: str) -> str | None:
    """The pattern where it can be compiled, else the nearest that means the same; None when there is none."""
    # `[\w-.]` is a literal hyphen in ECMA 262, annex B; \Z, \A and \h come from other engines.
    hyphens = _HYPHEN.sub(r"\1\\-", pattern)
    borrowed = hyphens.replace(r"\Z", "$").replace(r"\A", "^").replace(r"\h", r"[ \t]")
    return next((form for form in (pattern, hyphens, borrowed) if _compiles(form)), None)


def _compiles(pattern: str) -> bool:
    try:
        Draft202012Validator({"pattern": pattern})
    except ValueError:
        return False
    return True


def _breach(error: ValidationError, value: Any) -> Breach:
    # error.instance and error.message copy the offending part, which may be 10 MB; following the path does not.
    kind = error.kind
    path, part = _follow(value, error)
    context = getattr(kind, "context", None) or ()
    alternatives = tuple(tuple(_breach(inner, value) for inner in errors) for errors in context)
    schema_path = tuple(error.schema_path)
    way = tuple(error.evaluation_path)
    if kind.name == "falseSchema" and schema_path[-1:] == ("additionalProperties",) and isinstance(part, dict):
        return Breach(path, "additionalProperties", list(part), part, (), schema_path, way)
    return Breach(path, kind.name, _expected(kind), part, alternatives, schema_path, way)


def _follow(value: Any, error: ValidationError) -> tuple[tuple[str | int, ...], Any]:
    """The path to the offending part, and the part.

    The validator gives names that look like numbers as numbers (`04` as 4), and leaves empty names out.
    """
    path: list[str | int] = []
    for step in error.instance_path:
        while isinstance(value, dict) and (name := _name(value, step)) is None:
            if "" not in value:
                return (*path, step), value
            path.append("")
            value = value[""]
        path.append(step if isinstance(value, list) else name or "")
        value = value[path[-1]]
    while isinstance(value, dict) and "" in value and value != error.instance:
        path.append("")
        value = value[""]
    return tuple(path), value


_COUNT = re.compile(r"\+?0*[0-9]{1,20}")


def _name(value: dict[str, Any], step: str | int) -> str | None:
    """The member that a step of the validator's path means; None where an empty name was left out before it."""
    if str(step) in value:
        return str(step)
    alike = (name for name in value if _COUNT.fullmatch(name) and int(name) == step) if isinstance(step, int) else ()
    return next(iter(alike), None)


def _expected(kind: ValidationErrorKind) -> Any:
    if isinstance(kind, ValidationErrorKind.PropertyNames):
        return kind.error.instance
    names = getattr(type(kind), "__match_args__", ())
    return getattr(kind, names[0]) if names and names[0] != "context" else None
