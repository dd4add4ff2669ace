"""An OpenAPI document inside a page → its operations and schemas, each with the line of the page that states it."""

from __future__ import annotations

import copy
from typing import Any
from urllib.parse import unquote

from docs_to_openapi.pages.blocks import Block
from docs_to_openapi.pages.yaml_text import YAMLError, line_numbers, pointer
from docs_to_openapi.reading.context import Context
from docs_to_openapi.reading.operation import OperationReading
from docs_to_openapi.reading.samples import Samples
from docs_to_openapi.tables.columns import METHODS

Document = dict[str, Any]
Scheme = tuple[str, dict[str, Any], int]
_INLINED = ("parameters", "responses", "requestBodies", "headers", "examples", "links")


def read_document(block: Block, document: Document, context: Context) -> tuple[list[OperationReading], list[Scheme]]:
    """The operations and the security schemes of one document; its schemas go into the context."""
    try:
        lines = line_numbers(block.text)
    except YAMLError:
        lines = {}

    def source(*parts: str | int) -> str:
        return context.source(block.line + lines.get(pointer(parts), 0))

    for name, schema in _part(document, "components", "schemas").items():
        if isinstance(schema, dict):
            context.named[name] = _schema(schema) | {"x-source": source("components", "schemas", name)}
    schemes = [
        (name, scheme, block.line + lines.get(pointer(("components", "securitySchemes", name)), 0))
        for name, scheme in _part(document, "components", "securitySchemes").items()
        if isinstance(scheme, dict)
    ]
    operations = []
    for path, item in document["paths"].items():
        for method in METHODS:
            if isinstance(item, dict) and isinstance(item.get(method), dict) and str(path).startswith("/"):
                place = ("paths", path, method)
                operation = _operation(document, item, method, place, source)
                security = item[method].get("security", document.get("security"))
                operation.pop("security", None)
                server = _server(document, item[method])
                operations.append(
                    OperationReading(method, path, operation, security, Samples(), source(*place), server)
                )
    return operations, schemes


def _part(node: Any, *keys: str) -> Document:
    """The mapping at these keys; {} where there is none, as in a document that was cut off."""
    for key in keys:
        node = node.get(key) if isinstance(node, dict) else None
    return node if isinstance(node, dict) else {}


def _server(document: Document, operation: Document) -> str:
    servers = operation.pop("servers", None) or document.get("servers") or []
    url = servers[0].get("url", "") if servers and isinstance(servers[0], dict) else ""
    return str(url).rstrip("/") if str(url).startswith("http") and "{" not in str(url) else ""


def _operation(document: Document, item: Document, method: str, place: tuple[str, ...], source: Any) -> Document:
    operation: Document = _inlined(document, copy.deepcopy(item[method]), 0)
    shared = _inlined(document, copy.deepcopy(item.get("parameters") or []), 0)
    own = {(each.get("name"), each.get("in")) for each in operation.get("parameters") or [] if isinstance(each, dict)}
    parameters = [each for each in operation.get("parameters") or [] if isinstance(each, dict) and "name" in each]
    parameters += [each for each in shared if isinstance(each, dict) and (each.get("name"), each.get("in")) not in own]
    operation = {key: value for key, value in operation.items() if key != "parameters" and not key.startswith("x-")}
    if parameters:
        operation["parameters"] = [
            _schemas_below(each) | {"x-source": source(*place, "parameters", at)} for at, each in enumerate(parameters)
        ]
    if not isinstance(operation.get("requestBody"), dict):
        operation.pop("requestBody", None)
    else:
        operation["requestBody"] = _schemas_below(operation["requestBody"]) | {
            "x-source": source(*place, "requestBody")
        }
    operation["responses"] = {
        str(status): {"description": ""}
        | _schemas_below(response)
        | {"x-source": source(*place, "responses", str(status))}
        for status, response in _part(operation, "responses").items()
        if isinstance(response, dict)
    }
    return operation | {"x-source": source(*place)}


def _inlined(document: Document, node: Any, depth: int) -> Any:
    """The node, in which references to anything but schemas are replaced by their targets."""
    if isinstance(node, list):
        return [_inlined(document, item, depth) for item in node]
    if not isinstance(node, dict):
        return node
    target = node.get("$ref")
    if isinstance(target, str) and any(target.startswith(f"#/components/{kind}/") for kind in _INLINED) and depth < 5:
        found: Any = document
        for step in target[2:].split("/"):
            found = found.get(unquote(step).replace("~1", "/").replace("~0", "~")) if isinstance(found, dict) else None
        return _inlined(document, copy.deepcopy(found), depth + 1) if found is not None else {}
    return {key: _inlined(document, value, depth) for key, value in node.items()}


def _schemas_below(node: Any) -> Any:
    """A parameter, body or response, with its schemas in the form of OpenAPI 3.1."""
    if isinstance(node, list):
        return [_schemas_below(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: value if key == "example" else _schema(value) if key == "schema" else _schemas_below(value)
        for key, value in node.items()
        if value is not None and (key != "schema" or isinstance(value, dict))
    }


_SHAPES = {
    "properties": dict,
    "items": dict,
    "required": list,
    "enum": list,
    "allOf": list,
    "oneOf": list,
    "anyOf": list,
}


def _schema(schema: Any) -> Any:
    """A schema of OpenAPI 3.0 in the form of 3.1: `nullable` and boolean bounds are written another way."""
    if isinstance(schema, list):
        return [_schema(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {
        key: value for key, value in schema.items() if isinstance(value, _SHAPES.get(key, object)) and value is not None
    }
    if "properties" in schema:
        schema["properties"] = {name: child for name, child in schema["properties"].items() if isinstance(child, dict)}
    result = {
        key: value if key in ("example", "default", "enum", "const") else _schema(value)
        for key, value in schema.items()
    }
    if result.pop("nullable", False) is True:
        if isinstance(result.get("type"), str):
            result["type"] = [result["type"], "null"]
        elif "$ref" in result:
            result = {"anyOf": [{"$ref": result["$ref"]}, {"type": "null"}]}
    for bound, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(result.get(bound), bool) and result.pop(bound) and limit in result:
            result[bound] = result.pop(limit)
    return result
