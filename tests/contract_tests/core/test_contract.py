"""The contract as the checks use it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contract_tests.core.answer import Sent
from contract_tests.core.contract import Contract
from contract_tests.core.document import Place, bundled
from contract_tests.core.errors import UsageError
from contract_tests.core.schemas import mismatches
from tests.contract_tests.conftest import ContractOf


@pytest.mark.parametrize(
    ("method", "path", "operation", "values"),
    [
        ("GET", "/devices", "listDevices", ()),
        ("POST", "/devices/trust", "trustDevice", ()),
        ("GET", "/devices/trust", "getDevice", ("trust",)),
        ("GET", "/devices/a%2Fb%20c", "getDevice", ("a/b c",)),
        ("POST", "/sessions/revoke-all", "revokeAllSessions", ()),
        ("DELETE", "/devices/x", "removeDevice", ("x",)),
    ],
)
def test_paths_find_their_operation(
    contract: Contract, method: str, path: str, operation: str, values: tuple[str, ...]
) -> None:
    """Literal paths before templated ones, values decoded."""
    found = contract.match(method, path)
    assert found is not None
    assert (found[0].id, found[1]) == (operation, values)


@pytest.mark.parametrize(("method", "path"), [("PATCH", "/devices"), ("GET", "/nowhere"), ("GET", "/devices/a/b")])
def test_other_paths_find_none(contract: Contract, method: str, path: str) -> None:
    """Nothing is guessed."""
    assert contract.match(method, path) is None


def test_responses_fall_back_to_ranges_and_default(tmp_path: Path) -> None:
    """Exact before range before default."""
    path = tmp_path / "api.yaml"
    path.write_text(
        "openapi: 3.0.3\npaths:\n  /x:\n    get:\n      responses:\n        200: {description: a}\n"
        "        2XX: {description: b}\n        default: {description: c}\n"
    )
    contract = Contract.load(path)
    places = [contract.response(contract.operations[0], status) for status in (200, 204, 404)]
    assert [place.value["description"] for place in places if place] == ["a", "b", "c"]


def test_a_contract_of_several_files_is_one(tmp_path: Path) -> None:
    """A `$ref` into a second file leads to its schema."""
    (tmp_path / "pet.yaml").write_text("Pet: {type: object, required: [name]}\n")
    (tmp_path / "api.yaml").write_text(
        "openapi: 3.1.0\ninfo: {title: Pets, version: '1'}\npaths:\n  /pet:\n    get:\n      responses:\n        200:\n"
        "          description: One\n          content: {application/json: {schema: {$ref: 'pet.yaml#/Pet'}}}\n"
    )
    contract = Contract.load(tmp_path / "api.yaml")
    schema = contract.answer_schema(contract.operations[0], 200, "application/json")
    assert schema is not None
    assert [found.problem for found in mismatches(contract, schema, {})] == ["field missing: name"]


@pytest.mark.parametrize(
    ("writing", "value", "fits"),
    [
        (False, {"id": 1}, True),
        (False, {"id": 1, "password": "x"}, False),
        (True, {"password": "x"}, True),
        (True, {"id": 1}, False),
    ],
)
def test_members_travel_in_their_direction(contract_of: ContractOf, writing: bool, value: Any, fits: bool) -> None:
    """What is `readOnly` need not be sent, what is `writeOnly` must not be answered."""
    properties = {"id": {"type": "integer", "readOnly": True}, "password": {"type": "string", "writeOnly": True}}
    user = {"type": "object", "required": ["id", "password"], "properties": properties}
    contract = contract_of({"openapi": "3.1.0"})
    assert list(mismatches(contract, Place(user), value, writing=writing)) is not fits


def test_the_media_type_of_an_answer_chooses_its_schema(contract_of: ContractOf) -> None:
    """Not the first one: a problem is checked as a problem, and a range takes what it covers."""
    content = {"application/json": {"schema": {"const": 1}}, "application/problem+json": {"schema": {"const": 2}},
               "text/*": {}}  # fmt: skip
    answers = {"responses": {"200": {"description": "One", "content": content}}}
    contract = contract_of({"openapi": "3.1.0", "paths": {"/one": {"get": answers}}})
    one = contract.operations[0]
    types = ("application/json; charset=utf-8", "application/problem+json", "text/csv", "image/png")
    found = [contract.answer_schema(one, 200, content_type) for content_type in types]
    assert [place and place.value for place in found] == [{"const": 1}, {"const": 2}, True, None]
    assert contract.answer_schema(one, 404, "application/json") is None


def test_a_write_that_documents_errors_only_documents_no_success(contract_of: ContractOf) -> None:
    """The reader adds one for a server to answer with; it is not documented."""
    responses = {"responses": {"404": {"description": "Gone"}}}
    contract = contract_of({"openapi": "3.1.0", "paths": {"/one": {"delete": responses}}})
    assert contract.operations[0].statuses == ("404",)
    assert contract.response(contract.operations[0], 200) is None


def test_operations_of_one_path_are_told_apart_by_their_query(contract_of: ContractOf) -> None:
    """`/rest?method=a` isn't a path."""
    answer = {"responses": {"200": {"description": "One"}}}
    paths = {"/rest?method=a": {"get": answer}, "/rest?method=b": {"get": answer, "post": answer}}
    contract = contract_of({"openapi": "3.1.0", "paths": paths})
    for name in ("a", "b"):
        match = contract.match("GET", "/rest", Sent("GET", f"http://t/rest?method={name}", "/rest", {}))
        assert match is not None
        assert match[0].path == f"/rest?method={name}"
    assert contract.methods_at("/rest?method=a") == contract.methods_of("/rest?method=a") == {"GET", "POST"}


def test_assumptions_are_gathered_on_the_way(contract: Contract) -> None:
    """A `$ref` brings the marks of what it leads to."""
    place = contract.response(contract.operation("trustDevice"), 415)
    assert place is not None
    assert place.assumed[-1] == "A-05"


@pytest.mark.parametrize("text", ["[1, 2]", "swagger: '2.0'", "{", "openapi: 3.1.0\npaths: {/x: {$ref: '#/gone'}}"])
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    """With the name of the file."""
    path = tmp_path / "api.yaml"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"api\.yaml"):
        Contract.load(path)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    """With its name."""
    with pytest.raises(UsageError, match=r"gone\.yaml"):
        Contract.load(tmp_path / "gone.yaml")


def test_a_contract_is_bundled() -> None:
    """It is found in the clone and in the wheel alike."""
    assert Contract.load(bundled()).has("listDevices", "heartbeatSession")
