"""A real Chromium, and the invariants that every page keeps: a quiet console, nothing leaves this machine."""

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
    """The Chromium of this machine; CHROMIUM names another one."""
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
    """One mock for all tests of a process: each has a world of its own."""
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
        """Say nothing: the tests do."""


@pytest.fixture(scope="session")
def examples() -> Iterator[str]:
    """The address at which any static server would serve `examples/`: another origin than the mock's."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(ROOT / "examples")))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Watch:
    """What a page said and whom it asked."""

    said: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    forgiven: str | None = None  #: what the page may say, as a regular expression

    @contextmanager
    def following(self, page: Page) -> Iterator[Page]:
        """Listen to a page as long as the block lasts."""
        heard: dict[str, Callable[[Any], None]] = {
            "console": lambda message: self.said.append(f"{message.type}: {message.text}"),
            "pageerror": lambda error: self.said.append(f"uncaught: {error}"),
            "request": lambda request: self.hosts.add(urlsplit(request.url).hostname or "localhost"),
        }
        for event, hear in heard.items():
            page.on(event, hear)  # type: ignore[call-overload]
        yield page
        for event, hear in heard.items():
            page.remove_listener(event, hear)

    def settle(self) -> None:
        """Hold the invariants."""
        wrong = [said for said in self.said if not (self.forgiven and re.search(self.forgiven, said))]
        assert not wrong, "\n".join(wrong)
        away = {host for host in self.hosts if host != "localhost" and not ip_address(host).is_loopback}
        assert not away, f"asked {away}"


@pytest.fixture
def watch() -> Iterator[Watch]:
    """What the page of this test said and whom it asked: no error, and nobody but this machine."""
    watched = Watch()
    yield watched
    watched.settle()


def profile(browser: Browser) -> BrowserContext:
    """A fresh profile: no cookie, no storage, and the clipboard is open."""
    made = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce", accept_downloads=True)
    made.grant_permissions(["clipboard-read", "clipboard-write"])
    return made


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A profile for this test alone."""
    made = profile(browser)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Iterator[Page]:
    """A page that is watched."""
    with watch.following(context.new_page()) as watched:
        yield watched


@pytest.fixture(scope="session")
def tab(browser: Browser) -> Iterator[Page]:
    """One page in which all tests of a process open the console, each on its own world: it keeps nothing."""
    made = profile(browser)
    yield made.new_page()
    made.close()


@pytest.fixture
def console(tab: Page, watch: Watch, world: BrowserWorld) -> Iterator[Page]:
    """The console, live, on the world of this test; it leaves nothing behind in the browser."""
    from tests.browser.play import expect

    with watch.following(tab):
        tab.goto(world.console)
        expect(tab.locator("#live")).to_have_text("Live")
        yield tab
        kept = tab.evaluate("() => [document.cookie, ...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
    tab.unroute_all()
    tab.goto("about:blank")
    assert kept == [""]
