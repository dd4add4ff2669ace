"""Control calls on whole collections: the records of one, many changes at once, and what differs from the fixtures."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.behaviour.records import merge_patch
from mockserver.control.calls import Call, Handler, Result
from mockserver.control.records import as_moved, checked, collection_of, going_on, with_its_key
from mockserver.state.becoming import plain
from mockserver.state.collection import Collection, Record
from mockserver.state.log import differing
from mockserver.state.world import World


def _list(call: Call) -> Result:
    world = call.existing()
    collection = collection_of(call, world)
    stored = sorted(collection.records.items(), key=lambda item: item[1][0])
    records = ((key, plain(as_moved(call, world, collection.rules, record))) for key, (_, record) in stored)
    return Result({"records": [{"key": key, "record": record} for key, record in records]})


def _change(call: Call) -> Result:
    """A merge patch of the collection as a map of its records (RFC 7396): all of it, or a refusal."""
    name, wanted = call.inputs.path["collection"], call.body
    counts = {"changed": 0, "added": 0, "removed": 0}

    def changed(world: World) -> World:
        collection = collection_of(call, world)
        stored = {key: collection.get(key) for key in wanted}
        known = {key: record and as_moved(call, world, collection.rules, record) for key, record in stored.items()}
        gone = [record for key, record in known.items() if record is not None and wanted[key] is None]
        kept = {key: merge_patch(known[key] or {}, patch) for key, patch in wanted.items() if patch is not None}
        counts.update(
            removed=len(gone),
            added=sum(known[key] is None for key in kept),
            changed=sum(known[key] is not None for key in kept),
        )
        records = checked(
            call, world, {name: [with_its_key(collection.rules, key, one) for key, one in kept.items()]}
        ).collections[name]
        for record in gone:
            world = world.drop(name, record)
        for key in kept:
            world = world.put(name, going_on(call, world, name, records.get(key) or {}))
        return world.stepped()

    call.update(changed)
    return Result(dict(counts))


def _changes(call: Call) -> Result:
    world = call.existing()
    base = call.engine.base.at(world.base).collections
    changes = [
        {"collection": name, "key": key, "before": before, "after": after}
        for name, (_, records) in sorted(differing(base, world.collections).items())
        for key, stored in records.items()
        if (before := _record(base, name, key)) != (after := None if stored is None else plain(stored[1]))
    ]
    return Result({"changes": changes})


def _record(collections: Mapping[str, Collection], name: str, key: str) -> Record | None:
    record = collections[name].get(key) if name in collections else None
    return None if record is None else plain(record)


HANDLERS: dict[str, Handler] = {"listRecords": _list, "changeRecords": _change, "listChanges": _changes}
"""The calls by the name of their operation."""
