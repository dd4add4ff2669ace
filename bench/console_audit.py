"""Checks every state of the console in every window: `python -m bench.console_audit [--shots FOLDER] [--only WORD]`.

It runs the rules of tests/browser/audit.js and of axe-core (fetched from npm once) for three widths, light and dark,
and two contracts, with dialogs and menus open, with nothing to show, and after errors. It exits with 1 if something is
found.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from bench.console import Subject, prepared, subjects
from bench.documents import HOME
from tests.browser.conftest import FLAGS, chromium
from tests.browser.parts import choose, clock_menu, show, world_menu
from tests.browser.test_accessibility import AUDIT, unnamed, with_axe
from tests.clients.packages import npm_folder
from tests.support import LiveMock

WIDTHS, SCHEMES = (1440, 1024, 390), ("light", "dark")
AXE = "axe-core@4.14.1"
TIMEOUT = 30_000  # milliseconds for a change on a busy machine
WORLD = "audit"
BROKEN = {
    "status": 409,
    "content_type": "application/problem+json",
    "body": '{"detail": "the record breaks the contract"}',
}


def start(page: Page, _: LiveMock) -> None:
    """Nothing is selected."""
    expect(page.locator("#requests-list button").first).to_be_visible()


def request(page: Page, _: LiveMock) -> None:
    """A request and its explanation."""
    page.locator("#requests-list button").first.click()
    expect(page.locator("#request").get_by_role("button", name="Compare…")).to_be_visible()
    page.evaluate("() => document.querySelectorAll('details').forEach((each) => { each.open = true; })")


def loading(page: Page, _: LiveMock) -> None:
    """A request whose explanation does not come."""
    page.route("**/why?*", lambda _: None)
    page.locator("#requests-list button").nth(1).click()
    expect(page.locator("#request")).to_have_attribute("aria-busy", "true")


def composer(page: Page, _: LiveMock) -> None:
    """The composer with its operations open."""
    page.get_by_role("button", name="New request").click()
    page.locator("#compose-operation").click()
    expect(page.locator("#request .options li").first).to_be_visible()


def compare(page: Page, mock: LiveMock) -> None:
    """Two requests side by side."""
    request(page, mock)
    page.get_by_role("button", name="Compare…").click()
    expect(page.locator("#request").get_by_role("heading", name="Compare request")).to_be_visible()
    expect(page.locator("#request table, #request .empty").first).to_be_visible()


def faults(page: Page, _: LiveMock) -> None:
    """Rules, one of them spent, and a preset."""
    page.locator("#faults").get_by_role("switch", name="slow-3g").click()
    page.get_by_role("button", name="Add fault").click()
    expect(page.locator("#faults .rules li").first).to_be_visible()
    page.locator("#faults").scroll_into_view_if_needed()


def importing(page: Page, mock: LiveMock) -> None:
    """The dialog of an HTTP archive."""
    archive = mock("GET", f"/__mock__/worlds/{WORLD}/requests.har", None).body
    upload: Any = {"name": "app.har", "mimeType": "application/json", "buffer": archive}
    page.get_by_label("HTTP archive").set_input_files(upload)
    expect(page.get_by_role("dialog")).to_be_visible()


def not_an_archive(page: Page, _: LiveMock) -> None:
    """The dialog for another file."""
    upload: Any = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"hello"}
    page.get_by_label("HTTP archive").set_input_files(upload)
    expect(page.get_by_role("dialog")).to_be_visible()


def keys(page: Page, _: LiveMock) -> None:
    """The list of shortcuts."""
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def worlds(page: Page, _: LiveMock) -> None:
    """The panel of the world."""
    expect(world_menu(page)).to_contain_text("worlds in use")


def clock(page: Page, _: LiveMock) -> None:
    """The panel of the clock."""
    expect(clock_menu(page)).to_be_visible()


def setting(page: Page, _: LiveMock) -> None:
    """A dialog whose input was rejected."""
    clock_menu(page).get_by_role("button", name="Set the clock").click()
    page.get_by_label("Date and time").fill("yesterday")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("alert")).not_to_be_empty()


def records(page: Page, mock: LiveMock) -> None:
    """The table of records, with a changed one."""
    expect(show(page, "records").get_by_role("row").nth(1)).to_be_visible()
    if page.locator("#collection-choice").count():
        changes = mock("GET", f"/__mock__/worlds/{WORLD}/changes", None).json["changes"]
        choose(page.locator("#records"), "Collection", changes[-1]["collection"])
    expect(page.get_by_role("button", name="Diff of").first).to_be_attached()


def difference(page: Page, mock: LiveMock) -> None:
    """What differs from the fixtures."""
    records(page, mock)
    page.get_by_role("button", name="Diff of").first.click()
    expect(page.get_by_role("dialog").get_by_role("table")).to_be_visible()


def editing(page: Page, mock: LiveMock) -> None:
    """A cell whose value was rejected."""
    page.route(
        "**/state/*", lambda route: route.fulfill(**BROKEN) if route.request.method == "PATCH" else route.continue_()
    )
    records(page, mock)
    page.locator("#records tbody td[data-field]:not(:has(.flag))").first.press("Enter")
    box = page.locator("#records .editing input")
    with suppress(Error):
        box.fill("x", timeout=2000)
        page.keyboard.press("Enter")


def record_as_json(page: Page, mock: LiveMock) -> None:
    """A record as JSON."""
    records(page, mock)
    page.get_by_role("button", name="JSON of").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def many_records(page: Page, mock: LiveMock) -> None:
    """One field of all records."""
    records(page, mock)
    page.get_by_role("button", name="Edit shown…").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def coverage(page: Page, _: LiveMock) -> None:
    """The matrix of responses."""
    expect(show(page, "coverage").get_by_role("row").nth(1)).to_be_visible()


def empty(page: Page, mock: LiveMock) -> None:
    """A world without requests."""
    mock("POST", "/__mock__/worlds/audit-empty/reset", None, json={})
    choose(page, "Selected world", "audit-empty")
    expect(page.get_by_text("No requests yet")).to_be_visible()


def filtered(page: Page, _: LiveMock) -> None:
    """A filter that nothing matches."""
    page.get_by_label("Filter requests").fill("nothing has these words")
    expect(page.get_by_text("No request matches the filter")).to_be_visible()


def missing(page: Page, _: LiveMock) -> None:
    """A world that does not exist."""
    choose(page, "Selected world", "audit-missing")
    expect(page.locator("#missing")).to_be_visible()


def refused(page: Page, mock: LiveMock) -> None:
    """Too many worlds."""
    problem = {
        "detail": "the mock has 10,000 worlds, the most it keeps (--max-worlds); remove some, or use a higher number"
    }
    refusal: Any = {"status": 429, "content_type": "application/problem+json", "body": json.dumps(problem)}
    page.route("**/__mock__/worlds", lambda route: route.fulfill(**refusal))
    missing(page, mock)
    page.get_by_role("button", name="Create world").click()
    expect(page.locator("#notice")).to_contain_text("--max-worlds")


def lost(page: Page, _: LiveMock) -> None:
    """No connection."""
    page.route("**/__mock__/**", lambda route: route.abort())
    page.clock.fast_forward(40_000)
    expect(page.locator("#live")).to_contain_text("No connection since ")
    page.get_by_role("button", name="New request").click()
    page.get_by_role("button", name="Clock:").click()
    page.get_by_role("button", name="+1 h").click()
    expect(page.locator("#notice")).to_contain_text("The mock cannot be reached")


STATES: tuple[Callable[[Page, LiveMock], None], ...] = (
    start, loading, request, composer, compare, faults, importing, not_an_archive, keys, worlds, clock, setting,
    records, difference, editing, record_as_json, many_records, coverage, empty, filtered, missing, refused, lost,
)  # fmt: skip


def arrange(mock: LiveMock, subject: Subject) -> None:
    """Requests of several kinds, and a changed record, in a world of its own."""
    forked = mock("POST", "/__mock__/worlds/main/fork", None, json={"name": WORLD, "replace": True})
    assert forked.status == 201, forked.body
    for path in subject.paths * 3:
        mock("GET", path, f"alice-token~{WORLD}", headers={"Mock-World": WORLD})
    mock("POST", f"/__mock__/worlds/{WORLD}/faults", None, json={"status": 503, "times": 1})
    mock("GET", subject.paths[0], f"alice-token~{WORLD}", headers={"Mock-World": WORLD})
    collection, key, change = subject.change
    changed = mock("PATCH", f"/__mock__/worlds/{WORLD}/state/{collection}/{key}", None, json=change)
    assert changed.status == 200, changed.body


def opened(browser: Browser, mock: LiveMock, width: int, scheme: Any, state: Callable[[Page, LiveMock], None]) -> Page:
    """The console in a state."""
    height = 844 if width < 500 else 900
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
    )
    context.set_default_timeout(TIMEOUT)
    page = context.new_page()
    if state is lost:
        page.clock.install()
    page.goto(f"{mock.url}/__mock__/?world={WORLD}")
    expect(page.locator("#live")).to_have_text("Live")
    state(page, mock)
    return page


def found(page: Page, axe: Path) -> list[str]:
    """What the rules say about the page."""
    problems: list[str] = page.evaluate(AUDIT)
    return problems + unnamed(page) + with_axe(page, axe)


def audited(
    browser: Browser, subject: Subject, only: str, widths: Sequence[int], shots: Path | None
) -> Iterator[tuple[str, list[str]]]:
    """Each combination and its findings."""
    axe = npm_folder(AXE, HOME) / "axe.min.js"
    states = [each for each in STATES if only in each.__name__]
    with prepared(subject, requests=0) as mock:
        for width in widths:
            for scheme in SCHEMES:
                for state in states:
                    arrange(mock, subject)
                    name = f"{subject.name} {width} {scheme} {state.__name__}"
                    page = opened(browser, mock, width, scheme, state)
                    if shots is not None:
                        page.screenshot(path=shots / f"{name.replace(' ', '-')}.png")
                    yield name, found(page, axe)
                    page.context.close()


def main() -> int:
    """Print each finding, and how many states were looked at."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default="", help="states whose name has this word")
    parser.add_argument("--contract", default="", help="one of the two contracts")
    parser.add_argument("--width", type=int, nargs="*", default=WIDTHS, help="widths of the window")
    parser.add_argument("--shots", type=Path, help="a folder for screenshots")
    options = parser.parse_args()
    if options.shots:
        options.shots.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=TIMEOUT)
    looked = problems = 0
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium(), args=FLAGS)
        for subject in subjects():
            if options.contract.lower() not in subject.name.lower():
                continue
            for name, findings in audited(browser, subject, options.only, options.width, options.shots):
                looked += 1
                problems += len(findings)
                for finding in findings:
                    print(f"{name}: {finding}", flush=True)
        browser.close()
    print(f"{looked} states, {problems} findings")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
