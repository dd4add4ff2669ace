"""From a path to the operation that it names: one dictionary look-up, or one walk down a tree of segments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import unquote

import msgspec

from mockserver.contract.operations.expressions import EXPRESSION, between, literals_of
from mockserver.contract.operations.likeness import nearest_template
from mockserver.contract.operations.operation import EMPTY, Operation
from mockserver.contract.operations.overloads import Overload, has_more, nearest, path_of
from mockserver.errors import Refused
from mockserver.messages import Request

_ENCODED_SLASH: Final = re.compile("%2f", re.IGNORECASE)
_NOTHING: Final = "\0"
"""Stands for an empty segment of a path."""


class Match(msgspec.Struct, frozen=True):
    """An operation and the text of each parameter in its path."""

    operation: Operation
    path_values: Mapping[str, str] = msgspec.field(default_factory=dict)


class _Path(msgspec.Struct):
    """What is declared for paths of one shape: by method, the operation and its parameters' names in order."""

    methods: dict[str, Overload] = msgspec.field(default_factory=dict)
    overloads: dict[str, list[Overload]] = msgspec.field(
        default_factory=dict
    )  #: by method, where what a request holds decides


_Declared = tuple[_Path, tuple[str, ...]]
_Hit = tuple[_Path, list[str]]


class _Node(msgspec.Struct):
    """One segment of the tree: what may follow, from the most to the least specific."""

    literals: dict[str, _Node] = msgspec.field(default_factory=dict)
    mixed: dict[tuple[str, ...], _Node] = msgspec.field(default_factory=dict)  #: such as `{id}.json`, by its literals
    any: _Node | None = None
    path: _Path | None = None

    def child(self, segment: str) -> _Node:
        expressions = EXPRESSION.findall(segment)
        if not expressions:
            return self.literals.setdefault(unquote(segment), _Node())
        if segment == "{" + expressions[0] + "}":
            self.any = self.any or _Node()
            return self.any
        return self.mixed.setdefault(literals_of(segment), _Node())

    def find(self, segments: Sequence[str], at: int, method: str) -> _Hit | None:
        """The most specific operation with the method, and the values of its path from the last to the first."""
        if at == len(segments):
            return (self.path, []) if self.path and method in self.path.methods else None
        segment = segments[at]
        if (literal := self.literals.get(segment)) and (match := literal.find(segments, at + 1, method)):
            return match
        for literals, node in self.mixed.items():
            values = between(literals, segment)
            if values and (match := node.find(segments, at + 1, method)):
                match[1].extend(reversed(values))
                return match
        if self.any and segment and (match := self.any.find(segments, at + 1, method)):
            match[1].append(segment)
            return match
        return None

    def matches(self, segments: Sequence[str], at: int = 1, values: tuple[str, ...] = ()) -> Iterator[_Declared]:
        if at == len(segments):
            if self.path:
                yield self.path, values
            return
        segment = segments[at]
        if literal := self.literals.get(segment):
            yield from literal.matches(segments, at + 1, values)
        for literals, node in self.mixed.items():
            if texts := between(literals, segment):
                yield from node.matches(segments, at + 1, (*values, *texts))
        if self.any and segment:
            yield from self.any.matches(segments, at + 1, (*values, segment))


