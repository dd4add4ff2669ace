"""The console with 1,200 operations, 5,000 records and as many requests as the journal keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.parts import cell, choose, show
from tests.browser.play import TIMEOUT, Page, expect
from tests.support import LiveMock, answers, document, json_body, path_parameter

KINDS, RECORDS = 300, 5000
MOST_ELEMENTS = 3000
BEFORE_INTERACTIVE = ["all.css", "all.js", "icon.svg"]
"""What the page asks for before you can use it."""


def _paths(kind: int) -> dict[str, Any]:
    fields = {"id": {"type": "string"}, "name": {"type": "string"}, "size": {"type": "integer"}}
    thing = {"type": "object", "required": ["id"], "properties": fields}
    name, tags = f"Thing{kind:03}", [f"tag {kind // 10}"]
    missing = {"404": {"description": "missing"}}
    one = {"parameters": [path_parameter()]}
    for verb in ("get", "delete"):
        one[verb] = {"operationId": f"{verb}{name}", "tags": tags, "responses": {**answers(thing), **missing}}
    return {
        f"/things{kind:03}": {
            "get": {
                "operationId": f"list{name}",
                "tags": tags,
                "responses": answers({"type": "array", "items": thing}),
            },
            "post": {
                "operationId": f"create{name}",
                "tags": tags,
                "requestBody": json_body(thing),
                "responses": answers(thing, status=201),
            },
        },
        f"/things{kind:03}/{{id}}": one,
    }


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveMock]:
    """A mock of such a contract, with 1,000 requests in its journal."""
    folder = tmp_path_factory.mktemp("large")
    spec, fixtures = folder / "spec.json", folder / "fixtures.json"
    paths = {path: item for kind in range(KINDS) for path, item in _paths(kind).items()}
    spec.write_text(json.dumps(document(paths)), encoding="utf-8")
    records = [{"id": f"t-{number:04}", "name": f"Number {number}", "size": number} for number in range(RECORDS)]
    fixtures.write_text(json.dumps({"things000": records}), encoding="utf-8")
    mock = LiveMock(str(spec), "--fixtures", str(fixtures)).wait_until_started()
    for number in range(1000):
        mock("GET", f"/things000/t-{number:04}", None)
    yield mock
    mock.interrupt()


def _elements(page: Page) -> int:
    count: int = page.evaluate("document.querySelectorAll('*').length")
    return count


def test_a_large_contract_makes_a_small_page(page: Page, large: LiveMock) -> None:
    """The number of elements depends on the size of the window, and little is loaded before you can use the page."""
    page.goto(f"{large.url}/__mock__/")
    expect(page.locator("#live")).to_have_text("Live")
    asked: list[str] = page.evaluate(
        """() => {
          const [interactive] = performance.getEntriesByName("interactive");
          return performance.getEntriesByType("resource")
            .filter(({ startTime }) => startTime < interactive.startTime)
            .map(({ name }) => name.split("/").at(-1));
        }"""
    )
    assert sorted(asked) == BEFORE_INTERACTIVE
    assert _elements(page) < MOST_ELEMENTS
    expect(page.locator("#requests-list li").first).to_have_attribute("aria-setsize", "1000")
    for section in ("records", "coverage"):
        expect(show(page, section).get_by_role("row").nth(5)).to_be_visible()
    page.locator("#requests-list button").first.click()
    page.keyboard.press("n")
    page.locator("#compose-operation").click()
    assert _elements(page) < MOST_ELEMENTS


def test_all_of_it_is_found_by_search(page: Page, large: LiveMock) -> None:
    """Operations, collections, records and coverage; and the last row of a table by scrolling or with the keyboard."""
    page.goto(f"{large.url}/__mock__/")
    show(page, "records")
    expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", str(RECORDS + 1))
    page.get_by_label("Filter records").fill("Number 4321")
    expect(cell(page, "t-4321", "size")).to_have_text("4321")
    page.get_by_label("Filter records").fill("")
    page.get_by_label("Table of things000").evaluate("view => { view.scrollTop = view.scrollHeight; }")
    expect(cell(page, "t-4999", "size")).to_be_visible()
    cell(page, "t-4999", "size").click()
    for _ in range(40):
        page.keyboard.press("ArrowUp")
    expect(cell(page, "t-4959", "size")).to_be_focused()
    choose(page.locator("#records"), "Collection", "things299")
    expect(page.get_by_role("tab", selected=True)).to_contain_text("things299")
    show(page, "coverage")
    page.get_by_label("Filter operations").fill("deleteThing123")
    expect(page.get_by_role("table", name="Responses of each operation").locator("tbody tr")).to_have_count(1)
    page.get_by_label("Filter operations").fill("")
    page.get_by_label("Operations", exact=True).select_option("Called")
    expect(page.locator("#coverage tbody tr")).to_contain_text(["getThing000"])


def test_swagger_ui_collapses_its_tags(page: Page, large: LiveMock) -> None:
    """Thirty tags, none of them open, and a filter."""
    page.goto(f"{large.url}/__mock__/docs/")
    expect(page.locator(".opblock-tag")).to_have_count(30, timeout=2 * TIMEOUT)
    expect(page.locator(".opblock")).to_have_count(0)
    page.get_by_placeholder("Filter by tag").fill("tag 17")
    expect(page.locator(".opblock-tag")).to_have_count(1)
    assert _elements(page) < MOST_ELEMENTS
