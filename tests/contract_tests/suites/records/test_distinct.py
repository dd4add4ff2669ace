"""Bodies for servers on which a text may be had once: another one of the same form is found, whatever form that is."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import pytest

from contract_tests.core.distinct import unique
from contract_tests.core.document import Place
from contract_tests.core.schemas import fits
from tests.contract_tests.cases.running import api, ok, run, thing
from tests.contract_tests.conftest import ContractOf
from tests.contract_tests.small import JSON, Asked, Reply, Small

CODE = "^[A-Z]{2}-[0-9]{3}$"
LABEL = {"label": "none"}


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
    """Lockers, each with a code that no other one has had, which can be opened; `broken` names its defects."""

    def __init__(self, *broken: str) -> None:
        super().__init__()
        self.broken = frozenset(broken)
        self.lockers: dict[str, dict[str, Any]] = {}
        self.used: set[str] = set()
        self.numbers = itertools.count(1)

    def answer(self, asked: Asked) -> Reply:
        steps = asked.path.strip("/").split("/")
        if steps == ["lockers"]:
            return self.make(asked.json) if asked.method == "POST" else Reply(405, {}, {"Allow": "POST"})
        locker = self.lockers.get(steps[1]) if len(steps) in {2, 3} and steps[0] == "lockers" else None
        if locker is None:
            return Reply(404, {})
        if steps[2:] == ["open"] and asked.method == "POST":
            locker["isOpen"] |= "stuck" not in self.broken
            return Reply(200, {**locker, "isOpen": True})
        if asked.method == "DELETE":
            return Reply(204, self.lockers.pop(locker["id"]))
        if asked.method in {"PUT", "PATCH"}:
            is_other = asked.headers.get("If-Match", "*") != "*"
            return Reply(412, {}) if is_other else self.change(locker, asked.json, replaces=asked.method == "PUT")
        return Reply(200, locker) if asked.method in {"GET", "HEAD"} else Reply(405, {}, {"Allow": "GET, DELETE"})

    def make(self, sent: Any) -> Reply:
        if not isinstance(sent, dict) or not self.fits({"label": "", **sent}):
            return Reply(400, {})
        locker = {"id": f"l{next(self.numbers)}", "isOpen": False, "size": 1, **LABEL, **sent}
        return self.kept(locker, 201)

    def change(self, locker: dict[str, Any], sent: Any, *, replaces: bool) -> Reply:
        known = {} if replaces and "merges" not in self.broken else locker
        whole = {**LABEL, **known, **sent} if isinstance(sent, dict) else {}
        if not self.fits({**whole, "size": 1} if "change" in self.broken and not replaces else whole) or (
            replaces and not sent.keys() >= {"code", "size"}
        ):
            return Reply(400, {})
        return self.kept({"id": locker["id"], "isOpen": locker["isOpen"], **whole}, 200)

    def fits(self, sent: dict[str, Any]) -> bool:
        size = sent.get("size", 1 if "size" in self.broken else None)
        is_size = isinstance(size, int) and not isinstance(size, bool) and 1 <= size <= 3
        texts = [isinstance(sent.get(name), str) for name in ("code", "label")]
        return all(texts) and re.fullmatch(CODE[1:-1], sent["code"]) is not None and is_size

    def kept(self, locker: dict[str, Any], status: int) -> Reply:
        before = self.lockers.get(locker["id"], {})
        if locker["code"] in self.used and locker["code"] != before.get("code"):
            return Reply(409, {})
        self.used.add(locker["code"])
        self.lockers[locker["id"]] = {name: locker[name] for name in ("id", "code", "size", "label", "isOpen")}
        return Reply(status, self.lockers[locker["id"]])


def contract_of_lockers() -> dict[str, Any]:
    """The contract of `Lockers`."""
    members: dict[str, Any] = {
        "code": {"type": "string", "pattern": CODE},
        "size": {"type": "integer", "minimum": 1, "maximum": 3},
        "label": {"type": "string", "default": LABEL["label"]},
    }
    key = {"type": "string"}
    shown = thing(id=key, **members, isOpen={"type": "boolean"})
    refused = {status: {"description": "Refused"} for status in ("400", "404", "409", "412")}
    new = {"schema": {**thing(**members), "required": ["code", "size"]}, "example": {"code": "AB-123", "size": 2}}
    names = [{"name": "id", "in": "path", "required": True, "schema": key}]

    if_match = [{"name": "If-Match", "in": "header", "schema": key}]

    def operation(name: str, success: dict[str, Any], body: Any = None) -> dict[str, Any]:
        more = {"requestBody": {"required": True, "content": {JSON: body}}} if body else {}
        return {"operationId": name, "responses": {**success, **refused}, **more}

    return api(
        {
            "/lockers": {"post": operation("addLocker", {"201": ok(shown)["200"]}, new)},
            "/lockers/{id}": {
                "parameters": names,
                "get": operation("getLocker", ok(shown)),
                "put": operation("replaceLocker", ok(shown), new),
                "patch": {
                    **operation("changeLocker", ok(shown), {"schema": {"properties": members, "type": "object"}}),
                    "parameters": if_match,
                },
                "delete": operation("removeLocker", {"204": {"description": "Gone"}}),
            },
            "/lockers/{id}/open": {"parameters": names, "post": operation("openLocker", ok(shown))},
        }
    )


@pytest.mark.parametrize(("broken", "found"), [("", ""), ("stuck", "actions"), ("merges", "defaults")])
def test_records_with_a_code_of_their_own_are_checked(tmp_path: Path, broken: str, found: str) -> None:
    """They are made and changed under a code that is free, and so what can be done with them is checked."""
    lockers = Lockers(broken)
    ran = run(lockers, contract_of_lockers(), tmp_path, "--suite", "records")
    outcomes = {name: ran.outcome(name) for name in ("actions", "defaults")}
    assert outcomes == {name: "broken" if name == found else "kept" for name in outcomes}, ran.printed
    assert not lockers.lockers


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        ("", ""),
        ("size", "addLocker to refuse an invalid input (Missing required property: size)"),
        ("change", "changeLocker to refuse an invalid input (size: "),
    ],
)
def test_another_refusal_hides_no_fault(tmp_path: Path, broken: str, found: str) -> None:
    """An invalid body is sent again with another code where its own is taken, and without a condition."""
    ran = run(Lockers(broken), contract_of_lockers(), tmp_path, "--suite", "conformance")
    about = [expected for _, expected, _ in ran.broken() if "refuse an invalid input" in expected]
    assert [one.startswith(found) for one in about[:1]] == [True] * bool(broken), ran.printed
