"""Whether values of one schema can stand where another is declared."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.inference.fitting import Fitting
from mockserver.inference.located_schemas import Schemas
from tests.mockserver.inference.lists import DATE, FLAG, NUMBER, TEXT, TIME, WHOLE, contract, many
from tests.mockserver.inference.test_infer import thing

NODE = {"$ref": "#/components/schemas/Node"}


def _needs(name: str, schema: Any) -> dict[str, Any]:
    return {**thing(**{name: schema}), "required": [name]}


def _deep(schema: Any, levels: int) -> Any:
    for _ in range(levels):
        schema = thing(a=schema)
    return schema


@pytest.mark.parametrize(
    ("source", "target", "problem"),
    [
        (TEXT, TEXT, None),
        (TEXT, {}, None),
        (WHOLE, NUMBER, None),
        (NUMBER, WHOLE, "is number here and integer there"),
        (TEXT, WHOLE, "is string here and integer there"),
        ({}, WHOLE, "is anything here and integer there"),
        ({"type": ["string", "null"]}, TEXT, None),
        ({"type": ["string", "integer"]}, TEXT, "is integer or string here and string there"),
        (TEXT, {"type": ["string", "integer"]}, None),
        ({"properties": {"a": TEXT}}, {"type": "object"}, None),
        ({"enum": ["a"]}, {"enum": ["a", "b"]}, None),
        ({"enum": ["a", "c"]}, {"enum": ["a", "b"]}, "has other values here than there"),
        (TEXT, {**TEXT, "enum": ["a"]}, "has other values here than there"),
        ({"const": "a"}, {"enum": ["a", "b"]}, None),
        ({"const": "a"}, {"const": "a"}, None),
        ({"const": "b"}, {"const": "a"}, "has other values here than there"),
        (DATE, DATE, None),
        (DATE, TEXT, None),
        (TEXT, DATE, "is no date here"),
        (TIME, DATE, "is no date here"),
        (WHOLE, {**WHOLE, "format": "int64"}, None),
        (TEXT, {**TEXT, "format": "password"}, None),
        (TEXT, {"anyOf": [DATE, TIME]}, None),
        (thing(a=TEXT), thing(a=TEXT, b=TEXT), None),
        (thing(a=TEXT), thing(a=WHOLE), "a is string here and integer there"),
        (thing(a=TEXT), _needs("a", TEXT), "a may be missing here"),
        (_needs("a", TEXT), _needs("a", TEXT), None),
        (thing(a={**TEXT, "readOnly": True}), _needs("a", TEXT), None),
        (thing(a={**TEXT, "readOnly": False}), _needs("a", TEXT), "a may be missing here"),
        (thing(a={**TEXT, "default": "x"}), _needs("a", TEXT), None),
        (thing(b=TEXT), _needs("a", TEXT), "a may be missing here"),
        (many(TEXT), many(TEXT), None),
        (many(TEXT), many(WHOLE), "is string here and integer there"),
        (many(TEXT), {"type": "array"}, None),
        ({"type": "array"}, many(TEXT), None),
        (many(thing(a=FLAG)), many(thing(a=TEXT)), "a is boolean here and string there"),
        (_deep(TEXT, 4), _deep(WHOLE, 4), "a a a a is string here and integer there"),
        (_deep(TEXT, 5), _deep(WHOLE, 5), None),
        (thing(a=TEXT, node=NODE), thing(a=TEXT, node=thing(node=NODE)), None),
    ],
)
def test_a_misfit_has_a_reason(source: Any, target: Any, problem: str | None) -> None:
    """Of types, values, formats, members and items; what can't be told fits. So deep, and no deeper."""
    schemas = Schemas(contract({}, Source=source, Target=target, Node=thing(node=NODE)))
    fitting = Fitting(schemas)
    at = [schemas.at("", {"$ref": f"#/components/schemas/{name}"}) for name in ("Source", "Target")]
    assert fitting.misfit(*at) == fitting.misfit(*at) == problem
