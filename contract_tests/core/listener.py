"""Receives what the target itself sends: callbacks and webhooks, each at an address of its own.

Each address has its answer from when it was made, and what came there is kept for whoever made it. Sizes, numbers
and times are bounded: the target decides what it sends here.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from contract_tests.core.errors import UsageError

LARGEST: Final = 1_000_000  # bytes of one body that are read
MOST_BYTES: Final = 32_000_000  # that are kept of a run
MOST: Final = 5_000  # requests that are kept of a run
SLOWEST: Final = 10.0  # seconds that one request may take to come in
AT_ONCE: Final = 32  # connections that are served; others wait in the system's queue
PAUSE: Final = 0.02  # seconds between two looks for whether enough has come
LOOPBACK: Final = "127.0.0.1"
MARK: Final = "contract-tests-"
CHALLENGES: Final = ("hub.challenge", "validationToken", "challenge")
"""Parameters by which a subscriber is asked whether it wants what is to come: it sends the value back."""

Reply = tuple[int, Mapping[str, str], bytes]
"""Status, headers and body of an answer."""


@dataclass(frozen=True)
class Delivery:
    """One request that came; `path` is what follows the address, header names are lower-case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    at: float  #: the instant (monotonic) at which it had come in
    answered: int = 0  #: the status that it got
    is_cut: bool = False  #: whether the body was larger than what is read
    seen: Any = None  #: what the address had somebody look at when it came

    @property
    def label(self) -> str:
        """Method, path and query, as messages show them."""
        return f"{self.method} {self.path or '/'}{f'?{self.query}' if self.query else ''}"


@dataclass
class Box:
    """An address of the listener, and what came there."""

    token: str
    url: str
    reply: Reply
    failures: int = 0  #: how many of the first requests are answered with 500
    on_arrival: Callable[[Delivery], Any] | None = None  #: asked before a request is answered
    received: list[Delivery] = field(default_factory=list)


class Listener:
    """The server, its addresses, and what came to none of them."""

    def __init__(self, server: ThreadingHTTPServer, url: str) -> None:
        self.url, self._server = url.rstrip("/"), server
        self.strangers: list[Delivery] = []  #: requests to no address of this run
        self.reply: Reply = (404, {}, b"")  #: to those
        self.dropped = 0  #: requests of which nothing was kept
        self._boxes: dict[str, Box] = {}
        self._bytes, self._changing = 0, threading.Condition()
        self._slots = threading.BoundedSemaphore(AT_ONCE)

    @classmethod
    def open(cls, host: str, port: int, url: str | None = None) -> Listener:
        """Listen there; `url` is how the target reaches it, where that is another address. Raises `UsageError`."""
        try:
            server = Server((host, port), Handler)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise UsageError(f"--listen {host}:{port}: {reason}", fix="name an address of this machine") from None
        named = f"[{host}]" if ":" in host else host
        listener = server.listener = cls(server, url or f"http://{named}:{server.server_address[1]}")
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return listener

    def close(self) -> None:
        """Listen no longer."""
        self._server.shutdown()
        self._server.server_close()

    def box(self, reply: Reply = (204, {}, b""), *, failures: int = 0) -> Box:
        """A new address, at which requests get this answer."""
        token = f"{MARK}{uuid4().hex[:12]}"
        box = Box(token, f"{self.url}/{token}", reply, failures)
        self._boxes[token] = box
        return box

    def wait(self, is_enough: Callable[[], bool], until: float) -> bool:
        """Wait until enough has come, or until that instant (monotonic); whether it is enough."""
        while not is_enough():
            if time.monotonic() >= until:
                return False
            with self._changing:
                self._changing.wait(min(PAUSE, max(until - time.monotonic(), 0)))
        return True

    def took(self, delivery: Delivery, box: Box | None) -> Reply:
        """Keep a request; returns its answer."""
        if box is not None and box.on_arrival is not None:
            delivery = replace(delivery, seen=box.on_arrival(delivery))
        with self._changing:
            reply = self._reply(delivery, box)
            kept = sum(len(one.received) for one in self._boxes.values()) + len(self.strangers)
            if kept >= MOST or self._bytes + len(delivery.body) > MOST_BYTES:
                self.dropped += 1
            else:
                self._bytes += len(delivery.body)
                (box.received if box else self.strangers).append(replace(delivery, answered=reply[0]))
            self._changing.notify_all()
        return reply

    def box_in(self, path: str) -> tuple[Box | None, str]:
        """The address that a path leads to, and what follows it there."""
        for step in path.split("/"):
            if (box := self._boxes.get(step)) is not None:
                return box, path.partition(step)[2]
        return None, path

    def _reply(self, delivery: Delivery, box: Box | None) -> Reply:
        if delivery.is_cut:
            return 413, {}, b""
        asked = parse_qs(delivery.query)
        challenge = next((asked[name][0] for name in CHALLENGES if name in asked), None)
        if challenge is not None and delivery.method in {"GET", "POST"} and not delivery.body:
            return 200, {"Content-Type": "text/plain"}, challenge.encode()
        if box is None:
            return self.reply
        return (500, {}, b"") if len(box.received) < box.failures else box.reply

    def admit(self, seconds: float) -> bool:
        """Take one of the places for connections; False where none gets free in time."""
        return self._slots.acquire(timeout=seconds)

    def release(self) -> None:
        """Give the place back."""
        self._slots.release()


