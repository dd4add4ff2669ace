"""Events as they happen: as server-sent events for pages, or those so far as JSON.

A stream occupies a thread of the server, so their number and duration are limited. An EventSource reconnects by itself
and gets no event twice. Above the limit a stream ends at once, and its reader reconnects later.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import msgspec

from mockserver.background import attempt
from mockserver.contract.messages.secrets import Secrets
from mockserver.control.calls import Call, Handler, Result
from mockserver.exchange.engine import Engine
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.journals import Note
from mockserver.exchange.shown import summary

SECONDS = 60.0
"""How long a stream stays open."""
HEARTBEAT = 5.0
"""Seconds of silence after which an event shows that the stream is alive: an EventSource doesn't show comments."""
LOOK = 0.1
"""Seconds between two looks for new events."""


def _of_all(call: Call) -> Result:
    return _events(call, None)


def _of_world(call: Call) -> Result:
    return _events(call, call.existing().name)


def _events(call: Call, world: str | None) -> Result:
    journal, after = call.engine.journal, _after(call)
    if "text/event-stream" not in call.headers.get("accept", ""):
        events = [_shown(event, journal.secrets) for event in journal.after(after or 0) if world in (None, event.world)]
        return Result({"events": events, "last": journal.total})
    place = journal.total if after is None else after
    headers = (("Cache-Control", "no-store"), ("X-Accel-Buffering", "no"))
    return Result(media="text/event-stream", headers=headers, stream=_stream(call, world, place))


def _after(call: Call) -> int | None:
    """The last event that the reader has received; None when it names none."""
    last = call.headers.get("last-event-id", "")
    return int(last) if last.isdecimal() and len(last) < 16 else call.query("after")


def _stream(call: Call, world: str | None, place: int) -> Iterator[bytes]:
    if not call.streams.acquire(blocking=False):
        yield _text(place, "retry: 3000") + b"".join(_new(call.engine, world, place)[0])
        return
    try:
        yield _text(place, "retry: 500")
        yield from _following(call.engine, world, place)
    finally:
        call.streams.release()


def _following(engine: Engine, world: str | None, place: int) -> Iterator[bytes]:
    started = last_sent = time.monotonic()
    while time.monotonic() - started < SECONDS:
        if engine.journal.total != place:
            texts, place = _new(engine, world, place)
            if texts:
                last_sent = time.monotonic()
                yield b"".join(texts)
        if time.monotonic() - last_sent > HEARTBEAT:
            last_sent = time.monotonic()
            yield b"event: heartbeat\ndata: {}\n\n"
        time.sleep(LOOK)


def _new(engine: Engine, world: str | None, place: int) -> tuple[list[bytes], int]:
    """The text of the events after a place, and the place of the last one."""
    events = engine.journal.after(place)
    texts: list[bytes] = []
    for what in events:
        if world in (None, what.world):
            # One that cannot be shown does not hide the others.
            attempt("events", _add_event, texts, what, engine.journal.secrets)
    return texts, events[-1].place if events else place


def _add_event(texts: list[bytes], what: Exchange | Note, secrets: Secrets) -> None:
    event = _shown(what, secrets)
    texts.append(_text(what.place, f"event: {event['type']}", f"data: {msgspec.json.encode(event).decode()}"))


def _text(place: int, *lines: str) -> bytes:
    return "\n".join((f"id: {place}", *lines, "", "")).encode()


def _shown(what: Exchange | Note, secrets: Secrets) -> dict[str, Any]:
    if isinstance(what, Note):
        return {"id": what.place, "type": what.type, "world": what.world}
    return {"id": what.place, "type": "request", "world": what.world, "request": summary(what, secrets)}


HANDLERS: dict[str, Handler] = {"listEvents": _of_all, "listWorldEvents": _of_world}
"""The calls by the name of their operation."""
