"""The queue of what a world's API sends, kept as records of the world: a fork, a rewind and a store have it too.

A delivery waits for its instant on the world's clock, is claimed by whoever sends it, and waits again after a failure.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from mockserver.behaviour.notifying import Planned
from mockserver.state.collection import Collection, Record
from mockserver.state.rules import CollectionRules
from mockserver.state.world import World

DELIVERIES: Final = "deliveries"
"""What the mock keeps the deliveries of a world under, beside the collections of its API."""
PAUSED: Final = "deliveries paused"
"""What has a record while nothing is sent."""
WAITING, SENDING, DELIVERED, FAILED, REFUSED, DROPPED = (
    "waiting", "sending", "delivered", "failed", "refused", "dropped",
)  # fmt: skip
OPEN: Final = frozenset((WAITING, SENDING))
"""The states of deliveries that are still to be sent."""
MOST: Final = 1000
"""How many deliveries of a world may wait."""
HEAVIEST: Final = 16_000_000
"""How many characters the bodies of all that wait may have together."""
FINISHED: Final = 100
"""How many others are kept, to be seen and sent again."""
LEASE: Final = 60_000
"""Milliseconds of the machine's time after which a claimed delivery counts as lost, and is sent again."""
_RULES: Final = CollectionRules(DELIVERIES)


class Delivery(msgspec.Struct, frozen=True, omit_defaults=True):
    """A request that the API sends, and what became of it so far."""

    id: str
    event: str  #: the id of the callback or webhook
    method: str
    url: str
    headers: dict[str, str] = {}
    body: str = ""
    queued: int = 0  #: when, on the world's clock
    due: int = 0  #: when the next attempt is made, on the world's clock
    state: str = WAITING
    attempts: int = 0
    status: int = 0  #: of the last answer
    reason: str = ""  #: why it wasn't delivered yet, or never will be
    lease: int = 0  #: until when, on the machine's clock, somebody sends it
    planned: Planned | None = None  #: the moment of a record, at which it is known what is sent to whom


def message_id(world: World, number: int) -> str:
    """The id of a delivery that is queued next in this world, or so many places later: the same on every machine."""
    collection = world.aside.get(DELIVERIES)
    place = number if collection is None else collection.next + number
    text = f"{world.seed}/{world.name}/{place}"
    return f"msg_{blake2b(text.encode(), digest_size=12).hexdigest()}"


def planned_delivery(world: World, planned: Planned, now: int) -> Delivery:
    """What is sent at a moment; the same for the same moment, however often its record is stored before."""
    text = f"{world.seed}/{world.name}/{planned.collection}/{planned.key}/{planned.field}/{planned.value}/{planned.at}"
    id_ = f"msg_{blake2b(text.encode(), digest_size=12).hexdigest()}"
    reason = f"sent when {planned.collection} {planned.key} becomes {planned.value}"
    return Delivery(id_, "", "", "", queued=now, due=planned.at, reason=reason, planned=planned)


def without(world: World, id_: str) -> World:
    """The world without a delivery."""
    collection = world.aside.get(DELIVERIES) or Collection(_RULES)
    return replace(world, aside={**world.aside, DELIVERIES: collection.drop({"id": id_})})


def deliveries_of(world: World) -> list[Delivery]:
    """The deliveries of a world, in the order in which they were queued."""
    collection = world.aside.get(DELIVERIES)
    if collection is None:
        return []
    return [delivery_in(record) for record in collection.matching(())]


def delivery_of(world: World, id_: str) -> Delivery | None:
    """The delivery of this id; None where there is none, or no more."""
    collection = world.aside.get(DELIVERIES)
    record = None if collection is None else collection.get(id_)
    return None if record is None else delivery_in(record)


def delivery_in(record: Record) -> Delivery:
    """The delivery that a record is."""
    return msgspec.convert(dict(record), Delivery)


def record_of(delivery: Delivery) -> dict[str, Any]:
    """The record that a delivery is kept as."""
    record: dict[str, Any] = msgspec.to_builtins(delivery)
    return record


def with_deliveries(world: World, deliveries: Iterable[Delivery]) -> World:
    """The world with deliveries added, or in the place of those that they were. Of those that are over, the oldest make
    room.

    It is no further step of the world, of which the ids of new records are made: attempts come when they come.
    """
    collection = world.aside.get(DELIVERIES) or Collection(_RULES)
    for delivery in deliveries:
        collection = collection.put(record_of(delivery))
    if len(collection.records) > FINISHED:
        over = [one for one in collection.matching(()) if one.get("state", WAITING) not in OPEN]
        for record in over[: max(len(over) - FINISHED, 0)]:
            collection = collection.drop(record)
    return replace(world, aside={**world.aside, DELIVERIES: collection})


def forked(world: World) -> World:
    """The world as another begins with it: what waits here isn't sent by both."""
    if DELIVERIES not in world.aside:
        return world
    return replace(world, aside={**world.aside, DELIVERIES: Collection(_RULES)})


def rewound(before: World, current: World) -> World:
    """A world as it was, with what has become of its deliveries since: what was sent isn't sent again."""
    known = {one.id: one for one in deliveries_of(current)}
    changed = [known[one.id] for one in deliveries_of(before) if known.get(one.id, one) != one]
    return with_deliveries(before, changed) if changed else before


def has_room(world: World) -> bool:
    """Whether one more delivery may wait."""
    collection = world.aside.get(DELIVERIES)
    if collection is None:
        return True
    waiting = [one for one in collection.matching(()) if one.get("state", WAITING) in OPEN]
    return len(waiting) < MOST and sum(len(one.get("body", "")) for one in waiting) < HEAVIEST


def is_paused(world: World) -> bool:
    """Whether nothing is sent for the time being."""
    collection = world.aside.get(PAUSED)
    return collection is not None and len(collection.records) > 0


def paused(world: World, *, on: bool) -> World:
    """The world whose deliveries wait, or are sent again."""
    if is_paused(world) == on:
        return world
    rules = CollectionRules(PAUSED)
    collection = Collection.of(rules, [{"id": "all"}] if on else [])
    return replace(world, aside={**world.aside, PAUSED: collection})


def next_of(world: World, machine: int) -> Delivery | None:
    """The delivery that is sent next; one that is being sent counts again once its lease is over."""
    if is_paused(world):
        return None
    waiting = [
        one for one in deliveries_of(world) if one.state == WAITING or (one.state == SENDING and one.lease <= machine)
    ]
    return min(waiting, key=lambda one: one.due, default=None)


def lease_left(world: World, machine: int) -> int | None:
    """The milliseconds until a delivery that is being sent counts again: who sends it may be gone, or couldn't keep
    what came of it. None where there is none."""
    if is_paused(world):
        return None
    leases = [one.lease for one in deliveries_of(world) if one.state == SENDING]
    return max(min(leases) - machine, 0) if leases else None
