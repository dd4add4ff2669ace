"""How people name operations on a command line: by id, path, method, tag, or as `deprecated`.

A pattern is an operationId (`delete*`), a path (`/admin/*`), a method (`DELETE`), both (`DELETE /items/*`), a tag
(`tag:admin`) or `deprecated`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from fnmatch import fnmatchcase
from typing import Final

from mockserver.contract.operations.operation import Operation
from mockserver.contract.operations.overloads import path_of

_MOST_NAMED: Final = 20
"""How many operations an error message lists."""


def nameless(path: str) -> str:
    """A path template without the names of its parameters and without query and fragment."""
    return re.sub(r"\{[^{}/]*\}", "{}", path_of(path))


def matches(operation: Operation, pattern: str) -> bool:
    """Whether a pattern names an operation."""
    raw = operation.raw
    if any(fnmatchcase(name, pattern) for name in (operation.id, str(raw.get("operationId", "")))):
        return True
    kind, _, rest = pattern.partition(":")
    if kind == "tag" and rest:
        return any(fnmatchcase(tag, rest) for tag in _tags(operation))
    if pattern == "deprecated":
        return raw.get("deprecated") is True
    method, _, path = pattern.rpartition(" ") if "/" in pattern else (pattern, "", "")
    is_method = not method or method.strip().upper() == operation.method
    return is_method and (not path or fnmatchcase(nameless(operation.template), nameless(path)))


def advice(operations: Collection[Operation], pattern: str) -> str:
    """The names nearest to a pattern, or the forms that one can have."""
    import difflib  # for an error alone

    known = [operation.id for operation in operations]
    tags = sorted({f"tag:{tag}" for operation in operations for tag in _tags(operation)})
    near = difflib.get_close_matches(pattern, [*known, *tags, *(one.template for one in operations)], n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    more = f" and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else ""
    return f"known: {', '.join(known[:_MOST_NAMED])}{more}; a path, method or tag:NAME will do as well"


def _tags(operation: Operation) -> list[str]:
    tags = operation.raw.get("tags")
    return [str(tag) for tag in tags] if isinstance(tags, list) else []
