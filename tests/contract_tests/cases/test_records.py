"""Services that lose writes, use ids again, or show writes late; and what a run leaves of them."""

from __future__ import annotations

import copy
import itertools
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from contract_tests.suites.records import pacing
from tests.contract_tests.cases.running import Ran, run, thing
from tests.contract_tests.small import JSON, TOKEN, Asked, Notes, Reply, contract_of_notes
from tests.support import TIMEOUT

WORKING = ("--token", TOKEN, "--skip", "endSession")
WHERE = ("--suite", "records", "--suite", "workflows")


class LosesPost(Notes):
    """Says that it made a note, and keeps none."""

    def make(self, note: dict[str, object]) -> Reply:
        made = super().make(note)
        del self.notes[made.value["id"]]
        return made


class LosesPut(Notes):
    """Shows the change in its answer alone."""

    def one(self, asked: Asked, name: str) -> Reply:
        before = copy.deepcopy(self.notes)
        reply = super().one(asked, name)
        if asked.method == "PUT":
            self.notes = before
        return reply


class LosesDelete(Notes):
    """Says that the note is gone."""

    def one(self, asked: Asked, name: str) -> Reply:
        before = copy.deepcopy(self.notes)
        reply = super().one(asked, name)
        if asked.method == "DELETE":
            self.notes = before
        return reply


MOMENT = 0.1  # seconds
LOSERS = {"POST": LosesPost, "PUT": LosesPut, "DELETE": LosesDelete}


def named(notes: Notes, ids: Iterator[object]) -> Notes:
    """The same with ids of another form."""
    notes.numbers = ids  # type: ignore[assignment]
    return notes


@pytest.mark.parametrize("method", LOSERS)
def test_a_lost_write_is_found(method: str, tmp_path: Path) -> None:
    """With curl lines that repeat it, from the making of the record to the read that shows it."""
    found = run(LOSERS[method](), contract_of_notes(), tmp_path, *WORKING, "--suite", "records")
    assert found.code == 1
    lines = [problem["requests"] for one in found.report["promises"] for problem in one["problems"]]
    assert any("-X POST" in each[0] and method in "".join(each) and "-X" not in each[-1] for each in lines)


@pytest.mark.thorough
@pytest.mark.parametrize(("method", "suite"), [("PUT", "records"), ("POST", "oracle")])
def test_a_baseline_covers_what_was_lost_with_other_ids_and_values(method: str, suite: str, tmp_path: Path) -> None:
    """An entry accepts the same deviation, whatever the service calls the record and whatever is sent."""
    flags = [*WORKING, "--suite", suite, "--baseline", str(tmp_path / "baseline.json")]
    accepted = run(LOSERS[method](), contract_of_notes(), tmp_path, *flags, "--baseline-update")
    other = named(LOSERS[method](), (uuid.UUID(int=at << 64) for at in itertools.count(7)))
    later = run(other, contract_of_notes(), tmp_path, *flags, "--seed", "5")
    assert (accepted.code, later.code, later.broken()) == (0, 0, [])
    assert "accepted until" in str(later.report["notes"])


def test_what_a_removal_left_is_named_at_the_end(tmp_path: Path) -> None:
    """Each record of the run that is still there, though the service said that it was gone."""
    service = LosesDelete()
    ran = run(service, contract_of_notes(), tmp_path, *WORKING, "--suite", "records")
    made = sorted(service.notes.keys() - {"n1", "n2", "n3"})
    assert made
    assert sorted(line.partition(":")[0] for line in ran.report["left_behind"]) == [f"/notes/{name}" for name in made]
    (line,) = [line for line in ran.printed.splitlines() if line.startswith("left behind: ")]
    assert all(f"/notes/{name}" in line for name in made)
    assert line.count("it is still there") == 1


class Reusing(Notes):
    """Gives the id of a removed note to the next one."""

    def make(self, note: dict[str, object]) -> Reply:
        free = next(at for at in itertools.count(1) if f"n{at}" not in self.notes)
        self.numbers = itertools.count(free)
        return super().make(note)


class Finding(Notes):
    """Looks for a note of the same text before it makes one; a mood that isn't sent is `calm`."""

    def make(self, note: dict[str, object]) -> Reply:
        known = next((one for one in self.notes.values() if one["text"] == note["text"]), None)
        if known is None:
            super().make({"text": note["text"]})
            known = list(self.notes.values())[-1]
            known["mood"] = note.get("mood", "calm")
        return Reply(201, known)

    def refused(self, asked: Asked) -> Reply | None:
        note = asked.json
        has_mood = isinstance(note, dict) and note.get("mood", "calm") in {"calm", "glad"}
        text = {name: value for name, value in note.items() if name != "mood"} if has_mood else note
        return super().refused(replace(asked, body=json.dumps(text).encode()) if has_mood else asked)


