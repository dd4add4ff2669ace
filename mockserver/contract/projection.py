"""Shows a stored value through a schema: what the contract does not declare never leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockserver.contract.shape import Resolve, branches, is_open, item, members, required

Show = Callable[[Any], Any]


def projector(schema: Any, resolve: Resolve) -> Show:
    """A function that gives a value without undeclared and write-only members, at every depth."""
    return _projector(schema, resolve, {})


def _projector(schema: Any, resolve: Resolve, known: dict[int, Show]) -> Show:
    node = resolve(schema)
    if not isinstance(node, Mapping):
        return _as_is
    if id(node) in known:
        return lambda value: known[id(node)](value)  # noqa: PLW0108 - recursion: it is there once a value is shown
    known[id(node)] = _as_is
    shown = {
        name: _projector(inner, resolve, known)
        for name, inner in members(node, resolve).items()
        if not any(branch.get("writeOnly") for branch in branches(inner, resolve))
    }
    hidden = frozenset(members(node, resolve)) - frozenset(shown)
    shown = dict.fromkeys(required(node, resolve) - hidden, _as_is) | shown
    inner = item(node, resolve)
    each = _projector(inner, resolve, known) if inner is not None else _as_is
    if not members(node, resolve) and each is _as_is:
        return _as_is
    known[id(node)] = _shower(shown, hidden, each, open_=is_open(node, resolve))
    return known[id(node)]


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
