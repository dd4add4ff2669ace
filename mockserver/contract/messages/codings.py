"""Bodies of requests as they are without their content codings (RFC 9110, section 8.4): gzip, deflate, br and zstd.

What comes out is bounded: a few kilobytes may unpack to gigabytes.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from importlib.util import find_spec
from typing import Final

from msgspec.structs import replace

from mockserver.errors import Refused, Violation, to_install
from mockserver.messages import Request

_GZIP, _RAW = 31, -15
"""The window sizes by which zlib tells gzip, and deflate without its header, from deflate."""
_PIECE: Final = 1024 * 1024
_MOST_MEMBERS: Final = 1000
"""How many streams of gzip or deflate one body may consist of; each costs a copy of the rest."""


class _TooLarge(Exception):
    """The body is larger than allowed."""


class _Undecodable(Exception):
    """The bytes are not of their coding."""


def decoded(request: Request, limit: int) -> Request:
    """The request with its body, of so many bytes at most, as it is without its codings; the header stays, since a
    contract may require it. Raises Refused, as `decoded_body` does."""
    if "content-encoding" not in request.headers:
        return request
    body = decoded_body(request.body, request.headers["content-encoding"], limit)
    return request if body is request.body else replace(request, body=body)


def decoded_body(body: bytes, codings: str, limit: int) -> bytes:
    """A body, of so many bytes at most, without the codings that its `Content-Encoding` names.

    Raises Refused: 415 with `Accept-Encoding` for a coding that isn't known, 400 for bytes that are not of it, 413 for
    a body that is too large.
    """
    names = [name.strip().lower() for name in codings.split(",")]
    for name in reversed([name for name in names if name and name != "identity"]):
        decode = _CODINGS.get(name)
        if decode is None:
            raise _unsupported(f"Content-Encoding: {name[:50]} isn't known; known are {_KNOWN}")
        try:
            body = decode(body, limit)
        except ModuleNotFoundError as error:
            fix = f"{to_install('zstd')}, then start the mock again"
            raise _unsupported(f"Content-Encoding: {name} needs the package {error.name} ({fix})") from None
        except _TooLarge:
            raise Refused(413, f"the body is larger than {limit} bytes (--max-body) once it is decoded") from None
        except _Undecodable:
            problem = f"isn't {name}, as its Content-Encoding says"
            raise Refused(400, f"The body {problem}", (Violation("body", problem),)) from None
    return body


def _unsupported(reason: str) -> Refused:
    known = _KNOWN if find_spec("zstandard") else _KNOWN.removesuffix(", zstd")
    return Refused(415, reason, headers=(("Accept-Encoding", known),))


def _inflated(raw: bytes, window: int, limit: int) -> bytes:
    """The members of zlib's streams, one after the other."""
    whole = b""
    for _ in range(_MOST_MEMBERS):
        if not raw:
            return whole
        stream = zlib.decompressobj(window)
        try:
            whole += stream.decompress(raw, limit + 1 - len(whole))
        except zlib.error:
            raise _Undecodable from None
        if len(whole) > limit or stream.unconsumed_tail:
            raise _TooLarge
        if not stream.eof:
            raise _Undecodable
        raw = stream.unused_data
    raise _TooLarge


def _gzip(raw: bytes, limit: int) -> bytes:
    return _inflated(raw, _GZIP, limit)


def _deflate(raw: bytes, limit: int) -> bytes:
    """With zlib's header, as the standard has it, or without, as some clients send it."""
    try:
        return _inflated(raw, zlib.MAX_WBITS, limit)
    except _Undecodable:
        return _inflated(raw, _RAW, limit)


def _brotli(raw: bytes, limit: int) -> bytes:
    import brotli  # few clients need it

    stream = brotli.Decompressor()
    try:
        whole: bytes = stream.process(raw, output_buffer_limit=_PIECE)
        # Output may wait even where `can_accept_more_data` says otherwise: only an empty piece is the end.
        while len(whole) <= limit and not stream.is_finished():
            piece = stream.process(b"", output_buffer_limit=_PIECE)
            if not piece:
                raise _Undecodable
            whole += piece
    except brotli.error:
        raise _Undecodable from None
    if len(whole) > limit:
        raise _TooLarge
    return whole


def _zstd(raw: bytes, limit: int) -> bytes:
    import zstandard  # few clients need it

    try:
        with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(raw, read_across_frames=True) as reader:
            whole: bytes = reader.read(limit + 1)
    except zstandard.ZstdError:
        raise _Undecodable from None
    if len(whole) > limit:
        raise _TooLarge
    if raw and not whole and not _is_whole(raw):
        raise _Undecodable
    return whole


def _is_whole(raw: bytes) -> bool:
    """Whether a frame without content has its end."""
    import zstandard

    try:
        zstandard.ZstdDecompressor().decompress(raw, max_output_size=1)
    except zstandard.ZstdError:
        return False
    return True


_CODINGS: Final[dict[str, Callable[[bytes, int], bytes]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
_KNOWN: Final = "gzip, deflate, br, zstd"
