"""The shapes of records: of each collection, and of the answers that show its records by another schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from mockserver.behaviour.names import success_schema
from mockserver.behaviour.records import RecordShape, shape_of
from mockserver.behaviour.settling import Misfits, misfits_of
from mockserver.behaviour.vocabulary import Behaviour
from mockserver.contract.contract import Breach, Contract
from mockserver.contract.schemas.view import at_path, item
from mockserver.state.rules import CollectionRules

Rules = Mapping[str, CollectionRules]


def shapes_of(
    operations: Iterable[Behaviour], rules: Rules, schemas: Mapping[str, Any], contract: Contract
) -> dict[str, RecordShape]:
    """The shape of each collection's records."""
    keys = _keys_in_paths(operations, rules, contract)
    return {name: _shape(rule, schemas[name], contract, keys.get(name)) for name, rule in rules.items()}


def answered_shapes(
    operations: Mapping[str, Behaviour], rules: Rules, schemas: Mapping[str, Any], contract: Contract
) -> dict[str, RecordShape]:
    """By operation, the shapes of records that are written and shown by another schema than theirs."""
    shapes = ((name, _answered(one, schemas, rules, contract)) for name, one in operations.items())
    return {name: shape for name, shape in shapes if shape is not None}


def _shape(rules: CollectionRules, schema: Any, contract: Contract, key: Any) -> RecordShape:
    misfits = misfits_of(contract, schema) if schema is not None else None
    return shape_of(rules, schema, contract.view, misfits, key=key)


def _answered(
    behaviour: Behaviour, schemas: Mapping[str, Any], rules: Mapping[str, CollectionRules], contract: Contract
) -> RecordShape | None:
    """The shape of records that an operation writes and shows by another schema than theirs; None where it does not."""
    source = behaviour.create or (behaviour.find if behaviour.set is not None else None)
    schema = schemas.get(source.collection) if source is not None else None
    if schema is None or source is None:
        return None
    view = contract.view
    for path, value in behaviour.reply:
        if value.root not in ("record", "records") or value.names:
            continue
        shown = at_path(success_schema(contract.operations[behaviour.operation]), path, view)
        shown = item(shown, view) if value.root == "records" else shown
        known = [view.resolve(part) for part in (schema, *schema.get("allOf", ()))]
        if shown is None or any(view.resolve(shown) is node for node in known):
            continue
        both = tuple(misfits_of(contract, one) for one in (schema, shown))
        return shape_of(rules[source.collection], {"allOf": [schema, shown]}, view, partial(_all_misfits, both))
    return None


def _all_misfits(each: Iterable[Misfits], record: Mapping[str, Any]) -> Sequence[Breach]:
    return [breach for misfits in each for breach in misfits(record)]


def _keys_in_paths(
    operations: Iterable[Behaviour], rules: Mapping[str, CollectionRules], contract: Contract
) -> dict[str, Any]:
    """The schema of the path parameter that identifies a record, by collection."""
    schemas: dict[str, Any] = {}
    for behaviour in operations:
        query = behaviour.find
        if query is None or query.collection not in rules:
            continue
        for field, value in query.filters:
            if value.root == "path" and field == rules[query.collection].key:
                declared = contract.operations[behaviour.operation].parameters
                named = (one.schema for one in declared if (one.location, one.name) == ("path", *value.names))
                schemas.setdefault(query.collection, next(named, None))
    return schemas


def schema_at(pointers: Any) -> Any:
    """The schema at a pointer into the contract, or the `allOf` of several pointers; None without a pointer."""
    if isinstance(pointers, list):
        return {"allOf": [{"$ref": pointer} for pointer in pointers]}
    return {"$ref": pointers} if pointers else None
