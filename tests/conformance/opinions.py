"""The verdicts that are compared: ours, the generator's, and a second opinion by the library `jsonschema`.

The second opinion knows nothing of our conversion. What OpenAPI adds is put in terms of JSON Schema by a few lines of
its own: `nullable` (3.0), and the marks of a direction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

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
        hidden = (
            set(marked(draw.schemas, "readOnly" if draw.writing else "writeOnly", draw.schemas)) if marks else set()
        )
        legacy = draw.version == "3.0"
        rewrite = _Rewrite(hidden, draw.schemas, forbids=not draw.writing, legacy=legacy)
        schemas = {name: rewrite.schema(schema) for name, schema in draw.schemas.items()}
        root = {"components": {"schemas": schemas}}
        specification = DRAFT4 if legacy else DRAFT202012
        resources = {_URI: root} | {
            one["$id"]: one for one in schemas.values() if isinstance(one, dict) and "$id" in one
        }
        registry: Registry[Any] = Registry().with_resources(
            [(uri, specification.create_resource(one)) for uri, one in resources.items()]
        )
        first = schemas["A"]
        own = first.get("$id") if isinstance(first, dict) else None  # the library looks for no `$id` outside of schemas
        start = {"$ref": own or f"{_URI}#/components/schemas/A"}
        validator = Draft4Validator if legacy else Draft202012Validator
        self.accepts = validator(start, registry=registry).is_valid


def marked(node: Any, mark: str, schemas: dict[str, Any]) -> Iterator[str]:
    """The names of members that carry a mark, themselves or through what they refer to."""
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from marked(part, mark, schemas)
    members = node.get("properties") if isinstance(node, dict) else None
    yield from (name for name, one in (members or {}).items() if _has(one, mark, schemas))


def _has(schema: Any, mark: str, schemas: dict[str, Any], depth: int = 5) -> bool:
    if not isinstance(schema, dict) or not depth:
        return False
    more = [*schema.get("allOf", ())] if "$ref" not in schema or "nullable" not in schema else []
    if isinstance(reference := schema.get("$ref"), str):
        more.append(schemas.get(reference.rpartition("/")[2]))
    return schema.get(mark) is True or any(_has(one, mark, schemas, depth - 1) for one in more)


class _Rewrite:
    """A schema in plain JSON Schema: `required` without hidden members, which answers may not have."""

    def __init__(self, hidden: set[str], schemas: dict[str, Any], *, forbids: bool, legacy: bool) -> None:
        self.hidden, self.schemas, self.forbids, self.legacy = hidden, schemas, forbids, legacy

    def schema(self, node: Any) -> Any:
        """The rewritten schema."""
        if isinstance(node, list):
            return [self.schema(one) for one in node]
        if not isinstance(node, dict):
            return node
        if self.legacy and "$ref" in node:
            return {"$ref": node["$ref"]}
        result = {word: self.word(word, value) for word, value in node.items()}
        if "required" in node and not (result["required"] or not self.legacy):
            del result["required"]  # draft 4 has no empty one
        return _nullable(result) if self.legacy and result.pop("nullable", None) is True else result

    def word(self, word: str, value: Any) -> Any:
        """One keyword."""
        if word in ("enum", "const", "type", "discriminator", "$ref", "$id"):
            return value
        if word == "required":
            return [name for name in value if name not in self.hidden]
        if word == "dependentRequired":
            return {name: [one for one in needed if one not in self.hidden] for name, needed in value.items()}
        if word == "properties":
            return {name: self.member(one) for name, one in value.items()}
        if word in ("patternProperties", "dependentSchemas"):
            return {name: self.schema(one) for name, one in value.items()}
        return self.schema(value)

    def member(self, node: Any) -> Any:
        """A property."""
        mark = "writeOnly"
        if self.forbids and self.hidden and _has(node, mark, self.schemas):
            return {"not": {}}
        return self.schema(node)


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [{"enum": [None]}, schema]}
