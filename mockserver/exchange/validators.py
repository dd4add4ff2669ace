"""Entity tags, times of change, and the preconditions on them (RFC 9110, sections 8.8 and 13)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final

import msgspec

from mockserver.behaviour.runner import Outcome
from mockserver.behaviour.vocabulary import Behaviour
from mockserver.clock import parse_instant
from mockserver.contract.operations.operation import Operation
from mockserver.contract.schemas.times import milliseconds
from mockserver.errors import Refused
from mockserver.messages import Request
from mockserver.state.becoming import plain
from mockserver.state.collection import Record

VALIDATORS: Final = {"etag": "ETag", "last-modified": "Last-Modified"}
"""The names of the headers, by their names in lower case."""
_CHANGED: Final = ("updated", "modified", "changed", "edited", "lastupdate", "lastmodified")
_CREATED: Final = ("created", "inserted", "added")
_encode = msgspec.json.Encoder(order="sorted").encode


class Conditions(msgspec.Struct, frozen=True):
    """The preconditions of an operation: those of a read are answered 304, those of a write 412."""

    reading: bool = False
    writing: bool = False
    creates: bool = False  #: whether the write may create the record

    @classmethod
    def of(cls, operation: Operation, behaviour: Behaviour | None) -> Conditions | None:
        """The preconditions that the operation declares the answers to; None where there are none."""
        reading = operation.method == "GET" and "304" in operation.responses
        creates = behaviour is not None and behaviour.create is not None and operation.method == "PUT"
        changes = behaviour is not None and (behaviour.set is not None or bool(behaviour.remove))
        writing = operation.method != "GET" and "412" in operation.responses and (creates or changes)
        return cls(reading, writing, creates) if reading or writing else None

    def before(self, outcome: Outcome) -> Record | None:
        """The record that a write is about, as it was; None where there was none."""
        if self.creates:
            return outcome.changes[-1].before if outcome.changes else None
        return outcome.selected if isinstance(outcome.selected, Mapping) else None


def record_of(outcome: Outcome) -> Record | None:
    """The record that an answer shows; None for a list, or where there is none."""
    if outcome.part is not None:
        return None
    if outcome.changes:
        return outcome.changes[-1].after
    return outcome.selected if isinstance(outcome.selected, Mapping) else None


def tag_of(record: Record | None, body: bytes) -> str:
    """The entity tag of a record, the same whoever shows it, else of the bytes of a body."""
    shown = body if record is None else _encode(plain(record))
    return f'"{blake2b(shown, digest_size=9).hexdigest()}"'


def changed_at(record: Record | None) -> int | None:
    """When a record was last changed, in milliseconds, by its own fields; None where they don't say."""
    for words in (_CHANGED, _CREATED) if record is not None else ():
        for name, value in (record or {}).items():
            plain = "".join(letter for letter in name.lower() if letter.isalpha())
            if plain.startswith(words) and (instant := _instant(value)) is not None:
                return instant
    return None


def _instant(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if not isinstance(value, str):
        return int(milliseconds(value))
    try:
        return parse_instant(value)
    except ValueError:
        return None


def is_unchanged(request: Request, tag: str, changed: int | None) -> bool:
    """Whether a client that reads has this already (13.1.2, 13.1.3)."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or _opaque(tag) in map(_opaque, tags.split(","))
    since = _date(request.headers.get("if-modified-since"))
    return since is not None and changed is not None and changed // 1000 <= since


def check_write(request: Request, before: Record | None) -> None:
    """Raise Refused(412) when the record is another one than the client saw (13.1.1, 13.1.4), or is there although the
    client wants to create it (13.1.2)."""
    headers = request.headers
    match, none, unmodified = (headers.get(name) for name in ("if-match", "if-none-match", "if-unmodified-since"))
    if match is None and none is None and unmodified is None:
        return
    tag = tag_of(before, b"") if before is not None else None
    if match is not None:
        if tag is None or (match.strip() != "*" and tag not in (one.strip() for one in match.split(","))):
            raise Refused(412, f"If-Match: the record isn't as {match[:100]} any more; its ETag is {tag or 'none'}")
    elif _is_later(changed_at(before), _date(unmodified)):
        raise Refused(412, f"If-Unmodified-Since: the record was changed after {unmodified}")
    if none is not None and tag is not None and (none.strip() == "*" or _opaque(tag) in map(_opaque, none.split(","))):
        raise Refused(412, f"If-None-Match: the record is there, with ETag {tag}")


def _is_later(changed: int | None, since: int | None) -> bool:
    return changed is not None and since is not None and changed // 1000 > since


def _opaque(tag: str) -> str:
    """A tag without the mark that it is weak."""
    return tag.strip().removeprefix("W/")


def _date(text: str | None) -> int | None:
    """The seconds since 1970 of an HTTP date; None where it is none."""
    if text is None:
        return None
    from email.utils import parsedate_to_datetime

    try:
        instant: datetime = parsedate_to_datetime(text)
    except ValueError:
        return None
    return int((instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp())
