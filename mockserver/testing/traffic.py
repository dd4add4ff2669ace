"""Records what tests send, as HTTP archives: by requests, httpx, and the pages of Playwright for Python.

Nothing is imported that isn't installed, and nothing is changed unless recording is asked for.
"""

from __future__ import annotations

import base64
import functools
import importlib
import threading
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import msgspec

from mockserver.insight.archive import Archive

_REQUESTS: Final = "requests"
_HTTPX: Final = ("httpx", "httpx2")
_PLAYWRIGHT: Final = "playwright"
_LARGEST: Final = 8 * 1000 * 1000
"""The largest body that is recorded."""


class Recording:
    """Records into a folder until it is stopped."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.har"
        path.unlink(missing_ok=True)
        self._folder, self._archive, self._lock = folder, Archive(path), threading.Lock()
        self._undo: list[Callable[[], None]] = []

    def start(self) -> None:
        """Record what the clients do that are installed."""
        if find_spec(_REQUESTS) is not None:
            self._record_requests(importlib.import_module(f"{_REQUESTS}.adapters"))
        for name in _HTTPX:
            if find_spec(name) is not None:
                self._record_httpx(importlib.import_module(name))
        if find_spec(_PLAYWRIGHT) is not None:
            self._record_playwright()

    def stop(self) -> None:
        """Leave the clients as they were."""
        for undo in reversed(self._undo):
            undo()
        with self._lock:
            self._archive.close()

    def _replace(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        before = getattr(owner, name)
        setattr(owner, name, functools.wraps(before)(make(before)))
        self._undo.append(lambda: setattr(owner, name, before))

    def _record_requests(self, adapters: Any) -> None:
        def make(before: Any) -> Any:
            def send(adapter: Any, request: Any, *arguments: Any, **options: Any) -> Any:
                started = datetime.now(UTC)
                response = before(adapter, request, *arguments, **options)
                is_stream = options.get("stream", arguments[0] if arguments else False)
                body = None if is_stream else response.content
                self._add(started, request.method, request.url, request.headers.items(), request.body,
                          response.status_code, response.headers.items(), body)  # fmt: skip
                return response

            return send

        self._replace(adapters.HTTPAdapter, "send", make)

    def _record_httpx(self, httpx: Any) -> None:
        def make(before: Any) -> Any:
            def send(client: Any, request: Any, **options: Any) -> Any:
                started = datetime.now(UTC)
                response = before(client, request, **options)
                self._add_httpx(started, response)
                return response

            return send

        def make_async(before: Any) -> Any:
            async def send(client: Any, request: Any, **options: Any) -> Any:
                started = datetime.now(UTC)
                response = await before(client, request, **options)
                self._add_httpx(started, response)
                return response

            return send

        self._replace(httpx.Client, "send", make)
        self._replace(httpx.AsyncClient, "send", make_async)

    def _add_httpx(self, started: datetime, response: Any) -> None:
        for one in (*response.history, response):
            request = one.request
            sent = getattr(request, "_content", None)  # a request that is streamed has none
            self._add(started, request.method, str(request.url), request.headers.multi_items(), sent, one.status_code,
                      one.headers.multi_items(), one.content if one.is_stream_consumed else None)  # fmt: skip

    def _record_playwright(self) -> None:
        for module in ("sync_api", "async_api"):
            browser = importlib.import_module(f"{_PLAYWRIGHT}.{module}").Browser
            for name in ("new_context", "new_page"):
                self._replace(browser, name, self._with_archive)

    def _with_archive(self, before: Any) -> Any:
        def new(browser: Any, **options: Any) -> Any:
            path = self._folder / f"page-{uuid.uuid4().hex[:12]}.har"
            return before(browser, **{"record_har_path": str(path), **options})

        return new

    def _add(
        self,
        started: datetime,
        method: str,
        url: str,
        headers: Iterable[tuple[str, str]],
        sent: Any,
        status: int,
        said: Iterable[tuple[str, str]],
        body: bytes | None,
    ) -> None:
        request: dict[str, Any] = {"method": method, "url": url, "headers": _pairs(headers), **_EMPTY}
        sent = sent.encode() if isinstance(sent, str) else sent
        if isinstance(sent, bytes | bytearray):
            request["bodySize"] = len(sent)
            request |= {"postData": {"mimeType": _type_of(request["headers"]), **_text(bytes(sent))}} if sent else {}
        elif sent is not None:
            request["bodySize"] = 1  # a stream: there was a body, and it isn't known
        response = {"status": status, "statusText": "", "headers": _pairs(said), "redirectURL": "", **_EMPTY}
        content = {"mimeType": _type_of(response["headers"]), "size": -1}
        if body is not None and len(body) <= _LARGEST:
            content |= {"size": len(body), **_text(body)}
        entry = {
            "startedDateTime": started.isoformat(timespec="milliseconds"),
            "time": (datetime.now(UTC) - started).total_seconds() * 1000,
            "request": request, "response": {**response, "content": content}, "cache": {}, "timings": {},
        }  # fmt: skip
        with self._lock:
            if not self._archive.is_closed:
                self._archive.add([msgspec.json.encode(entry)])


_EMPTY: Final[dict[str, Any]] = {
    "httpVersion": "HTTP/1.1", "cookies": [], "queryString": [], "headersSize": -1, "bodySize": -1,
}  # fmt: skip


def _pairs(headers: Iterable[tuple[Any, Any]]) -> list[dict[str, str]]:
    return [{"name": _as_text(name), "value": _as_text(value)} for name, value in headers]


def _as_text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _type_of(headers: list[dict[str, str]]) -> str:
    return next((one["value"] for one in headers if one["name"].lower() == "content-type"), "")


def _text(body: bytes) -> dict[str, str]:
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode(), "encoding": "base64"}
