"""Bodies for servers on which a text may be had once: another one of the same form is found, whatever form that is."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import pytest

from contract_tests.core.document import Place
from contract_tests.core.schemas import fits
from contract_tests.suites.records.sending import unique
from tests.contract_tests.cases.running import api, ok, run, thing
from tests.contract_tests.conftest import ContractOf
from tests.contract_tests.small import JSON, Asked, Reply, Small

CODE = "^[A-Z]{2}-[0-9]{3}$"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ({"maxLength": 40}, "hall"),
        ({"maxLength": 4}, "hall"),
        ({"pattern": "^[A-Z0-9][A-Z0-9 -]*$", "maxLength": 12}, "HH-KL 204"),
        ({"pattern": "^[0-9]{8}$"}, "00000000"),
        ({"pattern": CODE}, "AA-000"),
        ({"format": "email"}, "ann@example.com"),
    ],
)
def test_a_text_is_replaced_by_one_of_its_form(contract_of: ContractOf, member: dict[str, Any], value: str) -> None:
    """Small letters, capitals, digits or what else its pattern has, within its length."""
    schema = Place({"type": "object", "properties": {"code": {"type": "string", **member}}})
    contract = contract_of({"openapi": "3.0.3", "paths": {}})
    found = [unique(contract, schema, {"code": value}, "id") for _ in range(4)]
    assert all(fits(contract, schema, one, writing=True) for one in found)
    assert len({value, *(one["code"] for one in found)}) > 3  # that two are drawn alike is possible


@pytest.mark.parametrize("member", [{"enum": ["a", "b"]}, {"format": "date"}])
def test_a_value_that_is_no_free_text_stays(contract_of: ContractOf, member: dict[str, Any]) -> None:
    """A choice or a day isn't what a server keeps unique."""
    schema = Place({"type": "object", "properties": {"code": {"type": "string", **member}}})
    body = {"code": "a" if "enum" in member else "2024-02-29"}
    assert unique(contract_of({"openapi": "3.0.3", "paths": {}}), schema, body, "id") == body


class Lockers(Small):
    """Lockers, each with a code that no other one has, which can be opened; `is_stuck`: only the answer says so."""

    def __init__(self, *, is_stuck: bool = False) -> None:
        super().__init__()
        self.is_stuck = is_stuck
        self.lockers: dict[str, dict[str, Any]] = {}
        self.numbers = itertools.count(1)

    def answer(self, asked: Asked) -> Reply:
        steps = asked.path.strip("/").split("/")
        if steps == ["lockers"]:
            return self.make(asked.json) if asked.method == "POST" else Reply(405, {}, {"Allow": "POST"})
        locker = self.lockers.get(steps[1]) if len(steps) in {2, 3} and steps[0] == "lockers" else None
        if locker is None:
            return Reply(404, {})
        if steps[2:] == ["open"] and asked.method == "POST":
            locker["isOpen"] |= not self.is_stuck
            return Reply(200, {**locker, "isOpen": True})
        if asked.method == "DELETE":
            return Reply(204, self.lockers.pop(locker["id"]))
        return Reply(200, locker) if asked.method in {"GET", "HEAD"} else Reply(405, {}, {"Allow": "GET, DELETE"})

    def make(self, sent: Any) -> Reply:
        code = sent.get("code") if isinstance(sent, dict) else None
        if not isinstance(code, str) or not re.fullmatch(CODE[1:-1], code):
            return Reply(400, {})
        if any(one["code"] == code for one in self.lockers.values()):
            return Reply(409, {})
        made = {"id": f"l{next(self.numbers)}", "code": code, "isOpen": False}
        self.lockers[made["id"]] = made
        return Reply(201, made)


def contract_of_lockers() -> dict[str, Any]:
    """The contract of `Lockers`."""
    code, key = {"type": "string", "pattern": CODE}, {"type": "string"}
    shown = thing(id=key, code=code, isOpen={"type": "boolean"})
    refused = {status: {"description": "Refused"} for status in ("400", "404", "409")}
    body = {"required": True, "content": {JSON: {"schema": thing(code=code)}}}
    names = {"parameters": [{"name": "id", "in": "path", "required": True, "schema": key}]}
    return api(
        {
            "/lockers": {
                "post": {
                    "operationId": "addLocker",
                    "requestBody": body,
                    "responses": {"201": ok(shown)["200"], **refused},
                }
            },
            "/lockers/{id}": {
                **names,
                "get": {"operationId": "getLocker", "responses": {**ok(shown), **refused}},
                "delete": {"operationId": "removeLocker", "responses": {"204": {"description": "Gone"}, **refused}},
            },
            "/lockers/{id}/open": {
                **names,
                "post": {"operationId": "openLocker", "responses": {**ok(shown), **refused}},
            },
        }
    )


@pytest.mark.parametrize("is_stuck", [False, True])
def test_records_with_a_code_of_their_own_are_checked(tmp_path: Path, is_stuck: bool) -> None:
    """The second locker is made under another code, and so what can be done with it is checked."""
    lockers = Lockers(is_stuck=is_stuck)
    ran = run(lockers, contract_of_lockers(), tmp_path, "--suite", "records")
    assert ran.outcome("actions") == ("broken" if is_stuck else "kept"), ran.printed
    assert not lockers.lockers
