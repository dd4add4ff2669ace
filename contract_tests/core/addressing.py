"""Calls that say where callbacks are to be sent: the address is put where the contract's expression reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl

from contract_tests.core.calls import Call
from contract_tests.core.contract import Contract, Operation
from contract_tests.core.errors import NotChecked
from contract_tests.core.outgoing import Expression, Sending, with_value
from contract_tests.core.schemas import declared_members, mismatches
from contract_tests.core.target import NOTHING
from contract_tests.core.words import query_string

WRITTEN: Final = frozenset({"body", "header", "query", "path"})
"""Parts of a request into which an address can be put."""


def seat(contract: Contract, operation: Operation, sending: Sending) -> Expression:
    """The expression whose value is the address; raises `NotChecked` where no request can give it."""
    found = sending.expression
    if found is None:
        begins = sending.outgoing.to.text if sending.outgoing.to else ""
        raise NotChecked(f"{sending.name}: its URL, {begins[:80]}, doesn't begin with an expression of the request")
    if found.of == "request" and found.place in WRITTEN:
        return found
    if found.of == "response" and found.place == "body" and found.at and echoes(contract, operation, found.at[0]):
        return replace_of(found)
    raise NotChecked(f"{sending.name}: no part of the request gives its URL, {found.text}")


def echoes(contract: Contract, operation: Operation, name: str) -> bool:
    """Whether the body of a request has a member of that name, which the response may give back."""
    schema = contract.request_schema(operation)
    return schema is not None and name in declared_members(contract, schema.value)


def replace_of(expression: Expression) -> Expression:
    """The member of the request's body that is called like that of the response."""
    return Expression(expression.text, "body", "request", at=expression.at)


def addressed(contract: Contract, call: Call, seats: Mapping[Expression, str], *, strict: bool = True) -> Call:
    """The call with an address at each of these places.

    If it is `strict`, raises `NotChecked` where the contract doesn't allow a body with that address.
    """
    for expression, url in seats.items():
        call = placed(contract, call, expression, url, strict=strict)
    return call


def placed(contract: Contract, call: Call, expression: Expression, url: str, *, strict: bool) -> Call:
    """The call with an address at one place."""
    if expression.place == "header":
        return replace(call, headers={**call.headers, expression.name: url})
    if expression.place == "query":
        given = dict(parse_qsl(call.query, keep_blank_values=True))
        return replace(call, query=query_string({**given, expression.name: url}))
    if expression.place == "path":
        names = call.operation.path_names
        values = (url if name == expression.name else value for name, value in zip(names, call.values, strict=True))
        return replace(call, values=tuple(values))
    return replace(call, body=with_address(contract, call, expression, url, strict=strict))


def with_address(contract: Contract, call: Call, expression: Expression, url: str, *, strict: bool) -> Any:
    """The body with an address, or with a list of one, as the contract has it."""
    schema = contract.request_schema(call.operation)
    body = {} if call.body is NOTHING else call.body
    choices = [with_value(body, expression.at, value) for value in (url, [url])]
    wrong = [[*mismatches(contract, schema, one, writing=True)] if schema else [] for one in choices]
    best = min(range(len(choices)), key=lambda at: len(wrong[at]))
    if strict and wrong[best] and not any(mismatches(contract, schema, body, writing=True) if schema else ()):
        first = wrong[best][0]
        reason = f"{first.place or '/'}: {first.problem}"
        raise NotChecked(f"the contract doesn't allow the listener's address (--listen-url gives another): {reason}")
    return choices[best]


def spoiled(contract: Contract, call: Call, seats: Sequence[Expression]) -> Iterator[Call]:
    """The call with one part of its body that the contract doesn't allow, the addresses left as they are."""
    schema = contract.request_schema(call.operation)
    if schema is None or not isinstance(call.body, Mapping):
        return
    kept = {one.at[0] for one in seats if one.place == "body" and one.at}
    for name in [name for name in declared_members(contract, schema.value) if name not in kept]:
        left_out = {known: value for known, value in call.body.items() if known != name}
        bodies = (left_out, {**call.body, name: {"contract-tests": [1]}}, {**call.body, name: 1})
        wrong = (one for one in bodies if any(mismatches(contract, schema, one, writing=True)))
        if (body := next(wrong, None)) is not None:
            yield replace(call, body=body)
