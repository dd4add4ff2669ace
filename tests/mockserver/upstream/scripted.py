"""A backend that answers what a test says, byte for byte."""

from __future__ import annotations

import contextlib
import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.support import TIMEOUT


@dataclass(frozen=True)
class Came:
    """A request as it came; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Script = Callable[[Came], Iterable[bytes]]
"""The bytes of an answer, in pieces; the connection ends after an exception, or after `Connection: close`."""


@dataclass
class Scripted:
    """A running backend: what it answers, and what it was asked."""

    port: int
    answers: dict[str, Script | bytes] = field(default_factory=dict)  #: by `METHOD /path`, `/path` or `*`
    came: list[Came] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def script(self, came: Came) -> Iterable[bytes]:
        """The answer to a request."""
        self.came.append(came)
        path = came.path.partition("?")[0]
        answer = self.answers.get(f"{came.method} {path}") or self.answers.get(path) or self.answers.get("*") or MISSING
        return [answer] if isinstance(answer, bytes) else answer(came)


def answer(value: Any, status: str = "200 OK", media: str = "application/json", *headers: str) -> bytes:
    """An answer with a value as JSON, or with bytes."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    head = [f"HTTP/1.1 {status}", f"Content-Type: {media}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


MISSING = answer({"detail": "Not Found"}, "404 Not Found")
"""The answer for a path that nobody has."""


class _Handler(socketserver.StreamRequestHandler):
    """Answers the requests of one connection."""

    timeout = TIMEOUT
    server: _Server

    def handle(self) -> None:
        self.server.scripted.connections += 1
        with contextlib.suppress(OSError, ValueError):
            while self._answer_one():
                pass

    def _answer_one(self) -> bool:
        line = self.rfile.readline().decode("latin-1").split(" ")
        if len(line) < 3:
            return False
        headers = {}
        while (header := self.rfile.readline().decode("latin-1").strip()) != "":
            name, _, text = header.partition(":")
            headers[name.lower()] = text.strip()
        came, closes = Came(line[0], line[1], headers, self._body(headers)), False
        for piece in self.server.scripted.script(came):
            self.wfile.write(piece)
            closes = closes or b"Connection: close" in piece
        return not closes

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(headers.get("content-length", 0)))
        whole = b""
        while size := int(self.rfile.readline(), 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return whole


class _Server(socketserver.ThreadingTCPServer):
    """The backend's socket."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    scripted: Scripted

    context: ssl.SSLContext | None = None

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        if self.context is not None:
            connection.settimeout(TIMEOUT)
            connection = self.context.wrap_socket(connection, server_side=True)
        return connection, address

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().server_bind()


def started(context: ssl.SSLContext | None = None) -> tuple[Scripted, Callable[[], None]]:
    """A backend on a free port, over TLS where there is a context, and what ends it."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.context = context
    server.scripted = Scripted(server.server_address[1])
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def end() -> None:
        server.shutdown()
        server.server_close()

    return server.scripted, end
