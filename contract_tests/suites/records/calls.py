"""Calls the operations about one kind of records, and finds the records in what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from contract_tests.core.accepted import ACCEPTED
from contract_tests.core.action import Action
from contract_tests.core.answer import NOT_JSON, Answer
from contract_tests.core.contract import Contract
from contract_tests.core.errors import NotChecked
from contract_tests.core.jobs import followed
from contract_tests.core.making import Records
from contract_tests.core.model import dig
from contract_tests.core.pages import Reader
from contract_tests.core.target import NOTHING, Token, path_of
from contract_tests.suites.records.kinds import Kind, body_of
from contract_tests.suites.records.pacing import Pace
from contract_tests.suites.records.sending import as_declared, named
from contract_tests.suites.records.values import Values


@dataclass(frozen=True)
class Made:
    """A record that was made: the values of its path, what was sent, and what was answered."""

    values: Mapping[str, str]  #: of the path of the operation that made it, in order
    key: str
    sent: Mapping[str, Any]
    shown: Mapping[str, Any]
    answer: Answer


@dataclass
class Calls(Pace):
    """The operations about records of one kind on the target."""

    kind: Kind

    @cached_property
    def contract(self) -> Contract:
        """The contract of the run."""
        return self.run.contract

    @property
    def records(self) -> Records:
        """The records of the run, of every kind."""
        assert self.run.records is not None
        return self.run.records

    @cached_property
    def values(self) -> Values:
        """Values for its bodies."""
        return Values(self.contract, self.run.settings.seed)

    @cached_property
    def reader(self) -> Reader:
        """Reads its lists."""
        return Reader(self.target, self.contract)

    def body(self, action: Action, turn: int, *, optional: bool = True) -> Any:
        """A body for an operation, its keys new and its references leading to records that exist; or none at all."""
        if not action.operation.takes_body:
            return NOTHING
        body = self.values.body(body_of(self.contract, action), turn, optional=optional)
        is_made_by_key = action is self.kind.create and action.operation.method == "POST"
        names = sorted(self.kind.names)  # two records of one name would be taken for each other
        return self.records.related(action.operation, body, [self.kind.key, *names] if is_made_by_key else names)

    def send(
        self,
        action: Action,
        names: Mapping[str, str],
        body: Any = NOTHING,
        query: str = "",
        token: Token = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Call an operation with values for its path."""
        operation = action.operation
        path = path_of(operation, tuple(names[name] for name in operation.path_names))
        sent = dict(headers or {})
        if body is not NOTHING:
            sent["Content-Type"], body = as_declared(self.contract, action, body)
        url = f"{path}?{query}" if query else path
        answer = self.target.request(operation.method, url, body=body, headers=sent, token=token, operation=operation)
        if operation.is_write and action is not self.kind.create:
            self.is_later = answer.status == ACCEPTED and not self.run.settings.settle
            if answer.status == ACCEPTED:
                followed(self.target, answer, self.run.settings.settle)
        return answer

    def path(self, action: Action, made: Made) -> dict[str, str]:
        """The values of an operation's path that name a record."""
        by_field, above = action.fields_in_path(self.kind.name), list(made.values.values())
        if self.kind.create and self.kind.create.operation.method == "PUT":
            above = above[:-1]
        found: dict[str, str] = {}
        for at, name in enumerate(action.operation.path_names):
            if by_field.get(name) == self.kind.key:
                found[name] = made.key
            elif name in made.values:
                found[name] = made.values[name]
            elif (shown := made.shown.get(by_field.get(name, ""))) is not None:
                found[name] = str(shown)
            elif at < len(above) or by_field.get(name, self.kind.key) == self.kind.key:
                found[name] = above[at] if at < len(above) else made.key
            else:
                raise NotChecked(f"it is not known which {name} of {action.id} the record has")
        return found

    def naming(self, action: Action, made: Made, body: Any) -> Any:
        """A body for an update of a record, in which the members that name it do so."""
        find = action.behaviour.find
        if find is None or find.collection != self.kind.name or not isinstance(body, Mapping):
            return body
        return named(find, self.path(action, made), (self.kind.key, made.key), body)

    def look(self, made: Made) -> Answer:
        """The answer that shows the record: that of its read, or of its list."""
        reader = self.kind.reader
        assert reader is not None
        return self.send(reader, self.path(reader, made))

    def record_in(self, answer: Answer, made: Made) -> Mapping[str, Any] | None:
        """The record as an answer of its reader shows it."""
        reader = self.kind.reader
        assert reader is not None
        if not answer.ok:
            return None
        if reader is self.kind.read:
            return self.shown(reader, answer)
        listed = dig(answer.json, reader.place or ())
        items = listed if isinstance(listed, list) else []
        return next((item for item in items if isinstance(item, Mapping) and self.is_named(item, made.key)), None)

    def is_named(self, item: Mapping[str, Any], key: str) -> bool:
        """Whether it is the record with that key."""
        return str(item.get(self.kind.key)) == key

    def shown(self, action: Action, answer: Answer) -> Mapping[str, Any]:
        """The record in an answer; empty where it shows none."""
        value = dig(answer.json, action.place or ()) if action.place is not None else None
        return value if isinstance(value, Mapping) and answer.json is not NOT_JSON else {}
