"""Shows a stored value through a schema: what the contract does not declare never leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from mockserver.contract.schemas.compiled import pattern_accepts
from mockserver.contract.schemas.view import (
    SchemaView,
    branches,
    declarations,
    is_marked,
    is_open,
    items,
    members,
    own_types,
    patterns,
    required_somewhere,
)

Show = Callable[[Any], Any]

Nodes = tuple[int, ...]  # the identities of schemas, which their projection keeps alive

REMEMBERED = 1_000
"""How many records of one list are remembered as they show."""


def projector(schema: Any, view: SchemaView) -> Show:
    """A function that gives a value without undeclared and write-only members, at every depth.

    A schema is read when its first value is shown, since schemas refer to many others.
    """
    return _projector([schema], view, {})


def stored_projector(schema: Any, view: SchemaView) -> Show:
    """The same for what a store holds: no record changes in place, so what a list shows of it is worked out once."""
    show, each = projector(schema, view), _projector(items(schema, view), view, {})
    if each is _as_is:
        return show
    once = _once(each)
    return lambda value: [once(one) for one in value] if isinstance(value, list) else show(value)


def _once(show: Show) -> Show:
    known: dict[int, tuple[Any, Any]] = {}  # by identity; an entry keeps its value, so that no other gets the id

    def shown(value: Any) -> Any:
        entry = known.get(id(value))
        if entry is not None and entry[0] is value:
            return entry[1]
        if len(known) >= REMEMBERED:
            known.clear()
        result = show(value)
        known[id(value)] = value, result
        return result

    return shown


def _projector(schemas: Iterable[Any], view: SchemaView, known: dict[Nodes, Show]) -> Show:
    """How a value shows whose place several schemas declare, as alternatives do that share the name of a member."""
    family = (one for schema in schemas for one in (schema, *view.subtypes(schema)))
    distinct = {id(node): node for node in map(view.resolve, family) if isinstance(node, Mapping)}
    if all(_is_plain(node, view) for node in distinct.values()):
        return _as_is
    nodes = tuple(distinct)
    if nodes not in known:
        known[nodes] = _on_demand(partial(_of_object, list(distinct.values()), view, known))
    return known[nodes]


def _is_plain(schema: Any, view: SchemaView, depth: int = 4) -> bool:
    """Whether nothing can be removed: neither the schema nor the items of a list declare members."""
    deeper = any(depth == 0 or not _is_plain(inner, view, depth - 1) for inner in items(schema, view))
    return not deeper and not members(schema, view)


def _on_demand(make: Callable[[], Show]) -> Show:
    projector: Show | None = None

    def show(value: Any) -> Any:
        nonlocal projector
        if projector is None:
            projector = make()
        return projector(value)

    return show


def _of_object(nodes: list[Mapping[str, Any]], view: SchemaView, known: dict[Nodes, Show]) -> Show:
    union: Mapping[str, Any] = nodes[0] if len(nodes) == 1 else {"anyOf": nodes}
    declared = declarations(union, view)
    shown = {
        name: _projector(schemas, view, known)
        for name, schemas in declared.items()
        if not any(is_marked(inner, "writeOnly", view) for inner in schemas)
    }
    hidden = frozenset(declared) - frozenset(shown)
    shown = dict.fromkeys(required_somewhere(union, view) - hidden, _as_is) | shown
    each = _projector(items(union, view), view, known)
    if not declared and each is _as_is:
        return _as_is
    open_ = is_open(union, view) or any(_is_free(node, view) for node in nodes)
    named = [pattern_accepts(one) for branch in branches(union, view) for one in patterns(branch)]
    return _shower(shown, hidden, each, named, open_=open_)


def _is_free(schema: Any, view: SchemaView) -> bool:
    """Whether any object will do: no members are declared, and no other type is."""
    named = {name for branch in branches(schema, view) for name in own_types(branch)}
    return not members(schema, view) and (not named or "object" in named)


def _shower(
    shown: Mapping[str, Show], hidden: frozenset[str], each: Show, named: list[Callable[[str], bool]], *, open_: bool
) -> Show:
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
            if named and len(result) < len(value):
                more = (k for k in value if k not in hidden and any(accepts(k) for accepts in named))
                result |= {k: value[k] for k in more}
        for name, inner in nested:
            if name in result:
                result[name] = inner(result[name])
        return result

    return show


def _as_is(value: Any) -> Any:
    return value
