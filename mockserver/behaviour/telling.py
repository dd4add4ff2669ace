"""Reads what behaviours say of time and of others: states that move, webhooks, and when deliveries are tried again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from mockserver.behaviour.notifying import Moment, Notification, Schedule, Subscribers
from mockserver.behaviour.reading import Reading, escape
from mockserver.behaviour.values import ROOTS, Value
from mockserver.contract.operations.outgoing import outgoing_names
from mockserver.errors import did_you_mean
from mockserver.state.becoming import NOW, Becoming, Move, state_text

_MOVE = ("after", "is", "set", "notify", "fails")
_FAILURE = ("is", "set", "notify")
_NOTIFICATION = ("to", "where", "body")
_SPANS = ("wait", "longest", "timeout")
_SCHEDULE = ("attempts", "factor", *_SPANS)
_RECORDS = re.compile(r"\$(?P<collection>[A-Za-z_][\w/-]*)\.(?P<field>\S+)")


class Telling(Reading):
    """Reads moves, notifications and schedules; `collections` and `periods` are those that the document declares."""

    collections: frozenset[str] = frozenset()
    periods: Mapping[str, int] = {}
    moments: tuple[Moment, ...] = ()  #: those that have been read

    def becoming(self, collection: str, data: Any, pointer: str) -> Iterator[Becoming]:
        """The states that move on by themselves, by their fields."""
        for field, states in self.mapping(data, pointer).items():
            place = f"{pointer}/{escape(field)}"
            moves = {
                state_text(state): self.move(collection, str(field), move, f"{place}/{escape(state)}")
                for state, move in self.mapping(states, place).items()
            }
            failing = {state: move.failing or move for state, move in moves.items()}
            for start in moves:
                self.ends(start, moves, place)
                self.ends(start, failing, place)
            yield Becoming(str(field), moves)

    def move(self, collection: str, field: str, data: Any, pointer: str) -> Move:
        """One move: after how long, to which value, with what else."""
        data = self.mapping(data, pointer, _MOVE)
        for word in ("after", "is"):
            if word not in data:
                raise self.wrong(pointer, f"`{word}` is missing", "write {after: PT30S, is: done}")
        after = str(data["after"])
        length = self.periods[after] if after in self.periods else self.span(after, f"{pointer}/after")
        move = self.end(collection, field, length, data, pointer)
        if "fails" not in data:
            return move
        failing = self.failure(collection, field, length, data["fails"], f"{pointer}/fails")
        return replace(move, failing=failing)

    def failure(self, collection: str, field: str, after: int, data: Any, pointer: str) -> Move:
        """What a job that fails becomes instead; a text instead of an object is its state."""
        data = self.mapping(data, pointer, _FAILURE) if isinstance(data, Mapping) else {"is": data}
        if "is" not in data:
            raise self.wrong(pointer, "`is` is missing", "write fails: failed, or {is: failed, set: {...}}")
        return self.end(collection, field, after, data, pointer)

    def end(self, collection: str, field: str, after: int, data: Mapping[str, Any], pointer: str) -> Move:
        """The end of a move: its value, with what else."""
        sets = self.constants(data.get("set") or {}, f"{pointer}/set")
        told = tuple(self.notifications(data.get("notify") or {}, f"{pointer}/notify"))
        if told:
            self.moments += (Moment(collection, field, data["is"], told),)
        return Move(after, data["is"], {name: NOW if value == "$now" else value for name, value in sets.items()})

    def ends(self, start: str, moves: Mapping[str, Move], pointer: str) -> None:
        """Raise BehaviourError where a state comes again: time goes one way."""
        seen, state = [start], state_text(moves[start].value)
        while state in moves:
            if state in seen:
                raise self.wrong(f"{pointer}/{escape(state)}", f"{' -> '.join((*seen, state))} goes round in a circle")
            seen.append(state)
            state = state_text(moves[state].value)

    def notifications(self, data: Any, pointer: str, operation: str = "") -> Iterator[Notification]:
        """The webhooks, or callbacks, that are sent; a text instead of an object says to whom."""
        for name, told in self.mapping(data, pointer).items():
            place = f"{pointer}/{escape(name)}"
            known = outgoing_names(self.contract.outgoing, operation)
            if name not in known:
                raise self.wrong(place, f"the contract has no webhook or callback {name!r}", did_you_mean(name, known))
            more = self.mapping({"to": told} if isinstance(told, str) else told, place, _NOTIFICATION)
            if "to" not in more:
                raise self.wrong(place, "`to` is missing", "write to: $subscriptions.url, or $record.callbackUrl")
            body = self.reply(more["body"], f"{place}/body") if "body" in more else None
            yield Notification(known[name].id, self.told(more["to"], more.get("where"), place), body)

    def told(self, to: Any, where: Any, pointer: str) -> Value | Subscribers:
        """The receivers: the value of an expression, or what the records of a collection have in a field."""
        match = _RECORDS.fullmatch(to) if isinstance(to, str) else None
        if match is not None and match["collection"] in self.collections and match["collection"] not in ROOTS:
            query = self.query(match["collection"], where or {}, f"{pointer}/where", listing=True)
            return Subscribers(query, tuple(match["field"].split(".")))
        if where is not None:
            raise self.wrong(f"{pointer}/where", "`where` chooses records, and `to` names no collection of them")
        return self.value(to, f"{pointer}/to")

    def schedule(self, data: Any, pointer: str) -> Schedule:
        """When failed deliveries are tried again."""
        told = self.mapping(data, pointer, _SCHEDULE)
        spans = {name: self.span(told[name], f"{pointer}/{name}") for name in _SPANS if name in told}
        for name in ("attempts", "factor"):
            if name in told and not (type(told[name]) is int and 1 <= told[name] <= 100):
                raise self.wrong(f"{pointer}/{name}", f"{told[name]!r} isn't a number from 1 to 100")
        counts = {name: told[name] for name in ("attempts", "factor") if name in told}
        return Schedule(**counts, **spans)
