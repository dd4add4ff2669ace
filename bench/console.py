"""How long the console takes until you can use it, for a small and a large contract: `python -m bench.console`.

Each mock has 10,000 requests behind it (its journal keeps the newest), the large one 5,000 records besides. Each run
opens the page in a new profile, so nothing is cached. Needs Chromium and Playwright for Python.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from bench.documents import github
from tests.browser.conftest import FLAGS, chromium
from tests.support import LiveMock

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

REQUESTS, RECORDS = 10_000, 5_000
WIDTHS = {"desktop": (1440, 900), "phone": (390, 844)}
TIMEOUT = 60_000  # milliseconds for one page on a busy machine
START = 120.0  # seconds for a mock with a large contract
ONE_PATCH = 500  # records in one call of the control API
TICKS = os.sysconf("SC_CLK_TCK")

LOADED = """async () => {
  const [mark] = performance.getEntriesByName("interactive");
  const before = performance.getEntriesByType("resource").filter(({ startTime }) => startTime <= mark.startTime);
  const [page] = performance.getEntriesByType("navigation");
  const painted = await new Promise((resolve) => {
    new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime))
      .observe({ type: "largest-contentful-paint", buffered: true });
    setTimeout(() => resolve(0), 2000);
  });
  return {
    interactive: mark.startTime,
    painted,
    requests: before.length + 1,
    kilobytes: [page, ...before].reduce((sum, each) => sum + each.transferSize, 0) / 1000,
    elements: document.querySelectorAll("*").length,
  };
}"""
"""What the page knows of its own start. Its mark says when everything listens that a visitor can use."""


@dataclass(frozen=True)
class Subject:
    """A mock whose console is measured."""

    name: str
    arguments: tuple[str, ...]
    paths: tuple[str, ...]
    change: tuple[str, str, Mapping[str, Any]]  #: collection, key and what is changed of a record
    collection: str | None = None  #: the one that gets 5,000 records


def subjects() -> tuple[Subject, ...]:
    """The bundled contract, and that of GitHub."""
    return (
        Subject(
            "Flashback",
            (),
            ("/devices", "/devices/dev-01", "/devices/nowhere", "/sessions"),
            ("devices", "dev-01", {"deviceName": "Changed"}),
        ),
        Subject(
            "GitHub",
            (str(github()),),
            ("/zen", "/gists/public", "/users/octocat", "/nowhere"),
            ("labels", "7", {"description": "Changed"}),
            "labels",
        ),
    )


@contextmanager
def prepared(subject: Subject, requests: int = REQUESTS) -> Iterator[LiveMock]:
    """A mock of the subject with its records and requests, until the end of the block."""
    mock = LiveMock(*subject.arguments).wait_until_started(START)
    try:
        if subject.collection is not None:
            _fill(mock, subject.collection)
        _ask(mock, subject.paths, requests)
        yield mock
    finally:
        mock.interrupt()


def _fill(mock: LiveMock, collection: str) -> None:
    """Copy a record of the collection until it has 5,000."""
    about = mock("GET", "/__mock__/about", None).json
    key = next(each["key"] for each in about["collections"] if each["collection"] == collection)
    path = f"/__mock__/worlds/main/state/{collection}"
    model = mock("GET", path, None).json["records"][0]["record"]
    for start in range(1, RECORDS, ONE_PATCH):
        records = {str(number): {**model, key: _like(model[key], number)} for number in range(start, start + ONE_PATCH)}
        response = mock("PATCH", path, None, json=records)
        assert response.status == 200, response.body


def _like(key: Any, number: int) -> Any:
    return number if isinstance(key, int) else str(number)


def _ask(mock: LiveMock, paths: tuple[str, ...], requests: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", mock.port, timeout=TIMEOUT / 1000)
    for number in range(requests):
        connection.request("GET", paths[number % len(paths)], headers={"Authorization": "Bearer alice-token"})
        connection.getresponse().read()
    connection.close()


def opened(browser: Browser, mock: LiveMock, size: tuple[int, int]) -> dict[str, float]:
    """The figures of one visit with a new profile."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    try:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        before = _cpu(mock)
        page.goto(f"{mock.url}/__mock__/", timeout=TIMEOUT)
        page.wait_for_function("() => performance.getEntriesByName('interactive').length > 0", timeout=TIMEOUT)
        page.wait_for_function("() => document.getElementById('live').textContent === 'Live'", timeout=TIMEOUT)
        metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
        own = {
            "page CPU": metrics["TaskDuration"] * 1000,
            "scripts": metrics["ScriptDuration"] * 1000,
            "layout": (metrics["LayoutDuration"] + metrics["RecalcStyleDuration"]) * 1000,
            "mock CPU": (_cpu(mock) - before) * 1000,
        }
        return _loaded(page) | own
    finally:
        context.close()


def _loaded(page: Page) -> dict[str, float]:
    found: dict[str, float] = page.evaluate(LOADED)
    return found


def _cpu(mock: LiveMock) -> float:
    """Seconds of CPU time of the mock's process."""
    fields = Path(f"/proc/{mock.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


COLUMNS: Mapping[str, str] = {
    "interactive": "interactive, ms",
    "painted": "largest paint, ms",
    "page CPU": "page CPU, ms",
    "scripts": "of it scripts, ms",
    "layout": "of it layout, ms",
    "mock CPU": "mock CPU, ms",
    "requests": "requests before",
    "kilobytes": "KB before",
    "elements": "elements",
}
"""What the table shows of a visit. CPU times are those until the page says that it is live."""
WITH_HIGHEST = ("interactive", "painted")


def measured(browser: Browser, mock: LiveMock, size: tuple[int, int], runs: int) -> dict[str, tuple[float, float]]:
    """The median of each figure over all visits, and the highest; two visits come before, which aren't counted."""
    visits = [opened(browser, mock, size) for _ in range(runs + 2)][2:]
    values = {name: [visit[name] for visit in visits] for name in COLUMNS}
    return {name: (median(each), max(each)) for name, each in values.items()}


def main(arguments: list[str] | None = None, show: Callable[[str], None] = print) -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=10, help="visits of each page")
    parser.add_argument("--only", default="", help="a contract by its name")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args(arguments)
    from playwright.sync_api import sync_playwright

    rows = []
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium(), args=FLAGS)
        for subject in subjects():
            if options.only.lower() not in subject.name.lower():
                continue
            with prepared(subject) as mock:
                for width, size in WIDTHS.items():
                    rows.append((subject.name, width, measured(browser, mock, size, options.runs)))
        browser.close()
    if options.json:
        show(json.dumps(rows))
        return
    show(f"Load average {os.getloadavg()[0]:.1f}; medians of {options.runs} visits, in brackets the highest.\n")
    show(f"| contract | window | {' | '.join(COLUMNS.values())} |")
    show("|---" * (len(COLUMNS) + 2) + "|")
    for name, width, figures in rows:
        cells = [_cell(column, *pair) for column, pair in figures.items()]
        show(f"| {name} | {width} | {' | '.join(cells)} |")


def _cell(name: str, middle: float, most: float) -> str:
    return f"{middle:,.0f} ({most:,.0f})" if name in WITH_HIGHEST else f"{middle:,.0f}"


if __name__ == "__main__":
    main()
