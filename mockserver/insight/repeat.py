"""Lines that send a journaled request again: for a shell, a browser, a test. Secrets are replaced by names."""

from __future__ import annotations

import json
import shlex
from typing import Any
from urllib.parse import quote

from mockserver.insight.safe import SafeRequest

_BODY_KEPT = 20_000


def curl(request: SafeRequest, url: str) -> str:
    """The request as a curl command for a POSIX shell."""
    words = ["curl", "-i"] + ([] if request.method == "GET" else ["-X", request.method])
    words.append(_address(request, url))
    for name, value in request.headers.items():
        words += ["-H", f"{name}: {value}"]
    body = _body(request)
    if body:
        words += ["--data-raw", body]
    return shlex.join(words)


def fetch(request: SafeRequest, url: str) -> str:
    """The request as a `fetch` call."""
    options: dict[str, Any] = {} if request.method == "GET" else {"method": request.method}
    if request.headers:
        options["headers"] = dict(request.headers)
    body = _body(request)
    if body:
        options["body"] = body
    said = f", {json.dumps(options, ensure_ascii=False)}" if options else ""
    return f"await fetch({json.dumps(_address(request, url))}{said})"


def pytest_line(request: SafeRequest, status: int, user: str | None) -> str:
    """The request as a line of a test with the `mock_world` fixture, and what it is answered."""
    path = quote(request.path) + (f"?{request.query}" if request.query else "")
    said = [repr(request.method), repr(path)]
    if user is not None and "authorization" in request.headers:
        said.append(f"user={user!r}")
    if request.body is not None:
        said.append(f"json={request.body!r}" if request.is_json else f"body={str(request.body)!r}")
    return f"assert mock_world.request({', '.join(said)}).status == {status}"


def _address(request: SafeRequest, url: str) -> str:
    return url + quote(request.path) + (f"?{request.query}" if request.query else "")


def _body(request: SafeRequest) -> str:
    if request.body is None:
        return ""
    text = json.dumps(request.body, ensure_ascii=False) if request.is_json else str(request.body)
    return text[:_BODY_KEPT]
