"""Which contracts the suite of the bundled API applies to, and which assumptions it knows."""

from __future__ import annotations

import copy
import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

from contract_tests.core.contract import Contract
from contract_tests.core.model import Model
from contract_tests.suites import flashback
from contract_tests.suites.flashback.api import SUBJECTS
from contract_tests.suites.flashback.helpers import (
    DETAIL,
    HEARTBEAT,
    LIST,
    REMOVE,
    REVOKE,
    REVOKE_ALL,
    SESSIONS,
    TRUST,
    UNTRUST,
)
from contract_tests.suites.flashback.suite import applies_to, subjects
from contract_tests.suites.oracle.verdict import about
from tests.contract_tests.conftest import ContractOf
from tests.support import ROOT


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


def test_every_assumption_has_a_subject(contract: Contract) -> None:
    """Those that the contract marks, and no others; a subject is a field of the contract or one of four words."""
    written = json.dumps(contract.document)
    assert set(SUBJECTS) == set(re.findall(r"\bA-\d\d\b", written))
    fields = set().union(*SUBJECTS.values()) - {"list", "token", "afterwards", "status"}
    assert {name for name in fields if f'"{name}":' not in written} == set()


def test_promises_name_pages_of_the_documentation() -> None:
    """By the line at the top of each page."""
    first = [path.read_text("utf-8").partition("\n")[0] for path in (ROOT / "spec" / "docs").glob("*-*")]
    pages = {line.lstrip("# ").replace("\\", "") for line in first}
    names = [path.stem for path in Path(flashback.__path__[0]).glob("test_*.py")]
    tests = [one for name in names for one in vars(import_module(f"{flashback.__name__}.{name}")).values()]
    named = {page for one in tests if (page := getattr(getattr(one, "promise", None), "page", ""))}
    assert {one.partition(":")[0] for page in named for one in page.split(", ") if "__" in one} <= pages
    assert {LIST, DETAIL, SESSIONS, TRUST, UNTRUST, REMOVE, REVOKE, REVOKE_ALL, HEARTBEAT} <= pages
