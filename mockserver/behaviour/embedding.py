"""Lists in records that have the records of another collection: whichever side a request writes, the other follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from mockserver.behaviour.values import MISSING, Scope
from mockserver.behaviour.vocabulary import Behaviours, Changed, Embedding
from mockserver.contract.operations.operation import ABSENT
from mockserver.state.collection import Record, text_of
from mockserver.state.world import Collections

_ROUNDS = 4
"""How deep lists in lists are followed."""


class Run(Protocol):
    """The run of a behaviour: the collections so far, and how they change."""

    collections: Collections
    scope: Scope
    behaviours: Behaviours
    changes: list[Changed]

    def drop(self, name: str, record: Record) -> None:
        """Remove a record."""

    def put(self, name: str, record: dict[str, Any]) -> Record:
        """Store a record."""

    def make(self, name: str, sent: Mapping[str, Any], fields: Mapping[str, Any], fills: tuple[str, ...]) -> Record:
        """Create a record."""

    def renew(self, name: str, old: Record, new: dict[str, Any]) -> None:
        """Store a record in the place of another."""


def follow(run: Run, lists: Mapping[str, Sequence[Embedding]]) -> None:
    """Bring the other side up to date with what a request changed; the run's records are those that are then stored."""
    first = 0
    for _ in range(_ROUNDS):
        changes, first = run.changes[first:], len(run.changes)
        touched = dict.fromkeys(one.collection for one in changes)
        for embedding in dict.fromkeys(one for name in touched for one in lists.get(name, ())):
            _Follower(run, embedding).after(changes)
        if len(run.changes) == first:
            return


def owner_of(run: Run, collection: str, record: Record) -> Any:
    """The record in whose list a record is; MISSING where there is none."""
    for one in (one for one in run.behaviours.lists.get(collection, ()) if one.list.collection == collection):
        key = (run.collections[one.owner].rules.key, record.get(one.list.link, ABSENT))
        found = run.collections[one.owner].first((key,) if one.list.link else (), run.scope.now)
        if found is not None:
            return found
    return MISSING


class _Follower:
    """One list of one collection, in the run of one request."""

    def __init__(self, run: Run, embedding: Embedding) -> None:
        self.run, self.embedding = run, embedding
        self.owner, self.field = embedding.owner, embedding.list.field
        self.items, self.link = embedding.list.collection, embedding.list.link

    def after(self, changes: Sequence[Changed]) -> None:
        """Write the records of the lists that changed, and the lists of the records that changed."""
        own = [one.after for one in changes if one.collection == self.owner and one.after and self.is_written(one)]
        for record in own:
            self.write_items(record)
        touched = {text_of(key): key for record in own for key in [self.key(record)]}
        touched |= {text_of(key): key for one in changes if one.collection == self.items for key in self.keys(one)}
        for key in touched.values():
            self.write_list(key)

    def is_written(self, change: Changed) -> bool:
        """Whether a change of the record changed its list."""
        before, after = change.before or {}, change.after or {}
        return bool(before.get(self.field, ABSENT) != after.get(self.field, ABSENT))

    def key(self, record: Record) -> Any:
        return self.run.collections[self.owner].rules.key_of(record) if self.link else ""

    def keys(self, change: Changed) -> Iterator[Any]:
        """The keys of the records in whose list a changed record was or is."""
        for record in (change.before, change.after):
            if record is not None and (not self.link or self.link in record):
                yield record[self.link] if self.link else ""

    def those_of(self, key: Any) -> list[Record]:
        filters = ((self.link, key),) if self.link else ()
        return self.run.collections[self.items].matching(filters)

    def shown(self, record: Record) -> dict[str, Any]:
        """An item of the list: the record without what is its own affair."""
        declared = self.run.behaviours.shapes[self.items].declared
        return {name: value for name, value in record.items() if not declared or name in declared}

    def write_items(self, owner: Record) -> None:
        """Make the records of what the list has; one whose key is sent keeps what isn't."""
        key, sent = self.key(owner), owner.get(self.field, [])
        old = self.those_of(key)
        if not isinstance(sent, list) or not all(isinstance(item, Mapping) for item in sent):
            return
        if sent == [self.shown(record) for record in old]:
            return
        rules = self.run.collections[self.items].rules
        known = {text_of(rules.key_of(record)): record for record in old}
        for record in old:
            self.run.drop(self.items, record)
        for item in sent:
            before = known.pop(text_of(rules.key_of(item)), None) if rules.key_of(item) is not ABSENT else None
            link = {self.link: key} if self.link else {}
            if before is not None:
                self.run.put(self.items, {**before, **item, **link})
            else:
                self.run.make(self.items, item, link, self.embedding.fills)

    def write_list(self, key: Any) -> None:
        """Give the owner the list of the records that there are."""
        owners = self.run.collections[self.owner]
        owner = owners.first(((owners.rules.key, key),) if self.link else (), self.run.scope.now)
        if owner is None or (not isinstance(owner.get(self.field, []), list)):
            return
        records = [self.shown(record) for record in self.those_of(key)]
        if owner.get(self.field, []) != records:
            self.run.renew(self.owner, owner, {**owner, self.field: records})
