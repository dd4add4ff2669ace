"""Operations that share path and method, chosen by what they require.

A template such as `/rest?method=find` or `/#Action=List` names its operation in the query or fragment.
A fragment is never sent, and a query isn't part of a path; what does travel is what such an operation requires: the
constant query, and parameters and bodies of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from mockserver.contract.operations import media, styles
from mockserver.contract.operations.expressions import EXPRESSION, values_in
from mockserver.contract.operations.operation import Operation, Parameter
from mockserver.messages import Request

_MORE: Final = re.compile(r"\{?[?#]|\{&")
"""Where a template holds more than a path: a query, a fragment, or an optional one such as `{?page}` (RFC 6570)."""


def path_of(template: str) -> str:
    """The path of a template, without query and fragment."""
    return _MORE.split(template, maxsplit=1)[0]


def has_more(template: str) -> bool:
    """Whether a template holds more than a path."""
    return _MORE.search(template) is not None


def required_names(template: str) -> list[str]:
    """The parameters of a template that a request must have: not those of an optional query, such as `{?page}`."""
    return [name for name in EXPRESSION.findall(template) if name[:1] not in ("?", "&", "#")]


def unsendable(operation: Operation) -> list[str]:
    """The path parameters that stand behind the # of the template alone, so that no request can hold their values."""
    sent, _, fragment = operation.template.partition("#")
    names = (one.name for one in operation.parameters if one.location == "path")
    return [name for name in names if f"{{{name}}}" in fragment and f"{{{name}}}" not in sent]


@dataclass(frozen=True)
class Overload:
    """One of several operations of a path and method; `names` are the parameters in its path, in order."""

    operation: Operation
    names: tuple[str, ...]

    @cached_property
    def pairs(self) -> Mapping[str, str]:
        """The query that the template itself holds, by name; names and texts may have parameters in them."""
        start = _MORE.search(self.operation.template)
        if start is None or start[0] != "?":
            return {}
        query = self.operation.template[start.end() :].partition("#")[0]
        return {name: texts[-1] for name, texts in styles.query_values(query).items()}

    @cached_property
    def required(self) -> tuple[tuple[Parameter, frozenset[str]], ...]:
        """What a request must hold, each with the only texts that it may be; none where it may be any."""
        required = (one for one in self.operation.parameters if one.required and one.location in ("query", "header"))
        return tuple((one, _texts(one.schema)) for one in required)

    def lacks(self, request: Request, query: styles.Texts) -> tuple[int, int]:
        """How many requirements of this operation a request misses, and how many it satisfies, negated."""
        satisfied = [values is not None for values in self.held(query)]
        for parameter, texts in self.required:
            one = request.headers.get(parameter.name.lower())
            sent = query.get(parameter.name) if parameter.location == "query" else one if one is None else [one]
            satisfied.append(sent is not None and (not texts or sent[-1] in texts))
        content_type = request.headers.get("content-type")
        if content_type and self.operation.body is not None:
            satisfied.append(media.declared_for(self.operation.body.media_types, content_type) is not None)
        return satisfied.count(False), -satisfied.count(True)

    def held(self, query: styles.Texts) -> Iterator[dict[str, str] | None]:
        """For each pair of the template's query, the values that a request gives its parameters; None where it lacks
        the pair."""
        free = [name for name in query if name not in self.pairs]
        return (_given(name, text, query, free) for name, text in self.pairs.items())

    def from_query(self, query: styles.Texts) -> dict[str, str]:
        """The values of parameters that stand in the template's query."""
        return {name: text for values in self.held(query) if values for name, text in values.items()}


def _given(name: str, text: str, query: styles.Texts, free: list[str]) -> dict[str, str] | None:
    """The values of one pair: `lat={lat}`, `range={from}-{to}`, or `{search}=1`, of which `search=…` is sent as well.

    A name that is a value is taken from `free`.
    """
    values = EXPRESSION.findall(name)
    if len(values) == 1 and values[0] in query:
        return {values[0]: query[values[0]][-1]}
    for one in list(free) if values else [name]:
        own = values_in(name, one)
        for sent in reversed(query.get(one, ())) if own is not None else ():
            if (inner := values_in(text, sent)) is not None:
                free[:] = [other for other in free if other != one]
                return {**(own or {}), **inner}
    return None


def nearest(overloads: Sequence[Overload], request: Request) -> tuple[Overload, dict[str, str]]:
    """The operation that a request lacks least for, of equal ones that of the most requirements, then the first."""
    query = styles.query_values(request.query)
    chosen = min(overloads, key=lambda overload: overload.lacks(request, query))
    return chosen, chosen.from_query(query)


def _texts(schema: Any) -> frozenset[str]:
    if not isinstance(schema, Mapping):
        return frozenset()
    known = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return frozenset(map(_written, known)) if isinstance(known, list) else frozenset()


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
