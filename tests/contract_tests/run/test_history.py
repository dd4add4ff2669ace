"""The history of a target: what is new, fixed and still failing since the last run."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from contract_tests.cli import main
from contract_tests.core.promises import Outcome, Problem, Promise, Verdict
from contract_tests.report.changes import comment, headline_of, said
from contract_tests.run import history
from contract_tests.run.baseline import Accepted, Baseline
from contract_tests.run.history import History, never
from tests.contract_tests.cases.running import api, command, get, ok, thing
from tests.contract_tests.small import Reply, Table, serving

NAMES = {"new": 0, "still": 0, "fixed": 0, "not_checked": 0, "accepted": 0}


def failed(name: str, *keys: str, outcome: Outcome = Outcome.BROKEN) -> Verdict:
    """A verdict with a problem for each key."""
    problems = tuple(Problem(f"{key} of {name}", "no", (f"curl http://t/{key}",), key=key, cause=key) for key in keys)
    return Verdict(name, "s", Promise(f"{name} holds"), outcome, problems)


def passed(name: str) -> Verdict:
    """A check that passed."""
    return failed(name, outcome=Outcome.KEPT)


def run(date: str, **more: Any) -> dict[str, Any]:
    """The facts of a run."""
    facts = {"date": date, "target": "http://t", "contract": "Pets", "version": "1", "verdict": "FAILED: 2 of 3 checks"}
    return {**facts, "exit_code": 1, "safety": "own", "seed": 0, "seconds": 1, "counts": {}, **more}


def after(known: History, date: str, *verdicts: Verdict) -> History:
    """The history after a run."""
    return known.after(run(date), known.dated(verdicts))


FIRST = after(
    History(), "2026-11-01", failed("one", "a", "b"), passed("two"), failed("three", "c"), failed("four", "d")
)


def test_changes_are_those_since_the_last_run_of_each_check() -> None:
    """A problem is known by its key; a check that was not made keeps what it had found."""
    now = [failed("one", "a", "z"), failed("two", "x"), passed("three"), failed("four", outcome=Outcome.NOT_CHECKED)]
    found = FIRST.changes(FIRST.dated(now), never)
    assert found["counts"] == {**NAMES, "new": 2, "still": 1, "fixed": 2, "not_checked": 1}
    assert [cause["expected"] for cause in found["new"]] == ["z of one", "x of two"]
    assert {(one["check"], one["expected"], one["kind"]) for one in found["gone"]} == {
        ("one", "b of one", "fixed"), ("three", "c of three", "fixed"), ("four", "d of four", "not_checked"),
    }  # fmt: skip
    assert headline_of(found) == "2 new problems, 2 fixed, 1 still failing, 1 not checked this time"
    second = after(FIRST, "2026-11-02", *now)
    later = second.changes(second.dated([failed("one", "a"), failed("four", "d")]), never)
    assert later["counts"] == {**NAMES, "still": 2, "fixed": 1, "not_checked": 1}
    assert [one["since"] for one in later["still"]] == ["2026-11-01", "2026-11-01"]


def test_the_first_run_has_nothing_to_compare_with() -> None:
    """Its problems are not called new."""
    found = History().changes([failed("one", "a")], never)
    assert [*said(found)] == ["history: the first run, there is nothing to compare with"]
    text = comment(run("2026-11-01", changes=found))
    assert "1 problem, no earlier run to compare with" in text
    assert "#### Failing" in text
    assert "New" not in text


def test_what_a_baseline_accepts_is_not_fixed() -> None:
    """It is still there."""
    baseline = Baseline((Accepted("one", "a", "known", "2999-01-01"),))
    found = FIRST.changes(FIRST.dated([failed("one", "b")]), baseline.accepts)
    assert {(one["expected"], one["kind"]) for one in found["gone"] if one["check"] == "one"} == {
        ("a of one", "accepted")
    }


def test_a_comment_says_what_changed_and_stays_short() -> None:
    """New problems with the lines that repeat them, fixed ones by name; far below GitHub's 65,536 characters."""
    now = FIRST.dated([failed("one", "a", "z"), passed("three")])
    text = comment(run("2026-11-02", changes=FIRST.changes(now, never)))
    for words in ("1 new problem, 2 fixed, 1 still failing", "compared with the run of 2026-11-01 against http://t",
                  "1. **one holds**", "expected: z of one", "curl http://t/z", "<summary>Fixed: 2</summary>",
                  "- `three`: c of three (since 2026-11-01)", "<summary>Still failing: 1</summary>"):  # fmt: skip
        assert words in text, words
    again = FIRST.dated([failed("one", *"abcd"), failed("two", "b")])
    known = after(FIRST, "2026-11-02", *again)
    assert ", and 3 more (since" in comment(run("2026-11-03", changes=known.changes(known.dated(again), never)))
    many = [failed(f"check {number} " + "<" * 999, "<" * 999, "&" * 999 + "<" * 999) for number in range(200)]
    known = after(History(), "2026-11-01", *many[100:])
    shown = comment(run("2026-11-02", changes=known.changes(known.dated([*many[:150], passed("three")]), never)))
    assert 10_000 < len(shown) < 60_100
    assert shown.endswith("The rest is in the report.\n")


