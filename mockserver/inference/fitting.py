"""Whether values of one schema can stand where another is declared: what a client sends where a record is shown."""

from __future__ import annotations

from typing import Any, Final

from mockserver.inference.located_schemas import LocatedSchema, Schemas

_DEEPEST: Final = 4
_LOOSE: Final = frozenset({"int32", "int64", "float", "double", "password", "binary"})


class Fitting:
    """Compares schemas of one contract; what it cannot tell, it takes to fit."""

    def __init__(self, schemas: Schemas) -> None:
        self.schemas = schemas
        self._known: dict[tuple[int, int], str | None] = {}

    def misfit(self, source: LocatedSchema, target: LocatedSchema, depth: int = 0) -> str | None:
        """Why values of `source` do not fit `target`, shown through it; None when they do."""
        if source.node is target.node or depth > _DEEPEST:
            return None
        key = (id(source.node), id(target.node))
        if key not in self._known:
            self._known[key] = None  # a schema within itself: decided by the rest
            self._known[key] = self._compared(source, target, depth)
        return self._known[key]

    def _compared(self, source: LocatedSchema, target: LocatedSchema, depth: int) -> str | None:
        return (
            self._types(source, target)
            or self._values(source, target)
            or self._formats(source, target)
            or self._members(source, target, depth)
            or self._items(source, target, depth)
        )

    def _types(self, source: LocatedSchema, target: LocatedSchema) -> str | None:
        sources, targets = self.schemas.types(source), self.schemas.types(target)
        if targets and not sources and self.schemas.members(source):
            sources = frozenset({"object"})
        loose = targets | {"integer"} if "number" in targets else targets
        if not targets or (sources and sources <= loose):
            return None
        return f"is {_words(sources)} here and {_words(targets)} there"

    def _values(self, source: LocatedSchema, target: LocatedSchema) -> str | None:
        targets = self._named(target)
        if len(targets) != 1:
            return None
        sources = [value for values in self._named(source) for value in values]
        return None if sources and all(value in targets[0] for value in sources) else "has other values here than there"

    def _named(self, schema: LocatedSchema) -> list[list[Any]]:
        """The values that each `enum` or `const` of a schema names."""
        enums = [list(values) for values in self.schemas.each(schema, "enum") if isinstance(values, list)]
        return enums + [[value] for value in self.schemas.each(schema, "const")]

    def _formats(self, source: LocatedSchema, target: LocatedSchema) -> str | None:
        targets = set(self.schemas.each(target, "format")) - _LOOSE
        missing = targets - set(self.schemas.each(source, "format"))
        return f"is no {_words(missing)} here" if len(targets) == 1 and missing else None

    def _members(self, source: LocatedSchema, target: LocatedSchema, depth: int) -> str | None:
        if not self.schemas.members(target):
            return None
        members = self.schemas.members(source)
        needed = self.schemas.required(target)
        for name, inner in self.schemas.members(target).items():
            if name in members:
                problem = self.misfit(members[name], inner, depth + 1)
                if problem is not None:
                    return f"{name} {problem}"
        lacking = sorted(name for name in needed if not self.always_there(source, name))
        return f"{lacking[0]} may be missing here" if lacking else None

    def _items(self, source: LocatedSchema, target: LocatedSchema, depth: int) -> str | None:
        source_items, target_items = self.schemas.items(source), self.schemas.items(target)
        if source_items is None or target_items is None:
            return None
        return self.misfit(source_items, target_items, depth + 1)

    def always_there(self, schema: LocatedSchema, name: str) -> bool:
        """Whether every record of a schema has this field: it is required, readOnly or has a default."""
        if name in self.schemas.required(schema):
            return True
        inner = self.schemas.members(schema).get(name)
        return inner is not None and any(
            branch.node.get("readOnly") is True or "default" in branch.node for branch in self.schemas.branches(inner)
        )


def _words(names: frozenset[str] | set[str]) -> str:
    return " or ".join(sorted(map(str, names))) or "anything"
