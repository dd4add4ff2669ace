"""Exchanges as bytes and back, for the journal of a store that outlives the process."""

from __future__ import annotations

from typing import Any

import msgspec

from mockserver.behaviour.vocabulary import Changed
from mockserver.errors import Violation
from mockserver.exchange.exchange import Exchange
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
    """Faults as plain values and back."""

    def pack(self, faults: tuple[Armed, ...]) -> list[Any]:
        """Faults as plain values."""
        return [ArmedForm(one.rule, one.preset, one.matched, one.done, dict(one.windows)) for one in faults]

    def unpack(self, values: list[Any]) -> tuple[Armed, ...]:
        """The faults that plain values stand for."""
        from immutables import Map

        forms = msgspec.convert(values, list[ArmedForm])
        return tuple(Armed(one.rule, one.preset, one.matched, one.done, Map(one.windows)) for one in forms)


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


_read = unpacker(_Form)


def packed(exchange: Exchange) -> bytes:
    """An exchange as bytes; the world before it as its place in the log."""
    return pack(
        _Form(
            exchange.request, exchange.steering, exchange.operation, exchange.user, exchange.past, exchange.at,
            exchange.verdict, exchange.reason, exchange.disturbance, exchange.violations, exchange.changes,
            exchange.selected, exchange.answer, exchange.micros,
        )
    )  # fmt: skip


def unpacked(world: str, number: int, place: int, data: bytes) -> Exchange:
    """The exchange that was written as these bytes."""
    form: _Form = _read(data)
    return Exchange(
        form.request, form.steering, form.operation, form.user, world, None, form.at, form.verdict, form.reason,
        form.disturbance, form.violations, form.changes, form.selected, form.answer, form.micros, number, place,
        len(data), form.past,
    )  # fmt: skip
