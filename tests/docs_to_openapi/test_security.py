"""Security lines and Authentication parts."""

from __future__ import annotations

from typing import Any

import pytest

from docs_to_openapi.reading.security import name_schemes, requirements


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("BearerAuth", [{"BearerAuth": []}]),
        ("key & oauth ( Scopes: read write ), bearer", [{"key": [], "oauth": ["read", "write"]}, {"bearer": []}]),
        ("None, bearer", [{}, {"bearer": []}]),
        ("oauth ( Scopes: https://a.example/x )", [{"oauth": ["https://a.example/x"]}]),
    ],
)
def test_a_security_line(line: str, expected: list[dict[str, list[str]]]) -> None:
    """`&` joins schemes, a comma separates alternatives, scopes are in brackets."""
    assert requirements(line) == (expected, "")


def test_the_unread_rest_is_returned() -> None:
    """Text that cannot be read is returned, not dropped."""
    assert requirements("( Scopes: x )")[1]


HTTP: dict[str, Any] = {"type": "http", "scheme": "basic"}
OAUTH: dict[str, Any] = {"type": "oauth2", "flows": {"implicit": {"scopes": {}, "authorizationUrl": "u"}}}


def test_the_only_name_is_the_only_scheme() -> None:
    """One used name without a description and one description without a name belong together."""
    schemes, unknown = name_schemes({"login": False}, [("", HTTP, "p:1")], {})
    assert schemes == {"login": HTTP | {"x-source": "p:1"}}
    assert unknown == []


def test_scopes_identify_the_oauth_scheme() -> None:
    """A name with scopes is the OAuth scheme; the other name is the other scheme."""
    schemes, _ = name_schemes({"a": True, "b": False}, [("", HTTP, "p:1"), ("", OAUTH, "p:2")], {})
    assert (schemes["a"]["type"], schemes["b"]["type"]) == ("oauth2", "http")


def test_two_names_for_two_kinds_stay_unknown() -> None:
    """Names that could be either scheme stay unknown."""
    other = {"type": "http", "scheme": "bearer"}
    schemes, unknown = name_schemes({"a": False, "b": False}, [("", HTTP, "p:1"), ("", other, "p:2")], {})
    assert schemes == {}
    assert unknown == ["a", "b"]
