"""A service that lets the client choose a key which the contract calls readOnly is found."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from tests.contract_tests.cases.running import run
from tests.contract_tests.small import TOKEN, Asked, Notes, Reply, contract_of_notes


class Named(Notes):
    """Notes that are sent with an id, which is taken, or not."""

    def __init__(self, *, takes: bool) -> None:
        super().__init__()
        self.takes = takes

    def refused(self, asked: Asked) -> Reply | None:
        is_note = isinstance(asked.json, dict) and isinstance(asked.json.get("text"), str)
        return None if is_note else Reply(400, {"error": "text"})

    def make(self, note: dict[str, Any]) -> Reply:
        made = super().make(note)
        if self.takes and isinstance(note.get("id"), str):
            made.value["id"] = note["id"]
            self.notes[note["id"]] = made.value
        return Reply(201, made.value)


@pytest.mark.parametrize("takes", [False, True])
def test_a_read_only_key_is_the_servers(tmp_path: Path, takes: bool) -> None:
    """Sent with a new note, it is left out of account or refused."""
    document = copy.deepcopy(contract_of_notes())
    new = document["paths"]["/notes"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    new["properties"] = {"id": {"type": "string", "readOnly": True}, **new["properties"]}
    flags = ("--token", TOKEN, "--skip", "endSession", "--suite", "records")
    ran = run(Named(takes=takes), document, tmp_path, *flags)
    assert ran.outcome("read_only_members") == ("broken" if takes else "kept"), ran.printed
