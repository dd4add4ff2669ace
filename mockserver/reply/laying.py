"""Lays fields over a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.contract.operations.operation import ABSENT

Path = tuple[str, ...]
Fields = Sequence[tuple[Path, Any]]


def lay_over(value: Any, path: Path, field: Any) -> Any:
    """A value with one member replaced at a path; `ABSENT` removes it. Only the outermost object is changed in
    place: it is the caller's own copy."""
    if not path:
        return field
    if field is ABSENT and len(path) > 1 and not isinstance(member_at(value, path[:-1]), Mapping):
        return value
    node = result = value if type(value) is dict else {}
    last = path[-1]
    for name in path[:-1]:
        inner = node.get(name)
        node[name] = dict(inner) if isinstance(inner, Mapping) else {}
        node = node[name]
    if field is ABSENT:
        node.pop(last, None)
    else:
        node[last] = field
    return result


def member_at(value: Any, path: Path) -> Any:
    """The member at a path; None where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
