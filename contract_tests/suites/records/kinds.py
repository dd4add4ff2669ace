"""The kinds of records of a contract, and the operations about each, as the mock's behaviours have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contract_tests.core.action import Action, path_fields
from contract_tests.core.contract import Contract, Operation
from contract_tests.core.document import Place
from contract_tests.core.model import Model, Steps
from contract_tests.core.schemas import declared_members, item_of, merged_keywords, possible_members, sendable
from contract_tests.suites.records.forms import files_of, form_schemas


@dataclass(frozen=True)
class Kind:
    """Records of one collection."""

    name: str
    key: str
    create: Action | None
    read: Action | None
    lists: tuple[Action, ...]
    updates: tuple[Action, ...]
    remove: Action | None
    acts: tuple[Action, ...] = ()  #: what else acts on a record, and shows it in the answer
    names: frozenset[str] = frozenset()  #: fields beside the key by which a path finds a record: its user name

    def __str__(self) -> str:
        return self.name

    @property
    def reader(self) -> Action | None:
        """What shows a record: a read, else a list."""
        return self.read or next(iter(self.lists), None)


def kinds(contract: Contract, model: Model, chosen: Iterable[Operation]) -> list[Kind]:
    """Every kind of which records can be made, or the one record changed, and seen."""
    known = [
        Action(operation, model.behaviours[operation.id])
        for operation in chosen
        if operation.id in model.behaviours and is_sendable(contract, operation)
    ]
    found = [kind_of(name, collection.key, known) for name, collection in model.collections.items()]
    return [kind for kind in found if kind.reader and (kind.create or kind.updates)]


def kind_of(name: str, key: str, known: list[Action]) -> Kind:
    """The operations about one collection."""
    makes = sorted(
        (one for one in known if one.behaviour.created == name and one.behaviour.takes_body),
        key=lambda one: one.operation.method != "POST",
    )
    create = next(iter(makes), None)
    reads = [one for one in known if finds(one, name) and one.operation.method == "GET" and one.place is not None]
    if create is not None:  # what names no record shows the first of them
        reads = [one for one in reads if names_record(one, key)]
    return Kind(
        name,
        key,
        create,
        nearest(reads, create),
        tuple(one for one in known if lists(one, name)),
        tuple(one for one in known if changes(one, name) or (one in makes and one.operation.method == "PUT")),
        nearest([one for one in known if finds(one, name) and removes(one, name)], create),
        tuple(one for one in known if acts(one, name)),
        frozenset(other_names([one for one in known if finds(one, name)], key, create)),
    )


def other_names(finders: Iterable[Action], key: str, create: Action | None) -> Iterator[str]:
    """The fields other than the key that name a record by themselves, below what the path of its creation names."""
    above = set(create.operation.path_names) if create else set()
    for one in finders:
        fields = [field for name, field in path_fields(one.behaviour.find) if name not in above]  # type: ignore[arg-type]
        if len(fields) == 1 and fields[0] != key:
            yield fields[0]


def names_record(read: Action, key: str) -> bool:
    """Whether a read says which record it is about: by its key, or at the end of its path."""
    return read.operation.path.rstrip("/").endswith("}") or bool(
        read.behaviour.find and key in read.behaviour.find.filters
    )


def nearest(actions: list[Action], create: Action | None) -> Action | None:
    """The operation whose path continues that of the one that makes the record, else the first."""
    below = [one for one in actions if create and one.operation.path.startswith(create.operation.path)]
    return next(iter(below or actions), None)


def finds(action: Action, name: str) -> bool:
    """Whether it is about a record of the collection."""
    return action.behaviour.find is not None and action.behaviour.find.collection == name and not action.behaviour.list


def lists(action: Action, name: str) -> bool:
    """Whether it lists the collection, and does not only count it."""
    query = action.behaviour.list
    is_list = action.operation.method == "GET" and action.place is not None
    return is_list and query is not None and query.collection == name


def changes(action: Action, name: str) -> bool:
    """Whether it changes a record of the collection by its body."""
    is_update = action.operation.method in {"PUT", "PATCH"} and action.behaviour.created is None
    return is_update and finds(action, name) and action.behaviour.takes_body


def acts(action: Action, name: str) -> bool:
    """Whether it does something to a record of the collection that is neither an update nor its end."""
    is_act = action.operation.method == "POST" and action.place is not None and action.behaviour.created is None
    return is_act and finds(action, name) and name not in action.behaviour.removes


def removes(action: Action, name: str) -> bool:
    """Whether it removes a record of the collection."""
    return action.operation.method == "DELETE" and name in action.behaviour.removes


def is_sendable(contract: Contract, operation: Operation) -> bool:
    """Whether it takes no body, or one of JSON, or a form with a file."""
    return not operation.takes_body or next(bodies(contract, operation), None) is not None


def bodies(contract: Contract, operation: Operation) -> Iterator[Place]:
    """The schemas of the bodies that it takes: those of JSON first."""
    yield from contract.json_request_schemas(operation)
    yield from form_schemas(contract, operation)


def declared(contract: Contract, action: Action) -> Mapping[str, Any]:
    """The members that the records of its success have, as the contract declares them."""
    return possible_members(contract, record_schema(contract, action))


def required(contract: Contract, action: Action) -> frozenset[str]:
    """The members that none of the records of its success may lack."""
    schema = record_schema(contract, action)
    return (
        frozenset(merged_keywords(contract, schema).get("required", ())) if isinstance(schema, Mapping) else frozenset()
    )


def record_schema(contract: Contract, action: Action) -> Any:
    """The schema of the records that its success shows; None where it declares none with members."""
    statuses = [status for status in action.operation.statuses if status[0] in "2d"]
    for status in statuses:
        for place in contract.json_answer_schemas(action.operation, status):
            schema = at(contract, place.value, action.place or ())
            if action.place_of("$records") is not None:
                schema = item_of(contract, schema)
            if declared_members(contract, schema):
                return schema
    return None


def at(contract: Contract, schema: Any, way: Steps) -> Any:
    """The schema of the member at a path of names."""
    for name in way:
        schema = declared_members(contract, schema).get(name)
    return schema


def settable(contract: Contract, kind: Kind) -> frozenset[str]:
    """The fields that a client sends."""
    writers = [one for one in (kind.create, *kind.updates) if one]
    return frozenset().union(*(members_sent(contract, one) for one in writers))


def members_sent(contract: Contract, action: Action) -> frozenset[str]:
    """The members that its body may have, but for files, which are not shown as they were sent."""
    form = next(form_schemas(contract, action.operation), None)
    if form is None or next(contract.json_request_schemas(action.operation), None) is not None:
        return sendable(contract, action.operation)
    return frozenset(declared_members(contract, form.value)) - {*files_of(contract, form.value)}


def body_of(contract: Contract, action: Action) -> Place:
    """The schema of the body that it takes; an empty one where it takes none."""
    return next(bodies(contract, action.operation), Place({}))
