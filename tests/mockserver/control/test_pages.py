"""The pages of the control API: files of its own, a policy that lets nothing else in, behind the guards."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from mockserver.control.bundle import bundled
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
    assert not re.search(r"<script(?![^>]*(?:\bsrc=|application/json))|<style|\sstyle=|\son\w+=\"", text)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", text)


def test_the_console_is_one_script(live_mock: LiveMock) -> None:
    """It has every module once, below those that it imports, and nothing is left to import."""
    heard = live_mock("GET", "/__mock__/console/all.js", None)
    modules = re.findall(r"^const module_(\w+) = ", heard.body.decode(), re.MULTILINE)
    assert heard.headers["content-type"].startswith("text/javascript")
    assert sorted(f"{name.replace('_', '-')}.js" for name in modules) == sorted(
        name for name in FILES if name.endswith(".js") and name not in ("docs.js", "signed-in.js")
    )
    assert modules.index("dom") < modules.index("combobox") < modules.index("worlds") < modules.index("console")
    assert not re.search(r"^(import|export)\b", heard.body.decode(), re.MULTILINE)


def test_an_unchanged_script_is_not_sent_again(live_mock: LiveMock) -> None:
    """A browser that has it gets a 304."""
    path = "/__mock__/console/all.js"
    tag = live_mock("GET", path, None).headers["etag"]
    assert live_mock("GET", path, None, headers={"if-none-match": tag}).status == 304


def test_an_unknown_form_of_import_is_an_error(tmp_path: Path) -> None:
    """It names the file and the line."""
    (tmp_path / "one.js").write_text('import * as all from "./other.js";\n')
    with pytest.raises(ValueError, match=r"one\.js: 'import \* as all"):
        bundled(tmp_path, ("one.js",))


def start_of(live_mock: LiveMock, query: str = "") -> dict[str, Any]:
    """The data that the page starts with."""
    page = live_mock("GET", f"/__mock__/{query}", None).body.decode()
    (text,) = re.findall(r'<script id="start" type="application/json">(.*)</script>', page)
    data: dict[str, Any] = json.loads(text)
    return data


def test_the_page_has_what_it_shows_first(live_mock: LiveMock) -> None:
    """The mock, and of the world its clock, faults and newest requests; nothing that grows with the contract."""
    live_mock("GET", "/devices")
    data = start_of(live_mock)
    assert data["shown"]["requests"][-1]["path"] == "/devices"
    assert data["shown"]["total"] == len(live_mock.journal())
    assert data["shown"]["faults"] == live_mock("GET", "/__mock__/worlds/main/faults", None).json
    assert {"operations", "fields"}.isdisjoint({*data["about"], *data["about"]["collections"][0]})


@pytest.mark.parametrize("query", ["?world=nowhere", "?world=%00", "?world=" + "x" * 200])
def test_a_page_of_no_world_shows_none(live_mock: LiveMock, query: str) -> None:
    """It has nothing to show of the world, and asks for it itself."""
    assert start_of(live_mock, query)["shown"] is None


def test_what_clients_send_ends_no_script(live_mock: LiveMock) -> None:
    """The data in the page has no markup, whatever is in a path."""
    live_mock("GET", "/%3C/script%3E%3Cimg%20src=x%3E%E2%80%A8&amp;")
    page = live_mock("GET", "/__mock__/", None).body.decode()
    assert page.count("</script>") == 2
    assert "<img src=x" not in page
    assert start_of(live_mock)["shown"]["requests"][-1]["path"] == "/</script><img src=x>\u2028&amp;"
