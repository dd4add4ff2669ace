"""Whether a value satisfies a schema, asked thousands of times while one is made.

The verdict on messages belongs to the contract's validators. They are compiled for each schema, which costs more than
the few look-ups that are needed here, on alternatives that nobody else ever asks about. JSON Schema 2020-12, and
OpenAPI 3.0 where it differs (`nullable`, boolean exclusive bounds); `readOnly` and `writeOnly` count by direction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sized
from dataclasses import dataclass, field
from fractions import Fraction
from math import isfinite
from typing import Any, Final

from mockserver.contract.schemas.keywords import READERS
from mockserver.contract.schemas.view import (
    SchemaView,
    discriminated,
    hidden,
    is_marked,
    is_nullable,
    own_types,
    patterns,
    properties,
)
from mockserver.generate.equality import among, distinct, same
from mockserver.generate.formats import has_format
from mockserver.generate.regex import matches

_DEEPEST: Final = 100
_MOST_KNOWN: Final = 50_000


@dataclass(frozen=True, slots=True)
class Checker:
    """Says whether values satisfy schemas; `writing` is for requests, else for answers."""

    view: SchemaView
    writing: bool = False
    _marked: dict[int, tuple[Any, bool]] = field(default_factory=dict, repr=False)
    _hidden: dict[int, tuple[Any, frozenset[str]]] = field(default_factory=dict, repr=False)

    def fits(self, schema: Any, value: Any, depth: int = 0, exempt: frozenset[str] = frozenset()) -> bool:
        """Whether the value satisfies the schema; members named in `exempt` need not be there."""
        if not isinstance(schema, Mapping) or depth > _DEEPEST:
            return schema is not False
        if value is None and is_nullable(schema, self.view) and not own_types(schema):
            return True
        if isinstance(value, dict):
            exempt |= self.hidden(schema)
        if isinstance(schema.get("$ref"), str):
            if not self.fits(self.view.target(schema["$ref"])[1], value, depth + 1, exempt):
                return False
            if self.view.is_alias(schema):
                return True
        question = _Question(self, schema, value, depth, exempt)
        return all(_holds(question, keyword, argument) for keyword, argument in schema.items() if keyword in _CHECKS)

    def hidden(self, schema: Mapping[str, Any]) -> frozenset[str]:
        """The members of a schema that never travel this way."""
        known = self._hidden.get(id(schema))
        if known is None:
            if len(self._hidden) >= _MOST_KNOWN:
                self._hidden.clear()
            known = self._hidden[id(schema)] = (schema, hidden(schema, self.view, writing=self.writing))
        return known[1]

    def hides(self, schema: Any) -> bool:
        """Whether a property of this schema never travels this way: `writeOnly` in answers, `readOnly` in requests."""
        known = self._marked.get(id(schema))
        if known is None:
            if len(self._marked) >= _MOST_KNOWN:
                self._marked.clear()
            mark = "readOnly" if self.writing else "writeOnly"
            known = self._marked[id(schema)] = (schema, is_marked(schema, mark, self.view))
        return known[1]


def _holds(question: _Question, keyword: str, argument: Any) -> bool:
    """Whether a value satisfies one keyword; one that cannot be read demands nothing."""
    read = READERS.get(keyword)
    if read is not None:
        repaired = read(argument)
        if repaired is None:
            return True
        argument = repaired[0]
    return _CHECKS[keyword](question, argument)


@dataclass(frozen=True, slots=True)
class _Question:
    checker: Checker
    schema: Mapping[str, Any]
    value: Any
    depth: int
    exempt: frozenset[str]

    def fits(self, schema: Any, value: Any) -> bool:
        return self.checker.fits(schema, value, self.depth + 1)

    def holds(self, schema: Any) -> bool:
        return self.checker.fits(schema, self.value, self.depth + 1, self.exempt)


def is_number(value: Any) -> bool:
    """Whether a value is a JSON number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_integer(value: Any) -> bool:
    """Whether a value is an integer: 1.0 is one (JSON Schema 2020-12 validation, 6.1.1)."""
    return is_number(value) and (isinstance(value, int) or value.is_integer())


