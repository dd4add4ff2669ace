"""A world's log: what each commit changed, as bytes from which every process makes the same world.

An entry lays records over the world before it, or over the fixtures as of an instant. Only what differs is written, so
that an entry costs what was changed, however many records there are. An entry over the fixtures is a snapshot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Protocol

import msgspec

from mockserver.clock import RUNNING, WorldClock
from mockserver.state.collection import Collection, Record, Stored, identity_of
from mockserver.state.lazy import Lazy
from mockserver.state.rules import CollectionRules
from mockserver.state.world import Collections, World

Touched = dict[str, set[str]]
"""The keys of the records that differ from the fixtures, or have differed, by collection."""
Part = tuple[int, dict[str, tuple[int, Any] | None]]
"""What changed in a collection: the place of its next record, and by key a record with its place, or None."""


class Change(Protocol):
    """A record before and after a behaviour has run."""

    @property
    def collection(self) -> str:
        """The name of the collection."""

    @property
    def before(self) -> Record | None:
        """The record before; None where it was not there."""

    @property
    def after(self) -> Record | None:
        """The record after; None where it is removed."""


class Bases(Protocol):
    """The fixtures as worlds."""

    def __call__(self) -> World:
        """The world that a new one starts as now."""

    def at(self, instant: int) -> World:
        """The world that one started as whose `base` is this instant."""


class FaultForm(Protocol):
    """Faults as plain values and back, and the counts by which a request has changed them."""

    def pack(self, faults: tuple[Any, ...]) -> list[Any]:
        """Faults as plain values."""

    def unpack(self, values: list[Any]) -> tuple[Any, ...]:
        """The faults that plain values stand for."""

    def counted(self, before: tuple[Any, ...], after: tuple[Any, ...]) -> list[Any] | None:
        """What one request has counted, as plain values; None where more has changed than that."""

    def recounted(self, before: tuple[Any, ...], counts: list[Any]) -> tuple[Any, ...]:
        """The faults after such a request."""


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One entry of a log."""

    base: int | None  #: the instant of the fixtures over which the records lie; None for the world before
    step: int
    seed: str
    clock: tuple[int, int | None]
    faults: list[Any] | None  #: None where they are as before
    parts: dict[str, Part]
    counts: list[Any] | None = None  #: of the faults of the world before, where a request has only counted there
    aside: dict[str, Part] | None = None  #: the same as `parts`, of what the mock itself remembers


def _plain(value: Any) -> Any:
    """What msgspec can write of a value that it doesn't know."""
    if type(value) is MappingProxyType or isinstance(value, Mapping):  # the first is quicker
        return dict(value)
    if isinstance(value, bytes):
        return bytes(value)
    raise TypeError(f"a {type(value).__name__} can't be kept in a store: it isn't a JSON value")


_msgpack, _json = msgspec.msgpack.Encoder(enc_hook=_plain), msgspec.json.Encoder(enc_hook=_plain)


def pack(value: Any) -> bytes:
    """A value that becomes an array, as bytes: MessagePack, or JSON where an integer has more than 64 bits."""
    try:
        return _msgpack.encode(value)
    except OverflowError:
        return _json.encode(value)


def unpacker(kind: Any) -> Any:
    """A function that reads what `pack` wrote of a type."""
    from_msgpack, from_json = msgspec.msgpack.Decoder(kind).decode, msgspec.json.Decoder(kind).decode
    return lambda data: from_json(data) if data[:1] == b"[" else from_msgpack(data)


_entry = unpacker(Entry)


