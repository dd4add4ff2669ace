"""Many kinds of records, each with the same five operations, kept by plain code of its own."""

from __future__ import annotations

import itertools
import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from tests.contract_tests.small import JSON, Asked, Reply, Small

STATES = ("new", "open", "closed")
METHODS = {True: ("GET", "POST"), False: ("GET", "PATCH", "DELETE")}  # of a list, of a record
PAGE, LONGEST = 20, 100


@dataclass(frozen=True)
class Visit:
    """A request: when it came, its method and the template of its path, and what it was answered."""

    at: float
    method: str
    template: str
    status: int

    @property
    def operation(self) -> str:
        """Method and template."""
        return f"{self.method} {self.template}"


class Many(Small):
    """`kinds` collections of records; every answer takes `seconds`, and each request is noted in `visits`."""

    def __init__(self, kinds: int, seconds: float = 0.0) -> None:
        super().__init__()
        self.seconds = seconds
        self.numbers = itertools.count(1)
        self.kinds: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in names(kinds)}
        self.visits: list[Visit] = []
        for name in self.kinds:
            for state in STATES:
                self.make(name, {"title": f"{state} {name}", "state": state})

    def wait(self) -> None:
        time.sleep(self.seconds)

    def answer(self, asked: Asked) -> Reply:
        kind, _, key = asked.path.strip("/").partition("/")
        reply = self.routed(asked, kind, key)
        template = f"/{kind}/{{id}}" if key else f"/{kind}"
        self.visits.append(Visit(time.monotonic(), asked.method, template, reply.status))
        return reply

    def routed(self, asked: Asked, kind: str, key: str) -> Reply:
        """The answer of the list or the record at the path."""
        if kind not in self.kinds or "/" in key:
            return Reply(404, {"error": "no such path"})
        method = "GET" if asked.method == "HEAD" else asked.method
        if method not in METHODS[not key]:
            return Reply(405, {"error": "no such method"}, {"Allow": ", ".join(METHODS[not key])})
        if method in {"POST", "PATCH"} and (problem := refusal(asked, is_new=method == "POST")):
            return problem
        if not key:
            return self.listed(asked, kind) if method == "GET" else self.made(kind, asked.json)
        record = self.kinds[kind].get(key)
        if record is None:
            return Reply(404, {"error": "no such record"})
        if method == "DELETE":
            del self.kinds[kind][key]
            return Reply(204)
        record.update(asked.json if method == "PATCH" else {})
        return Reply(200, record)

    def make(self, kind: str, given: dict[str, Any]) -> dict[str, Any]:
        """A new record."""
        record = {"state": "new", "size": 0, "tags": [], **given, "id": f"{kind[:2]}{next(self.numbers)}"}
        self.kinds[kind][record["id"]] = record
        return record

    def made(self, kind: str, given: dict[str, Any]) -> Reply:
        """The answer to a creation."""
        record = self.make(kind, given)
        return Reply(201, record, {"Location": f"/{kind}/{record['id']}"})

    def listed(self, asked: Asked, kind: str) -> Reply:
        """One page of the records, of one state where that is asked for."""
        query = {name: values[0] for name, values in parse_qs(asked.query, keep_blank_values=True).items()}
        limit, offset = query.get("limit", str(PAGE)), query.get("offset", "0")
        if not (is_count(limit) and is_count(offset)) or not 1 <= int(limit) <= LONGEST:
            return Reply(400, {"error": "limit and offset are numbers"})
        if query.get("state", "new") not in STATES:
            return Reply(400, {"error": "no such state"})
        found = [one for one in self.kinds[kind].values() if query.get("state", one["state"]) == one["state"]]
        start = int(offset)
        return Reply(200, {"items": found[start : start + int(limit)], "total": len(found)})


def is_count(text: str) -> bool:
    """Whether a query parameter is a number that may be an offset."""
    return bool(re.fullmatch(r"\d{1,9}", text, re.ASCII))


def refusal(asked: Asked, *, is_new: bool) -> Reply | None:
    """The refusal of a body; None where it may be stored."""
    if asked.headers.get("Content-Type", "").partition(";")[0].strip() != JSON:
        return Reply(415, {"error": "JSON, please"})
    given = asked.json
    if not isinstance(given, dict) or not given.keys() <= CHECKS.keys() or (is_new and "title" not in given):
        return Reply(400, {"error": "not such a record"})
    wrong = next((name for name, value in given.items() if not CHECKS[name](value)), None)
    return Reply(400, {"error": f"wrong {wrong}"}) if wrong else None


