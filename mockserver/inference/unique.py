"""The fields in which no two records of a collection have the same values, as descriptions and a 409 say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mockserver.contract.contract import Contract
from mockserver.contract.uniqueness import TAKEN, unique_members
from mockserver.inference.located_schemas import Schemas
from mockserver.inference.names import find_own
from mockserver.inference.resources import Resource
from mockserver.inference.routes import Route
from mockserver.inference.sending import Sending, written_by

Data = dict[str, Any]


class Uniqueness:
    """Finds what no two records of one contract share."""

    def __init__(self, contract: Contract, schemas: Schemas) -> None:
        self.view, self.schemas, self.sending = contract.view, schemas, Sending(schemas)

    def fields(
        self, known: Mapping[str, Resource], routes: Iterable[Route], behaviours: Mapping[str, Data]
    ) -> dict[str, list[Any]]:
        """By collection: each such field, or those that are so together; below another record, among its own alone."""
        found: dict[str, dict[tuple[str, ...], None]] = {}
        above: dict[str, list[str]] = {}
        for route in routes:
            behaviour = behaviours.get(route.operation.id, {})
            for name, made in behaviour.get("create", {}).items():
                above[name] = above.get(name) or list(_placing(made, known.get(name)))
            if TAKEN in route.operation.responses:
                for name in written_by(behaviour):
                    if name in known:
                        found.setdefault(name, {}).update(dict.fromkeys(self._fields(route, known[name])))
        return {name: [_written(above.get(name, []), one) for one in each] for name, each in found.items() if each}

    def _fields(self, route: Route, resource: Resource) -> Iterator[tuple[str, ...]]:
        """What an operation is sent and refuses where another record has it."""
        sent, known = self.sending.placed(route.operation, resource), self.schemas.members(resource.record)
        if sent is None:
            return
        for names in unique_members(route.operation, sent.schema.node, self.view, resource.name, resource.key):
            fields = [find_own(name, known, resource.name) for name in names]
            if all(field is not None and field != resource.key for field in fields):
                yield tuple(filter(None, fields))


def _written(above: list[str], fields: tuple[str, ...]) -> Any:
    together = [*(one for one in above if one not in fields), *fields]
    return together if len(together) > 1 else together[0]


def _placing(made: Any, resource: Resource | None) -> Iterator[str]:
    """The fields of a new record that hold the key of the record above, or values of its path other than its key."""
    for field, value in made.items() if isinstance(made, dict) else ():
        is_placing = isinstance(value, str) and value.startswith(("$record.", "$path."))
        if is_placing and resource is not None and field != resource.key:
            yield field
