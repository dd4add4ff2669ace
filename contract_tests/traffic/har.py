"""The entries of an HTTP archive (HAR 1.2), as browsers, Playwright, proxies and the mock server write them."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from contract_tests.core.answer import NOT_JSON, Answer, Sent, joined
from contract_tests.core.contract import is_json
from contract_tests.traffic.entry import ON_PURPOSE, Entry, as_bytes

Attached = Callable[[str], bytes | None]
"""Reads a body that stands in a file of its own beside the archive, or in the same zip file."""

BODILESS: Final = frozenset({204, 205, 304})
NOT_ANSWERED: Final = "the recording has no answer to it (aborted, blocked or failed)"
REVALIDATED: Final = "a 304 to a conditional request: the client used what it had kept"
"""Browsers leave out the headers that made a request conditional."""
TUNNELLED: Final = "it became a WebSocket"
NOT_HTTP: Final = "its URL isn't http or https"
BY_WORKER: Final = "a service worker answered it"
BY_FAULT: Final = re.compile(r"\S+ #\d+: \S+, fault\b")
"""The comment of the mock server's own archives, on an answer that somebody wanted to fail."""
BY_BROWSER: Final = "the browser itself redirected it to https"


def entry_of(data: Any, place: str, attached: Attached) -> Entry:
    """The entry; raises `ValueError` where it isn't one of HAR."""
    if not isinstance(data, Mapping):
        raise ValueError("isn't an object")
    request, response = _part(data, "request"), _part(data, "response")
    sent, is_whole = _sent(request, attached)
    answer = _answer(sent, response, place, attached)
    kind = str(data.get("_resourceType") or "").lower()
    return Entry(answer, kind, _why_not(data, answer, response), is_whole)


def _part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = data.get(name)
    if not isinstance(part, Mapping):
        raise ValueError(f"has no {name}")
    return part


def _sent(request: Mapping[str, Any], attached: Attached) -> tuple[Sent, bool]:
    url = _url(request)
    headers = joined(_lines(request), lower=False)
    plain = {name.lower(): value for name, value in headers.items()}
    body, is_known = _sent_body(request, plain.get("content-type", ""), attached)
    if body and "content-type" not in plain and (mime := _text(request.get("postData"), "mimeType")):
        headers["Content-Type"] = mime
    is_known = is_known and "content-encoding" not in plain
    return Sent(str(request.get("method") or "GET").upper(), url, urlsplit(url).path or "/", headers, body), is_known


def _url(request: Mapping[str, Any]) -> str:
    """The URL of a request; some tools write its query beside it alone."""
    url = str(request.get("url") or "").partition("#")[0]
    pairs = request.get("queryString")
    if "?" in url or not isinstance(pairs, list):
        return url
    named = [(str(one.get("name", "")), str(one.get("value", ""))) for one in pairs if isinstance(one, Mapping)]
    return f"{url}?{urlencode(named)}" if named else url


def _sent_body(request: Mapping[str, Any], content_type: str, attached: Attached) -> tuple[bytes, bool]:
    """The body of a request, and whether that is all of it."""
    post = request.get("postData")
    if not isinstance(post, Mapping):
        return b"", not _is_positive(request.get("bodySize"))
    mime = content_type or str(post.get("mimeType") or "")
    is_parts = mime.lower().startswith("multipart/")  # recordings leave files out, or have them as text
    text = post.get("text")
    if isinstance(text, str) and text:
        if post.get("encoding") == "base64":
            found = _decoded(text)
            return found or b"", found is not None
        return as_bytes(text, mime), not is_parts
    if isinstance(name := post.get("_file") or post.get("_sha1"), str):
        found = attached(name)
        return found or b"", found is not None and not is_parts
    if mime.lower().startswith("application/x-www-form-urlencoded") and isinstance(post.get("params"), list):
        pairs = [(str(one.get("name", "")), str(one.get("value", ""))) for one in post["params"]]
        return urlencode(pairs).encode(), True
    return b"", text == "" and not _is_positive(request.get("bodySize"))


