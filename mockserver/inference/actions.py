"""What a record is after an action on it: `cancel` makes its status `cancelled`, `archive` makes `archived` true.

Only words that a schema has are written: a member of an enum, or a boolean, that says what the verb of the path does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from mockserver.contract.schemas.naming import plain, words
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import sayable, without
from mockserver.inference.resources import Resource
from mockserver.inference.routes import Route
from mockserver.inference.sending import Sending

Data = dict[str, Any]
_RUNNING: Final = ("running", "started", "inprogress", "processing", "active", "on")
_ENDED: Final = ("stopped", "inactive", "off", "exited")
_DONE: Final = ("completed", "complete", "done", "finished", "succeeded")
_ACTIVE: Final = ("active", "enabled", "open", "live", "running")
_STATES: Final[Mapping[str, tuple[str, ...]]] = {
    "activate": ("active", "enabled"), "enable": ("active", "on"), "disable": ("inactive", "off"),
    "deactivate": ("inactive", "disabled"), "start": _RUNNING, "run": _RUNNING, "launch": _RUNNING, "begin": _RUNNING,
    "boot": _RUNNING, "resume": _RUNNING, "restart": _RUNNING, "poweron": _RUNNING, "stop": _ENDED,
    "shutdown": _ENDED, "poweroff": _ENDED, "pause": ("suspended", "onhold"), "suspend": ("inactive",),
    "hold": ("held", "onhold"), "complete": _DONE, "finish": _DONE, "end": ("ended", *_DONE), "pay": ("paid",),
    "send": ("sent",), "withdraw": ("withdrawn",), "abort": ("canceled", "cancelled"),
    "terminate": ("canceled", "cancelled", "ended"), "fulfill": ("fulfilled",), "capture": ("succeeded", "paid"),
    "verify": ("active",), "publish": ("live",), "reopen": ("open",), "restore": _ACTIVE, "reinstate": _ACTIVE,
    "hide": ("hidden",), "show": ("visible", "shown"), "freeze": ("frozen",), "take": ("taken",), "build": ("built",),
    "win": ("won",), "lose": ("lost",), "trash": ("deleted",), "quit": _ENDED, "submit": ("pending", "inreview"),
    "deny": ("rejected",), "decline": ("rejected",), "deliver": ("complete",), "queue": ("pending",),
}  # fmt: skip
"""What a record is after a verb whose participle says it otherwise."""
_OPPOSITES: Final[Mapping[str, str]] = {
    "disable": "enable", "hide": "show", "show": "hide", "close": "open", "reopen": "close", "open": "close",
    "stop": "start", "resume": "pause", "restore": "delete", "pause": "run", "reject": "approve", "decline": "accept",
    "thaw": "freeze", "suspend": "activate", "resolve": "open", "archive": "activate",
}  # fmt: skip
_AWAY: Final = ("un", "de", "dis")
_SETTING: Final = frozenset({
    "assign", "rename", "move", "transfer", "set", "change", "update", "edit", "schedule", "reschedule", "configure",
    "transition", "label", "tag", "status", "state", "settings", "title", "name", "description",
})  # fmt: skip
"""Actions that change what they are sent, whatever it is."""
_NUMBERS: Final = frozenset({"integer", "number"})
_AROUND: Final = frozenset({"mark", "as", "set", "make", "do", "is", "to", "has", "been", "was", "now"})
_MEMBERS: Final = frozenset({"status", "state", "phase", "stage", "lifecycle"})
_VOWELS: Final = "aeiou"


class Actions:
    """Reads the last segment of a path as a verb, and says which fields of the record it changes."""

    def __init__(self, schemas: Schemas, sending: Sending) -> None:
        self.schemas, self.sending = schemas, sending

    def changes(self, route: Route, resource: Resource) -> Data:
        """The fields that an action changes, with their values; empty where no word of the schema says any."""
        verb = _verb_of(route.shape[-1], resource.name)
        if not verb or route.method == "GET":
            return {}
        made, unmade = tuple(states_after(verb)), tuple(_undone(verb))
        if route.method == "DELETE":  # `DELETE /issues/{id}/lock` undoes what PUT does
            made, unmade = unmade, made
        fields = dict(self._fields(resource.record, made, unmade)) | self._within(resource, made, unmade)
        if route.method == "DELETE":
            return fields
        fields |= dict(self._moments(resource, made))
        given = self._given(route, resource)
        return fields | (given if fields or verb in _SETTING else self._references(given, resource.record))

    def _references(self, given: Data, record: LocatedSchema) -> Data:
        """Those of the given fields that name another record: a card is attached to its customer."""
        known = self.schemas.members(record)
        return {
            name: value
            for name, value in given.items()
            if words(name)[-1] in ("id", "ids") or self.schemas.types(known[name]) >= {"string", "object"}
        }

    def _given(self, route: Route, resource: Resource) -> Data:
        """The fields that a request gives an action by their names. A number may be a part of the record's own, as
        the amount of a refund is, and changes nothing."""
        known = self.schemas.members(resource.record)
        given = self.sending.by_name(route.operation, resource)
        return {name: value for name, value in given.items() if not self.schemas.types(known[name]) & _NUMBERS}

    def _within(self, resource: Resource, made: Sequence[str], unmade: Sequence[str]) -> Data:
        """The same of an object that says in which state a record is, merged into it: `State.Running`."""
        members = self.schemas.members(resource.record).items()
        states = {name: one for name, one in members if words(name)[-1:] and words(name)[-1] in _MEMBERS}
        fields = {name: dict(self._fields(one, made, unmade)) for name, one in states.items()}
        known = {name: inner for name, inner in fields.items() if inner}
        return {"*": known} if known else {}

    def _fields(self, schema: LocatedSchema, made: Sequence[str], unmade: Sequence[str]) -> Iterator[tuple[str, Any]]:
        for name, member in self.schemas.members(schema).items():
            if not sayable(name):
                continue
            types = self.schemas.types(member)
            if types == {"boolean"}:
                said = _flag(name)
                if said in made or said in unmade:
                    yield name, said in made
            elif types == {"string"} and words(name)[-1:] and words(name)[-1] in _MEMBERS:
                state = self._state(member, made)
                if state is not None:
                    yield name, state

    def _state(self, member: LocatedSchema, made: Sequence[str]) -> str | None:
        """The value of the enum that says what the record is; None where none does."""
        known = [value for values in self.schemas.each(member, "enum") for value in values if isinstance(value, str)]
        by_name = {plain(value): value for value in reversed(known)}
        return next((by_name[state] for state in made if state in by_name), None)

    def _moments(self, resource: Resource, made: Sequence[str]) -> Iterator[tuple[str, Any]]:
        """The fields for the time at which it was done: `cancelled_at`."""
        for name, member in self.schemas.members(resource.record).items():
            *said, last = words(name) or ("",)
            if last not in ("at", "on", "date", "time") or "".join(said) not in made or not sayable(name):
                continue
            form = self.schemas.form(name, member)
            if form is not None:
                yield name, f"$now.{form}" if form else "$now"


def states_after(verb: str) -> Iterator[str]:
    """What a record may be called after a verb, the most likely first: `cancelled` and `canceled` for `cancel`."""
    yield from _participles(verb)
    yield from _STATES.get(verb, ())
    stem = verb.removeprefix("re")
    if stem != verb and len(stem) > 2:
        yield from _participles(stem)
        yield from _STATES.get(stem, ())
    if verb.startswith(_AWAY[0]) and verb not in _STATES:
        yield from _ACTIVE
    yield verb


def _undone(verb: str) -> Iterator[str]:
    """What a record no longer is after a verb: `locked` after `unlock`."""
    stem = _stem(verb)
    if stem is not None:
        yield from (*_participles(stem), *_STATES.get(stem, ()), stem)
    opposite = _OPPOSITES.get(verb)
    if opposite is not None:
        yield from (*_participles(opposite), *_STATES.get(opposite, ()), opposite)
    yield f"un{verb}"
    yield from (f"un{participle}" for participle in _participles(verb))


def _stem(verb: str) -> str | None:
    """`lock` of `unlock`."""
    return next((verb.removeprefix(one) for one in _AWAY if verb.startswith(one) and len(verb) > len(one) + 2), None)


def _participles(verb: str) -> Iterator[str]:
    """Spellings of a verb's participle. Wrong ones do no harm: only words of the schema are chosen."""
    if verb.endswith("e"):
        yield f"{verb}d"
    elif verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        yield f"{verb[:-1]}ied"
    else:
        if len(verb) > 2 and verb[-2] in _VOWELS and verb[-1] not in (*_VOWELS, "w", "x", "y"):
            yield f"{verb}{verb[-1]}ed"
        yield f"{verb}ed"


def _verb_of(action: str, collection: str) -> str:
    """The verb that a segment says: `cancel` of `cancel-order` and `:cancel`, `paid` of `mark-as-paid`."""
    spoken = tuple(word for word in words(action) if word not in _AROUND) or words(action)
    rest = without(spoken, collection) if len(spoken) > 1 else spoken
    return "".join(rest)


def _flag(name: str) -> str:
    """What a boolean says of its record: `archived` of `isArchived`."""
    return "".join(word for word in words(name) if word not in _AROUND)
