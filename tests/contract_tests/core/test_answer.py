"""An answer and its request, as messages show them."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from contract_tests.core.answer import NOT_JSON, Answer, Sent, shorten

READ = Sent("GET", "http://t/a?b=c&d", "/a", {"Accept": "*/*", "X-App": "$1", "Host": "t"})


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        (READ, "curl -i -H \"X-App: \\$1\" 'http://t/a?b=c&d'"),
        (Sent("HEAD", "http://t", "/", {}), "curl -i --head http://t"),
        (
            Sent("POST", "http://t", "/", {}, b"it's"),
            "curl -i -X POST -H Content-Type: --data-binary 'it'\"'\"'s' http://t",
        ),
        (
            Sent("PUT", "http://t", "/", {"Content-Type": "a/b"}, b"\xff"),
            "curl -i -X PUT -H \"Content-Type: a/b\" --data-binary $'\\xff' http://t",
        ),
    ],
)
def test_a_request_is_shown_as_a_curl_line(sent: Sent, line: str) -> None:
    """Without the headers that a client adds by itself."""
    assert sent.curl() == line


def test_a_request_knows_its_query() -> None:
    """As it was sent."""
    assert READ.query == "b=c&d"
    assert Sent("GET", "http://t/a", "/a", {}).query == ""


def _answer(status: int = 200, body: bytes = b"", media: str = "", method: str = "GET", **more: Any) -> Answer:
    headers = {"content-type": media} if media else {}
    return Answer(Sent(method, "http://t/a", "/a", {}), status, headers, body, **more)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (_answer(200, b'{"a":\n 1}', "application/json"), '200 {"a": 1}'),
        (_answer(200, b"<p>", "application/json"), "200 <p>, which isn't JSON"),
        (_answer(200, b"<p>", "text/html"), "200 <p>"),
        (_answer(200, b"\xff"), "200 \ufffd"),
        (_answer(200), "200 with an empty body"),
        (_answer(200, method="HEAD"), "200"),
        (_answer(204), "204"),
        (_answer(205), "205"),
        (_answer(304), "304"),
        (_answer(200, b"{", "application/json", truncated=True), "200 { and there the body breaks off"),
    ],
)
def test_an_answer_is_described_in_one_line(answer: Answer, text: str) -> None:
    """Its status, its body, and what is odd about it; where none may be, an empty body is not odd."""
    assert answer.describe() == text


@pytest.mark.parametrize(("status", "ok"), [(199, False), (200, True), (299, True), (300, False)])
def test_a_success_is_a_status_of_200_to_299(status: int, ok: bool) -> None:
    """Nothing else."""
    assert _answer(status).ok is ok


def test_a_value_is_taken_out_of_the_body() -> None:
    """Or the default, where the body has no such place or isn't JSON."""
    answer = _answer(body=b'{"a": [{"b": 1}, null]}', media="Application/JSON; charset=utf-8")
    assert (answer.get("a", 0, "b"), answer.get("a", 1), answer.get()) == (1, None, {"a": [{"b": 1}, None]})
    assert (answer.get("a", 2), answer.get("x", default=5), answer.get("a", "b", default=6)) == (None, 5, 6)
    assert answer.media_type == "application/json"
    assert _answer(body=b"{").json is NOT_JSON
    assert not NOT_JSON


@pytest.mark.parametrize(
    ("body", "nearly"),
    [
        (rb'{"a": "\ud83d"}', {"a": "?"}),
        (rb'{"\uDE00\ud83d": 1}', {"??": 1}),
        (b'{"a": NaN}', {"a": 0}),
    ],
)
def test_what_no_reader_can_keep_is_not_json(body: bytes, nearly: Any) -> None:
    """Half of a pair that stands for one character, a number that JSON lacks: the rest is read all the same."""
    answer = _answer(body=body)
    assert (answer.json, answer.nearly_json) == (NOT_JSON, nearly)
    assert "RFC 8259" in answer.json_problem


def test_a_number_is_finite_however_large() -> None:
    """JSON has it, though no float does; a whole pair is one character."""
    answer = _answer(body=rb'{"a": 1e400, "b": -1e400, "c": "\ud83e\udd8a"}')
    assert answer.json == {"a": sys.float_info.max, "b": -sys.float_info.max, "c": "\U0001f98a"}
    assert _answer(body=b"{").get("a", default=7) == 7


def test_long_texts_are_cut_with_their_length() -> None:
    """And only those."""
    assert shorten("x" * 400) == "x" * 400
    assert shorten("x" * 401) == "x" * 400 + "... (401 characters)"
