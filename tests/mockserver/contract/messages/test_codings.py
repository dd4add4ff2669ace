"""Request bodies in a content coding: read as they are without it, within bounds."""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard

from mockserver.contract.messages.codings import decoded
from mockserver.errors import Refused
from mockserver.messages import Request
from mockserver.settings import MAX_BODY
from tests.support import Ask, answers, document, json_body

BODY = json.dumps({"name": "x" * 1000}).encode()


def _raw_deflate(body: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(body) + stream.flush()


CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "GZip": lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:]),
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": _raw_deflate,
    "br": brotli.compress,
    "zstd": zstandard.compress,
    "identity": bytes,
    "gzip, br": lambda body: brotli.compress(gzip.compress(body)),
    "gzip, identity": gzip.compress,
}


def _decoded(coding: str, body: bytes) -> bytes:
    return decoded(Request("POST", "/", headers={"content-encoding": coding}, body=body), MAX_BODY).body


@pytest.mark.parametrize("coding", CODINGS)
def test_a_body_is_read_without_its_codings(coding: str) -> None:
    """Several are undone from the last to the first; an empty body stays empty, and one of several pieces is whole."""
    assert _decoded(coding, CODINGS[coding](b"\0" * 3_000_001)) == b"\0" * 3_000_001
    assert _decoded(coding, CODINGS[coding](BODY)) == BODY
    assert _decoded(coding, CODINGS[coding](b"")) == b""


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
@pytest.mark.parametrize("spoil", [lambda _: b"plain text", lambda body: body[: len(body) // 2]])
def test_what_is_not_of_its_coding_is_refused(coding: str, spoil: Callable[[bytes], bytes]) -> None:
    """Also where the end is missing."""
    with pytest.raises(Refused) as caught:
        _decoded(coding, spoil(CODINGS[coding](BODY)))
    assert (caught.value.status, caught.value.details[0].place) == (400, "body")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_body_that_unpacks_to_too_much_is_refused(coding: str) -> None:
    """A few kilobytes of zeros."""
    packed = CODINGS[coding](b"\0" * (MAX_BODY + 1))
    assert len(packed) < 50_000
    with pytest.raises(Refused) as caught:
        _decoded(coding, packed)
    assert caught.value.status == 413
    assert len(_decoded(coding, CODINGS[coding](b"\0" * MAX_BODY))) == MAX_BODY


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_small_limit_holds_as_well(coding: str) -> None:
    """One that is below the pieces in which a decoder works."""
    request = Request("POST", "/", headers={"content-encoding": coding}, body=CODINGS[coding](b"\0" * 5000))
    with pytest.raises(Refused) as caught:
        decoded(request, 4999)
    assert (caught.value.status, "--max-body" in caught.value.reason) == (413, True)
    assert len(decoded(request, 5000).body) == 5000


def test_a_body_of_very_many_members_is_refused() -> None:
    """Each costs time, however little it holds."""
    with pytest.raises(Refused) as caught:
        _decoded("gzip", gzip.compress(b"") * 100_000)
    assert caught.value.status == 413


@pytest.mark.parametrize("coding", ["x-nope", "gzip, x-nope", "compress"])
def test_another_coding_is_refused_with_those_that_are_known(coding: str) -> None:
    """415 with `Accept-Encoding` (RFC 9110, sections 12.5.3 and 15.5.16)."""
    with pytest.raises(Refused) as caught:
        _decoded(coding, BODY)
    assert (caught.value.status, caught.value.headers) == (415, (("Accept-Encoding", "gzip, deflate, br, zstd"),))


@pytest.fixture
def ask(mock_of: Callable[..., Ask]) -> Ask:
    """A mock with an operation that takes a body, and answers it."""
    named = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
    encoding = {"name": "Content-Encoding", "in": "header", "required": True, "schema": {"enum": ["gzip", "x-nope"]}}
    operation = {"parameters": [encoding], "requestBody": json_body(named), "responses": answers(named, {"name": "y"})}
    return mock_of(document({"/a": {"post": operation}}))


def test_a_request_may_be_compressed(ask: Ask) -> None:
    """The contract checks what is inside, and the journal shows it."""
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    assert ask("POST", "/a", body=gzip.compress(BODY), headers=headers).status == 200
    wrong = ask("POST", "/a", body=gzip.compress(b'{"name": 5}'), headers=headers)
    assert (wrong.status, wrong.json["validation"][0]["location"]) == (422, "body.name")
    assert ask.engine.journal.entry("main", 1).request.body == BODY  # type: ignore[union-attr]
    refused = ask("POST", "/a", body=BODY, headers={**headers, "content-encoding": "x-nope"})
    assert (refused.status, refused.headers["accept-encoding"]) == (415, "gzip, deflate, br, zstd")


def test_without_its_package_zstd_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With 415 and the line that installs it; the codings that are known leave it out."""
    monkeypatch.setitem(sys.modules, "zstandard", None)
    monkeypatch.setattr("mockserver.contract.messages.codings.find_spec", lambda _: None)
    with pytest.raises(Refused, match=r"pip install 'flashback-mock\[zstd\]'") as caught:
        _decoded("zstd", b"")
    assert (caught.value.status, caught.value.headers) == (415, (("Accept-Encoding", "gzip, deflate, br"),))
