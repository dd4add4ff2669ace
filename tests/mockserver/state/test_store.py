"""Worlds are kept by name, committed by compare-and-swap."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from mockserver.clock import WorldClock
from mockserver.state.collection import Collection
from mockserver.state.rules import CollectionRules
from mockserver.state.store import MAIN, MemoryStore
from mockserver.state.world import World


def _base() -> World:
    rules = CollectionRules("things")
    return World("base", {"things": Collection(rules).put({"id": "count", "value": 0})}, seed="7")


@pytest.fixture
def store() -> MemoryStore:
    """A store whose worlds start with one record."""
    base = _base()
    return MemoryStore(lambda: base)


def test_a_world_is_forked_from_the_base_on_first_use(store: MemoryStore) -> None:
    """It has the name that was asked for, the base's seed, and shares all of its records."""
    one, version = store.load("one")
    other, _ = store.load("other")
    assert (one.name, one.seed, version) == ("one", "7", 0)
    assert one.collections is other.collections
    assert sorted(store.names()) == ["one", "other"]


def test_a_loaded_world_is_the_committed_one(store: MemoryStore) -> None:
    """Loading gives the very value that was committed, with the next version."""
    world, version = store.load(MAIN)
    after = world.put("things", {"id": "new"})
    assert store.commit(MAIN, version, after)
    assert store.load(MAIN) == (after, version + 1)
    assert store.load(MAIN)[0] is after


def test_the_second_of_two_commits_on_one_version_is_refused(store: MemoryStore) -> None:
    """Nothing is kept of the one that came second."""
    world, version = store.load(MAIN)
    first, second = world.put("things", {"id": "1"}), world.put("things", {"id": "2"})
    assert store.commit(MAIN, version, first)
    assert not store.commit(MAIN, version, second)
    assert store.load(MAIN)[0] is first


def test_a_commit_leaves_other_worlds_alone(store: MemoryStore) -> None:
    """Worlds have versions of their own."""
    other, other_version = store.load("other")
    world, version = store.load(MAIN)
    store.commit(MAIN, version, world.put("things", {"id": "1"}))
    assert store.load("other") == (other, other_version)


def test_a_rewind_is_a_commit_of_a_world_kept(store: MemoryStore) -> None:
    """What was kept by reference comes back as it was, however much has happened since."""
    kept, version = store.load(MAIN)
    world = kept
    for number in range(20):
        world = world.put("things", {"id": str(number)}).stepped()
        assert store.commit(MAIN, version, world)
        version += 1
    assert store.commit(MAIN, version, kept)
    assert store.load(MAIN)[0] is kept


def test_a_reset_puts_the_base_back_and_keeps_name_and_clock(store: MemoryStore) -> None:
    """Records go back; a clock that was set stays set; an older version can no longer commit."""
    world, version = store.load("one")
    changed = World("one", world.put("things", {"id": "1"}).collections, clock=WorldClock(frozen=5), step=3)
    assert store.commit("one", version, changed)
    fresh = store.reset("one")
    assert (fresh.name, fresh.step, fresh.clock) == ("one", 0, WorldClock(frozen=5))
    assert fresh.collections["things"].get("1") is None
    assert not store.commit("one", version + 1, changed)
    assert store.load("one")[0] is fresh


def test_no_update_is_lost_between_threads(store: MemoryStore) -> None:
    """Whoever retries on a refused commit has counted, however many count at once."""
    threads, turns = 8, 200

    def count() -> None:
        for _ in range(turns):
            while True:
                world, version = store.load(MAIN)
                held = world.collections["things"].get("count")
                assert held is not None
                if store.commit(MAIN, version, world.put("things", {**held, "value": held["value"] + 1})):
                    break

    running = [threading.Thread(target=count) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    world, version = store.load(MAIN)
    assert world.collections["things"].get("count") == {"id": "count", "value": threads * turns}
    assert version == threads * turns


def test_one_world_is_made_however_many_ask_first(store: MemoryStore) -> None:
    """Threads that meet at a world's first use get the same world."""
    gate, found = threading.Barrier(8), []

    def load() -> None:
        gate.wait()
        found.append(store.load("new")[0])

    running = [threading.Thread(target=load) for _ in range(8)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert len({id(world) for world in found}) == 1


def test_a_store_knows_what_was_removed_until_it_is_made_anew() -> None:
    """Not those that were given up for want of use; and no more names than worlds there may be."""
    base = _base()
    store = MemoryStore(lambda: base, most=2)
    for name in ("a", "b", "c"):
        store.load(name)
        assert store.remove(name)
    assert [store.was_removed(name) for name in ("a", "b", "c", "d")] == [False, True, True, False]
    store.load("b")
    assert not store.was_removed("b")
    assert not store.remove("nowhere")
    assert not store.was_removed("nowhere")


def test_a_world_that_is_made_during_its_removal_is_no_idle_one() -> None:
    """Between the use that is noted and the look at what is kept, another thread removes the world."""
    now, base = [1_000_000.0], _base()
    store = MemoryStore(lambda: base, ttl=60, clock=lambda: now[0])

    class Interleaved(dict[str, tuple[World, int]]):
        """Worlds; the next look at one comes just after its removal."""

        removing = False

        def get(self, name: str, default: Any = None) -> Any:
            if self.removing:
                self.removing = False
                store.remove(name)
            return super().get(name, default)

    kept = store._kept = Interleaved()
    store.load("one")
    kept.removing = True
    store.load("one")
    now[0] += 30
    assert list(store.names()) == ["one"]
