"""Recorded records as the contract allows them: a backend with defects shows records that no mock may have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from mockserver.contract.contract import Contract
from mockserver.contract.schemas.view import members, required
from mockserver.errors import Violation
from mockserver.generate.errors import Unsatisfiable
from mockserver.generate.generator import Generator

_ROUNDS: Final = 3
"""A value that is put in may break another schema that shows the record."""
_FIRST: Final = re.compile(r"[^.\[]+")


class Change(msgspec.Struct, frozen=True):
    """What was changed of a record, and why."""

    record: str  #: collection and key
    field: str
    why: str
    instead: Any = msgspec.UNSET  #: the value that stands there now; UNSET where the field was left out

    def __str__(self) -> str:
        end = "left out" if self.instead is msgspec.UNSET else f"{msgspec.json.encode(self.instead).decode()} instead"
        return f"{self.record}: {self.field} {self.why}: {end}"


class Fitting:
    """Makes records fit the schemas that show them."""

    def __init__(self, contract: Contract, schemas: Sequence[Any]) -> None:
        self._contract, self._generator = contract, Generator(contract.view)
        self._schemas = [(schema, members(schema, contract.view)) for schema in schemas]
        self._required = {name for schema in schemas for name in required(schema, contract.view)}

    def fitted(self, name: str, record: Mapping[str, Any]) -> tuple[dict[str, Any], list[Change]]:
        """A record of that name without what the contract forbids: another value where a field is required."""
        whole, changes = dict(record), {}
        for _ in range(_ROUNDS):
            wrong = self._wrong(whole)
            for field, (violation, schema) in wrong.items():
                instead = self._value(name, field, schema) if field in self._required else msgspec.UNSET
                if instead is msgspec.UNSET:
                    whole.pop(field, None)
                else:
                    whole[field] = instead
                changes[field] = Change(name, field, violation.message, instead)
            if not wrong:
                break
        return whole, list(changes.values())

    def _value(self, name: str, field: str, schema: Any) -> Any:
        try:
            return self._generator.value(schema, f"{name}/{field}", field)
        except Unsatisfiable:
            return msgspec.UNSET

    def _wrong(self, record: Mapping[str, Any]) -> dict[str, tuple[Violation, Any]]:
        """The fields that break a schema, with the first violation of each and the field's schema."""
        wrong: dict[str, tuple[Violation, Any]] = {}
        for schema, known in self._schemas:
            shown = {name: value for name, value in record.items() if name in known} if known else record
            for violation in self._contract.violations(schema, shown, place=""):
                first = _FIRST.search(violation.place)
                if first is not None and first[0] in known:
                    wrong.setdefault(first[0], (violation, known[first[0]]))
        return wrong
