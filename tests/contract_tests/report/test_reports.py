"""What each report says of a kept, a broken and an unchecked promise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contract_tests.core.promises import Exchange, Outcome, Problem, Promise, Verdict
from contract_tests.report.causes import MOST_NAMED, causes
from contract_tests.report.junit import junit
from contract_tests.report.markdown import MOST_CAUSES, MOST_NOTES, github_commands, markdown
from contract_tests.report.text import explain, headline, together

LOST = Problem("200", "404 | <no>", ("curl -i http://t/a",), cause="lost", operation="getA")
LOST_TOO = replace(LOST, operation="getB")
LEVEL = Problem("x: 1, y", "2", assumed=("A-01", "A-02"))
VERDICTS = (
    Verdict("one", "behaviours", Promise("It is kept"), Outcome.KEPT, notes=("slow",), seconds=0.5),
    Verdict("two", "behaviours", Promise("It is lost", "page", ("A-09",)), Outcome.BROKEN, (LOST, LEVEL), seconds=1.25),
    Verdict("three", "conformance", Promise("It is lost too"), Outcome.BROKEN, (LOST_TOO,)),
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
      <failure message="404 | &lt;no&gt;">FAILED    It is lost
expected  200
got       404 | &lt;no&gt;
source    based on A-09: page
          curl -i http://t/a
expected  x: 1, y
got       2
source    based on A-01, A-02: page</failure>
    </testcase>
  </testsuite>
  <testsuite name="conformance" tests="3" failures="1" errors="1" skipped="1" time="0.000">
    <testcase classname="conformance" name="three: It is lost too" time="0.000">
      <failure message="404 | &lt;no&gt;">FAILED    It is lost too
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
CAUSES: list[dict[str, Any]] = [
    {"sentence": "It, holds", "source": "documented: page", "expected": "a|b", "got": "100%\nof <x>", "since": "",
     "requests": ["curl -i http://t", "curl -d '```' http://t"], "exchanges": [], "problems": 3,
     "promises": ["a: b", "c"], "operations": ["get`A", "getB"], "others": []},
    {"sentence": "It, holds", "source": "documented: page", "expected": "c", "got": "d", "since": "", "requests": [],
     "exchanges": [], "problems": 1, "promises": ["a: b"], "operations": [], "others": []},
]  # fmt: skip
SUMMARY: dict[str, Any] = {
    "verdict": "FAILED", "stopped": "stopped early", "target": "http://t", "date": "2026-11-29T15:48:35+00:00",
    "contract": "Pets", "version": "1", "safety": "own", "seed": 7, "seconds": 7, "requests": 12, "causes": CAUSES,
    "remarks": ["a `remark`"], "notes": [f"note {n}" for n in range(25)],
    "counts": {"kept": 3, "broken": 1, "not checked": 0, "internal error": 0}, "coverage": {"percent": 81},
    "not_checked": {"no data": 2, "spared": 1},
}  # fmt: skip
FACTS = (
    "target `http://t`; contract Pets 1; date 2026-11-29 15:48 UTC; safety level own; seed 7; duration 7 s, "
    "12 requests; checks 3 passed, 1 failed, 0 not checked; coverage 81% of the contract reached"
)
MARKDOWN = f"""\
## FAILED

{FACTS}

### 1. It, holds

- expected: a\\|b
- got: 100% of &lt;x>
- documented: page
- 3 problems with this cause: `` get`A ``, `getB`

````sh
curl -i http://t
curl -d '```' http://t
````

### 2. It, holds

- expected: c
- got: d
- documented: page

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
        "", "### Not checked", "", "- 2 times: no data", "- 1 time: spared", "", "### Remarks", "",
        "- a \\`remark\\`", "",
    ]  # fmt: skip
    faulty = {**SUMMARY, "counts": {**SUMMARY["counts"], "internal error": 2}, "notes": [], "not_checked": {}}
    faulty |= {"remarks": [], "causes": CAUSES[1:] * (MOST_CAUSES + 2)}
    assert "0 not checked, 2 internal error;" in markdown(faulty)
    assert "\n2 more problems in `report.html`.\n" in markdown(faulty)
    assert [title for title in ("Notes", "Not checked", "Remarks") if f"### {title}" in markdown(faulty)] == []


