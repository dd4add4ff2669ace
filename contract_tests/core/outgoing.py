"""What the target itself sends by the contract: its callbacks and webhooks, where they are sent, and what is wrong with
one that came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from contract_tests.core.answer import NOT_JSON, Answer, Sent, names_in
from contract_tests.core.contract import UNREAD, Contract, Operation, is_json
from contract_tests.core.document import Place
from contract_tests.core.listener import Delivery
from contract_tests.core.schemas import is_secret, mismatches
from mockserver.contract.operations.outgoing import SENT, Outgoing
from mockserver.contract.operations.runtime import Expression

__all__ = [
    "SENT",
    "Expression",
    "Sending",
    "Wrong",
    "callbacks_of",
    "has_sendings",
    "sendings",
    "webhooks",
    "with_value",
]


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong with what came: its kind, what was expected, what came."""

    kind: str
    expected: str
    got: str
    is_note: bool = False


@dataclass(frozen=True)
class Sending:
    """One request that the target sends: a callback of `owner`, or a webhook."""

    contract: Contract = field(repr=False, compare=False)
    outgoing: Outgoing = field(compare=False)
    id: str

    @property
    def name(self) -> str:
        """How the contract calls it."""
        return self.outgoing.name

    @property
    def method(self) -> str:
        """The method of the request."""
        return self.outgoing.operation.method

    @property
    def label(self) -> str:
        """In words, with method and place."""
        if self.outgoing.to is None:
            return f"webhook {self.name} ({self.method})"
        return f"callback {self.name} ({self.method} {self.outgoing.to.text})"

    @property
    def source(self) -> str:
        """The clause of the contract."""
        return f"the contract, {self.label} ({self.outgoing.operation.pointer})"

    @property
    def words(self) -> str:
        """What the contract says of it in prose."""
        raw = self.outgoing.operation.raw
        return " ".join(str(raw.get(name, "")) for name in ("summary", "description"))

    @property
    def expression(self) -> Expression | None:
        """The expression that gives the address with which the URL begins; None where something else does."""
        parts = self.outgoing.to.parts if self.outgoing.to else ()
        return parts[0] if parts and isinstance(parts[0], Expression) else None

    @cached_property
    def received(self) -> Operation:
        """The operation that answers with what is sent: it is checked as answers are."""
        one = self.outgoing.as_answer()
        return Operation(one.id, one.method, one.template, one)

    def urls(self, answer: Answer) -> list[str]:
        """Where it is sent after a call."""
        value = self.outgoing.to.value(self.contract.messages(answer)) if self.outgoing.to else None
        found = value if isinstance(value, list) else [value]
        return [one for one in found if isinstance(one, str)]

    def wrong(self, delivery: Delivery) -> Iterator[Wrong]:
        """What of a request isn't as the contract has it; of its method and path the caller has decided."""
        yield from self._parameters(delivery)
        yield from self._credentials(delivery)
        types = self.received.response_for(SENT)
        if types is not None and types.media_types:
            yield from self._body(delivery, ", ".join(types.media_types))
        elif delivery.body:
            yield Wrong("body", "no body: the contract describes none", f"{len(delivery.body)} bytes", is_note=True)

    def _parameters(self, delivery: Delivery) -> Iterator[Wrong]:
        """Headers and parameters of the query."""
        named = self.contract.wrong_headers(self.received, SENT, delivery.headers)
        for name, problem in named:
            is_missing = name.lower() not in delivery.headers
            got = "no such header" if is_missing else f"{delivery.headers[name.lower()][:80]!r}: {problem}"
            yield Wrong(f"header {name}", f"the header {name}", got)
        for name, problem in self.contract.wrong_query(self.received, delivery.query):
            yield Wrong(f"query {name}", f"the parameter {name} of the query", f"{delivery.query[:80]!r}: it {problem}")

    def _credentials(self, delivery: Delivery) -> Iterator[Wrong]:
        """What the receiver requires, where the contract says so of this request itself."""
        if "security" not in self.outgoing.operation.raw:
            return
        declared, asked = self.contract.reader.security_schemes, self.outgoing.operation.security
        query = {name for name, _ in parse_qsl(delivery.query, keep_blank_values=True)}
        places = [[place_of(declared[name]) for name in names if name in declared] for names in asked]
        if places and not any(all(has(delivery, query, *place) for place in each) for each in places):
            wanted = ", ".join(name for _, name in places[0])
            yield Wrong("credentials", f"{wanted}, which the contract requires here (security)", "a request without it")

    def _body(self, delivery: Delivery, types: str) -> Iterator[Wrong]:
        sent, declared = delivery.headers.get("content-type", ""), self.outgoing.operation.body
        if not delivery.body and not sent and declared and not declared.required:
            yield Wrong("body", "a body, which the contract describes and does not require", "none", is_note=True)
            return
        schema = self.contract.answer_schema(self.received, SENT, sent)
        if schema is None:
            yield Wrong("media type", f"Content-Type {types}", sent or "no Content-Type")
            return
        value, problem = self._value(delivery, sent)
        if problem:
            yield Wrong("body", f"a body of {sent}", problem)
        if value is not UNREAD:
            yield from self._values(schema, value)

    def _value(self, delivery: Delivery, sent: str) -> tuple[Any, str]:
        """The value of the body, and why it is none."""
        if not is_json(sent):
            return self.contract.read_answer(self.received, SENT, sent, delivery.body)
        answer = as_answer(delivery)
        return (UNREAD, answer.json_problem) if answer.json is NOT_JSON else (answer.json, "")

    def _values(self, schema: Place, value: Any) -> Iterator[Wrong]:
        """What is wrong by the schema, and names of secrets that it doesn't declare."""
        as_sent = {one.place for one in mismatches(self.contract, schema, value, writing=True)}
        for one in mismatches(self.contract, schema, value):
            place = one.place or "/"
            # The target sends it, but the contract has it as a request: what only one of both refuses, it may send.
            yield Wrong(f"schema {one.kind} {one.keyword}", f"{place} of the body to match its schema", one.problem,
                        is_note=one.place not in as_sent)  # fmt: skip
        declared = self.contract.members_in(schema)
        for name in sorted({name for name in names_in(value) if is_secret(name)} - declared):
            yield Wrong(f"secret {name}", "no secret in what is sent", f"a member {name!r}")


