"""Parameters and headers of Swagger 2.0: what they say of their values becomes a schema and a style."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mockserver.contract.document.place import Place
from mockserver.contract.document.swagger import OWN_FORMAT
from mockserver.contract.document.swagger.original import Original
from mockserver.contract.document.swagger.schemas import Schemas

FORMAT: Final = "collectionFormat"

_OF_VALUES: Final = frozenset(
    [
        *("type", "format", "items", "default", "enum", "multipleOf", "pattern", "uniqueItems"),
        *("maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"),
        *("maxLength", "minLength", "maxItems", "minItems", "x-nullable"),
    ]
)
"""Keywords of a parameter that a schema holds in 3.0."""

_EXTENSIONS: Final = {"x-deprecated": "deprecated", "x-example": "example"}
"""Extensions by which authors say in 2.0 what 3.0 has words for."""

_STYLES: Final[Mapping[str, Mapping[str, tuple[str, bool]]]] = {
    "query": {
        "csv": ("form", False),
        "multi": ("form", True),
        "ssv": ("spaceDelimited", False),
        "pipes": ("pipeDelimited", False),
    },
    "path": {"csv": ("simple", False)},
    "header": {"csv": ("simple", False)},
}
"""`style` and `explode` by location and collectionFormat, as far as 3.0 has them (3.0.4, 4.7.12.3)."""
_FORMATS: Final = ("csv", "ssv", "tsv", "pipes")


def parameter(place: Place, at: str, schemas: Schemas) -> Any:
    """A parameter that isn't part of a body; `at` is its pointer in the new document."""
    if not isinstance(place.node, dict):
        return place.node
    return described(place, at, str(place.node.get("in")), schemas)


def described(place: Place, at: str, location: str, schemas: Schemas) -> dict[str, Any]:
    """A parameter or header with its schema, and the style by which a list travels."""
    rest = {key: value for key, value in place.node.items() if key not in _OF_VALUES and key not in ("schema", FORMAT)}
    rest |= {name: rest[own] for own, name in _EXTENSIONS.items() if own in rest and name not in rest}
    schema = schema_of(place, schemas)
    styled: dict[str, Any] = {}
    if schema.get("type") == "array":
        written = collection_format(place, schemas.original, multi=location == "query")
        if found := _STYLES.get(location, {}).get(written):
            styled = dict(zip(("style", "explode"), found, strict=True))
        else:
            schema[OWN_FORMAT] = written
    if place.get("schema") is None:
        schemas.original.moved(f"{at}/schema", place.pointer)
    return {**rest, **styled, "schema": schema}


def schema_of(place: Place, schemas: Schemas) -> dict[str, Any]:
    """The schema of a parameter's values; some authors write one as 3.0 has it."""
    if (own := place.get("schema")) is not None:
        schema = schemas.converted(own)
        return schema if isinstance(schema, dict) else {}
    words = {key: value for key, value in place.node.items() if key in _OF_VALUES}
    if words.get("type") == "object":  # nothing says how it would travel: any text
        del words["type"]
    converted: dict[str, Any] = schemas.converted(Place(place.pointer, words))
    if (items := place.get("items")) is not None and isinstance(items.node, Mapping):
        converted["items"] = _item(items, schemas)
    return converted


def _item(place: Place, schemas: Schemas) -> dict[str, Any]:
    """An item, which may be a list in a text of its own."""
    schema: dict[str, Any] = schemas.converted(place)
    if (items := place.get("items")) is not None and isinstance(items.node, Mapping):
        schema = {key: value for key, value in schema.items() if key != FORMAT}
        return {**schema, "items": _item(items, schemas), OWN_FORMAT: collection_format(place, schemas.original)}
    return schema


def collection_format(place: Place, original: Original, *, multi: bool = False) -> str:
    """How a list travels: `csv` where nothing is said."""
    written = place.node.get(FORMAT, "csv")
    if written in _FORMATS or (multi and written == "multi"):
        return str(written)
    original.note(place, f"collectionFormat {written!r} isn't possible here: its items are separated by commas")
    return "csv"
