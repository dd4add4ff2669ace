"""A service on which a change of a note moves the time at which it was made is found."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.contract_tests.cases.running import run
from tests.contract_tests.small import TOKEN, Asked, Notes, Reply, contract_of_notes


class Dated(Notes):
    """Notes that show when they were made and changed, by a clock that goes on a minute with each request."""

    def __init__(self, *, moves: bool) -> None:
        super().__init__()
        self.moves = moves
        for note in self.notes.values():
            note |= {"createdAt": self.now(), "updatedAt": self.now()}

    def now(self) -> str:
        return (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=len(self.log))).isoformat()

    def make(self, note: dict[str, Any]) -> Reply:
        made = super().make(note)
        made.value |= {"createdAt": self.now(), "updatedAt": self.now()}
        return made

    def one(self, asked: Asked, name: str) -> Reply:
        born = self.notes.get(name, {}).get("createdAt")
        reply = super().one(asked, name)
        if asked.method == "PUT" and reply.status == 200:
            reply.value |= {"createdAt": self.now() if self.moves else born, "updatedAt": self.now()}
        return reply


@pytest.mark.parametrize("moves", [False, True])
@pytest.mark.parametrize("has_change", [False, True], ids=["made", "made and changed"])
def test_a_change_leaves_the_time_of_making(tmp_path: Path, moves: bool, has_change: bool) -> None:
    """Where the record also says when it was changed: else each change may make another version with its own time."""
    document = copy.deepcopy(contract_of_notes())
    time = {"type": "string", "format": "date-time", "readOnly": True}
    note = document["paths"]["/notes/{id}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    note["properties"] |= {"createdAt": time} | ({"updatedAt": time} if has_change else {})
    ran = run(Dated(moves=moves), document, tmp_path, "--token", TOKEN, "--skip", "endSession", "--suite", "records")
    expected = ("broken" if moves else "kept") if has_change else "not checked"
    assert ran.outcome("time_of_making_stays") == expected, ran.printed
