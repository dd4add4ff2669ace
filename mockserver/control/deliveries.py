"""Control calls on what the API sends: list, send by hand, send again, drop, pause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from mockserver.clock import format_instant
from mockserver.control.calls import Call, Handler, Result, conflict
from mockserver.errors import Refused
from mockserver.outbound import deliveries as queue
from mockserver.outbound.deliveries import Delivery
from mockserver.state.world import World


def shown_delivery(call: Call, delivery: Delivery) -> dict[str, Any]:
    """A delivery as JSON, without the secrets in its URL and body."""
    secrets = call.engine.journal.secrets
    is_open = delivery.state in queue.OPEN
    return {
        "id": delivery.id,
        "event": delivery.event,
        "state": delivery.state,
        "method": delivery.method,
        "url": secrets.address(delivery.url),
        "body": secrets.body(delivery.body.encode(), delivery.headers.get("Content-Type", "")),
        "attempts": delivery.attempts,
        "status": delivery.status,
        "reason": delivery.reason,
        "queued": format_instant(delivery.queued),
        "due": format_instant(delivery.due) if is_open else None,
    }


def _list(call: Call) -> Result:
    return _shown(call, call.existing())


def _shown(call: Call, world: World) -> Result:
    state, event = call.query("state"), call.meant(call.query("event"))
    found = [
        shown_delivery(call, one)
        for one in queue.deliveries_of(world)
        if state in (None, one.state) and event in (None, one.event)
    ]
    secret = call.engine.dispatching().secret(world)
    return Result({"deliveries": found, "paused": queue.is_paused(world), "secret": secret})


def _send(call: Call) -> Result:
    """Send a webhook, or a callback, by hand; the first attempt is made before the call returns."""
    engine, body = call.engine, call.body
    event = call.meant(body["event"]) or ""
    fields = (((), body["body"]),) if "body" in body else None
    made: list[Delivery] = []

    def change(world: World) -> World:
        now = world.clock.now(engine.pipeline.clock)
        after, delivery = engine.pipeline.planning.queueing.by_hand(world, event, body["to"], fields, now)
        made[:] = [delivery]
        return after

    engine.store.update(call.world, change)
    return _settled(call, made[0].id, status=201)


def _pause(call: Call) -> Result:
    """Hold all deliveries, or send them; those that have become due meanwhile are due now."""
    engine, on = call.engine, call.body["paused"]

    def change(world: World) -> World:
        now = world.clock.now(engine.pipeline.clock)
        late = [
            replace(one, due=now) for one in queue.deliveries_of(world) if one.state in queue.OPEN and one.due < now
        ]
        resumed = queue.with_deliveries(world, late) if late and not on else world
        return queue.paused(resumed, on=on)

    engine.store.update(call.world, change)
    if not on:
        engine.dispatching().settle(call.world)
    return _shown(call, engine.store.load(call.world)[0])


def _resend(call: Call) -> Result:
    """Send a delivery again, whatever became of it; its attempts are counted anew."""
    if _found(call, call.existing()).planned is not None:
        raise conflict("it isn't known yet what is sent to whom; advance the clock to that moment")
    now = call.existing().clock.now(call.engine.pipeline.clock)
    _changed(call, lambda one: replace(one, state=queue.WAITING, due=now, attempts=0, reason="", lease=0))
    return _settled(call, call.inputs.path["id"])


def _drop(call: Call) -> Result:
    """Send a delivery no more."""
    return Result(shown_delivery(call, _changed(call, _dropped)))


def _dropped(delivery: Delivery) -> Delivery:
    return replace(delivery, state=queue.DROPPED, lease=0) if delivery.state in queue.OPEN else delivery


def _changed(call: Call, change: Callable[[Delivery], Delivery]) -> Delivery:
    changed: list[Delivery] = []

    def made(world: World) -> World:
        changed[:] = [change(_found(call, world))]
        return queue.with_deliveries(world, changed)

    call.engine.store.update(call.existing().name, made)
    return changed[0]


def _found(call: Call, world: World) -> Delivery:
    id_ = call.inputs.path["id"]
    delivery = queue.delivery_of(world, id_)
    if delivery is None:
        raise Refused(
            404, f"{world.name!r} has no delivery {id_!r}; it keeps the newest {queue.FINISHED} that are over"
        )
    return delivery


def _settled(call: Call, id_: str, *, status: int = 200) -> Result:
    """A delivery once its world has sent what is due."""
    call.engine.dispatching().settle(call.world)
    delivery = queue.delivery_of(call.engine.store.load(call.world)[0], id_)
    if delivery is None:
        raise Refused(404, f"the delivery {id_!r} is gone: the world was reset meanwhile")
    return Result(shown_delivery(call, delivery), status)


HANDLERS: dict[str, Handler] = {
    "listDeliveries": _list,
    "sendDelivery": _send,
    "pauseDeliveries": _pause,
    "resendDelivery": _resend,
    "dropDelivery": _drop,
}
"""The calls by the name of their operation."""
