"""What every ledger promises: logs by compare-and-swap, counters, and bounded journals."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from mockserver.errors import StoreLost
from mockserver.state.ledger import ENTRIES, Addition, Full, Ledger, Outcome, Place, Settled, Step, Tail
from tests.mockserver.store.conftest import OpenLedger

KIND = '["op",200,[]]'


def _made(ledger: Ledger, world: str = "w") -> int:
    generation = ledger.create(world, b"whole", 10)
    assert generation is not None
    return generation


def _at(generation: int, sequence: int) -> Place:
    """The place of a change whose stamp tells its sequence."""
    return Place(generation, sequence, 100 * sequence)


def _append(ledger: Ledger, generation: int, sequence: int, entry: bytes, snapshot: bytes | None = None) -> bool:
    addition = Addition(entry, snapshot, 100 * (sequence + 1))
    return ledger.append("w", _at(generation, sequence), addition)


def _step(at: Place, data: bytes = b"entry", addition: Addition | None = None, **given: Any) -> Step:
    return Step(
        **{"world": "w", "known": at, "exact": True, "kind": KIND, **given}, at=at, addition=addition, data=data
    )


def _settle(ledger: Ledger, *steps: Step) -> list[Any]:
    """What becomes of steps, without the places of their entries."""
    outcomes = ledger.settle(steps)
    return [outcome.number if isinstance(outcome, Settled) else outcome for outcome in outcomes]


def test_a_log_is_read_from_where_it_is_known(ledger: Ledger, open_ledger: OpenLedger) -> None:
    """From its snapshot by who has nothing; the rest by who has the beginning; nothing by who has all."""
    assert ledger.read("w", Place()) is None
    made = _made(ledger)
    for number in range(3):
        assert _append(ledger, made, number, b"%d" % number)
    other, place = open_ledger(), _at(made, 3)
    assert other.read("w", Place()) == Tail(place, b"whole", [b"0", b"1", b"2"])
    assert other.read("w", _at(made, 2)) == Tail(place, None, [b"2"])
    assert other.read("w", place) == ledger.read("w", place) == Tail(place, None, [])
    assert other.read("v", Place()) is None


def test_a_change_has_one_place(ledger: Ledger, open_ledger: OpenLedger) -> None:
    """The second at a place is refused, by whatever process; so is one of a world of the same name that is gone, and
    one after another change that has the same place."""
    made, other = _made(ledger), open_ledger()
    assert _append(other, made, 0, b"a")
    assert not _append(ledger, made, 0, b"b")
    assert not ledger.append("w", Place(made, 1, 7), Addition(b"b", None, 8))
    assert _append(ledger, made, 1, b"b")
    assert ledger.remove("w")
    again = _made(other)
    assert again > made
    assert not _append(ledger, made, 2, b"c")
    assert ledger.read("w", _at(made, 2)) == Tail(Place(again, 0), b"whole", [])


def test_steps_are_kept_in_their_order(ledger: Ledger, open_ledger: OpenLedger) -> None:
    """Each from where the one before it has left its world: numbered, with what it changed, for other processes too."""
    made = _made(ledger)
    first, second = _at(made, 0), _at(made, 1)
    steps = [_step(first, b"read"), _step(first, b"write", Addition(b"a", None, 100)), _step(second, b"read again")]
    assert _settle(ledger, *steps) == [1, 2, 3]
    other = open_ledger()
    assert other.read("w", Place()) == Tail(second, b"whole", [b"a"])
    assert [kept.data for kept in other.entries("w")] == [b"read", b"write", b"read again"]
    assert [kept.number for kept in other.after(0)] == [1, 2, 3]


def test_a_step_from_an_old_place_is_not_kept(ledger: Ledger, open_ledger: OpenLedger) -> None:
    """It gets what has come since, and neither are the steps that go on from it; one that need not be exact is kept."""
    made = _made(ledger)
    start, tail = _at(made, 0), Tail(_at(made, 1), None, [b"theirs"])
    assert _append(open_ledger(), made, 0, b"theirs")
    ours = Place(made, 1, 7)
    steps = [
        _step(start, b"", Addition(b"ours", None, 7)),
        _step(ours, b"", Addition(b"more", None, 8), known=start),
        _step(ours, known=start),
    ]
    assert _settle(ledger, *steps, _step(start), _step(start, exact=False)) == [tail, tail, tail, tail, 1]
    assert ledger.read("w", start) == tail
    assert [kept.number for kept in ledger.entries("w")] == [1]


def test_a_step_in_a_world_that_is_gone_is_counted(ledger: Ledger) -> None:
    """Unless it had to be exact: then the request is answered again."""
    made = _made(ledger)
    ledger.remove("w")
    assert _settle(ledger, _step(_at(made, 0)), _step(_at(made, 0), exact=False)) == [None, None]
    assert ledger.tally(None) == {KIND: 1}
    _made(ledger)
    assert _settle(ledger, _step(_at(made, 0))) == [None]


def test_no_step_is_lost_between_threads(ledger: Ledger) -> None:
    """Each of 200 that succeed has its place, and the numbers are those from 1 on."""
    made, numbers = _made(ledger), list[int]()

    def work(thread: int) -> None:
        done, at = 0, Place(made)
        while done < 50:
            stamp = 1 + thread * 50 + done
            outcome: Outcome | StoreLost = ledger.settle([_step(at, addition=Addition(b"x", None, stamp))])[0]
            if isinstance(outcome, Settled):
                numbers.append(outcome.number)
                done, at = done + 1, Place(made, at.sequence + 1, stamp)
            else:
                assert isinstance(outcome, Tail)
                at = outcome.place

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(numbers) == list(range(1, 201))
    tail = ledger.read("w", Place())
    assert tail is not None
    assert (tail.place[:2], len(tail.entries)) == ((made, 200), 200)


def test_a_snapshot_begins_the_log_anew(ledger: Ledger) -> None:
    """What is behind it is dropped, as far as no journal entry can be rewound to; the past is kept as long."""
    made = _made(ledger)
    _append(ledger, made, 0, b"0")
    assert _settle(ledger, _step(_at(made, 1), addition=Addition(b"1", b"s1", 200))) == [1]
    for number in range(2, 6):
        _append(ledger, made, number, b"%d" % number, b"s4" if number == 4 else None)
    assert ledger.read("w", Place()) == Tail(_at(made, 6), b"s4", [b"5"])
    assert ledger.past("w", Place(made, 1)) == Tail(Place(made, 1), b"whole", [b"0"])
    ledger.clear("w")
    _append(ledger, made, 6, b"6", b"s6")
    assert ledger.past("w", Place(made, 1)) is None
    assert ledger.past("w", Place(made, 7)) == Tail(Place(made, 7), b"s6", [])
    assert ledger.read("w", _at(made, 6)) == Tail(_at(made, 7), b"s6", [])


def test_worlds_are_listed_bounded_and_removed(ledger: Ledger, open_ledger: OpenLedger) -> None:
    """A removed one is remembered as removed until it is made anew; one that was used since isn't idle."""
    assert [ledger.create(name, b"", 2) is not None for name in ("a", "b", "a")] == [True, True, False]
    with pytest.raises(Full):
        ledger.create("c", b"", 2)
    assert (sorted(ledger.names()), ledger.count()) == (["a", "b"], 2)
    used = ledger.used("a")
    assert used is not None
    assert ledger.names(used - 60) == []
    assert not ledger.remove("a", used - 60)
    assert ledger.remove("a", used + 60)
    assert not ledger.was_removed("a")
    assert ledger.remove("b")
    other = open_ledger()
    assert other.was_removed("b")
    assert not ledger.remove("b")
    _made(other, "b")
    assert not ledger.was_removed("b")
    assert ledger.used("a") is None


