"""What each keyword of JSON Schema asks of a value (2020-12, and OpenAPI 3.0 where it differs)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sized
from fractions import Fraction
from math import isfinite
from typing import Any, Final, Protocol

import msgspec

from mockserver.contract.schemas.ecma import matches
from mockserver.contract.schemas.view import SchemaView, is_nullable, patterns, properties
from mockserver.generate.equality import among, distinct, same
from mockserver.generate.formats import has_format

Check = Callable[["Question", Any], bool]


class SchemaChecker(Protocol):
    """What the checks of keywords need to check the parts of a value."""

    @property
    def view(self) -> SchemaView:
        """How the schemas are read."""

    def fits(self, schema: Any, value: Any, depth: int = 0, around: tuple[Any, ...] = ()) -> bool:
        """Whether the value satisfies the schema, which is a part of those `around` it."""

    def hides(self, schema: Any) -> bool:
        """Whether a property of this schema never travels this way."""

    def hidden(self, schema: Any) -> frozenset[str]:
        """The members of a schema that never travel this way."""


class Question(msgspec.Struct, frozen=True):
    """A value and the schema that it is checked against, at some depth of both."""

    checker: SchemaChecker
    schema: Mapping[str, Any]
    value: Any
    depth: int
    around: tuple[Any, ...]

    def fits(self, schema: Any, value: Any) -> bool:
        """Whether another value, a part of this one, satisfies a schema."""
        return self.checker.fits(schema, value, self.depth + 1)

    def holds(self, schema: Any) -> bool:
        """Whether the value satisfies another schema."""
        return self.fits(schema, self.value)

    def holds_part(self, schema: Any) -> bool:
        """Whether the value satisfies a part of this schema, which need not have what the whole exempts it from."""
        return self.checker.fits(schema, self.value, self.depth + 1, (*self.around, self.schema))


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


def _type(question: Question, names: Any) -> bool:
    if question.value is None and is_nullable(question.schema, question.checker.view):
        return True
    return any(has_type(name, question.value) for name in ([names] if isinstance(names, str) else names))


def _enum(question: Question, values: Any) -> bool:
    if values == [] and question.checker.view.legacy:  # ignored, see contract/schemas/conversion
        return True
    return not isinstance(values, list) or among(question.value, values)


def _bound(admits: Callable[[Any, Any], bool]) -> Callable[[Question, Any], bool]:
    def check(question: Question, limit: Any) -> bool:
        return not is_number(question.value) or not is_number(limit) or admits(question.value, limit)

    return check


def _closed_bound(admits: Callable[[Any, Any], bool], exclusive: str) -> Callable[[Question, Any], bool]:
    def check(question: Question, limit: Any) -> bool:
        if not is_number(question.value) or not is_number(limit):
            return True
        excluded = question.checker.view.legacy and question.schema.get(exclusive) is True
        return admits(question.value, limit) or (question.value == limit and not excluded)

    return check


def _size(kind: type[Sized], admits: Callable[[int, Any], bool]) -> Callable[[Question, Any], bool]:
    def check(question: Question, limit: Any) -> bool:
        return not isinstance(question.value, kind) or admits(len(question.value), limit)

    return check


def _on(kind: type, admits: Callable[[Question, Any], bool]) -> Callable[[Question, Any], bool]:
    """A check that applies to values of one type alone."""

    def check(question: Question, argument: Any) -> bool:
        return not isinstance(question.value, kind) or admits(question, argument)

    return check


def _required(question: Question, names: Any) -> bool:
    return all(name in question.value or _is_exempt(question, name) for name in names)


def _is_exempt(question: Question, name: str) -> bool:
    return any(name in question.checker.hidden(schema) for schema in (question.schema, *question.around))


def _properties(question: Question, properties: Any) -> bool:
    value, checker = question.value, question.checker
    return all(
        not checker.hides(schema) and question.fits(schema, value[name])
        for name, schema in properties.items()
        if name in value
    )


def _pattern_properties(question: Question, properties: Any) -> bool:
    return all(
        not question.checker.hides(schema) and question.fits(schema, value)
        for pattern, schema in properties.items()
        for name, value in question.value.items()
        if matches(pattern, name)
    )


def _additional(question: Question, schema: Any) -> bool:
    rest = [name for name in question.value if not declares(question.schema, name)]
    return all(not question.checker.hides(schema) and question.fits(schema, question.value[name]) for name in rest)


def declares(schema: Mapping[str, Any], name: str) -> bool:
    """Whether a schema declares a property: by its name, or by a pattern."""
    return name in properties(schema) or any(matches(one, name) for one in patterns(schema))


def _dependent_required(question: Question, names: Any) -> bool:
    return all(_required(question, needed) for name, needed in names.items() if name in question.value)


def _dependent_schemas(question: Question, schemas: Any) -> bool:
    return all(question.holds_part(schema) for name, schema in schemas.items() if name in question.value)


def _items(question: Question, schema: Any) -> bool:
    first = schema if isinstance(schema, list) else question.schema.get("prefixItems", ())
    if isinstance(schema, list):  # draft 4's tuple
        return all(map(question.fits, first, question.value))
    return all(question.fits(schema, value) for value in question.value[len(first) :])


def _contains(question: Question, schema: Any) -> bool:
    count = sum(question.fits(schema, value) for value in question.value)
    most = question.schema.get("maxContains")
    return count >= question.schema.get("minContains", 1) and (most is None or count <= most)


def _any_of(question: Question, parts: Any) -> bool:
    return any(map(question.holds_part, parts))


def _one_of(question: Question, parts: Any) -> bool:
    return sum(map(question.holds_part, parts)) == 1


def _condition(question: Question, schema: Any) -> bool:
    branch = question.schema.get("then" if question.holds(schema) else "else", True)
    return question.holds_part(branch)


def _unevaluated_properties(question: Question, schema: Any) -> bool:
    seen = set(_evaluated(question, question.schema))
    rest = [value for name, value in question.value.items() if name not in seen]
    return all(not question.checker.hides(schema) and question.fits(schema, value) for value in rest)


def _evaluated(question: Question, schema: Any) -> Iterator[str]:
    """The properties that a schema and its applied parts look at (JSON Schema 2020-12 core, 11.3)."""
    if not isinstance(schema, Mapping):
        return
    open_ended = "additionalProperties" in schema or (
        "unevaluatedProperties" in schema and schema is not question.schema
    )
    yield from (name for name in question.value if open_ended or declares(schema, name))
    for part in _applied(question, schema):
        yield from _evaluated(question, part)


def _applied(question: Question, schema: Mapping[str, Any]) -> Iterator[Any]:
    """The parts of a schema that hold for the same value."""
    applied = [*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if "$ref" in schema:
        applied.append(question.checker.view.target(schema["$ref"])[1])
    if "if" in schema:
        applied += [schema["if"], schema.get("then" if question.holds(schema["if"]) else "else")]
    if isinstance(question.value, dict):
        applied += [part for name, part in schema.get("dependentSchemas", {}).items() if name in question.value]
    for part in applied:
        if (question.holds if part is schema.get("if") else question.holds_part)(part):
            yield part


def _unevaluated_items(question: Question, schema: Any) -> bool:
    seen = _evaluated_items(question, question.schema)
    return all(place in seen or question.fits(schema, value) for place, value in enumerate(question.value))


def _evaluated_items(question: Question, schema: Any) -> set[int]:
    """The places of the items that a schema and its applied parts look at (JSON Schema 2020-12 core, 11.2)."""
    if not isinstance(schema, Mapping):
        return set()
    if "items" in schema or ("unevaluatedItems" in schema and schema is not question.schema):
        return set(range(len(question.value)))
    seen = set(range(len(schema.get("prefixItems", ()))))
    if "contains" in schema:
        seen |= {at for at, value in enumerate(question.value) if question.fits(schema["contains"], value)}
    for part in _applied(question, schema):
        seen |= _evaluated_items(question, part)
    return seen


CHECKS: Final[dict[str, Check]] = {
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
    "unevaluatedItems": _on(list, _unevaluated_items),
    "dependentRequired": _on(dict, _dependent_required),
    "dependentSchemas": _on(dict, _dependent_schemas),
    "unevaluatedProperties": _on(dict, _unevaluated_properties),
    "allOf": lambda question, parts: all(map(question.holds_part, parts)),
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": lambda question, schema: not question.holds(schema),
    "if": _condition,
}
"""Each keyword that restricts a value, with its check."""
