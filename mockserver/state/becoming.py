"""States that move with the clock: a record that is `pending` becomes `done` after thirty seconds, whoever looks.

Nothing runs meanwhile. A record is stored with the instants at which its states began, and what it has become is worked
out when it is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from mockserver.clock import format_instant
from mockserver.contract.operations.operation import ABSENT, EMPTY

OWN: Final = "mock:"
"""How the names begin of collections and fields that the mock keeps for itself: no behaviour knows them, and no client
sees them."""
FAILS: Final = f"{OWN}fails"
"""Beside these instants: that the record is a job that fails."""
SINCE: Final = f"{OWN}since"
"""The field of a stored record that says when its states began, by their fields."""
NOW: Final[Any] = type("Now", (), {"__repr__": lambda _: "$now"})()
"""Stands for the instant of a move among the values that it sets."""
_MOST: Final = 100
"""How many moves are followed at once."""


class Move(msgspec.Struct, frozen=True):
    """What a state becomes, after how many milliseconds, and what is set then; `failing` is the move of a job that
    fails."""

    after: int
    value: Any
    sets: Mapping[str, Any] = EMPTY
    failing: Move | None = None


class Becoming(msgspec.Struct, frozen=True):
    """The moves of one field, by the text of the value that moves."""

    field: str
    moves: Mapping[str, Move]

    def move(self, record: Mapping[str, Any]) -> Move | None:
        """The move that a record waits for; None where its state stays."""
        value = record.get(self.field, ABSENT)
        move = None if value is ABSENT else self.moves.get(state_text(value))
        if move is None or move.failing is None or FAILS not in (record.get(SINCE) or EMPTY):
            return move
        return move.failing

    @property
    def fails(self) -> bool:
        """Whether the behaviours say how it fails."""
        return any(move.failing is not None for move in self.moves.values())


class Step(msgspec.Struct, frozen=True):
    """One move of a record: when, of which field, to which value."""

    at: int
    field: str
    value: Any


def state_text(value: Any) -> str:
    """A state as text."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def moved(record: Mapping[str, Any], becoming: tuple[Becoming, ...], now: int) -> Mapping[str, Any]:
    """The record as it is at an instant, with the instants at which its states began."""
    for one in becoming:
        for _ in range(_MOST):
            move, since = one.move(record), (record.get(SINCE) or EMPTY).get(one.field)
            if move is None or since is None or since + move.after > now:
                break
            record = _after(record, one, move, since + move.after)
    return record


def _after(record: Mapping[str, Any], becoming: Becoming, move: Move, at: int) -> dict[str, Any]:
    sets = {name: format_instant(at) if value is NOW else value for name, value in move.sets.items()}
    changed = {**record, **sets, becoming.field: move.value, SINCE: {**record[SINCE], becoming.field: at}}
    return {name: value for name, value in changed.items() if value is not ABSENT}


def plain(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """The record without what only the mock knows of it."""
    return {name: value for name, value in record.items() if name != SINCE} if SINCE in record else record


def stamped(
    record: Mapping[str, Any],
    becoming: tuple[Becoming, ...],
    before: Mapping[str, Any] | None,
    now: int,
    *,
    fails: bool = False,
) -> dict[str, Any]:
    """A record as it is stored: a state that it had before goes on, and all others begin now. A job `fails` if it is
    to, or if it goes on to."""
    was = EMPTY if before is None else moved(before, becoming, now)
    known = was.get(SINCE) or EMPTY
    own = record.get(SINCE) or EMPTY
    since: dict[str, Any] = {}
    for one in becoming:
        if one.move(record) is not None:
            goes_on = one.field in known and was.get(one.field) == record.get(one.field)
            since[one.field] = known[one.field] if goes_on else own.get(one.field, now)
            fails = fails or FAILS in (known if goes_on else own)
    if since and fails:
        since[FAILS] = True
    return {**plain(record), SINCE: since} if since else dict(plain(record))


def steps_of(record: Mapping[str, Any], becoming: tuple[Becoming, ...], after: int) -> Iterator[Step]:
    """The moves of a stored record after an instant, in their order for each field."""
    for one in becoming:
        following = record
        for _ in range(_MOST):
            move, since = one.move(following), (following.get(SINCE) or EMPTY).get(one.field)
            if move is None or since is None:
                break
            at = since + move.after
            if at > after:
                yield Step(at, one.field, move.value)
            following = _after(following, one, move, at)
