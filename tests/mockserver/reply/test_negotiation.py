"""Which media type an answer is written in (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.errors import Refused
from mockserver.reply.negotiation import negotiate

ONE, TWO = "application/json; version=1", "application/json; version=2"
JSON, TEXT, HAL = "application/json", "text/plain", "application/hal+json"


@pytest.mark.parametrize(
    ("accept", "offered", "chosen"),
    [
        ("*/*", (JSON, TEXT), JSON),
        ("", (JSON, TEXT), JSON),
        ("text/plain", (JSON, TEXT), TEXT),
        ("TEXT/Plain", (JSON, TEXT), TEXT),
        ("text/*", (JSON, TEXT), TEXT),
        ("text/plain;q=0.5, application/json", (JSON, TEXT), JSON),
        ("text/plain, application/json;q=0.5", (JSON, TEXT), TEXT),
        ("*/*;q=0.1, text/plain", (JSON, TEXT), TEXT),
        ("*/*, application/json;q=0", (JSON, TEXT), TEXT),
        ("application/json", (HAL,), HAL),
        ("text/html, application/xhtml+xml, */*;q=0.8", (JSON,), JSON),
        ("application/json; charset=utf-8", (JSON,), JSON),
        ("image/png", ("image/*",), "image/*"),
        ("application/json;version=2", (ONE, TWO), TWO),
        ('application/json; Version="2"; q=0.5, text/plain;q=0.1', (TEXT, ONE, TWO), TWO),
        ("application/json", (ONE, TWO), ONE),
        ("application/json;version=3, */*;q=0.1", (ONE, TEXT), ONE),
        ("application/json;q=0.1, application/json;version=2", (ONE, TWO), TWO),
    ],
)
def test_the_best_liked_is_chosen(accept: str, offered: tuple[str, ...], chosen: str) -> None:
    """By quality, the most specific wish counting, parameters included; among equals the first one offered."""
    assert negotiate(accept, offered) == chosen


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "application/json;q=x", "nonsense", "image/*"])
def test_what_is_not_liked_is_refused(accept: str) -> None:
    """406, with what there is."""
    with pytest.raises(Refused, match="application/json") as caught:
        negotiate(accept, (JSON,))
    assert caught.value.status == 406


def test_another_value_of_a_parameter_is_not_liked() -> None:
    """`version=3` is not met by versions 1 and 2; a parameter that the offered type does not have says nothing."""
    with pytest.raises(Refused, match="version=2"):
        negotiate("application/json; version=3", (ONE, TWO))


@given(st.text(max_size=60))
def test_any_text_is_read(accept: str) -> None:
    """A choice among what is offered, or a 406."""
    status, chosen = 0, JSON
    try:
        chosen = negotiate(accept, (JSON, TEXT))
    except Refused as refused:
        status = refused.status
    assert status in (0, 406)
    assert chosen in (JSON, TEXT)
