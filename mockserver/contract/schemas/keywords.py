"""The keywords of JSON Schema (2020-12) that check a value, and the repair of those that documents get wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from mockserver.contract.document import pointers
from mockserver.contract.schemas.compiled import repaired_pattern

Note = Callable[[str], None]
_SHOWN: Final = 100

SCHEMA: Final = frozenset(
    [
        "additionalProperties",
        "contains",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    ]
)
"""Keywords whose value is a schema."""

SCHEMA_MAP: Final = frozenset(("properties", "patternProperties", "dependentSchemas"))
"""Keywords whose value is a mapping of schemas."""

SCHEMA_LIST: Final = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
"""Keywords whose value is a list of schemas."""

TYPES: Final = frozenset(("string", "number", "integer", "boolean", "array", "object", "null"))


OTHER_DRAFTS: Final = frozenset(
    [
        *("additionalItems", "dependencies", "disallow", "divisibleBy", "extends"),
        *("$recursiveAnchor", "$recursiveRef"),
    ]
)
"""Keywords that only other drafts of JSON Schema have."""


def plain_keyword(key: str, value: Any, note: Note, pointer: str = "") -> dict[str, Any]:
    """The keyword as JSON Schema wants it; nothing where it checks no value, or cannot be read (with a note)."""
    read = READERS.get(key)
    if read is None:
        if key in OTHER_DRAFTS:
            note(f"{_placed(key, pointer)} is a keyword of another draft of JSON Schema, and checks nothing here")
        return {}
    repaired = read(value)
    if repaired is None:
        note(unreadable(key, value, pointer))
        return {}
    return {key: repaired[0]}


def unreadable(key: str, value: Any, pointer: str) -> str:
    """The note on a keyword whose value is none."""
    return f"{_placed(key, pointer)}: {repr(value)[:_SHOWN]} cannot be read and is ignored"


def _placed(key: str, pointer: str) -> str:
    return pointers.join(pointer, key) if pointer else key


def names_in(value: Any) -> list[str] | None:
    """The names of a `required`, each once; None where it cannot be read."""
    read = _names(value)
    return read[0] if read else None


def type_names(value: Any) -> list[str] | None:
    """The names in a `type`, which is a name or a list of names; None where it cannot be read."""
    if isinstance(value, str):
        return [value] if value in TYPES else None
    names = value if isinstance(value, list) else []
    return names if names and {str}.issuperset(map(type, names)) and TYPES.issuperset(names) else None


def is_of_no_type(schema: Mapping[str, Any]) -> bool:
    """Whether no member of an `enum` is of the `type` beside it, as names of an enumeration of integers: the `enum` is
    meant."""
    listed, names = schema.get("enum"), type_names(schema.get("type"))
    if not isinstance(listed, list) or not listed or names is None:
        return False
    return not any(_TYPES_OF.get(type(one), "object") in names or _is_number(one, names) for one in listed)


def _is_number(value: Any, names: list[str]) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and not {"number", "integer"}.isdisjoint(names)
    )


_TYPES_OF: Final = {str: "string", bool: "boolean", list: "array", dict: "object", type(None): "null"}
_Read = tuple[Any] | None


def _number(value: Any) -> _Read:
    return (value,) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _count(value: Any) -> _Read:
    return (int(value),) if _number(value) and value >= 0 and value == int(value) else None


def _positive(value: Any) -> _Read:
    return (value,) if _number(value) and value > 0 else None


def _names(value: Any) -> _Read:
    if isinstance(value, list) and {str}.issuperset(map(type, value)):
        return (list(dict.fromkeys(value)),)
    return None


def _type(value: Any) -> _Read:
    return (value,) if type_names(value) else None


def _enum(value: Any) -> _Read:
    return (value,) if isinstance(value, list) else None


def _any(value: Any) -> _Read:
    return (value,)


def _boolean(value: Any) -> _Read:
    return (value,) if isinstance(value, bool) else None


def _format(value: Any) -> _Read:
    return (value,) if isinstance(value, str) else None


def _pattern(value: Any) -> _Read:
    pattern = repaired_pattern(value) if isinstance(value, str) else None
    return (pattern,) if pattern is not None else None


def _dependent(value: Any) -> _Read:
    return (value,) if isinstance(value, dict) and all(_names(names) for names in value.values()) else None


READERS: Final[dict[str, Callable[[Any], _Read]]] = {
    "type": _type,
    "enum": _enum,
    "const": _any,
    "required": _names,
    "pattern": _pattern,
    "format": _format,
    "uniqueItems": _boolean,
    "multipleOf": _positive,
    "dependentRequired": _dependent,
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _number),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _count),
    **dict.fromkeys(("minProperties", "maxProperties", "minContains", "maxContains"), _count),
}
"""Keywords whose value isn't a schema, each with the function that reads and repairs it."""

KEYWORDS: Final = frozenset({*SCHEMA, *SCHEMA_MAP, *SCHEMA_LIST, *READERS})
"""Keywords that check values."""

EFFECTIVE: Final = frozenset({*KEYWORDS, "default", "discriminator", "readOnly", "writeOnly", "xml"})
"""Keywords that make a schema more than the `$ref` beside which they stand."""
