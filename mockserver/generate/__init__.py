"""Values made from schemas (being written: until then what the contract gives as an example must do)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def generate(schema: Any, *, resolve: Any, seed: Any, writing: bool = False) -> Any:
    """A value that satisfies a schema."""
    return (resolve(schema) or {}).get("example", "string")


def complete(schema: Any, given: Mapping[str, Any], **_: Any) -> dict[str, Any]:
    """A record with what the schema wants filled in."""
    return dict(given)


def fresh_key(schema: Any, key: str, *, resolve: Any, seed: Any, taken: Any) -> Any:
    """A key that no record has."""
    return next(f"{seed}/{count}" for count in range(1_000_000) if not taken(f"{seed}/{count}"))