def _answer(sent: Sent, response: Mapping[str, Any], place: str, attached: Attached) -> Answer:
    status = _number(response.get("status"))
    lines = _lines(response)
    headers = joined(lines, lower=True)
    content = response.get("content")
    content = content if isinstance(content, Mapping) else {}
    if not lines and (mime := _text(content, "mimeType")) and "/" in mime:
        headers["content-type"] = mime
    body, is_known = _body(content, headers, attached)
    is_lost = not body and _is_positive(response.get("bodySize"))
    is_known = (is_known and not is_lost) or sent.method == "HEAD" or status in BODILESS
    answer = Answer(sent, status, headers, body, place=place)
    if is_known and _is_cut(answer, content):
        is_known = False
    return answer if is_known else Answer(sent, status, headers, b"", place=place, body_is_known=False)


def _body(content: Mapping[str, Any], headers: Mapping[str, str], attached: Attached) -> tuple[bytes, bool]:
    """The body of an answer, and whether that is all of it."""
    text = content.get("text")
    if isinstance(text, Mapping | list):  # a tool of one's own has decoded it
        return json.dumps(text).encode(), True
    if isinstance(text, str):
        if content.get("encoding") == "base64":
            found = _decoded(text)
            return found or b"", found is not None
        if text:
            return as_bytes(text, headers.get("content-type", "")), True
    if isinstance(name := content.get("_file") or content.get("_sha1"), str):
        found = attached(name)
        return found or b"", found is not None
    size, length = content.get("size"), headers.get("content-length", "").strip()
    is_empty = size == 0 if isinstance(size, int | Decimal) else length == "0"
    return b"", (is_empty and length in {"", "0"}) or (isinstance(text, str) and length == "0")


def _is_positive(size: Any) -> bool:
    return isinstance(size, int | float | Decimal) and size > 0


def _number(status: Any) -> int:
    """A status, which some write as text; 0 where there is none."""
    if isinstance(status, str) and status.isascii() and status.isdecimal():
        return int(status[:3])
    return int(status) if _is_positive(status) else 0


def _is_cut(answer: Answer, content: Mapping[str, Any]) -> bool:
    """Whether the recording has only the beginning of a body."""
    size = content.get("size")
    is_shorter = isinstance(size, int | Decimal) and 0 < len(answer.body) < size
    return is_shorter and is_json(answer.media_type) and answer.nearly_json is NOT_JSON


def _why_not(data: Mapping[str, Any], answer: Answer, response: Mapping[str, Any]) -> str:
    sent = answer.sent
    if BY_FAULT.match(str(data.get("comment") or "")):
        return ON_PURPOSE
    if urlsplit(sent.url).scheme not in {"http", "https"}:
        return NOT_HTTP
    if answer.status == 101 or data.get("_webSocketMessages") is not None:
        return TUNNELLED
    if not answer.status or response.get("_failureText"):
        return NOT_ANSWERED
    if response.get("_fetchedViaServiceWorker") is True or data.get("_fetchedViaServiceWorker") is True:
        return BY_WORKER
    if answer.status == 307 and answer.headers.get("non-authoritative-reason"):
        return BY_BROWSER
    if answer.status == 304 and sent.method in {"GET", "HEAD"}:
        return REVALIDATED
    return ""


def _lines(message: Mapping[str, Any]) -> list[tuple[str, str]]:
    headers = message.get("headers")
    if isinstance(headers, Mapping):
        return [(str(name), str(value)) for name, value in headers.items()]
    found = [one for one in headers if isinstance(one, Mapping)] if isinstance(headers, list) else []
    return [(str(one.get("name", "")), str(one.get("value", ""))) for one in found if one.get("name")]


def _text(data: Any, name: str) -> str:
    value = data.get(name) if isinstance(data, Mapping) else None
    return value if isinstance(value, str) else ""


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        return None
