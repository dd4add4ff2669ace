"""The naming map: operation ids, tags and component names for what the pages do not name.

```yaml
x-names:
  operations: {POST /devices/trust: {operationId: trustDevice, tags: [Devices]}}
  schemas: {Error: GET /devices 500, Device: 'GET /devices 200 devices[]'}
```
You name the schema at one place; every place with the same shape then refers to the same component.
"""

from __future__ import annotations

import json
from typing import Any

from docs_to_openapi.contract.facts import METHODS, resolve
from docs_to_openapi.errors import OverlayError
from docs_to_openapi.tables.type_cells import reference

Document = dict[str, Any]


def name_operations(document: Document, names: dict[str, Any]) -> None:
    """Set ids and tags of operations. A name for an operation that no page describes is an error."""
    calls = {
        f"{method.upper()} {path}": (item, method)
        for path, item in document.get("paths", {}).items()
        for method in METHODS
        if method in item
    }
    for call, fields in names.items():
        if call not in calls:
            raise OverlayError(f"x-names: no page describes {call}; the pages state {', '.join(sorted(calls))}")
        item, method = calls[call]
        item[method] = fields | item[method]


def name_document(document: Document, names: dict[str, Any]) -> None:
    """Set the document's title, version and tags."""
    document["info"] = document["info"] | names.get("info", {})
    if "tags" in names:
        document["tags"] = names["tags"]


def name_schemas(document: Document, names: dict[str, str]) -> None:
    """Move the schema at each place into a component; equal shapes elsewhere refer to it."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name, place in names.items():
        schema = _find(document, place, name)
        shape = _shape(document, schema)
        field_only = (
            ("description", "x-source") if _is_field(schema) else ()
        )  # a field keeps these next to its reference
        component = {key: value for key, value in schema.items() if key not in field_only}
        _replace(document, document["paths"], name, shape, component)
        _replace(document, schemas, name, shape, component)
        schemas[name] = component


def _find(document: Document, place: str, name: str) -> dict[str, Any]:
    """The schema at `CALL STATUS .field[]`, such as `GET /devices 200 devices[]` or `POST /devices/trust request`."""
    try:
        method, path, part, *below = place.split()
        operation = document["paths"][path][method.lower()]
        holder = operation["requestBody"] if part == "request" else operation["responses"][part]
        schema = next(iter(resolve(document, holder)["content"].values()))["schema"]
        for step in "".join(below).replace("[]", ".[]").split("."):
            schema = resolve(document, schema)
            schema = schema if not step else schema["items"] if step == "[]" else schema["properties"][step]
    except (KeyError, ValueError, StopIteration) as error:
        raise OverlayError(f"x-names: schema {name}: there is no schema at {place!r} (at {error})") from error
    resolved: dict[str, Any] = resolve(document, schema)
    return resolved


def _shape(document: Document, schema: Any) -> str:
    """A schema without descriptions and evidence, as text to compare."""
    return json.dumps(_without_descriptions(document, schema, ()), sort_keys=True)


def _without_descriptions(document: Document, node: Any, seen: tuple[str, ...]) -> Any:
    if isinstance(node, dict):
        name = node.get("$ref")
        if isinstance(name, str) and name not in seen:
            return _without_descriptions(document, resolve(document, node), (*seen, name))
        ignored = ("description", "x-source", "title")
        return {
            key: {field: _without_descriptions(document, child, seen) for field, child in value.items()}
            if key == "properties"
            else _without_descriptions(document, value, seen)
            for key, value in node.items()
            if key not in ignored
        }
    return [_without_descriptions(document, item, seen) for item in node] if isinstance(node, list) else node


def _replace(document: Document, node: Any, name: str, shape: str, component: dict[str, Any]) -> None:
    """Replace every schema of this shape by a reference, and collect its evidence in the component."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in list(children):
        if key == "example":
            continue
        if isinstance(child, dict) and child.get("type") == "object" and _shape(document, child) == shape:
            _merge_evidence(component, child)
            own = {word: child[word] for word in ("description", "x-source") if word in child and _is_field(child)}
            node[key] = reference(name) | own
        else:
            _replace(document, child, name, shape, component)


def _is_field(schema: dict[str, Any]) -> bool:
    """Whether the schema is a property with evidence of its own, rather than a whole body."""
    return "x-source" in schema


def _merge_evidence(component: dict[str, Any], other: dict[str, Any]) -> None:
    """Add the evidence of a schema with the same shape to the component, field by field."""
    for name, child in other.get("properties", {}).items():
        field = component["properties"][name]
        sources = field.get("x-source", [])
        added = child.get("x-source", [])
        both = [
            *(sources if isinstance(sources, list) else [sources]),
            *(added if isinstance(added, list) else [added]),
        ]
        field["x-source"] = list(dict.fromkeys(both))
        if "properties" in child and "properties" in field:
            _merge_evidence(field, child)
