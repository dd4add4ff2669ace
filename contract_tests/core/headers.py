"""Headers that an operation needs, with values that a server takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from uuid import uuid4

from contract_tests.core.contract import Contract, Operation, Parameter
from contract_tests.core.document import Place
from contract_tests.core.samples import Samples, drawn
from contract_tests.core.schemas import fits

OF_HTTP: Final = frozenset({"accept", "authorization", "content-type", "cookie"})
"""Headers that OpenAPI leaves to HTTP."""

ONCE: Final = re.compile(r"idempoten|nonce", re.IGNORECASE)
"""Names of headers of which a server takes a value for one request only."""

IF_MATCH: Final = "If-Match"


def needed(contract: Contract, operation: Operation) -> dict[str, str]:
    """The headers that an operation can't do without, but for those of HTTP itself."""
    wanted = [one for one in declared(operation) if one.required and one.name.lower() not in OF_HTTP]
    return {one.name: value_of(contract, one) for one in wanted}


def taken_once(contract: Contract, operation: Operation) -> dict[str, str]:
    """A new value for each header whose value may come once only."""
    return {one.name: value_of(contract, one) for one in declared(operation) if ONCE.search(one.name)}


def declared(operation: Operation) -> Iterator[Parameter]:
    """The headers that the contract has for an operation."""
    yield from (one for one in operation.parameters if one.location == "header")


def value_of(contract: Contract, parameter: Parameter) -> str:
    """A value of a header: a new one where it may come once only, and any state of a record for If-Match."""
    if parameter.name.lower() == IF_MATCH.lower():
        return "*"
    place = contract.look_up(Place(parameter.schema)) or Place({"type": "string"})
    for fresh in (str(uuid4()), uuid4().hex[:12]) if ONCE.search(parameter.name) else ():
        if fits(contract, place, fresh, writing=True):
            return fresh
    made = drawn(Samples(contract).values(place), 1, 0)
    return str(made[-1]) if made else "x"
