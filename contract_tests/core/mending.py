"""Leaves one fault in a generated body: the member that was spoiled, and nothing else for which it could be refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from contract_tests.core.contract import Contract, Operation
from contract_tests.core.distinct import unique
from contract_tests.core.document import Place
from contract_tests.core.samples import Samples
from contract_tests.core.schemas import declared_members

ENDING = re.compile(r": | -> ")  # of the member's name, in what the generator says of a fault


def with_one_fault(contract: Contract, operation: Operation, body: Any, about: str, seed: int) -> Any:
    """The body without the faults that `about` does not speak of; as it is where that can't be told.

    A server that refuses a body for one fault says nothing of what it makes of another.
    """
    place = next(contract.json_request_schemas(operation), None)
    if place is None or not isinstance(body, Mapping) or not is_of_json(body):
        return body
    ways = [breach.path for breach in contract.reader.breaches(place.value, body, writing=True)]
    wrong, named = {str(way[0]) for way in ways if way}, ENDING.split(about)[0]
    is_whole = bool(about) and named not in declared_members(contract, place.value)  # as "Missing required property"
    others = wrong - {named} if named in wrong or (is_whole and () in ways) else set()
    return {**body, **plain(contract, place, others, seed)} if others else body


def with_free_texts(contract: Contract, operation: Operation, body: Any) -> dict[str, Any] | None:
    """The body with texts that no other record has, and with its fault; None where it has no other texts."""
    place = next(contract.json_request_schemas(operation), None)
    if place is None or not isinstance(body, Mapping) or not is_of_json(body):
        return None
    found = unique(contract, place, body)
    return found if found != body else None


def is_of_json(value: Any) -> bool:
    """Whether a value has nothing in it that JSON has no form for, such as the contents of a file."""
    if isinstance(value, Mapping):
        return all(map(is_of_json, value.values()))
    if isinstance(value, list):
        return all(map(is_of_json, value))
    return value is None or type(value) in {str, int, float, bool}  # a file's contents are a text by their class


def plain(contract: Contract, place: Place, names: set[str], seed: int) -> dict[str, Any]:
    """Valid values for some members of a body."""
    members, found = declared_members(contract, place.value), dict[str, Any]()
    for name in names & members.keys():
        inner = contract.look_up(Place(members[name])) or Place({})
        found.update((name, value) for value in Samples(contract).some(inner, 1, seed))
    return found
