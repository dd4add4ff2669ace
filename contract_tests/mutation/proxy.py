"""A reverse proxy on a thread of its own: it distorts the requests and responses of the server behind it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from contract_tests.core.contract import Contract
from contract_tests.core.document import METHODS

OF_ONE_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host"})


@dataclass(frozen=True)
class Request:
    """A request on its way in: its operation's id (empty outside the contract) and path values; lower-case headers."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""
    operation: str = ""
    values: tuple[str, ...] = ()

    @property
    def token(self) -> str:
        """The bearer token; empty without one."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def as_user(self, token: str) -> Request:
        """The same request with another bearer token."""
        return replace(self, headers={**self.headers, "authorization": f"Bearer {token}"})

    def in_world(self, world: str) -> Request:
        """The same request in a world of the mock; unchanged without a token."""
        return self.as_user(f"{self.token}{'-' if '~' in self.token else '~'}{world}") if self.token and world else self


@dataclass(frozen=True)
class Reply:
    """An answer on its way out; header names are lower-case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @cached_property
    def json(self) -> Any:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def with_json(self, value: Any) -> Reply:
        """The same answer with another JSON body."""
        return replace(self, body=json.dumps(value).encode())

    def with_header(self, name: str, value: str | None) -> Reply:
        """The same answer with a header changed, or taken away."""
        kept = {key: old for key, old in self.headers.items() if key != name}
        return replace(self, headers=kept if value is None else {**kept, name: value})


Forward = Callable[[Request], Reply]
Distort = Callable[[Request, Forward], Reply]


class Server(ThreadingHTTPServer):
    """Ignores clients that disconnect before the answer is sent."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Report nothing: the suite reports that no answer came."""


@contextmanager
def distorted(url: str, contract: Contract, distort: Distort, world: str = "") -> Iterator[str]:
    """The URL of a proxy in front of `url` that passes every exchange through `distort`, in a world of the mock."""
    server = Server(("127.0.0.1", 0), handler_for(url, contract, distort, world))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def handler_for(url: str, contract: Contract, distort: Distort, world: str) -> type[BaseHTTPRequestHandler]:
    """The request handler of a proxy."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            operation, values = contract.match(self.command, urlsplit(self.path).path) or (None, ())
            name = operation.id if operation else ""
            reply = distort(Request(self.command, self.path, headers, body, name, values), forward)
            self.send_response_only(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body if self.command != "HEAD" else b"")

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    for method in METHODS:
        setattr(Handler, f"do_{method.upper()}", Handler.answer)

    def forward(request: Request) -> Reply:
        return exchange(url, request.in_world(world))

    return Handler


def exchange(url: str, request: Request) -> Reply:
    """Forward a request to the server behind the proxy."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    try:
        headers = {name: value for name, value in request.headers.items() if name not in OF_ONE_CONNECTION}
        connection.request(request.method, request.path, request.body or None, headers)
        answer = connection.getresponse()
        received = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, {k: v for k, v in received.items() if k not in OF_ONE_CONNECTION}, answer.read())
    finally:
        connection.close()
