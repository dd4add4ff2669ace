"""Control calls on worlds: list, create, fork, rewind, reset, remove."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec

from mockserver.control.calls import Call, Handler, Result, conflict, no_world
from mockserver.control.clocks import shown_clock
from mockserver.control.journals import entry_of
from mockserver.exchange.engine import Engine
from mockserver.outbound.deliveries import forked, rewound
from mockserver.settings import PREFIX
from mockserver.state.store import MAIN
from mockserver.state.world import World


def shown_world(engine: Engine, world: World) -> dict[str, Any]:
    """A summary of a world."""
    used = engine.store.used(world.name)
    return {
        "name": world.name,
        "step": world.step,
        "clock": shown_clock(engine, world),
        "records": {name: len(collection.records) for name, collection in sorted(world.collections.items())},
        "faults": len(world.faults),
        "requests": engine.journal.last(world.name),
        "used": None if used is None else datetime.fromtimestamp(int(used), UTC).isoformat(),
    }


def _list(call: Call) -> Result:
    engine = call.engine
    engine.store.load(MAIN)
    names = islice(engine.store.names(), call.query("limit", 1000))
    stored = (engine.store.find(name) for name in names)
    worlds = [shown_world(engine, pair[0]) for pair in stored if pair is not None]
    return Result({"worlds": worlds, "total": len(engine.store), "most": engine.store.most})


def _get(call: Call) -> Result:
    return Result(shown_world(call.engine, call.existing()))


def _create(call: Call) -> Result:
    base = call.body.get("base")
    world = None
    if base is not None:
        stored = call.engine.store.find(base)
        if stored is None:
            raise conflict(f"there is no world {base!r} to fork from; leave out `base` to fork from the fixtures")
        world = forked(stored[0])
    return _added(call, call.body["name"], world)


def _fork(call: Call) -> Result:
    world = call.existing()
    if call.body["name"] == world.name:
        raise conflict("a world is not forked into itself")
    return _added(call, call.body["name"], forked(world), replace=call.body.get("replace", False))


def _added(call: Call, name: str, world: World | None, *, replace: bool = False) -> Result:
    before = call.engine.store.find(name)
    added = call.engine.store.add(name, world, replace=replace)
    if added is None:
        raise conflict(f"there is a world {name!r} already; remove it, or fork with replace: true")
    if replace:
        call.engine.journal.clear(name)
    if before is not None:
        call.moves.append((before[0], added))
    return Result(shown_world(call.engine, added), 201, headers=(("Location", f"{PREFIX}/worlds/{name}"),))


def _remove(call: Call) -> Result:
    if call.world == MAIN:
        raise conflict("the world 'main' can be reset, not removed")
    if not call.engine.store.remove(call.world):
        raise no_world(call.world)
    return Result(status=204)


def _reset(call: Call) -> Result:
    keep = call.body.get("keep", ())
    return _put_back(call, call.world, keep)


def _reset_main(call: Call) -> Result:
    return _put_back(call, MAIN, ())


def _put_back(call: Call, name: str, keep: Iterable[str]) -> Result:
    before = call.engine.store.find(name)
    after = call.engine.reset(name, keep)
    if before is not None:
        call.moves.append((before[0], after))
    return Result(shown_world(call.engine, after))


def _rewind(call: Call) -> Result:
    name = call.existing().name
    entry = entry_of(call.engine, name, call.body["before"], missing=409)
    before = call.engine.journal.before(entry)
    if before is None:
        raise conflict(f"the world before request {entry.number} of {name!r} isn't kept any more")

    def back(current: World) -> World:
        return rewound(msgspec.structs.replace(before, name=name), current)

    return Result(shown_world(call.engine, call.update(back)))


HANDLERS: dict[str, Handler] = {
    "listWorlds": _list,
    "createWorld": _create,
    "getWorld": _get,
    "removeWorld": _remove,
    "resetWorld": _reset,
    "resetMain": _reset_main,
    "forkWorld": _fork,
    "rewindWorld": _rewind,
}
"""The calls by the name of their operation."""
