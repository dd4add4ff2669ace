"""A shelf of books whose keys the client chooses, none of the project's code in it; `broken` names its defects."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from tests.contract_tests.small import JSON, Asked, Reply, Small

MERGE = "application/merge-patch+json"
FIELDS = ("isbn", "title", "topic", "used", "author")


class Shelf(Small):
    """Books by ISBN, with ETag, If-Match, Idempotency-Key, two filters and pages of two by default."""

    def __init__(self, *broken: str) -> None:
        super().__init__()
        self.broken = frozenset(broken)
        self.books: dict[str, dict[str, Any]] = {}
        self.versions: dict[str, int] = {}
        self.done: dict[str, Reply] = {}

    def answer(self, asked: Asked) -> Reply:
        steps = asked.path.strip("/").split("/")
        if steps == ["books"]:
            return self.make(asked) if asked.method == "POST" else self.all(asked)
        if len(steps) != 2 or steps[0] != "books":
            return Reply(404, {"error": "path"})
        if not re.fullmatch(r"[0-9]{6}", steps[1]) or steps[1] not in self.books:
            return Reply(404, {"error": "no such book"})
        return self.one(asked, steps[1])

    def all(self, asked: Asked) -> Reply:
        if asked.method not in {"GET", "HEAD"}:
            return Reply(405, {"error": "method"}, {"Allow": "GET, POST"})
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        tests = [
            lambda book: query.get("topic") in (None, book.get("topic")),
            lambda book: query.get("used") in (None, json.dumps(book.get("used"))),
        ]
        is_one = "either filter" in self.broken and {"topic", "used"} <= query.keys()
        found = [book for book in self.books.values() if (any if is_one else all)(test(book) for test in tests)]
        limit = int(query.get("limit", "3" if "default limit" in self.broken else "2"))
        start = int(query.get("offset", "0"))
        return Reply(200, found[start : start + limit], {"X-Total-Count": str(len(found))})

    def make(self, asked: Asked) -> Reply:
        key, book = asked.headers.get("Idempotency-Key"), asked.json
        if not key or not isinstance(book, dict) or not re.fullmatch(r"[0-9]{6}", str(book.get("isbn"))):
            return Reply(400, {"error": "book"})
        if key in self.done and "idempotency" not in self.broken:
            return self.done[key]
        if book["isbn"] in self.books and "taken key" not in self.broken:
            return Reply(409, {"error": "isbn"})
        kept = {name: book[name] for name in FIELDS if name in book} | {"added": self.added(book)}
        if "idempotency" in self.broken and key in self.done:
            kept["isbn"] = f"{int(kept['isbn']) - 1:06}"
        self.books[kept["isbn"]] = kept
        self.done[key] = Reply(201, kept, {"Location": f"/books/{kept['isbn']}"})
        return self.done[key]

    def added(self, sent: Mapping[str, Any]) -> str:
        return sent.get("added", "2026-01-01") if "read only" in self.broken else "2026-01-01"

    def one(self, asked: Asked, isbn: str) -> Reply:
        book, tag = self.books[isbn], f'"{self.versions.get(isbn, 0)}"'
        if asked.method in {"GET", "HEAD"}:
            return Reply(200, book, {"ETag": tag})
        if asked.method == "DELETE":
            del self.books[isbn]
            return Reply(204)
        if asked.method != "PATCH":
            return Reply(405, {"error": "method"}, {"Allow": "DELETE, GET, PATCH"})
        if asked.headers.get("Content-Type") != MERGE or not isinstance(asked.json, dict):
            return Reply(400, {"error": "patch"})
        if asked.headers.get("If-Match", tag) not in {tag, "*"} and "stale" not in self.broken:
            return Reply(412, {"error": "changed"})
        self.versions[isbn] = self.versions.get(isbn, 0) + 1
        for name, value in asked.json.items():
            if name in FIELDS[1:]:
                both = isinstance(value, dict) and isinstance(book.get(name), dict) and "merge" not in self.broken
                book[name] = {**book[name], **value} if both else value
        return Reply(200, book, {"ETag": f'"{self.versions[isbn]}"'})


def contract_of_shelf() -> dict[str, Any]:
    """The contract of `Shelf`."""
    author = {"type": "object", "properties": {"first": {"type": "string"}, "last": {"type": "string"}}}
    members = {
        "title": {"type": "string", "maxLength": 60},
        "topic": {"type": "string", "enum": ["art", "sea", "war"]},
        "used": {"type": "boolean"},
        "author": author,
    }
    isbn, added = {"type": "string", "pattern": "^[0-9]{6}$"}, {"type": "string", "format": "date", "readOnly": True}
    book = {"type": "object", "required": ["isbn", "title", "topic", "used"],
            "properties": {"isbn": isbn, **members, "added": added}}  # fmt: skip

    def answers(schema: Any, status: str, *refusals: str, headers: tuple[str, ...] = ()) -> dict[str, Any]:
        found: dict[str, Any] = {"description": "Done", "headers": {name: {"schema": {}} for name in headers}}
        if schema is not None:
            found["content"] = {JSON: {"schema": schema}}
        return {status: found, **{refusal: {"description": "Refused"} for refusal in refusals}}

    def inputs(where: str, **schemas: Any) -> list[dict[str, Any]]:
        return [{"name": name.replace("_", "-"), "in": where, "schema": schema} for name, schema in schemas.items()]

    number = {"type": "integer", "minimum": 1, "maximum": 50, "default": 2}
    query = inputs("query", limit=number, offset={"type": "integer", "minimum": 0, "default": 0},
                   topic=members["topic"], used=members["used"])  # fmt: skip
    key = [{**one, "required": True} for one in inputs("header", Idempotency_Key={"type": "string", "minLength": 8})]
    listed = answers({"type": "array", "items": book}, "200", headers=("X-Total-Count",))
    patch = {"content": {MERGE: {"schema": {"type": "object", "properties": members}}}}
    changed = {**answers(book, "200", "400", "404", "412", headers=("ETag",))}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Shelf", "version": "1"},
        "paths": {
            "/books": {
                "get": {"operationId": "listBooks", "parameters": query, "responses": listed},
                "post": {"operationId": "addBook", "parameters": key, "responses": answers(book, "201", "400", "409"),
                         "requestBody": {"required": True, "content": {JSON: {"schema": book}}}},
            },
            "/books/{isbn}": {
                "parameters": [{"name": "isbn", "in": "path", "required": True, "schema": isbn}],
                "get": {"operationId": "getBook", "responses": answers(book, "200", "404", headers=("ETag",))},
                "patch": {"operationId": "changeBook", "parameters": inputs("header", If_Match={"type": "string"}),
                          "requestBody": patch, "responses": changed},
                "delete": {"operationId": "removeBook", "responses": answers(None, "204", "404")},
            },
        },
    }  # fmt: skip
