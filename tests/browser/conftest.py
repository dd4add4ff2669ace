"""Chromium, and the invariants of every page: no console message, and no request to another machine."""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.browser.world import BrowserWorld
from tests.support import ROOT, LiveMock

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str | None:
    """The path of Chromium on this machine, or the value of the environment variable CHROMIUM."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a process."""
    path = chromium()
    if path is None:
        pytest.skip(f"no browser tests: none of {', '.join(NAMES)} is installed (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        started = player.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def mock() -> Iterator[LiveMock]:
    """One mock for all tests of a process; each test has its own world."""
    started = LiveMock().wait_until_started()
    try:
        yield started
    finally:
        started.interrupt()


@pytest.fixture
def world(mock: LiveMock, request: pytest.FixtureRequest) -> BrowserWorld:
    """A world of the mock that only this test uses."""
    return BrowserWorld(mock, re.sub(r"[^A-Za-z0-9]+", "-", request.node.name).strip("-")[:80])


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Log nothing."""


@pytest.fixture(scope="session")
def examples() -> Iterator[str]:
    """The URL of a static server for `examples/`, which is another origin than the mock's."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(ROOT / "examples")))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class PageMonitor:
    """Records the console messages of a page and the hosts that it sends requests to."""

    messages: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    allowed_messages: str | None = None  #: a regular expression of console messages that are allowed

    @contextmanager
    def monitoring(self, page: Page) -> Iterator[Page]:
        """Monitor a page until the end of the block."""
        listeners: dict[str, Callable[[Any], None]] = {
            "console": lambda message: self.messages.append(f"{message.type}: {message.text}"),
            "pageerror": lambda error: self.messages.append(f"uncaught: {error}"),
            "request": lambda request: self.hosts.add(urlsplit(request.url).hostname or "localhost"),
        }
        for event, listener in listeners.items():
            page.on(event, listener)  # type: ignore[call-overload]
        yield page
        for event, listener in listeners.items():
            page.remove_listener(event, listener)

    def check(self) -> None:
        """Assert the invariants."""
        unexpected = [
            message
            for message in self.messages
            if not (self.allowed_messages and re.search(self.allowed_messages, message))
        ]
        assert not unexpected, "\n".join(unexpected)
        remote = {host for host in self.hosts if host != "localhost" and not ip_address(host).is_loopback}
        assert not remote, f"the page sent requests to {remote}"


@pytest.fixture
def monitor() -> Iterator[PageMonitor]:
    """The monitor of this test's page; after the test it asserts the invariants."""
    page_monitor = PageMonitor()
    yield page_monitor
    page_monitor.check()


def profile(browser: Browser) -> BrowserContext:
    """A new profile without cookies and storage, and with access to the clipboard."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, reduced_motion="reduce", accept_downloads=True
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    return context


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A profile that only this test uses."""
    context = profile(browser)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, monitor: PageMonitor) -> Iterator[Page]:
    """A monitored page."""
    with monitor.monitoring(context.new_page()) as monitored_page:
        yield monitored_page


@pytest.fixture(scope="session")
def tab(browser: Browser) -> Iterator[Page]:
    """One page in which all tests of a process open the console, each with its own world."""
    context = profile(browser)
    yield context.new_page()
    context.close()


@pytest.fixture
def console(tab: Page, monitor: PageMonitor, world: BrowserWorld) -> Iterator[Page]:
    """The console with the world of this test; afterwards it must have stored nothing in the browser."""
    from tests.browser.play import expect

    with monitor.monitoring(tab):
        tab.goto(world.console)
        expect(tab.locator("#live")).to_have_text("Live")
        yield tab
        stored = tab.evaluate("() => [document.cookie, ...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
    tab.unroute_all()
    tab.goto("about:blank")
    assert stored == [""]
