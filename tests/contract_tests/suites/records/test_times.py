"""Services on which a PATCH moves the time at which a note was made, or a change leaves that of the last change."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.contract_tests.cases.running import run
from tests.contract_tests.small import TOKEN, Asked, Notes, Reply, contract_of_notes


class Dated(Notes):
    """Notes that show when they were made and changed, by a clock that goes on a minute with each request."""

    def __init__(self, broken: str) -> None:
        super().__init__()
        self.broken = broken
        for note in self.notes.values():
            note |= {"createdAt": self.now(), "updatedAt": self.now()}

    def now(self) -> str:
        return (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=len(self.log))).isoformat()

    def make(self, note: dict[str, Any]) -> Reply:
        made = super().make(note)
        made.value |= {"createdAt": self.now(), "updatedAt": self.now()}
        return made

    def one(self, asked: Asked, name: str) -> Reply:
        before = {"createdAt": self.now(), "updatedAt": self.now(), **self.notes.get(name, {})}
        is_patch = asked.method == "PATCH"
        reply = super().one(replace(asked, method="PUT") if is_patch else asked, name)
        if asked.method in {"PUT", "PATCH"} and reply.status == 200:
            is_kept = is_patch and self.broken != "time_of_making_stays"  # a PUT may make it anew
            changed = before["updatedAt"] if self.broken == "time_of_change_moves" else self.now()
            reply.value |= {"createdAt": before["createdAt"] if is_kept else self.now(), "updatedAt": changed}
        return reply


PROMISES = ("time_of_making_stays", "time_of_change_moves")


@pytest.mark.parametrize("broken", ["", *PROMISES])
@pytest.mark.parametrize(
    ("said", "checked"),
    [(None, ()), ("", PROMISES[:1]), ("When it was last modified.", PROMISES)],
    ids=["made", "made and changed", "in words"],
)
def test_the_times_of_a_record(tmp_path: Path, broken: str, said: str | None, checked: tuple[str, ...]) -> None:
    """Without a time of change, each change may make another version; what it is the time of, the contract must say."""
    document = copy.deepcopy(contract_of_notes())
    time = {"type": "string", "format": "date-time", "readOnly": True}
    document["paths"]["/notes/{id}"]["patch"] = {**document["paths"]["/notes/{id}"]["put"], "operationId": "editNote"}
    note = document["paths"]["/notes/{id}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    note["properties"] |= {"createdAt": time} | ({} if said is None else {"updatedAt": {**time, "description": said}})
    ran = run(Dated(broken), document, tmp_path, "--token", TOKEN, "--skip", "endSession", "--suite", "records")
    outcomes = {name: ran.outcome(name) for name in PROMISES}
    expected = dict.fromkeys(PROMISES, "not checked") | dict.fromkeys(checked, "kept")
    assert outcomes == expected | ({broken: "broken"} if broken in checked else {}), ran.printed
