"""A schema taken apart: what its `$ref` leads to, which parts are for the same value, what one part declares itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from mockserver.contract.document import pointers
from mockserver.contract.document.references import EMBEDDED
from mockserver.contract.schemas.keywords import EFFECTIVE, names_in, type_names
from mockserver.errors import MockError

if TYPE_CHECKING:
    from mockserver.contract.document.document import Document

Target = Callable[[str], tuple[str, Any]]
"""Pointer and node that a `$ref` names."""

_COMPOSING: Final = frozenset(("$ref", "allOf", "anyOf", "oneOf", "if", "dependentSchemas"))
_EXAMPLES: Final = ("example", "examples")
_ABOUT: Final = frozenset(("description", "title"))
_CLOSING: Final = frozenset(("$ref", "additionalProperties"))
_HIDING: Final = _ABOUT | {"items", "type"}
_Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class LocatedSchema:
    """A schema and its JSON Pointer."""

    pointer: str
    node: Any

    @property
    def reference(self) -> str:
        """The pointer as a `$ref` writes it."""
        return "#" + quote(self.pointer, safe="/~!$&'()*+,;=:@-._")


class SchemaView:
    """How the schemas of one document are read; `legacy` is OpenAPI 3.0, which has `nullable` and no keywords beside
    a `$ref`."""

    __slots__ = ("_derived", "_target", "legacy")

    def __init__(self, target: Target, *, legacy: bool = False) -> None:
        self._target, self.legacy = target, legacy
        self._derived: dict[int, list[Any]] | None = None

    @classmethod
    def of(cls, document: Document) -> SchemaView:
        """The view of a document's schemas."""
        return cls(document.target, legacy=document.version == "3.0")

    def target(self, reference: str) -> tuple[str, Any]:
        """Pointer and node that a `$ref` names; one that leads nowhere admits anything."""
        try:
            return self._target(reference)
        except MockError:
            return "", True

    def is_alias(self, node: Mapping[str, Any]) -> bool:
        """Whether a schema is its `$ref` and nothing else that counts."""
        if not isinstance(node.get("$ref"), str):
            return False
        return self.legacy or len(node) == 1 or EFFECTIVE.isdisjoint(node) or self.closes_all(node)

    def closes_all(self, node: Mapping[str, Any]) -> bool:
        """Whether a `$ref` has `additionalProperties: false` alone beside it, which forbids what the `$ref` requires.

        No value could satisfy both; authors mean the properties that the `$ref` declares.
        """
        if node.get("additionalProperties") is not False or not EFFECTIVE.intersection(node) <= _CLOSING:
            return False
        target = self.target(node["$ref"])[1] if isinstance(node.get("$ref"), str) else None
        return isinstance(target, Mapping) and bool(own_required(target))

    def own_part(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema without its `$ref`: of an alias, no more than the examples beside it."""
        return {word: node[word] for word in _EXAMPLES if word in node} if self.is_alias(node) else node

    def at(self, pointer: str, node: Any) -> LocatedSchema:
        """The schema itself, or the one that it is an alias of."""
        seen: set[str] = set()
        while isinstance(node, dict) and (self.is_alias(node) or hides_union(node)):
            if hides_union(node):
                pointer, node = pointers.join(pointer, "items"), node["items"]
                continue
            if node["$ref"] in seen:
                return LocatedSchema(pointer, {})
            seen.add(node["$ref"])
            pointer, node = self.target(node["$ref"])
        return LocatedSchema(pointer, {} if node is True else node)

    def resolve(self, node: Any) -> Any:
        """The schema itself, or the one that it is an alias of."""
        return self.at("", node).node

    def subtypes(self, schema: Any) -> list[Any]:
        """The schemas that are built on one with a discriminator by `allOf`: values of the one may be values of these
        (OpenAPI 3.1.1, 4.8.25.4)."""
        node = self.resolve(schema)
        if not isinstance(node, dict) or not isinstance(node.get("discriminator"), Mapping):
            return []
        if self._derived is None:
            self._derived = self._all_derived()
        found: dict[int, Any] = {}
        waiting = list(self._derived.get(id(node), ()))
        while waiting:
            one = waiting.pop(0)
            if id(one) not in found and one is not node:
                found[id(one)] = one
                waiting += self._derived.get(id(one), ())
        return list(found.values())

    def _all_derived(self) -> dict[int, list[Any]]:
        """The named schemas that have another in their `allOf`, by the identity of that other."""
        derived: dict[int, list[Any]] = {}
        for schema in self._named():
            parts = schema.get("allOf") if isinstance(schema, Mapping) else None
            for part in parts if isinstance(parts, list) else ():
                if isinstance(part, Mapping) and isinstance(part.get("$ref"), str):
                    derived.setdefault(id(self.resolve(part)), []).append(schema)
        return derived

    def _named(self) -> Iterator[Any]:
        """The schemas that have names, of several documents one after the other."""
        parts = self.target(f"#/{EMBEDDED}")[1]
        names = parts if isinstance(parts, Mapping) else ()
        for place in ("", *(pointers.join("", EMBEDDED, name) for name in names)):
            named = self.target(f"#{place}/components/schemas")[1]
            yield from named.values() if isinstance(named, Mapping) else ()

    def branches(self, schema: LocatedSchema) -> list[LocatedSchema]:
        """The schema, what must hold beside it, and every alternative, each with its place."""
        walk = self.walk(schema.node, schema.pointer, alternatives=True)
        return [LocatedSchema(pointers.join(base, *steps) if steps else base, node) for base, steps, node in walk]

    def walk(self, schema: Any, pointer: str = "", *, alternatives: bool) -> list[tuple[str, _Steps, dict[str, Any]]]:
        """Each part of a schema once, so recursion ends: a pointer, the steps from there, and the part."""
        if isinstance(schema, dict) and "items" not in schema and _COMPOSING.isdisjoint(schema):  # most schemas
            return [(pointer, (), schema)]
        nodes: list[tuple[str, _Steps, dict[str, Any]]] = []
        seen: set[int] = set()
        waiting: list[tuple[str, _Steps, Any]] = [(pointer, (), schema)]
        while waiting:
            base, steps, node = waiting.pop()
            if not isinstance(node, dict) or id(node) in seen:
                continue
            seen.add(id(node))
            if "items" in node and hides_union(node):
                waiting.append((base, (*steps, "items"), node["items"]))
                continue
            if _COMPOSING.isdisjoint(node):
                nodes.append((base, steps, node))
                continue
            if not self.is_alias(node):
                nodes.append((base, steps, node))
                parts = [(base, (*steps, *more), part) for more, part in _parts(node, alternatives=alternatives)]
                waiting.extend(reversed(parts))
            if isinstance(reference := node.get("$ref"), str):
                aim, target = self.target(reference)
                waiting.append((aim, (), target))
        return nodes


def hides_union(node: Mapping[str, Any]) -> bool:
    """Whether a schema has nothing but `items`, and these nothing but alternatives: no list is meant.

    Swagger 2.0 has no `anyOf`, and authors hide it there; converters keep it so.
    """
    items = node.get("items")
    if not isinstance(items, dict) or not node.keys() <= _HIDING or node.get("type", "object") != "object":
        return False
    return any(len(items.keys() - _ABOUT) == 1 and len(items.get(word) or ()) > 1 for word in ("anyOf", "oneOf"))


def _parts(node: Mapping[str, Any], *, alternatives: bool) -> Iterator[tuple[_Steps, Any]]:
    """The schemas within a schema that are for the same value, with the steps to them."""
    for keyword in ("allOf", "anyOf", "oneOf") if alternatives else ("allOf",):
        if keyword in node and isinstance(node[keyword], list):
            yield from (((keyword, index), part) for index, part in enumerate(node[keyword]))
    if alternatives:
        if "if" in node:
            yield from (((keyword,), node[keyword]) for keyword in ("then", "else") if keyword in node)
        if isinstance(dependent := node.get("dependentSchemas"), Mapping):
            yield from ((("dependentSchemas", name), part) for name, part in dependent.items())


def parts_beside(part: Mapping[str, Any]) -> Iterator[Any]:
    """The parts of one part's `allOf`."""
    return (inner for _, inner in _parts(part, alternatives=False))


def properties(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """The properties that one part declares by name."""
    declared = part.get("properties")
    return declared if isinstance(declared, dict) else {}


def patterns(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """The properties that one part declares by a pattern of their names."""
    declared = part.get("patternProperties")
    return declared if isinstance(declared, dict) else {}


def own_required(part: Mapping[str, Any]) -> list[str]:
    """The names in the `required` of one part."""
    return names_in(part["required"]) or [] if "required" in part else []


def own_types(part: Mapping[str, Any]) -> list[str]:
    """The names in the `type` of one part."""
    return type_names(part["type"]) or [] if "type" in part else []


def discriminated(part: Mapping[str, Any], keyword: str, view: SchemaView) -> dict[str, int]:
    """Which alternative each value of the discriminator names (OpenAPI 3.0.4, 4.7.25); none where one of them has no
    name. It is a hint: messages follow it, verdicts do not.

    Without a mapping, a value is the name of a schema. Where each alternative declares other values for the property,
    so that none could ever be picked by its name, these values pick it.
    """
    discriminator, options = part.get("discriminator"), part.get(keyword)
    if not isinstance(discriminator, Mapping) or not isinstance(discriminator.get("propertyName"), str):
        return {}
    aims: dict[str, int] = {}
    for index, option in enumerate(options if isinstance(options, list) else ()):
        if not (isinstance(option, Mapping) and isinstance(option.get("$ref"), str)):
            return {}
        aims[pointers.of_reference(option["$ref"])] = index
    picks = {pointers.parts_of(aim)[-1]: index for aim, index in aims.items() if aim}
    mapping = discriminator.get("mapping")
    if not mapping and isinstance(options, list):
        stated = [_stated_values(option, discriminator["propertyName"], view) for option in options]
        if all(stated) and not any(name in stated[index] for name, index in picks.items()):
            return _by_stated_values(stated)
    for value, aim in mapping.items() if isinstance(mapping, Mapping) else ():
        pointer = pointers.of_reference(str(aim)) if "#" in str(aim) else f"/components/schemas/{aim}"
        if pointer in aims:
            picks[value] = aims[pointer]
    return picks


def _stated_values(schema: Any, name: str, view: SchemaView) -> list[str]:
    """The texts that the `const` or `enum` of a property admits."""
    members = (
        properties(part)[name] for _, _, part in view.walk(schema, alternatives=False) if name in properties(part)
    )
    for member in members:
        for _, _, part in view.walk(member, alternatives=False):
            values = [part["const"]] if "const" in part else part.get("enum")
            if isinstance(values, list):
                return [value for value in values if isinstance(value, str)]
    return []


def _by_stated_values(stated: list[list[str]]) -> dict[str, int]:
    """The alternative of each value; none where two share one, as that value decides nothing."""
    picks = {value: index for index, values in enumerate(stated) for value in values}
    return picks if len(picks) == sum(len(set(values)) for values in stated) else {}
