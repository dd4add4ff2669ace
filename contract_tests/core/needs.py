"""What a call can't do without beside its path and its body: headers and query parameters, with values that fit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import uuid4

from contract_tests.core.contract import Contract, Operation, Parameter, is_json
from contract_tests.core.document import Place
from contract_tests.core.operation import ABSENT, given
from contract_tests.core.samples import Samples
from contract_tests.core.schemas import fits, sendable
from contract_tests.core.words import as_query

OF_HTTP: Final = frozenset({"accept", "authorization", "content-type", "cookie"})
"""Headers that OpenAPI leaves to HTTP."""

ONCE: Final = re.compile(r"idempoten|nonce", re.IGNORECASE)
"""Names of headers of which a server takes a value for one request only."""

IF_MATCH: Final = "If-Match"


def needed(contract: Contract, operation: Operation) -> dict[str, str]:
    """The headers that an operation can't do without, but for those of HTTP itself."""
    wanted = [one for one in declared(operation) if one.required and one.name.lower() not in OF_HTTP]
    return {one.name: value_of(contract, one) for one in wanted}


def needed_query(contract: Contract, operation: Operation) -> Mapping[str, Any]:
    """The query parameters that an operation can't do without."""
    wanted = [one for one in operation.parameters if one.required and one.location == "query"]
    if not wanted:
        return {}
    made = Samples(contract).queries(operation, 0)[-1]
    return {name: as_query(value) for name, value in {**made, **given(wanted)}.items()}


def removing_body(contract: Contract, operation: Operation, key: str = "") -> Any:
    """The JSON body of a DELETE: an example of the contract, else a generated one; a member that is called like the key
    in the path names the same record. ABSENT for other operations, and where none can be made."""
    declared = operation.declared.body if operation.method == "DELETE" else None
    place = next(contract.json_request_schemas(operation), None) if declared else None
    if declared is None or place is None:
        return ABSENT
    examples = [value for one in declared.media_types.values() if is_json(one.name) for value in one.examples.values()]
    made = [*examples, *(Samples(contract).bodies(operation, 3, 0) or ())[-1:]]
    body = next((one for one in made if fits(contract, place, one, writing=True)), ABSENT)
    named = sendable(contract, operation) & {"id", *operation.path_names[-1:]} if key and isinstance(body, dict) else ()
    for value in (key, *([int(key)] if key.isdigit() else [])) if named else ():
        if fits(contract, place, {**body, **dict.fromkeys(named, value)}, writing=True):
            return {**body, **dict.fromkeys(named, value)}
    return body


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
    if not ONCE.search(parameter.name) and (known := given([parameter])):
        return str(as_query(known[parameter.name]))
    place = contract.look_up(Place(parameter.schema)) or Place({"type": "string"})
    for fresh in (str(uuid4()), uuid4().hex[:12]) if ONCE.search(parameter.name) else ():
        if fits(contract, place, fresh, writing=True):
            return fresh
    made = Samples(contract).some(place, 1, 0)
    return str(made[-1]) if made else "x"
