"""What may show a record that a user can't read: the lists, searches, exports and counts of its kind.

An answer shows a record where an item of it has its key and agrees with it in all that both have. Where the refusal is
403, which says that the record is there, only the whole record counts: a list may name what one may ask for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from contract_tests.core.accepted import resolved
from contract_tests.core.answer import NOT_JSON, Answer
from contract_tests.core.calls import Call
from contract_tests.core.contract import Contract, Operation
from contract_tests.core.creation import key_of, kind, records_in
from contract_tests.core.own import READING
from contract_tests.core.samples import Samples
from contract_tests.core.schemas import declared_members, fits, item_of, kinds_of
from contract_tests.core.target import Token
from contract_tests.core.words import query_string

ABSENT, CREATED, DONE = 404, "201", 200
TEXT: Final = re.compile(r"q|query|search\w*|terms?|text|keywords?|s", re.IGNORECASE)
"""Parameters and members that take a text to look for."""
COUNT: Final = re.compile(r"(count|total)s?", re.IGNORECASE)
LONG: Final = 6  # characters of a key that stands for its record by itself


@dataclass(frozen=True)
class Kept:
    """A record that one user may read and another one, the stranger, may not."""

    call: Call
    shown: Answer
    refusal: Answer
    stranger: Token

    @property
    def key(self) -> str:
        """The value that names it in its path."""
        return self.call.values[-1]

    @property
    def folder(self) -> str:
        """The path template of its list."""
        return self.call.operation.path.rpartition("/{")[0]

    @property
    def record(self) -> Mapping[str, Any]:
        """What its owner is shown: the body, or the object in its envelope that has the key."""
        body = self.shown.json
        inner = [one for one in body.values() if isinstance(one, Mapping)] if isinstance(body, Mapping) else []
        return next((one for one in [body, *inner] if self._key_in(one) == self.key), {})

    def _key_in(self, item: Any) -> str | None:
        return key_of(item, self.call.operation.path_names[-1], kind(self.call.operation.path))

    def is_shown_in(self, answer: Answer) -> bool:
        """Whether an answer shows the record."""
        if answer.json is NOT_JSON:
            return answer.media_type.startswith("text/") and self._is_in_text(answer.body.decode("utf-8", "replace"))
        name, word = self.call.operation.path_names[-1], kind(self.call.operation.path)
        return any(self._is_shown_by(item) for item in records_in(answer.json, name, word))

    def _is_shown_by(self, item: Any) -> bool:
        mine, theirs = scalars(self.record), scalars(item)
        both = mine.keys() & theirs.keys()
        if self._key_in(item) != self.key or any(mine[name] != theirs[name] for name in both):
            return False
        if self.refusal.status != ABSENT and mine.keys() - theirs.keys():
            return False
        return len(both) > 1 or self._is_telling()

    def _is_in_text(self, text: str) -> bool:
        others = [value for value in scalars(self.record).values() if isinstance(value, str) and value != self.key]
        lines = [line for line in text.splitlines() if re.search(rf"(?<![\w-]){re.escape(self.key)}(?![\w-])", line)]
        return any(other in line for line in lines for other in others if len(other) > 1) or (
            bool(lines) and not others and self._is_telling()
        )

    def _is_telling(self) -> bool:
        return len(self.key) >= LONG and not self.key.isdigit()


def scalars(item: Any) -> dict[str, Any]:
    """The members of an object that are neither objects nor lists."""
    found = item.items() if isinstance(item, Mapping) else ()
    return {name: value for name, value in found if not isinstance(value, Mapping | list)}


def may_show(contract: Contract, operation: Operation, kept: Kept) -> bool:
    """Whether an operation reads records of the kind: by its method, or it is a POST to search; beside their list, or
    with its schema of them."""
    reads = (not operation.is_write and operation.method not in {"HEAD", "OPTIONS"}) or (
        operation.method == "POST" and READING.search(operation.path) and CREATED not in operation.statuses
    )
    above = kept.call.operation.path_names[: len(operation.path_names)]
    if not reads or operation.path_names != above or len(above) == len(kept.call.values):
        return False
    is_beside = operation.path == kept.folder or operation.path.startswith(f"{kept.folder}/")
    return is_beside or has_items_of(contract, operation, kept.call.operation)


def has_items_of(contract: Contract, listing: Operation, read: Operation) -> bool:
    """Whether the contract has the same schema for the items of an answer and for the record that is read."""
    schema, record = resolved(contract, listing, DONE), resolved(contract, read, DONE)
    lists = [schema, *declared_members(contract, schema).values()] if schema is not None else []
    items = [declared_members(contract, item) for one in lists if (item := item_of(contract, one)) is not None]
    return bool(record) and any(item and item == declared_members(contract, record) for item in items)


def askings(contract: Contract, operation: Operation, kept: Kept) -> Iterator[Call]:
    """Calls that may show the record: for all there is, and for what it has."""
    values, samples = kept.call.values[: len(operation.path_names)], Samples(contract)
    schemas = {one.name: one.schema for one in operation.parameters if one.location == "query"}
    if not operation.takes_body:
        needed = dict(next(iter(samples.queries(operation, 0)), {}))
        asked = wanted(contract, schemas, kept)
        if not any(one.required for one in operation.parameters if one.location == "query"):
            yield Call(operation, values)
        for one in asked:
            yield Call(operation, values, query_string(needed | one))
        return
    place = next(contract.json_request_schemas(operation), None)
    if place is None:
        return
    members = declared_members(contract, place.value)
    for body in ({}, *wanted(contract, members, kept)):
        if fits(contract, place, body, writing=True):
            yield Call(operation, values, body=body)


def wanted(contract: Contract, schemas: Mapping[str, Any], kept: Kept) -> list[dict[str, Any]]:
    """What to ask for so that the record is found: each member that can be chosen by, and a text of it."""
    record = scalars(kept.record)
    texts = [value for name, value in record.items() if isinstance(value, str) and value != kept.key]
    text = max(texts, key=len, default=kept.key)
    found = [{name: record[name]} for name in schemas if name in record and record[name] is not None]
    return found + [
        {name: text} for name, schema in schemas.items()
        if name not in record and TEXT.fullmatch(name) and "string" in (kinds_of(contract, schema) or {"string"})
    ]  # fmt: skip


def count_in(answer: Answer) -> int | None:
    """The number that an answer is, or that is its only one."""
    numbers = [answer.json, *scalars(answer.json).values()]
    found = [one for one in numbers if isinstance(one, int) and not isinstance(one, bool)]
    return found[0] if len(found) == 1 else None
