"""Documents to disagree about: schemas A, B and C with siblings of `$ref`, discriminators, `nullable`, `readOnly`,
`unevaluatedProperties` and dynamic references, and values that are nearly valid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

NAMES: Final = ("a", "b", "c")
VERSIONS: Final = ("3.0", "3.1", "3.2")
_BASE: Final = "https://draws.test/"
_MEMBERS: Final[tuple[Any, ...]] = (
    *("x", "B", "C", 1, 2.5, None, True),
    *({}, {"a": "x"}, {"a": 1, "b": "x"}, [], ["x"], [1]),
)
VALUES: Final[list[Any]] = [
    *({"a": first, "b": second} for first in _MEMBERS for second in ("x", 1, None)),
    *({name: value} for name in NAMES for value in _MEMBERS),
    *({"a": first, "b": "x", "c": third} for first in ("x", 1, {"a": "x"}) for third in (None, "x")),
    *([first, second] for first in ("x", 1, {"a": "x"}) for second in ("x", 1, None)),
    *({}, None, True, False, 0, 1, 2, 2.5, "", "x", "xx", [], ["x"], [1, "x", 1], [{"a": "x"}]),
    *({"a": {"a": {"a": 1}}}, {"b": []}, {"b": [{}]}, {"b": [{"b": []}]}),
    *({"a": "x", "b": [{"a": 1}]}, {"c": 1, "b": [{"b": [{"c": 1}]}]}),
]
_MOST_VALUES: Final = 4

Schema = Any
Make = Callable[[], Schema]
Parts = Mapping[str, Make]

_LEAVES: Final[list[Schema]] = [
    *({}, {"type": "string"}, {"type": "integer"}, {"type": "object"}, {"enum": ["x", 1]}, {"minimum": 1}),
    *({"type": "string", "maxLength": 1}, {"type": "array"}, {"enum": [None]}, {"type": "boolean"}),
]
_OLDER: Final[list[Schema]] = [
    *({"type": "string", "nullable": True}, {"nullable": True}, {"enum": ["x", None], "nullable": True}),
    {"type": "integer", "minimum": 1, "exclusiveMinimum": True},
    {"nullable": True, "allOf": [{"type": "string"}]},
]
_NEWER: Final[list[Schema]] = [
    *({"type": ["string", "null"]}, {"const": "x"}, {"const": None}, {"exclusiveMinimum": 1}, {"type": "null"}),
    *(True, False, {"enum": []}),
]
_MARKS: Final[list[dict[str, bool]]] = [{}, {}, {}, {"readOnly": True}, {"writeOnly": True}]


@dataclass(frozen=True)
class Draw:
    """A document's schemas in one version and direction, and values to check by the schema A."""

    version: str
    writing: bool
    schemas: dict[str, Schema]
    values: tuple[Any, ...]

    @property
    def document(self) -> dict[str, Any]:
        """The whole document."""
        return {"openapi": f"{self.version}.0", "paths": {}, "components": {"schemas": self.schemas}}


def draw_of(random: Random) -> Draw:
    """A draw of any version and direction."""
    version = random.choice(VERSIONS)
    maker = _Maker(random, legacy=version == "3.0")
    schemas = maker.dynamic() if not maker.legacy and random.random() < 0.2 else maker.schemas()
    return Draw(version, random.random() < 0.5, schemas, tuple(random.choices(VALUES, k=_MOST_VALUES)))


