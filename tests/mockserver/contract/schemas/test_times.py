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


FORMATS = {
    "": "date-time datetime iso8601 iso-8601 DATE-TIME",
    "date": "date",
    "unix": "unix-time unix-timestamp unixtime timestamp epoch unix",
    "millis": "unix-time-ms epoch-millis utc-millisec unix-millis timestamp-ms",
    "rfc2822": "date-time-rfc-2822 rfc2822 rfc-2822 http-date rfc1123 date-time-rfc1123",
}
ORDERED = (
    """created inserted registered joined added opened submitted placed issued requested creation start started begin
    begins from validFrom valid_from firstSeen first_seen dateCreated creator_at startTime""",
    """updated modified changed edited seen accessed used activated processed published paid shipped sent lastUpdated
    last_seen dateModified""",
    """completed finished closed resolved ended delivered deleted removed archived cancelled expires due until to
    to_date valid_to validUntil terminated deadline""",
)
"""Names of times, those that come first in front."""


def test_every_format_of_a_time_has_a_form() -> None:
    """Whatever the name of the field."""
    for form, names in FORMATS.items():
        for name in names.split():
            assert form_of("any", {**TEXT, "format": name}, VIEW) == form, name
    assert form_of("any", {**TEXT, "format": "uuid"}, VIEW) is None
    for ending in ("ms", "Millis", "milliseconds"):
        assert form_of(f"created_at_{ending}", WHOLE, VIEW) == ("millis" if ending != "milliseconds" else None)


@pytest.mark.parametrize(("first", "then"), [(0, 1), (1, 2), (0, 2)])
def test_every_name_of_a_time_has_its_place(first: int, then: int) -> None:
    """Two times in the wrong order change places; a name that says nothing keeps its own."""
    early, late = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
    for before in ORDERED[first].split():
        after = ORDERED[then].split()[0]
        assert in_order({before: late, after: early}) == {before: early, after: late}, before
    for after in ORDERED[then].split():
        before = ORDERED[first].split()[0]
        assert in_order({before: late, after: early}) == {before: early, after: late}, after
    assert in_order({"born": late, "updated": early}) == {"born": late, "updated": early}


@pytest.mark.parametrize(
    ("late", "early"),
    [
        ("2026-02-01", "2026-01-01"),
        (1_770_000_000, 1_760_000_000),
        (1_770_000_000_000, 1_760_000_000_000),
        ("Sun, 01 Feb 2026 00:00:00 GMT", "Thu, 01 Jan 2026 00:00:00 GMT"),
    ],
)
def test_times_in_any_form_change_places(late: Any, early: Any) -> None:
    """Also of two forms, and at every depth."""
    found = in_order({"list": [{"created": late, "updated": early}]})["list"][0]
    assert [str(found[name])[:16] for name in ("created", "updated")] == [str(early)[:16], str(late)[:16]]
    mixed = in_order({"created": "2030-01-01T00:00:00Z", "updated": early})
    assert mixed["updated"] != early
    small = {"created": 5, "updated": 3}
    assert in_order(small) == small
