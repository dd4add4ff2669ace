"""The web server's first and often only stop: WSGI requests of the contract become answers of the pipeline."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from mockserver.errors import Refused
from mockserver.exchange.engine import Engine
from mockserver.messages import STEERING, Answer, Request
from mockserver.settings import BODY_LIMIT, PREFIX
from mockserver.web.transport import disturbed_transport, status_line

Wsgi = Callable[..., Iterable[bytes]]


class ContractFirst:
    """WSGI: everything outside `/__mock__/` is the contract's; what is inside goes to the app that `behind` gives.

    That app is asked for at the first such request, or by `load`: it takes longer to load than all the rest. Before
    anything that may take long, `step_aside` is called.
    """

    def __init__(
        self, engine: Engine, behind: Callable[[], Wsgi], step_aside: Callable[[], None] = lambda: None
    ) -> None:
        self.engine, self._behind, self._step_aside = engine, behind, step_aside
        self._loading = threading.Lock()
        self._loaded: Wsgi | None = None

    def load(self) -> Wsgi:
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
            return (self._loaded or self.load())(environ, start_response)
        method: str = environ["REQUEST_METHOD"]
        answer = self._answer(environ, method, path)
        status, body = answer.status, answer.body
        headers = [*answer.headers]
        if answer.transport is not None:
            self._step_aside()
            return disturbed_transport(answer, answer.transport, headers, environ, start_response)
        if status >= 200 and status != 204:  # RFC 9110, section 8.6
            headers.append(("Content-Length", str(len(body))))
        start_response(status_line(status), headers)
        return [b"" if method == "HEAD" else body]

    def _answer(self, environ: dict[str, Any], method: str, path: str) -> Answer:
        if not path.isascii():
            path = path.encode("latin-1").decode(errors="replace")
        body = _read(environ)
        environ.pop("wsgi.input", None)  # the journal keeps these headers, and would keep the buffers of the server
        bare = environ.keys().isdisjoint(_STEERING)
        request = Request(method, path, environ.get("QUERY_STRING", ""), EnvironHeaders(environ), body or b"", bare)
        pipeline = self.engine.pipeline
        if body is None:
            return pipeline.refuse(request, Refused(413, f"the body is larger than {BODY_LIMIT} bytes"))
        return pipeline.respond(request)


def _read(environ: dict[str, Any]) -> bytes | None:
    """The request body; None when it is too large."""
    length = environ.get("CONTENT_LENGTH")
    if length:
        if not length.isdecimal():
            return b""
        if int(length) > BODY_LIMIT:
            return None
        return environ["wsgi.input"].read(int(length)) if length != "0" else b""
    if environ.get("wsgi.input_terminated") and "HTTP_TRANSFER_ENCODING" in environ:
        body: bytes = environ["wsgi.input"].read(BODY_LIMIT + 1)
        return body if len(body) <= BODY_LIMIT else None
    return b""


class EnvironHeaders(Mapping[str, str]):
    """The request headers of a WSGI environment by lower-case name, read only when somebody asks."""

    __slots__ = ("_environ",)

    def __init__(self, environ: dict[str, Any]) -> None:
        self._environ = environ

    def __getitem__(self, name: str) -> str:
        value: str = self._environ[_key(name)]
        return value

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a header; asked often for headers that are not there, so without an exception."""
        return self._environ.get(_KEYS.get(name) or _key(name), default)

    def __contains__(self, name: object) -> bool:
        return (_KEYS.get(name) or _key(str(name))) in self._environ  # type: ignore[call-overload]  # any object

    def __iter__(self) -> Iterator[str]:
        for key in self._environ:
            if key.startswith("HTTP_"):
                yield key[5:].lower().replace("_", "-")
            elif key in _PLAIN.values():
                yield key.lower().replace("_", "-")

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _key(name: str) -> str:
    return _KEYS.get(name.lower()) or f"HTTP_{name.upper().replace('-', '_')}"


_PLAIN = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
_KEYS = {name: f"HTTP_{name.upper().replace('-', '_')}" for name in ("authorization", *STEERING)} | _PLAIN
"""The names asked for at every request, translated once."""
_STEERING = frozenset(_KEYS[name] for name in STEERING)
