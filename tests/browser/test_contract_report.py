"""The page of the contract tests: readable on every screen, and its few scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests.core.promises import Exchange, Outcome, Problem, Promise, Verdict
from contract_tests.report.html import html
from tests.browser.play import Page, expect
from tests.browser.test_accessibility import audit
from tests.contract_tests.report.runs import summary

NAMES = [f"operation{number}" for number in range(20)]
LABELS = {name: f"PATCH /collections/{{collectionId}}/{name}/{{recordId}}" for name in NAMES}
CURL = "curl -i -X PATCH --data-binary '" + "x" * 300 + "' http://t/collections/1"


@pytest.fixture
def report(page: Page, tmp_path: Path) -> Page:
    """The page of a run with problems of every kind."""
    exchange = Exchange("PATCH /collections/1", CURL, "200 OK\n\n" + "y" * 500)
    known = Problem(
        "a name", "field missing", (CURL,), cause="a", operation=NAMES[0], exchanges=(exchange,), since="2026"
    )
    problems = (known, Problem("b", "c", (CURL,), cause="a", operation=NAMES[1]), Problem("d", "e", cause="d"))
    verdicts = [Verdict("fits[a]", "s", Promise("Every answer fits"), Outcome.BROKEN, problems, operations=(NAMES[0],))]
    for outcome in (Outcome.KEPT, Outcome.NOT_CHECKED):
        verdicts += [Verdict(f"x[{name}]", "s", Promise("It holds"), outcome, operations=(name,)) for name in NAMES]
    gone = [{"check": "fits[b]", "expected": "f", "since": "2026", "kind": kind} for kind in ("fixed", "not_checked")]
    changes = {"last": {"date": "2025", "target": "http://t", "verdict": "PASSED: 3 checks"}, "new": [], "gone": gone,
               "counts": {"new": 2, "still": 1, "fixed": 1, "not_checked": 1, "accepted": 0},
               "still": [{"check": "fits[a]", "expected": "a name", "since": "2026"}]}  # fmt: skip
    path = tmp_path / "report.html"
    path.write_text(html(summary(verdicts, LABELS, changes=changes)), encoding="utf-8")
    page.goto(path.as_uri())
    return page


def test_the_page_can_be_used_on_every_screen(report: Page) -> None:
    """Light and dark, wide and narrow, folded and unfolded: no accessibility problem, nothing to scroll sideways."""
    for is_open in (False, True):
        report.evaluate(
            f"document.querySelectorAll('details').forEach((each) => {{ each.open = {str(is_open).lower()}; }})"
        )
        for width, scheme in ((1440, "light"), (1024, "dark"), (390, "light"), (390, "dark")):
            report.set_viewport_size({"width": width, "height": 900})
            report.emulate_media(color_scheme=scheme)
            assert audit(report) == [], (width, scheme, is_open)
            assert report.evaluate("document.documentElement.scrollWidth") <= width


def test_a_curl_line_is_copied_whole(report: Page) -> None:
    """Though it is shown on several lines."""
    box = report.locator(".curl").first
    assert (box.bounding_box() or {})["height"] > 50
    box.get_by_role("button").click()
    expect(box.get_by_role("button")).to_have_text("Copied")
    assert report.evaluate("navigator.clipboard.readText()") == CURL


def test_operations_are_filtered(report: Page) -> None:
    """By any part of a row."""
    report.get_by_label("Filter operations").fill("OPERATION17")
    expect(report.locator("#operations tbody tr:visible")).to_have_count(1)


def test_a_printer_gets_the_responses(report: Page) -> None:
    """What is folded in a problem is unfolded for printing, in light colours, and folded again."""
    report.emulate_media(media="print", color_scheme="dark")
    response = report.get_by_text("y" * 500)
    for event, is_shown in (("beforeprint", True), ("afterprint", False)):
        report.evaluate(f"dispatchEvent(new Event('{event}'))")
        assert response.is_visible() is is_shown
    assert report.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
