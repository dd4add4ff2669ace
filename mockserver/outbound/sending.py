"""Sends one request to a checked address, within a time and a size."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from time import perf_counter_ns
from typing import Final

import msgspec

from mockserver.outbound.addresses import Target
from mockserver.outbound.deadlines import Deadlines

MOST: Final = 64 * 1024
"""Bytes that are read of an answer."""
_MOST_HEADERS: Final = 50
_LONGEST_HEADER: Final = 1000
_DEADLINES: Final = Deadlines()
"""Ends calls that take too long: a limit for each read doesn't stop a receiver that sends a byte now and then."""


class Sent(msgspec.Struct, frozen=True):
    """What became of a request: the answer, or why there is none (then the status is 0)."""

    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    trouble: str = ""
    micros: int = 0


class _Connection(http.client.HTTPConnection):
    """A connection to the address that was checked, in the name of the host that it is for."""

    def __init__(self, target: Target, timeout: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout)
        self._target = target

    def connect(self) -> None:
        """Connect to the checked address: the name isn't looked up again."""
        target = self._target
        plain = socket.create_connection((target.address, target.port), self.timeout)
        if target.scheme == "http":
            self.sock = plain
            return
        try:
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)
        except BaseException:
            plain.close()
            raise


def send(target: Target, method: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Sent:
    """Send a request, and read the beginning of its answer. Redirects are not followed."""
    started, connection = perf_counter_ns(), _Connection(target, timeout)
    try:
        connection.connect()
        deadline = _DEADLINES.begin(connection.sock, timeout - (perf_counter_ns() - started) / 1e9)
        try:
            sent = _exchanged(connection, target, method, headers, body)
        except (OSError, http.client.HTTPException, ValueError):
            if deadline.passed:
                raise TimeoutError from None
            raise
        finally:
            _DEADLINES.end(deadline)
    except (OSError, http.client.HTTPException, ValueError) as error:
        sent = Sent(trouble=_trouble(error, timeout))
    finally:
        connection.close()
    return msgspec.structs.replace(sent, micros=(perf_counter_ns() - started) // 1000)


def _exchanged(connection: _Connection, target: Target, method: str, headers: Mapping[str, str], body: bytes) -> Sent:
    connection.request(method, target.path, body=body or None, headers={"Host": target.authority, **headers})
    with connection.getresponse() as answer:
        received = _beginning(answer)
        named = tuple((name, text[:_LONGEST_HEADER]) for name, text in answer.getheaders()[:_MOST_HEADERS])
        return Sent(answer.status, named, received)


def _beginning(answer: http.client.HTTPResponse) -> bytes:
    """The beginning of a body, as far as it comes in time: the status is the receiver's answer."""
    received = b""
    with suppress(OSError, http.client.HTTPException):
        while len(received) < MOST and (piece := answer.read1(MOST - len(received))):
            received += piece
    return received


def _trouble(error: Exception, timeout: float) -> str:
    """Why there is no answer, in a few words."""
    if isinstance(error, TimeoutError):
        return f"no answer within {timeout:g} s"
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there"
    return f"the connection failed: {getattr(error, 'strerror', None) or error or type(error).__name__}"[:300]
