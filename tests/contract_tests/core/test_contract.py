"""The contract as the judge reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests.core.contract import Contract, bundled
from contract_tests.core.errors import UsageError


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
    told = [contract.response(contract.operations[0], status) for status in (200, 204, 404)]
    assert [place.value["description"] for place in told if place] == ["a", "b", "c"]


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
