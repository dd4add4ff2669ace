"""The records that answers show: the replies of the model, read backwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract_tests.core.answer import Answer
from contract_tests.core.model import Behaviour, Model, Query, Steps, dig, root
from contract_tests.core.words import ABSENT

"""What stands where an answer or a record has no such value."""

Record = dict[str, Any]
Name = tuple[str, str]
"""A record's collection and its key as text."""


@dataclass
class Shown:
    """What the target showed: records by name, the answer that showed each first, and which fields a read shows."""

    model: Model
    records: dict[Name, Record] = field(default_factory=dict)
    sources: dict[Name, Answer] = field(default_factory=dict)
    whole: dict[str, set[str]] = field(default_factory=dict)  #: keys by collection of the records read by themselves
    fields: dict[str, set[tuple[str, str]]] = field(default_factory=dict)  #: by operation: collection and field
    restless: set[tuple[str, str]] = field(default_factory=set)  #: collection and field that two answers show otherwise

    def learn(self, behaviour: Behaviour, values: Mapping[str, str], answer: Answer) -> None:
        """Take in the records of one answer; where two answers show the same field, the first one counts."""
        for collection, record, known in views(behaviour, values, answer.json):
            key = record.get(self.model.collections[collection].key)
            if not isinstance(key, str | int) or isinstance(key, bool):
                continue
            name = (collection, str(key))
            held = self.records.setdefault(name, {})
            for part, value in {**record, **{p: v for p, v in known.items() if p not in record}}.items():
                if held.setdefault(part, value) != value:
                    self.restless.add((collection, part))
            self.sources.setdefault(name, answer)
            if behaviour.find and collection == behaviour.find.collection:
                self.whole.setdefault(collection, set()).add(str(key))
            self.fields.setdefault(behaviour.operation, set()).update((collection, part) for part in record)

    def of(self, collection: str) -> list[Record]:
        """The records of a collection."""
        return [record for (where, _), record in self.records.items() if where == collection]


def views(behaviour: Behaviour, values: Mapping[str, str], answer: Any) -> Iterator[tuple[str, Record, Record]]:
    """Each record in an answer: its collection, what is shown of it, and what the request implies of it."""
    known = fields_required_by(behaviour.find, values, {}) if behaviour.find else {}
    found = known
    for path, expression in behaviour.reply.items():
        value = dig(answer, path)
        if expression == "$record" and behaviour.find and isinstance(value, Mapping):
            found = {**known, **(own := own_fields(value, path, behaviour))}
            yield behaviour.find.collection, own, known
    for path, expression in behaviour.reply.items():
        value = dig(answer, path)
        if expression == "$records" and behaviour.list and isinstance(value, list):
            implied = fields_required_by(behaviour.list, values, found)
            for item in value:
                if isinstance(item, Mapping):
                    yield behaviour.list.collection, own_fields(item, path, behaviour), implied


def fields_required_by(query: Query, values: Mapping[str, str], record: Mapping[str, Any]) -> Record:
    """The fields that a record must have to be found by a query."""
    implied = {}
    for name, expression in query.filters.items():
        kind, part = root(expression)
        value = values.get(part, ABSENT) if kind == "path" else record.get(part, ABSENT) if kind == "record" else ABSENT
        if value is not ABSENT and "." not in name:
            implied[name] = value
    return implied


def own_fields(record: Mapping[str, Any], path: Steps, behaviour: Behaviour) -> Record:
    """A record as it is shown at a place of an answer, without what the reply puts into it from elsewhere."""
    inner = {other[len(path)] for other in behaviour.reply if len(other) > len(path) and other[: len(path)] == path}
    return {name: value for name, value in record.items() if name not in inner}
