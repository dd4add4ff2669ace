"""The web server's first and often only stop: WSGI requests of the contract become answers of the pipeline."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from mockserver.errors import Refused
from mockserver.exchange.engine import Engine
from mockserver.exchange.pending import Pending
from mockserver.messages import Answer, Request
from mockserver.reply.negotiation import negotiate
from mockserver.reply.problems import PROBLEM
from mockserver.settings import PREFIX
from mockserver.web.heads import HTTP2
from mockserver.web.transport import after_delay, disturbed_transport, status_line

Wsgi = Callable[..., Iterable[bytes]]
_PAGE = "text/html"
_AUTH = f"{PREFIX}/auth/"
_TO_CONSOLE = [("Location", f"{PREFIX}/"), ("Vary", "Accept"), ("Cache-Control", "no-store"), ("Content-Length", "0")]


class ContractFirst:
    """WSGI: everything outside `/__mock__/` is the contract's; what is inside goes to the app that `behind` gives.

    That app is loaded at the first such request. Before anything that may take long, `step_aside` is called.
    `headers_after` names the last key of the server's environments that is no header, where all headers follow it.
    """

    passes_on = False  #: whether it takes bodies of any size

    def __init__(
        self,
        engine: Engine,
        behind: Callable[[], Wsgi],
        step_aside: Callable[[], None] = lambda: None,
        headers_after: str | None = None,
    ) -> None:
        self.engine, self._behind, self._step_aside = engine, behind, step_aside
        self._headers_after, self._secure = headers_after, engine.settings.tls
        self._loading = threading.Lock()
        self._loaded: Wsgi | None = None

    def _load(self) -> Wsgi:
        """The app behind, loaded once."""
        with self._loading:
            if self._loaded is None:
                self._loaded = self._behind()
            return self._loaded

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one WSGI request."""
        path: str = environ["PATH_INFO"]
        if path.startswith(PREFIX) and path[len(PREFIX) : len(PREFIX) + 1] in ("", "/"):
            self._step_aside()
            if path.startswith(_AUTH) and self.engine.pipeline.provides(path):
                return self._signed_in(environ, start_response)
            return (self._loaded or self._load())(environ, start_response)
        method: str = environ["REQUEST_METHOD"]
        if path == "/" and self._is_visit(environ, method):
            start_response(status_line(302), _TO_CONSOLE)
            return [b""]
        engine = self.engine
        try:
            body = read_body(environ, engine.settings.max_body)
        except Refused as refused:
            return self._sent(self.refuse(environ, refused), method, environ, start_response)
        if not path.isascii():
            path = path.encode("latin-1").decode(errors="replace")
        headers = headers_of(environ, self._headers_after, engine.contract.underscored)
        request = Request(method, path, environ.get("QUERY_STRING", ""), headers, body, self._secure)
        answer = engine.pipeline.perform(request)
        if type(answer) is Answer:
            return self._sent(answer, method, environ, start_response)
        send = partial(self._sent, method=method, environ=environ, start_response=start_response)
        return Unkept(answer, send)  # type: ignore[arg-type]  # a Pending

    def _sent(
        self, answer: Answer, method: str, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        status, body = answer.status, answer.body
        headers = [*answer.headers]
        if answer.transport is not None:
            self._step_aside()
            transport = answer.transport
            if transport.follow is not None and method != "HEAD":
                start_response(status_line(status), [*headers, ("Cache-Control", "no-store")])
                return self.engine.following().pieces(transport.follow)
            send = partial(disturbed_transport, answer, transport, headers, environ, start_response)
            return after_delay(transport, send)
        if status >= 200 and status != 204:  # RFC 9110, section 8.6
            headers.append(("Content-Length", str(len(body))))
        start_response(status_line(status), headers)
        return [b"" if method == "HEAD" else body]

    def _signed_in(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The answer of the mock's own provider. It is part of the API: any client and any page may ask it."""
        engine, method = self.engine, environ["REQUEST_METHOD"]
        try:
            body = read_body(environ, engine.settings.max_body)
        except Refused as refused:
            return self._sent(self.refuse(environ, refused), method, environ, start_response)
        path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
        headers = headers_of(environ, self._headers_after, frozenset())
        request = Request(method, path, environ.get("QUERY_STRING", ""), headers, body, self._secure)
        unrouted = Refused(404, "the contract has no such path")
        return self._sent(engine.pipeline.refuse(request, unrouted), method, environ, start_response)

    def _is_visit(self, environ: dict[str, Any], method: str) -> bool:
        """Whether a person opens the mock's address in a browser, and the contract has nothing there."""
        if method not in ("GET", "HEAD") or self.engine.contract.allowed("/"):
            return False
        return negotiate(environ.get("HTTP_ACCEPT", ""), (PROBLEM, _PAGE)) == _PAGE

    def refuse(self, environ: dict[str, Any], refused: Refused) -> Answer:
        """The answer to a request that is refused before anything is known of it but its head."""
        path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
        headers = headers_of(environ, self._headers_after, self.engine.contract.underscored)
        request = Request(environ["REQUEST_METHOD"], path, environ.get("QUERY_STRING", ""), headers, b"")
        return self.engine.pipeline.refuse(request, refused)


class Unkept:
    """An answer that leaves once its store has kept it. Our gateway waits without a thread; other servers wait here."""

    def __init__(self, pending: Pending, send: Callable[[Answer], Iterable[bytes]]) -> None:
        self.pending, self.send = pending, send

    def __iter__(self) -> Iterator[bytes]:
        yield from self.send(self.pending.awaited())


def read_body(environ: dict[str, Any], limit: int) -> bytes:
    """The request body. `Refused(413)` when it is too large, `Refused(400)` when it is incomplete (RFC 9112, 8)."""
    length = environ.get("CONTENT_LENGTH")
    if length:
        if not length.isdecimal():
            return b""
        size = int(length)
        if size > limit:
            raise _too_large(limit)
        body: bytes = environ["wsgi.input"].read(size) if size else b""
        if len(body) < size:
            raise Refused(400, f"the body ends after {len(body)} of the {size} bytes that Content-Length promises")
        return body
    if environ.get("wsgi.input_terminated") and (
        "HTTP_TRANSFER_ENCODING" in environ or environ.get("SERVER_PROTOCOL") == HTTP2
    ):
        body = environ["wsgi.input"].read(limit + 1)
        if len(body) > limit:
            raise _too_large(limit)
        return body
    return b""


def _too_large(limit: int) -> Refused:
    return Refused(413, f"the body is larger than {limit} bytes (--max-body)")


def headers_of(environ: dict[str, Any], after: str | None, underscored: frozenset[str]) -> dict[str, str]:
    """The request headers of an environment by lower-case name, in a dictionary of its own, which the journal may keep.

    WSGI doesn't tell `api_key` from `api-key`: those in `underscored` are written with underscores. The last one comes
    first, as `Request` has it. `after` is the key behind which the server puts all headers: to look
    at the 50 keys before it as well would take 11,000 instructions, 8% of a request.
    """
    headers, names = {}, _NAMES
    for key in reversed(environ):
        name = names.get(key)
        if name is None:
            if key == after:
                break
            if not key.startswith("HTTP_") or key in _IMITATIONS:
                continue
            name = _name_of(key[5:])
            if underscored and (written := key[5:].lower()) in underscored:
                name = written
        headers[name] = environ[key]
    return headers


_IMITATIONS = frozenset(("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"))
"""What a client writes with an underscore must not pass for the real one, which has a key of its own."""


def _name_of(key: str) -> str:
    return key.lower().replace("_", "-")


_NAMES = {"CONTENT_TYPE": "content-type", "CONTENT_LENGTH": "content-length"} | {
    f"HTTP_{key}": _name_of(key)
    for key in (
        *("ACCEPT", "ACCEPT_ENCODING", "ACCEPT_LANGUAGE", "AUTHORIZATION", "CACHE_CONTROL", "CONNECTION", "COOKIE"),
        *("HOST", "MOCK_DELAY", "MOCK_WORLD", "ORIGIN", "PREFER", "REFERER", "USER_AGENT", "SEC_FETCH_DEST"),
        *("SEC_FETCH_MODE", "SEC_FETCH_SITE"),
    )
}
"""The names that are sent often: they need not be written for each request, and entries share them."""
