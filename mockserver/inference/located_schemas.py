"""The schemas of a contract as inference compares them, each with the place that behaviours point at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mockserver.contract.contract import Contract
from mockserver.contract.document import pointers
from mockserver.contract.operations.operation import BODILESS, Body, MediaType, Operation
from mockserver.contract.schemas import view
from mockserver.contract.schemas.compiled import pattern_accepts
from mockserver.contract.schemas.naming import words
from mockserver.contract.schemas.times import form_of
from mockserver.contract.schemas.view import LocatedSchema
from mockserver.inference.names import UNIQUE, find_alike, sure_keys

__all__ = ["LocatedSchema", "Schemas"]

_WRAPPERS: Final = ("data", "result", "response", "payload")
_SCALARS: Final = frozenset({"string", "integer", "number", "boolean"})


class Schemas:
    """The schemas of one contract: their members, items and types, each looked up once."""

    def __init__(self, contract: Contract) -> None:
        self._view, self._document = contract.view, contract.document
        self._types: dict[int, frozenset[str]] = {}
        self._members: dict[int, dict[str, LocatedSchema]] = {}
        self._branches: dict[int, tuple[LocatedSchema, ...]] = {}
        self._items: dict[int, LocatedSchema | None] = {}
        self._open: dict[int, bool] = {}
        self._answers: dict[str, LocatedSchema | None] = {}

    def at(self, pointer: str, node: Any) -> LocatedSchema:
        """The schema at a place, or the one that it refers to; a `$ref` that leads nowhere admits anything."""
        return self._view.at(pointer, node)

    def branches(self, schema: LocatedSchema) -> tuple[LocatedSchema, ...]:
        """The schema and every branch of its unions, each once."""
        branches = self._branches.get(id(schema.node))
        if branches is None:
            branches = self._branches[id(schema.node)] = tuple(self._view.branches(schema))
        return branches

    def members(self, schema: LocatedSchema) -> Mapping[str, LocatedSchema]:
        """The properties that a schema declares, in its branches too."""
        members = self._members.get(id(schema.node))
        if members is None:
            members = self._members[id(schema.node)] = view.located_members(schema, self._view)
        return members

    def items(self, schema: LocatedSchema) -> LocatedSchema | None:
        """The schema of a list's items."""
        if id(schema.node) not in self._items:
            self._items[id(schema.node)] = view.located_item(schema, self._view)
        return self._items[id(schema.node)]

    def values(self, schema: LocatedSchema) -> LocatedSchema | None:
        """The schema of the values of a map: of objects whose members have no names in the document."""
        return None if self.members(schema) else self.open_values(schema)

    def open_values(self, schema: LocatedSchema) -> LocatedSchema | None:
        """The schema of the members that have no names in the document; None where nothing is said of them."""
        for branch in self.branches(schema):
            inner = branch.node.get("additionalProperties")
            if isinstance(inner, Mapping) and inner:
                return self.at(pointers.join(branch.pointer, "additionalProperties"), inner)
        return None

    def each(self, schema: LocatedSchema, keyword: str) -> Iterator[Any]:
        """The values of a keyword in the schema and its branches."""
        return (branch.node[keyword] for branch in self.branches(schema) if keyword in branch.node)

    def examples(self, schema: LocatedSchema) -> Iterator[Any]:
        """The examples that a schema gives."""
        return view.examples(schema.node, self._view)

    def has_any(self, schema: LocatedSchema, *keywords: str) -> bool:
        """Whether the schema or one of its branches has one of these keywords."""
        return any(keyword in branch.node for branch in self.branches(schema) for keyword in keywords)

    def types(self, schema: LocatedSchema) -> frozenset[str]:
        """The types that a schema names, null aside; none where it names none."""
        types = self._types.get(id(schema.node))
        if types is None:
            names = {name for part in self.branches(schema) for name in view.own_types(part.node)}
            types = self._types[id(schema.node)] = frozenset(names - {"null"})
        return types

    def form(self, name: str, schema: LocatedSchema) -> str | None:
        """The form of a field's times; None where it holds none."""
        return form_of(name, schema.node, self._view)

    def takes_null(self, schema: LocatedSchema) -> bool:
        """Whether null is a value."""
        return "null" in view.types(schema.node, self._view)

    def takes_text(self, schema: LocatedSchema, text: str) -> bool:
        """Whether a text has the length and the form that a schema wants; one with a format or an enum takes none."""
        least, most = self.each(schema, "minLength"), self.each(schema, "maxLength")
        fits = all(len(text) >= length for length in least) and all(len(text) <= length for length in most)
        patterns = (one for one in self.each(schema, "pattern") if isinstance(one, str))
        return (
            fits and not self.has_any(schema, "format", "enum") and all(pattern_accepts(one)(text) for one in patterns)
        )

    def required(self, schema: LocatedSchema) -> frozenset[str]:
        """The properties that must be there: `allOf` counts, alternatives do not."""
        return view.required(schema.node, self._view)

    def forbids(self, schema: LocatedSchema, name: str) -> bool:
        """Whether a part that must hold is closed to a property which another part declares."""
        return view.forbids(schema.node, name, self._view)

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

    def scalars(self, schema: LocatedSchema) -> list[str]:
        """The members that are texts, numbers or booleans."""
        return [name for name, member in self.members(schema).items() if self.is_scalar(member)]

    def same(self, left: LocatedSchema, right: LocatedSchema) -> bool:
        """Whether two places hold the same schema; equal ones of several documents are of different APIs."""
        if left.node is right.node:
            return True
        return bool(left.node) and left.node == right.node and self.api(left) == self.api(right)

    def api(self, schema: LocatedSchema) -> str:
        """The name of the document that a schema stands in, where there are several."""
        document = self._document
        part = document.inside(document.as_written(schema.pointer))[0] if document.parts else None
        return part.name if part is not None else ""

    def share(self, schema: LocatedSchema, other: LocatedSchema) -> bool:
        """Whether a schema speaks of the same fields as another: at least half of its own are among the other's."""
        own, known = self.members(schema).keys(), self.members(other).keys()
        return bool(own) and 2 * len(own & known) >= min(len(own), len(known)) > 0 and bool(own & known)

    def answer(self, operation: Operation) -> LocatedSchema | None:
        """The schema of the JSON that the operation answers when all is well; None where there is none."""
        if operation.id not in self._answers:
            self._answers[operation.id] = self._answered(operation)
        return self._answers[operation.id]

    def _answered(self, operation: Operation) -> LocatedSchema | None:
        exact = sorted(status for status in operation.responses if status.isdigit() and status.startswith("2"))
        response = operation.response_for(int(exact[0]) if exact else 200)
        return self._json(response.media_types) if response is not None else None

    def answers_file(self, operation: Operation) -> bool:
        """Whether a success answers something that is declared, and isn't JSON."""
        success = [one for status, one in operation.responses.items() if status.startswith("2") and one.media_types]
        return bool(success) and self.answer(operation) is None

    def is_free(self, operation: Operation) -> bool:
        """Whether a success may answer anything: its response declares no body, or one of which nothing is said."""
        exact = sorted(status for status in operation.responses if status.isdigit() and status.startswith("2"))
        status = int(exact[0]) if exact else 200
        response = operation.response_for(status)
        if response is None or status in BODILESS:
            return False
        answer = self.answer(operation)
        return not response.media_types if answer is None else self.says_nothing(answer)

    def says_nothing(self, schema: LocatedSchema) -> bool:
        """Whether a schema admits any object."""
        known = self._open.get(id(schema.node))
        if known is None:
            known = self._open[id(schema.node)] = self._admits_any_object(schema)
        return known

    def _admits_any_object(self, schema: LocatedSchema) -> bool:
        types = self.types(schema)
        constrained = any(True for word in ("additionalProperties", "enum", "const", "items") for value in
                          self.each(schema, word) if value is not True and value != {})  # fmt: skip
        return types <= {"object"} and not self.members(schema) and not constrained

    def key_alone(self, answer: LocatedSchema, key: str, collection: str) -> tuple[str, ...] | None:
        """Where an answer that shows no record has the key of one: at its top, in an envelope, or as all there is."""
        members = self.members(answer)
        if not members and self.is_scalar(answer) and self.types(answer) != {"boolean"}:
            return ()
        if (name := self._key_in(members, key, collection)) is not None:
            return (name,)
        for wrapper in (name for name in members if name in _WRAPPERS):
            if (name := self._key_in(self.members(members[wrapper]), key, collection)) is not None:
                return wrapper, name
        return None

    def _key_in(self, members: Mapping[str, LocatedSchema], key: str, collection: str) -> str | None:
        scalars = [name for name, member in members.items() if self.is_scalar(member)]
        if words(key)[-1:] and words(key)[-1] in ("id", *UNIQUE):
            return next(sure_keys(key, collection, scalars), None)
        return find_alike(key, scalars)

    def body(self, body: Body | None) -> LocatedSchema | None:
        """The schema of the request body: JSON, else a form."""
        return self._json(body.media_types, forms=True) if body is not None else None

    @staticmethod
    def takes_json_patch(body: Body) -> bool:
        """Whether one of the media types of a request body is a JSON patch (RFC 6902)."""
        return any("json-patch" in name for name in body.media_types)

    def _json(self, medias: Mapping[str, MediaType], *, forms: bool = False) -> LocatedSchema | None:
        kinds = ("json", "*/*", *(("form",) if forms else ()))
        for kind in kinds:
            for media in medias.values():
                if kind in media.name and media.schema is not None and "json-patch" not in media.name:
                    return self.at(pointers.join(media.pointer, "schema"), media.schema)
        return self._named_a_patch(medias)

    def _named_a_patch(self, medias: Mapping[str, MediaType]) -> LocatedSchema | None:
        """The schema of an object that is declared as a JSON patch, and is none: generators name any body so."""
        patches = (one for one in medias.values() if "json-patch" in one.name and one.schema is not None)
        schemas = (self.at(pointers.join(one.pointer, "schema"), one.schema) for one in patches)
        return next((schema for schema in schemas if self.is_object(schema)), None)
