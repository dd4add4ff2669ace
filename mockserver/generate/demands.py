"""All constraints on one value: the schemas that must hold together, with `$ref` followed and `allOf` flattened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any, Final

from mockserver.contract.schemas.ecma import matches
from mockserver.contract.schemas.view import SchemaView, own_required, own_types, parts_beside, patterns, properties
from mockserver.generate.errors import Unsatisfiable
from mockserver.generate.formats import bounds
from mockserver.generate.keyword_checks import declares, is_number

_TYPES: Final = ("object", "array", "string", "integer", "number", "boolean", "null")
_MOST_KNOWN: Final = 50_000
_IMPLIED: Final = (
    ("object", ("properties", "required", "additionalProperties", "patternProperties", "minProperties")),
    ("array", ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains")),
    ("string", ("minLength", "maxLength", "pattern", "format")),
    ("number", ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")),
)


@dataclass(frozen=True, slots=True)
class Demands:
    """Schemas that one value must satisfy together: as they were asked (`roots`), and all that they imply (`parts`)."""

    roots: tuple[Any, ...]
    parts: tuple[Mapping[str, Any], ...]
    targets: frozenset[int] = frozenset()  #: identities of the `$ref` targets among the parts
    names: tuple[str, ...] = ()  #: the `$ref`s that led here, outermost first
    _of_property: dict[str, list[Any]] = field(default_factory=dict, repr=False, compare=False)
    _known: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)  # what was asked before

    def each(self, keyword: str) -> Iterator[Any]:
        """The keyword's value in every part that has it."""
        return (part[keyword] for part in self.parts if keyword in part)

    def most(self, keyword: str, default: int = 0) -> int:
        """The largest value of a lower bound such as `minLength`."""
        return max((int(value) for value in self.each(keyword) if is_number(value)), default=default)

    def least(self, keyword: str) -> int | None:
        """The smallest value of an upper bound such as `maxLength`; None when there is none."""
        return min((int(value) for value in self.each(keyword) if is_number(value)), default=None)

    def has(self, *keywords: str) -> bool:
        """Whether any part has one of the keywords."""
        return bool(self._once(keywords, lambda: any(name in part for part in self.parts for name in keywords)))

    def _once(self, key: Any, find: Callable[[], Any]) -> Any:
        """The remembered answer, or a new one: schemas do not change, and many values are generated from each."""
        answer = self._known.get(key)
        if answer is None:
            answer = self._known[key] = find()
        return answer

    def types(self) -> list[str]:
        """The types that the value may have, in the order in which they are worth trying."""
        return list(self._once("types", self._types))

    def _types(self) -> list[str]:
        allowed = [names for part in self.parts if (names := own_types(part))]
        candidates = [*dict.fromkeys(name for names in allowed for name in names)] or list(self._implied())
        common = [name for name in candidates if all(_admits(names, name) for names in allowed)]
        return sorted(common, key="null".__eq__)  # null last: it tells a reader the least

    def _implied(self) -> Iterator[str]:
        implied = [name for name, keywords in _IMPLIED if self.has(*keywords)]
        yield from implied
        yield from (name for name in _TYPES if name not in implied)

    def bounds(self) -> tuple[float, bool, float, bool]:
        """The lower and the upper bound of a number, each with whether it is excluded; both dialects."""
        low, high = (-inf, False), (inf, False)
        for part in self.parts:
            for limit, excluded in _limits(part, "minimum", "exclusiveMinimum"):
                low = max(low, (limit, excluded))
            for limit, excluded in _limits(part, "maximum", "exclusiveMaximum"):
                high = min(high, (limit, excluded), key=lambda bound: (bound[0], not bound[1]))
            within = bounds(part.get("format"))
            if within is not None:
                low, high = max(low, (within[0], False)), min(high, (within[1], False))
        return (*low, *high)

    def property_names(self) -> list[str]:
        """The properties that any part declares, in the order of the document."""
        return list(self._once("names", self._property_names))

    def _property_names(self) -> dict[str, None]:
        return dict.fromkeys(name for part in self.parts for name in properties(part))

    def required(self) -> list[str]:
        """The properties that any part requires, in the order of the document."""
        return list(dict.fromkeys(name for part in self.parts for name in own_required(part)))

    def of_property(self, name: str) -> list[Any]:
        """The schemas that the property of this name must satisfy together."""
        schemas = self._of_property.get(name)
        if schemas is None:
            schemas = [schema for part in self.parts for schema in _of_property(part, name)]
            if self.has("unevaluatedProperties") and not self._evaluates(name):
                schemas.extend(self.each("unevaluatedProperties"))
            self._of_property[name] = schemas
        return schemas

    def _evaluates(self, name: str) -> bool:
        return any("additionalProperties" in part or declares(part, name) for part in self.parts)

    def of_item(self, index: int) -> list[Any]:
        """The schemas that the item at an index must satisfy together."""
        return [schema for part in self.parts for schema in _of_item(part, index)]


