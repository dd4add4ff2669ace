"""Takes the screenshots in `docs/screenshots/` of a mock and the example app, which it starts itself.

    python examples/screenshots.py

It needs Chromium, Playwright for Python and the fonts Inter and JetBrains Mono (with others, the images differ).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SCREENSHOTS = ROOT / "docs" / "screenshots"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SIZES = {1280: 1000, 390: 844}
WORLD = "checkout"


class Mock:
    """A running mock; the screenshots show one of its worlds."""

    def __init__(self, url: str) -> None:
        self.url = url

    def control(self, method: str, path: str, value: Any = None) -> Any:
        """A call of the control API."""
        return json.loads(self._send(method, f"/__mock__/{path}", value, {}) or b"null")

    def ask(self, method: str, path: str, value: Any = None, **headers: str) -> None:
        """Send a request as alice in the world of the screenshots."""
        with contextlib.suppress(urllib.error.HTTPError):
            self._send(method, path, value, {"Authorization": f"Bearer alice-token~{WORLD}", **headers})

    def _send(self, method: str, path: str, value: Any, headers: dict[str, str]) -> bytes:
        body = None if value is None else json.dumps(value).encode()
        request = urllib.request.Request(f"{self.url}{path}", body, headers, method=method)  # noqa: S310 - the mock's own address
        if body is not None:
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
            content: bytes = response.read()
            return content


@contextlib.contextmanager
def running_mock() -> Iterator[Mock]:
    """A mock on a free port."""
    command = [sys.executable, "-m", "mockserver", "mock", "--port", "0", "--log-format", "json"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)  # noqa: S603
    try:
        output = process.stdout or sys.stdin
        banner = json.loads(output.readline())
        threading.Thread(target=output.read, daemon=True).start()
        yield Mock(banner["url"])
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(30)


class Quiet(SimpleHTTPRequestHandler):
    """A static server that logs nothing."""

    def log_message(self, *args: object) -> None:
        """Log nothing."""


@contextlib.contextmanager
def static_server(folder: Path) -> Iterator[str]:
    """Serve a folder with a static server, and yield its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def create_activity(mock: Mock) -> None:
    """Send one request of every kind in the world."""
    mock.control("POST", f"worlds/{WORLD}/reset", {})
    mock.control("POST", f"worlds/{WORLD}/clock/advance", {"by": "PT6H"})
    mock.control("POST", f"worlds/{WORLD}/faults", {"operation": "listSessions", "status": 500, "times": 1})
    mock.ask("GET", "/devices")
    mock.ask("GET", "/devices/dev-03")
    mock.ask("GET", "/devices/dev-99")
    mock.ask("POST", "/devices/trust", {"fingerPrint": "fp-alice-ipad"})
    mock.ask("GET", "/sessions")
    mock.ask("POST", "/sessions/ses-02/revoke", {})
    mock.ask("POST", "/sessions/ses-01/heartbeat", {})
    mock.ask("POST", "/devices/trust", {"fingerprint": "fp-alice-ipad"})


def page_of(browser: Browser, width: int, scheme: Any, height: int | None = None) -> Page:
    """A page with this width."""
    size: Any = {"width": width, "height": height or SIZES[width]}
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    return context.new_page()


def screenshot(page: Page, name: str) -> None:
    """Save a screenshot of the page."""
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KB")
    page.context.close()


def console(page: Page, mock: Mock) -> None:
    """Open the console and the explanation of the newest request."""
    page.goto(f"{mock.url}/__mock__/?world={WORLD}")
    expect(page.locator("#live")).to_have_text("Live")
    page.locator("#requests-list button").first.click()
    expect(page.locator("#request h3")).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(0, 0)


def take_screenshots(browser: Browser, mock: Mock, app: str) -> None:
    """Take all screenshots."""
    for width in SIZES:
        for scheme in ("light", "dark"):
            page = page_of(browser, width, scheme)
            console(page, mock)
            screenshot(page, f"console-{width}-{scheme}")
    for section in ("records", "coverage"):
        page = page_of(browser, 1280, "light", 720)
        console(page, mock)
        for _ in range(2):  # it is loaded when it comes into view, and so is what stands above it
            page.evaluate("name => document.getElementById(name).scrollIntoView()", section)
            expect(page.locator(f"#{section} tbody tr").first).to_be_visible()
        screenshot(page, f"console-{section}")
    page = page_of(browser, 1280, "light", 900)
    page.goto(f"{mock.url}/__mock__/docs/?world={WORLD}")
    expect(page.get_by_role("button", name=re.compile("Authorize"))).to_be_visible()
    screenshot(page, "docs-1280")
    for width, scheme in ((1280, "light"), (390, "dark")):
        page = page_of(browser, width, scheme)
        page.goto(f"{app}/devices/?api={mock.url}&token=alice-token~{WORLD}")
        expect(page.locator("#summary")).to_contain_text("trusted")
        screenshot(page, f"app-{width}-{scheme}")


def main() -> None:
    """Start the servers, take the screenshots and stop the servers."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with running_mock() as mock, static_server(ROOT / "examples") as app, sync_playwright() as player:
        create_activity(mock)
        browser = player.chromium.launch(executable_path=path, args=FLAGS)
        take_screenshots(browser, mock, app)
        browser.close()


if __name__ == "__main__":
    main()
