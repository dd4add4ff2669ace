"""A refusal of valid input is held against the server only where it contradicts a clause of the contract."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract_tests.cli import main
from contract_tests.core.answer import Sent
from contract_tests.core.contract import Contract
from contract_tests.suites.conformance.clauses import clause_of, variants
from tests.contract_tests.conftest import ContractOf
from tests.contract_tests.small import TOKEN, Asked, Notes, Reply, contract_of_notes, serving

FEW = ["--examples", "20", "--token", TOKEN, "--budget", "100", "--suite", "conformance", "--only", "createNote"]
COLOUR = {"type": "string", "enum": ["red", "blue"]}


@pytest.mark.parametrize(
    ("schema", "value", "clause"),
    [
        (COLOUR, "red", "one of its values is 'red'"),
        ({"type": "boolean"}, True, "type: boolean"),
        ({"type": "string", "maxLength": 3}, "abc", "maxLength: 3"),
        ({"type": "string", "maxLength": 3}, "a.c", ""),  # of a form that only the server knows
        ({"type": "string", "maxLength": 3}, "ab", ""),
        ({"type": "string"}, "abc", ""),
        ({"type": "string", "default": "abc"}, "abc", "its default is 'abc'"),
        ({"type": ["string", "null"]}, None, "type: null"),
        ({"type": "string", "format": "email"}, "a@b.example", "format: email"),
        ({"type": "string", "format": "date-time"}, "2001-01-01T00:00:00Z", ""),  # it may be too late for it
        ({"type": "integer", "minimum": 1}, 1, "minimum: 1"),
        ({"type": "integer", "minimum": 1}, 2, ""),
        ({"type": "array", "items": COLOUR}, ["red"], "one of its values is 'red'"),
        ({"type": "array", "items": {"type": "string"}}, ["red"], ""),
        ({"type": "object", "properties": {"a": COLOUR}}, {"a": "red"}, "one of its values is 'red'"),
        ({"type": "object", "properties": {"a": COLOUR, "b": {}}}, {"a": "red", "b": "x"}, ""),
        (
            {"type": "object", "properties": {"ownerId": {"type": "integer", "minimum": 1}}},
            {"ownerId": 1},
            "",
        ),  # is it there?
        ({"type": "object", "properties": {"kindId": COLOUR}}, {"kindId": "red"}, "one of its values is 'red'"),
        ({"type": "array", "items": {"type": "string"}, "minItems": 1}, ["a b"], "minItems: 1"),
        ({"type": "array", "items": {"type": "object"}, "minItems": 1}, [{"a": "b"}], ""),  # it says more than its size
    ],
)
def test_a_clause_speaks_of_just_this_value(contract: Contract, schema: Any, value: Any, clause: str) -> None:
    """A listed value, a bound that it just keeps, a format that says all; its type alone says too little."""
    assert clause_of(contract, schema, value) == clause


def test_a_parameter_may_speak_of_the_record(contract_of: ContractOf) -> None:
    """`?kind=` of a record that has a kind: the record may be of another one. Other parameters stand for themselves."""
    record = {"type": "object", "properties": {"kind": COLOUR}}
    shown = {"200": {"description": "", "content": {"application/json": {"schema": record}}}}
    parameters = [{"name": name, "in": "query", "schema": COLOUR} for name in ("kind", "shade")]
    key = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    one = {"operationId": "one", "parameters": [*parameters, key], "responses": shown}
    contract = contract_of({"openapi": "3.1.0", "paths": {"/things/{id}": {"get": one}}})
    sent = Sent("GET", "http://t/things/1?kind=red&shade=red", "/things/1", {})
    tried = [place for place, _, _ in variants(contract, contract.operation("one"), sent, (None, {}), [])]
    assert tried == ["the parameter shade=red"]


def with_members(**members: Any) -> dict[str, Any]:
    """The contract of the notes, in which a new one may have further members."""
    document = copy.deepcopy(contract_of_notes())
    schema = document["paths"]["/notes"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    schema["properties"] |= members
    return document


class Particular(Notes):
    """Refuses what its rules forbid."""

    def refuses(self, body: dict[str, Any]) -> bool:
        """Whether a rule forbids the body."""
        raise NotImplementedError

    def answer(self, asked: Asked) -> Reply:
        body = asked.json
        if asked.method == "POST" and isinstance(body, dict) and self.is_valid(body) and self.refuses(body):
            return Reply(400, {"error": "a rule of mine"})
        if asked.method == "POST" and isinstance(body, dict) and self.is_valid(body):
            asked = replace(asked, body=json.dumps({"text": body.get("text")}).encode())
        return super().answer(asked)

    @staticmethod
    def is_valid(body: dict[str, Any]) -> bool:
        """Whether the contract allows the body."""
        colour, start = body.get("colour", "red"), body.get("start", "")
        return body.keys() <= {"text", "colour", "start"} and colour in ("red", "blue") and isinstance(start, str)


class Gated(Particular):
    """Wants a start with a note, which no clause speaks of, in a form of its own."""

    def refuses(self, body: dict[str, Any]) -> bool:
        return "start" in body and not body["start"].startswith("at ")


class NoBlue(Particular):
    """Takes one of two listed colours."""

    def refuses(self, body: dict[str, Any]) -> bool:
        return body.get("colour") == "blue"


@pytest.mark.parametrize(("service", "code"), [(Gated(), 0), (NoBlue(), 1)])
def test_rules_of_the_server_are_its_own(
    service: Particular, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A form that only it knows is not held against it; a listed value that it refuses is a breach, with the clause."""
    spec = tmp_path / "notes.json"
    spec.write_text(json.dumps(with_members(colour=COLOUR, start={"type": "string"})))
    with serving(service) as url:
        assert main(["--target", url, "--spec", str(spec), *FEW]) == code
    printed = capsys.readouterr().out
    clause = "createNote to take a valid input, colour 'blue': one of its values is 'blue'"
    assert (clause in printed) == (code == 1)


class Versioned(Notes):
    """Wants a version in a header; one without a value never reaches it."""

    def answer(self, asked: Asked) -> Reply:
        version = asked.headers.get("If-None-Match", "").strip()
        if asked.path == "/notes" and version and not version.isdigit():
            return Reply(400, {"error": "no version"})
        return super().answer(asked)


def test_a_header_without_a_value_is_no_header(tmp_path: Path) -> None:
    """A server that ignores it has not taken an invalid value."""
    document = contract_of_notes()
    listing = document["paths"]["/notes"]["get"]
    listing["parameters"] = [
        {"name": "If-None-Match", "in": "header", "schema": {"type": "string", "pattern": "^\\d+$"}}
    ]
    listing["responses"]["400"] = listing["responses"]["401"]
    spec = tmp_path / "notes.json"
    spec.write_text(json.dumps(document))
    service = Versioned()
    with serving(service) as url:
        flags = [*FEW[:-1], "listNotes"]
        assert main(["--target", url, "--spec", str(spec), *flags]) == 0
    assert any(asked.headers.get("If-None-Match") == "" for asked in service.log)
