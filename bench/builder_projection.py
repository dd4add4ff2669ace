"""What Widdershins 4.0.1 still holds of an OpenAPI 3.0 document: the document, without the facts its text drops.

Each function names one loss; all were read off its templates (`templates/openapi3`) and `lib/common.js`. The round
trip is judged against what is left, since nobody can read back what was never printed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from spec.builder.facts import METHODS, resolve

Document = dict[str, Any]
SHOWN = ("$ref", "type", "format", "enum", "nullable", "readOnly", "writeOnly", "properties", "required", "items",
         "additionalProperties", "allOf", "oneOf", "anyOf")  # fmt: skip


def held(document: Document) -> Document:
    """The part of the document that the generated Markdown states."""
    kept: Document = {"servers": document.get("servers", []), "security": document.get("security", []), "paths": {}}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                operation = _operation(document, item[method], item.get("parameters", []))
                kept["paths"].setdefault(path, {})[method] = operation
    schemas = document.get("components", {}).get("schemas", {})
    kept["components"] = {
        "schemas": {name: _distinct(_named(document, schema)) for name, schema in schemas.items()},
        "securitySchemes": document.get("components", {}).get("securitySchemes", {}),
    }
    return kept


def inlined(document: Document) -> Document:
    """The document with references into its paths, which name nothing, replaced by what they lead to."""

    def walk(node: Any, depth: int) -> Any:
        if isinstance(node, list):
            return [walk(item, depth) for item in node]
        if not isinstance(node, dict):
            return node
        target = node.get("$ref")
        if isinstance(target, str) and target.startswith("#/paths/") and depth < 5:
            return walk(resolve(document, node), depth + 1)
        return {key: walk(value, depth) for key, value in node.items()}

    kept: Document = walk(document, 0)
    return kept


def _operation(document: Document, operation: Document, shared: list[Any]) -> Document:
    own = [resolve(document, parameter) for parameter in operation.get("parameters", [])]
    names = {(parameter["name"], parameter["in"]) for parameter in own}
    own += [p for p in (resolve(document, p) for p in shared) if (p["name"], p["in"]) not in names]
    kept: Document = {key: operation[key] for key in ("operationId", "security") if key in operation}
    kept["parameters"] = [_parameter(document, parameter) for parameter in own]
    if "requestBody" in operation and (body := _body(document, resolve(document, operation["requestBody"]))):
        kept["requestBody"] = body
    responses = {
        status: _response(document, resolve(document, response))
        for status, response in operation.get("responses", {}).items()
        if not status.startswith("x-")
    }
    kept["responses"] = responses
    _media_types(operation, kept)
    return kept


def _media_types(operation: Document, kept: Document) -> None:
    """The samples show one media type, the first of all responses; samples written by hand show none."""
    parts = [kept["requestBody"]] if "requestBody" in kept else []
    by_hand = "x-code-samples" in operation
    accepted = next((media for each in kept["responses"].values() for media in each.get("content", {})), "")
    for each in [*kept["responses"].values(), *parts]:
        for media in list(each.get("content", {})):
            if by_hand or (each not in parts and media != accepted):
                each["content"] = {"*/*": each["content"][media]}


def _parameter(document: Document, parameter: Document) -> Document:
    """A parameter's type, or the name of its schema; the format and nesting of a list's items are lost."""
    schema = parameter.get("schema") or next(iter(parameter.get("content", {}).values()), {}).get("schema") or {}
    kept = {key: parameter[key] for key in ("name", "in", "required") if key in parameter}
    if "$ref" in schema:
        return kept | {"schema": {"$ref": schema["$ref"]}}
    shown = {key: schema[key] for key in ("type", "format", "enum") if key in schema}
    if "items" in schema and schema.get("type") == "array":
        items = resolve(document, schema["items"])
        shown["items"] = {key: items[key] for key in ("type", "enum") if key in items}
        shown.pop("format", None)
        shown.pop("enum", None)
    return kept | {"schema": _guessed(shown, schema)}


def _body(document: Document, body: Document) -> Document:
    """The first media type and its schema; a list is shown by its items' type alone."""
    for media, content in body.get("content", {}).items():
        schema = content.get("schema")
        if schema is None:
            return {}
        kept = {"required": body.get("required", False)}
        whole = resolve(document, schema)
        if "$ref" in schema:
            named = schema["$ref"].startswith("#/components/schemas/")
            return kept | {"content": {media: {"schema": {"$ref": schema["$ref"]} if named else {}}}}
        if whole.get("type") == "array":
            items = whole.get("items", {})
            shown = {"type": "array", "items": {"type": items["type"]} if "type" in items else {}}
            return kept | {"content": {media: {"schema": {} if "$ref" in items else shown}}}
        if whole.get("type") not in (None, "object"):
            return kept | {"content": {media: {"schema": {"type": whole["type"]}}}}
        shown = _distinct(_root(document, schema)) if whole.get("type") == "object" else {}
        return kept | {"content": {media: {"schema": shown}}}
    return {}


def _response(document: Document, response: Document) -> Document:
    """The first media type and its schema, and the headers."""
    kept: Document = {"description": ""}
    if response.get("headers"):
        kept["headers"] = {name: {"schema": _header(document, header)} for name, header in response["headers"].items()}
    content = {media: body for media, body in response.get("content", {}).items() if body.get("schema")}
    if content:
        media = next(iter(response["content"]))
        kept["content"] = {media: {"schema": _answer(document, [body["schema"] for body in content.values()])}}
    elif response.get("content"):
        kept["content"] = {next(iter(response["content"])): {}}
    return kept


