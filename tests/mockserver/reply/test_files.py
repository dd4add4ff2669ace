"""Files for responses of types that aren't text."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import struct
import wave
import zipfile
import zlib
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest

from mockserver.reply.files import file_of, is_file_of
from tests.support import Ask, document

BEGINNINGS = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF89a",
    "image/webp": b"RIFF",
    "image/bmp": b"BM",
    "image/x-icon": b"\0\0\1\0",
    "image/svg+xml": b"<svg",
    "application/pdf": b"%PDF-",
    "audio/mpeg": b"\xff\xfb",
    "audio/wav": b"RIFF",
    "application/zip": b"PK",
    "application/gzip": b"\x1f\x8b",
}
BINARY = {"type": "string", "format": "binary"}


def _get(mock_of: Callable[..., Ask], name: str, media: Any) -> Any:
    responses = {"200": {"description": "a file", "content": {name: media}}}
    return mock_of(document({"/file": {"get": {"responses": responses}}}))("GET", "/file")


@pytest.mark.parametrize("media", [{}, {"schema": BINARY}, {"schema": BINARY, "example": "the bytes of a file"}])
@pytest.mark.parametrize("name", BEGINNINGS)
def test_a_response_is_a_file_of_its_type(mock_of: Callable[..., Ask], name: str, media: Any) -> None:
    """Whatever text an example has in its place."""
    answer = _get(mock_of, name, media)
    assert (answer.status, answer.headers["content-type"]) == (200, name)
    if not (name.endswith("xml") and "example" in media):
        assert answer.body.startswith(BEGINNINGS[name])


@pytest.mark.parametrize(("name", "chosen"), [("image/*", "image/png"), ("audio/*", "audio/mpeg")])
def test_a_range_is_a_file_too(mock_of: Callable[..., Ask], name: str, chosen: str) -> None:
    """Of the type in which it is answered."""
    answer = _get(mock_of, name, {"schema": BINARY})
    assert (answer.headers["content-type"], answer.body) == (chosen, file_of(chosen))


@pytest.mark.parametrize("prefix", ["", "data:image/gif;base64,"])
def test_an_example_in_base64_is_sent_as_bytes(mock_of: Callable[..., Ask], prefix: str) -> None:
    """Where these are of the type."""
    image = b"GIF89a" + bytes(20)
    media = {"schema": BINARY, "example": prefix + base64.b64encode(image).decode()}
    assert _get(mock_of, "image/gif", media).body == image


def test_the_files_are_whole() -> None:
    """As far as readers are at hand."""
    files = {name: file_of(name) or b"" for name in BEGINNINGS}
    assert zipfile.ZipFile(io.BytesIO(files["application/zip"])).namelist() == []
    assert gzip.decompress(files["application/gzip"]) == b""
    with wave.open(io.BytesIO(files["audio/wav"])) as sound:
        assert sound.getnframes() == 800
    assert ElementTree.fromstring(files["image/svg+xml"]).tag.endswith("svg")
    assert len(zlib.decompress(files["image/png"].partition(b"IDAT")[2][:-16])) == 16 * (1 + 16 * 3)
    assert int(files["application/pdf"].split(b"startxref\n")[1].split(b"\n")[0]) == files["application/pdf"].index(
        b"xref"
    )


DIGESTS = {
    "9650f149d622": "image/jpeg image/jpg image/pjpeg", "bdd708563d96": "image/gif", "c90cff659645": "image/webp",
    "f7d202ab9f42": "image/svg+xml", "0d44f856ef14": "image/bmp image/x-ms-bmp",
    "1cf6fcfc0a12": "application/pdf application/x-pdf",
    "2eeb55e08e1a": "audio/wav audio/x-wav audio/wave audio/vnd.wave", "264a66aa62e3": "audio/mpeg audio/mp3",
    "8739c76e681f": "application/zip application/x-zip-compressed",
}  # fmt: skip


def test_the_files_are_those_that_viewers_opened() -> None:
    """Each under all its names, byte by byte; of compressed ones, what is in them."""
    for digest, names in DIGESTS.items():
        for name in names.split():
            assert hashlib.sha256(file_of(name) or b"").hexdigest()[:12] == digest, name
    image = file_of("image/png") or b""
    parts, at = {}, 8
    while at < len(image):
        (length,) = struct.unpack_from(">I", image, at)
        name, content = image[at + 4 : at + 8], image[at + 8 : at + 8 + length]
        parts[name] = content
        assert struct.unpack_from(">I", image, at + 8 + length) == (zlib.crc32(name + content),)
        at += 12 + length
    assert list(parts) == [b"IHDR", b"IDAT", b"IEND"]
    assert struct.unpack(">IIBBBBB", parts[b"IHDR"]) == (16, 16, 8, 2, 0, 0, 0)
    assert zlib.decompress(parts[b"IDAT"]) == (b"\0" + bytes((70, 130, 180)) * 16) * 16
    icon = file_of("image/vnd.microsoft.icon") or b""
    assert (
        icon
        == file_of("image/x-icon")
        == struct.pack("<HHHBBBBHHII", 0, 1, 1, 16, 16, 0, 0, 1, 24, len(image), 22) + image
    )
    assert file_of("image/apng") == image
    assert gzip.decompress(file_of("application/x-gzip") or b"") == b""


def test_a_file_is_told_by_how_it_begins() -> None:
    """By its first three bytes."""
    assert is_file_of("image/png", b"\x89PNx")
    assert not is_file_of("image/png", b"\x89P")
    assert not is_file_of("image/png", b"\x89PX")
    assert not is_file_of("application/octet-stream", b"")


def test_other_types_have_no_file() -> None:
    """They are answered as before."""
    assert file_of("application/octet-stream") is None