class Late(Notes):
    """Shows each write so many seconds later."""

    def __init__(self, moment: float) -> None:
        super().__init__()
        self.moment = moment
        self.states = [(float("-inf"), copy.deepcopy(self.notes))]

    def answer(self, asked: Asked) -> Reply:
        now, latest = time.monotonic(), self.notes
        if asked.method in {"GET", "HEAD"}:
            self.notes = next(notes for since, notes in reversed(self.states) if now - since > self.moment)
        reply = super().answer(asked)
        self.notes = latest
        if asked.method not in {"GET", "HEAD"}:
            self.states.append((now, copy.deepcopy(latest)))
        return reply


def left(service: Notes, ran: Ran) -> tuple[int, list[tuple[str, str, str]], list[str], list[str]]:
    """What a run found, and the notes that are there after it."""
    return ran.code, ran.broken(), sorted(service.notes), ran.report["left_behind"]


@pytest.mark.parametrize("level", ["own", "full"])
def test_ids_that_are_used_again_are_no_alarm(level: str, tmp_path: Path) -> None:
    """A note that is there again is another one; nothing stays behind, and nothing that was there is touched."""
    service = Reusing()
    before = copy.deepcopy(service.notes)
    ran = run(service, contract_of_notes(), tmp_path, *WORKING, *WHERE, "--safety", level)
    assert left(service, ran) == (0, [], ["n1", "n2", "n3"], [])
    assert service.notes == before
    assert service.count("DELETE") > 5


def test_a_note_that_is_found_before_one_is_made_is_no_alarm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two bodies of the suite may have the same text: what was sent second is neither lost nor without its default."""
    monkeypatch.setattr(pacing, "FEW", 5)
    document = contract_of_notes()
    mood = {"type": "string", "enum": ["glad", "calm"], "default": "calm"}
    item = document["paths"]["/notes"]
    new = item["post"]["requestBody"]["content"]["application/json"]["schema"]
    new["properties"]["mood"] = mood
    item["post"]["responses"]["201"]["content"]["application/json"]["schema"]["properties"]["mood"] = mood
    del document["paths"]["/notes/{id}"]["put"]
    ran = run(Finding(), document, tmp_path, *WORKING, "--suite", "records")
    assert (ran.code, ran.broken()) == (0, [])
    assert ran.outcome("defaults") == "kept"


@pytest.mark.thorough
def test_writes_that_show_late_are_no_alarm_where_that_is_said(tmp_path: Path) -> None:
    """In no suite; without `--settle` they are one."""
    service = Late(MOMENT)
    ran = run(service, contract_of_notes(), tmp_path, *WORKING, *WHERE, "--suite", "oracle", "--settle", "200ms")
    assert left(service, ran) == (0, [], ["n1", "n2", "n3"], [])
    assert run(Late(TIMEOUT), contract_of_notes(), tmp_path, *WORKING, "--suite", "records").code == 1


REASON = thing(reason={"type": "string", "minLength": 3})


class Reasoned(Notes):
    """Removes a note only for a reason; `lax` whatever its reason is, `asking` also without one."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def one(self, asked: Asked, name: str) -> Reply:
        reason = asked.json.get("reason") if isinstance(asked.json, dict) else None
        is_reason = isinstance(reason, str) and len(reason) >= 3
        is_free = self.kind == "lax" or (self.kind == "asking" and not asked.body)
        if asked.method == "DELETE" and not is_reason and not is_free:
            return Reply(400, {"error": "why?"})
        return super().one(asked, name)


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize("kind", ["strict", "lax", "asking"])
def test_a_record_that_is_removed_for_a_reason(kind: str, version: str, tmp_path: Path) -> None:
    """The body that a DELETE requires goes with it, at the end too, and is required; an optional one is left out."""
    document = contract_of_notes() | {"openapi": version}
    del document["paths"]["/session/end"]
    removal = document["paths"]["/notes/{id}"]["delete"]
    removal["requestBody"] = {"required": kind != "asking", "content": {JSON: {"schema": REASON}}}
    removal["responses"]["400"] = {"description": "No reason"}
    service = Reasoned(kind)
    ran = run(service, document, tmp_path, "--token", TOKEN, "--safety", "own", "--suite", "records",
              "--suite", "conformance")  # fmt: skip
    found = [expected for _, expected, _ in ran.broken()]
    assert (ran.code, sorted(service.notes)) == (1 if kind == "lax" else 0, ["n1", "n2", "n3"]), (found, ran.printed)
    assert all(one.startswith("deleteNote to refuse an invalid input") for one in found)
    assert any("Missing request body" in one for one in found) == (kind == "lax")
