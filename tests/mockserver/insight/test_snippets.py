"""The snippets that repeat a request, word by word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mockserver.insight.redaction import SafeRequest
from mockserver.insight.snippets import curl, fetch, pytest_line

URL = "http://h:1"
READ = SafeRequest("GET", "/a b", "", {}, None, False)
JSON = SafeRequest("PUT", "/a", "", {"content-type": "application/json", "x": "1"}, {"n": "ö"}, True)
TEXT = SafeRequest("POST", "/a", "", {}, "it's", False)
HEADERS = '"headers": {"content-type": "application/json", "x": "1"}'
USER = {"authorization": "Bearer TOKEN", "mock-world": "w", "x": "1"}


@pytest.mark.parametrize(
    ("request_", "line"),
    [
        (READ, "curl -i http://h:1/a%20b"),
        (replace(READ, method="HEAD"), "curl -I http://h:1/a%20b"),
        (replace(READ, query="q=1&r=2"), "curl -i 'http://h:1/a%20b?q=1&r=2'"),
        (replace(READ, query="ids[]=1"), "curl -g -i 'http://h:1/a%20b?ids[]=1'"),
        (replace(READ, query="x={1}"), "curl -g -i 'http://h:1/a%20b?x={1}'"),
        (JSON, "curl -i -X PUT http://h:1/a -H 'content-type: application/json' -H 'x: 1' --data-raw '{\"n\": \"ö\"}'"),
        (TEXT, """curl -i -X POST http://h:1/a -H content-type: --data-raw 'it'"'"'s'"""),
    ],
)
def test_curl(request_: SafeRequest, line: str) -> None:
    """Quoted for a POSIX shell; a body is sent with the media type that it had, or with none."""
    assert curl(request_, URL) == line


@pytest.mark.parametrize(
    ("request_", "line"),
    [
        (READ, 'await fetch("http://h:1/a%20b")'),
        (replace(READ, query="q=1"), 'await fetch("http://h:1/a%20b?q=1")'),
        (JSON, f'await fetch("http://h:1/a", {{"method": "PUT", {HEADERS}, "body": "{{\\"n\\": \\"ö\\"}}"}})'),
        (TEXT, 'await fetch("http://h:1/a", {"method": "POST", "body": new Blob(["it\'s"])})'),
    ],
)
def test_fetch(request_: SafeRequest, line: str) -> None:
    """Options only where they are needed; a body without a media type is no text for the browser either."""
    assert fetch(request_, URL) == line


@pytest.mark.parametrize(
    ("request_", "user", "arguments"),
    [
        (READ, None, "'GET', '/a%20b'"),
        (replace(READ, query="q=1"), None, "'GET', '/a%20b?q=1'"),
        (replace(READ, headers=USER), "ann", "'GET', '/a%20b', user='ann', headers={'x': '1'}"),
        (
            replace(READ, headers=USER),
            None,
            "'GET', '/a%20b', headers={'authorization': 'Bearer TOKEN', 'x': '1'}",
        ),
        (JSON, None, "'PUT', '/a', json={'n': 'ö'}, headers={'x': '1'}"),
        (TEXT, None, "'POST', '/a', body=\"it's\""),
        (replace(JSON, is_json=False, body="{"), None, f"'PUT', '/a', body='{{', headers={dict(JSON.headers)!r}"),
    ],
)
def test_pytest_line(request_: SafeRequest, user: str | None, arguments: str) -> None:
    """What the fixture sends by itself is left out: the world, a user's token, the media type of JSON."""
    assert pytest_line(request_, 404, user) == f"assert mock_world.request({arguments}).status == 404"


def test_a_long_body_is_cut() -> None:
    """A command's argument has a limit of its own."""
    assert len(curl(replace(TEXT, body="x" * 200_000), URL)) < 101_000
