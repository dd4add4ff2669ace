"""One operation of the contract: how it is called, and what is documented of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from mockserver.contract.operations.choosing import advice, matches, nameless
from mockserver.contract.operations.expressions import EXPRESSION
from mockserver.contract.operations.operation import ABSENT, Parameter, Response
from mockserver.contract.operations.operation import Operation as Declared

__all__ = ["ABSENT", "SAFE_METHODS", "Operation", "advice", "given", "matches", "nameless"]

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "QUERY", "REPORT", "SEARCH"})
"""Methods that only read, as the registry of HTTP methods (IANA) has them; TRACE, which is one, is left out."""


@dataclass(frozen=True)
class Operation:
    """One operation: `path` is the template, `declared` is its full definition."""

    id: str
    method: str
    path: str
    declared: Declared = field(repr=False, compare=False)

    @property
    def label(self) -> str:
        """`METHOD /path`, as people call it."""
        return f"{self.method} {self.path}"

    @property
    def is_write(self) -> bool:
        """Whether the method may change something."""
        return self.method not in SAFE_METHODS

    @property
    def takes_body(self) -> bool:
        """Whether it declares a request body."""
        return self.declared.body is not None

    @property
    def requires_body(self) -> bool:
        """Whether it can't be called without a request body."""
        return self.declared.body is not None and self.declared.body.required

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters of path, query, header and cookie."""
        return self.declared.parameters

    @property
    def acts_on_everything(self) -> bool:
        """Whether it is a write that names no record: neither in its path nor in a body."""
        return self.is_write and not self.path_names and not self.takes_body

    @property
    def secured(self) -> bool:
        """Whether it requires credentials."""
        return bool(self.declared.security) and frozenset() not in self.declared.security

    @property
    def assumed(self) -> tuple[str, ...]:
        """The assumption numbers that it carries itself."""
        return self.declared.assumed

    @cached_property
    def path_names(self) -> tuple[str, ...]:
        """Names of the path parameters, in order."""
        return tuple(EXPRESSION.findall(self.path))

    @cached_property
    def responses(self) -> Mapping[str, Response]:
        """The documented responses by status (`200`, `4XX`, `default`)."""
        found = self.declared.responses.items()
        # The reader adds a success where a write documents errors only, for a server to answer with.
        return {status: response for status, response in found if response.pointer != self.declared.pointer}

    @property
    def statuses(self) -> tuple[str, ...]:
        """The documented statuses."""
        return tuple(self.responses)

    def response_for(self, status: int) -> Response | None:
        """The documented response: the exact status, else its range, else `default`."""
        found = self.declared.response_for(status)
        return found if found is not None and found.status in self.responses else None


def given(parameters: Iterable[Parameter]) -> Mapping[str, Any]:
    """The values of parameters for which the contract has an example, or a default."""
    found = ((one.name, one.example(), one.schema if isinstance(one.schema, Mapping) else {}) for one in parameters)
    values = {name: schema.get("default", ABSENT) if value is ABSENT else value for name, value, schema in found}
    return {name: value for name, value in values.items() if value is not ABSENT}
