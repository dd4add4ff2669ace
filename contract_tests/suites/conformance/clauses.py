"""Which clause of the contract a refusal of valid input contradicts.

A server may have rules that no schema states: the end comes after the beginning, the name is that of a host. So a
refusal counts only where one part of the input, put into an input that was accepted, is refused, and the contract says
of this very part that it is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.contract import Contract, Operation
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.locating import keys_in
from contract_tests.core.safety import parsed
from contract_tests.core.schemas import declared_members, item_of, kinds_of, merged_keywords
from contract_tests.core.target import NOTHING
from contract_tests.core.words import query_string
from contract_tests.run.run import Run

INVALID: Final = frozenset({400, 415, 422})
STRICT: Final = frozenset({"email", "uuid", "uri", "url", "ipv4", "ipv6", "byte", "binary"})
"""Formats that say all about a value; whether a date may be past they don't."""

MOST: Final = 100  # refused inputs that are looked into
TRIES: Final = 12  # parts of them that are sent by themselves
EDGES: Final = ("min", "max")
"""Clauses about a bound: only where another value was accepted, else the part may be unwelcome beside others."""

PARTS: Final = 8  # members or parameters of one that are tried


ABSENT: Final[Any] = object()
Input = tuple[Any, Mapping[str, str]]
"""A body and a query."""


@dataclass
class Refusals:
    """The valid inputs of one operation that were refused, and those that were accepted."""

    run: Run
    operation: Operation
    refused: list[Answer] = field(default_factory=list)
    accepted: list[Sent] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)

    def saw(self, answer: Answer) -> None:
        """Take note of the answer to a valid input."""
        if answer.ok:
            self.accepted = [answer.sent, *self.accepted[: MOST - 1]]
        elif answer.status in INVALID and len(self.refused) < MOST:
            self.refused.append(answer)

    def contradictions(self) -> list[Broken]:
        """What is broken: each clause that a refusal contradicts. Other refusals are noted."""
        found = [broken for answer in self.refused for broken in self._contradicted(answer)]
        why = "by a rule that the contract doesn't state" if self.accepted else "and no other was accepted"
        for status in {} if found else dict.fromkeys(answer.status for answer in self.refused):
            self.run.ledger.note(f"{self.operation.id}: {status} for an input that the contract allows, {why}")
        return found

    def _contradicted(self, refusal: Answer) -> Iterator[Broken]:
        """The clauses of the contract for the parts that are refused by themselves."""
        base = self._base()
        try:
            if base is None or not self._is_new(refusal, base) or self._send(refusal.sent, *base).status in INVALID:
                return  # it is not refused for what is in it
        except NotChecked:
            return
        for place, clause, sent in variants(self.run.contract, self.operation, refusal.sent, base, self.accepted):
            if place in self.tried or len(self.tried) >= TRIES:
                continue
            self.tried.add(place)
            try:
                answer = self._send(refusal.sent, *sent)
            except NotChecked:
                continue
            if answer.status in INVALID:
                yield Broken(f"{self.operation.id} to take a valid input, {place}: {clause}", answer.describe(), answer)

    def _is_new(self, refusal: Answer, base: Input) -> bool:
        """Whether it has a part that has not been tried."""
        found = variants(self.run.contract, self.operation, refusal.sent, base, self.accepted)
        places = (place for place, _, _ in found)
        return len(self.tried) < TRIES and any(place not in self.tried for place in places)

    def _base(self) -> Input | None:
        """The body and the query of an input that was accepted."""
        body = self.run.records.again(self.operation) if self.run.records else None
        if self.accepted:
            _, query = input_of(self.accepted[0])
            return body if body is not None else parsed(self.accepted[0].body), query
        return (body, {}) if body is not None else None

    def _send(self, like: Sent, body: Any, query: Mapping[str, str]) -> Answer:
        if body is not NOTHING and self.run.records:
            body = self.run.records.related(self.operation, body)
        path = like.path.partition("?")[0]
        url = f"{path}?{query_string(query)}" if query else path
        return self.run.target().request(self.operation.method, url, body=body, operation=self.operation)


Variant = tuple[str, str, Input]


def input_of(sent: Sent) -> Input:
    """The body and the query of a request."""
    return parsed(sent.body), dict(parse_qsl(sent.query, keep_blank_values=True))


def variants(
    contract: Contract, operation: Operation, refused: Sent, base: Input, accepted: Sequence[Sent]
) -> Iterator[Variant]:
    """An accepted input with one part of the refused one at a time, where the contract has a clause about it."""
    taken = [base, *map(input_of, accepted)]
    yield from of_query(contract, operation, refused, taken)
    yield from of_body(contract, operation, refused, taken)


