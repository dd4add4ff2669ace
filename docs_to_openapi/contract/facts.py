"""An OpenAPI document as a flat list of facts, for comparing two of them.

A fact has a kind (`type`), a place in the API's own terms (`POST /devices/trust 200 .trustExpiresAt`), a value, and the
evidence nearest to it. Two documents that state the same in different ways (`nullable` or `[string, 'null']`, inline or
by reference) give the same facts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

Key = tuple[str, str]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Fact:
    """One fact: what it states, and the page line that states it."""

    kind: str
    where: str
    value: Any
    source: str = ""

    @property
    def key(self) -> Key:
        """What the fact is about."""
        return self.kind, self.where


def facts(document: dict[str, Any], *, expand: bool = True) -> dict[Key, Fact]:
    """Every fact of the document. With `expand`, references to named schemas are replaced by the schemas."""
    reader = _Facts(document, expand=expand)
    return {fact.key: fact for fact in reader.all()}


def resolve(document: dict[str, Any], node: Any) -> Any:
    """The node that a local reference points to. An unresolvable reference is returned unchanged."""
    seen = 0
    while isinstance(node, dict) and isinstance(node.get("$ref"), str) and node["$ref"].startswith("#/") and seen < 50:
        target: Any = document
        for step in node["$ref"][2:].split("/"):
            key = unquote(step.replace("~1", "/").replace("~0", "~"))
            if not isinstance(target, dict) or key not in target:
                return node
            target = target[key]
        node, seen = target, seen + 1
    return node


class _Facts:
    def __init__(self, document: dict[str, Any], *, expand: bool) -> None:
        self.document = document
        self.expand = expand

    def all(self) -> Iterator[Fact]:
        for server in self.document.get("servers", []):
            yield Fact("server", server["url"], True, source_of(server))
        for path, path_item in self.document.get("paths", {}).items():
            item = resolve(self.document, path_item)
            for method in METHODS:
                if method in item:
                    yield from self._operation(f"{method.upper()} {path}", item[method], item.get("parameters", []))
        components = self.document.get("components", {})
        for name, scheme in components.get("securitySchemes", {}).items():
            compared = {key: value for key, value in scheme.items() if key in ("type", "scheme", "in", "name")}
            yield Fact("scheme", name, compared, source_of(scheme))
        if not self.expand:
            for name, schema in components.get("schemas", {}).items():
                yield from self._schema(f"schema {name} ", schema, source_of(schema), ())

    def _operation(self, call: str, operation: dict[str, Any], shared: list[Any]) -> Iterator[Fact]:
        source = source_of(operation)
        yield Fact("operation", call, True, source)
        if "operationId" in operation:
            yield Fact("operationId", call, operation["operationId"], source)
        security = operation.get("security", self.document.get("security"))
        if security is not None:
            yield Fact("security", call, sorted(json.dumps(each, sort_keys=True) for each in security), source)
        parameters = [resolve(self.document, parameter) for parameter in operation.get("parameters", [])]
        names = {(parameter.get("in"), parameter.get("name")) for parameter in parameters}
        inherited = [resolve(self.document, parameter) for parameter in shared]
        parameters += [
            parameter for parameter in inherited if (parameter.get("in"), parameter.get("name")) not in names
        ]
        for parameter in parameters:
            yield from self._parameter(call, parameter, source)
        if "requestBody" in operation:
            body = resolve(self.document, operation["requestBody"])
            where = f"{call} request"
            yield Fact("body", where, True, source_of(body, source))
            yield Fact("body required", where, bool(body.get("required")), source_of(body, source))
            yield from self._content(where, body.get("content", {}), source_of(body, source))
        for status, response in operation.get("responses", {}).items():
            if not str(status).startswith("x-"):
                yield from self._response(f"{call} {status}", resolve(self.document, response), source)

    def _parameter(self, call: str, parameter: dict[str, Any], source: str) -> Iterator[Fact]:
        source = source_of(parameter, source)
        where = f"{call} {parameter.get('in')} {parameter.get('name')}"
        yield Fact("parameter", where, True, source)
        yield Fact("parameter required", where, bool(parameter.get("required")), source)
        if "schema" in parameter:
            yield from self._schema(where + " ", parameter["schema"], source, ())

    def _response(self, where: str, response: dict[str, Any], source: str) -> Iterator[Fact]:
        source = source_of(response, source)
        yield Fact("status", where, True, source)
        yield from self._content(where, response.get("content", {}), source)
        for name, value in response.get("headers", {}).items():
            header = resolve(self.document, value)
            yield Fact("header", f"{where} {name}", True, source_of(header, source))
            if "schema" in header:
                yield from self._schema(f"{where} {name} ", header["schema"], source_of(header, source), ())

    def _content(self, where: str, content: dict[str, Any], source: str) -> Iterator[Fact]:
        for position, (media, body) in enumerate(content.items()):
            if media != "*/*":  # any media type: the page states none
                yield Fact("media type", f"{where} {media}", True, source)
            if position == 0 and "schema" in body:
                yield from self._schema(where + " ", body["schema"], source, ())
            if "example" in body:
                yield Fact("example", f"{where} {media}", body["example"], source)

    def _schema(self, where: str, schema: Any, source: str, seen: tuple[str, ...]) -> Iterator[Fact]:
        if not isinstance(schema, dict):
            return
        source = source_of(schema, source)
        schema, nullable = _without_null(schema)
        name = schema.get("$ref", "")
        if name:
            if not self.expand or name in seen:
                yield Fact("reference", where, name.rsplit("/", 1)[-1], source)
                if nullable:
                    yield Fact("nullable", where, True, source)
                return
            seen = (*seen, name)
            schema, target_nullable = _without_null(resolve(self.document, schema))
            nullable = nullable or target_nullable
        yield from _own_facts(where, schema, nullable, source)
        yield from self._below(where, schema, source, seen)

    def _below(self, where: str, schema: dict[str, Any], source: str, seen: tuple[str, ...]) -> Iterator[Fact]:
        required = schema.get("required", [])
        for name, child in schema.get("properties", {}).items():
            place = f"{where}.{name}"
            own_source = source_of(child, source) if isinstance(child, dict) else source
            yield Fact("property", place, True, own_source)
            yield Fact("required", place, name in required, own_source)
            yield from self._schema(place, child, own_source, seen)
        if isinstance(schema.get("items"), dict):
            yield from self._schema(where + "[]", schema["items"], source, seen)
        if isinstance(schema.get("additionalProperties"), dict) and schema["additionalProperties"]:
            yield Fact("property", where + ".*", True, source)
            yield from self._schema(where + ".*", schema["additionalProperties"], source, seen)
        for kind in ("allOf", "oneOf", "anyOf"):
            for index, part in enumerate(schema.get(kind, [])):
                yield Fact("alternative", f"{where}|{kind}{index}", True, source)
                yield from self._schema(f"{where}|{kind}{index}", part, source, seen)


def _own_facts(where: str, schema: dict[str, Any], nullable: bool, source: str) -> Iterator[Fact]:
    for kind in ("type", "format"):
        if isinstance(schema.get(kind), str):
            yield Fact(kind, where, schema[kind], source)
    if "enum" in schema:
        yield Fact("enum", where, [value for value in schema["enum"] if value is not None], source)
    if nullable:
        yield Fact("nullable", where, True, source)
    for kind in ("readOnly", "writeOnly"):
        if schema.get(kind) is True:
            yield Fact(kind, where, True, source)


def _without_null(schema: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The schema without its null alternative, and whether it has one."""
    kind = schema.get("type")
    if isinstance(kind, list):
        rest = [each for each in kind if each != "null"]
        return schema | {"type": rest[0] if len(rest) == 1 else ",".join(rest)}, "null" in kind
    parts = schema.get("anyOf", [])
    if len(parts) == 2 and {"type": "null"} in parts:
        return next(part for part in parts if part != {"type": "null"}), True
    return schema, schema.get("nullable") is True


def source_of(node: dict[str, Any], otherwise: str = "") -> str:
    """The evidence of a node: the first place that states it."""
    source = node.get("x-source", otherwise)
    return str(source[0] if isinstance(source, list) and source else source)
