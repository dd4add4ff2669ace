"""What a schema declares, seen through `$ref`, `allOf`, `anyOf` and `oneOf`: its members, its items, its formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Resolve = Callable[[Any], Any]

_BRANCHES = ("allOf", "anyOf", "oneOf")


def branches(schema: Any, resolve: Resolve) -> Iterator[Mapping[str, Any]]:
    """The schema itself and every branch of its unions, `$ref` followed; each once, so recursion ends."""
    seen: set[int] = set()
    waiting = [schema]
    while waiting:
        node = resolve(waiting.pop())
        if not isinstance(node, Mapping) or id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        for word in _BRANCHES:
            waiting.extend(reversed(node.get(word) or ()))


def declarations(schema: Any, resolve: Resolve) -> dict[str, list[Any]]:
    """The properties that a schema declares, by name, with each different schema that its branches give them."""
    found: dict[str, list[Any]] = {}
    for branch in branches(schema, resolve):
        for name, inner in (branch.get("properties") or {}).items():
            known = found.setdefault(name, [])
            if inner not in known:
                known.append(inner)
    return found


def members(schema: Any, resolve: Resolve) -> dict[str, Any]:
    """The properties that a schema declares, in its branches too, by name; the first branch that declares one wins."""
    found: dict[str, Any] = {}
    for branch in branches(schema, resolve):
        for name, inner in (branch.get("properties") or {}).items():
            found.setdefault(name, inner)
    return found


def required(schema: Any, resolve: Resolve) -> frozenset[str]:
    """The members that a schema requires, in its branches too, whether it declares them or not."""
    wanted = (branch.get("required") for branch in branches(schema, resolve))
    return frozenset(name for names in wanted if isinstance(names, list) for name in names)


def items(schema: Any, resolve: Resolve) -> list[Any]:
    """The different schemas that a list's items may have: alternatives may each declare their own."""
    found: list[Any] = []
    for branch in branches(schema, resolve):
        if branch.get("items") and branch["items"] not in found:
            found.append(branch["items"])
    return found


def item(schema: Any, resolve: Resolve) -> Any:
    """The schema of a list's items, the first where there are several; None where none is declared."""
    return next((branch["items"] for branch in branches(schema, resolve) if branch.get("items")), None)


def is_open(schema: Any, resolve: Resolve) -> bool:
    """Whether values may have members beyond those declared: nothing is declared, or the schema says so itself."""
    extra = [branch["additionalProperties"] for branch in branches(schema, resolve) if "additionalProperties" in branch]
    return any(value is not False for value in extra) or not members(schema, resolve)


def at_path(schema: Any, names: tuple[str, ...], resolve: Resolve) -> Any:
    """The schema of the member at a path of names, a union where branches declare it differently; None where nothing
    is declared there."""
    for name in names:
        found = declarations(schema, resolve).get(name)
        if found is None:
            return None
        schema = found[0] if len(found) == 1 else {"anyOf": found}
    return schema


def has_format(schema: Any, name: str, resolve: Resolve) -> bool:
    """Whether a schema declares this `format`, in a branch at least."""
    return any(branch.get("format") == name for branch in branches(schema, resolve))
