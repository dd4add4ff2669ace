"""Which part of the contract consumers have exercised: operations, statuses, and states of the records involved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.behaviour.facets import Facets, facets_of
from mockserver.contract.operations.operation import Operation
from mockserver.exchange.engine import Engine
from mockserver.exchange.journals import Tally

CLOSED = "closed"
"""Stands for the status where the connection was closed without a response."""
_NAMED = 100


@dataclass(frozen=True, slots=True)
class CoveredStatus:
    """One status of one operation: whether it is declared, how often it was returned, and with which states."""

    status: str
    declared: bool
    assumed: bool
    times: int
    states: tuple[tuple[str, int], ...]  #: the known states, and how often each occurred


@dataclass(frozen=True, slots=True)
class Row:
    """One operation and its statuses."""

    operation: Operation
    statuses: tuple[CoveredStatus, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage of some worlds."""

    worlds: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def declared(self) -> int:
        """How many pairs of operation and status the contract declares."""
        return sum(one.declared for row in self.rows for one in row.statuses)

    @property
    def met(self) -> int:
        """How many of them were returned at least once."""
        return sum(one.declared and one.times > 0 for row in self.rows for one in row.statuses)


def coverage(engine: Engine, world: str | None = None) -> Coverage:
    """The coverage of a world, or of all worlds together, removed ones included, where it is None."""
    facets = facets_of(engine.behaviours, engine.contract)
    counted = _by_operation(engine.journal.tally(world))
    rows = (
        Row(operation, tuple(_statuses(operation, counted.get(operation.id, {}), facets.get(operation.id))))
        for operation in (*engine.contract.operations.values(), *_sent(engine, counted))
    )
    worlds = (world,) if world is not None else tuple(sorted(engine.store.names()))[:_NAMED]
    return Coverage(worlds, tuple(rows))


def _sent(engine: Engine, counted: Mapping[str, Any]) -> Iterator[Operation]:
    """What the API itself sends: the callbacks, and those webhooks that a behaviour sends or that were sent."""
    told = {one.event for one in engine.behaviours.notifications}
    for one in engine.contract.outgoing.values():
        if one.owner or one.id in told or one.id in counted:
            yield one.operation


def _by_operation(tally: Tally) -> dict[str, dict[str, dict[str, int]]]:
    """Counts by operation, status and state; `""` counts the status itself."""
    counts_by_operation: dict[str, dict[str, dict[str, int]]] = {}
    for (operation, status, states), count in tally.items():
        if operation is not None:
            counts = counts_by_operation.setdefault(operation, {}).setdefault(str(status) if status else CLOSED, {})
            for state in ("", *states):
                counts[state] = counts.get(state, 0) + count
    return counts_by_operation


def _statuses(
    operation: Operation, counted: dict[str, dict[str, int]], facets: Facets | None
) -> Iterator[CoveredStatus]:
    remaining = dict(counted)
    for declared, response in sorted(operation.responses.items()):
        exact = [status for status in remaining if _belongs(status, declared, operation)]
        counts: dict[str, int] = {}
        for status in exact:
            for state, times in remaining.pop(status).items():
                counts[state] = counts.get(state, 0) + times
        yield _covered(declared, True, bool(response.assumed), counts, facets)
    for status, counts in sorted(remaining.items()):
        yield _covered(status, False, False, counts, None)


def _belongs(status: str, declared: str, operation: Operation) -> bool:
    response = operation.response_for(int(status)) if status != CLOSED else None
    return response is not None and response.status == declared


def _covered(
    status: str, declared: bool, assumed: bool, counts: dict[str, int], facets: Facets | None
) -> CoveredStatus:
    known = _known(status, facets)
    states = dict.fromkeys((*known, *(state for state in counts if state)))
    return CoveredStatus(
        status, declared, assumed, counts.get("", 0), tuple((state, counts.get(state, 0)) for state in states)
    )


def _known(status: str, facets: Facets | None) -> Sequence[str]:
    """The states possible with a status: those of the record, or for 404 the reasons why there is none."""
    if facets is None:
        return ()
    if status == "404":
        return facets.misses
    return [state for facet in facets.facets for state in facet.states()] if status.startswith("2") else ()


def coverage_json(result: Coverage) -> dict[str, Any]:
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
        for row in result.rows
    ]
    return {"worlds": list(result.worlds), "declared": result.declared, "met": result.met, "operations": operations}


def markdown(result: Coverage) -> str:
    """Coverage as a Markdown table, with a list of what was never exercised."""
    statuses = sorted({one.status for row in result.rows for one in row.statuses})
    lines = [
        f"{result.met} of {result.declared} declared responses (operation and status) were exercised.",
        "",
        f"| operation | {' | '.join(statuses)} |",
        f"|---|{'---|' * len(statuses)}",
    ]
    for row in result.rows:
        cells = {one.status: _cell(one) for one in row.statuses}
        lines.append(f"| {row.operation.id} | {' | '.join(cells.get(status, '') for status in statuses)} |")
    never = [f"- {text}" for text in _unmet(result)]
    return "\n".join([*lines, *(["", "Never exercised:", "", *never] if never else [])]) + "\n"


def _cell(status: CoveredStatus) -> str:
    if not status.declared:
        return f"{status.times} (not declared)"
    return str(status.times) if status.times else "never"


def _unmet(result: Coverage) -> Iterator[str]:
    for row in result.rows:
        for one in row.statuses:
            if not one.times:
                yield f"{row.operation.id} {one.status}"
            else:
                missing = [state for state, times in one.states if not times]
                if missing:
                    yield f"{row.operation.id} {one.status} with {', '.join(missing)}"
