"""A world is a value: held against a plain dict, whatever is put in, dropped and looked up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.clock import format_instant
from mockserver.contract.operations.operation import ABSENT
from mockserver.state.collection import Collection, holds, text_of
from mockserver.state.rules import CollectionRules
from mockserver.state.world import World

KEYS = st.one_of(st.integers(0, 4), st.sampled_from(["0", "1", "2", "three", "é"]))
SCALARS = st.one_of(st.integers(0, 2), st.sampled_from(["0", "1", "x"]), st.booleans(), st.none())
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=3), st.fixed_dictionaries({"c": SCALARS}))
RECORDS = st.builds(
    lambda key, rest: {"id": key, **rest}, KEYS, st.dictionaries(st.sampled_from(["a", "b"]), VALUES, max_size=2)
)
CHANGES = st.lists(st.tuples(st.sampled_from(["put", "put", "drop"]), RECORDS), max_size=15)
FIELDS = st.sampled_from(["id", "a", "a", "b", "b", "b.c"])

INDEXED = CollectionRules("things", indexed=frozenset({"a", "b"}))
SCANNED = CollectionRules("things")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _at(value: Any, names: list[str]) -> list[Any]:
    """What stands at a dotted path, through objects and lists: the model's own reading."""
    if isinstance(value, list):
        return [found for inner in value for found in _at(inner, names)]
    if not names:
        return [value]
    return _at(value[names[0]], names[1:]) if isinstance(value, dict) and names[0] in value else []


def _model_matches(record: Mapping[str, Any], filters: Any) -> bool:
    for name, wanted in filters:
        texts = {_text(value) for value in (wanted if isinstance(wanted, list) else [wanted])}
        if not texts & {_text(value) for value in _at(dict(record), name.split("."))}:
            return False
    return True


