"""Values as messages show them and as queries have them, and what isn't there by that name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlencode

ABSENT: Final[Any] = type("Absent", (), {"__repr__": lambda _: "field missing", "__bool__": lambda _: False})()
"""Stands for a member that isn't there, which null is not."""
SHOWN: Final = 90  # characters of a value


def query_string(query: Mapping[str, Any] | Sequence[tuple[str, Any]]) -> str:
    """A query, lists one by one. A blank is `%20`: where the contract has `allowReserved`, `+` stands for itself."""
    return urlencode(query, doseq=True, quote_via=quote)


def as_query(value: Any) -> Any:
    """A value as a query has it."""
    return str(value).lower() if isinstance(value, bool) else value


def in_json(value: Any) -> str:
    """A value for a message, shortened."""
    if value is ABSENT:
        return repr(value)
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}... ({len(text)} characters)"
