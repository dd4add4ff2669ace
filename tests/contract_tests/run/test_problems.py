"""Problems are known again by another run, and those of one cause are one entry."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contract_tests.cli import main
from contract_tests.core.answer import Answer, Sent
from contract_tests.core.checks import Breach
from contract_tests.core.contract import Contract
from contract_tests.core.errors import Broken
from contract_tests.core.promises import Outcome, Problem, Promise, Verdict
from contract_tests.report.causes import causes
from contract_tests.run.problems import MOST_SHOWN, problem_of
from contract_tests.run.run import Run
from contract_tests.run.settings import Settings
from tests.contract_tests.conftest import ContractOf
from tests.contract_tests.small import contract_of_notes


@pytest.fixture
def run(contract_of: ContractOf) -> Run:
    """A run over the contract of the notes."""
    contract: Contract = contract_of(contract_of_notes())
    return Run.prepare(Settings("http://target"), contract)


def answer(name: str, method: str, path: str, body: Any) -> Answer:
    """An answer of an operation."""
    return Answer(Sent(method, f"http://target{path}", path, {}), 200, {}, json.dumps(body).encode(), operation_id=name)


@pytest.mark.parametrize("name", ["n501", "0d4bb6bb-3f6e-4a1e-9a1b-1f3b5c0a7e11", "5f2b6c1d9e8a7b6c5d4e3f21"])
def test_keys_of_a_baseline_hold_no_ids(run: Run, name: str) -> None:
    """Neither those of paths nor those that the target gave to what was made."""
    made = answer("createNote", "POST", "/notes", {"id": name, "text": "a"})
    broken = Broken(f"after createNote: listNotes like the mock: notes {name} in the list", "a list without it", made)
    assert problem_of(run, broken).key == "after createNote: listNotes like the mock: notes {id} in the list"


def verdicts(run: Run, *parts: Broken) -> list[Verdict]:
    """A verdict for each broken promise."""
    return [
        Verdict(f"promise {at}", "conformance", Promise("It holds"), Outcome.BROKEN, (problem_of(run, part),))
        for at, part in enumerate(parts)
    ]


def test_a_header_that_operations_lack_is_one_cause(run: Run) -> None:
    """Whatever their success is called."""
    lacking = [
        Broken(f"{name}: the header X-Trace in a {status}", "no such header", answer(name, method, path, {}))
        for name, method, path, status in (("getNote", "GET", "/notes/n1", 200), ("createNote", "POST", "/notes", 201))
    ]
    (cause,) = causes(verdicts(run, *lacking))
    assert (cause.count, cause.promises) == (2, ("promise 0", "promise 1"))
    assert "also      1 more problem with the same cause: promise 1" in [*cause.lines()]


def test_a_missing_field_that_breaks_several_promises_is_one_cause(run: Run) -> None:
    """Of the schema, of the oracle: as long as they are about an operation whose answers lack it."""
    shown = answer("getNote", "GET", "/notes/n1", {"id": "n1"})
    run.ledger.record(Breach("getNote", "200 schema", "/ to match its schema", "field missing: text"), shown)
    parts = [
        Broken("getNote: / of the 200 body to match its schema", "field missing: text", shown),
        Broken("getNote like the mock: text 'a' of notes n1", "nothing", shown),
        Broken("getNote like the mock: id 'n1' of notes n1", "'n2'", shown),
    ]
    assert [cause.count for cause in causes(verdicts(run, *parts))] == [2, 1]


def report(folder: Path, outcome: str, code: int, name: str, **more: Any) -> str:
    """A folder with the report of one run."""
    problems = [{"expected": "a", "got": "b", "requests": [], "assumed": [], "key": "a"}] if outcome == "broken" else []
    promise = {"id": "one", "suite": "s", "sentence": "It holds", "page": "", "assumed": [], "outcome": outcome,
               "reason": "", "notes": [], "seconds": 1, "problems": problems}  # fmt: skip
    cell = {"reached": 1, "all": 2, "met": True, "out_of_reach": False}
    folder.mkdir()
    data = {
        "verdict": "", "exit_code": code, "stopped": "", "target": "t", "date": "", "contract": "", "version": "",
        "safety": "own", "seed": 0, "seconds": 1.0, "requests": 5, "withheld": {}, "remarks": [],
        "counts": {outcome: 1}, "not_checked": {}, "notes": [], "promises": [promise], "unreached": [],
        "coverage": {"percent": 50, "matrix": {name: {"200": cell}}, "missing": []},
    }  # fmt: skip
    (folder / "report.json").write_text(json.dumps(data | more))
    return str(folder)


@pytest.mark.parametrize(
    ("outcomes", "codes", "code", "words"),
    [
        (["kept", "not checked"], [0, 0], 0, "PASSED: 1 check"),
        (["kept", "broken"], [0, 1], 1, "FAILED: 1 of 1 check"),
        (["kept", "kept"], [0, 3], 3, "NOT COMPLETED"),
    ],
)
def test_reports_of_shards_are_merged(
    outcomes: list[str], codes: list[int], code: int, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A promise that one run broke is broken, one that another could not check is as the first found it."""
    folders = [
        report(tmp_path / str(at), outcome, one, f"operation {at}")
        for at, (outcome, one) in enumerate(zip(outcomes, codes, strict=True))
    ]
    assert main(["merge", *folders, "--report", str(tmp_path / "all")]) == code
    assert words in capsys.readouterr().out
    merged = json.loads((tmp_path / "all" / "report.json").read_text())
    assert (merged["requests"], merged["coverage"]["percent"], len(merged["promises"])) == (10, 50.0, 1)
    assert {path.name for path in (tmp_path / "all").iterdir()} == {
        "junit.xml",
        "report.html",
        "report.md",
        "report.json",
    }


