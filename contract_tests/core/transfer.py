"""Reading an answer within bounds of size and time."""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any

import requests
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

LARGEST_BODY = 4_000_000


class Ending(io.RawIOBase):
    """What a socket receives until its timeout is over; the socket itself begins anew with each byte that arrives."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw, self._sock = raw, sock
        self._end = time.monotonic() + (sock.gettimeout() or float("inf"))

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
        self.fp = io.BufferedReader(Ending(self.fp.detach(), sock))


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


def dropped(error: requests.ConnectionError) -> bool:
    """Whether the connection was closed before any answer."""
    text = repr(error)
    return "RemoteDisconnected" in text or "ConnectionResetError" in text or "BrokenPipe" in text
