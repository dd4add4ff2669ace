"""What a request body can carry, by its schema: a PUT replaces that, and keeps the rest of the record."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from mockserver.contract.schemas.parts import properties
from mockserver.contract.schemas.times import is_stamp
from mockserver.contract.schemas.view import SchemaView, combined, is_marked, is_open, members, with_subtypes


class Carried:
    """The members that one schema of a body declares; their parts are read when a value has them."""

    def __init__(self, schema: Any, view: SchemaView, first: Any = None) -> None:
        self._schema, self._view = with_subtypes(schema, view), view
        self._first = schema if first is None else first  # of the schemas of several media types

    @cached_property
    def parts(self) -> Mapping[str, Carried]:
        """The declared members that a client may send; none where any may be sent."""
        declared = members(self._schema, self._view).items()
        return {
            name: Carried(inner, self._view) for name, inner in declared if not is_marked(inner, "readOnly", self._view)
        }

    @cached_property
    def defaults(self) -> Mapping[str, Any]:
        """What the server takes where a member isn't sent (`default`), whichever alternative of a union is sent; when
        a record was made, the server says by itself."""
        found: dict[str, Any] = {}
        for part in combined(self._first, self._view):
            for name, schema in properties(part).items():
                said = [one["default"] for one in combined(schema, self._view) if "default" in one]
                if said and said[0] is not None and not is_stamp(name) and not self._is_marked(schema):
                    found[name] = said[0]
        return found

    def _is_marked(self, schema: Any) -> bool:
        return any(is_marked(schema, mark, self._view) for mark in ("readOnly", "writeOnly"))

    @cached_property
    def is_map(self) -> bool:
        """Whether members may be sent that are not declared."""
        return is_open(self._schema, self._view)

    def replacing(self, old: Mapping[str, Any], new: Mapping[str, Any], *, outermost: bool = True) -> dict[str, Any]:
        """The new value with what the body could not carry as it was, at every depth."""
        if not self.parts:
            return dict(new)
        stays = not self.is_map or outermost
        kept = {k: v for k, v in old.items() if k not in new and k not in self.parts} if stays else {}
        inner = {
            name: self.parts[name].replacing(old[name], value, outermost=False)
            for name, value in new.items()
            if name in self.parts and isinstance(value, Mapping) and isinstance(old.get(name), Mapping)
        }
        return {**(self.defaults if outermost else {}), **new, **inner, **kept}
