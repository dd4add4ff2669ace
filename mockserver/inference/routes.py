"""Paths by their structure: which segments are fixed, which hold a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from mockserver.contract.operations.operation import Operation

VALUE: Final = "{}"
"""Stands for a segment that holds one value."""

Shape = tuple[str, ...]
_OPTIONAL: Final = re.compile(r"\{[?&#][^{}]*\}")
"""A query or fragment that may be left out (RFC 6570): `{?page,size}`."""
_SUFFIX: Final = re.compile(r"\.(json|xml|\{format\})$")
_NAMED: Final = re.compile(r"\{([^{}]+)\}")
_CUSTOM: Final = re.compile(r"(\{[^{}]+\}|[^{}:]+)(:[A-Za-z][\w.-]*)")
"""A custom method: `/things/{id}:cancel`, `/things:batchGet` (https://google.aip.dev/136)."""
_KEYED: Final = re.compile(r"([\w.-]+)\((?:\w+=)?'?(\{[^{}]+\})'?\)")
"""A record of OData by its key: `/Customers({key})`, `/Customers('{id}')`, `/Customers(id={id})`."""


@dataclass(frozen=True, slots=True)
class Route:
    """An operation with the shape of its path, and the names of the values in it."""

    operation: Operation
    shape: Shape
    names: tuple[str, ...]
    method: str
    last: str = ""  #: the expression of the last value, where it isn't in the path

    def value(self, shape: Shape) -> str:
        """The name of the value with which a shape that begins this path ends."""
        return self.names[sum(segment == VALUE for segment in shape) - 1]

    @property
    def key(self) -> str:
        """The name of the value that identifies a record: the last in the path, or the one that stands for it."""
        return self.last.rpartition(".")[2] if self.last else self.names[-1]

    def expression(self, shape: Shape) -> str:
        """The expression of that value: `$path.id`."""
        end = len(self.shape) - (self.shape[-1] != VALUE)
        return self.last if self.last and shape == self.shape[:end] else f"$path.{self.value(shape)}"


Routes = Mapping[Shape, Mapping[str, Route]]
"""The routes of a contract by the shape of their paths and by their methods."""


def route_of(operation: Operation) -> Route:
    """The route of an operation. A suffix such as `.json` isn't part of the structure."""
    template = _OPTIONAL.sub("", operation.template)
    parts = [_SUFFIX.sub("", segment) for segment in template.strip("/").split("/")]
    segments = [part for segment in parts for part in _split(segment)]
    matches = [(segment, _NAMED.fullmatch(segment)) for segment in segments]
    shape = tuple(VALUE if named else _NAMED.sub("{}*", segment) for segment, named in matches)
    return Route(operation, shape, tuple(named[1] for _, named in matches if named), operation.method)


def _split(segment: str) -> Iterable[str]:
    """The parts of a segment: a custom method at its end, or a key in brackets, is one of its own."""
    parts = _CUSTOM.fullmatch(segment) or _KEYED.fullmatch(segment)
    return parts.groups() if parts is not None else (segment,)


def routes_by_shape(routes: Iterable[Route]) -> dict[Shape, dict[str, Route]]:
    """The routes, by shape and method; of two that differ in nothing but names, the first."""
    by_shape: dict[Shape, dict[str, Route]] = {}
    for route in routes:
        by_shape.setdefault(route.shape, {}).setdefault(route.method, route)
    return by_shape


def segment_of(base: Shape) -> str:
    """The last fixed segment of a path."""
    return next((segment for segment in reversed(base) if segment != VALUE), "")