def is_text(value: Any, longest: int) -> bool:
    """Whether a value is a text of one to so many characters."""
    return isinstance(value, str) and 1 <= len(value) <= longest


CHECKS = {
    "title": lambda value: is_text(value, 60),
    "state": lambda value: isinstance(value, str) and value in STATES,
    "size": lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1000,
    "tags": lambda value: isinstance(value, list) and len(value) <= 5 and all(is_text(one, 20) for one in value),
    "note": lambda value: isinstance(value, str) and len(value) <= 200,
}


def names(count: int) -> list[str]:
    """Names of collections."""
    words = ("apple", "brick", "chair", "drum", "engine", "flag", "glove", "hammer", "inlet", "jar", "kettle", "lamp")
    return [f"{word}{turn or ''}s" for turn in range(count) for word in words][:count]


def contract_of(kinds: int) -> dict[str, Any]:
    """The contract of so many kinds: five operations each."""
    text = {"type": "string", "minLength": 1, "maxLength": 20}
    fields = {
        "title": {**text, "maxLength": 60},
        "state": {"type": "string", "enum": [*STATES]},
        "size": {"type": "integer", "minimum": 0, "maximum": 1000},
        "tags": {"type": "array", "maxItems": 5, "items": text},
        "note": {"type": "string", "maxLength": 200},
    }
    record = {
        "type": "object",
        "required": ["id", "title", "state", "size", "tags"],
        "properties": {"id": {"type": "string", "readOnly": True}, **fields},
    }
    new = {"type": "object", "required": ["title"], "additionalProperties": False, "properties": fields}
    error = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
    schemas = {"Record": record, "New": new, "Change": {**new, "required": []}, "Error": error}
    paths: dict[str, Any] = {}
    for name in names(kinds):
        paths |= paths_of(name)
    info = {"title": "Many kinds", "version": "1"}
    return {"openapi": "3.0.3", "info": info, "paths": paths, "components": {"schemas": schemas}}


def paths_of(name: str) -> dict[str, Any]:
    """The two paths of a kind."""
    one = name.removesuffix("s").capitalize()
    number = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
    bounded = {"type": "integer", "minimum": 1, "maximum": LONGEST, "default": PAGE}
    page = {"type": "object", "required": ["items", "total"], "properties": {
        "items": {"type": "array", "items": ref("Record")}, "total": {"type": "integer"}}}  # fmt: skip
    query = {"limit": bounded, "offset": number, "state": {"type": "string", "enum": [*STATES]}}
    parameters = [{"name": key, "in": "query", "schema": schema} for key, schema in query.items()]
    key = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    listing = {"operationId": f"list{one}s", "parameters": parameters, "responses": answers(200, page, 400)}
    create = {"operationId": f"create{one}", **body("New"), "responses": answers(201, ref("Record"), 400, 415)}
    return {
        f"/{name}": {"get": listing, "post": create},
        f"/{name}/{{id}}": {
            "parameters": [key],
            "get": {"operationId": f"get{one}", "responses": answers(200, ref("Record"), 404)},
            "patch": {"operationId": f"change{one}", **body("Change"),
                      "responses": answers(200, ref("Record"), 400, 404, 415)},
            "delete": {"operationId": f"remove{one}", "responses": answers(204, None, 404)},
        },
    }  # fmt: skip


def ref(name: str) -> dict[str, Any]:
    """A reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def body(name: str) -> dict[str, Any]:
    """A required body of JSON."""
    return {"requestBody": {"required": True, "content": {JSON: {"schema": ref(name)}}}}


def answers(status: int, schema: Any, *refusals: int) -> dict[str, Any]:
    """The responses of an operation."""
    success: dict[str, Any] = {"description": "Done"}
    refused = {"description": "Refused", "content": {JSON: {"schema": ref("Error")}}}
    return {
        str(status): {**success, "content": {JSON: {"schema": schema}}} if schema else success,
        **dict.fromkeys(map(str, refusals), refused),
    }
