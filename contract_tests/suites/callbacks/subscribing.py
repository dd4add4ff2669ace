"""Subscriptions to webhooks: operations that take an address and say by their names that events go there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from contract_tests.core.answer import Answer
from contract_tests.core.calls import Call
from contract_tests.core.contract import Contract, Operation
from contract_tests.core.document import Place
from contract_tests.core.listener import Box
from contract_tests.core.outgoing import Expression, Sending
from contract_tests.core.schemas import declared_members, fits, item_of, merged_keywords, words_in
from contract_tests.suites.callbacks.occasions import is_address, is_subscription

KINDS = frozenset({"event", "events", "topic", "topics", "type", "types", "kinds"})
"""Words of a member that says which events are wanted."""


@dataclass(frozen=True)
class Subscription:
    """A subscription that the target has taken, and its address."""

    operation: Operation
    answer: Answer
    box: Box


def subscribers(contract: Contract, operations: tuple[Operation, ...]) -> Iterator[tuple[Operation, Expression]]:
    """The operations by which webhooks are subscribed to, with the member that takes the address."""
    for operation in operations:
        if operation.method not in {"POST", "PUT"} or not is_subscription(operation):
            continue
        for schema in contract.json_request_schemas(operation):
            members = declared_members(contract, schema.value)
            named = [name for name, inner in members.items() if is_address(name, merged_keywords(contract, inner))]
            if named and not operation.declared.raw.get("callbacks"):
                yield operation, Expression(f"$request.body#/{named[0]}", "body", "request", at=(named[0],))
                break


def wanting_all(contract: Contract, call: Call, webhooks: list[Sending]) -> Call:
    """A call that subscribes, for every kind of event, as far as its body says which ones are wanted."""
    body, schema = call.body, next(contract.json_request_schemas(call.operation), None)
    members = declared_members(contract, schema.value) if schema is not None and isinstance(body, Mapping) else {}
    for name, inner in members.items():
        wanted = all_kinds(contract, name, inner, [one.name for one in webhooks])
        if schema is not None and wanted is not None and fits(contract, Place(inner), wanted, writing=True):
            body = {**body, name: wanted}
    return replace(call, body=body)


def all_kinds(contract: Contract, name: str, schema: Any, known: list[str]) -> Any:
    """A value of a member by which all events are wanted; None where it says something else."""
    keywords = merged_keywords(contract, schema) if isinstance(schema, Mapping) else {}
    if words_in(name)[-1:] in {("active",), ("enabled",)} and keywords.get("type") == "boolean":
        return True
    if KINDS.isdisjoint(words_in(name)) or keywords.get("type") != "array":
        return None
    item = merged_keywords(contract, item_of(contract, schema) or {})
    return list(item["enum"]) if item.get("enum") else known if item.get("type", "string") == "string" else None