def test_a_check_that_fails_now_and_then_is_named_as_such() -> None:
    """By how often it failed of late."""
    known = History()
    for date, verdict in (("01", failed("one", "a")), ("02", passed("one")), ("03", failed("one", "a"))):
        known = after(known, f"2026-11-{date}", verdict)
    text = comment(run("2026-11-04", changes=known.changes([passed("one")], never)))
    assert "(since 2026-11-03, failed in 2 of the last 3 runs)" in text


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    """A line for each run and check; others may read it; no file is the empty history."""
    path = tmp_path / "folder" / "history.json"
    assert History.load(path) == History()
    FIRST.save(path)
    assert History.load(path) == FIRST
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [*path.parent.iterdir()] == [path]
    assert len(path.read_text().splitlines()) == len(FIRST.runs) + len(FIRST.checks) + 4


def test_a_history_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """In runs, outcomes, problems and checks; those of the last run stay."""
    for name, value in (("MOST_RUNS", 3), ("TRAIL", 4), ("MOST_PROBLEMS", 2), ("MOST_CHECKS", 5)):
        monkeypatch.setattr(history, name, value)
    known = History()
    for number in range(9):
        known = after(known, str(number), failed("one", "a", "b", "c"), passed(f"only in run {number}"))
    assert [entry["date"] for entry in known.runs] == ["6", "7", "8"]
    one = known.checks["s: one"]
    assert (one.trail, [problem.key for problem in one.problems]) == ("ffff", ["a", "b"])
    assert len(known.checks) == 5
    assert "s: only in run 8" in known.checks


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"runs": []}', '{"runs": [{}], "checks": {}}', '{"runs": [], "checks": []}', "[" * 100_000,
     '{"runs": [], "checks": {"a": {}}}'],
)  # fmt: skip
def test_what_is_no_history_is_wrong_usage(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2 before any request, and the file stays as it is."""
    path = tmp_path / "history.json"
    path.write_text(text)
    assert main(["--history", str(path)]) == 2
    assert "this isn't a history" in capsys.readouterr().err
    assert path.read_text() == text


def test_a_run_remembers_and_compares(tmp_path: Path) -> None:
    """The second one names what is new and what is fixed, in each output; a run that taught nothing changes no file."""
    spec, path = tmp_path / "api.json", tmp_path / "history.json"
    item = thing(name={"type": "string"})
    spec.write_text(json.dumps(api({"/one": get("getOne", ok(item)), "/two": get("getTwo", ok(item))})))
    wrong, right = Reply(200, {"name": 1}), Reply(200, {"name": "a"})
    answers = [{"GET /one": wrong, "GET /two": right}, {"GET /one": right, "GET /two": wrong}]
    flags = ("--spec", str(spec), "--suite", "conformance", "--history", str(path))
    for replies in answers:
        with serving(Table(replies)) as url:
            ran = command("--target", url, *flags, report=tmp_path / "report")
        assert ran.code == 1
    assert ": 1 new problem, 1 fixed, 0 still failing\n" in ran.printed
    assert "\nfixed: every_answer_fits[getOne]: getOne: /name of the 200 body" in ran.printed
    assert ran.report["changes"]["counts"] == {**NAMES, "new": 1, "fixed": 1}
    assert "### Contract tests: 1 new problem, 1 fixed" in (tmp_path / "report/comment.md").read_text()
    assert "<span class=new>new</span>" in (tmp_path / "report/report.html").read_text()
    before = path.read_text()
    with serving(Table({})) as url:
        assert command("--target", url, *flags, report=tmp_path / "report").code == 3
    assert path.read_text() == before
