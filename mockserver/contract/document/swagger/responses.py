"""Responses of Swagger 2.0: their schema and examples become the content of each media type that is produced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from mockserver.contract.document import pointers
from mockserver.contract.document.place import Place
from mockserver.contract.document.swagger.bodies import ANY
from mockserver.contract.document.swagger.parameters import described
from mockserver.contract.document.swagger.schemas import FILE, Schemas

_ANY_FILE: Final = ("application/octet-stream", "*/*")
_MOVED: Final = ("schema", "headers", "examples")


def responses(place: Place | None, at: str, produces: Sequence[str], schemas: Schemas) -> dict[str, Any]:
    """The responses of an operation by status."""
    result: dict[str, Any] = {}
    for status, child in place.members() if place else ():
        end = schemas.original.resolved(child)  # a shared response is repeated: its media types are the operation's
        new = pointers.join(at, status)
        if status.startswith("x-"):
            result[status] = child.node
        elif not isinstance(end.node, Mapping):
            schemas.original.moved(new, end.pointer)
            schemas.original.note(end, "isn't a response: ignored")
        elif end.pointer.startswith("/definitions/"):
            schemas.original.note(child, "refers to a schema, which is read as that of the response")
            result[status] = response(Place(child.pointer, {"schema": child.node}), new, produces, schemas)
        else:
            schemas.original.moved(new, end.pointer)
            result[status] = response(end, new, produces, schemas)
    return result


def response(place: Place, at: str, produces: Sequence[str], schemas: Schemas) -> dict[str, Any]:
    """One response."""
    rest = {key: value for key, value in place.node.items() if key not in _MOVED}
    content = _content(place, at, produces, schemas)
    headers = dict(_headers(place, at, schemas))
    return {
        "description": "",
        **rest,
        **({"headers": headers} if headers else {}),
        **({"content": content} if content else {}),
    }


def _headers(place: Place, at: str, schemas: Schemas) -> Iterator[tuple[str, Any]]:
    headers = place.get("headers")
    for name, header in headers.members() if headers else ():
        if isinstance(header.node, Mapping):
            new = pointers.join(at, "headers", name)
            schemas.original.moved(new, header.pointer)
            yield name, described(header, new, "header", schemas)


def _content(place: Place, at: str, produces: Sequence[str], schemas: Schemas) -> dict[str, Any]:
    schema, examples = place.get("schema"), _examples(place, schemas)
    is_file = schema is not None and isinstance(schema.node, Mapping) and schema.node.get("type") == "file"
    types = list(produces or (_ANY_FILE if is_file else ANY)) if schema is not None else []
    content: dict[str, Any] = {}
    for name in dict.fromkeys((*types, *examples)):
        new = pointers.join(at, "content", name)
        schemas.original.moved(new, place.pointer)
        content[name] = {}
        if schema is not None:
            content[name]["schema"] = _schema(schema, name, schemas, is_file=is_file)
        if name in examples:
            schemas.original.moved(f"{new}/example", examples[name].pointer)
            content[name]["example"] = examples[name].node
    return content


def _schema(place: Place, name: str, schemas: Schemas, *, is_file: bool) -> Any:
    """The schema of a body; a file of JSON may hold anything."""
    if is_file:
        return {} if "json" in name else {**schemas.converted(place), **FILE}
    return schemas.converted(place)


def _examples(place: Place, schemas: Schemas) -> dict[str, Place]:
    """The examples by media type."""
    examples = place.get("examples")
    found = {}
    for name, example in examples.members() if examples else ():
        if "/" in name:
            found[name] = schemas.original.resolved(example)
        elif not name.startswith("x-"):
            schemas.original.note(example, "an example must be named by its media type: ignored")
    return found
