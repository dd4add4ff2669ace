"""Exchanges as bytes and back, for the journal of a store that outlives the process."""

from __future__ import annotations

from typing import Any

import msgspec

from mockserver.behaviour.vocabulary import Changed
from mockserver.errors import Violation
from mockserver.exchange.exchange import Exchange, numbered
from mockserver.exchange.faults import Armed, Disturbance, Rule
from mockserver.exchange.steering import Steering
from mockserver.messages import Answer, Request
from mockserver.state.log import pack, unpacker
from mockserver.state.world import Past


class ArmedForm(msgspec.Struct, array_like=True):
    """An armed rule as it is written."""

    rule: Rule
    preset: str | None
    matched: int
    done: int
    windows: dict[str, tuple[int, int]]


class FaultForms:
    """Faults as plain values and back, and the counts by which a request has changed them."""

    def pack(self, faults: tuple[Armed, ...]) -> list[Any]:
        """Faults as plain values."""
        return [ArmedForm(one.rule, one.preset, one.matched, one.done, dict(one.windows)) for one in faults]

    def unpack(self, values: list[Any]) -> tuple[Armed, ...]:
        """The faults that plain values stand for."""
        from immutables import Map

        forms = msgspec.convert(values, list[ArmedForm])
        return tuple(Armed(one.rule, one.preset, one.matched, one.done, Map(one.windows)) for one in forms)

    def counted(self, before: tuple[Armed, ...], after: tuple[Armed, ...]) -> list[Any] | None:
        """What one request has counted: the place of each rule that it matched, its counts, and the window that it
        changed; None where windows were begun anew."""
        if len(before) != len(after):
            return None
        counts = []
        for place, (old, new) in enumerate(zip(before, after, strict=True)):
            if new is old:
                continue
            if new.rule is not old.rule or not 0 <= len(new.windows) - len(old.windows) <= 1:
                return None
            window = None if new.windows is old.windows else (new.last, *new.windows[new.last])
            counts.append((place, new.matched, new.done, window))
        return counts

    def recounted(self, before: tuple[Armed, ...], counts: list[Any]) -> tuple[Armed, ...]:
        """The faults after such a request."""
        faults = list(before)
        for place, matched, done, window in counts:
            one = msgspec.structs.replace(faults[place], matched=matched, done=done)
            if window is not None:
                token, begin, calls = window
                one = msgspec.structs.replace(one, windows=one.windows.set(token, (begin, calls)), last=token)
            faults[place] = one
        return tuple(faults)


class _Form(msgspec.Struct, array_like=True):
    """An exchange as it is written."""

    request: Request
    steering: Steering
    operation: str | None
    user: str | None
    past: Past | None
    at: int
    verdict: str
    reason: str
    disturbance: Disturbance | None
    violations: tuple[Violation, ...]
    changes: tuple[Changed, ...]
    selected: Any
    answer: Answer
    micros: int
    by: str = ""
    because: str = ""
    deliveries: tuple[str, ...] = ()


_read = unpacker(_Form)


def packed(exchange: Exchange) -> bytes:
    """An exchange as bytes; the world before it as its place in the log."""
    return pack(
        _Form(
            exchange.request, exchange.steering, exchange.operation, exchange.user, exchange.past, exchange.at,
            exchange.verdict, exchange.reason, exchange.disturbance, exchange.violations, exchange.changes,
            _selected(exchange), exchange.answer, exchange.micros, exchange.by, exchange.because, exchange.deliveries,
        )
    )  # fmt: skip


def _selected(exchange: Exchange) -> Any:
    """What the operation selected; a record that it also changed by its place there: it would be a quarter of the
    entry."""
    selected = exchange.selected
    if selected is not None:
        for place, change in enumerate(exchange.changes):
            if selected is change.before:
                return place
    return selected


def unpacked(world: str, number: int, place: int, data: bytes) -> Exchange:
    """The exchange that was written as these bytes."""
    form: _Form = _read(data)
    selected = form.selected
    if type(selected) is int:
        selected = form.changes[selected].before
    return Exchange(
        form.request, form.steering, form.operation, form.user, world, None, None, form.at, form.verdict, form.reason,
        form.disturbance, form.violations, form.changes, selected, numbered(form.answer, world, number),
        form.micros, number, place, len(data), form.by, form.because, form.past, form.deliveries,
    )  # fmt: skip
