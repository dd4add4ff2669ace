"""What a page of another origin can do with the responses of a contract: read headers, follow links, receive events,
upload a file, and show an image."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import PageMonitor
from tests.browser.play import Page
from tests.support import LiveMock

_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
_PHOTO = {"$ref": "#/components/schemas/Photo"}


def _content(schema: Any, media: str = "application/json", **more: Any) -> dict[str, Any]:
    return {"content": {media: {"schema": schema, **more}}}


def _headers(*names: str) -> dict[str, Any]:
    return {"headers": {name: {"schema": {"type": "string"}} for name in names}}


PHOTOS = {
    "openapi": "3.1.0",
    "info": {"title": "Photos", "version": "1"},
    "paths": {
        "/photos": {
            "get": {
                "parameters": [
                    {"name": "page", "in": "query", "schema": {"type": "integer", "default": 1}},
                    {"name": "per_page", "in": "query", "schema": {"type": "integer", "default": 2}},
                ],
                "responses": {
                    "200": {
                        "description": "",
                        **_headers("X-Total-Count", "Link"),
                        **_content({"type": "array", "items": _PHOTO}),
                    }
                },
            },
            "post": {
                "requestBody": _content(
                    {"type": "object", "properties": {"title": {"type": "string"}, "file": {"format": "binary"}}},
                    "multipart/form-data",
                ),
                "responses": {"201": {"description": "", **_headers("Location"), **_content(_PHOTO)}},
            },
        },
        "/photos/{id}": {
            "get": {
                "parameters": [_ID],
                "responses": {"200": {"description": "", **_headers("ETag"), **_content(_PHOTO)}},
            }
        },
        "/logo": {"get": {"responses": {"200": {"description": "", **_content({}, "image/png")}}}},
        "/events": {
            "get": {
                "responses": {
                    "200": {
                        "description": "",
                        **_content({"type": "string"}, "text/event-stream", example="event: added\ndata: 7\n\n"),
                    }
                }
            }
        },
    },
    "components": {
        "schemas": {
            "Photo": {
                "type": "object",
                "required": ["id", "title"],
                "properties": {"id": {"type": "string"}, "title": {"type": "string"}},
            }
        }
    },
}


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a mock of the contract above."""
    spec: Path = tmp_path_factory.mktemp("photos") / "photos.json"
    spec.write_text(json.dumps(PHOTOS), encoding="utf-8")
    mock = LiveMock(str(spec)).wait_until_started()
    try:
        yield mock.url
    finally:
        mock.interrupt()


@pytest.fixture
def elsewhere(page: Page, examples: str, monitor: PageMonitor) -> Page:
    """A page of another origin than the mock's."""
    monitor.allowed_messages = "status of 404"  # the browser asks the examples for an icon
    page.goto(f"{examples}/devices/icon.svg")
    return page


LIST = """async url => {
  const titles = [], headers = [];
  for (let next = url; next;) {
    const response = await fetch(next);
    headers.push(["X-Total-Count", "Link", "Date", "Mock-Why"].map(name => response.headers.get(name)));
    titles.push(...(await response.json()).map(photo => photo.title));
    next = /<([^>]+)>; rel="next"/.exec(response.headers.get("Link") ?? "")?.[1];
  }
  return {titles, headers};
}"""


def test_a_list_is_read_to_its_end_by_its_links(elsewhere: Page, photos: str) -> None:
    """Every header can be read; the links lead to the mock, and the last page has none to a next one."""
    result = elsewhere.evaluate(LIST, f"{photos}/photos")
    total = int(result["headers"][0][0])
    assert total > 2
    assert len(result["titles"]) == total
    assert len(result["headers"]) == (total + 1) // 2
    assert all(None not in headers for headers in result["headers"])


UPLOAD = """async url => {
  const form = new FormData();
  form.append("title", "Sunset");
  form.append("file", new File([new Uint8Array([1, 2, 3])], "sunset.png", {type: "image/png"}));
  const made = await fetch(`${url}/photos`, {method: "POST", body: form});
  const read = await fetch(made.headers.get("Location"));
  return {status: made.status, title: (await read.json()).title, tag: read.headers.get("ETag")};
}"""


def test_an_upload_is_found_again_where_its_location_says(elsewhere: Page, photos: str) -> None:
    """Location and ETag can be read on another origin."""
    result = elsewhere.evaluate(UPLOAD, photos)
    assert (result["status"], result["title"]) == (201, "Sunset")
    assert result["tag"].startswith('"')


EVENTS = """url => new Promise((resolve, reject) => {
  const source = new EventSource(`${url}/events`);
  source.addEventListener("added", event => { source.close(); resolve(event.data) });
  source.onerror = () => { source.close(); reject(new Error("no event")) };
})"""


def test_an_event_source_receives_events(elsewhere: Page, photos: str) -> None:
    """With the name and data that the contract's example has."""
    assert elsewhere.evaluate(EVENTS, photos) == "7"


IMAGE = """url => new Promise((resolve, reject) => {
  const image = new Image();
  image.onload = () => resolve(image.naturalWidth);
  image.onerror = () => reject(new Error("no image"));
  image.src = `${url}/logo`;
})"""


def test_an_image_is_shown(elsewhere: Page, photos: str) -> None:
    """The response is a real image, not text of that type."""
    assert elsewhere.evaluate(IMAGE, photos) > 0
