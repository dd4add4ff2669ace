"""Example bodies → the types that they show, marked `x-inferred`. Only where nothing else states a type."""

from __future__ import annotations

from typing import Any

INFERRED = "x-inferred"


def schema_of_example(value: Any) -> dict[str, Any]:
    """A schema with the types that a body shows: no formats, no required fields, nothing about null."""
    return _schema(value) | {INFERRED: True}


def _schema(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return {"type": "object", "properties": {str(name): _schema(child) for name, child in value.items()}}
    if isinstance(value, list):
        return {"type": "array", "items": _merged([_schema(item) for item in value[:20]])}
    kind = _kind(value)
    return {"type": kind} if kind else {}


def _kind(value: Any) -> str:
    kinds = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"))
    return next((kind for each, kind in kinds if isinstance(value, each)), "")


def _merged(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    """What all items of a list show together; items of different types show nothing."""
    result: dict[str, Any] = {}
    for schema in schemas:
        if not schema or not result:
            result = result or schema
        elif {result.get("type"), schema.get("type")} == {"integer", "number"}:
            result = {"type": "number"}
        elif result.get("type") != schema.get("type"):
            return {}
        elif schema["type"] == "object":
            fields = dict(result["properties"])
            for name, child in schema["properties"].items():
                fields[name] = _merged([fields[name], child]) if name in fields else child
            result = {"type": "object", "properties": fields}
        elif schema["type"] == "array":
            result = {"type": "array", "items": _merged([result["items"], schema["items"]])}
    return result


def add_types(schema: Any, value: Any) -> None:
    """Add the type of each field that the page lists without one, where the example shows it."""
    if not isinstance(schema, dict) or "$ref" in schema:
        return
    known = {"type", "anyOf", "oneOf", "allOf", "enum", INFERRED} & schema.keys()
    if not known and value is not None:
        if "properties" not in schema:
            schema |= schema_of_example(value) if not isinstance(value, dict | list) or value else {}
            return
        schema |= {"type": "object", INFERRED: True}
    if isinstance(value, dict):
        for name, child in schema.get("properties", {}).items():
            if name in value:
                add_types(child, value[name])
    elif isinstance(value, list) and value:
        add_types(schema.get("items"), value[0])
