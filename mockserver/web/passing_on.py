"""The application of a mock with a real backend: bodies of any size, and answers in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from mockserver.errors import Refused
from mockserver.exchange.engine import Engine
from mockserver.exchange.pending import Pending
from mockserver.messages import Answer, Passing, Request, Uploading
from mockserver.settings import PREFIX
from mockserver.web.transport import after_delay, slowed, status_line
from mockserver.web.wsgi import ContractFirst, Unkept, headers_of, read_body

_PIECE = 64 * 1024


class PassesOn(ContractFirst):
    """The same in front of a pipeline that may pass requests on: that takes long, and a body may be of any size."""

    passes_on = True

    def __init__(self, engine: Engine, *arguments: Any) -> None:
        super().__init__(engine, *arguments)
        if engine.backend is not None:
            engine.backend.step_aside = self._step_aside

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one WSGI request."""
        path: str = environ["PATH_INFO"]
        if path.startswith(PREFIX) and path[len(PREFIX) : len(PREFIX) + 1] in ("", "/"):
            return super().__call__(environ, start_response)
        method: str = environ["REQUEST_METHOD"]
        engine = self.engine
        if path == "/" and not engine.passes_unknown and self._is_visit(environ, method):
            return super().__call__(environ, start_response)
        send = partial(self._sent, method=method, environ=environ, start_response=start_response)
        try:
            answer = engine.pipeline.perform(self._request(environ, method, path))
        except Refused as refused:
            return send(self.refuse(environ, refused))
        return Unkept(answer, send) if isinstance(answer, Pending) else send(answer)

    def _request(self, environ: dict[str, Any], method: str, path: str) -> Request:
        """The request; one whose body is too large to be kept has it in pieces."""
        engine, limit = self.engine, self.engine.settings.max_body
        path = path if path.isascii() else path.encode("latin-1").decode(errors="replace")
        headers = headers_of(environ, self._headers_after, engine.contract.underscored)
        parts = (method, path, environ.get("QUERY_STRING", ""), headers)
        length = environ.get("CONTENT_LENGTH") or ""
        if length.isdecimal() and int(length) > limit:
            return Uploading(
                *parts,
                b"",
                rest=_pieces_of(environ["wsgi.input"], int(length)),
                length=int(length),
                secure=self._secure,
            )
        if not length and "HTTP_TRANSFER_ENCODING" in environ and environ.get("wsgi.input_terminated"):
            body = environ["wsgi.input"].read(limit + 1)
            if len(body) > limit:
                return Uploading(*parts, body, rest=_pieces_of(environ["wsgi.input"], None), secure=self._secure)
            return Request(*parts, body, self._secure)
        return Request(*parts, read_body(environ, limit), self._secure)

    def _sent(
        self, answer: Answer, method: str, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if isinstance(answer, Passing):
            return self._passed(answer, method, start_response)
        return super()._sent(answer, method, environ, start_response)

    def _passed(self, answer: Passing, method: str, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Send an answer that comes in pieces from elsewhere."""
        self._step_aside()

        def send() -> Iterable[bytes]:
            headers = [*answer.headers]
            if answer.length is not None and answer.status >= 200 and answer.status != 204:
                headers.append(("Content-Length", str(answer.length)))
            start_response(status_line(answer.status), headers)
            if method == "HEAD" or answer.pieces == ():
                return [b""]
            rate = answer.transport.rate if answer.transport is not None else None
            return answer.pieces if rate is None else slowed(answer.pieces, rate)

        return send() if answer.transport is None else after_delay(answer.transport, send)


def _pieces_of(sent: Any, length: int | None) -> Iterator[bytes]:
    """A body in pieces, as they come. Raises ConnectionAbortedError where it ends too early."""
    left = length
    while left is None or left > 0:
        piece = sent.read(_PIECE if left is None else min(_PIECE, left))
        if not piece:
            if left is not None:
                raise ConnectionAbortedError(f"the client's body ends {left} bytes too early")
            return
        left = None if left is None else left - len(piece)
        yield piece
