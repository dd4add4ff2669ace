"""The verdicts that are compared: ours, the generator's, and a second opinion by the library `jsonschema`.

The second opinion knows nothing of our conversion. What OpenAPI adds is put in terms of JSON Schema by a few lines of
its own: `nullable` (3.0), and the marks of a direction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from jsonschema import Draft4Validator, Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4, DRAFT202012

from mockserver.contract.document.document import Document
from mockserver.contract.document.embedding import Access, Embedding
from mockserver.contract.document.sources import Source
from mockserver.contract.schemas.validators import SchemaValidators
from mockserver.contract.schemas.view import SchemaView
from mockserver.generate import Generator, Unsatisfiable
from tests.conformance.draws import Draw

_URI = "urn:draw"


class Ours:
    """The compiled validator and the generator of the schema A."""

    def __init__(self, draw: Draw) -> None:
        source, legacy = Source("/draw.json"), draw.version == "3.0"
        embedding = Embedding(source, Access(), parse=lambda *_: None, legacy=legacy)
        document = Document(embedding.whole(draw.document), source, draw.version, origins=embedding.origins)
        self.schema = document.root["components"]["schemas"]["A"]
        self.notes: list[str] = []
        validators = SchemaValidators(document, self.notes.append)
        self.accepts = validators.of(self.schema, writing=draw.writing).accepts
        self.generator = Generator(SchemaView.of(document), draw.writing)

    def made(self, *, varied: bool) -> Iterator[Any]:
        """A value of the generator, if it finds one."""
        with suppress(Unsatisfiable):
            yield self.generator.value(self.schema, 0, varied=varied)


class Second:
    """The verdict of `jsonschema`, with what the marks of a direction say if they are read."""

    def __init__(self, draw: Draw, *, marks: bool) -> None:
        legacy = draw.version == "3.0"
        rewrite = _Rewrite(draw, marks=marks)
        start = rewrite.reference("A", frozenset())
        schemas = rewrite.whole()
        specification = DRAFT4 if legacy else DRAFT202012
        named = {one["$id"]: one for one in schemas.values() if isinstance(one, dict) and "$id" in one}
        registry: Registry[Any] = Registry().with_resources(
            [(uri, specification.create_resource(one)) for uri, one in {_URI: {"schemas": schemas}, **named}.items()]
        )
        first = draw.schemas["A"]
        own = first.get("$id") if isinstance(first, dict) else None  # the library looks for no `$id` outside of schemas
        validator = Draft4Validator if legacy else Draft202012Validator
        self.accepts = validator({"$ref": own or _URI + start}, registry=registry).is_valid


def marked(node: Any, mark: str, schemas: dict[str, Any]) -> Iterator[str]:
    """The names of members that carry a mark, themselves or through what they refer to."""
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from marked(part, mark, schemas)
    yield from _own_marked(node, mark, schemas)


def _own_marked(node: Any, mark: str, schemas: dict[str, Any]) -> Iterator[str]:
    members = node.get("properties") if isinstance(node, dict) else None
    yield from (name for name, one in (members or {}).items() if _has(one, mark, schemas))


def _has(schema: Any, mark: str, schemas: dict[str, Any]) -> bool:
    if not isinstance(schema, dict):
        return False
    more = [*schema.get("allOf", ())]
    if isinstance(reference := schema.get("$ref"), str):
        more.append(schemas.get(reference.rpartition("/")[2]))
    return schema.get(mark) is True or any(_has(one, mark, schemas) for one in more)


_SAME: Final = ("allOf", "anyOf", "oneOf", "then", "else")
"""Keywords whose schemas are for the same value, and may require what another one marks."""
Exempt = frozenset[str]


class _Rewrite:
    """Schemas in plain JSON Schema. One that is required to have a member of the other direction need not have it: so
    there is a copy of each schema for each set of members that it need not have."""

    def __init__(self, draw: Draw, *, marks: bool) -> None:
        self.schemas, self.legacy = draw.schemas, draw.version == "3.0"
        self.mark = "readOnly" if draw.writing else "writeOnly"
        self.marks, self.forbids = marks, marks and not draw.writing
        self.copies: dict[tuple[str, Exempt], str] = {}
        self.waiting: list[tuple[str, Exempt]] = []

    def whole(self) -> dict[str, Any]:
        """All copies that are referred to, by their names."""
        made = {}
        while self.waiting:
            name, exempt = self.waiting.pop()
            made[self.copies[name, exempt]] = self.schema(self.schemas[name], exempt)
        # What dynamic references lead to is referred to by `$id`.
        return {
            **{name: self.schema(one, frozenset()) for name, one in self.schemas.items() if "$id" in str(one)},
            **made,
        }

    def reference(self, name: str, exempt: Exempt) -> str:
        """The reference to a copy."""
        if (name, exempt) not in self.copies:
            self.copies[name, exempt] = f"{name}{len(self.copies)}"
            self.waiting.append((name, exempt))
        return f"#/schemas/{self.copies[name, exempt]}"

    def schema(self, node: Any, exempt: Exempt) -> Any:
        """The rewritten schema."""
        if not isinstance(node, dict):
            return node
        if self.legacy and "$ref" in node:
            return {"$ref": self.aim(node["$ref"], exempt)}
        exempt = exempt | self.scope(node) if self.marks else exempt
        result = {word: self.word(word, value, exempt) for word, value in node.items()}
        if self.legacy and result.get("required") == []:
            del result["required"]  # draft 4 has no empty one
        return _nullable(result) if self.legacy and result.pop("nullable", None) is True else result

    def scope(self, node: Any, depth: int = 6) -> Exempt:
        """The members that carry the mark, in a schema and in those for the same value."""
        if not isinstance(node, dict) or not depth:
            return frozenset()
        beside = {} if self.legacy and "$ref" in node else node
        parts = [one for word in _SAME if word in beside for one in _listed(beside[word])]
        parts += beside.get("dependentSchemas", {}).values()
        if isinstance(reference := node.get("$ref"), str) and "/" in reference:
            parts.append(self.schemas.get(reference.rpartition("/")[2]))
        own = frozenset(_own_marked(beside, self.mark, self.schemas))
        return own.union(*(self.scope(one, depth - 1) for one in parts))

    def word(self, word: str, value: Any, exempt: Exempt) -> Any:
        """One keyword."""
        if word == "$ref":
            return self.aim(value, exempt)
        if word == "required":
            return [name for name in value if name not in exempt]
        if word == "dependentRequired":
            return {name: [one for one in needed if one not in exempt] for name, needed in value.items()}
        if word == "properties":
            return {name: self.member(one) for name, one in value.items()}
        if word in ("patternProperties", "dependentSchemas"):
            below = exempt if word == "dependentSchemas" else frozenset()
            return {name: self.schema(one, below) for name, one in value.items()}
        if word in _SAME:
            return (
                [self.schema(one, exempt) for one in value] if isinstance(value, list) else self.schema(value, exempt)
            )
        if word == "prefixItems":
            return [self.schema(one, frozenset()) for one in value]
        return value if word in _PLAIN else self.schema(value, frozenset())

    def aim(self, reference: str, exempt: Exempt) -> str:
        """A reference to a copy; one by `$id` stays."""
        name = reference.rpartition("/")[2]
        return self.reference(name, exempt) if reference.startswith("#/") else reference

    def member(self, node: Any) -> Any:
        """A property."""
        return {"not": {}} if self.forbids and _has(node, self.mark, self.schemas) else self.schema(node, frozenset())


_PLAIN: Final = ("enum", "const", "type", "discriminator", "$id")
"""Keywords whose values are no schemas, though they may look like one."""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [{"enum": [None]}, schema]}
