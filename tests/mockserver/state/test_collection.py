"""Records are found and listed in the order in which they came."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.mockserver.notes import DOCUMENT, behaviours
from tests.support import Ask


@pytest.fixture
def notes(mock_of: Callable[..., Ask]) -> Ask:
    """Notes that are found by their text and tags; several have the same."""
    by_text = behaviours(
        getNote={"find": {"notes": {"text": "$path.id"}}, "reply": "$record"},
        listNotes={"list": {"notes": {"tags": "$query.tag", "place": "desk"}}, "reply": {"notes": "$records"}},
    )
    records = [{"id": str(key), "text": "same", "tags": ["a", "b"], "place": "desk"} for key in range(1, 13)]
    return mock_of(DOCUMENT, by_text, {"notes": [*records, {"id": "13", "text": "other", "tags": ["a"]}]})


def test_of_several_matches_the_first_is_found(notes: Ask) -> None:
    """Also when it was changed since, and the next one once it is gone."""
    assert notes("GET", "/notes/same", None).json["id"] == "1"
    assert notes("PATCH", "/notes/1", None, json={"place": "shelf"}).status == 200
    assert notes("GET", "/notes/same", None).json["id"] == "1"
    assert notes("DELETE", "/notes/1", None).status == 204
    assert notes("GET", "/notes/same", None).json["id"] == "2"
    assert notes("PATCH", "/notes/2", None, json={"text": "other"}).status == 200
    assert notes("GET", "/notes/same", None).json["id"] == "3"
    assert notes("GET", "/notes/other", None).json["id"] == "2"


def test_a_list_keeps_the_order_of_its_records(notes: Ask) -> None:
    """Of those that have all that is asked for."""
    notes("PATCH", "/notes/4", None, json={"place": "shelf"})
    notes("PATCH", "/notes/3", None, json={"tags": ["b"]})
    listed = notes("GET", "/notes", None, query="tag=a").json["notes"]
    assert [note["id"] for note in listed] == ["1", "2", *map(str, range(5, 13))]
