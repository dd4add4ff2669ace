"""Reading an answer within bounds of size and time."""

from __future__ import annotations

import time

import requests
import urllib3

LARGEST_BODY = 4_000_000


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
