"""Control calls on time: read, set, stop and advance the clock of a world."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from mockserver.clock import WorldClock, format_instant, parse_date_math, parse_instant, parse_period
from mockserver.control.calls import Call, Handler, Result, conflict
from mockserver.exchange.engine import Engine
from mockserver.state.world import World


def shown_clock(engine: Engine, world: World) -> dict[str, Any]:
    """The clock of a world."""
    source = engine.pipeline.clock
    now = world.clock.now(source)
    frozen = world.clock.frozen is not None
    return {"now": format_instant(now), "frozen": frozen, "offset": now - source() if frozen else world.clock.offset}


def _get(call: Call) -> Result:
    world = call.existing()
    return Result(shown_clock(call.engine, world))


def _set(call: Call) -> Result:
    text, source = call.body.get("now"), call.engine.pipeline.clock
    wanted = None if text is None else _instant(text, source())

    def change(clock: WorldClock) -> WorldClock:
        frozen = call.body.get("frozen", clock.frozen is not None)
        return clock.set(clock.now(source) if wanted is None else wanted, frozen=frozen, source=source)

    return _changed(call, change)


def _instant(text: str, now: int) -> int:
    moment = parse_date_math(text, now)
    try:
        return parse_instant(text.upper()) if moment is None else moment
    except (ValueError, OverflowError):
        raise conflict(f"{text!r} isn't an instant that the clock can show") from None


def _advance(call: Call) -> Result:
    try:
        by = parse_period(call.body["by"])
    except (ValueError, OverflowError) as error:
        raise conflict(str(error)) from None
    return _changed(call, lambda clock: clock.advance(by, call.engine.pipeline.clock))


def _changed(call: Call, change: Callable[[WorldClock], WorldClock]) -> Result:
    def changed(world: World) -> World:
        return msgspec.structs.replace(world, clock=change(world.clock))

    try:
        world = call.update(changed)
    except ValueError as error:
        raise conflict(str(error)) from None
    if call.engine.dispatcher is not None:
        call.engine.dispatcher.settle(call.world)  # what is due now has gone out when the call returns
    return Result(shown_clock(call.engine, world))


HANDLERS: dict[str, Handler] = {"getClock": _get, "setClock": _set, "advanceClock": _advance}
"""The calls by the name of their operation."""