class _Maker:
    """Makes schemas of one version; `legacy` is OpenAPI 3.0."""

    def __init__(self, random: Random, *, legacy: bool) -> None:
        self.random, self.legacy = random, legacy
        self.targets: tuple[str, ...] = ()  #: the schemas that may be referred to

    def schemas(self) -> dict[str, Schema]:
        """The schemas C, B and A, each of which may refer to those before it."""
        made: dict[str, Schema] = {}
        for name in ("C", "B", "A"):
            self.targets = tuple(made)
            made[name] = self.whole()
        return made

    def whole(self) -> Schema:
        kinds = [self.base, self.composed, *([self.beside, self.beside, self.discriminated] if self.targets else [])]
        return self.random.choice(kinds)()

    def beside(self) -> Schema:
        """A `$ref` with siblings."""
        return {**self.reference(), **self.table(), **self.composed()}

    def discriminated(self) -> Schema:
        aim = self.random.choice((f"#/components/schemas/{self.targets[-1]}", self.targets[-1]))
        options = [{"$ref": f"#/components/schemas/{name}"} for name in self.targets]
        mapping = self.random.choice(({}, {"mapping": {"x": aim}}))
        table = self.random.choice(({}, self.table()))
        return {
            **table,
            self.random.choice(("oneOf", "anyOf")): options,
            "discriminator": {"propertyName": "a", **mapping},
        }

    def base(self) -> Schema:
        return self.random.choice((self.table, self.table, self.array, self.leaf))()

    def leaf(self) -> Schema:
        return self.random.choice([*_LEAVES, *(_OLDER if self.legacy else _NEWER)])

    def reference(self) -> Schema:
        return {"$ref": f"#/components/schemas/{self.random.choice(self.targets)}"} if self.targets else {}

    def inner(self) -> Schema:
        return self.reference() if self.targets and self.random.random() < 0.4 else self.leaf()

    def member(self) -> Schema:
        """A property; a mark beside a `$ref` is one in 3.0 too, where nothing else beside it counts."""
        schema = self.inner()
        return {**schema, **self.random.choice(_MARKS)} if isinstance(schema, dict) else schema

    def table(self) -> dict[str, Schema]:
        """Objects."""
        members = self.random.sample(NAMES, self.random.randint(0, 2))
        parts: Parts = {
            "required": self.names,
            "type": lambda: "object",
            "additionalProperties": lambda: self.random.choice((False, self.inner())),
            "minProperties": lambda: self.random.randint(0, 2),
        }
        newer: Parts = {
            "patternProperties": lambda: {"^[ab]": self.inner()},
            "propertyNames": lambda: self.random.choice(({"enum": ["a", "b"]}, {"maxLength": 1})),
            "dependentRequired": lambda: {self.random.choice(NAMES): self.names()},
            "dependentSchemas": lambda: {self.random.choice(NAMES): self.random.choice((self.inner(), self.needing()))},
            "unevaluatedProperties": lambda: self.random.choice((False, self.inner())),
        }
        older: Parts = {"nullable": lambda: True}
        return {"properties": {name: self.member() for name in members}, **self.some(parts, older, newer)}

    def array(self) -> dict[str, Schema]:
        """Lists."""
        parts: Parts = {
            "items": self.inner,
            "minItems": lambda: self.random.randint(0, 2),
            "uniqueItems": lambda: True,
            "type": lambda: "array",
        }
        newer: Parts = {
            "prefixItems": lambda: [self.inner() for _ in range(self.random.randint(1, 2))],
            "contains": self.inner,
            "maxContains": lambda: self.random.randint(0, 1),
            "unevaluatedItems": lambda: self.random.choice((False, self.inner())),
        }
        return self.some(parts, {}, newer)

    def composed(self) -> dict[str, Schema]:
        """Schemas made of others."""
        parts: Parts = {"allOf": self.several, "anyOf": self.several, "oneOf": self.several, "not": self.part}
        newer: Parts = {
            **dict.fromkeys(("if", "then", "else"), self.part),
            "unevaluatedProperties": lambda: False,
        }
        return self.some(parts, {}, newer)

    def some(self, parts: Parts, older: Parts, newer: Parts) -> dict[str, Schema]:
        """A few of the keywords."""
        known = {**parts, **(older if self.legacy else newer)}
        return {word: make() for word, make in known.items() if self.random.random() < 0.3}

    def part(self) -> Schema:
        return self.random.choice((self.base, self.reference, self.needing))()

    def several(self) -> list[Schema]:
        return [self.part() for _ in range(self.random.randint(1, 3))]

    def names(self) -> list[str]:
        return self.random.sample(NAMES, self.random.randint(1, 2))

    def needing(self) -> Schema:
        return {"required": self.names()}

    def dynamic(self) -> dict[str, Schema]:
        """A tree whose nodes are of the kind by which it is reached (JSON Schema 2020-12 core, 8.2.3.2)."""
        node = {"$dynamicRef": "#node"}
        members = {"b": {"type": "array", "items": node}, **({"a": self.leaf()} if self.random.random() < 0.5 else {})}
        tree = {"properties": members, **self.some({"required": lambda: ["b"], "type": lambda: "object"}, {}, {})}
        parts: Parts = {
            "unevaluatedProperties": lambda: False,
            "properties": lambda: {name: self.leaf() for name in self.names()},
            "required": self.names,
        }
        kind = {"$ref": "tree", **self.some(parts, {}, {})}
        aim = {"$ref": _BASE + self.random.choice(("kind", "tree"))}
        own = {"$id": f"{_BASE}a", "$dynamicAnchor": "node", **aim, "properties": {"c": node}}
        return {
            "A": self.random.choice((aim, {"allOf": [aim]}, own)),
            "B": {"$id": f"{_BASE}tree", "$dynamicAnchor": "node", **tree},
            "C": {"$id": f"{_BASE}kind", "$dynamicAnchor": "node", **kind},
        }
