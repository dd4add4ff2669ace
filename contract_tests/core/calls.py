"""Valid calls of operations: those of a user who is let in succeed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from contract_tests.core.answer import Answer
from contract_tests.core.contract import Operation, is_json
from contract_tests.core.discovery import Discovery
from contract_tests.core.errors import NotChecked
from contract_tests.core.making import Records
from contract_tests.core.samples import Samples, drawn
from contract_tests.core.target import NOTHING, Target, Token, path_of
from contract_tests.core.words import query_string

FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Call:
    """A call that names a record and has a body, where the operation wants them."""

    operation: Operation
    values: tuple[str, ...]
    query: str = ""
    body: Any = NOTHING
    headers: Mapping[str, str] = field(default_factory=dict)  #: beside those that it can't do without
    is_form: bool = False  #: whether the body goes as a form, in the place of JSON

    @property
    def path(self) -> str:
        """The raw path with its query."""
        path = path_of(self.operation, self.values)
        return f"{path}?{self.query}" if self.query else path

    def send(self, target: Target, token: Token = "") -> Answer:
        """Make the call as one of the users, or as nobody."""
        declared = self.operation.declared.body.media_types if self.operation.declared.body else {}
        json_types = [name for name in declared if is_json(name) and "*" not in name]
        headers = {"Content-Type": json_types[0]} if json_types and self.body is not NOTHING else {}
        body = self.body
        if self.is_form and isinstance(body, Mapping):
            headers, body = (
                {"Content-Type": FORM},
                query_string({name: as_text(one) for name, one in body.items()}).encode(),
            )
        headers |= self.headers
        return target.request(
            self.operation.method, self.path, body=body, token=token, headers=headers, operation=self.operation
        )


@dataclass(frozen=True)
class Calls:
    """Makes calls from what the target has shown and, where it writes, what this run has made."""

    discovery: Discovery
    seed: int
    records: Records | None = None
    fills_forms: bool = False  #: whether calls are made of operations that take a form and no JSON

    def of(self, operation: Operation) -> Call:
        """A valid call; raises `NotChecked` where no record is known that it could name, or it takes no JSON."""
        samples = Samples(self.discovery.contract)
        call = Call(operation, self._values(operation), self._query(operation, samples))
        if not operation.takes_body:
            return call
        generated = samples.bodies(operation, 3, self.seed)
        form = samples.form(operation) if generated is None and self.fills_forms else None
        if form is not None:
            generated, call = drawn(form, 3, self.seed), replace(call, is_form=True)
        if generated is None:
            raise NotChecked("the operation takes no JSON")
        if not generated:
            raise NotChecked("no body of it can be generated")
        made = generated[-1]
        return replace(call, body=self.records.related(operation, made) if self.records else made)

    def _query(self, operation: Operation, samples: Samples) -> str:
        if not any(one.location == "query" for one in operation.parameters):
            return ""
        return query_string(samples.queries(operation, self.seed)[-1])

    def _values(self, operation: Operation) -> tuple[str, ...]:
        if not operation.path_names:
            return ()
        found = listed(operation)
        if self.records is not None and len(found) < len(operation.path_names):
            found |= self.records.values(operation, last=True)
        if not found.keys() >= {*operation.path_names} and not operation.is_write:
            return self.discovery.calls(operation)[0]
        if operation.method == "PUT" and self.records is not None and len(found) < len(operation.path_names):
            found = {
                **self.records.values_above(operation),
                operation.path_names[-1]: self.records.free_key(operation),
            }
        if not found.keys() >= {*operation.path_names}:
            raise NotChecked(f"no record of this run is known that {operation.id} could name")
        return tuple(found[name] for name in operation.path_names)


def as_text(value: Any) -> Any:
    """A member of a form: texts as they are, lists item by item, other values as JSON has them."""
    if isinstance(value, list):
        return [as_text(item) for item in value]
    return value if isinstance(value, str) else json.dumps(value)


def listed(operation: Operation) -> dict[str, str]:
    """Values of the path that name no record, as the contract lists them: `json` of `/search/{format}`."""
    schemas = {one.name: one.schema for one in operation.parameters if one.location == "path"}
    return {name: str(schema["enum"][0]) for name in operation.path_names
            if isinstance(schema := schemas.get(name), Mapping) and schema.get("enum")}  # fmt: skip
