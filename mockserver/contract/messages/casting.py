"""Text of parameters and forms as the types that a schema asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Final

from mockserver.contract.operations import styles
from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.schemas import view

Cast = Callable[[Any], Any]

_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]{0,400})")
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,400})(\.[0-9]{1,400})?([eE][-+]?[0-9]{1,3})?")


def as_text(text: Any) -> Any:
    """The text itself."""
    return text


def as_integer(text: Any) -> Any:
    """`42` as a number; anything else stays text, for the schema to refuse."""
    return int(text) if isinstance(text, str) and _INTEGER.fullmatch(text) else text


def as_number(text: Any) -> Any:
    """`4.2` as a number; anything else stays text, for the schema to refuse."""
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        return text
    number = int(text) if _INTEGER.fullmatch(text) else float(text)
    return number if abs(number) < float("inf") else text


def as_boolean(text: Any) -> Any:
    """`true` and `false` as booleans."""
    return {"true": True, "false": False}.get(text, text) if isinstance(text, str) else text


def as_flag(text: Any) -> Any:
    """The same in any case, and `1` and `0`: how a boolean is written as text is left to implementations (OpenAPI
    3.1.1, appendix B), and Python, Go and PHP write it so."""
    spoken = text.lower() if isinstance(text, str) else ""
    return True if spoken in ("true", "1") else False if spoken in ("false", "0") else text


def as_null(text: Any) -> Any:
    """`null` and nothing at all as null."""
    return None if text in ("null", "") else text


_SCALARS: Final[Mapping[str, Cast]] = {
    "integer": as_integer,
    "number": as_number,
    "boolean": as_boolean,
    "null": as_null,
}


_TEXTS: Final = frozenset({"string", "integer", "number", "boolean"})
"""The types of which a text may be a value."""


class Caster:
    """Makes casts for the schemas of one document, each once."""

    def __init__(self, schemas: view.SchemaView) -> None:
        self.view = schemas
        # Schemas are known by identity; an entry keeps its schema, so that no other schema gets the same id.
        self.known: dict[int, tuple[Any, Cast]] = {}

    def cast(self, schema: Any) -> Cast:
        """The cast from text to what a schema asks for; lists and objects are cast part by part."""
        if id(schema) not in self.known:
            self.known[id(schema)] = schema, self._made(schema)
        return self.known[id(schema)][1]

    def _made(self, schema: Any) -> Cast:
        kinds = self.kinds(schema)
        if kinds <= {"string"}:
            return as_text
        scalars = [cast for name, cast in _SCALARS.items() if name in kinds]
        if kinds & _TEXTS == {"boolean"}:  # no other type could be meant
            scalars = [as_flag if cast is as_boolean else cast for cast in scalars]
        scalar = scalars[0] if len(scalars) == 1 else _first_of(scalars)
        return _Parts(self, schema, scalar) if kinds & {"array", "object"} else scalar

    def form(self, schema: Any) -> str:
        """`array`, `object` or `primitive`: how a parameter of this schema travels."""
        if styles.own_delimiter(schema):
            return "primitive"
        kinds = self.kinds(schema)
        return "array" if "array" in kinds else "object" if "object" in kinds else "primitive"

    def kinds(self, schema: Any) -> frozenset[str]:
        """The JSON types that a schema allows, as far as it names any."""
        return view.kinds(schema, self.view)

    def first(self, schema: Any, key: str) -> Any:
        """A keyword of a schema or of the parts that must hold with it; ABSENT where none has it."""
        return next(view.each(schema, key, self.view), ABSENT)

    def properties(self, schema: Any) -> dict[str, Any]:
        """The properties of an object schema and of the parts that must hold with it."""
        return view.members(schema, self.view)


def _first_of(casts: list[Cast]) -> Cast:
    def cast(text: Any) -> Any:
        return next((value for one in casts if (value := one(text)) is not text), text)

    return cast


def _is_counted(value: Mapping[str, Any]) -> bool:
    """Whether the names of an object number the items of a list from 0 on."""
    return value.keys() == set(map(str, range(len(value))))


class _Parts:
    """Casts lists and objects. Their parts are looked up when a value has them: a schema may hold itself."""

    def __init__(self, caster: Caster, schema: Any, scalar: Cast) -> None:
        self.caster, self.schema, self.scalar = caster, schema, scalar

    @cached_property
    def items(self) -> Cast:
        """The cast of a list's items."""
        return self.caster.cast(view.item(self.schema, self.caster.view))

    @cached_property
    def delimiter(self) -> str | None:
        """What separates the items of a list that is one text."""
        return styles.own_delimiter(self.schema)

    @cached_property
    def counted(self) -> bool:
        """Whether `a[0]=x&a[1]=y` is meant as a list."""
        kinds = self.caster.kinds(self.schema)
        return "array" in kinds and "object" not in kinds

    @cached_property
    def members(self) -> Mapping[str, Any]:
        """The schemas of an object's properties."""
        return self.caster.properties(self.schema)

    @cached_property
    def rest(self) -> Any:
        """The schema of properties that are not declared."""
        return self.caster.first(self.schema, "additionalProperties")

    def __call__(self, value: Any) -> Any:
        if self.delimiter and isinstance(value, str):
            value = styles.listed(value, self.delimiter)
        if isinstance(value, list):
            return [self.items(item) for item in value]
        if isinstance(value, dict) and self.counted and _is_counted(value):
            return [self.items(value[place]) for place in sorted(value, key=int)]
        if isinstance(value, dict):
            return {name: self.caster.cast(self.members.get(name, self.rest))(part) for name, part in value.items()}
        return self.scalar(value)
