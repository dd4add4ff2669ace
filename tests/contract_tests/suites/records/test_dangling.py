"""Loans whose lines name books: one that names a book which isn't there is refused, as the contract says."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from tests.contract_tests.cases.running import api, ok, run, thing
from tests.contract_tests.small import JSON, Asked, Reply, Small


class Desk(Small):
    """Books by ISBN, of which none is there at first, and loans of them."""

    def __init__(self, is_sound: bool = True) -> None:
        super().__init__()
        self.is_sound, self.numbers = is_sound, itertools.count(1)
        self.held: dict[str, dict[str, dict[str, Any]]] = {"books": {}, "loans": {}}

    def answer(self, asked: Asked) -> Reply:
        name, _, key = asked.path.strip("/").partition("/")
        if (
            name not in self.held
            or (key and asked.method == "POST")
            or asked.method not in {"GET", "POST", "PUT", "DELETE"}
        ):
            return Reply(405 if name in self.held else 404, {}, {"Allow": "GET"})
        if asked.method == "GET" and not key:
            return Reply(200, [*self.held[name].values()])
        if asked.method == "PUT" and name == "books" and isinstance(asked.json, dict):
            return self.kept(name, key, {"isbn": key, **asked.json})
        if asked.method == "POST" and name == "loans":
            return self.lent(asked.json)
        if key not in self.held[name]:
            return Reply(404, {})
        return (
            Reply(200, self.held[name][key]) if asked.method == "GET" else Reply(204, self.held[name].pop(key) and None)
        )

    def kept(self, name: str, key: str, value: dict[str, Any]) -> Reply:
        status = 200 if key in self.held[name] else 201
        self.held[name][key] = value
        return Reply(status, value)

    def lent(self, loan: Any) -> Reply:
        lines = loan.get("lines") if isinstance(loan, dict) else None
        if (
            not isinstance(lines, list)
            or not lines
            or not all(isinstance(line, dict) and "isbn" in line for line in lines)
        ):
            return Reply(400, {})
        if self.is_sound and any(line["isbn"] not in self.held["books"] for line in lines):
            return Reply(422, {})
        key = str(next(self.numbers))
        return self.kept("loans", key, {"id": key, **loan})


def contract_of_desk() -> dict[str, Any]:
    """Its 422 is for a book that isn't there."""
    isbn, text = {"type": "string", "pattern": "^[0-9]{6}$"}, {"type": "string"}
    lines = {"type": "array", "minItems": 1, "items": thing(isbn=isbn)}
    refused = {status: {"description": ""} for status in ("400", "404")}
    dangling = {"422": {"description": "A line names an unknown book"}}

    def takes(schema: Any) -> dict[str, Any]:
        return {"requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}

    def one(name: str, schema: Any, **more: Any) -> dict[str, Any]:
        key = {"name": name, "in": "path", "required": True, "schema": isbn if name == "isbn" else text}
        read = {"operationId": f"get-{name}", "responses": {**ok(schema), **refused}}
        end = {"operationId": f"end-{name}", "responses": {"204": {"description": ""}, **refused}}
        return {"parameters": [key], "get": read, "delete": end, **more}

    def listing(name: str, schema: Any) -> dict[str, Any]:
        return {"operationId": f"list{name}", "responses": ok({"type": "array", "items": schema})}

    book, loan = thing(isbn=isbn, title=text), thing(id=text, lines=lines)
    put = {"operationId": "putBook", **takes(thing(title=text)),
           "responses": {**ok(book), "201": ok(book)["200"], **refused}}  # fmt: skip
    lend = {"operationId": "lend", **takes(thing(lines=lines)),
            "responses": {"201": ok(loan)["200"], **refused, **dangling}}  # fmt: skip
    return api(
        {
            "/loans": {"get": listing("Loans", loan), "post": lend},
            "/loans/{id}": one("id", loan),
            "/books": {"get": listing("Books", book)},
            "/books/{isbn}": one("isbn", book, put=put),
        }
    )


@pytest.mark.parametrize("is_sound", [True, False])
def test_a_reference_to_what_is_not_there_is_refused(is_sound: bool, tmp_path: Path) -> None:
    """Loans are made of books that the run has made before, and both are removed."""
    desk = Desk(is_sound)
    found = run(desk, contract_of_desk(), tmp_path, "--suite", "records")
    assert not desk.held["loans"]
    assert not desk.held["books"]
    if is_sound:
        assert (found.code, found.outcome("unknown_references")) == (0, "kept"), found.printed
    else:
        [(name, expected, _)] = found.broken()
        assert name == "unknown_references"
        assert expected.startswith("lend to refuse lines.isbn")
