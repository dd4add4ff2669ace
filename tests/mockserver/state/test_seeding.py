"""Date math in fixtures is resolved where it stands, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mockserver.errors import FixtureError
from tests.support import Ask, answers, document

INSTANT = {"type": "string", "format": "date-time"}
VISIT = {"type": "object", "properties": {"at": INSTANT, "by": {"type": "string"}}}
NOTE = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "text": {"type": "string"},
        "made": INSTANT,
        "read": {"type": "array", "items": INSTANT},
        "visits": {"type": "array", "items": VISIT},
        "last": {"type": "object", "properties": {"visit": VISIT}},
    },
}
DOCUMENT = document(
    {
        "/notes": {
            "get": {
                "operationId": "listNotes",
                "responses": answers({"type": "object", "properties": {"notes": {"type": "array", "items": NOTE}}}),
            }
        }
    }
)
LISTED = {"listNotes": {"list": {"notes": {}}, "reply": {"notes": "$records"}}}
NOON, HOUR_LATER, DAY_BEFORE = "2026-01-15T12:00:00.000Z", "2026-01-15T13:00:00.000Z", "2026-01-14T12:00:00.000Z"


def _notes(mock_of: Callable[..., Ask], *notes: object) -> object:
    told = {"collections": {"notes": {}}, "operations": LISTED}
    return mock_of(DOCUMENT, told, {"notes": list(notes)})("GET", "/notes", None).json["notes"]


def test_date_math_is_resolved_at_its_own_place(mock_of: Callable[..., Ask]) -> None:
    """At the top, in lists, in objects of lists and of objects; what stands beside it stays."""
    note = {
        "id": "1",
        "text": "now",
        "made": "now",
        "read": ["now-1d", "2020-01-01T00:00:00Z", "now+1h"],
        "visits": [{"at": "now", "by": "now"}, {"by": "ann"}, {"at": "now-1d", "by": "bob"}],
        "last": {"visit": {"at": "now+1h", "by": "ann"}},
    }
    assert _notes(mock_of, note) == [
        {
            "id": "1",
            "text": "now",
            "made": NOON,
            "read": [DAY_BEFORE, "2020-01-01T00:00:00Z", HOUR_LATER],
            "visits": [{"at": NOON, "by": "now"}, {"by": "ann"}, {"at": DAY_BEFORE, "by": "bob"}],
            "last": {"visit": {"at": HOUR_LATER, "by": "ann"}},
        }
    ]


@pytest.mark.parametrize(
    ("notes", "says"),
    [
        ([{"text": "no key"}], r"notes\[0\] has no id"),
        ([{"id": "1"}, {"id": "1"}], r"notes\[1\]\.id"),
        ([{"id": "1"}, {"id": "2", "last": {"visit": {"by": 3}}}], r"notes\[1\]\.last\.visit\.by"),
        ([{"id": "1", "made": "tomorrow"}], r"notes\[0\]\.made"),
    ],
)
def test_a_wrong_record_is_named(mock_of: Callable[..., Ask], notes: list[object], says: str) -> None:
    """By its collection, its place there, and the field that is wrong."""
    with pytest.raises(FixtureError, match=says):
        _notes(mock_of, *notes)