def _filters(model: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Filters that mostly ask for what some record holds."""

    def wanted(name: str) -> st.SearchStrategy[Any]:
        held = [value for record in model.values() for value in _at(record, name.split("."))]
        return st.sampled_from(held) if held else SCALARS

    one = FIELDS.flatmap(
        lambda name: st.tuples(st.just(name), st.one_of(wanted(name), SCALARS, st.lists(wanted(name), max_size=2)))
    )
    return st.lists(one, min_size=1, max_size=2).map(tuple)


def _played(rules: CollectionRules, changes: Any) -> tuple[Collection, dict[str, Any]]:
    """A collection and a plain dict after the same changes."""
    collection, model = Collection(rules), {}
    for verb, record in changes:
        key = _text(record["id"])
        if verb == "put":
            collection = collection.put(record)
            model[key] = record
        elif key in model:
            collection = collection.drop(model.pop(key))
    return collection, model


@given(CHANGES)
def test_a_collection_holds_what_a_dict_would(changes: Any) -> None:
    """The same records in the same order; a record put again keeps its place, one dropped and put anew goes last."""
    collection, model = _played(INDEXED, changes)
    assert list(collection.matching(())) == list(model.values())
    for key in ("0", "1", "2", "3", "4", "three", "é"):
        assert collection.get(key) == model.get(key)


@settings(max_examples=120)
@given(CHANGES, st.data())
def test_indexes_find_what_a_scan_finds(changes: Any, data: st.DataObject) -> None:
    """Look-ups by index, by key and by scan agree with the model, in order."""
    indexed, model = _played(INDEXED, changes)
    filters = data.draw(_filters(model))
    scanned, _ = _played(SCANNED, changes)
    expected = [record for record in model.values() if _model_matches(record, filters)]
    assert list(scanned.matching(filters)) == expected
    assert list(indexed.matching(filters)) == expected


@given(CHANGES)
def test_indexes_hold_nothing_that_is_gone(changes: Any) -> None:
    """Once every record is dropped, no index names one: a world that runs for days does not grow."""
    collection, model = _played(INDEXED, changes)
    for record in model.values():
        collection = collection.drop(record)
    assert len(collection.records) == 0
    assert [entry for index in collection.indexes.values() for entry in index.values()] == []


@settings(max_examples=60)
@given(st.lists(RECORDS, max_size=10), st.data())
def test_many_records_at_once_are_as_good_as_one_by_one(records: Any, data: st.DataObject) -> None:
    """A collection made of many finds what one filled record by record finds, and grows on alike."""
    unique = list({_text(record["id"]): record for record in records}.values())
    model = {_text(record["id"]): record for record in unique}
    filters = data.draw(_filters(model))
    made, filled = Collection.of(INDEXED, unique), _played(INDEXED, [("put", record) for record in unique])[0]
    assert made.matching(filters) == filled.matching(filters)
    more = data.draw(RECORDS)
    assert made.put(more).matching(()) == filled.put(more).matching(())
    assert (made.next, dict(made.records)) == (filled.next, dict(filled.records))


def _world(changes: Any = ()) -> World:
    return World("w", {"things": _played(INDEXED, changes)[0], "others": Collection(SCANNED)})


@settings(max_examples=60)
@given(CHANGES, CHANGES, CHANGES)
def test_a_fork_never_sees_the_other_s_changes(before: Any, one: Any, other: Any) -> None:
    """Two worlds grown from one value differ by their own changes only, and the value itself stays."""
    start = _world(before)
    seen = list(start.collections["things"].matching(()))
    grown = []
    for changes in (one, other):
        world = start
        for verb, record in changes:
            if verb == "put":
                world = world.put("things", record)
            elif (held := world.collections["things"].get(record["id"])) is not None:
                world = world.drop("things", held)
        grown.append(world)
    assert list(start.collections["things"].matching(())) == seen
    for world, changes in zip(grown, (one, other), strict=True):
        _, model = _played(INDEXED, [*before, *changes])
        assert {_text(r["id"]): r for r in world.collections["things"].matching(())} == model


def test_what_is_untouched_is_shared() -> None:
    """A change copies neither other collections nor other records."""
    start = _world([("put", {"id": "1"}), ("put", {"id": "2"})])
    after = start.put("things", {"id": "3"})
    assert after.collections["others"] is start.collections["others"]
    assert after.collections["things"].get("1") is start.collections["things"].get("1")


def test_a_record_is_never_changed_in_place() -> None:
    """Putting a record in another's place leaves the old world with the old record."""
    start = _world([("put", {"id": "1", "a": "x"})])
    after = start.put("things", {"id": "1", "a": "y"})
    assert start.collections["things"].get("1") == {"id": "1", "a": "x"}
    assert after.collections["things"].get("1") == {"id": "1", "a": "y"}


@pytest.mark.parametrize(("key", "same"), [(7, "7"), (True, "true"), (None, "null"), (1.5, "1.5"), ("é", "é")])
def test_a_key_is_looked_up_by_its_text(key: Any, same: str) -> None:
    """A path writes 7 and "7" alike, so they are one key."""
    assert text_of(key) == same
    collection = Collection(SCANNED).put({"id": key})
    assert collection.get(same) == {"id": key}
    assert list(collection.put({"id": same}).matching(())) == [{"id": same}]


@pytest.mark.parametrize(
    ("record", "field", "wanted", "expected"),
    [
        ({"a": "x"}, "a", "x", True),
        ({"a": "x"}, "a", "X", False),
        ({}, "a", None, False),
        ({"a": None}, "a", None, True),
        ({"a": 7}, "a", "7", True),
        ({"a": "7"}, "a", 7, True),
        ({"a": True}, "a", "true", True),
        ({"a": 1}, "a", True, False),
        ({"a": ["x", "y"]}, "a", "y", True),
        ({"a": "x"}, "a", ["y", "x"], True),
        ({"a": "x"}, "a", [], False),
        ({"a": []}, "a", "x", False),
        ({"a": {"b": "x"}}, "a.b", "x", True),
        ({"a": [{"b": "x"}, {"b": "y"}]}, "a.b", "y", True),
        ({"a": "x"}, "a.b", "x", False),
    ],
)
def test_what_a_field_holds(record: Any, field: str, wanted: Any, expected: bool) -> None:
    """Equal by text; lists hold each of their values; a dotted name walks objects and lists of objects."""
    assert holds(record, field, wanted) is expected


def _at_instant(offset: int) -> str:
    return format_instant(1_000_000 + offset)


@pytest.mark.parametrize(("ends", "shown"), [(-1, False), (0, False), (1, True)])
def test_a_record_is_gone_from_the_instant_it_expires(ends: int, shown: bool) -> None:
    """At the very instant of its end a record is absent, just before it is there."""
    rules = CollectionRules("things", expires="until")
    record = {"id": "1", "until": _at_instant(ends)}
    world = World("w", {"things": Collection(rules).put(record)})
    assert list(world.visible("things", (), 1_000_000)) == ([record] if shown else [])


@pytest.mark.parametrize("value", [{}, {"until": None}, {"until": 5}, {"until": "some day"}])
def test_a_record_without_a_readable_end_never_expires(value: Mapping[str, Any]) -> None:
    """No instant, no end."""
    rules = CollectionRules("things", expires="until")
    world = World("w", {"things": Collection(rules).put({"id": "1", **value})})
    assert len(list(world.visible("things", (), 10**12))) == 1


@pytest.mark.parametrize(("ends", "lapsed"), [(-1, True), (0, True), (1, False)])
def test_what_lapses_shows_so_once_its_instant_has_passed(ends: int, lapsed: bool) -> None:
    """The stored record stays; only how it shows changes, and `$absent` leaves a field out."""
    rules = CollectionRules("things", lapses=(("until", {"on": False, "note": ABSENT}),))
    record = {"id": "1", "on": True, "note": "x", "until": _at_instant(ends)}
    world = World("w", {"things": Collection(rules).put(record)})
    [shown] = world.visible("things", (), 1_000_000)
    assert shown == ({"id": "1", "on": False, "until": _at_instant(ends)} if lapsed else record)
    assert world.collections["things"].get("1") == record


def test_a_step_counts_changes() -> None:
    """A step on is the same world but for its number."""
    world = _world([("put", {"id": "1"})])
    assert world.stepped().step == 1
    assert world.stepped().collections is world.collections
