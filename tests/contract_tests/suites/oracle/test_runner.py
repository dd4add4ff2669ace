"""Which calls of a script are made on both sides."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from contract_tests.core.answer import Answer, Sent
from contract_tests.suites.oracle.calls import Call, Step
from contract_tests.suites.oracle.runner import UNNAMEABLE, Runner
from tests.contract_tests.conftest import ContractOf


@pytest.mark.parametrize(
    ("mine", "theirs", "status", "is_compared"),
    [("5", "11", 400, False), ("5", "11", 404, True), ("5", "6", 400, True), ("11", "11", 400, True)],
)
def test_an_id_that_no_path_may_have_is_not_compared(
    contract_of: ContractOf, mine: str, theirs: str, status: int, is_compared: bool
) -> None:
    """Where the target refuses one that it has given itself, and that of the mock is within bounds."""
    bounded = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "maximum": 10}}
    read = {"operationId": "read", "parameters": [bounded], "responses": {"200": {"description": ""}}}
    contract = contract_of({"openapi": "3.0.3", "paths": {"/orders/{id}": {"get": read}}})
    operation = contract.operation("read")
    answers = (Answer(Sent("GET", "http://t", "/", {}), code, {}, b"") for code in (status, 200))
    runner: Any = SimpleNamespace(
        withheld={}, _send=lambda _: next(answers), mirror=SimpleNamespace(ask=lambda _: next(answers)),
        binder=SimpleNamespace(contract=contract),
    )  # fmt: skip
    runner._is_unnameable = lambda call: Runner._is_unnameable(runner, call)
    calls = (Call(operation, (value,)) for value in (mine, theirs))
    done = Runner._both(cast(Runner, runner), Step("read"), *calls)
    assert (done is not None, UNNAMEABLE in runner.withheld) == (is_compared, not is_compared)
