"""Which reports are merged: those of one contract, and each part of one run once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contract_tests.core.errors import UsageError
from contract_tests.run.belonging import check
from contract_tests.run.merge import main
from tests.contract_tests.cases.running import api, get, ok, run, thing
from tests.contract_tests.small import Reply, Table

NOTES = {
    "contract": "Notes",
    "version": "1",
    "digest": "a",
    "shards": [],
    "seed": 0,
    "target": "https://a.example",
}


def part(number: int, **more: Any) -> dict[str, Any]:
    """The report of one of two shards."""
    return NOTES | {"shards": [[number, 2]]} | more


def checked(*reports: dict[str, Any]) -> None:
    """Check reports in the folders 0, 1 and so on."""
    check({Path(str(at)): report for at, report in enumerate(reports)})


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (NOTES, NOTES | {"contract": "Pets"}, r"0 and 1 are about different contracts: Notes 1 and Pets 1"),
        (NOTES, NOTES | {"version": "2"}, r"Notes 1 and Notes 2"),
        (NOTES, NOTES | {"digest": "b"}, r"Notes 1 \(digest a\) and Notes 1 \(digest b\)"),
        (part(1), part(2, contract="Pets"), r"Notes 1 and Pets 1"),
        (part(1), part(1), r"0 and 1 are both of --shard 1/2"),
        (part(1), part(2, seed=7), r"shards of different runs: their seeds are 0 and 7"),
        (part(1), part(2, target="https://b.example"), r"targets are https://a.example and https://b.example"),
    ],
)
def test_reports_that_do_not_belong_together(one: dict[str, Any], other: dict[str, Any], words: str) -> None:
    """Both are named."""
    with pytest.raises(UsageError, match=words):
        checked(one, other)


@pytest.mark.parametrize(
    "reports",
    [
        (part(1), part(2)),
        (NOTES, NOTES | {"seed": 7, "target": "https://b.example"}),  # whole runs may be of several targets
        (part(1, target="http://127.0.0.1:5001"), part(2, target="http://localhost:5002")),  # each job starts its own
        ({"contract": "Notes", "version": "1"}, {"contract": "Notes", "version": "1"}),  # of an older release
    ],
)
def test_reports_that_belong_together(reports: tuple[dict[str, Any], ...]) -> None:
    """They are merged."""
    checked(*reports)


def test_reports_of_different_contracts_are_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, and nothing is written; so is one folder that is named twice."""
    for name, kind in (("one", "string"), ("other", "integer")):
        (tmp_path / name).mkdir()
        value = {"id": "a"} if kind == "string" else {"id": 1}
        document = api({"/thing": get("getThing", ok(thing(id={"type": kind})))})
        assert run(Table({"GET /thing": Reply(200, value)}), document, tmp_path / name).code == 0
    folders = [str(tmp_path / name / "report") for name in ("one", "other")]
    assert main([*folders, "--report", str(tmp_path / "all")]) == 2
    assert main([folders[0], folders[0], "--report", str(tmp_path / "all")]) == 2
    assert "different contracts: Case 1 (digest" in capsys.readouterr().err
    assert not (tmp_path / "all").exists()