_TYPES: Final[dict[str, Callable[[Any], bool]]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": is_integer,
    "number": is_number,
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def has_type(name: str, value: Any) -> bool:
    """Whether a value has the JSON type; a type that is not known admits anything."""
    check = _TYPES.get(name)
    return check is None or check(value)


def is_multiple(value: float, step: float) -> bool:
    """Whether a number is a multiple of another, as the decimals that both are written as."""
    if not isfinite(value) or not step:
        return False
    if isinstance(value, int) and isinstance(step, int):
        return value % step == 0
    return (Fraction(str(value)) / Fraction(str(step))).denominator == 1


def _type(question: _Question, names: Any) -> bool:
    if question.value is None and is_nullable(question.schema, question.checker.view):
        return True
    return any(has_type(name, question.value) for name in ([names] if isinstance(names, str) else names))


def _enum(question: _Question, values: Any) -> bool:
    return not isinstance(values, list) or among(question.value, values)


def _bound(admits: Callable[[Any, Any], bool]) -> Callable[[_Question, Any], bool]:
    def check(question: _Question, limit: Any) -> bool:
        return not is_number(question.value) or not is_number(limit) or admits(question.value, limit)

    return check


def _closed_bound(admits: Callable[[Any, Any], bool], exclusive: str) -> Callable[[_Question, Any], bool]:
    def check(question: _Question, limit: Any) -> bool:
        if not is_number(question.value) or not is_number(limit):
            return True
        excluded = question.checker.view.legacy and question.schema.get(exclusive) is True
        return admits(question.value, limit) or (question.value == limit and not excluded)

    return check


def _size(kind: type[Sized], admits: Callable[[int, Any], bool]) -> Callable[[_Question, Any], bool]:
    def check(question: _Question, limit: Any) -> bool:
        return not isinstance(question.value, kind) or admits(len(question.value), limit)

    return check


def _on(kind: type, admits: Callable[[_Question, Any], bool]) -> Callable[[_Question, Any], bool]:
    """A check that applies to values of one type alone."""

    def check(question: _Question, argument: Any) -> bool:
        return not isinstance(question.value, kind) or admits(question, argument)

    return check


def _required(question: _Question, names: Any) -> bool:
    return all(name in question.value or name in question.exempt for name in names)


def _properties(question: _Question, properties: Any) -> bool:
    value, checker = question.value, question.checker
    return all(
        not checker.hides(schema) and question.fits(schema, value[name])
        for name, schema in properties.items()
        if name in value
    )


def _pattern_properties(question: _Question, properties: Any) -> bool:
    return all(
        question.fits(schema, value)
        for pattern, schema in properties.items()
        for name, value in question.value.items()
        if matches(pattern, name)
    )


def _additional(question: _Question, schema: Any) -> bool:
    return all(
        question.fits(schema, question.value[name]) for name in question.value if not declares(question.schema, name)
    )


def declares(schema: Mapping[str, Any], name: str) -> bool:
    """Whether a schema declares a property: by its name, or by a pattern."""
    return name in properties(schema) or any(matches(one, name) for one in patterns(schema))


def _dependent_required(question: _Question, names: Any) -> bool:
    return all(set(needed) <= question.value.keys() for name, needed in names.items() if name in question.value)


def _dependent_schemas(question: _Question, schemas: Any) -> bool:
    return all(question.holds(schema) for name, schema in schemas.items() if name in question.value)


def _items(question: _Question, schema: Any) -> bool:
    first = schema if isinstance(schema, list) else question.schema.get("prefixItems", ())
    if isinstance(schema, list):  # draft 4's tuple
        return all(map(question.fits, first, question.value))
    return all(question.fits(schema, value) for value in question.value[len(first) :])


def _contains(question: _Question, schema: Any) -> bool:
    found = sum(question.fits(schema, value) for value in question.value)
    most = question.schema.get("maxContains")
    return found >= question.schema.get("minContains", 1) and (most is None or found <= most)


def _any_of(question: _Question, parts: Any) -> bool:
    picks = discriminated(question.schema, "anyOf")
    return any(map(question.holds, parts)) if not picks else _picked(question, parts, picks)


def _one_of(question: _Question, parts: Any) -> bool:
    picks = discriminated(question.schema, "oneOf")
    return sum(map(question.holds, parts)) == 1 if not picks else _picked(question, parts, picks)


def _picked(question: _Question, parts: list[Any], picks: Mapping[str, int]) -> bool:
    """Whether the one alternative holds that the discriminator picks."""
    name = question.schema["discriminator"]["propertyName"]
    value = question.value.get(name) if isinstance(question.value, Mapping) else None
    return isinstance(value, str) and value in picks and question.holds(parts[picks[value]])


def _condition(question: _Question, schema: Any) -> bool:
    branch = question.schema.get("then" if question.holds(schema) else "else", True)
    return question.holds(branch)


def _unevaluated_properties(question: _Question, schema: Any) -> bool:
    seen = set(_evaluated(question, question.schema))
    return all(question.fits(schema, value) for name, value in question.value.items() if name not in seen)


def _evaluated(question: _Question, schema: Any) -> Iterator[str]:
    """The properties that a schema and its applied parts look at (JSON Schema 2020-12 core, 11.3)."""
    if not isinstance(schema, Mapping):
        return
    open_ended = "additionalProperties" in schema or (
        "unevaluatedProperties" in schema and schema is not question.schema
    )
    yield from (name for name in question.value if open_ended or declares(schema, name))
    applied = [*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if "$ref" in schema:
        applied.append(question.checker.view.target(schema["$ref"])[1])
    if "if" in schema:
        applied += [schema["if"], schema.get("then" if question.holds(schema["if"]) else "else")]
    applied += [part for name, part in schema.get("dependentSchemas", {}).items() if name in question.value]
    for part in applied:
        if question.holds(part):
            yield from _evaluated(question, part)


_CHECKS: Final[dict[str, Callable[[_Question, Any], bool]]] = {
    "type": _type,
    "enum": _enum,
    "const": lambda question, value: same(question.value, value),
    "minimum": _closed_bound(lambda value, limit: value > limit, "exclusiveMinimum"),
    "maximum": _closed_bound(lambda value, limit: value < limit, "exclusiveMaximum"),
    "exclusiveMinimum": _bound(lambda value, limit: value > limit),
    "exclusiveMaximum": _bound(lambda value, limit: value < limit),
    "multipleOf": lambda question, step: not is_number(question.value) or is_multiple(question.value, step),
    "minLength": _size(str, lambda size, limit: size >= limit),
    "maxLength": _size(str, lambda size, limit: size <= limit),
    "pattern": _on(str, lambda question, pattern: matches(pattern, question.value)),
    "format": lambda question, name: has_format(name, question.value),
    "minItems": _size(list, lambda size, limit: size >= limit),
    "maxItems": _size(list, lambda size, limit: size <= limit),
    "uniqueItems": _on(list, lambda question, unique: unique is not True or distinct(question.value)),
    "prefixItems": _on(list, lambda question, schemas: all(map(question.fits, schemas, question.value))),
    "items": _on(list, _items),
    "contains": _on(list, _contains),
    "minProperties": _size(dict, lambda size, limit: size >= limit),
    "maxProperties": _size(dict, lambda size, limit: size <= limit),
    "required": _on(dict, _required),
    "properties": _on(dict, _properties),
    "patternProperties": _on(dict, _pattern_properties),
    "additionalProperties": _on(dict, _additional),
    "propertyNames": _on(dict, lambda question, schema: all(question.fits(schema, name) for name in question.value)),
    "dependentRequired": _on(dict, _dependent_required),
    "dependentSchemas": _on(dict, _dependent_schemas),
    "unevaluatedProperties": _on(dict, _unevaluated_properties),
    "allOf": lambda question, parts: all(map(question.holds, parts)),
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": lambda question, schema: not question.holds(schema),
    "if": _condition,
}