def test_annotations_are_commands_of_github() -> None:
    """An error for each cause, a warning for some notes; signs of theirs are escaped."""
    lines = github_commands(SUMMARY).splitlines()
    assert lines[:3] == [
        "::error title=a%3A b::It, holds: expected a|b, got 100%25%0Aof <x>",
        "::error title=a%3A b::It, holds: expected c, got d",
        "::warning title=contract::note 0",
    ]
    assert len(lines) == 2 + MOST_NOTES


def test_problems_of_one_cause_are_one_entry() -> None:
    """With the promises that they break, how many there are, and their operations."""
    lost, level = causes(VERDICTS)
    assert (lost.count, lost.promises, level.count, level.promises) == (2, ("two", "three"), 1, ("two",))
    assert list(lost.lines()) == [
        "FAILED    It is lost", "check     two", "expected  200", "got       404 | <no>",
        "source    based on A-09: page", "          curl -i http://t/a",
        "also      1 more problem with the same cause: three",
    ]  # fmt: skip
    assert list(level.lines())[-1] == "source    based on A-01, A-02: page"
    data = lost.as_data()
    assert (data["problems"], data["promises"], data["operations"]) == (2, ["two", "three"], ["getA", "getB"])
    assert [one["promise"] for one in data["others"]] == ["three"]
    many = [Verdict(f"p{number}", "s", Promise("x"), Outcome.BROKEN, (LOST,)) for number in range(MOST_NAMED + 3)]
    (one,) = causes(many)
    assert [*one.lines()][-1].endswith(f"{', '.join(f'p{number}' for number in range(1, MOST_NAMED + 1))} and 2 more")
    assert len(one.as_data()["others"]) == MOST_NAMED
    assert explain(VERDICTS[2]).splitlines()[0] == "FAILED    It is lost too"


def test_a_cause_is_shown_by_a_problem_whose_response_is_known() -> None:
    """The first ones may be accepted deviations, of which nothing is left."""
    seen = replace(LOST, got="405", exchanges=(Exchange("GET /a", "curl -i http://t/a", "405"),))
    (cause,) = causes([VERDICTS[2], Verdict("six", "s", Promise("It is seen"), Outcome.BROKEN, (seen,))])
    assert (cause.shown[0].id, cause.as_data()["got"], [*cause.lines()][1]) == ("six", "405", "check     six")


@pytest.mark.parametrize(
    ("code", "kept", "broken", "reached", "why", "line"),
    [
        (0, 5, 0, 9, "", "PASSED: 5 checks"),
        (0, 1, 0, 7, "", "PASSED: 1 check; 2 of 9 operations unreached"),
        (1, 110, 12, 9, "", "FAILED: 12 of 122 checks"),
        (1, 5, 2, 9, "too slow", "FAILED: 2 of 7 checks (too slow)"),
        (1, 5, 0, 8, "", "FAILED: too little of the contract was covered; 1 of 9 operations unreached"),
        (3, 0, 0, 0, "", "NOT COMPLETED: no target, or no access to it"),
        (3, 4, 0, 0, "the budget of 5 s is spent", "NOT COMPLETED: the budget of 5 s is spent"),
        (2, 4, 0, 9, "the reports cannot be written", "NOT COMPLETED: the reports cannot be written"),
        (4, 1, 1, 0, "", "INTERNAL ERROR: the test suite itself failed"),
    ],
)
def test_the_verdict_is_one_line(code: int, kept: int, broken: int, reached: int, why: str, line: str) -> None:
    """By the exit code, what was kept, what was reached, and why the run ended early."""
    assert headline(code, {Outcome.KEPT: kept, Outcome.BROKEN: broken}, 9, reached, why) == line


def test_a_problem_belongs_to_the_operation_that_its_promise_names() -> None:
    """Though another one shows it; a promise about many names none of them."""
    problem = Problem("a", "b", operation="listA")
    about = {("trustA",): ["trustA"], (): ["listA"], ("a", "b", "c", "d"): ["listA"]}
    for operations, found in about.items():
        verdict = Verdict("one", "s", Promise("x"), Outcome.BROKEN, (problem,), operations=operations)
        assert causes([verdict])[0].as_data()["operations"] == found


def test_notes_of_the_same_refusal_are_one() -> None:
    """Of a server that answers each unknown method in its own way there are hundreds."""
    calls = [f"400 in place of 405 for PATCH /{name}" for name in "abcde"]
    assert together(["first", *calls, "404 in place of 405 for PUT /a"]) == [
        "first", "400 in place of 405 for PATCH /a, PATCH /b, PATCH /c and 2 more", "404 in place of 405 for PUT /a",
    ]  # fmt: skip