class Log:
    """Writes and reads the entries of the worlds of one mock."""

    def __init__(self, bases: Bases, faults: FaultForm) -> None:
        self.bases, self.faults = bases, faults

    def change(self, before: World, after: World, changes: Iterable[Change] | None = None) -> Entry:
        """What a commit changes. That of a request names the records that it touches, where these are known, and has
        counted each fault at most once: only the counts are written, and not all windows of a rate limit.

        A world on the fixtures of another instant is written whole.
        """
        if before.base != after.base:
            return self.whole(after)
        parts = _named(before.collections, after.collections, changes or ()) or differing(
            before.collections, after.collections
        )
        aside = _differing_aside(before.aside, after.aside)
        if after.faults is before.faults:
            return self._written(None, after, None, parts, None, aside)
        counts = None if changes is None else self.faults.counted(before.faults, after.faults)
        return self._written(None, after, after.faults if counts is None else None, parts, counts, aside)

    def whole(self, world: World, touched: Touched | None = None) -> Entry:
        """A world as what it differs in from the fixtures; `touched` names the records that can differ."""
        base = self.bases.at(world.base)
        parts = differing(base.collections, world.collections, touched)
        return self._written(world.base, world, world.faults, parts, None, _differing_aside(base.aside, world.aside))

    def _written(
        self,
        base: int | None,
        world: World,
        faults: tuple[Any, ...] | None,
        parts: dict[str, Part],
        counts: list[Any] | None,
        aside: dict[str, Part] | None,
    ) -> Entry:
        clock = (world.clock.offset, world.clock.frozen)
        packed = None if faults is None else self.faults.pack(faults)
        return Entry(base, world.step, world.seed, clock, packed, parts, counts, aside)

    def read(self, data: bytes) -> Entry:
        """The entry that was written as these bytes."""
        entry: Entry = _entry(data)
        return entry

    def applied(self, name: str, before: World | None, entry: Entry) -> World:
        """The world that an entry makes of the one before it."""
        under = before if entry.base is None else self.bases.at(entry.base)
        if under is None:
            raise ValueError("the log begins with a change")
        changed = {part: _laid(under.collections.get(part), part, *what) for part, what in entry.parts.items()}
        clock = RUNNING if entry.clock == (0, None) else WorldClock(*entry.clock)
        faults = under.faults if entry.faults is None else self.faults.unpack(entry.faults)
        if entry.counts is not None:
            faults = self.faults.recounted(faults, entry.counts)
        collections = under.collections | changed if changed else under.collections
        aside = under.aside
        if entry.aside:
            aside = {**aside, **{part: _laid(aside.get(part), part, *what) for part, what in entry.aside.items()}}
        return World(name, collections, clock, faults, entry.seed, entry.step, under.base, aside)


def note_touched(touched: Touched, entry: Entry) -> Touched:
    """The records that can differ from the fixtures once this entry is applied too."""
    known = touched if entry.base is None else {}
    for name, (_, records) in entry.parts.items():
        known.setdefault(name, set()).update(records)
    return known


def _named(before: Collections, after: Collections, changes: Iterable[Change]) -> dict[str, Part]:
    """The collections that changes name, with the records that they name."""
    parts: dict[str, Part] = {}
    for change in changes:
        name = change.collection
        new = after[name]
        if new is before.get(name):
            continue
        part = parts.get(name)
        if part is None:
            part = parts[name] = (new.next, {})
        for record in (change.before, change.after):
            if record is not None:
                key = identity_of(new.rules, record)
                part[1][key] = new.records.get(key)
    return parts


def differing(before: Collections, after: Collections, touched: Touched | None = None) -> dict[str, Part]:
    """The collections that differ, with the records that do: among the touched ones, where these are known."""
    known = after.known if isinstance(after, Lazy) else after
    parts: dict[str, Part] = {}
    for name in known if touched is None else touched:
        new, old = known[name], before.get(name)
        if new is not old:
            under = old or Collection(new.rules)
            records = _differing(under, new, None if touched is None else touched[name])
            if records or under.next != new.next:
                parts[name] = (new.next, records)
    return parts


def _differing_aside(before: Mapping[str, Collection], after: Mapping[str, Collection]) -> dict[str, Part] | None:
    """What differs in the collections that the mock keeps for itself; a world may have none of them yet, or no more."""
    if after is before:
        return None
    emptied = {name: Collection(collection.rules) for name, collection in before.items() if name not in after}
    return differing(dict(before), {**after, **emptied}) or None


def _differing(old: Collection, new: Collection, keys: Iterable[str] | None) -> dict[str, tuple[int, Any] | None]:
    was, becomes = old.records, new.records
    if keys is not None:
        pairs = ((key, was.get(key), becomes.get(key)) for key in keys)
        return {key: stored for key, before, stored in pairs if stored is not before and stored != before}
    found: dict[str, tuple[int, Any] | None] = {}
    for key, stored in becomes.items():
        before = was.get(key)
        if before is not stored and before != stored:
            found[key] = stored
    found.update((key, None) for key in was if key not in becomes)
    return found


def _laid(under: Collection | None, name: str, following: int, records: Mapping[str, Stored | None]) -> Collection:
    """A collection with these records; one that no behaviour knows is kept as it was written."""
    collection = Collection(CollectionRules(name)) if under is None else under
    for key, stored in records.items():
        collection = collection.laid(key, stored)
    return msgspec.structs.replace(collection, next=following)
