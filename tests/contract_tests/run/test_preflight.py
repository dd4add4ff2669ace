"""The first reads of a run: whether the token is accepted."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.core.contract import Contract
from contract_tests.core.errors import CredentialsRefused
from contract_tests.run.preflight import preflight
from tests.contract_tests.conftest import ContractOf, OpenTarget
from tests.contract_tests.small import Reply, Table, serving

ADMIN = [f"/admin/{at}" for at in range(7)]


@pytest.fixture
def contract(contract_of: ContractOf) -> Contract:
    """Reads for administrators, and one for everybody."""
    get: dict[str, Any] = {"responses": {"200": {"description": "Done"}}}
    return contract_of({"openapi": "3.0.3", "paths": {path: {"get": get} for path in (*ADMIN, "/orders")}})


@pytest.mark.parametrize("status", [401, 403])
def test_many_operations_for_administrators_hide_no_others(
    status: int, contract: Contract, open_target: OpenTarget
) -> None:
    """The token may be that of a user who may read something else; a message names a few of the refusals."""
    refusals = {f"GET {path}": Reply(status, {"error": "administrators only"}) for path in ADMIN}
    with serving(Table(refusals | {"GET /orders": Reply(200, [])})) as url:
        assert preflight(open_target(url), contract.operations, 0) == 0
    named = pytest.raises(CredentialsRefused, match="GET /admin/0, GET /orders, GET /admin/1 and 5 more: ")
    with serving(Table(refusals | {"GET /orders": Reply(status, {})})) as url, named:
        preflight(open_target(url), contract.operations, 0)
