"""Records with others in the place of their keys, as clients ask for them: `expand[]=customer`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mockserver.behaviour.naming import within
from mockserver.behaviour.records import RecordShape
from mockserver.contract.schemas.view import types
from mockserver.state.collection import Collection, text_of

Path = tuple[str, ...]
_DEEPEST = 4


def asked(value: Any) -> list[Path]:
    """The paths that a client names, in a list or separated by commas."""
    names = value if isinstance(value, list) else str(value).split(",")
    return [tuple(str(name).strip().split("."))[:_DEEPEST] for name in names if name]


class Expansion:
    """Puts records in the place of their keys, where the schema admits an object there."""

    def __init__(self, collections: Mapping[str, Collection], shapes: Mapping[str, RecordShape]) -> None:
        self.collections, self.shapes = collections, shapes

    def of(self, value: Any, collection: str, paths: Iterable[Path]) -> Any:
        """A record, or each of a list, with the records that the paths lead to."""
        if isinstance(value, list):
            return [self.of(one, collection, paths) for one in value]
        if not isinstance(value, Mapping):
            return value
        for path in paths:
            value = self._at(value, collection, path)
        return value

    def _at(self, record: Mapping[str, Any], collection: str, path: Path) -> Mapping[str, Any]:
        name, rest = path[0], path[1:]
        if name not in record:  # `data.customer` of a list names the customer of each record
            return self._at(record, collection, rest) if rest else record
        reference = next((one for one in self.shapes[collection].rules.refers if one.path == (name,)), None)
        shape = self.shapes[collection]
        schema = within(shape.schema, (name,), shape.view) if shape.schema is not None else None
        key = record[name]
        if (
            reference is None
            or schema is None
            or "object" not in types(schema, shape.view)
            or not isinstance(key, str | int)
        ):
            return record
        known = self.collections[reference.collection].matching(((reference.field, text_of(key)),))
        if not known:
            return record
        other = self.of(known[0], reference.collection, [rest]) if rest else known[0]
        return {**record, name: other}
