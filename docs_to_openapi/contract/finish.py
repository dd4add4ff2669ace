"""The last step: keys in a fixed order, and evidence as one short string."""

from __future__ import annotations

from typing import Any

ORDER = (
    "openapi", "info", "servers", "security", "tags", "paths",
    "$ref", "operationId", "name", "in", "url", "title", "version", "type", "format", "enum", "scheme",
    "summary", "tags", "required", "schema", "readOnly", "writeOnly",
)  # fmt: skip
LAST = (
    "allOf", "oneOf", "anyOf", "properties", "items", "additionalProperties", "parameters", "requestBody", "headers",
    "content", "responses", "links", "components",
)  # fmt: skip
COMPONENTS = ("securitySchemes", "parameters", "headers", "responses", "schemas")
MAPS = (
    "properties", "paths", "responses", "headers", "content", "links", "schemas", "parameters", "securitySchemes",
    "variables", "scopes",
)  # fmt: skip
_RANK = {key: index for index, key in enumerate(ORDER)}
_TAIL = {key: index for index, key in enumerate(LAST)}


def finish(document: dict[str, Any]) -> dict[str, Any]:
    """The document as it is written to openapi.yaml."""
    finished: dict[str, Any] = _node(document, "")
    if "components" in finished:
        parts = finished["components"]
        finished["components"] = {kind: parts[kind] for kind in sorted(parts, key=_component)}
    return finished


def _component(kind: str) -> int:
    return COMPONENTS.index(kind) if kind in COMPONENTS else len(COMPONENTS)


def _node(node: Any, within: str) -> Any:
    if isinstance(node, list):
        return [_node(item, "") for item in node]
    if not isinstance(node, dict):
        return node
    if within == "responses":
        node = {key: node[key] for key in sorted(node, key=_status)}
    if within in MAPS:
        return {key: _node(value, "") for key, value in node.items()}
    return {key: _value(key, node[key]) for key in sorted(node, key=_order)}


def _status(key: str) -> tuple[int, str]:
    """Statuses in numeric order, `default` last. Names of component responses keep their order."""
    return (0, key) if key[:1].isdigit() else (1, "")


def _value(key: str, value: Any) -> Any:
    if key == "example":
        return value
    return short_source(value) if key == "x-source" else _node(value, key)


def _order(key: str) -> tuple[int, int]:
    """Names and types first, then descriptions and evidence, then nested objects."""
    if key in _RANK:
        return 0, _RANK[key]
    if key in _TAIL:
        return 3, _TAIL[key]
    return (2, 0) if key == "x-source" else (2, -1) if key == "x-assumed" else (1, 0)


def short_source(source: Any) -> str:
    """`docs/page.md:12 +3`: the first place that states it, and the number of further places."""
    places = list(dict.fromkeys(source)) if isinstance(source, list) else [str(source)]
    return str(places[0]) + (f" +{len(places) - 1}" if len(places) > 1 else "")
