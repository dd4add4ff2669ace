"""Values as messages show them: in JSON, as they travelled, and what isn't there by that name."""

from __future__ import annotations

import json
from typing import Any, Final

ABSENT: Final[Any] = type("Absent", (), {"__repr__": lambda _: "field missing", "__bool__": lambda _: False})()
"""Stands for a member that isn't there, which null is not."""
SHOWN: Final = 90  # characters of a value


def in_json(value: Any) -> str:
    """A value for a message, shortened."""
    if value is ABSENT:
        return repr(value)
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}... ({len(text)} characters)"
