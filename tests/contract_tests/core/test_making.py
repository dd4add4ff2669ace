"""Records that a run makes for itself: what it reads before, how many it makes, and why it makes none."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any, cast

import pytest

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.contract import Contract, Operation
from contract_tests.core.errors import NotChecked
from contract_tests.core.likeness import alike, renamed
from contract_tests.core.limits import Limits
from contract_tests.core.making import AT_FIRST, TRIES, Records
from contract_tests.core.own import Own
from tests.contract_tests.conftest import ContractOf
from tests.contract_tests.small import contract_of_notes


class _Target:
    """A target that takes every note, or answers with what the test sets."""

    def __init__(self, contract: Contract, status: int = 201) -> None:
        self.contract, self.own, self.status = contract, Own(contract), status
        self.calls: list[str] = []
        self.notes: list[dict[str, Any]] = []
        self.gate = SimpleNamespace(rules=SimpleNamespace(own=self.own), limits=Limits())

    def call(self, operation: str, *values: str) -> Answer:
        self.calls.append(" ".join([operation, *values]))
        if operation == "listNotes" and self.status == 401:
            raise NotChecked("not yours")
        shown: Any = self.notes if operation == "listNotes" else self.notes[0]
        sent = Sent("GET", "http://t/notes", "/".join(["/notes", *values]), {})
        answer = Answer(sent, 200, {}, json.dumps(shown).encode())
        self.own.learn(answer, self.contract.operation(operation), values, lambda _: False)
        return answer

    def request(self, method: str, path: str, *, body: Any = None, operation: Operation | None = None) -> Answer:
        if method == "GET":
            return self.call("getNote", path.rpartition("/")[2])
        self.calls.append(f"{method} {path} {sorted(body)}")
        if self.status == 0:
            raise NotChecked("the gate holds it back")
        if self.status == 201:
            self.own.urls[f"{path}/n{len(self.own.urls)}"] = True
        return Answer(Sent(method, f"http://t{path}", path, {}), self.status, {}, json.dumps({"no": 1}).encode())


@pytest.fixture
def notes(contract_of: ContractOf) -> Contract:
    """The contract of the notes."""
    return contract_of(contract_of_notes())


def _records(notes: Contract, status: int = 201) -> tuple[Records, _Target]:
    target = _Target(notes, status)
    return Records(target, 1), target  # type: ignore[arg-type]


def test_lists_are_read_before_records_are_made(notes: Contract) -> None:
    """Those beside what is made, and no others; whether or not they can be read."""
    for status in (201, 401):
        records, target = _records(notes, status)
        records.prepare(notes.operations)
        assert target.calls[0] == "listNotes"
        assert {call.split()[0] for call in target.calls[1:]} == {"POST"}
    records, target = _records(notes)
    records.prepare(notes.operations)
    assert target.calls[1:] == ["POST /notes ['text']"] * AT_FIRST
    assert list(target.own.urls) == [f"/notes/n{number}" for number in range(AT_FIRST)]
    records, target = _records(notes)
    records.prepare([one for one in notes.operations if one.id != "createNote"])
    assert target.calls == []


@pytest.mark.parametrize(
    ("status", "tries", "why"),
    [(0, 1, "the gate holds it back"), (200, 1, "its answers don't say which record was made"),
     (400, TRIES, "it refused each of them: 400")],
)  # fmt: skip
def test_a_target_that_makes_no_record_is_not_asked_again(notes: Contract, status: int, tries: int, why: str) -> None:
    """And the reason is kept."""
    records, target = _records(notes, status)
    (maker, *_) = target.own.makers
    assert records.make(maker) is False
    assert records.make(maker) is False
    assert len(target.calls) == tries
    assert records.unwilling["createNote"].startswith(why)


class _OncePerText(_Target):
    """A target that has the first text that it is sent already."""

    def __init__(self, contract: Contract) -> None:
        super().__init__(contract)
        self.texts: list[str] = []

    def request(self, method: str, path: str, *, body: Any = None, operation: Operation | None = None) -> Answer:
        self.texts.append(body["text"])
        self.status = 409 if body["text"] == self.texts[0] else 201
        return super().request(method, path, body=body, operation=operation)


def test_a_record_whose_text_is_taken_is_made_with_another_text(notes: Contract) -> None:
    """The same body otherwise: what else would be tried may be refused for other reasons."""
    target = _OncePerText(notes)
    records = Records(cast(Any, target), 1)
    assert records.make(target.own.makers[0])
    first, second = target.texts
    assert second.startswith(first)


def test_path_values_name_a_record_of_the_run(notes: Contract) -> None:
    """The first or the newest; one that was there before where none is made."""
    records, target = _records(notes)
    read = notes.operation("getNote")
    (name,) = read.path_names
    assert records.values(read) == {name: "n0"}
    target.own.urls["/notes/n%201"] = True
    assert records.values(read, last=True) == {name: "n 1"}
    target.own.urls["/notes/n%201"] = False
    assert records.values(read, last=True) == {name: "n0"}
    assert records.values(notes.operation("listNotes")) == {}
    poor, target = _records(notes, 400)
    assert poor.values(read) == {}
    target.own.existing["/notes/old"] = 0
    assert poor.values(read) == {name: "old"}


def test_a_key_with_a_slash_stands_in_no_path(notes: Contract) -> None:
    """Another record is named, or none."""
    records, target = _records(notes, 400)
    read = notes.operation("getNote")
    assert records.values(read) == {}
    target.own.existing = {"/notes/a%2Fb": 0}
    assert records.values(read) == {}
    target.own.existing["/notes/c"] = 0
    assert [*records.values(read).values()] == ["c"]


def test_fresh_keys_are_known_to_the_run(notes: Contract) -> None:
    """A text or a number, never the same twice."""
    records, target = _records(notes)
    keys = [records.keys.fresh(like) for like in ("", "", 7, 7, 19.99)]
    assert [type(key) for key in keys] == [str, str, int, int, int]
    assert len(set(keys)) == 5
    assert target.own.fresh == {str(key) for key in keys}


def test_a_record_is_made_after_one_that_was_there(notes: Contract) -> None:
    """Under a new name, wherever it is used, without what is empty or not sent; once taken, it is sent again."""
    records, target = _records(notes, 422)
    target.notes = [{"id": "kept.one", "text": "all about kept.one", "made": 1}]
    operation = notes.operation("createNote")
    records.prepare(notes.operations)
    ((shown, key),) = alike(cast(Any, target), records.own.by_operation[operation.id])
    assert (shown, key) == ({"text": "all about kept.one"}, "kept.one")
    body = renamed(shown, key, records.keys.fresh())
    assert re.fullmatch(r"all about contract-tests-\w+\.one", body["text"])
    assert records.again(operation) is None
    records.taken["createNote"] = (body, "")
    assert records.again(operation) == body


def test_no_records_are_made_ahead_once_their_time_is_over(notes: Contract) -> None:
    """The rest of the time is for the promises, which make those that they need."""
    records, target = _records(notes)
    target.gate.limits.deadline = 0.0
    records.prepare(notes.operations)
    assert not [call for call in target.calls if call.startswith("POST")]
    assert records.values(notes.operation("getNote"))


def test_each_name_of_a_record_is_such_as_its_own_path_may_have(contract_of: ContractOf) -> None:
    """Where `/users/{id}` and `/users/{username}` find it, the one by a number and the other by a text."""
    user = {"type": "object", "properties": {"id": {"type": "integer"}, "username": {"type": "string"}}}
    media = {"application/json": {"schema": user}}
    ok = {"200": {"description": "", "content": media}}
    paths: dict[str, Any] = {
        "/users": {"post": {"operationId": "make", "requestBody": {"content": media}, "responses": ok}}
    }
    for name, schema in user["properties"].items():  # type: ignore[attr-defined]
        named = {"name": name, "in": "path", "required": True, "schema": schema}
        paths[f"/users/{{{name}}}"] = {"get": {"operationId": name, "parameters": [named], "responses": ok}}
    contract = contract_of({"openapi": "3.0.3", "paths": paths})
    records, target = _records(contract)
    sent = records.related(contract.operation("make"), {"id": 7, "username": "ada"}, ["id", "username"])
    assert target.own.fresh == {str(sent["id"]), sent["username"]}


@pytest.mark.parametrize(
    ("in_path", "key", "is_fit"),
    [({"type": "integer", "maximum": 10}, 11, False), ({"type": "integer", "maximum": 10}, "7", True),
     ({"type": "integer"}, "a", False), ({"type": "string"}, 11, True),
     ({"type": "string", "pattern": "^a"}, "b", False)],
)  # fmt: skip
def test_a_key_is_such_as_the_path_of_its_record_may_have(
    contract_of: ContractOf, in_path: Any, key: Any, is_fit: bool
) -> None:
    """A number is compared by its digits, since a path is a text."""
    order = {"type": "object", "properties": {"id": {"type": "integer"}}}
    media = {"application/json": {"schema": order}}
    ok = {"200": {"description": "", "content": media}}
    named = {"name": "id", "in": "path", "required": True, "schema": in_path}
    paths = {
        "/orders": {"post": {"operationId": "make", "requestBody": {"content": media}, "responses": ok}},
        "/orders/{id}": {"get": {"operationId": "read", "parameters": [named], "responses": ok}},
    }
    records, _ = _records(contract_of({"openapi": "3.0.3", "paths": paths}))
    assert records.keys.can_name("/orders/{}", key) is is_fit
