"""The promises about records, on a shelf of books that keeps them, and on one that breaks them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contract_tests.cli import main
from tests.contract_tests.small import serving
from tests.contract_tests.suites.records.shelf import Shelf, contract_of_shelf

DEFECTS = {
    "either filter": "to filter by both",
    "default limit": "to list 2 records where no limit is sent",
    "idempotency": "addBook to make one record for one Idempotency-Key",
    "taken key": "409 from addBook",
    "read only": "addBook to ignore added, which is readOnly",
    "stale": "changeBook to refuse If-Match",
    "merge": "changeBook to merge: author.",
}


def judged(shelf: Shelf, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code of a run, and what it says."""
    spec = folder / "shelf.json"
    spec.write_text(json.dumps(contract_of_shelf()), encoding="utf-8")
    with serving(shelf) as url:
        code = main(["--target", url, "--spec", str(spec), "--suite=records", "--examples=3", "--budget=120"])
    return code, capsys.readouterr().out


def test_a_sound_shelf_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every promise about its books was checked, and nothing is left on it."""
    shelf = Shelf()
    code, said = judged(shelf, tmp_path, capsys)
    assert code == 0, said
    assert not shelf.books


def test_each_defect_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All of them in one run."""
    code, said = judged(Shelf(*DEFECTS), tmp_path, capsys)
    assert code == 1
    assert [name for name, words in DEFECTS.items() if words not in said] == [], said
