"""Invalid input over a real socket gets the documented status and body immediately, and changes no state."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from mockserver.reply.problems import PROBLEM
from tests.support import ClientResponse, LiveMock

TIME_LIMIT = 25
"""The maximum seconds for a response: less than --read-timeout, for which a mock waits that misses a part of a body."""
JSON = "application/json"
TRUST = "/devices/trust"
NOT_FOUND = {"success": False, "error": "Device not found"}
UNAUTHORIZED = {"success": False, "error": "Unauthorized"}
GOOD = b'{"fingerprint": "unknown"}'


@pytest.fixture
def unchanged(live_mock: LiveMock) -> Any:
    """The mock process; afterwards its state is identical, byte for byte, and it still responds."""
    before = live_mock.state()
    yield live_mock
    assert live_mock.state() == before
    assert live_mock("GET", "/devices").status == 200


def _raw(method: str, path: str, body: bytes = b"", *lines: str, length: bool = True) -> bytes:
    """The bytes of a request with alice's token."""
    head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Authorization: Bearer alice-token", "Connection: close"]
    head += [*lines, f"Content-Length: {len(body)}"] if length else lines
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body


def _quick_response(mock: LiveMock, sent: bytes) -> ClientResponse:
    started = time.perf_counter()
    response = mock.raw(sent)
    assert time.perf_counter() - started < TIME_LIMIT
    assert response.status < 500
    return response


def _is_error(response: ClientResponse, status: int) -> None:
    """Assert the documented error body and this status."""
    assert (response.status, response.headers.get("content-type")) == (status, JSON), response
    assert set(response.json) == {"success", "error"}
    assert response.json["success"] is False
    assert isinstance(response.json["error"], str)


DEEP = 100_000
BODIES = [
    pytest.param(b"{", 400, id="cut"),
    pytest.param(b"fingerprint=x", 400, id="not JSON"),
    pytest.param(b'{"fingerprint": "a",}', 400, id="trailing comma"),
    pytest.param(b"{'fingerprint': 'a'}", 400, id="single quotes"),
    pytest.param(GOOD + GOOD, 400, id="two values"),
    pytest.param(GOOD + b"\x00", 400, id="trailing NUL"),
    pytest.param(b'{"fingerprint": "\xff\xfe"}', 400, id="not UTF-8"),
    pytest.param(b"\xff\xfe" + GOOD.decode().encode("utf-16-le"), 400, id="UTF-16"),
    pytest.param(b'{"fingerprint": "\\ud800"}', 400, id="lone surrogate"),
    pytest.param(b'{"fingerprint": "a\nb"}', 400, id="raw line break in a string"),
    pytest.param(b"", 400, id="no body"),
    pytest.param(b"   ", 400, id="blanks"),
    pytest.param(b"null", 400, id="null"),
    pytest.param(b"[]", 400, id="list"),
    pytest.param(b'"fp"', 400, id="text"),
    pytest.param(b"7", 400, id="number"),
    pytest.param(b"{}", 400, id="missing"),
    pytest.param(b'{"Fingerprint": "a"}', 400, id="other case"),
    pytest.param(b'{"fingerprint": null}', 400, id="null fingerprint"),
    pytest.param(b'{"fingerprint": 7}', 400, id="number for a fingerprint"),
    pytest.param(b'{"fingerprint": true}', 400, id="boolean for a fingerprint"),
    pytest.param(b'{"fingerprint": ["fp-alice-ipad"]}', 400, id="list for a fingerprint"),
    pytest.param(b'{"fingerprint": {"$ne": ""}}', 400, id="object for a fingerprint"),
    pytest.param(b'{"fingerprint": NaN}', 400, id="NaN"),
    pytest.param(b'{"fingerprint": "a", "n": NaN}', 400, id="NaN in another field"),
    pytest.param(b'{"fingerprint": -Infinity}', 400, id="infinity"),
    pytest.param(b'{"fingerprint": ' + b"9" * 100_000 + b"}", 400, id="huge integer"),
    pytest.param(b'{"fingerprint": 1e999999}', 400, id="huge exponent"),
    pytest.param(b"[" * DEEP + b"]" * DEEP, 400, id="deep list"),
    pytest.param(b'{"a":' * DEEP + b"1" + b"}" * DEEP, 400, id="deep object"),
    pytest.param(
        b'{"fingerprint": "a", "more": ' + b"[" * DEEP + b"]" * DEEP + b"}", 400, id="deep list in another field"
    ),
    pytest.param(b'{"fingerprint": ""}', 404, id="empty fingerprint"),
    pytest.param('{"fingerprint": "指紋🔑é"}'.encode(), 404, id="non-ASCII fingerprint"),
    pytest.param(b'{"fingerprint": "\\u0000"}', 404, id="NUL in a fingerprint"),
    pytest.param(b'{"fingerprint": "' + b"x" * 7_900_000 + b'"}', 404, id="8 MB fingerprint"),
    pytest.param(b'{"fingerprint": "fp-bob-thinkpad"}', 404, id="another user's fingerprint"),
    pytest.param(b'{"fingerprint": "$record.deviceFingerprint"}', 404, id="an expression"),
    pytest.param(b'{"fingerprint": "a", "isTrusted": true, "userId": "bob"}', 404, id="additional fields"),
    pytest.param(b'{"fingerprint": "fp-alice-ipad", "fingerprint": "unknown"}', 404, id="the same key twice"),
    pytest.param(b"\xef\xbb\xbf" + GOOD, 400, id="byte order mark"),
]


