"""What each report says of a kept, a broken and an unchecked promise."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from contract_tests.core.promises import Outcome, Problem, Promise, Verdict
from contract_tests.report.causes import MOST_NAMED, causes
from contract_tests.report.junit import junit
from contract_tests.report.markdown import MOST_NOTES, github_commands, markdown
from contract_tests.report.text import explain, headline

LOST = Problem("200", "404 | <no>", ("curl -i http://t/a",), cause="lost")
LEVEL = Problem("x: 1, y", "2", assumed=("A-01", "A-02"))
VERDICTS = (
    Verdict("one", "behaviours", Promise("It is kept"), Outcome.KEPT, notes=("slow",), seconds=0.5),
    Verdict("two", "behaviours", Promise("It is lost", "page", ("A-09",)), Outcome.BROKEN, (LOST, LEVEL), seconds=1.25),
    Verdict("three", "conformance", Promise("It is lost too"), Outcome.BROKEN, (LOST,)),
    Verdict("four", "conformance", Promise("It can't be told"), Outcome.NOT_CHECKED, reason="no data"),
    Verdict("five", "conformance", Promise("It fails"), Outcome.FAULT, reason="oops"),
)
JUNIT = """\
<?xml version="1.0" encoding="utf-8"?>
<testsuites name="contract-tests">
  <testsuite name="behaviours" tests="2" failures="1" errors="0" skipped="0" time="1.750">
    <testcase classname="behaviours" name="one: It is kept" time="0.500">
      <system-out>note: slow</system-out>
    </testcase>
    <testcase classname="behaviours" name="two: It is lost" time="1.250">
      <failure message="404 | &lt;no&gt;">BROKEN    It is lost
expected  200
got       404 | &lt;no&gt;
source    based on A-09
          curl -i http://t/a
expected  x: 1, y
got       2
source    based on A-01, A-02</failure>
    </testcase>
  </testsuite>
  <testsuite name="conformance" tests="3" failures="1" errors="1" skipped="1" time="0.000">
    <testcase classname="conformance" name="three: It is lost too" time="0.000">
      <failure message="404 | &lt;no&gt;">BROKEN    It is lost too
expected  200
got       404 | &lt;no&gt;
source    documented: the contract
          curl -i http://t/a</failure>
    </testcase>
    <testcase classname="conformance" name="four: It can't be told" time="0.000">
      <skipped message="not checked, because no data" />
    </testcase>
    <testcase classname="conformance" name="five: It fails" time="0.000">
      <error message="oops" />
    </testcase>
  </testsuite>
</testsuites>
"""
SUMMARY: dict[str, Any] = {
    "verdict": "FAILED", "stopped": "stopped early", "target": "http://t", "date": "today", "contract": "Pets",
    "version": "1", "safety": "own", "seconds": 7, "requests": 12,
    "remarks": ["a `remark`"], "notes": [f"note {n}" for n in range(25)],
    "counts": {"kept": 3, "broken": 1, "not checked": 0, "internal error": 0}, "coverage": {"percent": 81},
    "not_checked": {"no data": 2, "spared": 1},
    "promises": [
        {"id": "a: b", "sentence": "It, holds", "page": "page", "assumed": [], "outcome": "broken",
         "problems": [{"expected": "a|b", "got": "100%\nof <x>", "requests": ["curl -i http://t"]},
                      {"expected": "c", "got": "d", "requests": []}]},
        {"id": "kept", "sentence": "It is", "page": "", "assumed": [], "outcome": "kept", "problems": []},
    ],
}  # fmt: skip
MARKDOWN = """\
## FAILED

`http://t`, Pets 1, today: 3 kept, 1 broken, 0 not checked; 12 requests in 7 s, safety own, 81% of the contract reached

### It, holds

`a: b`, documented: page

- expected a\\|b
- got 100% of &lt;x>

```sh
curl -i http://t
```

- expected c
- got d

### Notes

