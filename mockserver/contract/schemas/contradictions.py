"""Keywords of one schema that no value has together, and which of them is meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from random import Random
from typing import Any, Final

from mockserver.contract.schemas.compiled import format_accepts, pattern_accepts
from mockserver.contract.schemas.keywords import is_of_no_type

_TYPICAL: Final[dict[str, tuple[str, ...]]] = {
    "date": ("2025-03-14", "1999-12-31"),
    "time": ("08:30:00Z", "08:30:00.125Z", "08:30:00+02:00"),
    "date-time": ("2025-03-14T08:30:00Z", "2025-03-14T08:30:00.125Z", "2025-03-14T08:30:00+02:00"),
    "duration": ("P1D", "PT1H", "P1Y2M3DT4H5M6S"),
    "uuid": ("1b4e28ba-2fa1-41d2-883f-0016d3cca427", "1B4E28BA-2FA1-41D2-883F-0016D3CCA427"),
    "email": ("ada@example.com", "a.b@example.org"),
    "hostname": ("example.com", "localhost", "www.example.com"),
    "ipv4": ("192.0.2.1", "10.0.0.255"),
    "ipv6": ("2001:db8::1", "2001:0db8:0000:0000:0000:0000:0000:0001"),
    "uri": ("https://example.com/a", "http://example.com", "urn:a:b"),
    "byte": ("YWJj", "YQ==", "", "QUJD" * 8),
}
"""Texts of the formats that validators assert."""
ASSERTED: Final = frozenset(_TYPICAL)
_SEED: Final = 0  # the same verdict in every process


def overruled(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The keywords that are ignored, each with the reason: what stands beside them says more."""
    if is_of_no_type(schema):
        yield "type", "no value of its enum is of that type"
    name, pattern = schema.get("format"), schema.get("pattern")
    if isinstance(name, str) and isinstance(pattern, str) and name in ASSERTED and _excludes(pattern, name):
        yield "format", f"no {name} was found that matches the pattern beside it"


@cache
def _excludes(pattern: str, name: str) -> bool:
    """Whether no text of a format is found that a pattern matches, among usual ones and those made from the pattern."""
    accepts, matches = format_accepts(name), pattern_accepts(pattern)
    if any(matches(text) for text in _TYPICAL[name]):
        return False
    from mockserver.contract.schemas.patterns import sample  # hardly any contract needs it

    random = Random(_SEED)  # noqa: S311 - no secret
    return sample([pattern], random, admits=lambda text: accepts(text) and matches(text)) is None
