"""Records in the form in which a response can show them, where the response's schema admits less than theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.behaviour.records import RecordShape, shape_of
from mockserver.behaviour.settling import misfits_of
from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import Operation
from mockserver.contract.schemas.view import at_path, item
from mockserver.reply.builder import ReplyBuilder
from mockserver.reply.laying import Fields, Path
from mockserver.state.rules import CollectionRules


class Adapter:
    """Adapts the records of responses that would break the contract; the shapes of each operation are kept."""

    def __init__(self, contract: Contract, builder: ReplyBuilder) -> None:
        self.contract, self.builder = contract, builder
        self._shapes: dict[tuple[str, int, str | None, Path, bool], RecordShape | None] = {}

    def adapted(self, operation: Operation, status: int, fields: Fields, media: str | None, now: int) -> Fields:
        """The fields of a response, each record with other forms of its values where that is what its place takes."""
        return [(path, self._adapted(value, (operation, status, media, path), now)) for path, value in fields]

    def _adapted(self, value: Any, place: tuple[Operation, int, str | None, Path], now: int) -> Any:
        many = isinstance(value, Sequence) and not isinstance(value, str | bytes)
        if not many and not isinstance(value, Mapping):
            return value
        shape = self._shape(*place, many=many)
        if shape is None:
            return value
        seed = self.builder.templates.seed
        if many:
            return [shape.shown(one, seed, now) if isinstance(one, Mapping) else one for one in value]
        return shape.shown(value, seed, now)

    def _shape(
        self, operation: Operation, status: int, media: str | None, path: Path, *, many: bool
    ) -> RecordShape | None:
        key = (operation.id, status, media, path, many)
        if key not in self._shapes:
            view = self.contract.view
            whole = at_path(self.builder.template(operation, status, media, sparse=True).schema, path, view)
            self._shapes[key] = self._made(item(whole, view) if many else whole)
        return self._shapes[key]

    def _made(self, schema: Any) -> RecordShape | None:
        if schema is None:
            return None
        view = self.contract.view
        return shape_of(CollectionRules("records", key=""), schema, view, misfits_of(self.contract, schema))
