"""Generated values look like those that people expect under the names of properties."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mockserver.contract.schemas.view import SchemaView
from mockserver.generate import Generator

VIEW = SchemaView(lambda reference: (reference, True))
TEXT, WHOLE, NUMBER, FLAG = ({"type": kind} for kind in ("string", "integer", "number", "boolean"))


def _made(name: str, schema: Any, seed: int = 1, subject: str = "") -> Any:
    whole = {"type": "object", "required": [name], "properties": {name: schema}}
    return Generator(VIEW).value(whole, seed, varied=True, subject=subject)[name]


@pytest.mark.parametrize(
    ("name", "schema", "form"),
    [
        ("email", TEXT, r"[a-z]+\.[a-z]+@example\.com"),
        ("contactEmail", {"type": "string", "format": "email"}, r"[a-z]+\.[a-z]+@example\.com"),
        ("fullName", TEXT, r"[A-Z][a-z]+ [A-Z][a-z]+"),
        ("created_by", TEXT, r"[A-Z][a-z]+ [A-Z][a-z]+"),
        ("phone_number", TEXT, r"\+1202555\d{4}"),
        ("country", TEXT, r"[A-Z][a-z]+( [A-Z][a-z]+)?"),
        ("country", {"type": "string", "maxLength": 2}, r"[A-Z]{2}"),
        ("countryCode", TEXT, r"[A-Z]{2}"),
        ("postalCode", TEXT, r"[A-Z0-9 -]{4,9}"),
        ("company", TEXT, r"[A-Z].+"),
        ("street", TEXT, r"\d+ [A-Z][a-z]+ [A-Z][a-z]+"),
        ("client_secret", TEXT, r"[0-9a-f]{24}"),
        ("apiKey", TEXT, r"[0-9a-f]{24}"),
        ("avatarUrl", {"type": "string", "format": "uri"}, r"data:image/svg\+xml,%3Csvg.*%3C/svg%3E"),
        ("thumbnail", {"type": "string", "maxLength": 60}, r"https://example\.com/images/[a-z]+\.png"),
        ("website", {"type": "string", "format": "uri"}, r"https://example\.com/[a-z]+"),
        ("sku", TEXT, r"[A-Z]{2}-\d{4}"),
        ("description", TEXT, r"[A-Z].*\."),
        ("title", TEXT, r"[A-Z][a-z]+ .+"),
        ("price", TEXT, r"\d+\.\d\d"),
        ("sent", {"type": "string", "format": "date-time-rfc-2822"}, r"[A-Z][a-z]{2}, \d\d \w{3} 2025 [\d:]+ \+0000"),
    ],
)  # fmt: skip
def test_a_text_suits_its_name(name: str, schema: Any, form: str) -> None:
    """Whatever the seed is."""
    for seed in range(20):
        assert re.fullmatch(form, _made(name, schema, seed)), _made(name, schema, seed)


@pytest.mark.parametrize(
    ("name", "schema", "low", "high"),
    [
        ("price", NUMBER, 1, 200),
        ("total_amount", WHOLE, 100, 20_000),
        ("age", WHOLE, 18, 80),
        ("rating", NUMBER, 1, 5),
        ("stock", WHOLE, 1, 40),
        ("year", WHOLE, 1995, 2025),
        ("lat", NUMBER, -60, 60),
        ("created", {"type": "integer", "format": "unix-time"}, 1_735_689_600, 1_767_225_600),
        ("updated_at", WHOLE, 1_735_689_600, 1_767_225_600),
        ("age", {"type": "integer", "minimum": 90}, 90, 200),
    ],
)
def test_a_number_suits_its_name(name: str, schema: Any, low: int, high: int) -> None:
    """Within what the schema allows."""
    for seed in range(20):
        assert low <= _made(name, schema, seed) <= high


@pytest.mark.parametrize("name", ["deleted", "is_archived", "isDisabled", "suspended"])
def test_nothing_is_over(name: str) -> None:
    """A flag that says so is false."""
    assert not any(_made(name, FLAG, seed) for seed in range(20))


@pytest.mark.parametrize(
    ("subject", "form"),
    [
        ("users", r"[A-Z][a-z]+ [A-Z][a-z]+"),
        ("products", r"[A-Z][a-z]+( [A-Z][a-z]+)?"),
        ("companies", r"[A-Z].+"),
        ("cities", r"[A-Z][a-z]+( [A-Z][a-z]+)?"),
        ("widgets", r"[a-z]+"),
    ],
)
def test_a_name_is_that_of_its_kind(subject: str, form: str) -> None:
    """A user is called as people are, a product as products are."""
    assert re.fullmatch(form, _made("name", TEXT, subject=subject))


def test_the_fields_of_a_person_go_together() -> None:
    """The address has the name in it, and the city lies in the country; a second person in a list is another one."""
    names = ("firstName", "lastName", "email", "city", "country")
    person = {"type": "object", "required": [*names], "properties": dict.fromkeys(names, TEXT)}
    people = {"type": "array", "items": person, "minItems": 2, "maxItems": 2}
    first, second = Generator(VIEW).value(people, 3, varied=True)
    for one in (first, second):
        assert one["email"] == f"{one['firstName']}.{one['lastName']}@example.com".lower()
    assert first["email"] != second["email"]