def has_sendings(contract: Contract) -> bool:
    """Whether the contract has callbacks or webhooks, as written."""
    return has_callbacks(contract) or has_webhooks(contract)


def has_callbacks(contract: Contract) -> bool:
    """Whether an operation has callbacks, as written."""
    return any(one.declared.raw.get("callbacks") for one in contract.operations)


def has_webhooks(contract: Contract) -> bool:
    """Whether the contract has webhooks, as written."""
    return bool(contract.document.get("webhooks"))


def sendings(contract: Contract) -> tuple[Sending, ...]:
    """Every callback and webhook of a contract, but for those of which it doesn't say exactly where they go."""
    known = contract.reader.outgoing.items()
    return tuple(Sending(contract, one, name) for name, one in known if not one.is_guessed)


def callbacks_of(contract: Contract, operation: Operation) -> tuple[Sending, ...]:
    """The callbacks of an operation."""
    if not operation.declared.raw.get("callbacks"):
        return ()
    return tuple(one for one in sendings(contract) if one.outgoing.owner == operation.id)


def webhooks(contract: Contract) -> tuple[Sending, ...]:
    """The webhooks of a contract."""
    return tuple(one for one in sendings(contract) if not one.outgoing.owner)


def as_answer(delivery: Delivery) -> Answer:
    """A request that came, as a response would have come: for what reads those."""
    return Answer(Sent(delivery.method, delivery.path, delivery.path, {}), SENT, delivery.headers, delivery.body)


def place_of(scheme: Any) -> tuple[str, str]:
    """Where a credential travels: `header` or `query`, and the name there."""
    if scheme.kind == "apiKey":
        return ("header", "cookie") if scheme.location == "cookie" else (scheme.location, scheme.parameter)
    return "header", "authorization"


def has(delivery: Delivery, query: set[str], location: str, name: str) -> bool:
    """Whether a request has a credential there."""
    return name in query if location == "query" else bool(delivery.headers.get(name.lower()))


def with_value(body: Any, at: tuple[str, ...], value: Any) -> Any:
    """A JSON value with another one at a place, which is made where it isn't there."""
    if not at:
        return value
    step, *rest = at
    if isinstance(body, list) and step.isdigit():
        number = int(step)
        before = [*body[:number]]
        return [
            *before,
            with_value(body[number] if number < len(body) else {}, tuple(rest), value),
            *body[number + 1 :],
        ]
    if step.isdigit() and not isinstance(body, Mapping):
        return [with_value({}, tuple(rest), value)]
    known = dict(body) if isinstance(body, Mapping) else {}
    return {**known, step: with_value(known.get(step), tuple(rest), value)}
