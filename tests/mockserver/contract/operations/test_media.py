"""Media types: how a body of one is read, what a range becomes, which declared one fits."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from mockserver.contract.operations.media import concrete, declared_for, kind, split


@pytest.mark.parametrize(
    ("header", "name", "parameters"),
    [
        ("application/json", "application/json", {}),
        (" Application/JSON ; Charset = UTF-8", "application/json", {"charset": "UTF-8"}),
        ('a/b; q="x;\\"y\\""; r=z', "a/b", {"q": 'x;"y"', "r": "z"}),
        ("", "", {}),
    ],
)
def test_a_content_type_is_split(header: str, name: str, parameters: dict[str, str]) -> None:
    """Names in lower case, values as they are, without the quotes."""
    assert split(header) == (name, parameters)


@pytest.mark.parametrize(
    ("name", "is_read_as"),
    [
        ("application/json", "json"),
        ("application/problem+json", "json"),
        ("application/jsonl", "lines"),
        ("application/x-jsonlines", "lines"),
        ("application/x-ndjson", "lines"),
        ("application/ndjson", "lines"),
        ("application/json-lines", "lines"),
        ("application/x-www-form-urlencoded", "form"),
        ("multipart/form-data", "multipart"),
        ("multipart/mixed", "multipart"),
        ("text/plain", "text"),
        ("text/xml", "binary"),
        ("application/xml", "binary"),
        ("image/png", "binary"),
        ("", "binary"),
    ],
)
def test_the_name_says_how_a_body_is_read(name: str, is_read_as: str) -> None:
    """By its subtype or suffix, else by its type."""
    assert kind(name) == is_read_as


@pytest.mark.parametrize(
    ("declared", "name"),
    [
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("text/*", "text/plain"),
        ("image/*", "image/png"),
        ("audio/*", "audio/mpeg"),
        ("video/*", "video/mp4"),
        ("font/*", "font/woff2"),
        ("model/*", "model/x-any"),
        ("application/*+json", "application/x-any+json"),
        ("Image/*; q=1", "image/png"),
        ("text/csv", "text/csv"),
        ("text/csv; header=present", "text/csv; header=present"),
    ],
)
def test_a_range_becomes_a_type_that_can_be_sent(declared: str, name: str) -> None:
    """A common one of the range; what is no range stays as it is."""
    assert concrete(declared) == name


@pytest.mark.parametrize(
    ("declared", "sent", "fits"),
    [
        (["application/json", "*/*"], "application/json", "application/json"),
        (["*/*", "application/json"], "application/json; charset=utf-8", "application/json"),
        (["*/*", "application/*", "application/*+json"], "application/a+json", "application/*+json"),
        (["*/*", "application/*"], "application/a", "application/*"),
        (["text/*", "*/*"], "application/a", "*/*"),
        (["text/*", "*"], "application/a", "*"),
        (["a/b; v=1", "a/b; v=2", "a/b"], "a/b; v=2", "a/b; v=2"),
        (["a/b; v=1", "a/b"], "a/b; v=3", "a/b"),
        (["a/b; v=One"], "a/b; v=one", "a/b; v=One"),
        (["a/b; charset=utf-8"], "a/b", "a/b; charset=utf-8"),
        (["A/B"], "a/b", "A/B"),
        (["a/b"], "a/c", None),
        (["a/b"], "", None),
        (["*/*"], "", None),
        (["text/*"], "image/png", None),
        (["application/*+json"], "application/json", None),
    ],
)
def test_the_most_specific_declared_type_fits(declared: list[str], sent: str, fits: str | None) -> None:
    """The type itself, then its suffix, its range, any type; with more parameters before with fewer."""
    types: dict[str, Any] = {name: SimpleNamespace(name=name) for name in declared}
    chosen: Any = declared_for(types, sent)
    assert (chosen and chosen.name) == fits
