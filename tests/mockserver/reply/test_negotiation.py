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


NOT_OFFERED = ["text/html", "application/json;q=0", "application/json;q=x", "nonsense", "image/*"]


@pytest.mark.parametrize("accept", NOT_OFFERED)
def test_what_is_not_accepted_is_refused_where_the_contract_says_so(accept: str) -> None:
    """406, with what there is."""
    with pytest.raises(Refused, match="application/json") as caught:
        negotiate(accept, (JSON,), strict=True)
    assert caught.value.status == 406


@pytest.mark.parametrize("accept", ["application/vnd.example.v3+json", "text/html, application/problem+json"])
def test_a_name_of_its_own_for_the_same_syntax_is_accepted(accept: str) -> None:
    """SDKs ask for their vendor's JSON, also where the contract declares 406 and plain JSON."""
    assert negotiate(accept, (TEXT, JSON), strict=True) == JSON


@pytest.mark.parametrize("accept", NOT_OFFERED)
def test_accept_never_stands_in_the_way(accept: str) -> None:
    """Else the only type, or the first one, is the answer."""
    assert negotiate(accept, (JSON,)) == JSON


@pytest.mark.parametrize(
    ("accept", "offered", "chosen"),
    [
        ("application/vnd.api+json", (TEXT, JSON), JSON),
        ("application/vnd.thing.v3+json", (TEXT, "application/vnd.other.v3+json"), "application/vnd.other.v3+json"),
        ("text/xml", (JSON, "application/xml"), "application/xml"),
        ("image/png, application/problem+json;q=0.1", (TEXT, JSON), JSON),
        ("image/png", (TEXT, JSON), TEXT),
        ("image/png, text/plain;q=0", (TEXT, JSON), JSON),
        ("application/json; version=3", (TEXT, ONE, TWO), ONE),
    ],
)
def test_the_nearest_is_chosen_where_nothing_is_accepted(accept: str, offered: tuple[str, ...], chosen: str) -> None:
    """What is written in the same syntax; else the first one that isn't excluded."""
    assert negotiate(accept, offered) == chosen


def test_another_value_of_a_parameter_is_not_accepted() -> None:
    """`version=3` is not met by versions 1 and 2; a parameter that the offered type does not have says nothing."""
    with pytest.raises(Refused, match="version=2"):
        negotiate("application/json; version=3", (ONE, TWO), strict=True)


@given(st.text(max_size=60))
def test_any_text_is_read(accept: str) -> None:
    """A choice among what is offered, or a 406."""
    status, chosen = 0, JSON
    try:
        chosen = negotiate(accept, (JSON, TEXT), strict=True)
    except Refused as refused:
        status = refused.status
    assert status in (0, 406)
    assert chosen in (JSON, TEXT)
