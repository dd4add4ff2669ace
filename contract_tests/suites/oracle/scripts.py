"""Sequences of steps, drawn with a seed: each operation alone first, then several together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from contract_tests.core.contract import Contract, Operation, Parameter
from contract_tests.core.document import Place
from contract_tests.core.model import Model, root
from contract_tests.core.samples import Samples, drawn
from contract_tests.core.target import NOTHING
from contract_tests.suites.oracle.calls import Step
from contract_tests.suites.oracle.freedoms import Freedoms

LONGEST = 5
ONE_IN = 6  # steps that name an unknown record


class Scripts:
    """Draws steps for the operations of a contract."""

    def __init__(self, contract: Contract, model: Model, seed: int) -> None:
        self.contract, self.model, self.seed, self.samples = contract, model, seed, Samples(contract)
        self.freedoms = Freedoms(contract, model)

    def queries(self, name: str) -> list[Mapping[str, Any]]:
        """Queries that show all there is: nothing optional, each value of a choice in its turn."""
        operation = self.contract.operation(name)
        found: list[Mapping[str, Any]] = []
        for parameter in operation.parameters:
            if parameter.location == "query" and parameter.required:
                found += self._choices(parameter)
        return found or [*self.samples.queries(operation, self.seed)]

    def alone(self, names: Sequence[str], times: int = 1) -> list[list[Step]]:
        """Each operation by itself, every time with the next record."""
        drew = {name: drawn(self._step(name, st.just(False)), times, self.seed) for name in names}
        return [
            [replace(step, pick=at + turn)] for at, name in enumerate(names) for turn, step in enumerate(drew[name])
        ]

    def chosen(self, names: Sequence[str]) -> list[list[Step]]:
        """Each list by itself, its choice of records taken from one that is there."""
        return [
            [Step(name, pick, query=query)] for name in names for pick, query in enumerate(self._full_queries(name), 1)
        ]

    def refused(self, names: Sequence[str]) -> list[list[Step]]:
        """Each operation that names a record, with an unknown one."""
        return [[step] for name in names for step in drawn(self._step(name, st.just(True)), 1, self.seed)]

    def together(self, names: Sequence[str], count: int) -> list[list[Step]]:
        """Several operations in a row."""
        if not names or not count:
            return []
        rarely = st.integers(1, ONE_IN).map(lambda number: number == ONE_IN)
        step = st.one_of([self._step(name, rarely if self.names_a_record(name) else st.just(False)) for name in names])
        return drawn(st.lists(step, min_size=2, max_size=LONGEST), count, self.seed)

    def names_a_record(self, name: str) -> bool:
        """Whether the operation finds a record by its input."""
        return bool(self.model.behaviours[name].find)

    def _step(self, name: str, unknown: SearchStrategy[bool]) -> SearchStrategy[Step]:
        operation = self.contract.operation(name)
        body = self.samples.body(operation)
        query = self.samples.query(operation, self._unread(name))
        return st.builds(
            Step, st.just(name), st.integers(0, 999), unknown, st.just(NOTHING) if body is None else body, query
        )

    def _full_queries(self, name: str) -> list[Mapping[str, Any]]:
        query = self.model.behaviours[name].list
        wanted = {part for kind, part in map(root, query.filters.values()) if kind == "query"} if query else set()
        if not wanted:
            return []
        operation = self.contract.operation(name)
        return [*drawn(self.samples.query(operation, self._unread(name), frozenset(wanted)), 2, self.seed)]

    def _unread(self, name: str) -> frozenset[str]:
        return self.freedoms.unread(self.contract.operation(name), self.model.behaviours[name])

    def _choices(self, parameter: Parameter) -> list[Mapping[str, Any]]:
        schema = self.contract.look_up(Place(parameter.schema))
        inner = self.contract.look_up(schema, "items") if schema else None
        listed = inner or schema
        values = listed.value.get("enum", ()) if listed and isinstance(listed.value, Mapping) else ()
        return [{parameter.name: [value] if inner else value} for value in values]


def takes_json_only(operation: Operation) -> bool:
    """Whether a body that it needs can be JSON."""
    body = operation.declared.body
    return body is None or "application/json" in body.media_types
