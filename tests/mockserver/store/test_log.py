"""A log gives back the worlds that were committed to it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.behaviour.vocabulary import Changed
from mockserver.clock import WorldClock
from mockserver.exchange.faults import Armed, RateLimit, Rule
from mockserver.exchange.keeping import FaultForms
from mockserver.state.collection import Collection
from mockserver.state.log import Log, note_touched, pack
from mockserver.state.rules import CollectionRules
from mockserver.state.world import World

RULES = CollectionRules("things", indexed=frozenset({"colour"}))


class Bases:
    """Three records, one of which tells the instant."""

    def __call__(self) -> World:
        return self.at(0)

    def at(self, instant: int) -> World:
        records = [{"id": str(number), "colour": "red", "at": instant * (number == 2)} for number in range(3)]
        return World("main", {"things": Collection.of(RULES, records), "others": Collection(CollectionRules("others"))},
                     seed="s", base=instant)  # fmt: skip


def _log() -> Log:
    return Log(Bases(), FaultForms())


def _content(world: World) -> Any:
    collections = {name: (dict(one.records), dict(one.indexes), one.next) for name, one in world.collections.items()}
    return world.name, collections, world.clock, world.faults, world.seed, world.step, world.base


KEYS = st.sampled_from("0123456")
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(min_value=2**63, max_value=2**80), st.text(max_size=3),
    st.floats(allow_nan=False, allow_infinity=False), st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=2), st.booleans(), max_size=2),
)  # fmt: skip
STEPS = st.one_of(
    st.tuples(st.just("put"), KEYS, st.sampled_from(["red", "blue"]), VALUES),
    st.tuples(st.just("drop"), KEYS),
    st.tuples(st.just("clock"), st.integers(min_value=-(10**9), max_value=10**9)),
    st.tuples(st.just("base"), st.integers(min_value=0, max_value=3)),
)


def _after(world: World, step: tuple[Any, ...]) -> tuple[World, list[Changed]]:
    """The world after a step, and the changes that a behaviour would tell of it."""
    if step[0] == "clock":
        return msgspec.structs.replace(world, clock=WorldClock(step[1] or 1)), []
    if step[0] == "base":
        return msgspec.structs.replace(Bases().at(step[1]), name=world.name), []
    old = world.collections["things"].get(step[1])
    if step[0] == "put":
        new = {"id": step[1], "colour": step[2], "value": step[3]}
        return world.put("things", new).stepped(), [Changed("things", old, new)]
    return (world, []) if old is None else (world.drop("things", old).stepped(), [Changed("things", old, None)])


@given(st.lists(STEPS, max_size=12), st.booleans())
def test_replayed_entries_give_the_same_world(steps: list[tuple[Any, ...]], told: bool) -> None:
    """Each by each, and as a snapshot of the end; whether or not the behaviour tells what it changed."""
    log = _log()
    begin = _named(Bases()())
    entry = log.whole(begin)
    world, replayed, touched = begin, log.applied("w", None, log.read(pack(entry))), note_touched({}, entry)
    for step in steps:
        after, changes = _after(world, step)
        entry = log.read(pack(log.change(world, after, changes if told else None)))
        replayed, touched = log.applied("w", replayed, entry), note_touched(touched, entry)
        world = after
        assert _content(replayed) == _content(world)
    for snapshot in (log.whole(world, touched), log.whole(world)):
        assert _content(log.applied("w", None, log.read(pack(snapshot)))) == _content(world)


def _named(world: World) -> World:
    """The world under the name that the test uses."""
    return msgspec.structs.replace(world, name="w")


def test_an_entry_has_only_what_differs() -> None:
    """One record of many, a place for a removed one, nothing for what is as in the fixtures."""
    log, world = _log(), Bases()()
    record = {"id": "1", "colour": "blue"}
    changed = world.put("things", record)
    assert log.change(world, changed).parts == {"things": (3, {"1": (1, record)})}
    assert log.change(changed, changed.drop("things", record)).parts == {"things": (3, {"1": None})}
    assert log.whole(changed.put("things", world.collections["things"].get("1") or {})).parts == {}
    assert log.change(world, world).parts == {}


def test_faults_keep_their_counts() -> None:
    """Rules, what they matched and did, and the windows of a rate limit."""
    log, world = _log(), Bases()()
    from immutables import Map

    faults = (Armed(Rule(limit=RateLimit(2, 60)), "slow", 3, 2, Map({"token": (5, 2)})), Armed(Rule(status=500)))
    changed = World("w", world.collections, faults=faults, seed="s")
    assert log.applied("w", world, log.read(pack(log.change(world, changed)))).faults == faults
    same = World("w", changed.collections, faults=faults, seed="s", step=1)
    assert log.change(changed, same).faults is None


def test_records_that_no_behaviour_knows_are_kept() -> None:
    """Who shares a namespace with another contract does not drop that one's records."""
    log, world = _log(), Bases()()
    more = World("w", {**world.collections, "pets": Collection(CollectionRules("pets")).put({"id": "p"})}, seed="s")
    entry = log.read(pack(log.change(world, more)))
    applied = log.applied("w", world, entry)
    assert applied.collections["pets"].get("p") == {"id": "p"}
    assert "pets" in log.whole(applied, note_touched({}, entry)).parts


def test_a_value_that_is_not_json_is_named() -> None:
    """As a Python function of the behaviours may make one."""
    with pytest.raises(TypeError, match="a object can't be kept in a store"):
        pack([object()])
