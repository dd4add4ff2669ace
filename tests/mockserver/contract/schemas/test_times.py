"""Times in records: their forms, and their order."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.contract.schemas.times import form_of, in_order, is_ended, is_stamp, moment_of, written
from mockserver.contract.schemas.view import SchemaView
from tests.support import START

VIEW = SchemaView(lambda reference: (reference, True))
TEXT, WHOLE = {"type": "string"}, {"type": "integer"}


@pytest.mark.parametrize(
    ("name", "schema", "form"),
    [
        ("any", {"type": "string", "format": "date-time"}, ""),
        ("any", {"type": "string", "format": "date"}, "date"),
        ("any", {"type": "integer", "format": "unix-time"}, "unix"),
        ("any", {"type": "string", "format": "date-time-rfc-2822"}, "rfc2822"),
        ("created", WHOLE, "unix"),
        ("updated_at", {"type": "number"}, "unix"),
        ("createdAtMs", WHOLE, "millis"),
        ("createdAt", TEXT, ""),
        ("createdAt", {"type": "string", "maxLength": 5}, None),
        ("creator", TEXT, None),
        ("any", WHOLE, None),
    ],
)
def test_the_form_of_a_time(name: str, schema: Any, form: str | None) -> None:
    """By its format, else by a name that says that it is the time of a creation or change."""
    assert form_of(name, schema, VIEW) == form


def test_an_instant_is_written_in_each_form() -> None:
    """Seconds, milliseconds, a date, the date of a mail, RFC 3339."""
    seconds = START // 1000
    assert [written(form, seconds * 1000) for form in ("unix", "millis")] == [seconds, seconds * 1000]
    assert written("", START).startswith(written("date", START))
    assert written("rfc2822", 0) == "Thu, 01 Jan 1970 00:00:00 +0000"


@pytest.mark.parametrize("name", ["createdAt", "created", "date_created", "lastModified", "updated_on", "creationDate"])
def test_names_of_stamps(name: str) -> None:
    """The time of a creation or change."""
    assert is_stamp(name)
    assert not is_ended(name)


@pytest.mark.parametrize("name", ["deleted_at", "isArchived", "cancelledAt", "closedOn", "revoked"])
def test_names_of_ends(name: str) -> None:
    """What no new record has."""
    assert is_ended(name)
    assert not is_stamp(name)


def test_what_expires_lies_ahead() -> None:
    """A new record ends later than it begins."""
    assert moment_of("expires_at", START) > moment_of("created_at", START) == START


def test_times_follow_one_another() -> None:
    """Created before updated before deleted, each in its own form, at every depth; other values stay."""
    late, early, middle = "2025-09-01T00:00:00Z", 1735689600, "Sun, 01 Jun 2025 00:00:00 +0000"
    record = {"deletedAt": early, "updated_at": middle, "created": late, "birthday": "2030-01-01", "in": [{"n": 1}]}
    assert in_order(record) == {
        "deletedAt": 1756684800,
        "updated_at": middle,
        "created": "2025-01-01T00:00:00Z",
        "birthday": "2030-01-01",
        "in": [{"n": 1}],
    }
    assert in_order({"start": "2025-05-05", "end": "2025-01-01"}) == {"start": "2025-01-01", "end": "2025-05-05"}
