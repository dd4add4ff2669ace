"""Misplaced rows: fields that are in another place in the example body of the same page.

A lost `»`, or a lost title between two tables, moves rows to the wrong place. The example body reveals it: it has the
object without the field, and the field somewhere else. Such a row is left out, since either place may be wrong.
"""

from __future__ import annotations

from typing import Any


def example_fields(values: list[Any]) -> set[str]:
    """The names of all fields in the example bodies of an operation, at any depth."""
    names: set[str] = set()
    pending = list(values)
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            names |= value.keys()
            pending += value.values()
        elif isinstance(value, list):
            pending += value
    return names


def remove_misplaced(schema: Any, value: Any, elsewhere: set[str], *, table_missing: bool) -> list[tuple[int, str]]:
    """Remove misplaced fields from `schema`, and return their lines and names.

    With `table_missing`, this table may contain the rows of a missing one, so every field that the example does not
    have is removed.
    """
    if isinstance(schema, dict) and isinstance(value, list) and value:
        return remove_misplaced(schema.get("items"), value[0], elsewhere, table_missing=table_missing)
    if not isinstance(schema, dict) or not isinstance(value, dict):
        return []
    removed: list[tuple[int, str]] = []
    fields = schema.get("properties", {})
    for name in list(fields):
        if name in value:
            removed += remove_misplaced(fields[name], value[name], elsewhere, table_missing=table_missing)
        elif table_missing or name in elsewhere:
            removed.append((int(str(fields[name]["x-source"]).rpartition(":")[2]), name))
            del fields[name]
    if removed and "required" in schema:
        schema["required"] = [name for name in schema["required"] if name in fields] or schema.pop("required")
    return removed
