"""References that are sent, that no record shows, and that must lead to a record, as the contract says in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mockserver.contract.contract import Contract
from mockserver.contract.existence import described, refused_unless_there
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.references import References
from mockserver.inference.resources import Resource
from mockserver.inference.routes import Route
from mockserver.inference.sending import Sending, written_by

Data = dict[str, Any]


def sent_references(
    contract: Contract,
    known: Mapping[str, Resource],
    routes: Iterable[Route],
    behaviours: Mapping[str, Data],
    finder: References,
    schemas: Schemas,
) -> dict[str, dict[str, Data]]:
    """By collection: each such field, with the collection and the field to which it leads."""

    def is_asked(route: Route, field: str, schema: LocatedSchema) -> bool:
        return bool(refused_unless_there(route.operation, field, described(schema.node, contract.view)))

    found: dict[str, dict[str, Data]] = {}
    sending = Sending(schemas)
    for route in routes:
        behaviour = behaviours.get(route.operation.id, {})
        for name in written_by(behaviour):
            sent = sending.placed(route.operation, known[name]) if name in known else None
            if sent is None:
                continue
            members, shown = schemas.members(sent.schema), schemas.members(known[name].record)
            asked = {field for field in members if field not in shown and is_asked(route, field, members[field])}
            for one in finder.within(sent.schema) if asked else ():
                if len(one.path) == 1 and one.path[0] in asked:
                    found.setdefault(name, {})[one.path[0]] = {one.collection: one.field}
    return found
