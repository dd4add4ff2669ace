"""What consumers have met of the contract: operation, status, and the state of the record that it was about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.behaviour.facets import Facets, facets_of
from mockserver.contract.operations.operation import Operation
from mockserver.exchange.engine import Engine
from mockserver.exchange.journal import Tally

CLOSED = "closed"
"""Stands for the status where the connection was closed without an answer."""
_NAMED = 100


@dataclass(frozen=True, slots=True)
class Met:
    """One status of one operation: whether it is declared, how often it was met, and with which states."""

    status: str
    declared: bool
    assumed: bool
    times: int
    states: tuple[tuple[str, int], ...]  #: those that are known, with how often they were met


@dataclass(frozen=True, slots=True)
class Row:
    """One operation and its statuses."""

    operation: Operation
    statuses: tuple[Met, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What some worlds have met."""

    worlds: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def declared(self) -> int:
        """How many pairs of operation and status the contract declares."""
        return sum(one.declared for row in self.rows for one in row.statuses)

    @property
    def met(self) -> int:
        """How many of them were met."""
        return sum(one.declared and one.times > 0 for row in self.rows for one in row.statuses)


def coverage(engine: Engine, world: str | None = None) -> Coverage:
    """What a world has met of the contract; all worlds together, those that are gone among them, on None."""
    facets = facets_of(engine.behaviours, engine.contract)
    counted = _by_operation(engine.journal.tally(world))
    rows = (
        Row(operation, tuple(_statuses(operation, counted.get(operation.id, {}), facets.get(operation.id))))
        for operation in engine.contract.operations.values()
    )
    worlds = (world,) if world is not None else tuple(sorted(engine.store.names()))[:_NAMED]
    return Coverage(worlds, tuple(rows))


def _by_operation(tally: Tally) -> dict[str, dict[str, dict[str, int]]]:
    """Counts by operation, status and state; `""` counts the status itself."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for (operation, status, states), count in tally.items():
        if operation is not None:
            counts = found.setdefault(operation, {}).setdefault(str(status) if status else CLOSED, {})
            for state in ("", *states):
                counts[state] = counts.get(state, 0) + count
    return found


def _statuses(operation: Operation, counted: dict[str, dict[str, int]], facets: Facets | None) -> Iterator[Met]:
    left = dict(counted)
    for declared, response in sorted(operation.responses.items()):
        exact = [status for status in left if _belongs(status, declared, operation)]
        counts: dict[str, int] = {}
        for status in exact:
            for state, times in left.pop(status).items():
                counts[state] = counts.get(state, 0) + times
        yield _met(declared, True, bool(response.assumed), counts, facets)
    for status, counts in sorted(left.items()):
        yield _met(status, False, False, counts, None)


def _belongs(status: str, declared: str, operation: Operation) -> bool:
    response = operation.response_for(int(status)) if status != CLOSED else None
    return response is not None and response.status == declared


def _met(status: str, declared: bool, assumed: bool, counts: dict[str, int], facets: Facets | None) -> Met:
    known = _known(status, facets)
    states = dict.fromkeys((*known, *(state for state in counts if state)))
    return Met(status, declared, assumed, counts.get("", 0), tuple((state, counts.get(state, 0)) for state in states))


def _known(status: str, facets: Facets | None) -> Sequence[str]:
    """The states that a status can be met with: of the record where it was found, else why it was not."""
    if facets is None:
        return ()
    if status == "404":
        return facets.misses
    return [state for facet in facets.facets for state in facet.states()] if status.startswith("2") else ()


def shown_coverage(found: Coverage) -> dict[str, Any]:
    """Coverage as JSON."""
    operations = [
        {
            "operation": row.operation.id,
            "method": row.operation.method,
            "path": row.operation.template,
            "statuses": [
                {
                    "status": one.status,
                    "declared": one.declared,
                    "assumed": one.assumed,
                    "times": one.times,
                    "states": [{"state": state, "times": times} for state, times in one.states],
                }
                for one in row.statuses
            ],
        }
        for row in found.rows
    ]
    return {"worlds": list(found.worlds), "declared": found.declared, "met": found.met, "operations": operations}


def markdown(found: Coverage) -> str:
    """Coverage as a Markdown table, with what was never met."""
    statuses = sorted({one.status for row in found.rows for one in row.statuses})
    lines = [
        f"{found.met} of {found.declared} declared pairs of operation and status were met.",
        "",
        f"| operation | {' | '.join(statuses)} |",
        f"|---|{'---|' * len(statuses)}",
    ]
    for row in found.rows:
        cells = {one.status: _cell(one) for one in row.statuses}
        lines.append(f"| {row.operation.id} | {' | '.join(cells.get(status, '') for status in statuses)} |")
    never = [f"- {text}" for text in _never(found)]
    return "\n".join([*lines, *(["", "Never met:", "", *never] if never else [])]) + "\n"


def _cell(met: Met) -> str:
    if not met.declared:
        return f"{met.times} (not declared)"
    return str(met.times) if met.times else "never"


def _never(found: Coverage) -> Iterator[str]:
    for row in found.rows:
        for one in row.statuses:
            if not one.times:
                yield f"{row.operation.id} {one.status}"
            else:
                missing = [state for state, times in one.states if not times]
                if missing:
                    yield f"{row.operation.id} {one.status} with {', '.join(missing)}"
