"""Proposes states that move by themselves: where an enum reads like pending, running, done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from mockserver.contract.schemas.naming import words
from mockserver.contract.schemas.times import is_ended
from mockserver.contract.schemas.view import SchemaView, branches, has_format, members
from mockserver.inference.inference import Inferred

_STARTS: Final = frozenset((
    "pending", "queued", "waiting", "scheduled", "submitted", "accepted", "requested", "enqueued", "initialized",
    "initializing", "created", "starting", "received",
))  # fmt: skip
_RUNS: Final = frozenset((
    "running", "processing", "progress", "executing", "working", "building", "started", "analyzing", "importing",
    "exporting", "uploading", "rendering", "deploying", "ongoing", "inprogress",
))  # fmt: skip
_ENDS: Final = frozenset((
    "done", "completed", "complete", "succeeded", "success", "successful", "finished", "ready", "processed", "deployed",
    "rendered",
))  # fmt: skip
_FAILS: Final = frozenset(("failed", "failure", "error", "errored", "faulted", "crashed"))
_NOT: Final = frozenset(("not", "partially", "partial", "with", "un"))
"""Words that change the meaning of a state: `completed_with_errors`."""
_FIRST: Final = "PT5S"
_SECOND: Final = "PT25S"


def with_jobs(inferred: Inferred, schemas: Mapping[str, Sequence[Any]], view: SchemaView) -> Inferred:
    """What was inferred, with the collections whose records are jobs; `schemas` are those of their records."""
    collections, operations = dict(inferred.behaviours["collections"]), dict(inferred.behaviours["operations"])
    for name, rules in inferred.behaviours["collections"].items():
        making = [key for key, one in operations.items() if name in (one.get("create") or {})]
        found = next(_jobs(schemas.get(name) or (), view), None) if making else None
        if found is None:
            continue
        field, start, moves = found
        collections[name] = {**rules, "becomes": {field: moves}}
        for key in making:
            operations[key] = _begun(operations[key], name, field, start)
    behaviours = {**inferred.behaviours, "collections": collections, "operations": operations}
    return replace(inferred, behaviours=behaviours)


def _jobs(schemas: Sequence[Any], view: SchemaView) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The fields that say how far a job is: the state in which it begins, and what becomes of it."""
    for schema in schemas:
        declared = members(schema, view)
        ended = [name for name, one in declared.items() if is_ended(name) and has_format(one, "date-time", view)]
        for field, one in declared.items():
            states = [value for part in branches(one, view) for value in part.get("enum", ()) if isinstance(value, str)]
            start, run, end = (_first(states, kind) for kind in (_STARTS, _RUNS, _ENDS))
            if start is None or end is None:
                continue
            sets = {"set": dict.fromkeys(_finishing(ended), "$now")} if _finishing(ended) else {}
            failed = _first(states, _FAILS)
            last = {"is": end, **sets, **({"fails": {"is": failed, **sets} if sets else failed} if failed else {})}
            if run is None:
                yield field, start, {start: {"after": _FIRST, **last}}
            else:
                yield field, start, {start: {"after": _FIRST, "is": run}, run: {"after": _SECOND, **last}}


def _first(states: Sequence[str], kind: frozenset[str]) -> str | None:
    """The first state of a kind."""
    for state in states:
        said = words(state)
        if not kind.isdisjoint(said) and _NOT.isdisjoint(said):
            return state
    return None


def _finishing(ended: Sequence[str]) -> list[str]:
    """The instants that a job has once it is done; one that was cancelled or deleted is another matter."""
    return [name for name in ended if not {"completed", "finished", "ended", "end", "done"}.isdisjoint(words(name))]


def _begun(operation: Mapping[str, Any], collection: str, field: str, start: str) -> dict[str, Any]:
    """An operation that makes jobs, each in the state in which it begins."""
    made = operation["create"][collection]
    fields = {**made} if isinstance(made, Mapping) else {"*": made}
    fills = [name for name in operation.get("fills", ()) if name.removesuffix("!") != field]
    changed = {**operation, "create": {collection: {**fields, field: start}}}
    if "fills" in operation:
        changed["fills"] = fills
    return {name: value for name, value in changed.items() if name != "fills" or value}
