"""Small files for responses of types that aren't text: images that browsers show, a PDF page, a moment of silence."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable
from functools import cache
from typing import Final

_SIDE: Final = 16
"""The width and height of images in pixels."""
_COLOUR: Final = (70, 130, 180)
_JPEG: Final = (
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP////////////////////////////////////////////////////////////////////////////"
    "//////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
)
_GIF: Final = "R0lGODlhAQABAIAAAEaCtAAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="
_WEBP: Final = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"


@cache
def file_of(media_type: str) -> bytes | None:
    """A small file of a media type; None for types that aren't known."""
    make = _FILES.get(media_type)
    return make() if make is not None else None


def is_file_of(media_type: str, content: bytes) -> bool:
    """Whether bytes begin as files of this type do."""
    made = file_of(media_type)
    return made is not None and content[:_TELLING] == made[:_TELLING]


_TELLING: Final = 3
"""How many bytes tell the types of files apart."""


def _png() -> bytes:
    row = b"\0" + bytes(_COLOUR) * _SIDE
    head = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(row * _SIDE)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in parts)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _icon() -> bytes:
    """A PNG in the frame of an icon."""
    image = _png()
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, _SIDE, _SIDE, 0, 0, 1, 24, len(image), 22) + image


def _bitmap() -> bytes:
    pixels = bytes(reversed(_COLOUR)) * _SIDE * _SIDE
    head = struct.pack("<IiiHHIIiiII", 40, _SIDE, _SIDE, 1, 24, 0, len(pixels), 2835, 2835, 0, 0)
    return struct.pack("<2sIHHI", b"BM", 54 + len(pixels), 0, 0, 54) + head + pixels


def _svg() -> bytes:
    square = f'<rect width="{_SIDE}" height="{_SIDE}" fill="#4682b4"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{_SIDE}" height="{_SIDE}">{square}</svg>'.encode()


def _pdf() -> bytes:
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources<<>>>>",
    )
    content, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj%s endobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(content)
    return content + b"xref\n0 4\n0000000000 65535 f \n" + table + trailer


def _wave() -> bytes:
    """A tenth of a second of silence."""
    samples = b"\x80" * 800
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    inside = b"WAVE" + head + struct.pack("<4sI", b"data", len(samples)) + samples
    return struct.pack("<4sI", b"RIFF", len(inside)) + inside


def _mp3() -> bytes:
    """A few frames of silence: 128 kbit/s at 44.1 kHz, 417 bytes each."""
    return (b"\xff\xfb\x90\x64" + b"\0" * 413) * 8


def _zip() -> bytes:
    return b"PK\x05\x06" + b"\0" * 18


def _gzip() -> bytes:
    stream = zlib.compressobj(wbits=31)
    return stream.compress(b"") + stream.flush()


def _literal(text: str) -> Callable[[], bytes]:
    return lambda: base64.b64decode(text)


_FILES: Final[dict[str, Callable[[], bytes]]] = {
    "image/png": _png,
    "image/apng": _png,
    **dict.fromkeys(("image/jpeg", "image/jpg", "image/pjpeg"), _literal(_JPEG)),
    "image/gif": _literal(_GIF),
    "image/webp": _literal(_WEBP),
    "image/svg+xml": _svg,
    **dict.fromkeys(("image/bmp", "image/x-ms-bmp"), _bitmap),
    **dict.fromkeys(("image/x-icon", "image/vnd.microsoft.icon"), _icon),
    **dict.fromkeys(("application/pdf", "application/x-pdf"), _pdf),
    **dict.fromkeys(("audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"), _wave),
    **dict.fromkeys(("audio/mpeg", "audio/mp3"), _mp3),
    **dict.fromkeys(("application/zip", "application/x-zip-compressed"), _zip),
    **dict.fromkeys(("application/gzip", "application/x-gzip"), _gzip),
}
