"""The page: what it says of each problem, and that it stays small."""

from __future__ import annotations

import re
from html import unescape

from contract_tests.core.promises import Exchange, Outcome, Problem, Promise, Verdict
from contract_tests.report.causes import causes
from contract_tests.report.html import html
from contract_tests.report.html_problems import MOST_OF_PROBLEMS
from tests.contract_tests.report.runs import summary

ENOUGH = 2_000_000  # bytes of a page


def words(page: str) -> str:
    """What a person reads of a page."""
    text = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text.replace("<wbr>", ""))).split())


def test_a_problem_has_all_that_repeats_and_explains_it() -> None:
    """Request, response (folded), what was expected, the clause, the curl line; the source is that of the terminal."""
    exchange = Exchange("GET /pets/<1>", "curl -i 'http://t/pets/<1>'", '200 OK\n\n{"name": "<b>"}')
    lost = Problem("a <name>", "field missing: name", (exchange.curl,), cause="name", source="the contract, GET /pets",
                   operation="getPet", exchanges=(exchange,))  # fmt: skip
    listed = Problem("names", "field missing: name", ("curl -i http://t/pets",), cause="name", operation="listPets")
    verdicts = [
        Verdict("fits[getPet]", "s", Promise("Every answer fits"), Outcome.BROKEN, (lost,), operations=("getPet",)),
        Verdict(
            "fits[listPets]", "s", Promise("Every answer fits"), Outcome.BROKEN, (listed,), operations=("listPets",)
        ),
        Verdict("kept[getPet]", "s", Promise("It is kept"), Outcome.KEPT, operations=("getPet",)),
        Verdict("not[getPet]", "s", Promise("It isn't"), Outcome.NOT_CHECKED, reason="no data", operations=("getPet",)),
    ]
    page = html(summary(verdicts, {"getPet": "GET /pets/{id}", "listPets": "GET /pets"}))
    text = words(page)
    for line in [*causes(verdicts)[0].lines()][1:5]:
        name, _, value = line.partition(" ")
        assert f"{name.capitalize() if name != 'check' else 'Check'} {value.strip()}" in text
    for said in ("2 problems, 1 cause", "Response: 200 OK", "curl -i 'http://t/pets/<1>'", "1 more problem with",
                 "curl -i http://t/pets", "Seed 7", "Date 2026-11-29 15:48 UTC",
                 "Not checked: 1 check no data: It isn't", "Passed: 1 check It is kept getPet",
                 "Records left behind: 1"):  # fmt: skip
        assert said in text, said
    assert page.count("<details open") == 0
    assert re.findall(r'<tr id="op-(\w+)">.*?href="#p1"', page) == ["getPet", "listPets"]
    assert 'href="#op-getPet"' in page


def test_a_request_that_was_repeated_is_shown_once() -> None:
    """Where it was answered alike; another body is another exchange."""
    first, again, other = (Exchange("GET /pets/1", "curl http://t/pets/1", f"200 OK\ndate: {date}\n\n{body}")
                           for date, body in (("now", "{}"), ("later", "{}"), ("later", "[]")))  # fmt: skip
    lost = Problem("a name", "none", (first.curl,), operation="getPet", exchanges=(first, again, other))
    page = html(summary([Verdict("fits", "s", Promise("It fits"), Outcome.BROKEN, (lost,))], {"getPet": "GET /pets"}))
    assert page.count("Response: 200 OK") == 2
    assert "in report.json" not in page


def test_a_first_run_is_compared_with_none() -> None:
    """One sentence, no heading and no link to it."""
    changes = {"last": None, "counts": {"new": 1}, "still": [], "gone": [], "new": []}
    page = html(summary([], {}, changes=changes))
    assert "The first run of this history" in page
    assert "id=changes" not in page


def test_what_is_new_since_the_last_run_is_linked() -> None:
    """Causes of problems that an earlier run has seen are not."""
    old, new = (
        Problem(f"a {word}", "none", cause=word, since=since) for word, since in (("b", "2026-11-01"), ("c", ""))
    )
    verdict = Verdict("fits", "s", Promise("It fits"), Outcome.BROKEN, (old, new))
    last = {"date": "2026-11-28", "target": "http://t", "verdict": "FAILED"}
    changes = {"last": last, "counts": {"new": 1, "fixed": 0, "still": 1, "accepted": 0, "not_checked": 0},
               "still": [], "gone": [], "new": []}  # fmt: skip
    part = html(summary([verdict], {}, changes=changes)).partition("<section id=changes>")[2].partition("</section>")[0]
    assert re.findall(r'href="#p(\d)">([^<]*)', part) == [("2", "2. a c")]


def test_a_page_without_problems_says_so() -> None:
    """No heading for what isn't there."""
    kept = Verdict("kept", "s", Promise("It is kept"), Outcome.KEPT)
    page = html(summary([kept], {}, exit_code=0, verdict="PASSED: 1 check"))
    assert "<h1>PASSED: 1 check</h1>" in page
    assert "id=problems" not in page
    assert "id=operations" not in page


def test_the_page_of_a_thousand_operations_stays_small() -> None:
    """Though each of them fails for a cause of its own with long responses; the rest is in report.json."""
    labels = {
        f"changeTheRecordNumber{at}": f"PATCH /collections/{{collectionId}}/records{at}/{{id}}" for at in range(1000)
    }
    body, sent = "x" * 16_000, "curl -i -X PATCH --data-binary '{}' http://t/" + "y" * 500
    verdicts = [
        Verdict(f"check{kind}[{name}]", "s", Promise(f"Sentence number {kind} of the suite"), outcome, problems,
                operations=(name,), reason="no data" if outcome is Outcome.NOT_CHECKED else "")
        for name in labels
        for kind, (outcome, problems) in enumerate([
            (Outcome.BROKEN, (Problem(f"{name} to fit", "field missing", (sent,), cause=name, operation=name,
                                      exchanges=(Exchange("PATCH /x", sent, body),) * 4),)),
            *[(Outcome.KEPT, ())] * 8, *[(Outcome.NOT_CHECKED, ())] * 3])
    ]  # fmt: skip
    page = html(summary(verdicts, labels, notes=["z" * 300] * 1000))
    assert len(page.encode()) < ENOUGH
    assert page.count("<tr id=") == len(labels)
    assert 10 < page.count("<article ") < len(labels)
    assert "more causes in report.json" in page
    assert len(page.encode()) > MOST_OF_PROBLEMS / 2
