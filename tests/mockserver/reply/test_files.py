"""Files for responses of types that aren't text."""

from __future__ import annotations

import base64
import gzip
import io
import wave
import zipfile
import zlib
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest

from mockserver.reply.files import file_of
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


def test_other_types_have_no_file() -> None:
    """They are answered as before."""
    assert file_of("application/octet-stream") is None
