"""Which generated inputs the contract leaves in doubt."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from contract_tests.core.answer import Sent
from contract_tests.core.fuzzing import Trial
from contract_tests.suites.conformance.test_conformance import each_once, is_doubtful
from tests.contract_tests.conftest import ContractOf


def test_a_repeated_parameter_may_be_read_once() -> None:
    """By its first value or by its last; a request that repeats none stands for itself."""
    sent = Sent("GET", "http://t/things?size=1&size=&page=2&size=x", "/things", {})
    assert [one.query for one in each_once(sent)] == ["size=1&page=2", "size=x&page=2"]
    assert list(each_once(Sent("GET", "http://t/things?size=1", "/things", {}))) == []


@pytest.mark.parametrize(
    ("headers", "doubtful"),
    [({"X-Id": ""}, True), ({"X-Id": "a"}, True), ({"X-Id": "a", "X-Size": ""}, True), ({}, False),
     ({"X-Id": "a", "X-Size": "b"}, False)],
)  # fmt: skip
def test_a_header_that_has_no_value_may_be_seen_or_not(
    contract_of: ContractOf, headers: dict[str, str], doubtful: bool
) -> None:
    """A blank one may count as it is, or as one that isn't there; what is wrong both ways is wrong."""
    schemas = {"X-Id": ("string", True), "X-Size": ("integer", False)}
    parameters = [
        {"name": name, "in": "header", "required": required, "schema": {"type": kind}}
        for name, (kind, required) in schemas.items()
    ]
    get = {"operationId": "look", "parameters": parameters, "responses": {"200": {"description": "All"}}}
    contract = contract_of({"openapi": "3.1.0", "info": {}, "paths": {"/things": {"get": get}}})
    answer: Any = SimpleNamespace(sent=Sent("GET", "http://t/things", "/things", headers))
    trial = Trial(answer, valid=False, about="Object with unexpected properties", where=frozenset({"header"}))
    assert is_doubtful(cast(Any, SimpleNamespace(contract=contract)), contract.operation("look"), trial) is doubtful


@pytest.mark.parametrize(("board", "doubtful"), [("no list", True), (["a"], False), (None, False)])
def test_a_read_only_member_may_decide_which_alternative_fits(
    contract_of: ContractOf, board: Any, doubtful: bool
) -> None:
    """A wrong one excludes an alternative, which leaves one; a server that ignores it finds two."""
    shown = {"type": "array", "items": {"type": "string"}, "readOnly": True}
    company = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "board": shown}}
    anyone = {"type": "object", "properties": {"name": {"type": "string"}, "board": {"readOnly": True}}}
    body = {"content": {"application/json": {"schema": {"oneOf": [company, anyone]}}}}
    post = {"operationId": "add", "requestBody": body, "responses": {"201": {"description": "Added"}}}
    contract = contract_of({"openapi": "3.0.3", "info": {}, "paths": {"/people": {"post": post}}})
    value = {"name": "Ada"} | ({} if board is None else {"board": board})
    sent = Sent("POST", "http://t/people", "/people", {"Content-Type": "application/json"}, json.dumps(value).encode())
    trial = Trial(cast(Any, SimpleNamespace(sent=sent)), valid=False, about="", where=frozenset({"body"}))
    assert is_doubtful(cast(Any, SimpleNamespace(contract=contract)), contract.operation("add"), trial) is doubtful
