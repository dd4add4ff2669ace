"""What a page of another origin gets from any contract: headers, links, events, uploads, images."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import PageMonitor
from tests.browser.play import Page
from tests.support import LiveMock, answers, document, path_parameter

TEXT = {"type": "string"}
BINARY = {"type": "string", "format": "binary"}
NONE = {"description": "none"}
PHOTO = {"type": "object", "required": ["id"], "properties": {"id": TEXT, "name": TEXT, "size": {"type": "integer"}}}


def _paths() -> dict[str, Any]:
    listed = answers({"type": "array", "items": PHOTO})
    headers = {name: {"schema": TEXT} for name in ("Link", "X-Total-Count", "ETag")}
    listed["200"]["headers"] = headers
    paging = [
        {"name": name, "in": "query", "schema": {"type": "integer", "default": 1}} for name in ("page", "per_page")
    ]
    form = {"multipart/form-data": {"schema": {"type": "object", "properties": {"file": BINARY}}}}
    image = {"description": "image", "content": {"image/png": {"schema": BINARY}}}
    events = {"itemSchema": {"type": "object", "properties": {"data": TEXT}}, "examples": {}}
    events["examples"] = {name: {"value": {"data": name}} for name in ("one", "two")}
    return {
        "/photos": {
            "get": {"parameters": paging, "responses": listed},
            "post": {"requestBody": {"required": True, "content": form}, "responses": answers(PHOTO, status=201)},
        },
        "/photos/{id}": {"parameters": [path_parameter()], "get": {"responses": answers(PHOTO)}},
        "/photos/{id}/image": {"parameters": [path_parameter()], "get": {"responses": {"200": image, "404": NONE}}},
        "/events": {"get": {"responses": {"200": {"description": "", "content": {"text/event-stream": events}}}}},
    }


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a mock of this contract, which sends its events one after the other."""
    path: Path = tmp_path_factory.mktemp("wire") / "openapi.json"
    path.write_text(json.dumps(document(_paths(), openapi="3.2.0")), encoding="utf-8")
    mock = LiveMock(str(path), "--stream-interval", "20ms").wait_until_started()
    try:
        yield mock.url
    finally:
        mock.interrupt()


READ = """async url => {
  const pages = [], wanted = ["X-Total-Count", "ETag", "Link", "Date", "Content-Type", "Mock-Why"];
  for (let next = url; next; ) {
    const response = await fetch(next);
    pages.push({headers: wanted.map(name => response.headers.get(name)), records: await response.json()});
    next = /<([^>]*)>; rel="next"/.exec(response.headers.get("Link"))?.[1];
  }
  return pages;
}"""
LISTEN = """url => new Promise(resolve => {
  const source = new EventSource(url), seen = [];
  source.onmessage = event => { seen.push(event.data); if (seen.length == 2) { source.close(); resolve(seen); } };
})"""
UPLOAD = """async url => {
  const canvas = Object.assign(document.createElement("canvas"), {width: 5, height: 3});
  const picture = await new Promise(resolve => canvas.toBlob(resolve, "image/png"));
  const form = new FormData();
  form.append("file", picture, "my pic.png");
  const made = await (await fetch(url, {method: "POST", body: form})).json();
  const shown = id => new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image.naturalWidth);
    image.onerror = reject;
    image.src = `${url}/${id}/image`;
  });
  const seeded = (await (await fetch(url)).json())[0];
  return {name: made.name, same: made.size === picture.size, widths: [await shown(made.id), await shown(seeded.id)]};
}"""


@pytest.fixture
def other(page: Page, examples: str, monitor: PageMonitor) -> Page:
    """A page of another origin than the mock's."""
    monitor.allowed_messages = "Failed to load resource"  # the example app looks for its own mock
    page.goto(f"{examples}/devices/index.html?none")
    page.set_content("<p>another origin</p>")
    return page


def test_a_page_reads_headers_and_follows_links(other: Page, wire: str) -> None:
    """Every header can be read, and the links lead through all records."""
    pages = other.evaluate(READ, f"{wire}/photos")
    assert len(pages) == 3
    assert all(text for page in pages for text in page["headers"])
    assert pages[0]["headers"][0] == "3"
    assert len({page["records"][0]["id"] for page in pages}) == 3


def test_an_event_source_receives_events(other: Page, wire: str) -> None:
    """In their order."""
    assert other.evaluate(LISTEN, f"{wire}/events") == ["one", "two"]


def test_a_page_uploads_and_shows_images(other: Page, wire: str) -> None:
    """The one that it uploaded, and one of a record that the mock made up."""
    result = other.evaluate(UPLOAD, f"{wire}/photos")
    assert result == {"name": "my pic.png", "same": True, "widths": [5, 16]}