class Router:
    """Finds operations by method and path, with and without the base path of a server.

    `base_paths` maps each to the path that stands for it: none, unless several documents are served together.
    """

    def __init__(self, operations: Sequence[Operation], base_paths: Mapping[str, str] = EMPTY) -> None:
        self._bases = {base: base_paths[base] for base in sorted(base_paths, key=len, reverse=True) if base}
        self._literal: dict[str, _Path] = {}
        self._root = _Node()
        self._plain: dict[
            tuple[str, str], Match
        ] = {}  # by method and path, where these alone decide: no values to read
        self._operations = operations
        for operation in operations:
            self._add(operation)

    def _add(self, operation: Operation) -> None:
        template = path_of(operation.template)
        overload = Overload(operation, tuple(EXPRESSION.findall(template)))
        if overload.names:
            node = self._root
            for segment in _ENCODED_SLASH.sub("/", template).split("/")[1:]:  # paths come decoded
                node = node.child(segment)
            node.path = path = node.path or _Path()
        else:
            path = self._literal.setdefault(unquote(template), _Path())
        first = path.methods.setdefault(operation.method, overload)
        if has_more(operation.template) or (first is not overload and has_more(first.operation.template)):
            path.overloads.setdefault(operation.method, [first] if first is not overload else []).append(overload)

    def route(self, method: str, path: str, request: Request | None = None) -> Match:
        """The operation; `Refused` with 404 or, naming the methods in `Allow`, with 405.

        `request` decides where several operations share path and method.
        """
        known = self._plain.get((method, path))
        if known is not None:
            return known
        request = request or Request(method, path)
        match = self._match(request, method, path) or (self._match(request, "GET", path) if method == "HEAD" else None)
        if match:
            return match
        allowed = self.allowed(path)
        if not allowed:
            other = path.rstrip("/") if path.endswith("/") else path + "/"
            if self.allowed(other):
                raise Refused(404, f"The contract has no path {path[:200]}; did you mean {other[:200]}?", own=True)
            if match := self._left_empty(request, method, path):
                return match
            raise Refused(404, f"The contract has no path {path[:200]}{self._meant(path)}", own=True)
        allow = ", ".join(served(allowed))
        reason = f"{path[:200]} takes {allow}, not {method[:20]}{_meant_method(method, allowed)}"
        raise Refused(405, reason, headers=(("Allow", allow),), own=True)

    def _meant(self, path: str) -> str:
        """`; did you mean /pets/{petId}?`: the nearest declared path, below the base path that the client used."""
        templates = dict.fromkeys(path_of(operation.template) for operation in self._operations)
        near = nearest_template(path, templates, tuple(self._bases))
        return f"; did you mean {near}?" if near else ""

    def find(self, method: str, path: str, request: Request | None = None) -> Match | None:
        """The operation that is declared for exactly this method and path; None where there is none."""
        return self._match(request or Request(method, path), method, path)

    def _left_empty(self, request: Request, method: str, path: str) -> Match | None:
        """The operation of a path that lacks a value, such as `/pets//toys`: the violation names the value."""
        filled = "/".join(segment or _NOTHING for segment in path.split("/")[1:])
        match = self._match(request, method, f"/{filled}") if _NOTHING in filled else None
        if match is None:
            return None
        values = {name: "" if value == _NOTHING else value for name, value in match.path_values.items()}
        return Match(match.operation, values)

    def _match(self, request: Request, method: str, path: str) -> Match | None:
        match = self._match_below(request, method, path)
        for inner in () if match else self._inside(path):
            if match := self._match_below(request, method, inner):
                break
        return match

    def _inside(self, path: str) -> Iterator[str]:
        """The path below each base path that it starts with; a base path alone is the root."""
        for base, instead in self._bases.items():
            if path.startswith(base + "/") or path == base:
                yield instead + (path[len(base) :] or "/")

    def _match_below(self, request: Request, method: str, path: str) -> Match | None:
        if (literal := self._literal.get(path)) and (overload := literal.methods.get(method)):
            if literal.overloads:
                return self._chosen(literal, request, method, [])
            return self._plain.setdefault((method, path), Match(overload.operation, EMPTY))
        match = self._root.find(path.split("/"), 1, method) if path.startswith("/") else None
        return self._chosen(match[0], request, method, match[1]) if match is not None else None

    @staticmethod
    def _chosen(path: _Path, request: Request, method: str, values: list[str]) -> Match:
        overload, more = path.methods[method], EMPTY
        if method in path.overloads:
            overload, more = nearest(path.overloads[method], request)
        return Match(overload.operation, {**dict(zip(overload.names, reversed(values), strict=True)), **more})

    def allowed(self, path: str) -> tuple[str, ...]:
        """The methods that the contract declares for a path: for `/pets/mine`, not those of `/pets/{id}` as well."""
        declared = next((path_item for path_item, _ in self._path_items(path)), None)
        return tuple(declared.methods) if declared else ()

    def _path_items(self, path: str) -> Iterator[_Declared]:
        yield from self._below(path)
        for inner in self._inside(path):
            yield from self._below(inner)

    def _below(self, path: str) -> Iterator[_Declared]:
        if literal := self._literal.get(path):
            yield literal, ()
        if path.startswith("/"):
            yield from self._root.matches(path.split("/"))


def served(declared: tuple[str, ...]) -> list[str]:
    """Declared methods, and those that every path takes: HEAD where there is GET, and OPTIONS."""
    more = ["HEAD", "OPTIONS"] if "GET" in declared else ["OPTIONS"]
    return [*declared, *(method for method in more if method not in declared)]


_ALIKE: Final = {"PATCH": ("PUT", "POST"), "PUT": ("PATCH", "POST"), "POST": ("PUT", "PATCH"), "DELETE": ("POST",)}
"""Methods that are mistaken for one another."""


def _meant_method(method: str, allowed: tuple[str, ...]) -> str:
    near = next((other for other in _ALIKE.get(method.upper(), ()) if other in allowed), None)
    if method not in allowed and method.upper() in allowed:
        near = method.upper()
    return f"; did you mean {near}?" if near else ""