@pytest.mark.parametrize(("body", "status"), BODIES)
def test_a_bad_body(unchanged: LiveMock, body: bytes, status: int) -> None:
    """An invalid body gets 400; a valid body with an unknown fingerprint gets 404."""
    response = _quick_response(unchanged, _raw("POST", TRUST, body, f"Content-Type: {JSON}"))
    _is_error(response, status)
    if status == 404:
        assert response.json == NOT_FOUND


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("text/plain", 415),
        ("application/xml", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/jsonx", 415),
        ("json", 415),
        ("", 415),
        (";;;", 415),
        ("application/json; charset=unknown-8", 415),
        ("application/json; charset=utf-8", 404),
        ("APPLICATION/JSON", 404),
        ("application/json;;;", 404),
    ],
)
def test_a_wrong_content_type(unchanged: LiveMock, content_type: str, status: int) -> None:
    """Only JSON is accepted (otherwise 415), with any parameters and in any case."""
    _is_error(_quick_response(unchanged, _raw("POST", TRUST, GOOD, f"Content-Type: {content_type}")), status)


def test_no_content_type(unchanged: LiveMock) -> None:
    """A body without a type gets 415; no body and no type is a missing body (400)."""
    _is_error(_quick_response(unchanged, _raw("POST", TRUST, GOOD)), 415)
    _is_error(_quick_response(unchanged, _raw("POST", TRUST, length=False)), 400)


ODD = [
    pytest.param("%00", id="NUL"),
    pytest.param("dev-01%00", id="NUL behind an id"),
    pytest.param("%2E%2E", id="dots"),
    pytest.param("%F0%9F%94%91", id="emoji"),
    pytest.param("%FF%FE", id="not UTF-8"),
    pytest.param("%ED%A0%80", id="surrogate"),
    pytest.param("%", id="lone percent"),
    pytest.param("%zz", id="not hexadecimal"),
    pytest.param("%0d%0aX-Evil:%201", id="line break"),
    pytest.param("x" * 5_000, id="5,000 characters"),
    pytest.param("%20", id="blank"),
    pytest.param("'%20OR%201=1--", id="SQL"),
    pytest.param("dev-01%20", id="blank behind an id"),
    pytest.param("*", id="star"),
    pytest.param("{id}", id="template"),
    pytest.param("$record.id", id="expression"),
    pytest.param("-1", id="negative"),
    pytest.param("null", id="null"),
]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/devices/{}"),
        ("DELETE", "/devices/{}"),
        ("POST", "/devices/{}/untrust"),
        ("POST", "/sessions/{}/revoke"),
        ("POST", "/sessions/{}/heartbeat"),
    ],
)
def test_an_odd_id(unchanged: LiveMock, method: str, path: str, odd: str) -> None:
    """An unknown id gets the documented 404; the server rejects an invalid HTTP path (400)."""
    response = _quick_response(unchanged, _raw(method, path.replace("{}", odd)))
    if odd in ("%", "%zz") and response.status == 400:
        return
    _is_error(response, 404)


