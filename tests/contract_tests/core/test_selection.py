"""The choice of operations: patterns, what changed, and which requests a choice forbids."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from contract_tests.core.answer import Sent
from contract_tests.core.contract import Contract
from contract_tests.core.errors import UsageError
from contract_tests.core.selection import Selection, changed
from tests.contract_tests.conftest import ContractOf
from tests.contract_tests.small import contract_of_notes


@pytest.fixture(scope="module")
def notes(contract_of: ContractOf) -> Contract:
    """The contract of the notes."""
    return contract_of(contract_of_notes())


@pytest.mark.parametrize(
    ("pattern", "chosen"),
    [
        ("deleteNote", {"deleteNote"}),
        ("*Note", {"createNote", "getNote", "changeNote", "deleteNote"}),
        ("/session/*", {"endSession"}),
        ("/notes/{name}", {"getNote", "changeNote", "deleteNote"}),
        ("/notes", {"listNotes", "createNote"}),
        ("DELETE", {"deleteNote"}),
        ("PUT /notes/*", {"changeNote"}),
        ("get /notes", {"listNotes"}),
        ("tag:session", {"endSession"}),
        ("tag:s*", {"endSession"}),
    ],
)
def test_a_pattern_names_operations(notes: Contract, pattern: str, chosen: set[str]) -> None:
    """By id, path, method, both, or tag, each with wildcards."""
    assert Selection.of(notes, only=[pattern]).allowed == chosen
    assert Selection.of(notes, skip=[pattern]).checked == {one.id for one in notes.operations} - chosen


@pytest.mark.parametrize("pattern", ["deleteNotes", "/nodes/*", "PATCH", "PUT /notes", "tag:sessions", "deprecated"])
def test_a_pattern_that_names_nothing_is_an_error(notes: Contract, pattern: str) -> None:
    """It would silently check another set of operations than was meant."""
    with pytest.raises(UsageError, match="no operation of the contract matches"):
        Selection.of(notes, skip=[pattern])


def test_nothing_left_is_an_error(notes: Contract) -> None:
    """A run without operations teaches nothing."""
    with pytest.raises(UsageError, match="nothing is left to check"):
        Selection.of(notes, only=["getNote"], skip=["/notes/*"])


@pytest.mark.parametrize(
    ("method", "path", "passes"),
    [
        ("GET", "/notes", True),
        ("GET", "/notes/n1", True),
        ("PUT", "/notes/n1", True),
        ("OPTIONS", "/notes/n1", True),
        ("DELETE", "/notes/n1", False),
        ("DELETE", "/notes", False),  # no operation, but `--skip DELETE` holds for it too
        ("GET", "/session/end", False),
        ("HEAD", "/session/end", False),
        ("OPTIONS", "/session/end", False),
        ("POST", "/session/end", False),
        ("GET", "/session/end/", False),
        ("GET", "//session/end", False),
        ("GET", "/SESSION/end", False),
        ("GET", "/notes/..%2Fsession%2Fend", False),
        ("GET", "/notes/%2e%2e/session/end", False),
        ("GET", "/session%2Fend", False),
    ],
)
def test_a_choice_forbids_each_request_that_would_reach_what_is_left_out(
    notes: Contract, method: str, path: str, passes: bool
) -> None:
    """Also where a lenient server reads the path otherwise, and by any method at a path of which nothing is chosen."""
    choice = Selection.of(notes, skip=["deleteNote", "endSession"])
    sent = Sent(method, f"http://target{path}", path, {})
    assert (choice.left_out(notes, sent) is None) == passes


def test_a_header_that_names_another_method_is_forbidden_too(notes: Contract) -> None:
    """Some frameworks carry out the method that `X-HTTP-Method-Override` or `_method` names."""
    choice = Selection.of(notes, skip=["deleteNote"])
    hidden = Sent("PUT", "http://target/notes/n1", "/notes/n1", {"X-HTTP-Method-Override": "delete"})
    asked = Sent("PUT", "http://target/notes/n1?_method=DELETE", "/notes/n1", {})
    assert choice.left_out(notes, hidden) == choice.left_out(notes, asked) == "deleteNote"


def older(change: str) -> dict[str, Any]:
    """The contract of the notes before a change of it."""
    document = copy.deepcopy(contract_of_notes())
    one = document["paths"]["/notes/{id}"]
    if change == "status":
        del one["put"]["responses"]["415"]
    elif change == "parameter":
        one["parameters"][0]["schema"]["maxLength"] = 5
    elif change == "text":
        one["put"]["description"] = "Other words for the same"
    elif change == "new":
        del one["delete"]
    return document


@pytest.mark.parametrize(
    ("change", "checked"),
    [
        ("status", {"changeNote"}),
        ("parameter", {"getNote", "changeNote", "deleteNote"}),
        ("new", {"deleteNote"}),
    ],
)
def test_what_changed_is_checked_and_what_it_depends_on_is_called(
    notes: Contract, contract_of: ContractOf, change: str, checked: set[str]
) -> None:
    """The other operations of the same records may be called, those of others may not."""
    choice = Selection.of(notes, older=contract_of(older(change)))
    assert choice.checked == checked
    assert choice.allowed == {one.id for one in notes.operations} - {"endSession"}


def test_other_words_are_no_change(notes: Contract, contract_of: ContractOf) -> None:
    """Descriptions are for people."""
    with pytest.raises(UsageError, match="no operation differs"):
        Selection.of(notes, older=contract_of(older("text")))


def test_deprecated_operations_can_be_chosen(contract_of: ContractOf) -> None:
    """Those that are marked so, and by `true` alone."""
    marks: dict[str, Any] = {"old": {"deprecated": True}, "odd": {"deprecated": "yes"}, "new": {}}
    paths = {f"/{name}": {"get": {"operationId": name, "responses": {}, **more}} for name, more in marks.items()}
    contract = contract_of({"openapi": "3.1.0", "paths": paths})
    assert Selection.of(contract, only=["deprecated"]).allowed == {"old"}


def test_an_operation_changes_with_what_it_refers_to(contract_of: ContractOf) -> None:
    """Through any number of references, also those that lead back; and with the schemes of its security."""

    def document(kind: str, scheme: str = "header") -> dict[str, Any]:
        ref = {name: {"$ref": f"#/components/schemas/{name}"} for name in ("A", "B", "C")}
        schemas = {"A": {"properties": {"b": ref["B"]}}, "B": {"properties": {"a": ref["A"], "c": ref["C"]}},
                   "C": {"type": kind, "description": kind}}  # fmt: skip
        said = {"200": {"description": "", "content": {"application/json": {"schema": ref["A"]}}}}
        plain = {"responses": {"200": {"description": ""}}}
        paths = {
            "/a": {"get": {"operationId": "a", "responses": said}},
            "/b": {"get": {"operationId": "b", **plain, "security": [{"key": []}]}},
            "/c": {"get": {"operationId": "c", **plain}},
        }
        keys = {"key": {"type": "apiKey", "in": scheme, "name": "k"}}
        return {"openapi": "3.1.0", "paths": paths, "components": {"schemas": schemas, "securitySchemes": keys}}

    now = contract_of(document("string"))
    assert changed(now, contract_of(document("string"))) == set()
    assert changed(now, contract_of(document("integer"))) == {"a"}
    assert changed(now, contract_of(document("string", "query"))) == {"b"}
