"""Words about authentication → security schemes."""

from __future__ import annotations

import re
from typing import Any

from docs_to_openapi.pages.text import plain

Named = tuple[str, dict[str, Any]]

BEARER: Named = ("BearerAuth", {"type": "http", "scheme": "bearer"})
BASIC: Named = ("BasicAuth", {"type": "http", "scheme": "basic"})


def api_key(header: str, place: str = "header") -> Named:
    """An API key in a header, a query parameter or a cookie."""
    return "ApiKeyAuth", {"type": "apiKey", "in": place, "name": header}


def from_header(name: str, words: str) -> Named | None:
    """The scheme that a row of the header `Authorization` states."""
    if name.lower() != "authorization":
        return None
    text = plain(words)
    if re.search(r"\bbearer\b|\bjwt\b|oauth|access[ _-]?token", text, re.IGNORECASE):
        return BEARER
    if re.search(r"\bbasic\b", text, re.IGNORECASE):
        return BASIC
    return api_key("Authorization")


def from_method(word: str) -> Named | None:
    """The scheme that a word such as `bearer` or `basic` names."""
    return {"bearer": BEARER, "basic": BASIC}.get(word.strip().lower())
