"""Schemas of OpenAPI 3.0 in the words of 3.1, for a document that is read together with a newer one."""

from __future__ import annotations

from typing import Any, Final

_BOUNDS: Final = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))


def in_newer_words(node: dict[str, Any]) -> dict[str, Any]:
    """A copy of an object of the document, which may be a schema; what belongs to no schema of 3.0 stays as it is."""
    if isinstance(node.get("$ref"), str):
        return {"$ref": node["$ref"]}  # a Reference Object of 3.0 has no siblings
    if node.get("enum") == []:
        node = {key: value for key, value in node.items() if key != "enum"}
    for bound, flag in _BOUNDS:
        node = _exclusive(node, bound, flag) if isinstance(node.get(flag), bool) else node
    return _nullable(node) if isinstance(node.get("nullable"), bool) else node


def _exclusive(node: dict[str, Any], bound: str, flag: str) -> dict[str, Any]:
    """`exclusiveMinimum: true` changes the meaning of `minimum`."""
    rest = {key: value for key, value in node.items() if key != flag}
    return {**rest, flag: rest.pop(bound)} if node[flag] and bound in rest else rest


def _nullable(node: dict[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in node.items() if key != "nullable"}
    if not node["nullable"]:
        return rest
    if isinstance(rest.get("type"), str):
        return {**rest, "type": [rest["type"], "null"]}
    return {"anyOf": [{"type": "null"}, rest]}
