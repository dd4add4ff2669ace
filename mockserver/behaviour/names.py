"""Checks that every name in the behaviours is declared in the contract, the fixtures or the behaviours themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from mockserver.behaviour.conditions import ANYWHERE
from mockserver.behaviour.notifying import Subscribers
from mockserver.behaviour.values import Value
from mockserver.behaviour.vocabulary import Behaviour, Behaviours
from mockserver.contract.contract import Contract
from mockserver.contract.document import pointers
from mockserver.contract.operations.operation import Operation
from mockserver.contract.schemas.view import at_path, is_open, item, members, types
from mockserver.errors import BehaviourError, did_you_mean
from mockserver.state.rules import CollectionRules

_CALLER = ("id", "name", "world")


def check_names(
    behaviours: Behaviours, contract: Contract, fields: Mapping[str, frozenset[str]], locate: Callable[[str], str]
) -> None:
    """Raise BehaviourError for the first undeclared name, with the nearest declared one."""
    known = record_fields(behaviours, contract, fields)
    for rules in behaviours.collections.values():
        _check_rules(rules, known[rules.name], locate)
    for behaviour in behaviours.operations.values():
        _check(behaviour, behaviours, contract, known)


def record_schemas(behaviours: Behaviours, contract: Contract) -> dict[str, list[Any]]:
    """The schemas that show records, by collection: its own, and those of the replies that contain its records."""
    schemas: dict[str, list[Any]] = {name: [] for name in behaviours.collections}
    for name, shape in behaviours.shapes.items():
        if shape.schema is not None:
            schemas[name].append(shape.schema)
    for behaviour in behaviours.operations.values():
        for path, value in behaviour.reply:
            schema = at_path(success_schema(contract.operations[behaviour.operation]), path, contract.view)
            collection, shown_schema = behaviours.shown_by(behaviour, value), schema
            if value.root == "records" and schema is not None:
                shown_schema = item(schema, contract.view)
            if collection in schemas and shown_schema is not None and shown_schema not in schemas[collection]:
                schemas[collection].append(shown_schema)
    return schemas


def record_fields(
    behaviours: Behaviours, contract: Contract, fields: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    """The fields that records of each collection may have.

    Empty where they can't be known: a schema is open, or no fixture has a record of the collection.
    """
    known = {}
    for name, schemas in record_schemas(behaviours, contract).items():
        in_fixtures = fields.get(name)
        unknown = in_fixtures is None or not schemas or any(is_open(schema, contract.view) for schema in schemas)
        in_schemas = [members(schema, contract.view) for schema in schemas]
        known[name] = frozenset() if unknown else frozenset().union(*in_schemas, in_fixtures or ())
    return known


def success_status(operation: Operation) -> int:
    """The status of a successful response: the lowest 2XX that is declared exactly, else 200 where a range or `default`
    covers it, else the lowest that is declared at all."""
    exact = sorted(int(status) for status in operation.responses if status.isdigit())
    success = [status for status in exact if 200 <= status < 300]
    if success or not exact or operation.response_for(200) is not None:
        return success[0] if success else 200
    return exact[0]


def success_schema(operation: Operation) -> Any:
    """The schema of the successful JSON response; None where there is none."""
    status = success_status(operation)
    response = operation.response_for(status)
    if response is None or status >= 400 or not response.media_types:
        return None
    medias = response.media_types.values()
    return next((media.schema for media in medias if "json" in media.name), next(iter(medias)).schema)


def _check(
    behaviour: Behaviour, behaviours: Behaviours, contract: Contract, known: Mapping[str, frozenset[str]]
) -> None:
    operation = contract.operations[behaviour.operation]

    def fail(problem: str, name: str, among: Iterable[str]) -> BehaviourError:
        text = f"{behaviour.operation}: {problem} {name!r}"
        return BehaviourError(text, place=behaviour.place, fix=did_you_mean(name, among))

    for collection, names in _fields_used(behaviour):
        if collection not in behaviours.collections:
            raise fail("unknown collection", collection, behaviours.collections)
        for name in names:
            if known[collection] and name.split(".")[0] not in known[collection]:
                raise fail(f"{collection} have no field", name, known[collection])
    record = _record_collection(behaviour)
    for value in values_of(behaviour):
        if value.period and value.period not in behaviours.periods:
            raise fail("unknown period", value.period, behaviours.periods)
        among = _known_to(value, operation, contract, known.get(record, frozenset()))
        if value.root == "parent":
            parent = _parent_collection(behaviour, behaviours, value)
            among = known.get(parent, frozenset()) if value.names else ()
        if among and value.names[0] not in among and ".".join(value.names) not in among:
            raise fail(f"{value.text} is not declared: {value.root} has no", value.names[0], among)
    _check_reply(behaviour, operation, contract, fail)


def _check_rules(rules: CollectionRules, known: frozenset[str], locate: Callable[[str], str]) -> None:
    for name, parts in _rule_names(rules):
        if known and name.partition(".")[0] not in known:
            place = locate(pointers.join("/collections", rules.name, *parts))
            raise BehaviourError(f"{rules.name} have no field {name!r}", place=place, fix=did_you_mean(name, known))


def _rule_names(rules: CollectionRules) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The fields that the rules of a collection name, and where they name them."""
    for word, name in (("key", rules.key), ("owner", rules.owner), ("expires", rules.expires)):
        if name:
            yield name, (word,)
    unique = tuple(name for names in rules.unique for name in names)
    for word, names in (("within", rules.within), ("aliases", rules.aliases), ("unique", unique)):
        yield from ((name, (word,)) for name in names)
    yield from ((one.field, ("embeds", one.field)) for one in rules.embeds)
    yield from ((".".join(path), ("addresses",)) for path in rules.addresses)
    for one in rules.becomes:
        yield one.field, ("becomes", one.field)
        for state, move in one.moves.items():
            yield from ((name, ("becomes", one.field, state)) for name in move.sets)
            if move.failing is not None:
                yield from ((name, ("becomes", one.field, state, "fails")) for name in move.failing.sets)
    for field, values in rules.lapses:
        yield from ((name, ("lapses", field)) for name in (field, *values))


