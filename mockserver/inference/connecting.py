"""Made-up records that belong together: a reference leads to a record that exists, an embedded one is that record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from mockserver.state.lazy import Lazy
from mockserver.state.references import Reference, member_at, referring, values_of

Record = dict[str, Any]
Records = Mapping[str, list[Record]]
Parents = Mapping[str, Sequence[tuple[str, str]]]
"""By collection: the fields that hold the key of a parent, each with the parent's collection."""
_ROUNDS: Final = 2  #: a record that embeds another shows what that one refers to


def connected(
    records: Records,
    references: Mapping[str, Sequence[Reference]],
    parents: Parents,
    stays_valid: Callable[[str, Record, Record], bool],
) -> Records:
    """The records with every reference set, as far as they stay valid."""
    level: Records = records
    for _ in range(_ROUNDS):
        level = Lazy(records, _Connector(records, level, references, parents, stays_valid).all_of)
    return Lazy(records, _Connector(records, level, references, parents, stays_valid).valid)


class _Connector:
    """Sets references of made records to those of one round before."""

    def __init__(
        self,
        made: Records,
        records: Records,
        references: Mapping[str, Sequence[Reference]],
        parents: Parents,
        stays_valid: Callable[[str, Record, Record], bool],
    ) -> None:
        self.made, self.records = made, records
        self.references, self.parents, self.stays_valid = references, parents, stays_valid

    def all_of(self, name: str) -> list[Record]:
        """The records of a collection, with every reference set."""
        return [self._whole(name, place, made) for place, made in enumerate(self.made[name])]

    def _whole(self, name: str, place: int, record: Record) -> Record:
        for reference in self._own(name):
            record = self._set(name, place, record, reference)
        return record

    def valid(self, name: str) -> list[Record]:
        """The records of a collection with all their references, or with those with which they are valid."""
        return [self._valid(name, place) for place in range(len(self.made[name]))]

    def _valid(self, name: str, place: int) -> Record:
        made, whole = self.made[name][place], self.records[name][place]
        if whole == made or self.stays_valid(name, made, whole):
            return whole
        for reference in self._own(name):
            changed = self._set(name, place, made, reference)
            made = changed if changed != made and self.stays_valid(name, made, changed) else made
        return made

    def _own(self, name: str) -> list[Reference]:
        """The references of a collection, but for those that the path of its records sets."""
        linked = {field for field, _ in self.parents.get(name, ())}
        return [one for one in self.references.get(name, ()) if one.path[0] not in linked]

    def _set(self, name: str, place: int, record: Record, reference: Reference) -> Record:
        held = record.get(reference.path[0])
        children = (
            self._children(name, record, reference) if isinstance(held, list) and len(reference.path) == 1 else None
        )
        targets = self._targets(name, place, reference) if children is None else children
        if targets:
            if children is not None and isinstance(held, list) and held:
                record = {**record, reference.path[0]: [held[0]] * len(targets)}
            return referring(
                record, reference, lambda number: targets[number % len(targets)], distinct=children is None
            )
        return self._without(name, record, reference, empty=children is not None)

    def _targets(self, name: str, place: int, reference: Reference) -> list[Record]:
        """The records that a reference may lead to, the one to choose first."""
        several = self.records.get(reference.collection, [])
        if reference.collection == name and (len(reference.path) > 1 or reference.own):
            return [self.records[name][place]]
        if reference.collection == name:
            several = several[:place]
        parent = self._by_parent(name, place, reference)
        if parent is not None:
            return [parent]
        start = place % len(several) if several else 0
        return [*several[start:], *several[:start]]

    def _by_parent(self, name: str, place: int, reference: Reference) -> Record | None:
        """The parent itself, or the record that the parent refers to as well: what belongs together agrees."""
        for _, parent in self.parents.get(name, ()):
            above = self.records.get(parent) or ()
            if not above:
                continue
            record = above[place % len(above)]
            if parent == reference.collection:
                return record
            for shared in self._linked(parent):
                keys = list(values_of(record, shared)) if shared.collection == reference.collection else []
                several = self.records.get(reference.collection, ()) if keys else ()
                found = next((one for one in several if member_at(one, shared.field.split(".")) == keys[0]), None)
                if found is not None:
                    return found
        return None

    def _linked(self, name: str) -> list[Reference]:
        """The references that are one field of a record."""
        return [one for one in self.references.get(name, ()) if len(one.path) == 1]

    def _children(self, name: str, record: Record, reference: Reference) -> list[Record] | None:
        """The records of a child collection that belong to a record; None where the other collection has no parents."""
        back = [one for one in self._linked(reference.collection) if one.collection == name]
        fields = [(one.path[0], one.field) for one in back]
        fields += [(field, "") for field, parent in self.parents.get(reference.collection, ()) if parent == name]
        if not fields or reference.collection == name:
            return None
        own = {key for _, key in fields if key}
        keys = [member_at(record, key.split(".")) for key in own] or [record.get("id")]
        several = self.records.get(reference.collection, [])
        return [one for one in several if any(one.get(field) in keys for field, _ in fields)]

    def _without(self, name: str, record: Record, reference: Reference, *, empty: bool) -> Record:
        """The record without a reference that leads nowhere: null, nothing, or an empty list."""
        field, *rest = reference.path
        if rest or field not in record:
            return record
        options = [{**record, field: []}] if empty else []
        options += [{**record, field: None}, {key: value for key, value in record.items() if key != field}]
        return next((one for one in options if self.stays_valid(name, record, one)), record)
