"""Which headers pass, and how those that name the backend are rewritten."""

from __future__ import annotations

import json

import pytest

from mockserver.errors import Violation
from mockserver.exchange.verdicts import listed
from mockserver.upstream.framing import Framing
from mockserver.upstream.head import Head, NotHttp, Shape, head_in
from mockserver.upstream.headers import located, own_cookie, upgrades_to
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


@pytest.mark.parametrize(
    ("head", "lines"),
    [
        (b"A B: 1\r\nX: a\x00b \r\n c\r\n", (("X", "ab c"),)),
        (b"Set-Cookie: a=1\r\nset-cookie:b=2\r\n", (("Set-Cookie", "a=1"), ("set-cookie", "b=2"))),
        (b"X: \ta  b\t\r\nY:\r\n", (("X", "a  b"), ("Y", ""))),
        (b"X: a\nY: b\n", (("X", "a"), ("Y", "b"))),
    ],
)
def test_lines_that_are_no_headers_do_not_pass(head: bytes, lines: tuple[tuple[str, str], ...]) -> None:
    """Nor do control characters in the text of others; folded lines are one, several of one name stay several."""
    found = head_in(b"HTTP/1.1 204 No Content\r\n" + head + b"\r\n", "GET")
    assert found is not None
    assert found[0].lines == lines


@pytest.mark.parametrize(
    ("lines", "framing"),
    [
        ("Content-Length: 5", (False, 5, False)),
        ("Content-Length: 5\r\nContent-Length: 5", (False, 5, False)),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5", (True, None, False)),
        ("Connection: close", (False, None, True)),
        ("X: y", (False, None, True)),
    ],
)
def test_how_a_body_ends(lines: str, framing: tuple[bool, int | None, bool]) -> None:
    """By its length, its chunks, or with the connection; interim answers are skipped, in any pieces."""
    raw = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n" + lines.encode() + b"\r\n\r\n"
    assert all(head_in(raw[:end], "GET") is None for end in range(len(raw)))
    found = head_in(raw + b"body", "GET")
    assert found is not None
    head, start = found
    assert (head.chunked, head.length, head.closes, start) == (*framing, len(raw))


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-x\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x" * 70_000,
    ],
)
def test_what_is_no_http_is_refused(raw: bytes) -> None:
    """As soon as it can't become an answer."""
    with pytest.raises(NotHttp):
        head_in(raw, "GET")


CHUNKED = b"3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nnext"


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_chunks_are_taken_in_any_pieces(size: int) -> None:
    """Without sizes and trailers; what comes behind the last is left."""
    framing = Framing(Head(200, (), Shape((), False, (), False), {}, chunked=True, length=None, closes=False))
    taken = b""
    for start in range(0, len(CHUNKED), size):
        taken += framing.take(CHUNKED[start : start + size])
        if framing.ended:
            break
    assert (taken, framing.ended) == (b"abc0123456789", True)
    assert b"next".startswith(framing.left)


@pytest.mark.parametrize("raw", [b"x\r\n", b"-1\r\n", b"\r\n", b"3\r\nabcd\r\n", b"1" * 5000])
def test_broken_chunks_are_noticed(raw: bytes) -> None:
    """Sizes that are none, and chunks of another size."""
    with pytest.raises(NotHttp):
        Framing(Head(200, (), Shape((), False, (), False), {}, chunked=True, length=None, closes=False)).take(raw)


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
