"""Formats, patterns and lengths of text."""

from __future__ import annotations

import re
from random import Random
from typing import Any
from uuid import UUID

import jsonschema_rs
import pytest

from mockserver.contract.schemas.ecma import matches
from mockserver.contract.schemas.patterns import sample
from mockserver.contract.schemas.view import SchemaView
from mockserver.generate import Unsatisfiable, generate
from mockserver.generate.formats import bounds, has_format, make

ASSERTED = ["date-time", "date", "time", "duration", "uuid", "email", "idn-email", "hostname", "ipv4", "ipv6", "uri",
            "uri-reference", "json-pointer", "relative-json-pointer", "regex"]  # fmt: skip
OTHERS = ["url", "byte", "binary", "password", "int32", "int64", "float", "double", "decimal", "iri", "uri-template"]
TEXTS = [
    "", "a", "2025-02-30", "2025-02-28", "2024-02-29", "2025-01-01T10:00:00Z", "2025-01-01t10:00:00z", "2025-01-01",
    "0000-02-29", "0000-02-30",
    "2025-01-01T10:00:00", "2025-01-01T10:00:00+01:00", "10:00:00Z", "24:00:00Z", "10:00:00", "P1D", "P", "PT", "P1W",
    "PT5M", "P1Y2M3DT4H5M6S", "P1W2D", "3f0c9f5e-8a53-4a4e-9a70-1d3d3f6c2b10", "3f0c9f5e8a534a4e9a701d3d3f6c2b10",
    "a@b.co", "a@b@c", "@b.co", "a@", "a.b+c@example.org", "example.com", "-bad.example", "a" * 64 + ".com",
    "127.0.0.1", "127.0.0.01", "256.0.0.1", "::1", "2001:db8::1", "1::2::3", "http://example.com/a?b#c", "http:",
    "not a uri", "/a/b", "../a", "/a~1b", "/a~2", "a/b", "0/a", "01/a", "^[a-z]+$", "[",
]  # fmt: skip


def text(**schema: Any) -> str:
    """A generated text."""
    value = generate({"type": "string", **schema}, view=SchemaView(lambda reference: (reference, True)), seed=1)
    assert isinstance(value, str)
    return value


@pytest.mark.parametrize("name", [*ASSERTED, *OTHERS])
def test_what_is_made_has_its_format(name: str) -> None:
    """Fifty texts of every format are accepted by our check and by an independent one."""
    validator = jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True)
    for seed in range(50):
        value = make(name, Random(seed))
        assert value
        assert has_format(name, value)
        assert validator.is_valid(value)


@pytest.mark.parametrize("name", [name for name in ASSERTED if name not in ("idn-email", "regex")])
def test_formats_are_judged_as_validators_do(name: str) -> None:
    """The same texts are accepted and refused as by jsonschema-rs."""
    validator = jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True)
    assert [t for t in TEXTS if has_format(name, t)] == [t for t in TEXTS if validator.is_valid(t)]


def test_a_format_that_is_no_name_admits_anything() -> None:
    """Some documents have an object there."""
    assert has_format({"a": 1}, "x")
    assert bounds({"a": 1}) is None


