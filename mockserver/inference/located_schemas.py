"""Schemas of the contract with the place where they stand, so that behaviours can point at them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from mockserver.contract.contract import Contract
from mockserver.contract.document import pointers
from mockserver.contract.operations.operation import Body, MediaType, Operation
from mockserver.errors import DocumentError

_DEEPEST: Final = 16
_BRANCHES: Final = ("allOf", "anyOf", "oneOf")
_SCALARS: Final = frozenset({"string", "integer", "number", "boolean"})


@dataclass(frozen=True, slots=True)
class LocatedSchema:
    """A schema, `$ref` followed, and its JSON Pointer."""

    pointer: str
    node: Any

    @property
    def reference(self) -> str:
        """The pointer as a `$ref` writes it."""
        return "#" + quote(self.pointer, safe="/~!$&'()*+,;=:@-._")


class Schemas:
    """The schemas of one contract: their members, items and types, each looked up once."""

    def __init__(self, contract: Contract) -> None:
        self._document = contract.document
        self._members: dict[int, dict[str, LocatedSchema]] = {}
        self._branches: dict[int, tuple[LocatedSchema, ...]] = {}

    def at(self, pointer: str, node: Any) -> LocatedSchema:
        """The place that a node, or its `$ref`, leads to; one that leads nowhere admits anything."""
        try:
            return LocatedSchema(*self._document.resolved(pointer, node))
        except DocumentError:
            return LocatedSchema(pointer, {})

    def branches(self, schema: LocatedSchema) -> tuple[LocatedSchema, ...]:
        """The schema and every branch of its unions, each once."""
        found = self._branches.get(id(schema.node))
        if found is None:
            found = self._branches[id(schema.node)] = tuple(self._walk(schema))
        return found

    def _walk(self, schema: LocatedSchema) -> Iterator[LocatedSchema]:
        seen: set[int] = set()
        waiting = [schema]
        while waiting:
            one = waiting.pop()
            if not isinstance(one.node, Mapping) or id(one.node) in seen:
                continue
            seen.add(id(one.node))
            yield one
            waiting.extend(reversed(list(self._parts(one))))

    def _parts(self, schema: LocatedSchema) -> Iterator[LocatedSchema]:
        for keyword in _BRANCHES:
            parts = schema.node.get(keyword)
            for index, node in enumerate(parts if isinstance(parts, list) else ()):
                yield self.at(pointers.join(schema.pointer, keyword, index), node)

    def members(self, schema: LocatedSchema) -> Mapping[str, LocatedSchema]:
        """The properties that a schema declares, in its branches too."""
        found = self._members.get(id(schema.node))
        if found is None:
            found = self._members[id(schema.node)] = {}
            for branch in self.branches(schema):
                properties = branch.node.get("properties")
                for name, node in (properties if isinstance(properties, Mapping) else {}).items():
                    schema = self.at(pointers.join(branch.pointer, "properties", name), node)
                    if name not in found or (self._has_parts(schema) and not self._has_parts(found[name])):
                        found[name] = schema
        return found

    def _has_parts(self, schema: LocatedSchema) -> bool:
        """Whether a schema says what objects, or the items of lists, are made of: an envelope that many answers share
        leaves that to each of them."""
        items = self.items(schema)
        places = (*self.branches(schema), *(self.branches(items) if items is not None else ()))
        return any("properties" in branch.node for branch in places)

    def items(self, schema: LocatedSchema) -> LocatedSchema | None:
        """The schema of a list's items."""
        for branch in self.branches(schema):
            if isinstance(branch.node.get("items"), Mapping):
                return self.at(pointers.join(branch.pointer, "items"), branch.node["items"])
        return None

    def each(self, schema: LocatedSchema, keyword: str) -> Iterator[Any]:
        """The values of a keyword in the schema and its branches."""
        return (branch.node[keyword] for branch in self.branches(schema) if keyword in branch.node)

    def types(self, schema: LocatedSchema) -> frozenset[str]:
        """The types that a schema names, null aside; none where it names none."""
        named = (
            name for kind in self.each(schema, "type") for name in ([kind] if isinstance(kind, str) else kind or ())
        )
        return frozenset(named) - {"null"}

    def required(self, schema: LocatedSchema) -> frozenset[str]:
        """The properties that must be there: `allOf` counts, alternatives do not."""
        return frozenset(self._required(schema.node, 0))

    def _required(self, node: Any, depth: int) -> Iterator[str]:
        if not isinstance(node, Mapping) or depth > _DEEPEST:
            return
        required = node.get("required")
        yield from required if isinstance(required, list) else ()
        for part in node.get("allOf") or ():
            yield from self._required(self.at("", part).node, depth + 1)

    def forbids(self, schema: LocatedSchema, name: str) -> bool:
        """Whether a part that must hold is closed to a property which another part declares."""
        return self._forbids(schema.node, name, 0)

    def _forbids(self, node: Any, name: str, depth: int) -> bool:
        if not isinstance(node, Mapping) or depth > _DEEPEST:
            return False
        if node.get("additionalProperties") is False and name not in (node.get("properties") or {}):
            return True
        return any(self._forbids(self.at("", part).node, name, depth + 1) for part in node.get("allOf") or ())

    def is_object(self, schema: LocatedSchema) -> bool:
        """Whether values are objects with named members."""
        return self.types(schema) <= {"object"} and bool(self.members(schema))

    def is_list(self, schema: LocatedSchema) -> bool:
        """Whether values are lists."""
        return self.types(schema) == {"array"} or (not self.types(schema) and self.items(schema) is not None)

    def is_scalar(self, schema: LocatedSchema) -> bool:
        """Whether values are text, numbers or booleans."""
        types = self.types(schema)
        return bool(types) and types <= _SCALARS

    def same(self, left: LocatedSchema, right: LocatedSchema) -> bool:
        """Whether two places hold the same schema."""
        return left.node is right.node or (bool(left.node) and left.node == right.node)

    def share(self, schema: LocatedSchema, other: LocatedSchema) -> bool:
        """Whether a schema speaks of the same fields as another: at least half of its own are among the other's."""
        own, known = self.members(schema).keys(), self.members(other).keys()
        return bool(own) and 2 * len(own & known) >= min(len(own), len(known)) > 0 and bool(own & known)

    def answer(self, operation: Operation) -> LocatedSchema | None:
        """The schema of the JSON that the operation answers when all is well; None where there is none."""
        exact = sorted(status for status in operation.responses if status.isdigit() and status.startswith("2"))
        response = operation.response_for(int(exact[0]) if exact else 200)
        return self._json(response.media_types) if response is not None else None

    def body(self, body: Body | None) -> LocatedSchema | None:
        """The schema of the request body: JSON, else a form."""
        return self._json(body.media_types, forms=True) if body is not None else None

    def _json(self, medias: Mapping[str, MediaType], *, forms: bool = False) -> LocatedSchema | None:
        kinds = ("json", "*/*", *(("form",) if forms else ()))
        for kind in kinds:
            for media in medias.values():
                if kind in media.name and media.schema is not None and "json-patch" not in media.name:
                    return self.at(pointers.join(media.pointer, "schema"), media.schema)
        return None
