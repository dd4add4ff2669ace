"""Made-up records that belong together: references, parents, children and records inside others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mockserver.inference.connecting import connected
from mockserver.state.references import Reference

Record = dict[str, Any]


def _reference(path: str, collection: str, field: str = "id", **more: Any) -> Reference:
    return Reference(tuple(path.split(".")), collection, field, **more)


def _connected(
    records: dict[str, list[Record]],
    references: dict[str, list[Reference]],
    parents: Any = None,
    valid: Callable[[Record], bool] = lambda _: True,
) -> dict[str, list[Record]]:
    return connected(records, references, parents or {}, lambda _, __, record: valid(record))


USERS = [{"id": 1, "name": "ada"}, {"id": 2, "name": "bob"}, {"id": 3, "name": "eve"}]


def test_references_lead_to_each_record_in_turn() -> None:
    """A second reference of a record leads to another one."""
    notes: list[Record] = [{"id": "a", "user": 9}, {"id": "b", "user": 9}, {"id": "c", "user": 9}, {"id": "d"}]
    found = _connected({"users": USERS, "notes": notes}, {"notes": [_reference("user", "users")]})
    assert [note.get("user") for note in found["notes"]] == [1, 2, 3, None]
    assert found["users"] == USERS


def test_a_reference_to_nothing_is_taken_away() -> None:
    """Null, or no member, or an empty list: what is valid."""
    notes: list[Record] = [{"id": "a", "user": 9, "deep": {"user": 8}}]
    references = {"notes": [_reference("user", "users"), _reference("deep.user", "users")]}
    found = _connected({"users": [], "notes": notes}, references)["notes"]
    assert found == [{"id": "a", "user": None, "deep": {"user": 8}}]
    found = _connected({"notes": notes}, references, valid=lambda one: one.get("user", "") is not None)["notes"]
    assert found == [{"id": "a", "deep": {"user": 8}}]
    assert _connected({"notes": notes}, references, valid=lambda one: one.get("user") == 9)["notes"] == notes


def test_what_is_no_longer_valid_stays_as_it_was() -> None:
    """One reference alone, where the others are valid."""
    notes: list[Record] = [{"id": "a", "user": 9, "editor": 9}]
    references = {"notes": [_reference("user", "users"), _reference("editor", "users")]}
    found = _connected({"users": USERS, "notes": notes}, references, valid=lambda one: one["user"] == 9)
    assert found["notes"] == [{"id": "a", "user": 9, "editor": 1}]


def test_a_tree_has_a_root_and_a_member_may_be_the_record_itself() -> None:
    """References to the own collection lead to records before it; inside an object, or as its own, to itself."""
    things: list[Record] = [{"id": key, "parent": 0, "line": {"thing": 0}, "self": 0} for key in (5, 6, 7)]
    references = [
        _reference("parent", "things"),
        _reference("line.thing", "things"),
        _reference("self", "things", own=True),
    ]
    found = _connected({"things": things}, {"things": references})["things"]
    assert [one["parent"] for one in found] == [None, 5, 5]
    assert [(one["line"]["thing"], one["self"]) for one in found] == [(5, 5), (6, 6), (7, 7)]


def test_what_belongs_together_agrees() -> None:
    """The parent's key is left to the path; what a record and its parent both refer to is the same."""
    threads: list[Record] = [{"id": 1, "user": 0}, {"id": 2, "user": 0}, {"id": 3, "user": 0}]
    messages: list[Record] = [{"id": key, "thread": 7, "user": 0, "thread_again": 0} for key in "abc"]
    references = {
        "threads": [_reference("user", "users")],
        "messages": [
            _reference("thread", "threads"),
            _reference("user", "users"),
            _reference("thread_again", "threads"),
        ],
    }
    records = {"users": USERS[::-1], "threads": threads, "messages": messages}
    found = _connected(records, references, {"messages": [("thread", "threads")]})["messages"]
    assert [(one["thread"], one["thread_again"], one["user"]) for one in found] == [(7, 1, 3), (7, 2, 2), (7, 3, 1)]


def test_a_list_of_children_has_those_that_refer_back() -> None:
    """By a reference or by a parent; none is an empty list."""
    orders: list[Record] = [{"id": 1, "items": [{"id": "x"}]}, {"id": 2, "items": [{"id": "x"}]}]
    items: list[Record] = [{"id": "a", "order": 1}, {"id": "b", "order": 1}]
    embeds = _reference("items", "items")
    back = {"orders": [embeds], "items": [_reference("order", "orders")]}
    first = _connected({"orders": orders, "items": items}, back)["orders"]
    assert [[one["id"] for one in order["items"]] for order in first] == [["a"], ["b"]]
    below = _connected({"orders": orders, "items": items}, {"orders": [embeds]}, {"items": [("order", "orders")]})
    assert [[one["id"] for one in order["items"]] for order in below["orders"]] == [["a", "b"], []]
    loose = _connected({"orders": orders, "items": items}, {"orders": [embeds]})["orders"]
    assert [[one["id"] for one in order["items"]] for order in loose] == [["a"], ["b"]]


def test_an_embedded_record_shows_what_that_one_refers_to() -> None:
    """It has been connected itself before."""
    books: list[Record] = [{"id": "b", "author": {"id": 0, "home": 0}}]
    authors: list[Record] = [{"id": 7, "home": 0}]
    references = {"books": [_reference("author", "authors")], "authors": [_reference("home", "homes")]}
    found = _connected({"books": books, "authors": authors, "homes": [{"id": 4}]}, references)
    assert found["books"] == [{"id": "b", "author": {"id": 7, "home": 4}}]
