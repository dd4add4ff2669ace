"""Operations that share path and method, chosen by what they require.

A template such as `/rest?method=find` or `/#Action=List` names its operation in the query or fragment.
A fragment is never sent, and a query isn't part of a path; what does travel is what such an operation requires: the
constant query, and parameters and bodies of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from mockserver.contract.operations import media, styles
from mockserver.contract.operations.operation import Operation, Parameter
from mockserver.messages import Request

_MARKS: Final = "?#"


def path_of(template: str) -> str:
    """The path of a template, without query and fragment."""
    return template[: min((at for mark in _MARKS if (at := template.find(mark)) >= 0), default=len(template))]


def has_more(template: str) -> bool:
    """Whether a template holds more than a path."""
    return any(mark in template for mark in _MARKS)


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
    def constants(self) -> Mapping[str, str]:
        """The query that the template itself holds, by name."""
        query = self.operation.template.partition("#")[0].partition("?")[2]
        return {name: texts[-1] for name, texts in styles.query_values(query).items()}

    @cached_property
    def required(self) -> tuple[tuple[Parameter, frozenset[str]], ...]:
        """What a request must hold, each with the only texts that it may be; none where it may be any."""
        required = (one for one in self.operation.parameters if one.required and one.location in ("query", "header"))
        return tuple((one, _texts(one.schema)) for one in required)

    def lacks(self, request: Request, query: styles.Texts) -> tuple[int, int]:
        """How many requirements of this operation a request misses, and how many it satisfies, negated."""
        satisfied = [_is_sent(value, query.get(name)) for name, value in self.constants.items()]
        for parameter, texts in self.required:
            one = request.headers.get(parameter.name.lower())
            sent = query.get(parameter.name) if parameter.location == "query" else one if one is None else [one]
            satisfied.append(sent is not None and (not texts or sent[-1] in texts))
        content_type = request.headers.get("content-type")
        if content_type and self.operation.body is not None:
            satisfied.append(media.declared_for(self.operation.body.media_types, content_type) is not None)
        return satisfied.count(False), -satisfied.count(True)

    def from_query(self, query: styles.Texts) -> dict[str, str]:
        """The values of parameters that stand in the template's query: `?lat={lat}`."""
        expressions = ((name, value[1:-1]) for name, value in self.constants.items() if _is_expression(value))
        return {inner: query[name][-1] for name, inner in expressions if name in query}


def nearest(overloads: Sequence[Overload], request: Request) -> tuple[Overload, dict[str, str]]:
    """The operation that a request lacks least for, of equal ones that of the most requirements, then the first."""
    query = styles.query_values(request.query)
    chosen = min(overloads, key=lambda overload: overload.lacks(request, query))
    return chosen, chosen.from_query(query)


def _is_expression(value: str) -> bool:
    return value.startswith("{") and value.endswith("}")


def _is_sent(value: str, sent: list[str] | None) -> bool:
    return sent is not None and (_is_expression(value) or value in sent)


def _texts(schema: Any) -> frozenset[str]:
    if not isinstance(schema, Mapping):
        return frozenset()
    known = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return frozenset(map(_written, known)) if isinstance(known, list) else frozenset()


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