@pytest.mark.parametrize(("method", "path"), [("POST", "/devices//untrust"), ("POST", "/sessions//revoke")])
def test_an_empty_id(unchanged: LiveMock, method: str, path: str) -> None:
    """An empty id gets the documented 404."""
    _is_error(_quick_response(unchanged, _raw(method, path)), 404)


@pytest.mark.parametrize(
    "path", ["/devices/..%2Fdev-01", "/devices/..%2F..%2Fetc%2Fpasswd", "/devices/../dev-01", "/devices//dev-01"]
)
def test_a_path_traversal(unchanged: LiveMock, path: str) -> None:
    """Dots and slashes in a path get a 404."""
    assert _quick_response(unchanged, _raw("GET", path)).status == 404


@pytest.mark.parametrize(
    "path",
    ["/", "/nowhere", "/device", "/devices/", "/Devices", "/devices/trust/", "/devices/dev-01/sessions", "//", "/%"],
)
def test_an_unknown_path(unchanged: LiveMock, path: str) -> None:
    """An unknown path gets 404 with a body."""
    response = _quick_response(unchanged, _raw("GET", path))
    assert response.status == 404
    assert response.json


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/devices", {"GET", "HEAD", "OPTIONS"}),
        ("POST", "/devices", {"GET", "HEAD", "OPTIONS"}),
        ("PUT", "/devices/trust", {"POST", "OPTIONS"}),
        ("PATCH", "/devices/dev-01", {"GET", "HEAD", "DELETE", "OPTIONS"}),
        ("GET", "/sessions/revoke-all", {"POST", "OPTIONS"}),
        ("DELETE", "/sessions", {"GET", "HEAD", "OPTIONS"}),
        ("TRACE", "/devices", {"GET", "HEAD", "OPTIONS"}),
        ("PURGE", "/sessions", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_an_undefined_method(unchanged: LiveMock, method: str, path: str, allowed: set[str]) -> None:
    """An undefined method gets 405 with the allowed methods (RFC 9110)."""
    response = _quick_response(unchanged, _raw(method, path))
    assert response.status == 405
    assert set(response.headers["allow"].split(", ")) == allowed
    assert response.headers["content-type"] == PROBLEM


@pytest.mark.parametrize(
    "authorization",
    [
        pytest.param(None, id="missing"),
        pytest.param("", id="empty"),
        pytest.param("Bearer", id="no token"),
        pytest.param("Bearer ", id="empty token"),
        pytest.param("Basic YWxpY2UtdG9rZW46", id="other scheme"),
        pytest.param("Token alice-token", id="unknown scheme"),
        pytest.param("alice-token", id="no scheme"),
        pytest.param("Bearer alice-toke", id="nearly"),
        pytest.param("Bearer alice-token alice-token", id="twice"),
        pytest.param("Bearer nobody", id="unknown token"),
        pytest.param("Bearer é\xff", id="non-ASCII"),
        pytest.param("Basic é\xff", id="non-ASCII, other scheme"),
        pytest.param("Bearer " + "x" * 20_000, id="20,000 characters"),
        pytest.param("Bearer null", id="null"),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/devices"), ("POST", "/devices/trust"), ("DELETE", "/devices/dev-01")]
)
def test_a_bad_token(unchanged: LiveMock, method: str, path: str, authorization: str | None) -> None:
    """An invalid token gets the documented 401, with a challenge."""
    lines = [f"{method} {path} HTTP/1.1", "Host: x", "Connection: close"]
    lines += [f"Authorization: {authorization}"] if authorization is not None else []
    response = _quick_response(unchanged, "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n")
    assert (response.status, response.json) == (401, UNAUTHORIZED)
    assert response.headers["www-authenticate"].startswith("Bearer ")


def test_a_chunked_body_is_a_body(unchanged: LiveMock) -> None:
    """A chunked body is read completely."""
    pieces = b"".join(b"%x\r\n%s\r\n" % (1, GOOD[place : place + 1]) for place in range(len(GOOD))) + b"0\r\n\r\n"
    lines = (f"Content-Type: {JSON}", "Transfer-Encoding: chunked")
    response = _quick_response(unchanged, _raw("POST", TRUST, pieces, *lines, length=False))
    assert (response.status, response.json) == (404, NOT_FOUND)


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["Content-Length: -1"], id="negative"),
        pytest.param(["Content-Length: abc"], id="not a number"),
        pytest.param(["Content-Length: 1e3"], id="exponent"),
        pytest.param(["Content-Length: 99999999999999999999999"], id="huge"),
        pytest.param(["Content-Length: 26", "Content-Length: 27"], id="two lengths"),
        pytest.param(["Content-Length: 26", "Transfer-Encoding: chunked"], id="length and chunks"),
        pytest.param(["Transfer-Encoding: chunked"], id="no chunks"),
        pytest.param(["Transfer-Encoding: chunked, chunked"], id="odd encodings"),
    ],
)
def test_a_bad_content_length(unchanged: LiveMock, lines: list[str]) -> None:
    """The server rejects an invalid length or closes the connection; it neither fails nor waits."""
    sent = _raw("POST", TRUST, GOOD + b"\r\n\r\n", f"Content-Type: {JSON}", *lines, length=False)
    response = _quick_response(unchanged, sent)
    assert response.status in (0, 400, 404, 413)


