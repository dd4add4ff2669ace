"""The pages of the control API: files of its own, a policy that lets nothing else in, behind the guards."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mockserver.control.pages import CONSOLE
from tests.support import LiveMock

FILES = sorted(path.name for path in CONSOLE.iterdir() if path.suffix in (".js", ".css", ".svg"))
STRANGER = {"host": "attacker.example"}


@pytest.mark.parametrize("path", ["/__mock__/", "/__mock__/docs/", *(f"/__mock__/console/{name}" for name in FILES)])
def test_every_page_and_file_is_served_with_a_policy(live_mock: LiveMock, path: str) -> None:
    """Nothing is loaded from elsewhere, no script stands in a page, no other page may frame it."""
    heard = live_mock("GET", path, None)
    policy = heard.headers["content-security-policy"]
    assert heard.status == 200
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert heard.headers["x-content-type-options"] == "nosniff"
    assert "no-cache" in heard.headers["cache-control"]


@pytest.mark.parametrize(
    ("name", "media"),
    [("swagger-ui-bundle.js", "text/javascript"), ("swagger-ui.css", "text/css")],
)
def test_swagger_ui_comes_from_the_machine(live_mock: LiveMock, name: str, media: str) -> None:
    """The bundle is served by the mock itself."""
    heard = live_mock("GET", f"/__mock__/docs/{name}", None)
    assert heard.status == 200
    assert heard.headers["content-type"].startswith(media)


@pytest.mark.parametrize("door", ["/__mock__", "/__mock__/docs"])
def test_doors_without_a_slash_lead_to_the_page(live_mock: LiveMock, door: str) -> None:
    """Addresses as people type them are sent on, so that relative links hold."""
    heard = live_mock("GET", door, None)
    assert heard.status in (302, 308)
    assert heard.headers["location"].endswith(f"{door}/")


@pytest.mark.parametrize("name", ["", "nothing.js", "..%2fapi.py", "%2e%2e/api.py", "..%5capi.py"])
@pytest.mark.parametrize("folder", ["console", "docs"])
def test_no_other_file_can_be_had(live_mock: LiveMock, folder: str, name: str) -> None:
    """What is not there is a 404, and no way leads out of the folder."""
    heard = live_mock("GET", f"/__mock__/{folder}/{name or 'nothing/'}", None)
    assert heard.status == 404
    assert b"import" not in heard.body


@pytest.mark.parametrize("path", ["/__mock__/", "/__mock__/console/console.js", "/__mock__/docs/"])
def test_pages_stand_behind_the_guards(live_mock: LiveMock, path: str) -> None:
    """A name that is not this machine's gets no page (DNS rebinding)."""
    connection = live_mock.connection()
    connection.request("GET", path, headers=STRANGER)
    assert connection.getresponse().status == 403
    connection.close()


@pytest.mark.parametrize("path", sorted(CONSOLE.iterdir()), ids=lambda path: path.name)
def test_pages_need_nothing_from_outside(path: Path) -> None:
    """No file of the console names another host, holds an inline script or style, or writes HTML."""
    text = path.read_text(encoding="utf-8")
    text = text.replace("http://www.w3.org/2000/svg", "")  # the name of a namespace
    assert not re.search(r"https?://|//[a-z]+\.[a-z]+/", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=\"", text)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", text)


def test_the_console_loads_its_modules_at_once() -> None:
    """Each is named in the page: otherwise the browser asks for it only after it has read the one that imports it."""
    page = (CONSOLE / "index.html").read_text(encoding="utf-8")
    named = set(re.findall(r'rel="modulepreload" href="console/([^"]+)"', page))
    assert named == {name for name in FILES if name.endswith(".js")} - {"console.js", "docs.js", "signed-in.js"}
