"""Schemas of Swagger 2.0 as those of OpenAPI 3.0: both are based on draft 4 of JSON Schema, so most keywords stay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mockserver.contract.document.place import Place
from mockserver.contract.document.swagger.original import Components, Original

FILE: Final = {"type": "string", "format": "binary"}
"""What `type: file` is in 3.0."""

EXTENSIONS: Final = {
    "x-anyOf": "anyOf",
    "x-discriminator": "discriminator",
    "x-not": "not",
    "x-nullable": "nullable",
    "x-oneOf": "oneOf",
    "x-writeOnly": "writeOnly",
}
"""Extensions by which authors say in 2.0 what 3.0 has keywords for."""

_MAPS: Final = frozenset(("properties", "patternProperties"))
_LISTS: Final = frozenset(("allOf", "anyOf", "oneOf", "x-anyOf", "x-oneOf"))
_SINGLE: Final = frozenset(("additionalProperties", "items", "not", "x-not"))
_DISCRIMINATORS: Final = frozenset(("discriminator", "x-discriminator"))
_READ: Final = _MAPS | _LISTS | _SINGLE | _DISCRIMINATORS
"""Keywords whose argument isn't the same in 3.0."""


class Schemas:
    """Converts schemas; those that are referred to stand under `components.schemas`."""

    def __init__(self, original: Original) -> None:
        self.original = original
        self.components = Components(original, "schemas", original.root.get("definitions"))

    def contents(self) -> dict[str, Any]:
        """The schemas under `components`."""
        return self.components.contents(lambda place, _: self.converted(place))

    def converted(self, place: Place) -> Any:
        """One schema."""
        if not isinstance(place.node, dict):
            return place.node
        words = {key: self.keyword(key, place / key) if key in _READ else value for key, value in place.node.items()}
        words |= {name: words[own] for own, name in EXTENSIONS.items() if own in words and name not in words}
        if isinstance(reference := words.get("$ref"), str):
            return self.reference(words, reference)
        return _typed(words)

    def reference(self, words: dict[str, Any], reference: str) -> dict[str, Any]:
        """A reference; one that may be null is part of a schema, as nothing counts beside a `$ref`."""
        aim = {"$ref": self.components.reference(reference)}
        rest = {key: value for key, value in words.items() if key != "$ref"}
        return {**rest, "allOf": [aim]} if rest.get("nullable") is True else {**rest, **aim}

    def keyword(self, key: str, place: Place) -> Any:
        """The argument of one keyword."""
        value = place.node
        if key in _MAPS and isinstance(value, dict):
            return {name: self.converted(child) for name, child in place.members()}
        if key in _LISTS and isinstance(value, list):
            return [self.converted(child) for child in place.items()]
        if key == "items" and isinstance(value, list):
            self.original.note(place, "a schema for each position is nothing that OpenAPI 3.0 has: any items fit")
            return {}
        if key in _SINGLE:
            return self.converted(place)
        if key in _DISCRIMINATORS:
            return self.discriminator(value)
        return value

    def discriminator(self, value: Any) -> Any:
        """An object that names the property; its values go on naming schemas, whose names are kept."""
        if isinstance(value, str):
            return {"propertyName": value}
        mapping = value.get("mapping") if isinstance(value, Mapping) else None
        if not isinstance(mapping, Mapping):
            return value
        aims = {k: self.components.reference(v) if "#" in str(v) else v for k, v in mapping.items()}
        return {**value, "mapping": aims}


def _typed(words: dict[str, Any]) -> dict[str, Any]:
    """The schema, with files and several types in the words of 3.0."""
    kind = words.get("type")
    if kind == "file":
        return words | FILE
    names = kind if isinstance(kind, list) else [kind]
    if "null" not in names and len(names) == 1:
        return words
    if "null" in names:
        words = {**words, "nullable": True}
        names = [name for name in names if name != "null"]
    if not names:
        return {**words, "type": "string", "enum": [None]}
    if len(names) == 1:
        return {**words, "type": names[0]}
    rest = {key: value for key, value in words.items() if key != "type"}
    return {**rest, "anyOf": [{"type": name} for name in names]}
