"""The command over a contract and a service of their own, which counts what it gets."""

from __future__ import annotations

import json

import pytest

from contract_tests.cli import main
from tests.contract_tests.small import TOKEN, Notes, contract_of_notes, serving

FEW = ["--examples", "3", "--token", TOKEN, "--budget", "100"]


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of the contract."""
    path = tmp_path_factory.mktemp("notes") / "notes.json"
    path.write_text(json.dumps(contract_of_notes()))
    return str(path)


@pytest.mark.parametrize(
    "choice", [["--skip", "endSession", "--skip", "DELETE"], ["--only", "GET /notes*", "--safety", "full"]]
)
def test_what_was_left_out_is_never_called(spec: str, choice: list[str]) -> None:
    """By no stage: not the first look, nor discovery, generated inputs, sequences or the oracle."""
    service = Notes()
    with serving(service) as url:
        assert main(["--target", url, "--spec", spec, *FEW, *choice]) == 0
    assert service.count("GET", "/session/end") == service.count("HEAD", "/session/end") == 0
    assert service.count("DELETE") == 0
    assert service.count("GET", "/notes/") > 0
