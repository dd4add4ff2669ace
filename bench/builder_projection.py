"""Removes from an OpenAPI 3.0 document the facts that Widdershins 4.0.1 does not print.

Each function describes one loss; all of them follow from its templates (`templates/openapi3`) and `lib/common.js`. The
round trip is measured against the rest, because a reader cannot recover what was never printed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from docs_to_openapi.contract.facts import METHODS, resolve

Document = dict[str, Any]
PRINTED = ("$ref", "type", "format", "enum", "nullable", "readOnly", "writeOnly", "properties", "required", "items",
         "additionalProperties", "allOf", "oneOf", "anyOf")  # fmt: skip


def printed(document: Document) -> Document:
    """The part of the document that the generated Markdown states."""
    result: Document = {"servers": document.get("servers", []), "security": document.get("security", []), "paths": {}}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                operation = _operation(document, item[method], item.get("parameters", []))
                result["paths"].setdefault(path, {})[method] = operation
    schemas = document.get("components", {}).get("schemas", {})
    result["components"] = {
        "schemas": {name: _distinct(_named(document, schema)) for name, schema in schemas.items()},
        "securitySchemes": document.get("components", {}).get("securitySchemes", {}),
    }
    return result


def inlined(document: Document) -> Document:
    """The document with references into its paths, which have no names, replaced by their targets."""

    def walk(node: Any, depth: int) -> Any:
        if isinstance(node, list):
            return [walk(item, depth) for item in node]
        if not isinstance(node, dict):
            return node
        target = node.get("$ref")
        if isinstance(target, str) and target.startswith("#/paths/") and depth < 5:
            return walk(resolve(document, node), depth + 1)
        return {key: walk(value, depth) for key, value in node.items()}

    result: Document = walk(document, 0)
    return result


def _operation(document: Document, operation: Document, shared: list[Any]) -> Document:
    own = [resolve(document, parameter) for parameter in operation.get("parameters", [])]
    names = {(parameter["name"], parameter["in"]) for parameter in own}
    own += [p for p in (resolve(document, p) for p in shared) if (p["name"], p["in"]) not in names]
    result: Document = {key: operation[key] for key in ("operationId", "security") if key in operation}
    result["parameters"] = [_parameter(document, parameter) for parameter in own]
    if "requestBody" in operation and (body := _body(document, resolve(document, operation["requestBody"]))):
        result["requestBody"] = body
    responses = {
        status: _response(document, resolve(document, response))
        for status, response in operation.get("responses", {}).items()
        if not status.startswith("x-")
    }
    result["responses"] = responses
    _media_types(operation, result)
    return result


def _media_types(operation: Document, result: Document) -> None:
    """The samples contain one media type, the first of all responses; hand-written samples contain none."""
    parts = [result["requestBody"]] if "requestBody" in result else []
    by_hand = "x-code-samples" in operation
    accepted = next((media for each in result["responses"].values() for media in each.get("content", {})), "")
    for each in [*result["responses"].values(), *parts]:
        for media in list(each.get("content", {})):
            if by_hand or (each not in parts and media != accepted):
                each["content"] = {"*/*": each["content"][media]}


def _parameter(document: Document, parameter: Document) -> Document:
    """A parameter's type, or the name of its schema, without the format and nesting of a list's items."""
    schema = parameter.get("schema") or next(iter(parameter.get("content", {}).values()), {}).get("schema") or {}
    result = {key: parameter[key] for key in ("name", "in", "required") if key in parameter}
    if "$ref" in schema:
        return result | {"schema": {"$ref": schema["$ref"]}}
    printed_schema = {key: schema[key] for key in ("type", "format", "enum") if key in schema}
    if "items" in schema and schema.get("type") == "array":
        items = resolve(document, schema["items"])
        printed_schema["items"] = {key: items[key] for key in ("type", "enum") if key in items}
        printed_schema.pop("format", None)
        printed_schema.pop("enum", None)
    return result | {"schema": _guessed(printed_schema, schema)}


def _body(document: Document, body: Document) -> Document:
    """The first media type and its schema; only the items' type of a list is printed."""
    for media, content in body.get("content", {}).items():
        schema = content.get("schema")
        if schema is None:
            return {}
        result = {"required": body.get("required", False)}
        whole = resolve(document, schema)
        if "$ref" in schema:
            named = schema["$ref"].startswith("#/components/schemas/")
            return result | {"content": {media: {"schema": {"$ref": schema["$ref"]} if named else {}}}}
        if whole.get("type") == "array":
            items = whole.get("items", {})
            printed_schema = {"type": "array", "items": {"type": items["type"]} if "type" in items else {}}
            return result | {"content": {media: {"schema": {} if "$ref" in items else printed_schema}}}
        if whole.get("type") not in (None, "object"):
            return result | {"content": {media: {"schema": {"type": whole["type"]}}}}
        printed_schema = _distinct(_root(document, schema)) if whole.get("type") == "object" else {}
        return result | {"content": {media: {"schema": printed_schema}}}
    return {}


def _response(document: Document, response: Document) -> Document:
    """The first media type and its schema, and the headers."""
    result: Document = {"description": ""}
    if response.get("headers"):
        result["headers"] = {
            name: {"schema": _header(document, header)} for name, header in response["headers"].items()
        }
    content = {media: body for media, body in response.get("content", {}).items() if body.get("schema")}
    if content:
        media = next(iter(response["content"]))
        result["content"] = {
            media: {"schema": _response_schema(document, [body["schema"] for body in content.values()])}
        }
    elif response.get("content"):
        result["content"] = {next(iter(response["content"])): {}}
    return result


