"""Reading an answer within bounds of size and time."""

from __future__ import annotations

import http.client
import io
import socket
import time
from contextlib import suppress
from typing import Any

import requests
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from contract_tests.core.answer import joined

LARGEST_BODY = 4_000_000
BEYOND = 0.01  # seconds in which a body would follow an answer that has none


class Ending(io.RawIOBase):
    """What a socket receives until its timeout is over; the socket itself begins anew with each byte that arrives."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw, self._sock = raw, sock
        self._end = time.monotonic() + (sock.gettimeout() or float("inf"))

    def end_within(self, seconds: float) -> None:
        """Wait no longer than this for what else may come."""
        self._end = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(left if left < float("inf") else None)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class BoundedResponse(http.client.HTTPResponse):
    """An answer whose status line, headers and body must all come in time."""

    def __init__(self, sock: socket.socket, *args: Any, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        self.method = more.get("method")
        self.beyond = b""  #: the beginning of a body that follows an answer to HEAD
        self._ending = Ending(self.fp.detach(), sock)
        self.fp = io.BufferedReader(self._ending)

    def begin(self) -> None:
        """Read the head of the answer, and look what stands behind it where nothing may."""
        super().begin()
        if self.method == "HEAD":
            self._ending.end_within(BEYOND)
            with suppress(OSError):
                self.beyond = self.fp.peek(1)


class BoundedHTTPConnection(HTTPConnection):
    """A connection with bounded answers."""

    response_class = BoundedResponse


class BoundedHTTPSConnection(HTTPSConnection):
    """The same with TLS."""

    response_class = BoundedResponse


class BoundedHTTPPool(HTTPConnectionPool):
    """Connections with bounded answers."""

    ConnectionCls = BoundedHTTPConnection


class BoundedHTTPSPool(HTTPSConnectionPool):
    """The same with TLS."""

    ConnectionCls = BoundedHTTPSConnection


POOLS = {"http": BoundedHTTPPool, "https": BoundedHTTPSPool}


def read_bounded(response: requests.Response, end: float) -> tuple[bytes, bool]:
    """The body, and whether it was cut off: at `LARGEST_BODY` bytes or at the instant `end` (monotonic)."""
    body = bytearray()
    try:
        while chunk := response.raw.read1(65536, decode_content=True):
            body += chunk
            if len(body) > LARGEST_BODY or time.monotonic() > end:
                response.close()
                return bytes(body), True
    except urllib3.exceptions.HTTPError as error:
        response.close()
        if body or isinstance(error, urllib3.exceptions.DecodeError):
            return bytes(body), True
        raise requests.ConnectionError(error) from error
    response.raw.release_conn()
    return bytes(body), False


def headers_of(response: requests.Response) -> dict[str, str]:
    """The headers of an answer by their lower-case names."""
    return joined(response.raw.headers.items(), lower=True)


def beyond(response: requests.Response) -> bytes:
    """What follows an answer to HEAD, which has no body."""
    return bytes(getattr(response.raw._original_response, "beyond", b""))  # noqa: SLF001 - urllib3 names it nowhere else


def dropped(error: requests.ConnectionError) -> bool:
    """Whether the connection was closed before any answer."""
    text = repr(error)
    return "RemoteDisconnected" in text or "ConnectionResetError" in text or "BrokenPipe" in text
