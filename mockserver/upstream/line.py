"""One connection to a backend: HTTP/1.1 over TCP or TLS, through the proxy of the environment where there is one."""

from __future__ import annotations

import http.client
import select
import socket
import ssl
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from time import monotonic
from typing import Final
from urllib.parse import unquote, urlsplit

import msgspec

from mockserver.errors import UsageError
from mockserver.settings import Upstream, is_loopback
from mockserver.upstream.target import Target

_MOST: Final = 64 * 1024
"""How many bytes are taken at once."""
_KEEPALIVE: Final = 30
"""Seconds after which the system asks an idle connection whether it is still there: a stream may be silent for long."""


class Line:
    """A connection that is kept between requests. Its socket never blocks: whoever waits says until when."""

    __slots__ = ("_poll", "is_stale", "is_watched", "number", "sock", "used")

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        connection.connect()
        self.sock: socket.socket = connection.sock
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if hasattr(socket, "TCP_KEEPIDLE"):
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _KEEPALIVE)
        self.sock.setblocking(False)
        self.number = self.sock.fileno()
        self._poll = select.poll() if hasattr(select, "poll") else None
        self.used = 0.0  #: when its last answer had come whole; 0 before the first
        self.is_watched = False  #: whether `waiting` looks at it, also while it is idle
        self.is_stale = False  #: whether something came that no request has asked for: its end, most likely

    def is_usable(self) -> bool:
        """Whether nothing has come since the last answer."""
        return not (self.is_stale or self._is_ready(0, writing=False))  # what came may not have been noticed yet

    def send(self, data: bytes, until: float) -> None:
        """Send bytes. Raises OSError; TimeoutError at that time."""
        sent = 0
        while True:
            try:
                sent += self.sock.send(data[sent:] if sent else data)
            except (BlockingIOError, ssl.SSLWantWriteError):
                self._wait(until, writing=True)
            except ssl.SSLWantReadError:
                self._wait(until, writing=False)
            if sent == len(data):
                return

    def take(self) -> bytes:
        """What has come, nothing at the end. Raises BlockingIOError where nothing is there, and any other OSError."""
        try:
            data = self.sock.recv(_MOST)
            while isinstance(self.sock, ssl.SSLSocket) and (more := self.sock.pending()):
                data += self.sock.recv(more)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise BlockingIOError from None
        except ssl.SSLEOFError:  # the other side has left out the goodbye of TLS
            return b""
        return data

    def wait(self, until: float | None) -> None:
        """Wait until something has come, or for the end. Raises TimeoutError at that time."""
        self._wait(until, writing=False)

    def _wait(self, until: float | None, *, writing: bool) -> None:
        left = None if until is None else max(until - monotonic(), 0)
        if not self._is_ready(left, writing=writing):
            raise TimeoutError

    def _is_ready(self, seconds: float | None, *, writing: bool) -> bool:
        if self._poll is None:
            reads, writes = ([], [self.sock]) if writing else ([self.sock], [])
            return any(select.select(reads, writes, [], seconds))
        self._poll.register(self.number, select.POLLOUT if writing else select.POLLIN)
        return bool(self._poll.poll(None if seconds is None else seconds * 1000))

    def close(self) -> None:
        """End the connection, and wake whoever waits for it."""
        with suppress(OSError):  # that of TLS would take the connection away from under its reader
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
        self.sock.close()


class Way(msgspec.Struct, frozen=True):
    """How a target is reached: what opens a connection, what stands before the path of a request, and the head's lines
    for a proxy."""

    open: Callable[[], Line]
    prefix: str = ""
    headers: tuple[str, ...] = ()


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
        lines = tuple(f"{name}: {text}" for name, text in headers.items())
        return Way(lambda: Line(opened(host, port)), target.origin, lines)

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