class Server(ThreadingHTTPServer):
    """The socket of a listener."""

    daemon_threads = True
    listener: Listener

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that breaks off is no event of the run."""


class Handler(BaseHTTPRequestHandler):
    """Reads one request after the other, of any method."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = SLOWEST
    server: Server

    def handle(self) -> None:
        """Serve a connection, if there is a place for it."""
        listener = self.server.listener
        if not listener.admit(SLOWEST):
            return
        try:
            super().handle()
        finally:
            listener.release()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._take
        raise AttributeError(name)

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""

    def _take(self) -> None:
        listener, parts = self.server.listener, urlsplit(self.path)
        box, rest = listener.box_in(parts.path)
        body, is_whole = self._body(time.monotonic() + SLOWEST)
        self.close_connection |= not is_whole
        headers = {name.lower(): value for name, value in self.headers.items()}
        delivery = Delivery(self.command, rest, parts.query, headers, body, time.monotonic(), is_cut=not is_whole)
        status, named, content = listener.took(delivery, box)
        self.send_response(status)
        for name, value in named.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(content)

    def _body(self, until: float) -> tuple[bytes, bool]:
        """The body, and whether it was read to its end."""
        pieces, size = list[bytes](), 0
        with suppress(ValueError):  # of a chunk without a size
            for piece in self._pieces():
                size += len(piece)
                if size > LARGEST or time.monotonic() > until:
                    return b"".join(pieces), False
                pieces.append(piece)
            return b"".join(pieces), True
        return b"".join(pieces), False

    def _pieces(self) -> Iterator[bytes]:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            while size := int(self.rfile.readline(100).partition(b";")[0], 16):
                yield self.rfile.read(min(size, LARGEST + 1))
                self.rfile.readline(100)
            while self.rfile.readline(1000).strip():
                pass
            return
        left = 0
        with suppress(ValueError):
            left = int(self.headers.get("Content-Length") or 0)
        while left > 0 and (piece := self.rfile.read1(min(left, 65_536))):
            left -= len(piece)
            yield piece


def own_address(target: str) -> str:
    """The address of this machine from which the target is reached."""
    try:
        family, kind, _, _, place = socket.getaddrinfo(target, 9, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind) as probe:
            probe.connect(place)  # sends nothing
            return str(probe.getsockname()[0])
    except OSError:
        return LOOPBACK
