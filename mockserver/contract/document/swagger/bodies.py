"""Body and form parameters of Swagger 2.0 as request bodies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mockserver.contract.document import pointers
from mockserver.contract.document.place import Place
from mockserver.contract.document.swagger import OWN_FORMAT
from mockserver.contract.document.swagger.parameters import collection_format, schema_of
from mockserver.contract.document.swagger.schemas import Schemas

FORM: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
ANY: Final = ("application/json", "*/*")
"""Where a document says nothing of media types, any may be sent; JSON is the one that everybody means."""

_ENCODINGS: Final = {
    "csv": {"style": "form", "explode": False},
    "ssv": {"style": "spaceDelimited", "explode": False},
    "pipes": {"style": "pipeDelimited", "explode": False},
}
"""How lists in a form are encoded; those in multipart bodies have no style in 3.0 (3.0.4, 4.7.15.1)."""
_OF_SCHEMA: Final = ("readOnly", "title", "xml", "externalDocs", "description", "example")


def body(place: Place, at: str, consumes: Sequence[str], schemas: Schemas) -> dict[str, Any]:
    """The body that a parameter declares, in each media type that is consumed."""
    says = any(word in place.node for word in ("schema", "type"))
    media = {"schema": schema_of(place, schemas)} if says else {}
    schemas.original.moved(at, place.pointer)
    types = consumes or ANY
    for name in types:
        schemas.original.moved(pointers.join(at, "content", name), place.pointer)
    rest = {key: value for key, value in place.node.items() if key == "description" or key.startswith("x-")}
    return {**rest, "required": place.node.get("required") is True, "content": {name: dict(media) for name in types}}


def form(fields: Sequence[Place], at: str, consumes: Sequence[str], schemas: Schemas) -> dict[str, Any]:
    """The body that form parameters declare: an object with a property for each."""
    owner = fields[0].pointer.rpartition("/")[0]
    schemas.original.moved(at, owner)
    content = {}
    for name in form_types(fields, consumes):
        new = pointers.join(at, "content", name)
        for part in ("", "/schema"):
            schemas.original.moved(new + part, owner)
        content[name] = _form(fields, new, name, schemas)
    return {"required": any(field.node.get("required") is True for field in fields), "content": content}


def form_types(fields: Sequence[Place], consumes: Sequence[str]) -> list[str]:
    """The media types of a form: those of forms that are consumed, else both. Files need `multipart/form-data`."""
    own = [name for name in consumes if _plain(name) in (FORM, MULTIPART)] or [FORM, MULTIPART]
    if any(map(_has_file, fields)):
        return [name for name in own if _plain(name) == MULTIPART] or [MULTIPART]
    return own


def _has_file(field: Place) -> bool:
    """Whether a field is a file, or a list of files as authors write it."""
    items = field.node.get("items")
    return "file" in (field.node.get("type"), items.get("type") if isinstance(items, Mapping) else None)


def _plain(name: str) -> str:
    return name.partition(";")[0].strip().lower()


def _form(fields: Sequence[Place], at: str, name: str, schemas: Schemas) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    encodings: dict[str, Any] = {}
    for field in fields:
        own = str(field.node.get("name"))
        schema = _field(field, schemas)
        if schema.get("type") == "array":
            written = collection_format(field, schemas.original, multi=True)
            if written in _ENCODINGS and _plain(name) == FORM:
                encodings[own] = _ENCODINGS[written]
            elif written != "multi":
                schema[OWN_FORMAT] = written
        properties[own] = schema
        for part in ("schema/properties", "encoding"):
            schemas.original.moved(pointers.join(f"{at}/{part}", own), field.pointer)
    required = [str(field.node.get("name")) for field in fields if field.node.get("required") is True]
    schema = {"type": "object", "properties": properties, **({"required": required} if required else {})}
    return {"schema": schema, **({"encoding": encodings} if encodings else {})}


def _field(field: Place, schemas: Schemas) -> dict[str, Any]:
    """The schema of a field, which may be empty if its author allows that."""
    schema = schema_of(field, schemas)
    words = {key: value for key, value in field.node.items() if key in _OF_SCHEMA or key.startswith("x-")}
    if field.node.get("allowEmptyValue") is True and schema.get("type") != "array":
        return {**words, "anyOf": [schema, {"type": "string", "enum": [""]}]}
    return {**words, **schema}