def test_a_journal_keeps_the_newest_entries(ledger: Ledger, open_ledger: OpenLedger) -> None:
    """By number; all worlds together in the order of arrival, with notes among them."""
    made, other = _at(_made(ledger), 0), open_ledger()
    first = ledger.total()
    assert _settle(ledger, _step(made, b"1"), _step(made, b"2")) == [1, 2]
    places = [kept.place for kept in other.after(first)]
    note = ledger.note("w", b"note")
    assert [kept.number for kept in other.entries("w")] == [1, 2]
    assert [(kept.number, kept.data) for kept in other.after(first)] == [(1, b"1"), (2, b"2"), (0, b"note")]
    assert [kept.place for kept in other.after(places[1])] == [note]
    assert other.total() == note
    assert other.last("w") == 2
    assert other.entry("w", 2) == other.entries("w")[1]
    assert _settle(other, *[_step(made)] * ENTRIES)[-1] == ENTRIES + 2
    assert [kept.number for kept in ledger.entries("w")] == list(range(3, ENTRIES + 3))
    assert ledger.entry("w", 2) is None
    assert ledger.tally("w") == {KIND: ENTRIES + 2}


def test_what_is_gone_is_counted_on(ledger: Ledger) -> None:
    """Of a world what its journal has dropped; of all worlds also what was cleared, or is of a world that is gone."""
    made = _at(_made(ledger), 0)
    _settle(ledger, _step(made), _step(made))
    assert ledger.tally("w") == ledger.tally(None) == {KIND: 2}
    ledger.clear("w")
    assert (ledger.tally("w"), ledger.tally(None), ledger.entries("w"), ledger.last("w")) == ({}, {KIND: 2}, [], 2)
    assert _settle(ledger, _step(made)) == [3]
    ledger.remove("w")
    assert ledger.tally(None) == {KIND: 3}
    assert ledger.after(0) == []