"""


def test_junit_has_a_case_for_each_promise() -> None:
    """By suite, with what was expected and got."""
    assert junit(VERDICTS) == JUNIT


def test_markdown_has_the_verdict_first() -> None:
    """Then what is broken, some notes, what wasn't checked, and remarks."""
    text = markdown({**SUMMARY})
    assert text.startswith(MARKDOWN)
    rest = text.removeprefix(MARKDOWN).splitlines()
    assert rest[:MOST_NOTES] == [f"- note {number}" for number in range(MOST_NOTES)]
    assert rest[MOST_NOTES:] == [
        "", "### Not checked", "", "- 2 times: no data", "- 1 time: spared", "", "### Remarks", "", "- a \\`remark\\`",
        "- stopped early", "",
    ]  # fmt: skip
    faulty = {**SUMMARY, "counts": {**SUMMARY["counts"], "internal error": 2}, "notes": [], "not_checked": {}}
    faulty |= {"remarks": [], "stopped": ""}
    assert "0 not checked, 2 internal error;" in markdown(faulty)
    assert [title for title in ("Notes", "Not checked", "Remarks") if f"### {title}" in markdown(faulty)] == []


def test_annotations_are_commands_of_github() -> None:
    """An error for each problem, a warning for some notes; signs of theirs are escaped."""
    lines = github_commands(SUMMARY).splitlines()
    assert lines[:3] == [
        "::error title=a%3A b::It, holds: expected a|b, got 100%25%0Aof <x>",
        "::error title=a%3A b::It, holds: expected c, got d",
        "::warning title=contract::note 0",
    ]
    assert len(lines) == 2 + MOST_NOTES


def test_problems_of_one_cause_are_told_once() -> None:
    """With the promises that they break, and how many there are."""
    lost, level = causes(VERDICTS)
    assert (lost.count, lost.promises, level.count, level.promises) == (2, ("two", "three"), 1, ("two",))
    assert list(lost.lines()) == [
        "BROKEN    It is lost", "expected  200", "got       404 | <no>", "source    based on A-09",
        "          curl -i http://t/a", "also      1 more with the same cause: two, three",
    ]  # fmt: skip
    assert list(level.lines())[-1] == "source    based on A-01, A-02"
    assert lost.as_data() == {
        "expected": "200", "got": "404 | <no>", "requests": ["curl -i http://t/a"], "problems": 2,
        "promises": ["two", "three"],
    }  # fmt: skip
    many = [Verdict(f"p{number}", "s", Promise("x"), Outcome.BROKEN, (LOST,)) for number in range(MOST_NAMED + 2)]
    (one,) = causes(many)
    assert one.others() == f"{', '.join(f'p{number}' for number in range(MOST_NAMED))} and 2 more"
    assert explain(VERDICTS[2]).splitlines()[0] == "BROKEN    It is lost too"


def test_the_verdict_says_what_ended_the_run() -> None:
    """A spent budget isn't a target that is missing."""
    assert headline(3, Counter(), 9, 0, "the budget of 4 s is spent") == "NOT COMPLETED: the budget of 4 s is spent"


@pytest.mark.parametrize(
    ("code", "kept", "broken", "reached", "line"),
    [
        (0, 5, 0, 9, "PASSED: kept 5 of 5 checked"),
        (0, 5, 0, 7, "PASSED: kept 5 of 5 checked; 2 of 9 operations unreached"),
        (1, 5, 2, 9, "FAILED: kept 5 of 7 checked"),
        (1, 5, 0, 8, "FAILED: too little of the contract was covered; 1 of 9 operations unreached"),
        (3, 0, 0, 0, "NOT COMPLETED: no target, or no access to it"),
        (4, 1, 1, 0, "INTERNAL ERROR: the test suite itself failed"),
    ],
)
def test_the_verdict_is_one_line(code: int, kept: int, broken: int, reached: int, line: str) -> None:
    """By the exit code, what was kept, and what was reached."""
    assert headline(code, {Outcome.KEPT: kept, Outcome.BROKEN: broken}, 9, reached) == line
