"""The APIs that the pages describe, and the facts that a page with certain parts states."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from docs_to_openapi.pages.yaml_text import load

_SAMPLES = {"string": "abc", "integer": 7, "number": 1.5, "boolean": True, "date-time": "2026-03-01T09:30:00Z",
            "date": "2026-03-01", "uuid": "0b8f6c1e-8a38-4d35-9c52-5d8e5b0c7f11", "email": "sam@mail.example",
            "uri": "https://files.example/label.pdf"}  # fmt: skip
SCHEMES = {
    "bearer": ("BearerAuth", {"type": "http", "scheme": "bearer"}),
    "basic": ("BasicAuth", {"type": "http", "scheme": "basic"}),
    "key": ("ApiKeyAuth", {"type": "apiKey", "in": "header", "name": "X-Api-Key"}),
}


@dataclass(frozen=True)
class Field:
    """A parameter or a field of a body."""

    name: str
    type: str
    format: str
    is_list: bool
    required: bool
    description: str
    enum: tuple[Any, ...] = ()
    default: Any = None
    nullable: bool = False
    fields: tuple[Field, ...] = ()

    @property
    def value(self) -> Any:
        """An example."""
        if self.fields:
            value: Any = {each.name: each.value for each in self.fields}
        else:
            value = self.enum[0] if self.enum else _SAMPLES[self.format or self.type]
        return [value] if self.is_list else value

    def word(self, *, formats: bool = True) -> str:
        """The type as most pages write it: `string(date)`, `[object]`."""
        base = f"{self.type}({self.format})" if self.format and formats else self.type
        return f"[{base}]" if self.is_list else base


@dataclass(frozen=True)
class Reply:
    """A response: its fields are those of the items if it is a list."""

    status: str
    description: str
    fields: tuple[Field, ...] = ()
    is_list: bool = False

    @property
    def value(self) -> Any:
        """An example body."""
        value = {each.name: each.value for each in self.fields}
        return [value] if self.is_list else value


@dataclass(frozen=True)
class Operation:
    """An operation with all that a page may say about it."""

    method: str
    path: str
    summary: str
    description: str
    parameters: dict[str, tuple[Field, ...]]  # by location
    body: tuple[Field, ...]
    replies: tuple[Reply, ...]

    @property
    def call(self) -> str:
        """Such as `GET /pets`."""
        return f"{self.method} {self.path}"

    @property
    def body_value(self) -> Any:
        """An example of the request body."""
        return {each.name: each.value for each in self.body}


@dataclass(frozen=True)
class Api:
    """One API."""

    title: str
    base: str
    auth: str
    operations: tuple[Operation, ...]

    @property
    def origin(self) -> str:
        """Scheme and host of the base URL."""
        return "/".join(self.base.split("/")[:3])

    @property
    def base_path(self) -> str:
        """The path of the base URL, or ""."""
        return self.base.removeprefix(self.origin)


@dataclass(frozen=True)
class Printed:
    """What a page prints, beside operations, names and statuses."""

    types: bool = True
    formats: bool = True
    required: bool = True  # of parameters and bodies
    replies: bool = True  # tables of response fields
    reply_required: bool = True
    enums: bool = True
    nullable: bool = True
    server: str = "base"  # `base`, `origin` (with the base path in the paths) or ""
    security: bool = True
    media: bool = False  # the media type of requests without an example
    reply_media: bool = False
    examples: bool = True  # of responses; without fields, a JSON body still states the media type
    body_example: bool = True
    statuses: str = "all"  # or `success`: only the first
    summaries: bool = True
    headers: bool = True
    first_examples_only: bool = False  # only the first response has an example
    empty_replies: bool = True  # responses without a body are named
    body_row: bool = False  # a row states that the body is required
    first_body_only: bool = False  # only the first response shows its body
    first_fields_only: bool = False  # only the first response has a table of fields


@cache
def apis() -> tuple[Api, ...]:
    """The ten APIs."""
    data = load(Path(__file__).with_name("apis.yaml").read_text(encoding="utf-8"))
    return tuple(_api(each) for each in data)


def _api(data: dict[str, Any]) -> Api:
    return Api(data["title"], data["base"], data["auth"], tuple(_operation(each) for each in data["operations"]))


def _operation(data: dict[str, Any]) -> Operation:
    method, path = data["call"].split()
    locations = {"path": "path", "query": "query", "headers": "header"}
    parameters = {place: _fields(data[key]) for key, place in locations.items() if key in data}
    replies = tuple(
        Reply(str(status), each["description"], _fields(each.get("fields", [])), bool(each.get("list")))
        for status, each in data["responses"].items()
    )
    return Operation(
        method, path, data["summary"], data["description"], parameters, _fields(data.get("body", [])), replies
    )


def _fields(rows: list[Any]) -> tuple[Field, ...]:
    return tuple(_field(*row) for row in rows)


def _field(name: str, kind: str, required: bool, description: str, more: dict[str, Any] | None = None) -> Field:
    more = more or {}
    is_list, base = kind.startswith("["), kind.strip("[]")
    plain, _, form = base.rstrip(")").partition("(")
    return Field(
        name, plain, form, is_list, required, description, tuple(more.get("enum", ())), more.get("default"),
        bool(more.get("nullable")), _fields(more.get("fields", [])),
    )  # fmt: skip


def pretty(value: Any) -> str:
    """JSON as pages show it."""
    return json.dumps(value, indent=2)


# what a page states, as an OpenAPI document


def truth(api: Api, printed: Printed) -> dict[str, Any]:
    """The document of what a page states."""
    prefix = api.base_path if printed.server == "origin" else ""
    paths: dict[str, Any] = {}
    for operation in api.operations:
        paths.setdefault(prefix + operation.path, {})[operation.method.lower()] = _stated(operation, printed)
    document: dict[str, Any] = {"openapi": "3.1.0", "info": {"title": api.title, "version": "1"}, "paths": paths}
    if printed.server:
        document["servers"] = [{"url": api.base if printed.server == "base" else api.origin}]
    if printed.security:
        name, scheme = SCHEMES[api.auth]
        document["components"] = {"securitySchemes": {name: scheme}}
        document["security"] = [{name: []}]
    return document


def _stated(operation: Operation, printed: Printed) -> dict[str, Any]:
    result: dict[str, Any] = {"responses": {}}
    if printed.summaries:
        result["summary"] = operation.summary
    parameters = [
        {"name": each.name, "in": place, "schema": _schema(each, printed, required=printed.required)}
        | ({"required": True} if place == "path" or (each.required and printed.required) else {})
        for place, fields in operation.parameters.items()
        for each in fields
        if place != "header" or printed.headers
    ]
    if parameters:
        result["parameters"] = parameters
    if operation.body:
        schema = _object(operation.body, printed, required=printed.required)
        media = "application/json" if printed.media or printed.body_example else "*/*"
        result["requestBody"] = {"content": {media: {"schema": schema}}}
        if printed.body_row or (printed.required and any(each.required for each in operation.body)):
            result["requestBody"]["required"] = True
    replies = operation.replies if printed.statuses == "all" else operation.replies[:1]
    for reply in replies:
        if not reply.fields and not printed.empty_replies:
            continue
        shown = printed
        if reply is not operation.replies[0] and printed.first_body_only:
            shown = replace(printed, replies=False, examples=False, reply_media=False)
        elif reply is not operation.replies[0] and printed.first_examples_only:
            shown = replace(printed, examples=False)
        elif reply is not operation.replies[0] and printed.first_fields_only:
            shown = replace(printed, replies=False)
        result["responses"][reply.status] = _reply(reply, shown)
    return result


def _reply(reply: Reply, printed: Printed) -> dict[str, Any]:
    built: dict[str, Any] = {"description": reply.description}
    if not reply.fields or not (printed.replies or printed.examples or printed.reply_media):
        return built
    media = "application/json" if printed.examples or printed.reply_media else "*/*"
    body: dict[str, Any] = {}
    if printed.replies:
        schema = _object(reply.fields, printed, required=printed.reply_required)
        body["schema"] = {"type": "array", "items": schema} if reply.is_list else schema
    return built | {"content": {media: body}}


def _object(fields: tuple[Field, ...], printed: Printed, *, required: bool) -> dict[str, Any]:
    built: dict[str, Any] = {
        "type": "object",
        "properties": {each.name: _schema(each, printed, required=required) for each in fields},
    }
    needed = [each.name for each in fields if each.required]
    return built | ({"required": needed} if needed and required else {})


def _schema(each: Field, printed: Printed, *, required: bool) -> dict[str, Any]:
    built: dict[str, Any] = {}
    if each.fields:
        built = _object(each.fields, printed, required=required)
        if not printed.types:
            del built["type"]
    elif printed.types:
        built["type"] = [each.type, "null"] if each.nullable and printed.nullable and not each.is_list else each.type
        if each.format and printed.formats:
            built["format"] = each.format
    if each.enum and printed.enums:
        built["enum"] = list(each.enum)
    if each.is_list:
        return {"type": "array", "items": built} if printed.types else {}
    return built
