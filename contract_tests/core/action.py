"""An operation together with what the behaviours say of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contract_tests.core.contract import Operation
from contract_tests.core.model import Behaviour, Query, Steps, dig, root


@dataclass(frozen=True)
class Action:
    """An operation about records of a kind, and what is known of its answer."""

    operation: Operation
    behaviour: Behaviour

    @property
    def id(self) -> str:
        """Its operationId."""
        return self.operation.id

    @property
    def place(self) -> Steps | None:
        """Where its answer shows the record, or the list of them."""
        return next((way for way, shown in self.behaviour.reply.items() if shown in ("$record", "$records")), None)

    @property
    def replaces(self) -> bool:
        """Whether it gives the record a new state as a whole."""
        return self.operation.method == "PUT"

    def record_sent(self, body: Any) -> Any:
        """The part of a body that becomes the fields of a record."""
        return dig(body, self.behaviour.envelope) if self.behaviour.envelope else body

    def place_of(self, *expressions: str) -> Steps | None:
        """Where its answer shows one of these."""
        return next((way for way, shown in self.behaviour.reply.items() if shown in expressions), None)

    def fields_in_path(self, collection: str) -> dict[str, str]:
        """By path parameter, the field of a record of the collection that stands there."""
        queries = [query for query in (self.behaviour.find, self.behaviour.list) if query]
        return dict(pair for query in queries if query.collection == collection for pair in path_fields(query))


def path_fields(query: Query) -> Iterator[tuple[str, str]]:
    """Path parameter and field."""
    for field, expression in query.filters.items():
        place, name = root(expression)
        if place == "path":
            yield name, field
