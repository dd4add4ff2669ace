"""Whether two schemas accept the same values, as far as their text tells: they differ in nothing that checks one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from mockserver.contract.schemas.keywords import READERS, SCHEMA, SCHEMA_LIST, SCHEMA_MAP

Follow = Callable[[Mapping[str, Any]], Any]
"""From a schema with `$ref` to the one that it refers to; None where there is none."""

_CHECKING: Final = frozenset(
    (*READERS, *SCHEMA, *SCHEMA_LIST, *SCHEMA_MAP, "$ref", "nullable", "readOnly", "writeOnly")
)
_DEEPEST: Final = 12


def repeated(alternatives: Sequence[Any], follow: Follow) -> frozenset[int]:
    """The places of alternatives that accept what an earlier one does; of `oneOf`, no value would fit just one."""
    return frozenset(
        at
        for at, one in enumerate(alternatives)
        if at and any(are_alike(one, other, follow) for other in alternatives[:at])
    )


def are_alike(one: Any, other: Any, follow: Follow, depth: int = 0) -> bool:
    """Whether they check the same; titles, descriptions, defaults and examples aside."""
    one, other = _aim(one, follow), _aim(other, follow)
    if one is other:
        return True
    if not isinstance(one, Mapping) or not isinstance(other, Mapping) or depth > _DEEPEST:
        return bool(one == other)
    names = one.keys() & _CHECKING
    if names != other.keys() & _CHECKING:
        return False
    parts = ((name, one[name], other[name]) for name in sorted(names, key=lambda name: name in SCHEMA_MAP))
    return all(_same(name, first, second, follow, depth + 1) for name, first, second in parts)


def _aim(schema: Any, follow: Follow) -> Any:
    for _ in range(_DEEPEST):
        if not isinstance(schema, Mapping) or not isinstance(schema.get("$ref"), str):
            break
        schema = follow(schema)
    return schema


def _same(name: str, one: Any, other: Any, follow: Follow, depth: int) -> bool:
    if name in SCHEMA_MAP and isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(are_alike(one[key], other[key], follow, depth) for key in one)
    if name in SCHEMA_LIST and isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            are_alike(first, second, follow, depth) for first, second in zip(one, other, strict=True)
        )
    return are_alike(one, other, follow, depth) if name in SCHEMA else one == other