def _header(document: Document, header: Document) -> Document:
    schema = resolve(document, header).get("schema", {})
    return {key: schema[key] for key in ("type", "format") if key in schema}


def _answer(document: Document, schemas: list[Document]) -> Document:
    """The Responses row names the last media type's schema; a table follows, of the first, when none has a name.

    A primitive is shown by its type alone.
    """
    last = schemas[-1]
    if "$ref" in last:
        return {"$ref": last["$ref"]} if last["$ref"].startswith("#/components/schemas/") else {}
    if last.get("type") not in (None, "object", "array"):
        return {"type": last["type"]}
    return {} if any("$ref" in schema for schema in schemas) else _distinct(_root(document, schemas[0], answer=True))


def _named(document: Document, schema: Document) -> Document:
    """A named schema: of an object only the rows are printed."""
    shown = _root(document, schema)
    if shown.get("type") == "object":
        kept = ("properties", "required", "additionalProperties", "allOf", "oneOf", "anyOf")
        rows = {key: value for key, value in shown.items() if key in kept and value}
        return rows | {"type": "object"} if set(rows) & {"properties", "additionalProperties"} else rows
    return shown


def _root(document: Document, schema: Document, *, answer: bool = False) -> Document:
    """The schema of a whole table; in answers, references in lists to alternatives are printed resolved."""
    shown = _schema(document, schema)
    items = schema.get("items", {})
    target = resolve(document, items) if answer and "$ref" in items else {}
    if any(kind in target for kind in ("allOf", "oneOf", "anyOf")):
        return shown | {"items": _items(document, target)}
    if "$ref" not in shown and shown.get("type") == "object":
        return {key: value for key, value in shown.items() if key not in ("nullable", "readOnly", "writeOnly", "enum")}
    return shown


def _distinct(shown: Document) -> Document:
    """Values are listed by bare field name: they cannot be told apart where a table has that name twice."""
    names = Counter(name for name, _ in _fields(shown))
    for name, field in _fields(shown):
        if names[name] > 1:
            field.pop("enum", None)
    return shown


def _fields(shown: Any) -> Iterator[tuple[str, Document]]:
    if isinstance(shown, dict):
        for name, field in shown.get("properties", {}).items():
            yield name, field
            yield from _fields(field)
        for key in ("items", "additionalProperties"):
            yield from _fields(shown.get(key))
        for kind in ("allOf", "oneOf", "anyOf"):
            for part in shown.get(kind, []):
                yield from _fields(part)


def _schema(document: Document, schema: Document) -> Document:
    """A schema as its rows show it."""
    schema = _single(schema)
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    shown = {key: schema[key] for key in SHOWN if key in schema}
    if schema.get("nullable") and "enum" in shown:  # null and the text "null" are printed alike
        shown["enum"] = [value for value in shown["enum"] if value != "null"]
    if schema.get("type") == "array":
        shown.pop("format", None)
        shown.pop("enum", None)
    if isinstance(shown.get("items"), dict):
        shown["items"] = _items(document, shown["items"])
    if "properties" in shown:
        shown["properties"] = {name: _schema(document, child) for name, child in shown["properties"].items()}
    if isinstance(shown.get("additionalProperties"), dict) and shown["additionalProperties"]:
        shown["additionalProperties"] = _schema(document, shown["additionalProperties"])
    for kind in ("allOf", "oneOf", "anyOf"):
        if kind in shown:
            shown[kind] = [_schema(document, part) for part in shown[kind]]
    return _guessed(shown, schema)


def _single(schema: Document) -> Document:
    """An allOf, anyOf or oneOf of one part is shown as that part."""
    for kind in ("allOf", "anyOf", "oneOf"):
        if isinstance(schema.get(kind), list) and len(schema[kind]) == 1 and "$ref" not in schema:
            rest = {key: value for key, value in schema.items() if key != kind}
            schema = {**schema[kind][0], **rest}
    return schema


def _items(document: Document, items: Document) -> Document:
    """The items of a list: their schema's name, or their type without format and values."""
    shown = _schema(document, items)
    if "$ref" in items or ("$ref" in shown and "allOf" not in items):
        return shown
    if shown.get("type") == "array":  # a list of lists: `[array]`
        return {"type": "array"}
    if "type" not in _single(items):
        shown.pop("type", None)
    return {
        key: value for key, value in shown.items() if key not in ("format", "enum", "nullable", "readOnly", "writeOnly")
    }


def _guessed(shown: Document, schema: Document) -> Document:
    """Without a type Widdershins prints the one its keywords suggest, and no format or null beside it."""
    if "type" in schema or "$ref" in shown:
        return shown
    guesses = set()
    if any(
        key in schema for key in ("properties", "additionalProperties", "required", "minProperties", "maxProperties")
    ):
        guesses.add("object")
    if any(key in schema for key in ("items", "maxItems", "minItems", "uniqueItems")):
        guesses.add("array")
    if any(key in schema for key in ("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf")):
        guesses.add("number")
    if any(key in schema for key in ("maxLength", "minLength", "pattern")):
        guesses.add("number")
    guesses |= {"string" if isinstance(value, str) else "boolean" if isinstance(value, bool) else "number"
                for value in schema.get("enum", [])}  # fmt: skip
    shown = {key: value for key, value in shown.items() if key not in ("format", "nullable")}
    return shown | ({"type": guesses.pop()} if len(guesses) == 1 else {})