def of_query(contract: Contract, operation: Operation, refused: Sent, taken: Sequence[Input]) -> Iterator[Variant]:
    """The parameters of the query."""
    _, given = input_of(refused)
    for parameter in operation.parameters[:PARTS]:
        text = given.get(parameter.name)
        if parameter.location != "query" or text is None or taken[0][1].get(parameter.name) == text:
            continue
        if operation.path_names and parameter.name in shown_members(contract, operation):
            continue  # it says something of the record, which may be otherwise
        value = as_value(contract, parameter.schema, text)
        clause = clause_of(contract, parameter.schema, value, parameter.name)
        with_it = (one for one in taken if one[1].get(parameter.name, text) != text)
        found = next(with_it, None) if clause.startswith(EDGES) else taken[0]
        if clause and found:
            content = found[0] if isinstance(found[0], Mapping | list) else NOTHING
            yield f"the parameter {parameter.name}={text}", clause, (content, {**found[1], parameter.name: text})


def of_body(contract: Contract, operation: Operation, refused: Sent, taken: Sequence[Input]) -> Iterator[Variant]:
    """The members of the body, and those that it leaves out."""
    (body, query), sent = taken[0], parsed(refused.body)
    schema = next(contract.json_request_schemas(operation), None)
    if schema is None or not isinstance(sent, Mapping) or not isinstance(body, Mapping):
        return
    members, required = declared_members(contract, schema.value), merged_keywords(contract, schema.value)
    for name in [name for name in sent if name in members and body.get(name, ABSENT) != sent[name]][:PARTS]:
        clause = clause_of(contract, members[name], sent[name], name)
        with_it = (one for one in taken if isinstance(one[0], Mapping) and one[0].get(name, sent[name]) != sent[name])
        found = next(with_it, None) if clause.startswith(EDGES) else taken[0]
        if clause and found:
            yield f"{name} {sent[name]!r:.80}", clause, ({**found[0], name: sent[name]}, found[1])
    for name in [name for name in body if name not in sent and name not in required.get("required", ())][:PARTS]:
        left = {other: value for other, value in body.items() if other != name}
        yield f"a body without {name}", "it isn't required", (left, query)


def shown_members(contract: Contract, operation: Operation) -> set[str]:
    """The members of the records that an operation shows."""
    schemas = (place for status in operation.statuses for place in contract.json_answer_schemas(operation, status)
               if status.startswith("2"))  # fmt: skip
    return {name for place in schemas for name in declared_members(contract, place.value)}


def clause_of(contract: Contract, schema: Any, value: Any, name: str = "") -> str:
    """What the contract says of just this value; empty where it says no more than its type, or where the `name` says
    that the value is the key of a record: its form is allowed, but does the record exist?"""
    if not isinstance(schema, Mapping):
        return ""
    keywords = merged_keywords(contract, schema)
    if value in (keywords.get("enum") or ()) or ("const" in keywords and value == keywords["const"]):
        return f"one of its values is {value!r}"
    if "default" in keywords and value == keywords["default"]:
        return f"its default is {value!r}"
    if [*keys_in({name: value})]:
        return ""
    if value is None:
        return "type: null" if "null" in kinds_of(contract, schema) else ""
    if isinstance(value, bool):
        return "type: boolean" if "boolean" in kinds_of(contract, schema) else ""
    if isinstance(value, Mapping):
        return together(clause_of(contract, declared_members(contract, schema).get(name), item, name)
                        for name, item in value.items())  # fmt: skip
    if isinstance(value, list):
        items = together(clause_of(contract, item_of(contract, schema), item) for item in value)
        has_more = any(isinstance(item, Mapping) for item in value)  # than the number of items says
        return items if has_more else edge(keywords, "Items", len(value)) or items
    if isinstance(value, str):
        return of_text(keywords, value)
    return edge(keywords, "imum", value) if isinstance(value, int | float) else ""


def together(clauses: Iterator[str]) -> str:
    """The first of several clauses, where there is one for each part."""
    found = list(clauses)
    return found[0] if found and all(found) else ""


def of_text(keywords: Mapping[str, Any], value: str) -> str:
    """The clause for a text."""
    if keywords.get("format") in STRICT:
        return f"format: {keywords['format']}"
    if "pattern" in keywords:
        return f"pattern: {keywords['pattern']}"
    return edge(keywords, "Length", len(value)) if value.isascii() and value.isalnum() else ""


def edge(keywords: Mapping[str, Any], what: str, value: float) -> str:
    """The bound that a number, or the size of a value, just keeps."""
    bounds = {f"{end}{what}": keywords.get(f"{end}{what}") for end in ("min", "max")}
    return next((f"{name}: {bound}" for name, bound in bounds.items() if bound == value and bound is not None), "")


def as_value(contract: Contract, schema: Any, text: str) -> Any:
    """The value that a text in a query stands for."""
    kinds = kinds_of(contract, schema)
    if "boolean" in kinds and text in {"true", "false"}:
        return text == "true"
    if kinds & {"integer", "number"} and text.lstrip("-").isdigit():
        return int(text)
    return text