HEX = "[0-9a-f]"


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("date-time", r"2025-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
        ("date", r"2025-\d\d-\d\d"),
        ("time", r"\d\d:\d\d:\d\dZ"),
        ("duration", r"P([1-9]|[12]\d|30)D"),
        ("uuid", rf"{HEX}{{8}}-{HEX}{{4}}-4{HEX}{{3}}-[89ab]{HEX}{{3}}-{HEX}{{12}}"),
        ("email", r"user\d{1,3}@example\.com"),
        ("idn-email", r"user\d{1,3}@example\.com"),
        ("hostname", r"host\d{1,2}\.example\.com"),
        ("idn-hostname", r"host\d{1,2}\.example\.com"),
        ("ipv4", r"192\.0\.2\.\d{1,3}"),
        ("ip", r"192\.0\.2\.\d{1,3}"),
        ("ipv6", rf"2001:db8::{HEX}{{1,4}}"),
        ("uri", rf"https://example\.com/{HEX}{{6}}"),
        ("url", rf"https://example\.com/{HEX}{{6}}"),
        ("iri", rf"https://example\.com/{HEX}{{6}}"),
        ("uri-reference", rf"/{HEX}{{6}}"),
        ("iri-reference", rf"/{HEX}{{6}}"),
        ("uri-template", rf"/{HEX}{{6}}/\{{id\}}"),
        ("json-pointer", rf"/{HEX}{{4}}/0"),
        ("relative-json-pointer", rf"0/{HEX}{{4}}"),
        ("regex", r"\^\[a-z\]\{[1-9]\}\$"),
        ("byte", r"[A-Za-z0-9+/]{4,}={0,2}"),
        ("base64", r"[A-Za-z0-9+/]{4,}={0,2}"),
        ("binary", rf"{HEX}{{8}}"),
        ("password", rf"Pw-{HEX}{{8}}"),
        ("int32", r"[1-9]\d{0,2}"),
        ("int64", r"[1-9]\d{0,2}"),
        ("decimal", r"\d{1,2}\.\d\d"),
        ("double", r"\d{1,2}\.\d\d"),
        ("float", r"\d{1,2}\.\d\d"),
    ],
)
def test_a_format_gives_plain_values(name: str, pattern: str) -> None:
    """Addresses are those that are reserved for examples, instants lie in 2025, numbers are small."""
    for seed in range(20):
        made = make(name, Random(seed))
        assert made is not None
        assert re.fullmatch(pattern, made), made


@pytest.mark.parametrize(
    ("name", "shortest"),
    [
        *(("email", "a@b.co"), ("idn-email", "a@b.co"), ("uri", "a:b"), ("url", "a:b"), ("uri-reference", "/")),
        *(("byte", "YQ=="), ("hostname", "a"), ("ipv6", "::1"), ("ipv4", "1.1.1.1"), ("duration", "P1D")),
    ],
)
def test_a_format_fits_where_little_is_allowed(name: str, shortest: str) -> None:
    """Down to the shortest text that has the format."""
    made = text(format=name, maxLength=len(shortest))
    assert len(made) <= len(shortest)
    assert has_format(name, made)


def test_a_format_that_nobody_knows_says_nothing() -> None:
    """A text is made as if there were none."""
    assert text(format="colour-of-the-sky")


@pytest.mark.parametrize(
    "schema",
    [
        {"format": "email", "minLength": 60},
        {"format": "email", "maxLength": 8},
        {"format": "uri", "minLength": 80, "maxLength": 80},
        {"format": "uuid", "pattern": "^[0-9a-f-]+$"},
        {"format": "byte", "minLength": 10},
        {"format": "date-time", "pattern": "Z$"},
        {"format": "date-time", "minLength": 25, "maxLength": 25},
        {"format": "date-time", "minLength": 24, "maxLength": 24},
        {"format": "time", "minLength": 14, "maxLength": 14},
        {"minLength": 300},
        {"maxLength": 1, "minLength": 1},
        {"pattern": "^[A-Z]{2}$"},
        {"pattern": "^[a-z]*$", "minLength": 40, "maxLength": 44},
        {"pattern": "[0-9]", "maxLength": 3},
        {"pattern": "^https://", "format": "uri"},
        {"allOf": [{"pattern": "^a"}, {"pattern": "z$"}, {"minLength": 5}]},
    ],
)
def test_format_pattern_and_length_hold_together(schema: Any) -> None:
    """Whatever is asked of a text at once is given at once."""
    assert jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(text(**schema))


@pytest.mark.parametrize(
    "pattern",
    [
        r"^\d{3}-\d{4}$", r"^(foo|bar)+$", r"^[^/]+$", r"^[\w.-]{3,8}@[a-z]+$", r"^(a|b)\1$", r"^(?!foo)[a-z]{3}$",
        r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[@$!%*?&])[A-Za-z\d@$!%*?&]{8,}$", r"^\p{Lu}\p{L}{2,5}$", r"^.{5}$", "^$",
        r"^\/[a-z]+\/$", r"^\S+\s\S+$", r"^[\u00C0-\u00FF]+$", r"^a{2,}b?c*$", r"^(?:[0-9]{1,3}\.){3}[0-9]$",
        r"^[[&&]$", r"^\$[0-9]+\^$", r"\bword\b", r"^x+?$", r"^\-\_$", "^[A-Za-z0-9+/]{43}=$",
    ],
)  # fmt: skip
def test_patterns_are_sampled(pattern: str) -> None:
    """The text that is generated from a pattern matches it, as an independent validator confirms."""
    for seed in range(10):
        sampled = sample([pattern], Random(seed))
        assert sampled is not None
        assert matches(pattern, sampled)
        assert jsonschema_rs.Draft202012Validator({"pattern": pattern}).is_valid(sampled)