class Flattener:
    """Finds the demands of schemas, and remembers them."""

    def __init__(self, view: SchemaView) -> None:
        self._view = view
        self._known: dict[
            int, Demands
        ] = {}  # by the schema's identity; the demands hold the schema, so it stays its own

    def __call__(self, roots: Sequence[Any], place: str = "") -> Demands:
        """The demands of schemas that must hold together. Raises Unsatisfiable when one of them is `false`."""
        if len(roots) != 1 or not isinstance(roots[0], dict):
            return self._flat(roots, place)
        known = self._known.get(id(roots[0]))
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = self._known[id(roots[0])] = self._flat(roots, place)
        return known

    def _flat(self, roots: Sequence[Any], place: str) -> Demands:
        parts: dict[int, Mapping[str, Any]] = {}
        targets: set[int] = set()
        names: list[str] = []
        waiting = list(reversed(roots))
        while waiting:
            node = waiting.pop()
            if node is False:
                raise Unsatisfiable("the schema is `false`", place)
            if not isinstance(node, dict) or id(node) in parts:
                continue
            part = self._view.own_part(node)
            parts[id(node)] = part
            waiting.extend(reversed(list(self._implied(node, targets, names))))
        return Demands(tuple(roots), tuple(parts.values()), frozenset(targets), tuple(names))

    def _implied(self, node: Mapping[str, Any], targets: set[int], names: list[str]) -> Iterator[Any]:
        """The schemas that must hold where this one does."""
        if isinstance(node.get("$ref"), str):
            _, target = self._view.target(node["$ref"])
            names.append(node["$ref"])
            targets.add(id(target))
            yield target
            if self._view.is_alias(node):
                return
        yield from parts_beside(node)
        if isinstance(node.get("not"), Mapping) and node["not"].keys() == {"not"}:
            yield node["not"]["not"]


def _admits(names: list[str], name: str) -> bool:
    return name in names or (name == "integer" and "number" in names)


def _limits(part: Mapping[str, Any], plain: str, exclusive: str) -> Iterator[tuple[float, bool]]:
    limit, excluded = part.get(plain), part.get(exclusive)
    if limit is not None and is_number(limit):
        yield limit, excluded is True
    if excluded is not None and is_number(excluded):
        yield excluded, True


def _of_property(part: Mapping[str, Any], name: str) -> Iterator[Any]:
    known = properties(part)
    declared = name in known
    if declared:
        yield known[name]
    for pattern, schema in patterns(part).items():
        if matches(pattern, name):
            declared = True
            yield schema
    if not declared and "additionalProperties" in part:
        yield part["additionalProperties"]


def _of_item(part: Mapping[str, Any], index: int) -> Iterator[Any]:
    items = part.get("items", True)
    first = items if isinstance(items, list) else part.get("prefixItems") or ()
    if index < len(first):
        yield first[index]
    elif isinstance(items, list):
        yield part.get("additionalItems", True)
    else:
        yield items
