"""Control calls on records: the state of a world in the format of fixture files, and single records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from mockserver import plain_yaml
from mockserver.behaviour.records import merge_patch
from mockserver.contract.operations.operation import EMPTY
from mockserver.control.calls import Call, Handler, Result, conflict
from mockserver.errors import FixtureError, Refused
from mockserver.exchange.building import schemas_of_records
from mockserver.exchange.engine import Engine
from mockserver.state.becoming import moved, plain, stamped
from mockserver.state.collection import Collection, Record, identity_of
from mockserver.state.fixtures import Fixtures, Source
from mockserver.state.rules import CollectionRules
from mockserver.state.seeding import seed_world
from mockserver.state.store import MAIN
from mockserver.state.users import is_caller
from mockserver.state.world import World


def shown_state(world: World, now: int) -> dict[str, list[Record]]:
    """The records of a world by collection, in the order in which they were first stored, with the states that they
    have by now."""
    becomes = {name: collection.rules.becomes for name, collection in world.collections.items()}
    return {
        name: [plain(moved(record, becomes[name], now)) for record in records] for name, records in stored_state(world)
    }


def stored_state(world: World) -> Iterator[tuple[str, list[Record]]]:
    """The same with what only the mock knows of the records."""
    for name, collection in sorted(world.collections.items()):
        yield name, [record for _, record in sorted(collection.records.values(), key=lambda stored: stored[0])]


def _main_state(call: Call) -> Result:
    return _state(call, call.engine.store.load(MAIN)[0])


def _get_state(call: Call) -> Result:
    return _state(call, call.existing())


def _state(call: Call, world: World) -> Result:
    if call.query("as") == "yaml":
        return Result(plain_yaml.dump(as_fixtures(call.engine, world)), media="application/yaml")
    return Result(shown_state(world, world.clock.now(call.engine.pipeline.clock)))


def as_fixtures(engine: Engine, world: World) -> dict[str, list[Any]]:
    """The complete content of a fixture file, users included, so that a mock server can be started with it alone."""
    users = [user.written() for user in engine.fixtures.users]
    state: dict[str, list[Any]] = {**shown_state(world, world.clock.now(engine.pipeline.clock))}
    return {**({"users": [*users, *state.pop("users", [])]} if users or "users" in state else {}), **state}


def _set_state(call: Call) -> Result:
    records = _without_callers(call.body)

    def changed(world: World) -> World:
        return msgspec.structs.replace(world, collections=checked(call, world, records).collections).stepped()

    return _state(call, call.update(changed))


def _without_callers(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The records of a fixture file; the users who may call aren't part of a world."""
    users = [one for one in data.get("users", ()) if not is_caller(one)]
    others = {name: collection for name, collection in data.items() if name != "users"}
    return {**others, "users": users} if users else others


def checked(call: Call, world: World, records: Mapping[str, Any]) -> World:
    """A world with only these records; `Refused(409)` with the first violation of the contract."""
    try:
        return seeded(call.engine, records, world.clock.now(call.engine.pipeline.clock))
    except FixtureError as error:
        raise conflict(str(error)) from None


def seeded(engine: Engine, records: Mapping[str, Any], now: int, sources: Mapping[str, Source] = EMPTY) -> World:
    """A world with only these records, which come from `sources`. Raises FixtureError."""
    behaviours, fixtures = engine.behaviours, Fixtures(records=records, sources=sources)
    schemas = schemas_of_records(behaviours, engine.contract, engine.fixtures)
    return seed_world(fixtures, behaviours.collections, schemas, engine.contract, now=now).at(now)


def _get_record(call: Call) -> Result:
    world = call.existing()
    rules = collection_of(call, world).rules
    return Result(plain(as_moved(call, world, rules, _record(call, world))))


def _record(call: Call, world: World) -> Record:
    name, key = call.inputs.path["collection"], call.inputs.path["key"]
    record: Record | None = collection_of(call, world).get(key)
    if record is None:
        raise Refused(404, f"{name} of {world.name!r} have no record {key!r}")
    return record


def collection_of(call: Call, world: World) -> Collection:
    """The collection that a call is about; `Refused(404)` where there is none of that name."""
    name = call.inputs.path["collection"]
    collection = world.collections.get(name)
    if collection is None:
        raise Refused(404, f"there is no collection {name!r}; known: {', '.join(sorted(world.collections)) or 'none'}")
    return collection


def _set_record(call: Call) -> Result:
    return _stored(call, lambda _: dict(call.body))


def _patch_record(call: Call) -> Result:
    def wanted(world: World) -> Any:
        rules = collection_of(call, world).rules
        return merge_patch(as_moved(call, world, rules, _record(call, world)), call.body)

    return _stored(call, wanted)


def _stored(call: Call, wanted: Any) -> Result:
    name, key = call.inputs.path["collection"], call.inputs.path["key"]
    stored: dict[str, Record] = {}

    def changed(world: World) -> World:
        record = with_its_key(collection_of(call, world).rules, key, wanted(world))
        made = checked(call, world, {name: [record]}).collections[name].get(key) or {}
        stored["record"] = plain(made)
        return world.put(name, going_on(call, world, name, made)).stepped()

    call.update(changed)
    return Result(stored["record"])


def going_on(call: Call, world: World, name: str, record: Record) -> Record:
    """A record as it is stored: a state that it had before goes on."""
    collection = world.collections[name]
    becomes = collection.rules.becomes
    if not becomes:
        return record
    before = collection.get(identity_of(collection.rules, record))
    return stamped(plain(record), becomes, before, world.clock.now(call.engine.pipeline.clock))


def as_moved(call: Call, world: World, rules: CollectionRules, record: Record) -> Record:
    """A record whose states are those that it has by now: what is laid over it must not put them back."""
    return moved(record, rules.becomes, world.clock.now(call.engine.pipeline.clock)) if rules.becomes else record


def with_its_key(rules: CollectionRules, key: str, record: Record) -> Record:
    """The record; `Refused(409)` where its key isn't the one under which it is to be stored."""
    if identity_of(rules, record) != key:
        raise conflict(f"the record's {rules.key} must stay {key!r}, not {rules.key_of(record)!r}")
    return record


def _remove_record(call: Call) -> Result:
    def changed(world: World) -> World:
        return world.drop(call.inputs.path["collection"], _record(call, world)).stepped()

    call.update(changed)
    return Result(status=204)


HANDLERS: dict[str, Handler] = {
    "getMainState": _main_state,
    "getState": _get_state,
    "setState": _set_state,
    "getRecord": _get_record,
    "setRecord": _set_record,
    "changeRecord": _patch_record,
    "removeRecord": _remove_record,
}
"""The calls by the name of their operation."""
