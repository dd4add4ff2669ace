"""What the examples and the filters of a document say of the records that it has in mind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import Operation
from mockserver.contract.schemas.view import each, has_any, item, members, types
from mockserver.inference.collections import Resource
from mockserver.inference.inference import Inferred
from mockserver.state.references import member_at

_RESTRICTING: Final = ("enum", "const", "format", "pattern")


class Documented:
    """Reads requests that create records, and parameters of lists, by collection."""

    def __init__(self, contract: Contract, inferred: Inferred) -> None:
        self.contract = contract
        self._creating: dict[str, list[Operation]] = {}
        self._listing: dict[str, list[tuple[Operation, Mapping[str, Any]]]] = {}
        for name, behaviour in inferred.behaviours["operations"].items():
            operation = contract.operations[name]
            for collection in behaviour.get("create", ()) if operation.method == "POST" else ():
                self._creating.setdefault(collection, []).append(operation)
            for collection, filters in (behaviour.get("list") or {}).items():
                self._listing.setdefault(collection, []).append((operation, filters))

    def keys(self, resource: Resource) -> frozenset[str]:
        """The keys of the documented requests: posting one must not meet a record that has its key."""
        path, creating = resource.key.split("."), self._creating.get(resource.name, ())
        return frozenset(str(key) for operation in creating for key in self._keys(operation, path))

    def _keys(self, operation: Operation, path: list[str]) -> Iterator[Any]:
        """The keys in the examples of a request body, of its schema, and of the key itself."""
        view = self.contract.view
        for media in operation.body.media_types.values() if operation.body is not None else ():
            whole = [*media.examples.values(), *each(media.schema, "example", view)]
            whole += [one for several in each(media.schema, "examples", view) for one in _listed(several)]
            yield from (key for example in whole for key in _keys(example, path))
            inner = members(media.schema, view).get(path[0]) if len(path) == 1 else None
            if inner is not None:
                yield from each(inner, "example", view)
                yield from (one for several in each(inner, "examples", view) for one in _listed(several))

    def choices(self, resource: Resource) -> dict[str, Any]:
        """The values that lists can be filtered by, for fields whose schema names none."""
        view = self.contract.view
        fields = members({"$ref": resource.record.reference}, view)
        found: dict[str, Any] = {}
        for operation, filters in self._listing.get(resource.name, ()):
            for field, wanted in filters.items():
                inner = fields.get(field)
                if inner is None or not self._is_free(inner):
                    continue
                values = self._values(operation, wanted)
                if values:
                    found.setdefault(field, {"enum": values})
        return found

    def _is_free(self, schema: Any) -> bool:
        """Whether a field holds any text."""
        view = self.contract.view
        return types(schema, view) == {"string"} and not has_any(schema, _RESTRICTING, view)

    def _values(self, operation: Operation, wanted: Any) -> list[Any]:
        """The values of the parameter that a filter names, without those that filter nothing."""
        conditions = wanted if isinstance(wanted, Mapping) else {"is": wanted}
        name = str(conditions.get("is", "")).removeprefix("$query.")
        schema = next((one.schema for one in operation.parameters if (one.location, one.name) == ("query", name)), None)
        view, free = self.contract.view, conditions.get("unless", ())
        named = [
            value for part in (schema, item(schema, view)) for values in each(part, "enum", view) for value in values
        ]
        return [value for value in dict.fromkeys(map(_hashable, named)) if isinstance(value, str) and value not in free]


def _hashable(value: Any) -> Any:
    return value if isinstance(value, str) else None


def _listed(examples: Any) -> list[Any]:
    return examples if isinstance(examples, list) else []


def _keys(body: Any, path: list[str]) -> Iterator[Any]:
    """The key in a body, or in an object or list within it."""
    if isinstance(body, list):
        for inner in body:
            yield from _keys(inner, path)
    elif isinstance(body, Mapping):
        value = member_at(body, path)
        if isinstance(value, str | int):
            yield value
        elif value is None:
            yield from (key for inner in body.values() if isinstance(inner, Mapping) for key in _keys(inner, path))
