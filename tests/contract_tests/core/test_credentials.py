"""Whose credentials a request has."""

from __future__ import annotations

import pytest

from contract_tests.core.answer import Sent
from contract_tests.core.credentials import Keys, credentials, names_user
from contract_tests.core.target import with_query
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


@pytest.mark.parametrize("key", ["plain", "base64+/==", "a b&c=d%2F", "schlüssel"])
@pytest.mark.parametrize("place", ["query", "cookie", "header"])
def test_a_request_of_the_user_is_known_by_its_key(contract_of: ContractOf, place: str, key: str) -> None:
    """However the place has it encoded."""
    document = contract_of_notes()
    document["components"]["securitySchemes"] = {"key": {"type": "apiKey", "in": place, "name": "api_key"}}
    document["paths"]["/notes"]["get"]["security"] = [{"key": []}]
    contract = contract_of(document)
    operation, keys = contract.operation("listNotes"), Keys(key)
    named = credentials(contract, operation, keys)
    sent = Sent("GET", f"http://target{with_query('/notes', named.query)}", "/notes", named.headers)
    assert names_user(contract, operation, sent, keys)
    assert not names_user(contract, operation, sent, Keys("other"))


def test_an_operation_that_documents_401_gets_what_others_ask_for(contract_of: ContractOf) -> None:
    """Where it says nothing of credentials; one that says that it needs none, or has no 401, gets none."""
    done, both = {"200": {"description": "Done"}}, {"200": {"description": "Done"}, "401": {"description": "Who?"}}
    operations = {
        "/named": {"security": [{"key": []}], "responses": both},
        "/silent": {"responses": both},
        "/open": {"security": [], "responses": both},
        "/plain": {"responses": done},
    }
    paths = {path: {"get": {"operationId": path[1:], **operation}} for path, operation in operations.items()}
    contract = contract_of({"openapi": "3.0.3", "components": {"securitySchemes": SCHEMES}, "paths": paths})
    sent = {one.id: credentials(contract, one, Keys("t")).headers for one in contract.operations}
    assert sent == {"named": {"x-key": "t"}, "silent": {"x-key": "t"}, "open": {}, "plain": {}}