def test_what_is_no_report_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, with the file."""
    (tmp_path / "report.json").write_text("[]")
    assert main(["merge", str(tmp_path), "--report", str(tmp_path / "all")]) == 2
    assert main(["merge", str(tmp_path / "gone"), "--report", str(tmp_path / "all")]) == 2
    assert "isn't a report" in capsys.readouterr().err


@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_shards_are_disjoint_and_together_the_whole(contract_of: ContractOf, count: int) -> None:
    """Each operation is in exactly one."""
    contract = contract_of(contract_of_notes())
    parts = [Run.prepare(Settings("http://t", shard=(at, count)), contract).operations for at in range(1, count + 1)]
    assert sorted(one.id for part in parts for one in part) == sorted(one.id for one in contract.operations)


def test_a_problem_without_a_cause_stands_alone() -> None:
    """As those of --strict."""
    one, two = (Verdict(name, "s", Promise("It holds"), Outcome.BROKEN, (Problem(name, "b"),)) for name in "ab")
    assert len(causes([one, two])) == 2


def test_an_operation_that_takes_anything_is_one_cause(run: Run) -> None:
    """Whatever was wrong with the inputs; another operation is another cause."""
    parts = [
        Broken(f"{name} to refuse an invalid input ({what})", f'200 {{"text": "{at}"}}', answer(name, method, path, {}))
        for at, (name, method, path, what) in enumerate([
            ("createNote", "POST", "/notes", "text: Incorrect type"), ("createNote", "POST", "/notes", "a body of XML"),
            ("listNotes", "GET", "/notes", "limit: Incorrect type"),
        ])
    ]  # fmt: skip
    first, second = causes(verdicts(run, *parts))
    assert (first.count, second.count) == (2, 1)
    assert [line for line in first.lines() if line.startswith("expected")] == [
        f"expected  createNote to refuse an invalid input ({what})"
        for what in ("text: Incorrect type", "a body of XML")
    ]


def test_a_member_that_breaks_its_schema_is_one_cause(run: Run) -> None:
    """At any place of a list, in the record itself, and with any value; another member is another cause."""
    listed, read = answer("listNotes", "GET", "/notes", []), answer("getNote", "GET", "/notes/n1", {})
    parts = [
        Broken("listNotes: /7/text of the 200 body to match its schema", "null, which must be a string", listed),
        Broken("listNotes: /12/text of the 200 body to match its schema", "4, which must be a string", listed),
        Broken("getNote: /text of the 200 body to match its schema", "true, which must be a string", read),
        Broken("getNote: /id of the 200 body to match its schema", "true, which must be a string", read),
    ]
    assert [cause.count for cause in causes(verdicts(run, *parts))] == [3, 1]


def test_answers_that_differ_are_one_cause_if_their_status_is_alike(run: Run) -> None:
    """What a promise expected says more than the bodies that came instead."""
    parts = [
        Broken(f"{name} to refuse a wrong credential", f'200 {{"id": "{at}"}}', answer(name, "GET", "/notes", {}))
        for at, name in enumerate(("listNotes", "getNote"))
    ]
    assert [cause.count for cause in causes(verdicts(run, *parts))] == [2]


def test_times_in_one_wrong_notation_are_one_cause(run: Run) -> None:
    """Whatever members of whatever records they are: one function of the server writes them all."""
    parts = [
        Broken(
            f"{name}: {way} of the 200 body to match its schema",
            f'"{time}", which {said}',
            answer(name, "GET", "/notes", {}),
        )
        for name, way, time, said in (
            ("listNotes", "/0/created", "2026-11-30T09:03:53", "must be a date-time"),
            (
                "listNotes",
                "/0/changed",
                "2025-01-01T10:00:00",
                "fits none of 2 alternatives; the nearest: must be a date-time",
            ),
            ("getNote", "/created", "2026-11-30T09:03:53", "must be a date-time"),
            ("getNote", "/seen", "2026-11-30 09:03:53", "must be a date-time"),
            ("getNote", "/day", "2026-11-30T09:03:53", "must be a date"),
        )
    ]
    assert [cause.count for cause in causes(verdicts(run, *parts))] == [3, 1, 1]


def test_a_crash_is_one_cause_for_each_operation(run: Run) -> None:
    """Whatever promise it breaks, and by HEAD too; methods that the contract doesn't define crash together."""
    seen = {
        (method, path): Answer(Sent(method, f"http://target{path}", path, {}), 500, {}, b"")
        for method in ("GET", "HEAD", "POST", "PATCH")
        for path in ("/notes", "/notes/n1", "/session/end")
    }
    parts = [
        Broken("success from listNotes", "500", seen["GET", "/notes"]),
        Broken("listNotes: no server error", "500 oh", seen["GET", "/notes"]),
        Broken("no server error for HEAD /notes", "500", seen["HEAD", "/notes"]),
        Broken("createNote to make a record that is valid", "500", seen["POST", "/notes"]),
        Broken("405 for PATCH /notes, which the contract does not define", "500", seen["PATCH", "/notes"]),
        Broken("PATCH /notes/n1: no server error", "500", seen["PATCH", "/notes/n1"]),
        Broken("success from getNote", "500", seen["GET", "/notes/n1"]),
    ]
    assert [cause.count for cause in causes(verdicts(run, *parts))] == [3, 1, 2, 1]


