"""What an exchange weighs in a journal, in bytes: estimated on the high side, at a cost that no request notices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from mockserver.exchange.exchange import UNANSWERED, Exchange
from mockserver.exchange.tracing import HEADER, trace_of
from mockserver.messages import Answer, Request

ENTRY: Final = 1500
"""The exchange itself, its strings, and the nodes of its world that the next world doesn't share."""
_VIOLATION: Final = 300
_VALUE: Final = 64
"""What each value of a record takes in addition to its text: an object header."""
_OBJECT: Final = 200
_NEW: Final = 256
"""The size of a request body from which the records that it changes are weighed."""
_LONGEST: Final = 1000
"""How many characters of a path are kept of an exchange that is too heavy."""

_encode = msgspec.json.Encoder(enc_hook=repr).encode


def weight_of(exchange: Exchange) -> int:
    """The bytes that keeping an exchange costs: its texts, and the records that nothing but it may still hold.

    A removed record counts with the exchange that removed it: until that one is dropped, the snapshots of all before it
    hold the record. New content counts as well, for a removal, a rewind or a reset can leave it to the journal alone.
    Small changes of a record that stays are not weighed: they are the most frequent and add little, and writing the
    record as JSON would take more instructions than all the rest here.
    """
    request = exchange.request
    sent = len(request.body)
    head = _encode((request.path, request.query, request.headers))  # less work than to add up the lengths
    size = ENTRY + sent + len(exchange.answer.body) + len(head)
    if exchange.violations:
        size += _VIOLATION * len(exchange.violations)
    for change in exchange.changes:
        if sent > _NEW or change.after is None:
            size += _record(change.before) + _record(change.after)
    return size


def weight_of_changes(changes: Iterable[Any]) -> int:
    """The bytes of records before and after changes."""
    return sum(_record(change.before) + _record(change.after) for change in changes)


def _record(record: Any) -> int:
    """The bytes of a record: as JSON, and the heads of its values, each of which follows a bracket or a comma."""
    text = _encode(record)
    return len(text) + _VALUE * (text.count(b",") + text.count(b"[")) + _OBJECT * text.count(b"{")


def lightened(exchange: Exchange) -> None:
    """Take from an exchange all that can be heavy."""
    request, answer, trace = exchange.request, exchange.answer, trace_of(exchange.request.headers)
    headers = {} if trace is None else {HEADER: trace.traceparent}
    exchange.request = Request(request.method, request.path[:_LONGEST], headers=headers)
    exchange.answer = Answer(answer.status, transport=answer.transport) if answer is not UNANSWERED else answer
    exchange.violations, exchange.changes, exchange.selected, exchange.before = (), (), None, None
