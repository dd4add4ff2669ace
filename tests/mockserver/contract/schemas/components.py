"""Schemas A, B and C of documents, drawn where two readers of schemas differ most easily, and values to check."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

NAMES = ("a", "b")
MEMBER_VALUES = ("x", "B", 1, None, {}, {"a": "x"}, {"a": "x", "b": "x"})
VALUES: list[Any] = [
    *({"a": first, "b": second} for first in MEMBER_VALUES for second in ("x", 1, None, {})),
    *({name: value} for name in NAMES for value in MEMBER_VALUES),
    *({"a": {"a": "x", "b": "x"}, "c": value} for value in (None, 1)),
    *({}, None, True, 0, 1, 2.5, "", "x", [], ["x"], [{"a": "x"}]),
]
"""Every combination of a few members, and a value or two of each other type."""

Strategy = st.SearchStrategy[dict[str, Any]]


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _one_of(*schemas: dict[str, Any]) -> Strategy:
    return st.sampled_from(schemas)


def _merged(*strategies: Strategy) -> Strategy:
    return st.tuples(*strategies).map(lambda parts: {key: value for part in parts for key, value in part.items()})


MARKS = _one_of({}, {"readOnly": True}, {"writeOnly": True}, {"nullable": True})
UNREADABLE = _one_of({"required": "a"}, {"enum": []}, {"minLength": "1"}, {"type": "text"}, {"minimum": "0"})
REQUIRED = _one_of({"required": ["a"]}, {"required": ["b"]})
LEAVES = _one_of({}, {"type": "string"}, {"type": "integer"}, {"type": "object"}, {"enum": ["x", 1]}, {"minimum": 1})


def _marked_inside(schema: Strategy) -> Strategy:
    """A mark or `nullable` beside an `allOf`, or in one of its parts."""
    return st.tuples(schema, MARKS, MARKS).map(lambda parts: {"allOf": [parts[0], parts[1]], **parts[2]})


def _members(names: tuple[str, ...]) -> Strategy:
    references = _merged(_one_of(*map(_reference, names)), MARKS) if names else LEAVES
    return st.one_of(_merged(LEAVES, MARKS), references, _marked_inside(st.one_of(LEAVES, references)))


def _objects(names: tuple[str, ...]) -> Strategy:
    """Objects whose `required` may name what another part declares."""
    return st.fixed_dictionaries(
        {"properties": st.dictionaries(st.sampled_from(NAMES), _members(names), max_size=2)},
        optional={
            "required": st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True),
            "type": st.just("object"),
            "additionalProperties": st.sampled_from([False, {"type": "string"}]),
            "nullable": st.just(True),
        },
    )


def _parts(names: tuple[str, ...]) -> st.SearchStrategy[list[dict[str, Any]]]:
    references = [st.just(_reference(name)) for name in names]
    return st.lists(st.one_of(_objects(names), REQUIRED, *references), min_size=1, max_size=3)


def _beside(names: tuple[str, ...]) -> Strategy:
    return _merged(st.one_of(st.just({}), _objects(names), REQUIRED, UNREADABLE), MARKS)


def _joined(names: tuple[str, ...]) -> Strategy:
    """Schemas made of others, all of which must hold: a `$ref` with siblings, the parts of an `allOf`."""
    parts, beside = _parts(names), _beside(names)
    joined = [_merged(st.just(_reference(name)), beside) for name in names]
    return st.one_of(*joined, _merged(st.fixed_dictionaries({"allOf": parts}), beside))


def _composed(names: tuple[str, ...]) -> Strategy:
    """The same, and schemas with alternatives."""
    parts, beside = _parts(names), _beside(names)
    return st.one_of(
        _joined(names),
        _merged(st.fixed_dictionaries({"anyOf": parts}), beside),
        _merged(st.fixed_dictionaries({"oneOf": parts, "allOf": parts}), beside),
        _merged(st.fixed_dictionaries({"not": st.one_of(LEAVES, REQUIRED)}), beside),
    )


_MAPPINGS = st.sampled_from([{}, {"mapping": {"x": "#/components/schemas/B"}}, {"mapping": {"x": "C"}}])
DISCRIMINATED = st.tuples(st.sampled_from(["oneOf", "anyOf"]), _MAPPINGS, st.one_of(st.just({}), _objects(("C",)))).map(
    lambda drawn: {
        **drawn[2],
        drawn[0]: [_reference("B"), _reference("C")],
        "discriminator": {"propertyName": "a", **drawn[1]},
    }
)


def _components(a: Strategy, b: Strategy, c: Strategy) -> Strategy:
    return st.fixed_dictionaries({"A": a, "B": st.one_of(b, _objects(("C",))), "C": st.one_of(c, _objects(()))})


JOINED = _components(_joined(("B", "C")), _joined(("C",)), _joined(()))
"""Documents without alternatives."""

COMPONENTS = st.one_of(
    JOINED, _components(st.one_of(_composed(("B", "C")), DISCRIMINATED), _composed(("C",)), _members(()))
)
"""Documents of every kind."""
