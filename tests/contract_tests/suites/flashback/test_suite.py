"""Which contracts the suite of the bundled API applies to, and which assumptions it knows."""

from __future__ import annotations

import copy
from typing import Any

from contract_tests.core.contract import Contract
from contract_tests.core.model import Model
from contract_tests.suites.flashback.api import SUBJECTS
from contract_tests.suites.flashback.suite import applies_to, subjects
from contract_tests.suites.oracle.verdict import about
from tests.contract_tests.conftest import ContractOf


def test_the_bundled_contract_has_its_subjects(contract: Contract) -> None:
    """Each assumption is about what the suite says."""
    assert (applies_to(contract), subjects(contract)) == (True, SUBJECTS)


def test_a_copy_of_the_bundled_contract_keeps_them(contract: Contract, contract_of: ContractOf) -> None:
    """Its numbers stand where the bundled one has them."""
    assert subjects(contract_of(copy.deepcopy(dict(contract.document)))) == SUBJECTS


def test_the_same_number_in_another_contract_is_about_something_else(contract_of: ContractOf) -> None:
    """Nothing is known of it, so it may be about any field."""
    get = {"operationId": "pets", "x-assumed": "A-08", "responses": {"200": {"description": "All"}}}
    other = contract_of({"openapi": "3.1.0", "paths": {"/pets": {"get": get}}})
    assert (applies_to(other), subjects(other)) == (False, {})
    model = Model({}, {}, subjects(other))
    assert about(model, other.operation("pets").assumed, "name") == ("A-08",)
    assert about(Model({}, {}, SUBJECTS), ["A-08"], "name") == ()


def test_the_same_operations_with_other_numbers_have_none(contract: Contract, contract_of: ContractOf) -> None:
    """A contract of the same API that numbers its assumptions itself."""
    document: dict[str, Any] = copy.deepcopy(dict(contract.document))
    document["paths"]["/devices"]["get"]["x-assumed"] = "A-08"
    other = contract_of(document)
    assert (applies_to(other), subjects(other)) == (True, {})
