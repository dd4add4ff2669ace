"""Shows a stored value through a schema: what the contract does not declare never leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from mockserver.contract.schemas.view import Resolve, branches, declarations, is_open, items, members, required

Show = Callable[[Any], Any]

Nodes = tuple[int, ...]  # the identities of schemas, which what is made of them holds

REMEMBERED = 1_000
"""How many records of one list are remembered as they show."""


def projector(schema: Any, resolve: Resolve) -> Show:
    """A function that gives a value without undeclared and write-only members, at every depth.

    What it needs of a schema is found when the first value of that schema is shown: schemas reach far.
    """
    return _projector([schema], resolve, {})


def stored_projector(schema: Any, resolve: Resolve) -> Show:
    """The same for what a store holds: no record changes in place, so what a list shows of it is worked out once."""
    show, each = projector(schema, resolve), _projector(items(schema, resolve), resolve, {})
    if each is _as_is:
        return show
    once = _once(each)
    return lambda value: [once(one) for one in value] if isinstance(value, list) else show(value)


def _once(show: Show) -> Show:
    known: dict[int, tuple[Any, Any]] = {}  # by identity; an entry holds its value, lest the id be given to another

    def shown(value: Any) -> Any:
        found = known.get(id(value))
        if found is not None and found[0] is value:
            return found[1]
        if len(known) >= REMEMBERED:
            known.clear()
        result = show(value)
        known[id(value)] = value, result
        return result

    return shown


def _projector(schemas: Iterable[Any], resolve: Resolve, known: dict[Nodes, Show]) -> Show:
    """How a value shows whose place several schemas declare, as alternatives do that share the name of a member."""
    found = {id(node): node for node in map(resolve, schemas) if isinstance(node, Mapping)}
    if all(_is_plain(node, resolve) for node in found.values()):
        return _as_is
    nodes = tuple(found)
    if nodes not in known:
        known[nodes] = _on_demand(partial(_of_object, list(found.values()), resolve, known))
    return known[nodes]


def _is_plain(schema: Any, resolve: Resolve, depth: int = 4) -> bool:
    """Whether there is nothing to take away: no members are declared, nor by what a list holds."""
    deeper = any(depth == 0 or not _is_plain(inner, resolve, depth - 1) for inner in items(schema, resolve))
    return not deeper and not members(schema, resolve)


def _on_demand(make: Callable[[], Show]) -> Show:
    made: Show | None = None

    def show(value: Any) -> Any:
        nonlocal made
        if made is None:
            made = make()
        return made(value)

    return show


def _of_object(nodes: list[Mapping[str, Any]], resolve: Resolve, known: dict[Nodes, Show]) -> Show:
    union: Mapping[str, Any] = nodes[0] if len(nodes) == 1 else {"anyOf": nodes}
    declared = declarations(union, resolve)
    shown = {
        name: _projector(given, resolve, known)
        for name, given in declared.items()
        if not any(branch.get("writeOnly") for inner in given for branch in branches(inner, resolve))
    }
    hidden = frozenset(declared) - frozenset(shown)
    shown = dict.fromkeys(required(union, resolve) - hidden, _as_is) | shown
    each = _projector(items(union, resolve), resolve, known)
    if not declared and each is _as_is:
        return _as_is
    open_ = is_open(union, resolve) or any(_is_free(node, resolve) for node in nodes)
    return _shower(shown, hidden, each, open_=open_)


def _is_free(schema: Any, resolve: Resolve) -> bool:
    """Whether any object will do: no members are declared, and no other type is."""
    types = [branch["type"] for branch in branches(schema, resolve) if branch.get("type")]
    return not members(schema, resolve) and (
        not types or any("object" in ([t] if isinstance(t, str) else t) for t in types)
    )


def _shower(shown: Mapping[str, Show], hidden: frozenset[str], each: Show, *, open_: bool) -> Show:
    nested = [(name, show) for name, show in shown.items() if show is not _as_is]
    kept = frozenset(shown) - hidden

    def show(value: Any) -> Any:
        if isinstance(value, list):
            return value if each is _as_is else [each(inner) for inner in value]
        if type(value) is not dict and not isinstance(value, Mapping):
            return value
        if open_:
            result = {k: v for k, v in value.items() if k not in hidden}
        else:
            result = {k: v for k, v in value.items() if k in kept}
        for name, inner in nested:
            if name in result:
                result[name] = inner(result[name])
        return result

    return show


def _as_is(value: Any) -> Any:
    return value
