"""The lines of every problem of a run, pasted into bash after the run, show the problem again."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.contract_tests.cases.running import command
from tests.contract_tests.small import TOKEN, Asked, Notes, Reply, contract_of_notes, serving
from tests.pasting import pasted, problems_of, wanted


class Faulty(Notes):
    """Loses changes, crashes at long texts, and says in another form that a note is missing."""

    def one(self, asked: Asked, name: str) -> Reply:
        if name not in self.notes:
            return Reply(404, {"missing": name})
        reply = super().one(asked, name)
        if asked.method == "PUT" and reply.status == 200:
            reply = Reply(200, {**reply.value})
            self.notes[name] = {"id": name, "text": "as it was"}
        return reply

    def make(self, note: dict[str, object]) -> Reply:
        return Reply(500, {"error": "too long"}) if len(str(note["text"])) > 60 else super().make(note)


def test_every_line_of_a_run_shows_its_problem_again(tmp_path: Path) -> None:
    """With ids that the service gives anew, for the records of the run are gone."""
    if not all(map(shutil.which, ("bash", "curl", "jq"))):
        pytest.skip("bash, curl or jq is not installed")
    spec = tmp_path / "api.json"
    spec.write_text(json.dumps(contract_of_notes()))
    service = Faulty()
    with serving(service) as url:
        flags = ("--target", url, "--spec", str(spec), "--token", TOKEN, "--skip", "endSession")
        ran = command(*flags, "--suite", "records", "--suite", "conformance", report=tmp_path / "report")
        assert set(service.notes) == {"n1", "n2", "n3"}
        again = [(one, pasted(one["requests"], TOKEN)) for one in problems_of(ran.report)]
    assert len(again) > 3
    assert any("ID=" in line for one, _ in again for line in one["requests"])
    for one, printed in again:
        assert printed[:3] == wanted(one)[:3] or not wanted(one), one["requests"]
        if one.get("exchanges"):
            assert body_of(printed) == body_of(wanted(one)), one["requests"]


def body_of(response: str) -> object:
    """The body of a response, without the ids that the service gives."""
    return json.loads(re.sub(r"\bn\d+\b", "n", response.partition("\n\n")[2]) or "null")
