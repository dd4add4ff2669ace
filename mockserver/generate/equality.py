"""Equality as JSON Schema has it: 1 and 1.0 are equal, 1 and true are not (JSON Schema 2020-12 core, 4.2.2)."""

from __future__ import annotations

from typing import Any


def same(left: Any, right: Any) -> bool:
    """Whether two JSON values are equal."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(value, right[name]) for name, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def among(value: Any, values: list[Any]) -> bool:
    """Whether a JSON value equals one of the values."""
    return any(same(value, other) for other in values)


def distinct(values: list[Any]) -> bool:
    """Whether no two items of a list are equal."""
    return not any(among(value, values[:index]) for index, value in enumerate(values))
