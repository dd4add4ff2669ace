"""Records that correspond: ids by pairs, fields by what both showed before."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.core.words import ABSENT
from contract_tests.suites.oracle.correspondence import Correspondence, View

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
FIELDS = frozenset({"id", "name", "level", "until", "owner"})
VIEW = View("things", "id", FIELDS, FIELDS)
BEFORE = {"id": "a", "name": "one", "level": "LOW", "until": "2026-06-01T00:00:00Z"}
THINGS = st.lists(
    st.fixed_dictionaries({"id": st.uuids().map(str), "name": st.text(max_size=5), "size": st.integers()}),
    max_size=5, unique_by=lambda thing: str(thing["id"]),
)  # fmt: skip


@pytest.fixture
def pairs() -> Correspondence:
    """One mirrored record."""
    pairs = Correspondence(NOW)
    pairs.mirrored(("things", "a"), BEFORE)
    return pairs


@pytest.mark.parametrize(
    ("mock", "target", "kinds"),
    [
        ({}, {}, []),
        ({}, {"name": "two"}, ["value"]),
        ({"name": "two"}, {"name": "two"}, []),
        ({"name": "two"}, {}, ["value"]),
        ({}, {"further": 1}, []),
        ({}, {"name": ABSENT}, ["lost"]),
        ({"until": ABSENT}, {}, ["left"]),
        ({"until": ABSENT}, {"until": None}, []),
        ({"until": ABSENT}, {"until": ABSENT}, []),
        ({}, {"owner": "me"}, []),
        ({"owner": "me"}, {}, []),
        ({"until": "2026-07-01T00:00:00Z"}, {"until": "2026-06-20T00:00:00Z"}, []),
        ({"until": "2026-07-01T00:00:00Z"}, {}, ["order"]),
        ({"until": "2026-06-01T00:00:01Z"}, {"until": "2026-09-01T00:00:00Z"}, []),
    ],
)
def test_a_mirrored_record(pairs: Correspondence, mock: Any, target: Any, kinds: list[str]) -> None:
    """What stayed in the mock stays in the target; what changed there changes alike; further fields are free."""
    mine, theirs = ({k: v for k, v in {**BEFORE, **more}.items() if v is not ABSENT} for more in (mock, target))
    assert [different.kind for different in pairs.record(VIEW, mine, theirs)] == kinds


def test_a_field_that_a_view_never_showed_may_stay_out(pairs: Correspondence) -> None:
    """A list may show less than the record itself."""
    brief = View("things", "id", frozenset({"id"}), FIELDS)
    assert not list(pairs.record(brief, BEFORE, {"id": "a"}))


def test_a_further_field_of_an_undeclared_name_is_free(pairs: Correspondence) -> None:
    """The contract has no such field there, whatever the mirror holds in private."""
    narrow = View("things", "id", FIELDS, frozenset({"id", "name"}))
    assert not list(pairs.record(narrow, {"id": "a", "name": "one"}, BEFORE))


def test_ids_correspond_once_made(pairs: Correspondence) -> None:
    """The target's own id replaces the mock's in later calls, and its own choices must stay the same."""
    pairs.was_made(("things", "m1"), "t1", frozenset({"name"}))
    mock = {"id": "m1", "name": "new", "level": "LOW"}
    assert not list(pairs.record(VIEW, mock, {"id": "t1", "name": "new", "level": "HIGH"}))
    assert not list(pairs.records(VIEW, [mock], [{"id": "t1", "name": "new", "level": "HIGH"}]))
    assert [d.kind for d in pairs.records(VIEW, [mock], [{"id": "t1", "name": "new", "level": "LOW"}])] == ["changed"]


@pytest.mark.parametrize("shown", [{"name": "other"}, {}])
def test_what_was_sent_must_be_shown(pairs: Correspondence, shown: dict[str, str]) -> None:
    """A made record has the values that were sent."""
    pairs.was_made(("things", "m1"), "t1", frozenset({"name"}))
    found = list(pairs.record(VIEW, {"id": "m1", "name": "new"}, {"id": "t1", **shown}))
    assert [different.field for different in found] == ["name"]


@pytest.mark.parametrize(("sent", "differs"), [({}, False), ({"style": "x"}, True)])
def test_what_was_not_sent_inside_a_value_is_the_makers_choice(
    pairs: Correspondence, sent: dict[str, str], differs: bool
) -> None:
    """A member that the contract requires there, and the request left out."""
    pairs.was_made(("things", "m1"), "t1", frozenset({"name"}), {"name": sent})
    found = list(pairs.record(VIEW, {"id": "m1", "name": {"style": "x"}}, {"id": "t1", "name": {"style": "y"}}))
    assert bool(found) is differs


def test_a_made_record_that_nobody_named_is_the_new_one_of_the_list(pairs: Correspondence) -> None:
    """An answer may leave out what it made."""
    pairs.was_made(("things", "m1"), ABSENT, frozenset({"name"}))
    mock = [BEFORE, {"id": "m1", "name": "new"}]
    assert not list(pairs.records(VIEW, mock, [{"id": "t9", "name": "new"}, BEFORE]))
    assert pairs.target_key(("things", "m1")) == "t9"


@pytest.mark.parametrize(
    ("target", "most", "kinds"),
    [
        ([], None, ["missing"]),
        ([BEFORE, {"id": "b"}], None, ["further"]),
        ([BEFORE, {"id": "b"}], 1, ["further"]),
        ([BEFORE, {"id": "b"}], 2, []),
    ],
)
def test_lists(pairs: Correspondence, target: list[Any], most: int | None, kinds: list[str]) -> None:
    """A stranger is none where the list may be a page that was filled up."""
    assert [different.kind for different in pairs.records(VIEW, [BEFORE], target, most)] == kinds


def test_a_known_record_that_should_be_gone_is_no_stranger(pairs: Correspondence) -> None:
    """However long the list."""
    assert [different.kind for different in pairs.records(VIEW, [], [BEFORE], 1)] == ["further"]


@given(THINGS, st.randoms())
def test_the_order_of_a_list_is_free(things: list[dict[str, Any]], random: Any) -> None:
    """Any shuffling of the same records is the same list."""
    pairs, shuffled = Correspondence(NOW), list(things)
    for thing in things:
        pairs.mirrored(("things", thing["id"]), thing)
    random.shuffle(shuffled)
    assert not list(pairs.records(VIEW, things, shuffled))


@given(THINGS.filter(bool), st.data())
def test_one_changed_value_is_one_difference(things: list[dict[str, Any]], data: Any) -> None:
    """In any record, and it is named."""
    pairs = Correspondence(NOW)
    for thing in things:
        pairs.mirrored(("things", thing["id"]), thing)
    chosen = data.draw(st.sampled_from(things))
    changed = [{**thing, "size": thing["size"] + 1} if thing is chosen else thing for thing in things]
    found = list(pairs.records(VIEW, things, changed))
    assert [(different.kind, different.field, different.key) for different in found] == [
        ("value", "size", chosen["id"])
    ]
