"""Code snippets that repeat a journaled request: for a shell, a browser and tests. Secrets are replaced."""

from __future__ import annotations

import json
import shlex
from typing import Any
from urllib.parse import quote

from mockserver.exchange.exchange import address
from mockserver.exchange.steering import WORLD_HEADER
from mockserver.insight.redaction import SafeRequest

_BODY_KEPT = 100_000
"""Characters of a body in a snippet: a command's argument is limited to 128 KB."""
_SENT_BY_FIXTURE = frozenset({WORLD_HEADER})
"""Headers that `mock_world` sends by itself."""


def curl(request: SafeRequest, url: str) -> str:
    """The request as a curl command for a POSIX shell."""
    verbs = {"GET": ["-i"], "HEAD": ["-I"]}
    globbing = ["-g"] if set("[]{}") & set(request.query) else []  # characters that curl would read as ranges
    words = ["curl", *globbing, *verbs.get(request.method, ["-i", "-X", request.method]), _address(request, url)]
    for name, value in request.headers.items():
        words += ["-H", f"{name}: {value}"]
    body = _body(request)
    if body:
        untyped = [] if "content-type" in request.headers else ["-H", "content-type:"]  # curl would send it as a form
        words += [*untyped, "--data-raw", body]
    return shlex.join(words)


def fetch(request: SafeRequest, url: str) -> str:
    """The request as a `fetch` call."""
    options = [] if request.method == "GET" else [f'"method": {_script(request.method)}']
    options += [f'"headers": {_script(dict(request.headers))}'] if request.headers else []
    body = _script(_body(request))
    if request.body is not None:
        typed = "content-type" in request.headers
        options.append(f'"body": {body if typed else f"new Blob([{body}])"}')  # a string would be sent as text
    options_text = f", {{{', '.join(options)}}}" if options else ""
    return f"await fetch({_script(_address(request, url))}{options_text})"


def playwright(request: SafeRequest, url: str, status: int) -> str:
    """The request as a line of a Playwright test, with its status."""
    options = [f"method: {_script(request.method)}"] if request.method != "GET" else []
    options += [f"headers: {_script(dict(request.headers))}"] if request.headers else []
    options += [f"data: {_script(_body(request))}"] if request.body is not None else []
    options_text = f", {{ {', '.join(options)} }}" if options else ""
    call = f"await request.fetch({_script(_address(request, url))}{options_text})"
    return f"expect(({call}).status()).toBe({status});"


def pytest_line(request: SafeRequest, status: int, user: str | None) -> str:
    """The request as a line of a test with the `mock_world` fixture, with its status."""
    path = quote(request.path) + (f"?{request.query}" if request.query else "")
    arguments = [repr(request.method), repr(path)]
    headers = {name: value for name, value in request.headers.items() if name not in _SENT_BY_FIXTURE}
    if user is not None:
        arguments.append(f"user={user!r}")
        headers.pop("authorization", None)
    if request.is_json:
        arguments.append(f"json={request.body!r}")
        headers.pop("content-type", None)
    elif request.body is not None:
        arguments.append(f"body={_body(request)!r}")
    arguments += [f"headers={headers!r}"] if headers else []
    return f"assert mock_world.request({', '.join(arguments)}).status == {status}"


def _address(request: SafeRequest, url: str) -> str:
    return address(url, request.path) + (f"?{request.query}" if request.query else "")


def _body(request: SafeRequest) -> str:
    if request.body is None:
        return ""
    text = json.dumps(request.body, ensure_ascii=False) if request.is_json else str(request.body)
    return text[:_BODY_KEPT]


def _script(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
