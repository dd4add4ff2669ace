"""What of an operation is checked by schemas, and what its schemas don't check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from mockserver.contract.operations import media
from mockserver.contract.operations.operation import MediaType, Operation, Parameter


def schemas_of(operation: Operation) -> Iterator[tuple[Any, str, bool]]:
    """Every schema with its pointer, and whether it is for requests."""
    for parameter in operation.parameters:
        yield from _of_parameter(parameter, writing=True)
    yield from _of_bodies(operation.body.media_types.values() if operation.body else (), writing=True)
    for response in operation.responses.values():
        for header in response.headers.values():
            yield from _of_parameter(header, writing=False)
        yield from _of_bodies(response.media_types.values(), writing=False)


def _of_parameter(parameter: Parameter, *, writing: bool) -> Iterator[tuple[Any, str, bool]]:
    owner = parameter.content or parameter
    if owner.schema is not None:
        yield owner.schema, f"{owner.pointer}/schema", writing


def _of_bodies(media_types: Iterable[MediaType], *, writing: bool) -> Iterator[tuple[Any, str, bool]]:
    for one in media_types:
        if one.schema is not None and not is_unchecked(one.name, writing=writing):
            yield one.schema, f"{one.pointer}/schema", writing


def unchecked(operation: Operation) -> Iterator[MediaType]:
    """The bodies whose schemas check nothing, since they aren't read as values."""
    sent = operation.body.media_types.values() if operation.body else ()
    yield from (one for one in sent if one.schema and is_unchecked(one.name, writing=True))
    for response in operation.responses.values():
        yield from (
            one for one in response.media_types.values() if one.schema and is_unchecked(one.name, writing=False)
        )


def is_unchecked(name: str, *, writing: bool) -> bool:
    """Whether bodies of a media type are taken as they are: bytes, XML and, in a request, events; forms that are
    answered."""
    kind = media.kind(media.split(name)[0])
    return kind == "binary" or kind in (("events",) if writing else ("form", "multipart"))
