"""What the examples and the filters of a document say of the records that it has in mind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import Operation
from mockserver.contract.schemas.view import each, examples, has_any, item, members, types
from mockserver.inference.inference import Inferred
from mockserver.inference.resources import Resource
from mockserver.state.references import member_at

_SCALARS: Final = frozenset({"string", "integer", "number", "boolean", "null"})
_BOUNDS: Final = ("enum", "const", "pattern", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
                  "multipleOf", "minLength", "maxLength")  # fmt: skip
_RESTRICTING: Final = ("enum", "const", "format", "pattern")


class Documented:
    """Reads requests that create records, and parameters of lists, by collection."""

    def __init__(self, contract: Contract, inferred: Inferred) -> None:
        self.contract = contract
        self._creating: dict[str, list[Operation]] = {}
        self._writing: dict[str, list[Operation]] = {}
        self._listing: dict[str, list[tuple[Operation, Mapping[str, Any]]]] = {}
        for name, behaviour in inferred.behaviours["operations"].items():
            operation = contract.operations[name]
            for collection in behaviour.get("create", ()) if operation.method == "POST" else ():
                self._creating.setdefault(collection, []).append(operation)
            written = behaviour.get("create") or (behaviour.get("find") if "set" in behaviour else None)
            for collection in written or ():
                self._writing.setdefault(collection, []).append(operation)
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
            whole = [*media.examples.values(), *examples(media.schema, view)]
            yield from (key for example in whole for key in _keys(example, path))
            inner = members(media.schema, view).get(path[0]) if len(path) == 1 else None
            if inner is not None:
                yield from examples(inner, view)

    def choices(self, resource: Resource) -> dict[str, Any]:
        """What fields hold by more than the schema of their records: values that lists can be filtered by, and values
        that requests may send, so that a client can send a record back as it was read."""
        fields = members({"$ref": resource.record.reference}, self.contract.view)
        parts: dict[str, list[Any]] = {name: [schema] for name, schema in self._filtered(resource, fields).items()}
        for name, schema in self._sendable(resource, fields):
            parts.setdefault(name, []).append(schema)
        return {name: {"allOf": schemas} if len(schemas) > 1 else schemas[0] for name, schemas in parts.items()}

    def _sendable(self, resource: Resource, fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """The fields that requests restrict more than the records, each with the schema of what is sent."""
        for operation in self._writing.get(resource.name, ()):
            for media in operation.body.media_types.values() if operation.body is not None else ():
                for name, sent in self._sent(media.schema, fields).items():
                    if name in fields and name != resource.key and self._restricts(sent, fields[name]):
                        yield name, sent

    def _restricts(self, sent: Any, shown: Any) -> bool:
        """Whether a request takes fewer of the texts or numbers that a record may have."""
        view = self.contract.view
        common = types(shown, view) & types(sent, view)
        if not common or not common <= _SCALARS or view.resolve(shown) is view.resolve(sent):
            return False
        bounds = (([*each(sent, word, view)], [*each(shown, word, view)]) for word in _BOUNDS)
        return any(ours and ours != theirs for ours, theirs in bounds)

    def _sent(self, schema: Any, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """The members of a body that are fields of the record, or of the one object in it that has them."""
        view = self.contract.view
        own = members(schema, view) if schema is not None else {}
        inner = [members(one, view) for one in own.values()] if len(own) == 1 else []
        return next((one for one in inner if one.keys() & fields.keys()), own)

    def _filtered(self, resource: Resource, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The values that lists can be filtered by, for fields whose schema names none."""
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