def test_journals_share_a_budget_in_bytes(open_ledger: OpenLedger) -> None:
    """Each world keeps its newest entries; those that are dropped are counted on."""
    ledger = open_ledger(memory=10_000)
    made = {world: _at(_made(ledger, world), 0) for world in ("v", "w")}
    for number in range(8):
        world = "vw"[number % 2]
        _settle(ledger, _step(made[world], b"x" * 2000, world=world))
    kept = {world: [kept.number for kept in ledger.entries(world)] for world in "vw"}
    assert all(kept[world] == [1, 2, 3, 4][4 - len(kept[world]) :] for world in "vw")
    assert 2 <= len(kept["v"] + kept["w"]) <= 5
    assert 2000 * len(kept["v"] + kept["w"]) <= ledger.weight() < 10_500
    assert sum(ledger.tally(None).values()) == 8


def test_the_weight_of_journals_follows_what_is_dropped(open_ledger: OpenLedger) -> None:
    """With a world that is removed, a journal that is cleared, and entries that are too many."""
    ledger, other = open_ledger(), open_ledger("m")
    made = {world: _at(_made(ledger, world), 0) for world in ("u", "v", "w")}
    for world, at in made.items():
        _settle(ledger, *(_step(at, b"x" * 100, world=world) for _ in range(ENTRIES + 70)))
    grown = ledger.weight()
    assert 3 * ENTRIES * 100 <= grown <= 3 * (ENTRIES + 64) * 112
    ledger.remove("u")
    ledger.clear("v")
    assert ledger.weight() == grown // 3
    assert other.weight() == 0


def test_namespaces_share_nothing(ledger: Ledger, open_ledger: OpenLedger) -> None:
    """Neither worlds nor journals nor what was removed."""
    other = open_ledger("m")
    _settle(ledger, _step(_at(_made(ledger), 0)))
    assert other.read("w", Place()) is None
    assert (other.names(), other.entries("w"), other.tally(None), other.after(0)) == ([], [], {}, [])
    ledger.remove("w")
    assert not other.was_removed("w")
