"""Keys in the order of their first storing, cut into blocks: held against a sorted list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.behaviour.parts import cut
from mockserver.clock import format_instant
from mockserver.state import collection as collections
from mockserver.state import ordered
from mockserver.state.collection import Collection
from mockserver.state.listed import InOrder
from mockserver.state.ordered import Ordered
from mockserver.state.rules import CollectionRules

PAIRS = st.tuples(st.integers(0, 12), st.sampled_from("abc"))
CHANGES = st.lists(st.tuples(st.booleans(), PAIRS), max_size=40)
RULES = CollectionRules("things", indexed=frozenset({"owner"}), lapses=(("until", {"fresh": False}),))


@pytest.fixture(autouse=True, scope="module")
def small_blocks() -> Iterator[None]:
    """Blocks of four keys, and two records that count as many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordered, "_FULL", 4)
        patch.setattr(collections, "MANY", 2)
        yield


@given(st.sets(PAIRS, max_size=20), CHANGES)
def test_it_holds_what_a_sorted_list_would(start: set[tuple[int, str]], changes: Any) -> None:
    """After any changes: its keys, how many there are, each part of it and the rank of each key."""
    model, sequence = set(start), Ordered.of(start)
    for adds, pair in changes:
        if adds and pair not in model:
            model.add(pair)
            sequence = sequence.put(*pair)
        elif not adds and pair in model:
            model.remove(pair)
            sequence = sequence.drop(*pair)
    pairs = sorted(model)
    keys = [key for _, key in pairs]
    assert (list(sequence), len(sequence)) == (keys, len(keys))
    assert [list(sequence.part(start, start + 3)) for start in range(len(keys))] == [
        keys[start : start + 3] for start in range(len(keys))
    ]
    assert [sequence.rank(*pair) for pair in pairs] == list(range(len(pairs)))
    assert sequence.rank(99, "a") is None
    assert all(len(block.keys) in range(1, 5) for block in sequence.blocks)


NUMBERS = st.integers(0, 8)
WRITES = st.lists(
    st.tuples(st.sampled_from(["put", "put", "drop", "lay", "list"]), NUMBERS, st.sampled_from("xy")), max_size=25
)


@given(WRITES, st.integers(0, 9), NUMBERS)
def test_a_list_shows_what_there_is(writes: Any, start: int, cursor: int) -> None:
    """All records and those of one owner, in parts, by cursor and as they show now, whatever was listed in between."""
    collection, model = Collection(RULES), {}  # type: Collection, dict[str, tuple[int, Any]]
    for verb, number, owner in writes:
        key, record = str(number), {"id": str(number), "owner": owner, "until": format_instant(5), "fresh": True}
        if verb == "list":
            collection.listed((), 9)
        elif verb == "drop":
            if key in model:
                del model[key]
                collection = collection.drop(record)
        else:
            order = model[key][0] if verb == "put" and key in model else collection.next
            model[key] = order, {**record, "fresh": False}
            collection = collection.put(record) if verb == "put" else collection.laid(key, (order, record))
            collection = collections.msgspec.structs.replace(collection, next=max(collection.next, order + 1))
    for filters in ((), (("owner", "x"),)):
        expected = [one for _, one in sorted(model.values(), key=lambda stored: stored[0])]
        expected = [one for one in expected if not filters or one["owner"] == "x"]
        listed = collection.listed(filters, 9)
        assert isinstance(listed, InOrder) == (len(model) > 1 and (not filters or len(expected) > 1))
        assert list(listed) == expected == collection.visible(filters, 9)
        assert listed[start : start + 2] == expected[start : start + 2]
        assert [listed[place] for place in range(-len(expected), 0)] == expected
        found = cut(listed, RULES.key_of, size=2, start=0, after=str(cursor))
        assert found == cut(expected, RULES.key_of, size=2, start=0, after=str(cursor))


def test_a_list_that_is_asked_for_in_parts_looks_at_no_other_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even for a cursor in the middle: what a part costs doesn't depend on how many records there are."""
    collection = Collection.of(RULES, [{"id": str(number), "owner": "x"} for number in range(100)])
    looked: list[Any] = []
    monkeypatch.setattr(CollectionRules, "shown_at", lambda _, record, __: looked.append(record) or record)
    for filters in ((), (("owner", "x"),)):
        looked.clear()
        _, part = cut(collection.listed(filters, 9), RULES.key_of, size=3, start=0, after="49")
        assert [record["id"] for record in part] == ["50", "51", "52"]
        assert len(looked) == 3
