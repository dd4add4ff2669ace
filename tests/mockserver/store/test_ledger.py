"""What every ledger promises: logs by compare-and-swap, counters, and bounded journals."""

from __future__ import annotations

import threading

import pytest

from mockserver.state.ledger import ENTRIES, Full, Ledger, Place, Tail, Writing
from tests.mockserver.store.conftest import OpenLedger


def _made(ledger: Ledger, world: str = "w") -> int:
    generation = ledger.create(world, b"whole", 10)
    assert generation is not None
    return generation


def _entry(generation: int, number: int, *, before: int = 0, world: str = "w", data: bytes = b"entry") -> Writing:
    return Writing(world, generation, number, before, '["op",200,[]]', data)


def test_a_log_is_read_from_where_it_is_known(ledger: Ledger, open_ledger: OpenLedger) -> None:
    """From its snapshot by who has nothing; the rest by who has the beginning; nothing by who has all."""
    assert ledger.read("w", Place()) is None
    made = _made(ledger)
    for number in range(3):
        assert ledger.append("w", Place(made, number), b"%d" % number, None, numbered=False) == 0
    other, place = open_ledger(), Place(made, 3)
    assert other.read("w", Place()) == Tail(place, b"whole", [b"0", b"1", b"2"])
    assert other.read("w", Place(made, 2)) == Tail(place, None, [b"2"])
    assert other.read("w", place) == ledger.read("w", place) == Tail(place, None, [])
    assert other.read("v", Place()) is None


def test_an_entry_has_one_place(ledger: Ledger, open_ledger: OpenLedger) -> None:
    """The second at a place is refused, by whatever process; so is one of a world of the same name that is gone."""
    made, other = _made(ledger), open_ledger()
    assert other.append("w", Place(made, 0), b"a", None, numbered=True) == 1
    assert ledger.append("w", Place(made, 0), b"b", None, numbered=True) is None
    assert ledger.append("w", Place(made, 1), b"b", None, numbered=True) == 2
    assert ledger.next_number("w", made) == 3
    assert ledger.remove("w")
    again = _made(other)
    assert again > made
    assert ledger.append("w", Place(made, 2), b"c", None, numbered=True) is None
    assert ledger.next_number("w", made) == 0
    assert ledger.read("w", Place(made, 2)) == Tail(Place(again, 0), b"whole", [])


def test_no_commit_is_lost_between_threads(ledger: Ledger) -> None:
    """Each of 200 that succeed has its place, and the numbers are those from 1 on."""
    made, numbers = _made(ledger), list[int]()

    def work() -> None:
        done = 0
        while done < 50:
            tail = ledger.read("w", Place())
            assert tail is not None
            number = ledger.append("w", tail.place, b"x", None, numbered=True)
            if number is not None:
                numbers.append(number)
                done += 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(numbers) == list(range(1, 201))
    tail = ledger.read("w", Place())
    assert tail is not None
    assert (tail.place, len(tail.entries)) == (Place(made, 200), 200)


def test_a_snapshot_begins_the_log_anew(ledger: Ledger) -> None:
    """What is behind it is dropped, as far as no journal entry can be rewound to; the past is kept as long."""
    made = _made(ledger)
    ledger.keep(_entry(made, 1, before=1))
    for number in range(6):
        ledger.append(
            "w", Place(made, number), b"%d" % number, b"s%d" % number if number in (1, 4) else None, numbered=False
        )
    assert ledger.read("w", Place()) == Tail(Place(made, 6), b"s4", [b"5"])
    assert ledger.past("w", Place(made, 1)) == Tail(Place(made, 1), b"whole", [b"0"])
    ledger.clear("w")
    ledger.append("w", Place(made, 6), b"6", b"s6", numbered=False)
    assert ledger.past("w", Place(made, 1)) is None
    assert ledger.past("w", Place(made, 7)) == Tail(Place(made, 7), b"s6", [])
    assert ledger.read("w", Place(made, 6)) == Tail(Place(made, 7), b"s6", [])


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
    """By number, in the order of the numbers; all worlds together in the order of arrival, with notes among them."""
    made = _made(ledger)
    first = ledger.total()
    places = [ledger.keep(_entry(made, number)) for number in (2, 1)]
    note = ledger.note("w", b"note")
    other = open_ledger()
    assert [kept.number for kept in other.entries("w")] == [1, 2]
    assert [(kept.number, kept.data) for kept in other.after(first)] == [(2, b"entry"), (1, b"entry"), (0, b"note")]
    assert [kept.place for kept in other.after(places[1])] == [note]
    assert other.total() == note
    assert other.last("w") == 2
    assert other.entry("w", 2) == other.entries("w")[1]
    other.keep(_entry(made, ENTRIES + 1))
    assert [kept.number for kept in ledger.entries("w")] == [2, ENTRIES + 1]
    assert ledger.entry("w", 1) is None


def test_what_is_gone_is_counted_on(ledger: Ledger) -> None:
    """Of a world what its journal has dropped; of all worlds also what was cleared or came too late."""
    made, kind = _made(ledger), '["op",200,[]]'
    for number in (1, 2):
        ledger.keep(_entry(made, number))
    assert ledger.tally("w") == ledger.tally(None) == {kind: 2}
    ledger.clear("w")
    assert (ledger.tally("w"), ledger.tally(None), ledger.entries("w"), ledger.last("w")) == ({}, {kind: 2}, [], 2)
    ledger.keep(_entry(made, 3))
    ledger.remove("w")
    assert ledger.keep(_entry(made, 4)) == 0
    assert ledger.tally(None) == {kind: 4}
    assert ledger.after(0) == []


def test_journals_share_a_budget_in_bytes(open_ledger: OpenLedger) -> None:
    """Each world keeps its newest entries; those that are dropped are counted on."""
    ledger = open_ledger(memory=10_000)
    made = {world: _made(ledger, world) for world in ("v", "w")}
    for number in range(1, 9):
        world = "vw"[number % 2]
        ledger.keep(_entry(made[world], number, world=world, data=b"x" * 2000))
    kept = {world: [kept.number for kept in ledger.entries(world)] for world in "vw"}
    assert kept["v"] in ([2, 4, 6, 8][place:] for place in range(5))
    assert kept["w"] in ([1, 3, 5, 7][place:] for place in range(5))
    assert 2 <= len(kept["v"] + kept["w"]) <= 4
    assert sum(ledger.tally(None).values()) == 8


def test_namespaces_share_nothing(ledger: Ledger, open_ledger: OpenLedger) -> None:
    """Neither worlds nor journals nor what was removed."""
    other = open_ledger("m")
    made = _made(ledger)
    ledger.keep(_entry(made, 1))
    assert other.read("w", Place()) is None
    assert (other.names(), other.entries("w"), other.tally(None), other.after(0)) == ([], [], {}, [])
    ledger.remove("w")
    assert not other.was_removed("w")