def _header(document: Document, header: Document) -> Document:
    schema = resolve(document, header).get("schema", {})
    return {key: schema[key] for key in ("type", "format") if key in schema}


def _response_schema(document: Document, schemas: list[Document]) -> Document:
    """The Responses row names the last media type's schema; a table of the first follows if none has a name.

    Only the type of a primitive is printed.
    """
    last = schemas[-1]
    if "$ref" in last:
        return {"$ref": last["$ref"]} if last["$ref"].startswith("#/components/schemas/") else {}
    if last.get("type") not in (None, "object", "array"):
        return {"type": last["type"]}
    return (
        {} if any("$ref" in schema for schema in schemas) else _distinct(_root(document, schemas[0], in_response=True))
    )


def _named(document: Document, schema: Document) -> Document:
    """A named schema; only the rows of an object are printed."""
    printed_schema = _root(document, schema)
    if printed_schema.get("type") == "object":
        keywords = ("properties", "required", "additionalProperties", "allOf", "oneOf", "anyOf")
        rows = {key: value for key, value in printed_schema.items() if key in keywords and value}
        return rows | {"type": "object"} if set(rows) & {"properties", "additionalProperties"} else rows
    return printed_schema


def _root(document: Document, schema: Document, *, in_response: bool = False) -> Document:
    """The schema of a whole table; in responses, references from lists to alternatives are printed resolved."""
    printed_schema = _schema(document, schema)
    items = schema.get("items", {})
    target = resolve(document, items) if in_response and "$ref" in items else {}
    if any(kind in target for kind in ("allOf", "oneOf", "anyOf")):
        return printed_schema | {"items": _items(document, target)}
    if "$ref" not in printed_schema and printed_schema.get("type") == "object":
        return {
            key: value
            for key, value in printed_schema.items()
            if key not in ("nullable", "readOnly", "writeOnly", "enum")
        }
    return printed_schema


def _distinct(printed_schema: Document) -> Document:
    """Values are listed by field name only, so they are ambiguous if a table has that name twice."""
    names = Counter(name for name, _ in _fields(printed_schema))
    for name, field in _fields(printed_schema):
        if names[name] > 1:
            field.pop("enum", None)
    return printed_schema


def _fields(printed_schema: Any) -> Iterator[tuple[str, Document]]:
    if isinstance(printed_schema, dict):
        for name, field in printed_schema.get("properties", {}).items():
            yield name, field
            yield from _fields(field)
        for key in ("items", "additionalProperties"):
            yield from _fields(printed_schema.get(key))
        for kind in ("allOf", "oneOf", "anyOf"):
            for part in printed_schema.get(kind, []):
                yield from _fields(part)


def _schema(document: Document, schema: Document) -> Document:
    """A schema as printed in its rows."""
    schema = _single(schema)
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    printed_schema = {key: schema[key] for key in PRINTED if key in schema}
    if schema.get("nullable") and "enum" in printed_schema:  # null and the text "null" are printed alike
        printed_schema["enum"] = [value for value in printed_schema["enum"] if value != "null"]
    if schema.get("type") == "array":
        printed_schema.pop("format", None)
        printed_schema.pop("enum", None)
    if isinstance(printed_schema.get("items"), dict):
        printed_schema["items"] = _items(document, printed_schema["items"])
    if "properties" in printed_schema:
        printed_schema["properties"] = {
            name: _schema(document, child) for name, child in printed_schema["properties"].items()
        }
    if isinstance(printed_schema.get("additionalProperties"), dict) and printed_schema["additionalProperties"]:
        printed_schema["additionalProperties"] = _schema(document, printed_schema["additionalProperties"])
    for kind in ("allOf", "oneOf", "anyOf"):
        if kind in printed_schema:
            printed_schema[kind] = [_schema(document, part) for part in printed_schema[kind]]
    return _guessed(printed_schema, schema)


def _single(schema: Document) -> Document:
    """An allOf, anyOf or oneOf with one part is printed as that part."""
    for kind in ("allOf", "anyOf", "oneOf"):
        if isinstance(schema.get(kind), list) and len(schema[kind]) == 1 and "$ref" not in schema:
            rest = {key: value for key, value in schema.items() if key != kind}
            schema = {**schema[kind][0], **rest}
    return schema


def _items(document: Document, items: Document) -> Document:
    """The items of a list: their schema's name, or their type without format and values."""
    printed_schema = _schema(document, items)
    if "$ref" in items or ("$ref" in printed_schema and "allOf" not in items):
        return printed_schema
    if printed_schema.get("type") == "array":  # a list of lists: `[array]`
        return {"type": "array"}
    if "type" not in _single(items):
        printed_schema.pop("type", None)
    return {
        key: value
        for key, value in printed_schema.items()
        if key not in ("format", "enum", "nullable", "readOnly", "writeOnly")
    }


def _guessed(printed_schema: Document, schema: Document) -> Document:
    """If a schema has no type, Widdershins prints the one that its keywords imply, without format and null."""
    if "type" in schema or "$ref" in printed_schema:
        return printed_schema
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
    printed_schema = {key: value for key, value in printed_schema.items() if key not in ("format", "nullable")}
    return printed_schema | ({"type": guesses.pop()} if len(guesses) == 1 else {})
