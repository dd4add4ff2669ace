"""Responses as reports show them: whole where they are short, readable, and without secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contract_tests.core.answer import Answer, Sent, unanswered
from contract_tests.core.redaction import Redactor
from contract_tests.run.exchanges import SHOWN_BODY, exchange_of, indented

SENT = Sent("PUT", "http://t/v1/a%2Fb?q=1", "/a%2Fb", {"Authorization": "Bearer planted-token"}, b"{}")


def answer(body: bytes, media_type: str = "application/json", **more: Any) -> Answer:
    """An answer with this body."""
    return Answer(SENT, 418, {"content-type": media_type, "x-debug": "planted-token"}, body, **more)


def shown(found: Answer) -> str:
    """Its response in reports that know one secret."""
    redact = Redactor()
    redact.learn("planted-token", "$CONTRACT_TOKEN")
    return exchange_of(found, redact).response


def test_an_exchange_has_request_and_response() -> None:
    """Method and path with the query, the curl line, status, headers and body."""
    found = exchange_of(answer(b'{"n": 1e5}'), Redactor())
    assert found.request == "PUT /a%2Fb?q=1"
    assert found.curl.startswith("curl -i -X PUT -H")
    assert found.response.splitlines() == [
        "418 I'm a Teapot", "content-type: application/json", "x-debug: planted-token", "", "{", '  "n": 1e5', "}",
    ]  # fmt: skip


@pytest.mark.parametrize("value", [{}, [], "a, {b}", [[], {}, [{"a": [1, {"b": "\\"}]}]], {"c": {"d": None}}, 1.0])
def test_json_is_indented_as_everywhere(value: Any) -> None:
    """Whatever white space it was sent with."""
    for text in (json.dumps(value), json.dumps(value, separators=(",", ":")), json.dumps(value, indent="\t")):
        assert indented(text) == json.dumps(value, indent=2)


def test_no_part_of_a_secret_is_left_where_a_body_is_cut() -> None:
    """It is taken out before the rest is left out."""
    cut = b"x" * (SHOWN_BODY - 6) + b"planted-token" + b"y" * SHOWN_BODY
    text = shown(answer(cut, "text/plain"))
    assert "plant" not in text
    assert f"(a body of {len(cut):,} bytes)" in text
    assert len(text) < SHOWN_BODY + 200


@pytest.mark.parametrize(
    ("found", "end"),
    [
        (answer(b"\x89PNG\0\0", "image/png"), "(6 bytes of image/png)"),
        (answer("größer".encode("latin-1"), "text/plain"), "gr\ufffd\ufffder"),
        (answer(b'{"a": NaN}'), '{"a": NaN}'),
        (answer(b'{"a": 1', truncated=True), '{"a": 1\n\n(here the body breaks off)'),
        (answer(b"[" * 30_000), "[" * 100 + f"\n... (a body of {30_000:,} bytes)"),
        (unanswered(SENT), "no response"),
    ],
    ids=["bytes", "other charset", "not JSON", "cut off", "deep", "none"],
)
def test_what_is_no_json_text_is_shown_as_it_is(found: Answer, end: str) -> None:
    """Bytes by their number, a body that breaks off with that."""
    assert shown(found).endswith(end)
