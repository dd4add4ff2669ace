"""One connection to a backend: HTTP/1.1 over TCP or TLS, through the proxy of the environment where there is one."""

from __future__ import annotations

import http.client
import io
import select
import socket
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from typing import Final, cast
from urllib.parse import unquote, urlsplit

import msgspec

from mockserver.errors import UsageError
from mockserver.settings import Upstream, is_loopback
from mockserver.upstream.received import Received
from mockserver.upstream.target import Target

_BUFFER: Final = 64 * 1024
_KEEPALIVE: Final = 30
"""Seconds after which the system asks an idle connection whether it is still there: a stream may be silent for long."""


class Line:
    """A connection that is kept between requests."""

    __slots__ = ("_poll", "_reader", "connection", "sock", "used")

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self.connection = connection
        connection.connect()
        self.sock: socket.socket = connection.sock
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if hasattr(socket, "TCP_KEEPIDLE"):
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _KEEPALIVE)
        self.sock.settimeout(None)  # whoever uses it has a deadline, which costs no call of the system for each read
        self._reader = cast(io.BufferedReader, self.sock.makefile("rb", _BUFFER))
        self._poll = select.poll() if hasattr(select, "poll") else None
        if self._poll is not None:
            self._poll.register(self.sock, select.POLLIN)
        self.used = 0.0  #: when its last answer had come whole; 0 before the first

    def is_usable(self) -> bool:
        """Whether nothing has come since the last answer: the end of the connection, most likely."""
        if self._poll is None:
            return not select.select([self.sock], [], [], 0)[0]
        return not self._poll.poll(0)

    def send(self, head: bytes, body: bytes, rest: Iterable[bytes]) -> None:
        """Send a request, whose body may go on after its beginning."""
        self.sock.sendall(head + body if len(body) < 65536 else head)
        if len(body) >= 65536:
            self.sock.sendall(body)
        for piece in rest:
            self.sock.sendall(piece)

    def receive(self, method: str) -> Received:
        """The head of the answer."""
        return Received(self._reader, method)

    def close(self) -> None:
        """End the connection."""
        self._reader.close()
        self.connection.close()


class Way(msgspec.Struct, frozen=True):
    """How a target is reached: what opens a connection, what stands before the path of a request, and the head's lines
    for a proxy."""

    open: Callable[[], Line]
    prefix: str = ""
    headers: tuple[tuple[str, str], ...] = ()


def way_to(target: Target, upstream: Upstream, environment: Mapping[str, str]) -> Way:
    """The way to a target, straight or through the proxy of the environment.

    Raises UsageError for files of certificates that can't be used.
    """
    timeout = upstream.timeout / 1000
    context = _context(upstream) if target.scheme == "https" else None
    proxy = _proxy(target, environment)

    def opened(host: str, port: int) -> http.client.HTTPConnection:
        if context is not None:
            return http.client.HTTPSConnection(host, port, timeout=timeout, context=context)
        return http.client.HTTPConnection(host, port, timeout=timeout)

    if proxy is None:
        return Way(lambda: Line(opened(target.host, target.port)))
    host, port, headers = proxy
    if context is None:
        return Way(lambda: Line(opened(host, port)), target.origin, tuple(headers.items()))

    def tunnelled() -> Line:
        connection = opened(host, port)
        connection.set_tunnel(target.host, target.port, headers)
        return Line(connection)

    return Way(tunnelled)


def _context(upstream: Upstream) -> ssl.SSLContext:
    """Certificates of the system, or of `--ca`; ours where there is one."""
    try:
        context = ssl.create_default_context(cafile=upstream.ca)
    except OSError as error:
        raise _unusable("--ca", upstream.ca, error) from None
    if upstream.client_cert is not None:
        try:
            context.load_cert_chain(upstream.client_cert, upstream.client_key, password=_no_password)
        except OSError as error:
            raise _unusable("--client-cert", upstream.client_cert, error) from None
    if upstream.insecure:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    return context


def _no_password() -> str:
    """Nobody is asked on the terminal for the password of a key."""
    return ""


def _unusable(flag: str, file: str | None, error: OSError) -> UsageError:
    fix = "name a PEM file; a client certificate's key stands in it, or in that of --client-key"
    return UsageError(f"{file} can't be used: {error.strerror or error}", place=flag, fix=fix)


def _proxy(target: Target, environment: Mapping[str, str]) -> tuple[str, int, dict[str, str]] | None:
    """The proxy that the environment names for a target, as host, port and headers; none for this machine."""
    if is_loopback(target.host) or _is_exempt(target, environment):
        return None
    name = f"{target.scheme}_proxy"
    url = environment.get(name) or environment.get(name.upper()) or ""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if not parts.hostname:
        return None
    headers = {}
    if parts.username:
        credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Proxy-Authorization"] = f"Basic {b64encode(credentials.encode()).decode()}"
    return parts.hostname, parts.port or 80, headers


def _is_exempt(target: Target, environment: Mapping[str, str]) -> bool:
    """Whether `NO_PROXY` names a target, or a domain that it is in."""
    names = (environment.get("no_proxy") or environment.get("NO_PROXY") or "").split(",")
    host = target.host.lower()
    for name in (one.strip().lower().removeprefix("*").lstrip(".") for one in names):
        if name and (host == name or host.endswith(f".{name}") or f"{host}:{target.port}" == name):
            return True
    return any(name.strip() == "*" for name in names)
