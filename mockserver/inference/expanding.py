"""Which parameter asks for the records that others refer to: `expand`, `include`, `embed`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from mockserver.contract.operations.operation import Operation
from mockserver.contract.schemas.naming import plain
from mockserver.inference.asking import queried
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import sayable
from mockserver.inference.routes import Route
from mockserver.state.references import Reference

Data = dict[str, Any]
_ASKING: Final = frozenset({"expand", "expands", "include", "includes", "embed", "embeds", "populate"})
_VERBS: Final = ("list", "create", "find")


def with_expansions(
    behaviours: Mapping[str, Data],
    routes: Iterable[Route],
    references: Mapping[str, Iterable[Reference]],
    records: Mapping[str, LocatedSchema],
    schemas: Schemas,
) -> dict[str, Data]:
    """The behaviours that show records, with the parameter that asks for those to which they refer."""
    operations = {route.operation.id: route.operation for route in routes}
    open_to = {name for name, several in references.items() if name in records
               and any(_takes_record(one, records[name], schemas) for one in several)}  # fmt: skip
    result = dict(behaviours)
    for name, behaviour in behaviours.items():
        shown = next((next(iter(behaviour[verb])) for verb in _VERBS if verb in behaviour), "")
        if shown in open_to and name in operations and _shows(behaviour.get("reply")):
            expression = _asking(operations[name], schemas)
            result[name] = {**behaviour, "expand": expression} if expression else behaviour
    return result


def _takes_record(reference: Reference, record: LocatedSchema, schemas: Schemas) -> bool:
    """Whether a field is a key, or the record that has it."""
    field = schemas.members(record).get(reference.path[0]) if len(reference.path) == 1 else None
    types = schemas.types(field) if field is not None else frozenset()
    return "object" in types and bool(types & {"string", "integer"})


def _shows(reply: Any) -> bool:
    values = reply.values() if isinstance(reply, dict) else (reply,)
    return any(value in ("$record", "$records") for value in values)


def _asking(operation: Operation, schemas: Schemas) -> str | None:
    for one in queried(operation):
        if plain(one.name) in _ASKING and sayable(one.name):
            return f"$query.{one.name}"
    body = schemas.body(operation.body)
    names = schemas.members(body) if body is not None else ()
    return next((f"$body.{name}" for name in names if plain(name) in _ASKING and sayable(name)), None)
