"""The promises that a contract makes in words, at a desk that keeps them, and at one that breaks them."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests.cli import main
from tests.contract_tests.small import serving
from tests.contract_tests.suites.records.desk import Desk

SPEC = Path(__file__).with_name("desk.yaml")
DEFECTS = {
    "closed twice": 'closeTicket to refuse a record whose state is "closed" by now',
    "reopened": 'reopenTicket to refuse a record whose state is "open" by now',
    "other body": "addTicket to refuse another body with an Idempotency-Key that was used",
    "unknown agent": "addTicket to refuse agentId",
    "never 304": "304 to If-None-Match",
    "old tag": "changeTicket to answer with the ETag of the changed record",
    "count": "noteCount of getTicket to be the number of records in listNotes",
    "same tag": "another ETag of the record after closeTicket has changed state",
    "file": "download to give back the file that attach was sent",
    "last of many": "addTickets to make the record",
    "dangling": "agentId of getTicket to be null after the removal",
    "notes stay": "removeTicket to remove what lies below: notes",
    "default order": "listTickets to sort by its default",
    "unique": "409 from addAgent for what another record has (duplicate): login",
}
OTHERS = {
    "replayed": "addTicket to answer a repeated Idempotency-Key as before",
    "always 304": "the record to If-None-Match",
    "some of many": "a refused addTickets to make no record",
    "size": "attach to store",
    "written": "a refused changeTicket to leave",
    "stays open": 'closeTicket to make state "closed" (The ticket, now closed.)',
}
MORE = {
    "all closed": "closeTicket to leave state of another record as it was",
    "first member": "changeTicket to show /urgency as it was sent",
}
"""Those that hide one of the others."""


def judged(desk: Desk, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code of a run, and what it says."""
    with serving(desk) as url:
        code = main(["--target", url, f"--spec={SPEC}", "--suite=records", "--examples=3", "--budget=120"])
    return code, capsys.readouterr().out


def test_a_sound_desk_passes(capsys: pytest.CaptureFixture[str]) -> None:
    """Each of these promises was checked, and nothing is left."""
    desk = Desk()
    code, said = judged(desk, capsys)
    assert code == 0, said
    assert not desk.tickets
    assert not desk.agents | desk.notes | desk.files
    silent = (
        "excludes no state",
        "says of no reference",
        "documents 304",
        "takes an Idempotency-Key",
        "documents 409",
        "the number of records below",
        "takes a file",
        "what else it does",
        "makes several records",
    )
    assert [words for words in silent if words in said] == [], said


@pytest.mark.parametrize("defects", [DEFECTS, OTHERS, MORE], ids=["one", "other", "more"])
def test_each_defect_is_named(defects: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """All of them in three runs."""
    code, said = judged(Desk(*defects), capsys)
    assert code == 1
    assert [name for name, words in defects.items() if words not in said] == [], said