def _check_reply(behaviour: Behaviour, operation: Operation, contract: Contract, fail: Any) -> None:
    schema = success_schema(operation)
    for path, _ in behaviour.reply:
        for depth, name in enumerate(path):
            inner = at_path(schema, path[:depth], contract.view)
            if inner is not None and not is_open(inner, contract.view):
                declared = members(inner, contract.view)
                if name not in declared:
                    raise fail("the contract's response has no field", name, declared)


def _fields_used(behaviour: Behaviour) -> Iterator[tuple[str, tuple[str, ...]]]:
    told = [one.to for one in behaviour.notify if isinstance(one.to, Subscribers)]
    yield from ((one.query.collection, (one.field[0],)) for one in told)
    told_queries = [one.query for one in told]
    queries = (behaviour.find, behaviour.list, behaviour.stream, *behaviour.remove, *told_queries)
    yield from ((query.collection, query.fields) for query in queries if query is not None)
    for query in (*((behaviour.list,) if behaviour.list is not None else ()), *behaviour.remove, *told_queries):
        yield query.collection, tuple(one.field for one in query.conditions if one.field != ANYWHERE)
    if behaviour.create is not None:
        made = behaviour.create
        yield made.collection, (*(name for name, _ in made.fields), *(name.removesuffix("!") for name in made.fills))
    if behaviour.set is not None and behaviour.find is not None:
        yield behaviour.find.collection, tuple(name for name, _ in behaviour.set.fields)


def _record_collection(behaviour: Behaviour) -> str:
    if behaviour.find is not None and behaviour.create is not None:
        return ""  # $record is first the one that was looked up, then the created one
    source = behaviour.find or behaviour.create
    return source.collection if source is not None else ""


def _parent_collection(behaviour: Behaviour, behaviours: Behaviours, value: Value) -> str:
    if behaviour.find is not None and behaviour.create is not None:
        return behaviour.find.collection
    found = behaviour.find.collection if behaviour.find is not None else ""
    owners = [one.owner for one in behaviours.embeddings if one.list.collection == found]
    if not owners:
        text = f"{behaviour.operation}: {value.text} has no value: nothing is created below what find selects"
        raise BehaviourError(text, place=behaviour.place, fix="write $record")
    return owners[0]


def values_of(behaviour: Behaviour) -> Iterator[Value]:
    """Every expression of a behaviour."""
    pending = [
        value
        for query in (behaviour.find, behaviour.list, behaviour.stream, *behaviour.remove)
        if query
        for _, value in query.filters
    ]
    for change in (behaviour.create, behaviour.set):
        if change is not None:
            pending += [value for _, value in change.fields] + ([change.base] if change.base else [])
    listed = (behaviour.list,) if behaviour.list is not None else ()
    conditions = [one for query in (*listed, *behaviour.remove) for one in query.conditions]
    pending += [condition.value for condition in conditions]
    pending += [*behaviour.page.values, *([behaviour.expand] if behaviour.expand is not None else [])]
    pending += [value for _, value in behaviour.reply]
    pending += [value for one in behaviour.notify for value in one.values]
    while pending:
        value = pending.pop()
        pending.extend(value.parts)
        yield value


def _known_to(value: Value, operation: Operation, contract: Contract, record: frozenset[str]) -> Iterable[str]:
    """The names that may follow the expression's root; empty where anything may."""
    if not value.names:
        return ()
    if value.root in ("path", "query", "header", "cookie"):
        return tuple(parameter.name for parameter in operation.parameters if parameter.location == value.root) or ("",)
    if value.root == "body" and operation.body is not None:
        schemas = [media.schema for media in operation.body.media_types.values() if media.schema is not None]
        if any(is_open(schema, contract.view) or "array" in types(schema, contract.view) for schema in schemas):
            return ()  # the names are those of the items
        return tuple(name for schema in schemas for name in members(schema, contract.view))
    if value.root == "caller":
        return _CALLER
    return record if value.root == "record" else ()
