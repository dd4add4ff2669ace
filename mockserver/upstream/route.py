"""Who answers a request: the mock or the backend. One list of rules decides, of which the first that fits counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from mockserver.contract.operations.choosing import advice, matches
from mockserver.contract.operations.operation import Operation
from mockserver.errors import UsageError
from mockserver.settings import Upstream

Who = Literal["mock", "backend"]
MOCK: Final = "mock"
BACKEND: Final = "backend"
_ABSENT: Final = frozenset({404, 405, 501})
"""The statuses of which `missing` may hold that the backend has no such route."""


class Rule(msgspec.Struct, frozen=True):
    """Who answers the operations that a pattern names: an id, path, method or tag."""

    operation: str
    by: Who


class Routes(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who answers what. It is replaced as a whole, while requests are answered."""

    rules: tuple[Rule, ...] = ()
    others: Who = "backend"  #: who answers operations that no rule names
    unknown: Who = "backend"  #: who answers paths that the contract doesn't have
    fallback: bool = False  #: whether the mock answers what the backend doesn't have
    missing: tuple[int, ...] = ()  #: statuses that always mean that the backend has no such route
    fail: bool = False  #: whether an answer that breaks the contract is replaced by a 502
    overlay: bool = False  #: whether what the mock has changed is laid over the backend's answers


def mirrors(routes: Routes) -> bool:
    """Whether the mock may answer anything, so that it has to know the backend's records."""
    return routes.fallback or routes.overlay or routes.others == MOCK or any(rule.by == MOCK for rule in routes.rules)


class Chosen(msgspec.Struct, frozen=True):
    """Who answers a request, and why."""

    by: Who
    why: str


class Router:
    """Chooses by the routes as they are now; what is chosen for an operation is remembered until they change."""

    def __init__(self, routes: Routes, operations: Mapping[str, Operation]) -> None:
        check(routes.rules, operations.values())
        self.operations = operations
        self.change(routes)

    def change(self, routes: Routes) -> None:
        """Route by others from now on. Raises UsageError where a rule names no operation."""
        check(routes.rules, self.operations.values())
        self.routes, self._known = routes, {}  # type: Routes, dict[str, Chosen]

    def adopt(self, operations: Mapping[str, Operation]) -> None:
        """Go on with the operations of a contract that has been read anew."""
        self.operations, self._known = operations, {}

    def chosen(self, operation: Operation | None) -> Chosen:
        """Who answers an operation, or a path that is none."""
        if operation is None:
            return Chosen(self.routes.unknown, "the contract has no such operation")
        known = self._known.get(operation.id)
        if known is None:
            known = self._known[operation.id] = self._first(operation)
        return known

    def _first(self, operation: Operation) -> Chosen:
        for rule in self.routes.rules:
            if matches(operation, rule.operation):
                return Chosen(rule.by, f"the rule {rule.operation!r}")
        return Chosen(self.routes.others, "no rule names the operation")


def check(rules: Iterable[Rule], operations: Iterable[Operation]) -> None:
    """Raise UsageError where a rule names no operation."""
    known = tuple(operations)
    for rule in rules:
        if not any(matches(operation, rule.operation) for operation in known):
            flag = "--mock" if rule.by == MOCK else "--forward"
            problem = f"no operation of the contract matches {rule.operation[:200]!r}"
            raise UsageError(problem, place=flag, fix=advice(known, rule.operation))


def routes_of(upstream: Upstream) -> Routes:
    """The routes that flags name. In front of a backend (`mockserver proxy`) it answers all that no rule names."""
    rules = (
        *(Rule(pattern, MOCK) for pattern in upstream.mock),
        *(Rule(pattern, BACKEND) for pattern in upstream.forward),
    )
    return Routes(
        rules,
        others=BACKEND if upstream.first else MOCK,
        fallback=upstream.fallback,
        missing=upstream.missing,
        fail=upstream.fail,
        overlay=upstream.overlay,
    )
