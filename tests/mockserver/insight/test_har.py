"""An entry of the HTTP archive, field by field."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.mockserver.control.conftest import Control
from tests.support import Ask


def _entry(control: Control) -> dict[str, Any]:
    [entry] = control("GET", "/worlds/main/requests.har").json["log"]["entries"]
    assert isinstance(entry, dict)
    return entry


def test_a_read(control: Control, ask: Ask) -> None:
    """Query parameters are listed, an empty one too; there is no body to post."""
    heard = ask("GET", "/devices", query="a=1&b=&c=%20", headers={"x-app": "test"})
    entry, journaled = _entry(control), control.world("/requests/1")
    request, response = entry["request"], entry["response"]
    assert request["url"] == "http://127.0.0.1:4010/devices?a=1&b=&c=%20"
    assert [(one["name"], one["value"]) for one in request["queryString"]] == [("a", "1"), ("b", ""), ("c", " ")]
    assert {"name": "x-app", "value": "test"} in request["headers"]
    assert (request["method"], request["bodySize"], "postData" in request) == ("GET", 0, False)
    assert (response["status"], response["statusText"]) == (200, "OK")
    assert json.loads(response["content"]["text"]) == heard.json
    assert response["content"]["size"] == response["bodySize"] == len(heard.body)
    assert entry["startedDateTime"] == "2026-01-15T12:00:00.000Z"
    assert entry["time"] == entry["timings"]["wait"] == journaled["microseconds"] / 1000
    assert entry["comment"] == "main #1: listDevices, kept"


@pytest.mark.parametrize(
    ("sent", "mime", "text"),
    [
        ({"body": b"\xff?", "headers": {"content-type": "text/plain"}}, "text/plain", None),
        ({"body": b"plain"}, "application/octet-stream", "plain"),
        ({"json": {"fingerprint": "x"}}, "application/json", '{"fingerprint":"x"}'),
    ],
)
def test_a_write_that_is_refused(control: Control, ask: Ask, sent: dict[str, Any], mime: str, text: str | None) -> None:
    """The body that was posted with its media type, and why it was refused."""
    heard = ask("POST", "/devices/trust", **sent)
    entry = _entry(control)
    assert entry["request"]["postData"]["mimeType"] == mime
    assert text is None or entry["request"]["postData"]["text"] == text
    assert entry["response"]["status"] == heard.status >= 400
    assert entry["comment"].startswith("main #1: trustDevice, refused ")


def test_what_no_operation_has(control: Control, ask: Ask) -> None:
    """A path is encoded again; where no operation answered there is a dash."""
    ask("GET", "/no where")
    entry = _entry(control)
    assert entry["request"]["url"] == "http://127.0.0.1:4010/no%20where"
    assert entry["response"]["statusText"] == "Not Found"
    assert entry["comment"].startswith("main #1: -, refused")


def test_an_answer_without_a_body(control: Control, ask: Ask) -> None:
    """Neither text nor media type."""
    ask("OPTIONS", "/devices", None)
    content = _entry(control)["response"]["content"]
    assert (content["size"], content["mimeType"], content["text"]) == (0, "", "")
