"""Paths where GET only says yes or no, by 204 or 404: PUT or POST makes it yes and DELETE no, as for a star."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mockserver.contract.operations import media
from mockserver.contract.operations.operation import BODILESS, Operation
from mockserver.inference.routes import VALUE, Route, Routes, Shape

_SETTING: Final = ("PUT", "POST")
_ALONE: Final = "on"
"""The key of a flag whose path holds no value."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A collection of what is set: each record holds the values of the path at which it was."""

    name: str
    fields: tuple[tuple[Shape, str], ...]  #: the values of the path, each with the field that holds it

    @property
    def rules(self) -> dict[str, Any]:
        """The rules of the collection."""
        *within, key = [field for _, field in self.fields] or [_ALONE]
        return {"key": key, **({"within": within} if within else {}), "private": [*within, key]}

    def values(self, route: Route) -> dict[str, Any]:
        """The fields of the record at a path."""
        return {field: route.expression(place) for place, field in self.fields} or {_ALONE: True}


def find_flags(routes: Routes, taken: set[str]) -> dict[Shape, Flag]:
    """The flags of a contract by path."""
    flags: dict[Shape, Flag] = {}
    for shape, methods in routes.items():
        is_made_above = shape[-1:] == (VALUE,) and "POST" in routes.get(shape[:-1], {})
        if _is_flag(methods) and not is_made_above:
            known = {flag.name for flag in flags.values()}
            flags[shape] = flag_at(shape, methods["GET"], {*known, *taken})
    return flags


def flag_at(shape: Shape, route: Route, taken: Container[str]) -> Flag:
    """The collection of what is set at a path, under a name that no other has."""
    name = next(name for name in _names(shape) if name not in taken)
    return Flag(name, tuple(_fields(route)))


def _is_flag(methods: Mapping[str, Route]) -> bool:
    """Whether GET answers nothing but yes or no; what sets it may take and answer more, such as an invitation."""
    if "GET" not in methods or not any(method in methods for method in _SETTING):
        return False
    answered, files = methods["GET"].operation, any(_takes_file(one.operation) for one in methods.values())
    return "404" in answered.responses and _is_bare(answered) and not files


def _takes_file(operation: Operation) -> bool:
    """Whether an operation needs a file, of which its GET must answer more than yes or no, whatever is declared."""
    kinds = [media.kind(one) for one in operation.body.media_types] if operation.body is not None else []
    return bool(kinds) and operation.body is not None and operation.body.required and set(kinds) == {"binary"}


def _is_bare(operation: Operation) -> bool:
    """Whether a success answers nothing."""
    success = [one for status, one in operation.responses.items() if status.startswith("2")]
    empty = [not one.media_types or (one.status.isdigit() and int(one.status) in BODILESS) for one in success]
    return bool(empty) and all(empty)


def _names(shape: Shape) -> Iterator[str]:
    name = "_".join(segment for segment in shape if segment != VALUE)
    yield name
    yield from (f"{name}_{count}" for count in range(2, 1_000))


def _fields(route: Route) -> Iterator[tuple[Shape, str]]:
    for place, segment in enumerate(route.shape):
        if segment == VALUE:
            yield route.shape[: place + 1], f"path_{route.value(route.shape[: place + 1])}"
