"""Whose credentials a request has."""

from __future__ import annotations

import pytest

from contract_tests.core.answer import Sent
from contract_tests.core.credentials import Keys, names_user
from tests.contract_tests.conftest import ContractOf
from tests.contract_tests.small import contract_of_notes

SCHEMES = {name: {"type": "apiKey", "in": "header", "name": f"x-{name}"} for name in ("app", "key", "other")}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-app": "t", "x-key": "t"}, True),
        ({"x-other": "t"}, True),
        ({"x-app": "t"}, False),
        ({"x-app": "t", "x-key": "wrong"}, False),
        ({"x-app": "wrong", "x-key": "wrong", "x-other": "wrong"}, False),
        ({}, False),
    ],
)
def test_a_user_is_named_by_all_that_an_alternative_asks_for(
    contract_of: ContractOf, headers: dict[str, str], expected: bool
) -> None:
    """A request that lacks one of two keys, or has a wrong one, is a stranger's."""
    document = contract_of_notes()
    document["components"]["securitySchemes"] = SCHEMES
    document["paths"]["/notes"]["get"]["security"] = [{"app": [], "key": []}, {"other": []}]
    contract = contract_of(document)
    sent = Sent("GET", "http://target/notes", "/notes", headers)
    assert names_user(contract, contract.operation("listNotes"), sent, Keys("t")) is expected
