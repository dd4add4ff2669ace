"""Whether an answer shows a record, or a job that is to make one, and how far that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from contract_tests.core.answer import Answer
from contract_tests.core.contract import Contract, Operation
from contract_tests.core.schemas import words_in

ACCEPTED: Final = 202

STATES: Final = frozenset({"status", "state", "phase", "stage"})
"""The last words of members that say how far a job is."""

PENDING: Final = frozenset((
    "accepted", "building", "creating", "deleting", "enqueued", "in", "initializing", "new", "ongoing", "pending",
    "preparing", "processing", "progress", "provisioning", "queued", "received", "requested", "running", "scheduled",
    "started", "starting", "submitted", "updating", "waiting", "working",
))  # fmt: skip
"""Words for a state that another one follows, as in `IN_PROGRESS`."""

FAILED: Final = frozenset({"aborted", "cancelled", "canceled", "error", "failed", "failure", "rejected"})


def is_job(contract: Contract, operation: Operation, answer: Answer) -> bool:
    """Whether the body of an answer is that of a job: a 202 whose schema isn't that of the record."""
    if answer.status != ACCEPTED:
        return False
    mine = resolved(contract, operation, ACCEPTED)
    return mine is None or not any(mine is one for one in records_of(contract, operation))


def records_of(contract: Contract, operation: Operation) -> Iterator[Any]:
    """The schemas of records at or below the path of a write, as their reads show them."""
    for one in contract.operations:
        if one.method == "GET" and one.path.startswith(operation.path.rstrip("/")):
            schema = resolved(contract, one, 200)
            yield from () if schema is None else [schema]


def resolved(contract: Contract, operation: Operation, status: int) -> Any:
    """The schema of a JSON answer as it stands in the document; None where there is none."""
    place = contract.answer_schema(operation, status, "application/json") if operation.response_for(status) else None
    found = contract.look_up(place) if place is not None else None
    return found.value if found is not None else None


def is_pending(value: Any) -> bool:
    """Whether a body says that another state follows."""
    return any(not PENDING.isdisjoint(words_in(state)) for state in states(stated_in(value)))


def has_failed(value: Any) -> bool:
    """Whether a body says that the job came to nothing."""
    return any(not FAILED.isdisjoint(words_in(state)) for state in states(stated_in(value)))


def stated_in(value: Any) -> Any:
    """The object in a body that says how far it is: the body itself, or the one in its envelope (`data`)."""
    if not isinstance(value, Mapping) or any(states(value)):
        return value
    inner = [item for item in value.values() if isinstance(item, Mapping) and any(states(item))]
    return inner[0] if len(inner) == 1 else value


def states(value: Any) -> Iterator[str]:
    """The texts in a body that say how far something is."""
    for name, item in value.items() if isinstance(value, Mapping) else ():
        if isinstance(item, str) and words_in(str(name))[-1:] and words_in(str(name))[-1] in STATES:
            yield item
