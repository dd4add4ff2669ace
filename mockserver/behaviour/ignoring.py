"""The query parameters that an operation declares, and on which its behaviour doesn't act."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.behaviour.names import values_of
from mockserver.behaviour.vocabulary import Behaviour
from mockserver.contract.operations.operation import Operation, Parameter


def without_effect(operation: Operation, behaviour: Behaviour | None) -> tuple[str, ...]:
    """The names of query parameters that change nothing; a Python function may use them all.

    Where no behaviour is declared, nothing that is sent changes the response, and nothing is named.
    """
    if behaviour is None or behaviour.call is not None:
        return ()
    used: set[str] = set()
    for value in values_of(behaviour):
        if value.root == "query":
            used.update((value.names[0], ".".join(value.names)))
    declared = (one for one in operation.parameters if one.location == "query" and not _is_fixed(one))
    return tuple(one.name for one in declared if one.name not in used)


def _is_fixed(parameter: Parameter) -> bool:
    """Whether a parameter has one value: it chooses the operation, or says what is the case anyway."""
    schema = parameter.schema
    return isinstance(schema, Mapping) and ("const" in schema or len(schema.get("enum") or ()) == 1)
