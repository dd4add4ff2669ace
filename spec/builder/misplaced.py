"""Rows that slipped: fields that stand where the example body of the same page does not have them.

A lost `»`, or a lost title between two tables, moves rows to where they do not belong. The example body tells: it shows
the object without the field, and the field somewhere else. Such a row is left out, since either reading may be wrong.
"""

from __future__ import annotations

from typing import Any


def names_shown(values: list[Any]) -> set[str]:
    """The names of all fields that the example bodies of an operation show, anywhere."""
    names: set[str] = set()
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            names |= value.keys()
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return names


def withhold(schema: Any, value: Any, elsewhere: set[str], *, lost: bool) -> list[tuple[int, str]]:
    """Take misplaced fields out of `schema`, and tell their lines and names.

    With `lost` a table of the page is missing: its rows may stand in this one, so every field that the example does not
    show is left out.
    """
    if isinstance(schema, dict) and isinstance(value, list) and value:
        return withhold(schema.get("items"), value[0], elsewhere, lost=lost)
    if not isinstance(schema, dict) or not isinstance(value, dict):
        return []
    found: list[tuple[int, str]] = []
    fields = schema.get("properties", {})
    for name in list(fields):
        if name in value:
            found += withhold(fields[name], value[name], elsewhere, lost=lost)
        elif lost or name in elsewhere:
            found.append((int(str(fields[name]["x-source"]).rpartition(":")[2]), name))
            del fields[name]
    if found and "required" in schema:
        schema["required"] = [name for name in schema["required"] if name in fields] or schema.pop("required")
    return found
