"""Schemas of a document as self-contained JSON Schemas (2020-12), for requests or for answers.

What a validator must not see is left out (titles, examples, extensions), what OpenAPI adds is put in terms of JSON
Schema: `nullable`, boolean `exclusiveMinimum`, `readOnly` and `writeOnly`, `format: int32`. A `discriminator` never
changes whether a value is valid (OpenAPI 3.0.4, 4.7.25; 3.1.1, 4.8.25). Every schema that is reached by `$ref` stands
once under `$defs`, so recursive schemas need no special case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Any, Final

from mockserver.contract.document import pointers
from mockserver.contract.document.document import Document
from mockserver.contract.schemas import view
from mockserver.contract.schemas.alike import repeated
from mockserver.contract.schemas.contradictions import overruled
from mockserver.contract.schemas.keywords import (
    SCHEMA,
    SCHEMA_LIST,
    SCHEMA_MAP,
    plain_keyword,
    unreadable,
)
from mockserver.errors import DocumentError

Note = Callable[[str], None]
JsonSchema = dict[str, Any] | bool
Exempt = frozenset[str]

ANYTHING: Final[JsonSchema] = True
_FLAGS: Final = ("exclusiveMinimum", "exclusiveMaximum")
_CHOSEN: Final = frozenset(("then", "else", "dependentSchemas"))
"""Keywords whose schemas hold for the same value."""
_REST: Final = frozenset(("additionalProperties", "unevaluatedProperties"))
_BOUNDS: Final = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}


class JsonSchemas:
    """The schemas of one document in one direction, `writing` for requests; each `$ref` is followed once for all."""

    def __init__(self, document: Document, *, writing: bool, note: Note) -> None:
        self.document, self.writing, self.note = document, writing, note
        self.view = view.SchemaView.of(document)
        self.legacy = self.view.legacy
        self.pointers: dict[str, str] = {}  #: where each of the `$defs` stands in the document, by its name
        self.names: dict[tuple[str, Exempt], str] = {}
        self.waiting: list[tuple[str, Any, Exempt, str]] = []
        self.definitions: dict[str, tuple[JsonSchema, frozenset[str]]] = {}  # with the names that each refers to
        self.aims: set[str] = set()  # the names that the schema at hand refers to
        self.lock = Lock()

    def self_contained(self, schema: Any, pointer: str = "") -> tuple[JsonSchema, int]:
        """The JSON Schema that checks the values of a schema, and how many `$defs` it has."""
        with self.lock:
            try:
                root, aims = self.converted(schema, frozenset(), pointer)
                self.settle()
            except BaseException:
                self.waiting.clear()
                self.names = {key: name for key, name in self.names.items() if name in self.definitions}
                raise
            definitions = self.reached(aims)
        if not definitions or isinstance(root, bool):
            return root, 0
        return {**root, "$defs": definitions}, len(definitions)

    def settle(self) -> None:
        """Convert what has been referred to, and what that refers to."""
        while self.waiting:
            name, node, exempt, pointer = self.waiting.pop()
            self.definitions[name] = self.converted(node, exempt, pointer)

    def converted(self, schema: Any, exempt: Exempt, pointer: str = "") -> tuple[JsonSchema, frozenset[str]]:
        self.aims = set()
        return self.convert(schema, exempt, pointer), frozenset(self.aims)

    def reached(self, names: Iterable[str]) -> dict[str, JsonSchema]:
        """The definitions that lie behind these names."""
        reached: dict[str, JsonSchema] = {}
        open_names = list(names)
        while open_names:
            name = open_names.pop()
            if name not in reached:
                reached[name], aims = self.definitions[name]
                open_names += aims
        return reached

    def convert(self, schema: Any, exempt: Exempt, pointer: str = "") -> JsonSchema:
        """One schema; properties named in `exempt` need not be there."""
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, Mapping):
            self.note(f"{pointer or 'a schema'} is no schema: anything fits it")
            return ANYTHING
        if isinstance(schema.get("$ref"), str):
            return self.reference(schema, exempt, pointer)
        return self.keywords(schema, exempt, pointer)

    def reference(self, schema: Mapping[str, Any], exempt: Exempt, pointer: str) -> JsonSchema:
        try:
            aim, node = self.document.target(schema["$ref"], pointer)
        except DocumentError as error:
            self.note(f"{error}: anything fits it")
            return ANYTHING
        siblings = {key: value for key, value in schema.items() if key != "$ref"}
        if not self.legacy and self.view.closes_all(schema):
            self.note(f"{pointers.join(pointer, 'additionalProperties')} is ignored: it forbids what the $ref requires")
            del siblings["additionalProperties"]
        if not siblings or self.legacy:  # a Reference Object of 3.0 has no siblings
            return {"$ref": "#/$defs/" + self.name(aim, node, exempt)}
        exempt = exempt | view.hidden(schema, self.view, writing=self.writing)
        reference, rest = {"$ref": "#/$defs/" + self.name(aim, node, exempt)}, self.keywords(siblings, exempt, pointer)
        return {**rest, **reference} if "$ref" not in rest else {"allOf": [rest, reference]}

    def name(self, pointer: str, node: Any, exempt: Exempt) -> str:
        key = pointer, exempt
        if key not in self.names:
            self.names[key] = name = f"s{len(self.pointers)}"
            self.pointers[name] = pointer
            self.waiting.append((name, node, exempt, pointer))
        self.aims.add(self.names[key])
        return self.names[key]

    def keywords(self, schema: Mapping[str, Any], exempt: Exempt, pointer: str) -> dict[str, Any]:
        exempt = exempt | view.hidden(schema, self.view, writing=self.writing)
        result: dict[str, Any] = {}
        for key, value in schema.items():
            if key in SCHEMA:
                result[key] = self.inner(key, value, exempt, pointer)
            elif key in SCHEMA_MAP:
                result |= self.schema_map(key, value, exempt, pointer)
            elif key in SCHEMA_LIST:
                result |= self.schema_list(key, value, exempt, pointer)
            elif not (self.legacy and key in _FLAGS):
                result |= plain_keyword(key, value, self.note, pointer)
        self.refine(schema, result, exempt, pointer)
        return result

    def inner(self, key: str, value: Any, exempt: Exempt, pointer: str) -> JsonSchema:
        below = pointers.join(pointer, key)
        if key == "items" and (own := view.only_item(value)) is not value:
            self.note(f"{below}: a list of one schema is read as that schema")
            value, below = own, pointers.join(below, 0)
        if key in _REST:
            return self.member(value, below)
        return self.convert(value, exempt if key in _CHOSEN else frozenset(), below)

    def schema_map(self, key: str, value: Any, exempt: Exempt, pointer: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            self.note(unreadable(key, value, pointer))
            return {}
        below = pointers.join(pointer, key)
        parts = ((name, part, pointers.join(below, name)) for name, part in value.items())
        if key in _CHOSEN:
            return {key: {name: self.convert(part, exempt, place) for name, part, place in parts}}
        return {key: {name: self.member(part, place) for name, part, place in parts}}

    def member(self, schema: Any, pointer: str) -> JsonSchema:
        """A property: a `writeOnly` one must be absent from a response."""
        if not self.writing and view.is_marked(schema, "writeOnly", self.view):
            return False
        return self.convert(schema, frozenset(), pointer)

    def schema_list(self, key: str, value: Any, exempt: Exempt, pointer: str) -> dict[str, Any]:
        if not isinstance(value, list) or not value:
            self.note(unreadable(key, value, pointer))
            return {}
        below = pointers.join(pointer, key)
        again = self.repeated(value, pointer) if key == "oneOf" else ()
        return {
            key: [
                False if at in again else self.convert(part, exempt, pointers.join(below, at))
                for at, part in enumerate(value)
            ]
        }

    def repeated(self, alternatives: list[Any], pointer: str) -> frozenset[int]:
        """The alternatives of a `oneOf` that are ignored, with a note: they accept what an earlier one does."""

        def aim(schema: Mapping[str, Any]) -> Any:
            try:
                return self.document.target(schema["$ref"], pointer)[1]
            except DocumentError:
                return None

        found = repeated(alternatives, aim)
        if found:
            many = ", ".join(map(str, sorted(found)))
            self.note(
                f"{pointers.join(pointer, 'oneOf')}: alternatives that accept what another does are ignored: {many}"
            )
        return found

    def refine(self, schema: Mapping[str, Any], result: dict[str, Any], exempt: Exempt, pointer: str) -> None:
        """What one keyword means for another."""
        for keyword, reason in tuple(overruled(result)):
            self.note(f"{pointers.join(pointer, keyword)} is ignored: {reason}")
            del result[keyword]
        if exempt and "required" in result:
            result["required"] = [name for name in result["required"] if name not in exempt]
        if exempt and "dependentRequired" in result:
            needed = result["dependentRequired"].items()
            result["dependentRequired"] = {one: [name for name in names if name not in exempt] for one, names in needed}
        if self.legacy:
            _exclusive(schema, result, "minimum", "exclusiveMinimum")
            _exclusive(schema, result, "maximum", "exclusiveMaximum")
            if result.get("enum") == []:  # JSON Schema draft 4, which 3.0 is built on, has no empty one
                self.note(unreadable("enum", [], pointer))
                del result["enum"]
        _bound(schema, result)
        if view.is_nullable(schema, self.view):
            _allow_null(result)


def _exclusive(schema: Mapping[str, Any], result: dict[str, Any], bound: str, flag: str) -> None:
    """In 3.0 `exclusiveMinimum: true` changes the meaning of `minimum`."""
    if schema.get(flag) is True and bound in result:
        result[flag] = result.pop(bound)


def _bound(schema: Mapping[str, Any], result: dict[str, Any]) -> None:
    """`int32` and `int64` are ranges, which no JSON Schema validator knows (OpenAPI format registry)."""
    bounds = _BOUNDS.get(schema["format"]) if isinstance(schema.get("format"), str) else None
    if bounds:
        result["minimum"] = max(result.get("minimum", bounds[0]), bounds[0])
        result["maximum"] = min(result.get("maximum", bounds[1]), bounds[1])


def _allow_null(result: dict[str, Any]) -> None:
    if isinstance(result.get("type"), str):
        result["type"] = [result["type"], "null"]
    else:
        # The 3.0.3 text ties nullable to `type`; beside allOf/oneOf authors mean it all the same.
        inner = dict(result)
        result.clear()
        result["anyOf"] = [{"type": "null"}, inner]
