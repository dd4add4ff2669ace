"""What lies around a record that may be kept from another user: the lists that show it, and what lies below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from contract_tests.core.action import Action
from contract_tests.core.calls import Call
from contract_tests.core.contract import Operation
from contract_tests.core.discovery import identifiers
from contract_tests.core.model import Behaviour, Model, dig, root
from contract_tests.core.pages import Reader
from contract_tests.core.target import Target, Token

HIDDEN = frozenset({403, 404})


def is_folder(listing: Operation, read: Operation) -> bool:
    """Whether the path of a list is that of a record without its key."""
    return read.path.startswith(f"{listing.path}/{{") and len(read.path_names) == len(listing.path_names) + 1


def lists_of(model: Model, operations: Iterable[Operation], call: Call, shown: Any) -> Iterator[Call]:
    """The lists in which a record that is shown must stand: at its own path, or below the record that it belongs to."""
    for one in operations:
        if one.method == "GET" and is_folder(one, call.operation):
            yield Call(one, call.values[: len(one.path_names)])
        elif one.method == "GET" and (values := values_above(model, one, call.operation, shown)):
            yield Call(one, values)


def values_above(model: Model, listing: Operation, read: Operation, shown: Any) -> tuple[str, ...]:
    """The path values of the list of a record that has a path of its own, as the record shows them; else none."""
    found, about = model.behaviours.get(listing.id), model.behaviours.get(read.id)
    if found is None or about is None or not found.list or not about.find or not listing.path_names:
        return ()
    if found.list.collection != about.find.collection or about.list:
        return ()
    place = next((way for way, expression in about.reply.items() if expression == "$record"), ())
    record = dig(shown, place)
    fields = fields_above(found)
    values = [record.get(fields.get(name, "")) if isinstance(record, Mapping) else None for name in listing.path_names]
    return tuple(map(str, values)) if all(isinstance(value, str | int) for value in values) else ()


def fields_above(listing: Behaviour) -> dict[str, str]:
    """By path parameter of a list, the field of its records that has the value."""
    above, own = listing.find.filters if listing.find else {}, listing.list.filters if listing.list else {}
    parents = {f"$record.{field}": root(value)[1] for field, value in above.items() if root(value)[0] == "path"}
    named = {parents.get(str(value)) or (root(value)[1] if root(value)[0] == "path" else ""): field
             for field, value in own.items()}  # fmt: skip
    return {name: field for name, field in named.items() if name}


def is_upsert(operation: Operation) -> bool:
    """Whether it makes the record of its path where there is none: users may have records of one key each."""
    return operation.method == "PUT" and "201" in operation.statuses


def is_written(body: Any, before: Any, after: Any) -> bool:
    """Whether a later read shows another value in a member that a body has."""
    names = body if isinstance(body, Mapping) else ()
    return any([*values_of(before, name)] != [*values_of(after, name)] for name in names)


def values_of(value: Any, name: str) -> Iterator[Any]:
    """The values of the members of that name, wherever they stand in an answer."""
    if isinstance(value, Mapping):
        yield from [value[name]] if name in value else ()
    for item in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from values_of(item, name)


def below(operations: Iterable[Operation], read: Operation) -> list[Operation]:
    """What reads or writes below a record and needs no further key."""
    found = [one for one in operations if one.path.startswith(f"{read.path}/")]
    return [one for one in found if one.path_names == read.path_names]


def in_list(model: Model, target: Target, listing: Call, call: Call, other: Token) -> bool | None:
    """Whether the other user's list has the record; None where it can't be told."""
    key, name = call.values[-1], call.operation.path_names[-1]
    if key not in keys_in(model, target, listing, name, "")[0]:
        return None
    theirs = listing.send(target, other)
    if not theirs.ok:
        return False if theirs.status in HIDDEN and listing.values else None
    keys, is_whole = keys_in(model, target, listing, name, other)
    return True if key in keys else False if is_whole else None


def keys_in(model: Model, target: Target, listing: Call, name: str, token: Token) -> tuple[set[str], bool]:
    """The keys of the records that a user's list shows, on all of its pages, and whether these were read to the end."""
    behaviour, reader = model.behaviours.get(listing.operation.id), Reader(target, target.contract)
    if behaviour is None:
        answer = listing.send(target, token)
        return {*identifiers(answer.json, name)} if answer.ok else set(), True
    action = Action(listing.operation, behaviour)
    names = dict(zip(listing.operation.path_names, listing.values, strict=True))
    walk = reader.walk(action, names, {}, reader.limits(action)[1], token)
    return {key for answer in walk.answers for key in identifiers(answer.json, name)}, walk.whole
