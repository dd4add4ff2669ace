"""The command over a contract and a service of their own, which counts what it gets."""

from __future__ import annotations

import copy
import json

import pytest

from contract_tests.cli import main
from tests.contract_tests.small import TOKEN, Notes, contract_of_notes, serving

FEW = ["--examples", "2", "--token", TOKEN, "--budget", "100"]


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of the contract."""
    path = tmp_path_factory.mktemp("notes") / "notes.json"
    path.write_text(json.dumps(contract_of_notes()))
    return str(path)


def test_what_was_left_out_is_never_called(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By no stage: not the first look, nor discovery, generated inputs, sequences, the oracle or the end of the run,
    which names what it may not remove."""
    service = Notes()
    with serving(service) as url:
        assert main(["--target", url, "--spec", spec, *FEW, "--skip", "endSession", "--skip", "DELETE"]) == 0
    assert service.count("GET", "/session/end") == service.count("HEAD", "/session/end") == 0
    assert service.count("DELETE") == 0
    made = sorted(service.notes.keys() - {"n1", "n2", "n3"})
    printed = capsys.readouterr().out
    assert made
    assert all(f"left behind: /notes/{name}: every DELETE was left out" in printed for name in made)


def test_own_leaves_no_trace(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By default on loopback: the notes that were there are as they were, though notes were changed and removed."""
    service = Notes()
    before = copy.deepcopy(service.notes)
    with serving(service) as url:
        assert main(["--target", url, "--spec", spec, *FEW, "--skip", "endSession"]) == 0
    assert service.notes == before
    assert min(service.count("POST"), service.count("PUT"), service.count("DELETE")) > 3
    first = capsys.readouterr().out.splitlines()[0]
    assert f"{url}, 5 operations of notes.json, safety own (reads; creates records" in first