def test_an_incomplete_body_does_not_block_other_requests(unchanged: LiveMock) -> None:
    """While the server waits for the rest of a body, it responds to other requests."""
    connection = unchanged.connection()
    connection.putrequest("POST", TRUST)
    connection.putheader("Authorization", "Bearer alice-token")
    connection.putheader("Content-Type", JSON)
    connection.putheader("Content-Length", "1000")
    connection.endheaders(GOOD)
    started = time.perf_counter()
    assert unchanged("GET", "/devices").status == 200
    connection.close()
    assert unchanged("GET", "/devices").status == 200
    assert time.perf_counter() - started < TIME_LIMIT


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"GET\r\n\r\n", id="no path"),
        pytest.param(b"GET /devices HTTP/9.9\r\n\r\n", id="unknown version"),
        pytest.param(b"GET /devices HTTP/1.1\r\nBroken\r\n\r\n", id="broken header"),
        pytest.param(b"GET /devices HTTP/1.1\r\n\xff\xfe: x\r\n\r\n", id="no header name"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 50 + b"\r\n\r\n", id="TLS"),
        pytest.param(b"GET /de vices HTTP/1.1\r\n\r\n", id="blank in the path"),
    ],
)
def test_invalid_http(unchanged: LiveMock, sent: bytes) -> None:
    """Invalid HTTP gets a 4xx or 505, or a closed connection."""
    assert _quick_response(unchanged, sent).status in (0, 400, 404, 505)


def test_a_body_that_is_too_large_is_rejected_unread(unchanged: LiveMock) -> None:
    """A Content-Length that is too large gets 413, without reading the body."""
    lines = (f"Content-Type: {JSON}", f"Content-Length: {10**10}")
    response = _quick_response(unchanged, _raw("POST", TRUST, b"", *lines, length=False))
    assert response.status == 413
    assert json.loads(response.body)


def test_a_body_where_none_is_declared_is_ignored(live_mock: LiveMock) -> None:
    """The contract declares no body for GET and heartbeats, so a body is ignored."""
    response = live_mock("GET", "/devices", body=b"\xff{", headers={"content-type": "text/odd"})
    assert response.status == 200
    assert live_mock("POST", "/sessions/ses-01/heartbeat", body=b"{", headers={"content-type": JSON}).status == 200


@pytest.mark.parametrize("query", ["?a=1", "?%00=%FF", "?__proto__=1", "?" + "a=1&" * 1_000, "?=&=&&"])
def test_an_undeclared_query_is_ignored(unchanged: LiveMock, query: str) -> None:
    """The contract declares no query parameters, so any query gets the same status."""
    assert _quick_response(unchanged, _raw("GET", f"/devices{query}")).status == 200
