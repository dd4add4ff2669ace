"""Which headers pass, and how those that name the backend are rewritten."""

from __future__ import annotations

import json

import pytest

from mockserver.errors import Violation
from mockserver.exchange.verdicts import listed
from mockserver.messages import Request
from mockserver.upstream.headers import located, own_cookie, passed_headers, upgrades_to
from mockserver.upstream.target import target_of

TARGET = target_of("https://api.example/base", "URL")


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("https://api.example/base/x?y=1#z", "http://me/x?y=1#z"),
        ("https://api.example:443/base", "http://me/"),
        ("https://API.example/other", "http://me/other"),
        ("//api.example/base/x", "http://me/x"),
        ("/base/x", "/x"),
        ("/base", "/"),
        ("/basement", "/basement"),
        ("x/y", "x/y"),
        ("https://other.example/base/x", "https://other.example/base/x"),
        ("https://api.example:8443/x", "https://api.example:8443/x"),
        ("//other.example/x", "//other.example/x"),
    ],
)
def test_addresses_of_the_backend_become_the_mock_s(url: str, here: str) -> None:
    """With its base path taken away; addresses of others stay."""
    assert located(url, "http://me", TARGET) == here


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a=1; Domain=.api.example; Secure", "a=1; Secure"),
        ("a=b; Path=/base/x; HttpOnly", "a=b; Path=/x; HttpOnly"),
        ("a=b;path=/", "a=b;path=/"),
        ("a=Domain=x", "a=Domain=x"),
    ],
)
def test_cookies_are_kept_for_the_mock(sent: str, kept: str) -> None:
    """Without a domain, and with a path that it has."""
    assert own_cookie(sent, TARGET) == kept


def test_lines_that_are_no_headers_do_not_pass() -> None:
    """Nor do control characters in the text of others; several of one name stay several."""
    lines = (("A B", "1"), ("X", "a\x00b\r\n c"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
    assert passed_headers(lines, Request("GET", "/"), TARGET) == (
        ("X", "ab c"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({"connection": "Upgrade", "upgrade": "websocket"}, "websocket"),
        ({"connection": "keep-alive, Upgrade", "upgrade": "foo/2"}, "foo/2"),
        ({"upgrade": "websocket"}, None),
        ({"connection": "Upgrade, HTTP2-Settings", "upgrade": "h2c"}, None),
    ],
)
def test_wishes_that_may_be_ignored(headers: dict[str, str], wanted: str | None) -> None:
    """HTTP/2, and what `Connection` doesn't name."""
    assert upgrades_to(headers) == wanted


def test_violations_in_a_header_are_json_however_many() -> None:
    """In ASCII, and never cut in the middle; the last item says how many more there are."""
    many = tuple(Violation(f"response.body[{at}]", "isn't \N{GRINNING FACE} “x”") for at in range(200))
    text = listed(many)
    shown = json.loads(text)
    assert text.isascii()
    assert len(text) < 6000
    assert shown[0] == {"place": "response.body[0]", "message": "isn't \N{GRINNING FACE} “x”"}
    assert len(shown) - 1 + shown[-1]["more"] == 200
