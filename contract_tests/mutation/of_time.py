"""Operators on time and concurrency: no answer in time, writes lost among others, records that come back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from threading import Lock
from typing import Any

from contract_tests.core.contract import Contract, Operation
from contract_tests.core.document import Place
from contract_tests.mutation.of_state import in_shadow
from contract_tests.mutation.proxy import Distort, Forward, Reply, Request
from contract_tests.mutation.sites import Distortion, Path, fields, replaced, successes

TOO_LATE = 6.0  # seconds: longer than the suite waits
TOGETHER = 0.05  # seconds in which other writes may come
LATER = 0.4  # seconds after which a cache is filled again
Items = dict[str, Any]  # by id


def sites(contract: Contract) -> Iterator[Distortion]:
    """Every operator on time.

    A write can be lost unnoticed only where its answer shows what was written; a target that hangs on a request about
    no record is not available, so its answers are late only where a record is named.
    """
    for operation, schema in successes(contract):
        shown = list(fields(contract, schema))
        if operation.is_write and operation.path_names:
            yield Distortion("no answer in time", operation.id, "", partial(_made, too_late, operation))
        if operation.is_write and any(len(path) == 1 and is_time(place) for path, place, _ in shown):
            yield Distortion("one of two writes at once lost", operation.id, "", partial(_made, lost, operation))
        for path, place, _ in shown:
            if place.value.get("type") == "array" and contract.look_up(place, "items", "properties", "id"):
                for name, (least, delay) in KEPT.items():
                    make = partial(_made, partial(kept, path, least, delay), operation)
                    yield Distortion(name, operation.id, "/".join(path), make)


def is_time(place: Place) -> bool:
    """Whether a schema is of instants."""
    return bool(place.value.get("format") == "date-time")


def _made(operator: Callable[[Operation], Distort], operation: Operation, _: object) -> Distort:
    return operator(operation)


def too_late(operation: Operation) -> Distort:
    """The operation answers after the suite has stopped waiting."""

    def distort(request: Request, forward: Forward) -> Reply:
        if request.operation == operation.id:
            time.sleep(TOO_LATE)
        return forward(request)

    return distort


def lost(operation: Operation) -> Distort:
    """A write that comes while another one runs is answered, and forgotten."""
    running: set[int] = set()
    lock = Lock()

    def distort(request: Request, forward: Forward) -> Reply:
        if request.operation != operation.id:
            return forward(request)
        with lock:
            is_late = bool(running)
            running.add(id(request))
        try:
            time.sleep(TOGETHER)
            return forward(in_shadow(request) if is_late else request)
        finally:
            running.discard(id(request))

    return distort


KEPT = {
    "removed item still shown": (1, 0.0),
    "one of several removed items still shown": (2, 0.0),
    "removed item comes back": (1, LATER),
}
"""How many items must have gone since the last read, and the seconds until one of them is shown again."""


def kept(path: Path, least: int, delay: float, operation: Operation) -> Distort:
    """Of the items that have gone from a list since it was last read, one is shown again."""
    last: dict[tuple[str, str], Items] = {}
    ghosts: dict[tuple[str, str], list[tuple[float, Any]]] = {}

    def distort(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        if request.operation != operation.id or reply.status != 200:
            return reply
        key, now = (request.token, request.path), time.monotonic()
        items = items_at(reply.json, path)
        missing = [item for name, item in last.get(key, {}).items() if name not in items]
        last[key] = items
        waiting = ghosts.setdefault(key, [])
        if len(missing) >= least:
            waiting.append((now + delay, missing[-1]))
        again = [item for due, item in waiting if due <= now]
        return reply.with_json(replaced(reply.json, path, lambda shown: [*shown, *again])) if again else reply

    return distort


def items_at(body: Any, path: Path) -> Items:
    """The items of the list at a path, by their ids."""
    for step in path:
        body = body.get(step, {}) if isinstance(body, dict) else {}
    return {str(item["id"]): item for item in body if "id" in item} if isinstance(body, list) else {}
