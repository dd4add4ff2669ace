"""What inside a record only the server sets: a `readOnly` member that a client sends is ignored, at every depth.

It keeps the value that it has. An item of a list keeps that of the item which had the same before, else of the one in
its place, so that a record which is read, changed and written back is what it was; a new one is left out, and generated
where the schema requires it. The members of the record itself are handled where its key and owner are (`records.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.schemas.view import SchemaView, each, is_marked, item, members, with_subtypes

_MOST_LOOKED_AT: Final = 2_000
"""Schemas that are looked through for the mark; beyond that it is taken to be there."""

Known = dict[int, "ReadOnly"]


class ReadOnly:
    """The `readOnly` members of a schema and of what is inside; each schema is read when a value first needs it."""

    def __init__(self, schema: Any, view: SchemaView, known: Known | None = None) -> None:
        self._schema, self._view = with_subtypes(schema, view), view
        self._known: Known = {} if known is None else known

    def _of(self, schema: Any) -> ReadOnly:
        return self._known.setdefault(id(schema), ReadOnly(schema, self._view, self._known))

    @cached_property
    def names(self) -> frozenset[str]:
        """The members that are marked."""
        return frozenset(
            name
            for name, inner in members(self._schema, self._view).items()
            if is_marked(inner, "readOnly", self._view)
        )

    @cached_property
    def parts(self) -> Mapping[str, ReadOnly]:
        return {name: self._of(inner) for name, inner in members(self._schema, self._view).items()}

    @cached_property
    def item_part(self) -> ReadOnly | None:
        inner = item(self._schema, self._view)
        return None if inner is None else self._of(inner)

    @cached_property
    def rest(self) -> ReadOnly | None:
        inner = (one for one in each(self._schema, "additionalProperties", self._view) if isinstance(one, Mapping))
        return next((self._of(one) for one in inner), None)

    @cached_property
    def has_inner(self) -> bool:
        """Whether anything inside the members, items and values is marked."""
        waiting, seen = [self], {id(self)}  # nodes live as long as what they are known by
        while waiting and len(seen) < _MOST_LOOKED_AT:
            node = waiting.pop()
            inner = [one for one in (*node.parts.values(), node.item_part, node.rest) if one is not None]
            if any(one.names for one in inner):
                return True
            waiting += [one for one in inner if id(one) not in seen]
            seen.update(map(id, inner))
        return bool(waiting)

    def inside(self, new: Any, old: Any) -> Any:
        """A value as it is stored in the place of an old one (ABSENT where there was none)."""
        if not self.has_inner or not isinstance(new, Mapping | list):
            return new
        if isinstance(new, list):
            return self._items(new, old if isinstance(old, list) else [])
        before = old if isinstance(old, Mapping) else {}
        return {name: self.of_member(name, value, before.get(name, ABSENT)) for name, value in new.items()}

    def of_member(self, name: str, new: Any, old: Any) -> Any:
        """The value of a member as it is stored."""
        part = self.parts.get(name) or self.rest
        return new if part is None else part.whole(new, old)

    def whole(self, new: Any, old: Any) -> Any:
        """The same, with the marked members of the value itself."""
        if not isinstance(new, Mapping) or not self.names:
            return self.inside(new, old)
        before = old if isinstance(old, Mapping) else {}
        sent = {name: value for name, value in new.items() if name not in self.names or name in before}
        return self.inside(sent | {name: before[name] for name in before if name in self.names}, old)

    def _items(self, new: list[Any], old: list[Any]) -> list[Any]:
        part = self.item_part
        if part is None:
            return new
        same = [next((place for place, one in enumerate(old) if part.is_same(item, one)), None) for item in new]
        free = set(range(len(old))).difference(same)
        before = [place if at is None and place in free else at for place, at in enumerate(same)]
        return [part.whole(item, ABSENT if at is None else old[at]) for item, at in zip(new, before, strict=True)]

    def is_same(self, new: Any, old: Any) -> bool:
        """Whether an item was sent back as it was shown, as far as only the server sets it."""
        if not isinstance(new, Mapping) or not isinstance(old, Mapping):
            return False
        own = self.names & new.keys()
        return bool(own) and all(name in old and old[name] == new[name] for name in own)
