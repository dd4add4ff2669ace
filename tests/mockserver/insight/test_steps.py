"""The steps of a request are explained with the values that its behaviour had."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.mockserver.control.conftest import Control
from tests.mockserver.notes import DOCUMENT, FIXTURES, behaviours
from tests.support import Ask, document

USERS = [{"name": "ann", "token": "ann-token", "id": "u1"}, {"name": "bob", "token": "bob-token", "id": "u2"}]
NOTES = [{"id": "1", "text": "u1"}, {"id": "2", "text": "u2"}, {"id": "3", "text": "u2"}]


def _steps(ask: Ask, number: int = 1) -> list[tuple[str, str]]:
    told = Control(ask.engine).world(f"/requests/{number}/why?as=json")
    return [(step["verb"], step["did"]) for step in told["steps"]]


@pytest.fixture
def notes(mock_of: Callable[..., Ask]) -> Ask:
    """The mock of notes."""
    return mock_of(DOCUMENT, behaviours(), FIXTURES)


@pytest.mark.parametrize(("user", "key", "count"), [("ann", "u1", 1), ("bob", "u2", 2)])
def test_a_value_of_the_caller_is_that_of_who_called(
    mock_of: Callable[..., Ask], user: str, key: str, count: int
) -> None:
    """`$caller.id` is explained by the id of the user of that request, not of any other user."""
    secured = {
        **document(DOCUMENT["paths"], DOCUMENT["components"]["schemas"]),
        "components": {**DOCUMENT["components"], "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        "security": [{"bearer": []}],
    }
    mine = behaviours(listNotes={"list": {"notes": {"text": "$caller.id"}}, "reply": {"notes": "$records"}})
    ask = mock_of(secured, mine, {"users": USERS, "notes": NOTES})
    assert len(ask("GET", "/notes", f"{user}-token").json["notes"]) == count
    verb, did = _steps(ask)[0]
    assert verb == "list"
    assert f"text is {key} ($caller.id): {count} " in did


REPLIES = [("reply", " = $record")]
LISTS = [("reply", said) for said in ("notes = $records", "total = $total", "more = $more", "next = $next")]


@pytest.mark.parametrize(
    ("method", "path", "sent", "steps"),
    [
        ("GET", "/notes/2", {}, [("find", "notes where id is 2 ($path.id): 2"), *REPLIES]),
        ("GET", "/notes/9", {}, [("find", "notes where id is 9 ($path.id): ")]),
        (
            "PATCH",
            "/notes/2",
            {"json": {"text": "new", "place": "desk"}},
            [("find", ": 2"), ("set", "notes 2: text two -> new, place (none) -> desk"), *REPLIES],
        ),
        ("PATCH", "/notes/2", {"json": {"text": "two"}}, [("find", ": 2"), ("set", "notes 2: "), *REPLIES]),
        ("POST", "/notes", {"json": {"id": "7", "text": "new"}}, [("create", "notes 7"), *REPLIES]),
        ("DELETE", "/notes/3", {}, [("find", ": 3"), ("remove", "notes: 3")]),
        ("GET", "/notes", {"query": "tag=b&limit=1"}, [("list", "tags is b ($query.tag): 2 records, 1 of"), *LISTS]),
        ("GET", "/notes", {"query": "tag=b"}, [("list", "tags is b ($query.tag): 2 records"), *LISTS]),
    ],
)
def test_each_verb_says_what_it_did(
    notes: Ask, method: str, path: str, sent: dict[str, Any], steps: list[tuple[str, str]]
) -> None:
    """Which record was looked for by which value, what changed from what to what, how many were listed."""
    notes(method, path, None, **sent)
    done = _steps(notes)
    assert [verb for verb, _ in done] == [verb for verb, _ in steps]
    assert all(said in did for (_, did), (_, said) in zip(done, steps, strict=True)), done


def test_what_did_not_change_is_not_named(notes: Ask) -> None:
    """A field that was set to the value that it had is no change, and a list without pages has none to count."""
    notes("PATCH", "/notes/2", None, json={"text": "two", "place": "desk"})
    notes("GET", "/notes", None)
    assert "two" not in _steps(notes, 1)[1][1]
    assert "page" not in _steps(notes, 2)[0][1]


def test_a_filter_without_a_value_is_shown_as_it_is_written(notes: Ask) -> None:
    """A query parameter that was not sent filters nothing."""
    notes("GET", "/notes", None)
    assert "tags is $query.tag: 5 " in _steps(notes)[0][1]


def test_a_long_value_is_cut(notes: Ask) -> None:
    """At sixty characters, so that a step stays a line."""
    notes("PATCH", "/notes/1", None, json={"text": "x" * 60})
    notes("PATCH", "/notes/1", None, json={"text": "y" * 61})
    assert _steps(notes, 1)[1] == ("set", f"notes 1: text one -> {'x' * 60}")
    assert _steps(notes, 2)[1] == ("set", f"notes 1: text {'x' * 60} -> {'y' * 57}...")


def test_many_removed_records_are_counted(mock_of: Callable[..., Ask]) -> None:
    """Five are named, the rest is counted."""
    clear = behaviours(removeNote={"remove": {"notes": {}}})
    ask = mock_of(DOCUMENT, clear, {"notes": [{"id": str(number), "text": "-"} for number in range(1, 8)]})
    ask("DELETE", "/notes/1", None)
    ask("DELETE", "/notes/1", None)
    assert _steps(ask, 1) == [("remove", "notes: 1, 2, 3, 4, 5 and 2 more")]
    assert _steps(ask, 2)[0][1].startswith("notes: ")


@pytest.mark.parametrize(
    ("query", "headers", "is_selected"),
    [
        ("__dynamic=true", {}, True),
        ("", {"prefer": "dynamic=true"}, True),
        ("", {"prefer": "respond-async"}, False),
        ("text=__", {}, False),
    ],
)
def test_only_what_selects_the_answer_is_explained_so(
    notes: Ask, query: str, headers: dict[str, str], is_selected: bool
) -> None:
    """Header and query are read as for the answer: other preferences, and other underscores, leave the behaviour."""
    notes("GET", "/notes", query=query, headers=headers)
    why = Control(notes.engine).world("/requests/1/why?as=json")
    assert ("selected it" in why["sentence"]) is is_selected
    assert ("list" in [step["verb"] for step in why["steps"]]) is not is_selected


def test_a_declared_parameter_without_effect_is_named(mock_of: Callable[..., Ask]) -> None:
    """The behaviour doesn't list by tags: a request that filters by one learns why it got all notes."""
    plain = behaviours(listNotes={"list": {"notes": {}}, "reply": {"notes": "$records"}})
    ask = mock_of(DOCUMENT, plain, FIXTURES)
    ask("GET", "/notes", None, query="tag=b")
    assert _steps(ask)[0] == (
        "ignore",
        "query.tag, which the contract declares and on which the mock doesn't act",
    )
    ask("GET", "/notes", None)
    assert [verb for verb, _ in _steps(ask, 2)] == ["list", "reply"]


def test_the_conditions_of_a_list_are_shown(mock_of: Callable[..., Ask]) -> None:
    """With the value that the request had; one that lets every record pass is left out."""
    listed = {"notes": {"text": {"contains": "$query.tag"}, "id": {"max": "$query.limit"}}}
    ask = mock_of(DOCUMENT, behaviours(listNotes={"list": listed, "reply": {"notes": "$records"}}), FIXTURES)
    assert [note["text"] for note in ask("GET", "/notes", None, query="tag=o").json["notes"]] == ["one", "two", "four"]
    assert "notes where text contains o ($query.tag): 3 records" in _steps(ask)[0][1]
