"""Times in records: which fields hold one, in which form, and which of them comes first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from mockserver.clock import EPOCH, format_instant, parse_instant
from mockserver.contract.schemas.view import SchemaView, each, has_any, types

_STAMPED: Final = re.compile(
    r"(?i)^_?(date_?)?(created|updated|modified|inserted|changed|last_?(updated|modified|changed))"
    r"(_?(at|on|date|time|timestamp|utc|ts|ms|millis))*$|^(last_?)?(creation|modification|update)_?(date|time|timestamp)$"
)
_LATER: Final = re.compile(r"(?i)(expir|due|until|renew|next|valid_?to|ends?_?(at|on|date|time)|deadline)")
_ENDED: Final = re.compile(
    r"(?i)^(is_?|date_?)?(deleted|removed|archived|cancel+ed|closed|ended|completed|finished|failed|refunded|merged|"
    r"rejected|revoked|suspended|disabled|resolved|blocked|banned|locked|declined|disputed|terminated|deactivated|trashed|"
    r"voided|captured|reversed)(_?(at|on|date|time|by|reason|timestamp))*(_?by_?id)?$"
)
FORMS: Final = {
    "date-time": "", "datetime": "", "iso8601": "", "iso-8601": "", "date": "date", "unix-time": "unix",
    "unix-timestamp": "unix", "unixtime": "unix", "timestamp": "unix", "epoch": "unix", "unix": "unix",
    "date-time-rfc-2822": "rfc2822", "rfc2822": "rfc2822", "rfc-2822": "rfc2822", "http-date": "rfc2822",
    "rfc1123": "rfc2822", "unix-time-ms": "millis", "epoch-millis": "millis", "utc-millisec": "millis",
    "unix-millis": "millis", "timestamp-ms": "millis", "date-time-rfc1123": "rfc2822",
}  # fmt: skip
"""The forms of instants by the formats that documents give them; the empty one is RFC 3339."""
_MILLIS: Final = re.compile(r"(?i)(ms|millis|milliseconds)$")
_RANKS: Final = (
    re.compile(r"(?i)^_?(date_?)?(created|inserted|registered|joined|added|opened|submitted|placed|issued|requested|"
               r"creation|start|started|begins?|from|valid_?from|first_?seen)(?![a-z])|^(date_?)?created|^start|^creat"),
    re.compile(r"(?i)^_?(date_?)?(last_?)?(updat|modif|chang|edit|seen|access|used|activ|process|publish|paid|shipp|sent)"),
    re.compile(r"(?i)^_?(date_?)?(complet|finish|clos|resolv|end|deliver|delet|remov|archiv|cancel|expir|due|until|to$|"
               r"to_|valid_?(to|until)|terminat|deadline)"),
)  # fmt: skip
_SECONDS: Final = range(10**9, 10**10)
_MILLISECONDS: Final = range(10**12, 10**13)
_LEAST_MILLISECONDS: Final = 100_000_000_000
"""Numbers from here on count milliseconds since 1970, smaller ones seconds."""
MONTH: Final = 30 * 86_400_000


def is_stamp(name: str) -> bool:
    """Whether a field of this name is the time of its record's creation or change."""
    return _STAMPED.match(name) is not None


def is_ended(name: str) -> bool:
    """Whether a field of this name says that something is over, as nothing is with a new record."""
    return _ENDED.match(name) is not None


def milliseconds(number: float) -> float:
    """A number that counts seconds or milliseconds since 1970, in milliseconds."""
    return number if number >= _LEAST_MILLISECONDS else number * 1000


def form_of(name: str, schema: Any, view: SchemaView) -> str | None:
    """The form of a field's instants (the empty one is RFC 3339); None where it holds none."""
    for value in each(schema, "format", view):
        if isinstance(value, str) and value.lower() in FORMS:
            return FORMS[value.lower()]
    if not is_stamp(name):
        return None
    kinds = types(schema, view) - {"null"}
    if kinds and kinds <= {"integer", "number"}:
        return "millis" if _MILLIS.search(name) else "unix"
    free = not has_any(schema, ("pattern", "enum", "format", "maxLength"), view)
    return "" if kinds == {"string"} and free else None


def written(form: str, instant: int) -> Any:
    """An instant in one of the forms."""
    if form == "unix":
        return instant // 1000
    if form == "millis":
        return instant
    if form == "date":
        return format_instant(instant)[:10]
    return _mail_date(instant) if form == "rfc2822" else format_instant(instant)


def _mail_date(instant: int) -> str:
    from email.utils import format_datetime

    return format_datetime(EPOCH + timedelta(seconds=instant // 1000))


def moment_of(name: str, now: int) -> int:
    """The instant that a field of a new record has: now, or a month later where it is about what comes."""
    return now + MONTH if _LATER.search(name) else now


def in_order(value: Any) -> Any:
    """A record whose times follow one another: created before updated before deleted, at every depth."""
    if isinstance(value, list):
        return [in_order(inner) for inner in value]
    if not isinstance(value, Mapping):
        return value
    record = {name: in_order(inner) if isinstance(inner, list | dict) else inner for name, inner in value.items()}
    times = sorted(_times(record), key=lambda time: time[0])
    instants = sorted(time[2] for time in times)
    return record | {name: write(instant) for (_, name, _, write), instant in zip(times, instants, strict=True)}


def _times(record: Mapping[str, Any]) -> Iterator[tuple[int, str, int, Callable[[int], Any]]]:
    """The times of a record that have a rank: it, the name, the instant, and how one is written there."""
    for name, value in record.items():
        rank = next((place for place, pattern in enumerate(_RANKS) if pattern.search(name)), None)
        read = _read(value) if rank is not None else None
        if rank is not None and read is not None:
            yield rank, name, *read


def _read(value: Any) -> tuple[int, Callable[[int], Any]] | None:
    if isinstance(value, int) and not isinstance(value, bool):
        if value in _SECONDS:
            return value * 1000, lambda instant: instant // 1000
        return (value, lambda instant: instant) if value in _MILLISECONDS else None
    if not isinstance(value, str) or len(value) < 10:
        return None
    try:
        if re.match(r"\d{4}-\d\d-\d\d", value):
            return parse_instant(value), lambda instant: _iso(instant, value)
        if value[3:5] == ", ":
            from email.utils import parsedate_to_datetime

            moment = parsedate_to_datetime(value) - EPOCH
            return int(moment.total_seconds()) * 1000, _mail_date
    except (ValueError, TypeError):
        return None
    return None


def _iso(instant: int, like: str) -> str:
    """An instant as long as another is written: a date, or a time to the second."""
    text = format_instant(instant)
    if len(like) == 10:
        return text[:10]
    return text[:19] + "Z" if "." not in like else text
