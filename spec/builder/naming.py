"""The naming map: operation ids, tags and component names for what the pages leave nameless.

```yaml
x-names:
  operations: {POST /devices/trust: {operationId: trustDevice, tags: [Devices]}}
  schemas: {Error: GET /devices 500, Device: 'GET /devices 200 devices[]'}
```
A name is given to one place; every place with the same shape refers to the same component.
"""

from __future__ import annotations

import json
from typing import Any

from spec.builder.errors import OverlayError
from spec.builder.facts import METHODS, resolve
from spec.builder.type_cells import reference

Document = dict[str, Any]


def name_operations(document: Document, names: dict[str, Any]) -> None:
    """Give operations their ids and tags; an operation without a name, or a name without one, is an error."""
    calls = {
        f"{method.upper()} {path}": (item, method)
        for path, item in document.get("paths", {}).items()
        for method in METHODS
        if method in item
    }
    for call, given in names.items():
        if call not in calls:
            raise OverlayError(f"x-names: no page describes {call}; the pages state {', '.join(sorted(calls))}")
        item, method = calls[call]
        item[method] = given | item[method]


def name_document(document: Document, names: dict[str, Any]) -> None:
    """Give the document its title, version and tags."""
    document["info"] = document["info"] | names.get("info", {})
    if "tags" in names:
        document["tags"] = names["tags"]


def name_schemas(document: Document, names: dict[str, str]) -> None:
    """Move the schema at each place into a component; equal shapes elsewhere refer to it."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name, place in names.items():
        found = _find(document, place, name)
        shape = _shape(document, found)
        words = ("description", "x-source") if _is_field(found) else ()  # a field keeps these beside its reference
        component = {key: value for key, value in found.items() if key not in words}
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
        raise OverlayError(f"x-names: schema {name}: nothing is found at {place!r} (at {error})") from error
    found: dict[str, Any] = resolve(document, schema)
    return found


def _shape(document: Document, schema: Any) -> str:
    """What a schema says apart from its words and evidence, as text to compare."""
    return json.dumps(_bare(document, schema, ()), sort_keys=True)


def _bare(document: Document, node: Any, seen: tuple[str, ...]) -> Any:
    if isinstance(node, dict):
        name = node.get("$ref")
        if isinstance(name, str) and name not in seen:
            return _bare(document, resolve(document, node), (*seen, name))
        words = ("description", "x-source", "title")
        return {
            key: {field: _bare(document, child, seen) for field, child in value.items()}
            if key == "properties"
            else _bare(document, value, seen)
            for key, value in node.items()
            if key not in words
        }
    return [_bare(document, item, seen) for item in node] if isinstance(node, list) else node


def _replace(document: Document, node: Any, name: str, shape: str, component: dict[str, Any]) -> None:
    """Put a reference wherever a schema of this shape stands, and gather its evidence in the component."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in list(children):
        if key == "example":
            continue
        if isinstance(child, dict) and child.get("type") == "object" and _shape(document, child) == shape:
            _gather(component, child)
            kept = {word: child[word] for word in ("description", "x-source") if word in child and _is_field(child)}
            node[key] = reference(name) | kept
        else:
            _replace(document, child, name, shape, component)


def _is_field(schema: dict[str, Any]) -> bool:
    """Whether the schema is a property with evidence of its own, rather than a whole body."""
    return "x-source" in schema


def _gather(component: dict[str, Any], other: dict[str, Any]) -> None:
    """Add the evidence of an equal shape to the component's own, field by field."""
    for name, child in other.get("properties", {}).items():
        mine = component["properties"][name]
        have = mine.get("x-source", [])
        more = child.get("x-source", [])
        both = [*(have if isinstance(have, list) else [have]), *(more if isinstance(more, list) else [more])]
        mine["x-source"] = list(dict.fromkeys(both))
        if "properties" in child and "properties" in mine:
            _gather(mine, child)