def test_a_clause_of_the_contract_is_named(run: Run) -> None:
    """The operation, and the answer where that is at fault; a promise with a page of its own keeps it."""
    seen = answer("listNotes", "GET", "/notes", {})
    wrong, refused = Broken("/text of the 200 body to match its schema", "1", seen), Broken("a refusal", "200", seen)
    clause = "the contract, GET /notes (/paths/~1notes/get"
    assert problem_of(run, wrong, "the contract").source == f"{clause}/responses/200)"
    assert problem_of(run, refused, "the contract").source == f"{clause})"
    assert problem_of(run, wrong, "RFC 9110").source == ""


def test_responses_are_kept_as_long_as_they_fit(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the first problems of a cause, and of a run: what remains is named without them."""
    seen = answer("getNote", "GET", "/notes/n1", {"id": "n1"})
    first = [problem_of(run, Broken("getNote: a text", "none", seen, seen)) for _ in range(MOST_SHOWN + 1)]
    assert [len(one.exchanges) for one in first] == [1] * MOST_SHOWN + [0]
    assert first[0].operation == "getNote"
    monkeypatch.setattr("contract_tests.run.problems.MOST_KEPT", 10)
    assert problem_of(run, Broken("another cause", "none", seen)).exchanges == ()


def test_a_missing_field_is_part_of_what_a_problem_is_known_by(run: Run) -> None:
    """Two that are missing at one place are two problems, for a baseline and for the history."""
    seen = answer("getNote", "GET", "/notes/n1", {})
    keys = [problem_of(run, Broken("/ to match", f"field missing: {name}", seen)).key for name in ("id", "text")]
    assert keys == ["/ to match; field missing: id", "/ to match; field missing: text"]


def test_merged_runs_have_a_history_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The shards together are one run; one that was not completed changes no file."""
    past = tmp_path / "past.json"
    runs = (("first", "broken", 1, "1 problem"), ("second", "kept", 0, "1 fixed"), ("third", "kept", 3, ""))
    for name, outcome, code, said in runs:
        folder = report(tmp_path / name, outcome, code, name)
        assert main(["merge", folder, "--report", str(tmp_path / "all"), "--history", str(past)]) == code
        comment = tmp_path / "all" / "comment.md"
        assert said in comment.read_text() if said else not comment.exists()
    printed = capsys.readouterr().out
    assert "history: the first run, there is nothing to compare with" in printed
    assert "fixed: one: a\n" in printed
    assert [run["exit_code"] for run in json.loads(past.read_text())["runs"]] == [1, 0]


@pytest.mark.parametrize(
    ("outcome", "shards", "code", "missing"),
    [
        ("kept", [[1, 3]], 3, "the report of --shard 2/3, 3/3 is missing"),
        ("broken", [[1, 3], [3, 3]], 1, "the report of --shard 2/3 is missing"),
        ("kept", [[1, 2], [2, 2]], 0, ""),
    ],
)
def test_a_shard_without_a_report_is_missed(
    outcome: str, shards: list[list[int]], code: int, missing: str, tmp_path: Path
) -> None:
    """A job whose report was lost doesn't make the others the whole; what they found counts all the same."""
    codes = {"kept": 0, "broken": 1}
    folders = [
        report(tmp_path / str(at), outcome, codes[outcome], f"operation {at}", shards=[shard])
        for at, shard in enumerate(shards)
    ]
    assert main(["merge", *folders, "--report", str(tmp_path / "all")]) == code
    assert json.loads((tmp_path / "all" / "report.json").read_text())["stopped"] == missing