@pytest.mark.parametrize("pattern", [r"^(?<year>\d{4})-\k<year>$", r"^[^]$", r"^\u{41}$"])
def test_what_only_ecma_has_is_sampled_too(pattern: str) -> None:
    """Names of groups, the class of all characters, code points in braces."""
    sampled = sample([pattern], Random(1))
    assert sampled is not None
    assert matches(pattern, sampled)


def test_a_pattern_ends_where_the_text_ends() -> None:
    """A dollar does not look past a last newline, as it does in Python."""
    assert matches("^a$", "a")
    assert not matches("^a$", "a\n")


def test_a_pattern_that_cannot_be_matched_is_refused() -> None:
    """The error names the pattern and the length."""
    with pytest.raises(Unsatisfiable, match=r"pattern '\^a\{5\}\$', 0 to 3 characters"):
        text(pattern="^a{5}$", maxLength=3)


def test_a_uuid_in_capitals_is_a_uuid_still() -> None:
    """A pattern that also allows braces and no dashes is met by the format, not by whatever the pattern allows."""
    pattern = "^[{(]?[0-9A-F]{8}[-]?([0-9A-F]{4}[-]?){3}[0-9A-F]{12}[)}]?$"
    schema = {"type": "string", "format": "uuid", "pattern": pattern}
    values = [generate(schema, view=SchemaView(lambda reference: (reference, True)), seed=seed) for seed in range(20)]
    assert [str(UUID(text)).upper() for text in values] == values


def test_repetitions_within_repetitions_stay_short() -> None:
    """However long a text may be, each level multiplies the next: the whole grows as one level would alone."""
    schema = {"type": "string", "pattern": "^(([a-z]+-)+:)+$", "minLength": 60, "maxLength": 2048}
    values = [generate(schema, view=SchemaView(lambda reference: (reference, True)), seed=seed) for seed in range(20)]
    assert all(60 <= len(text) < 1000 and re.fullmatch("(([a-z]+-)+:)+", text) for text in values)


@pytest.mark.parametrize("patterns", [["^a", "b$"], ["b$", "^a"], ["^a+$", "^[a-z]$"]])
def test_patterns_of_both_ends_hold_together(patterns: list[str]) -> None:
    """One that is anchored at its start has nothing before it, and one that is anchored at its end nothing behind."""
    schema = {"type": "string", "allOf": [{"pattern": pattern} for pattern in patterns]}
    text = generate(schema, view=SchemaView(lambda reference: (reference, True)), seed=1)
    assert all(re.search(pattern, text) for pattern in patterns)


@pytest.mark.parametrize("pattern", ["^([a-z.-]*)*/$", "^([a-z.-]+)+/$", "^(?:[a-z.-]*)+/$", r"^([\].a-z-]+)*/$"])
def test_repeated_repetitions_are_matched_at_once(pattern: str) -> None:
    """A text that does not match is refused without trying each way to split it."""
    assert matches(pattern, "www.example.com/")
    assert not matches(pattern, "www.example.com" * 20)


def test_an_escaped_bracket_begins_no_group() -> None:
    """The pattern means what it meant."""
    assert matches(r"^(\([a-z]*)*$", "(abc(de")
    assert not matches(r"^(\([a-z]*)*$", "abc")


@pytest.mark.parametrize(
    ("pattern", "fits", "misfits"),
    [(r"^[a-z\d-_/]+$", "a-_/3", "A"), (r"^[\w-.]+$", "a-.", "/"), (r"^[\d-]$", "-", "a"), (r"^\w-[a]$", "x-a", "xa")],
)
def test_a_class_of_characters_begins_no_range(pattern: str, fits: str, misfits: str) -> None:
    """The hyphen after it is one (ECMA-262, B.1.2), also where a text is made."""
    assert (matches(pattern, fits), matches(pattern, misfits)) == (True, False)
    assert matches(pattern, text(pattern=pattern))
