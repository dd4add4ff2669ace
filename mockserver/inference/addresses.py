"""Members of records that hold the record's own address: `_links.self.href`, `url`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from mockserver.contract.operations.operation import Operation
from mockserver.contract.schemas.naming import plain
from mockserver.inference.keys import Keys
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import find_alike
from mockserver.inference.resources import Resource
from mockserver.inference.routes import VALUE, Route, Routes
from mockserver.state.references import member_at

_OWN: Final = frozenset({"self", "selflink", "selfurl", "selfuri", "selfhref", "resourceurl", "resourceuri", "apiurl"})
"""Names that say whose address it is."""
_ADDRESSES: Final = frozenset({"href", "url", "uri", "link", "location", "permalink"})
"""Names of an address that may be that of something else."""
_AROUND: Final = frozenset({"links", "link", "meta", "self", "metadata"})
"""Objects in which addresses are."""
_FORMATS: Final = frozenset({"uri", "url", "uri-reference", "iri", "uri-template"})
_DEEPEST: Final = 3
_VALUE: Final = re.compile(r"\{[^{}]+\}")

Path = tuple[str, ...]


def own_addresses(resource: Resource, routes: Routes, schemas: Schemas) -> Iterator[str]:
    """The paths of the members that hold a record's own address, and that no client sends."""
    reading = next((routes[shape]["GET"].operation for base in resource.bases
                    if "GET" in routes.get(shape := (*base, VALUE), {})), None)  # fmt: skip
    if reading is None or resource.single:
        return
    sent = {name for base in resource.bases for name in _sent(routes.get(base, {}).get("POST"), schemas)}
    like = re.compile(".*" + _VALUE.sub("[^/?]+", re.escape(reading.template).replace(r"\{", "{").replace(r"\}", "}")))
    own = Keys(schemas).address(resource.record) if resource.key in resource.private else None
    for path, schema in _texts(resource.record, (), schemas):
        if find_alike(path[0], sent) is not None or any("." in name for name in path):
            continue
        if (
            _says_self(path)
            or path == (own,)
            or (plain(path[-1]) in _ADDRESSES and _shows(like, path, schema, reading, schemas))
        ):
            yield ".".join(path)


def _sent(route: Route | None, schemas: Schemas) -> Iterable[str]:
    body = schemas.body(route.operation.body) if route is not None else None
    return schemas.members(body) if body is not None else ()


def _texts(schema: LocatedSchema, path: Path, schemas: Schemas) -> Iterator[tuple[Path, LocatedSchema]]:
    """The members that may hold an address, those of `links` and the like included."""
    for name, member in schemas.members(schema).items():
        if schemas.types(member) == {"string"}:
            free = not schemas.has_any(member, "enum", "pattern", "const")
            if free and all(value in _FORMATS for value in schemas.each(member, "format")):
                yield (*path, name), member
        elif plain(name) in _AROUND and len(path) < _DEEPEST - 1 and schemas.is_object(member):
            for inner, text in _texts(member, (*path, name), schemas):
                # An object that isn't there is made, which others that it must have would not allow.
                if name in schemas.required(schema) or schemas.required(member) <= {inner[len(path) + 1]}:
                    yield inner, text


def _says_self(path: Path) -> bool:
    named = plain(path[-1])
    return named in _OWN or (named in _ADDRESSES and len(path) > 1 and plain(path[-2]) == "self")


def _shows(like: re.Pattern[str], path: Path, schema: LocatedSchema, reading: Operation, schemas: Schemas) -> bool:
    """Whether an example of the member is an address at which the record is read."""
    examples = [*schemas.examples(schema)]
    response = reading.response_for(200)
    for media in response.media_types.values() if response is not None else ():
        whole = [*media.examples.values(), *schemas.examples(schemas.at("", media.schema or {}))]
        examples += [member_at(one, path) for one in whole if isinstance(one, Mapping)]
    return any(isinstance(one, str) and like.fullmatch(one) for one in examples)
