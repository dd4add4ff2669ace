"""Where a response or a body has the record or the list of records: at its top, or inside an envelope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from mockserver.contract.schemas.naming import names_one_of, plain
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import alike, find_alike, key_field

LISTS: Final = (
    "data", "items", "results", "records", "content", "values", "list", "value", "entries", "elements", "rows", "hits",
    "docs", "objects", "resources", "member", "collection", "nodes", "edges",
)  # fmt: skip
"""Members that hold the records of a list, the most usual first; like all names here without case and separators."""
_WRAPPERS: Final = frozenset(
    ["data", "result", "results", "response", "embedded", "body", "payload", "d", "record", "item", "object"]
)
_CALLS: Final = frozenset(
    [
        *("code", "status", "statuscode", "success", "successful", "ok", "message", "messages", "msg", "error"),
        *("errors", "errorcode", "errormessage", "timestamp", "time", "path", "meta", "metadata", "links"),
        *("requestid", "traceid", "version", "apiversion", "token", "description", "detail", "title", "reason"),
        *("warnings", "issuccess", "haserror"),
    ]
)
"""Members that say how a call went."""


_OUTCOMES: Final = ("ok", "success", "successful", "isSuccess", "succeeded")


@dataclass(frozen=True, slots=True)
class Placement:
    """A record's schema, or that of a list's items, and the path of names at which the value lies."""

    path: tuple[str, ...]
    schema: LocatedSchema


def list_in(
    answer: LocatedSchema, schemas: Schemas, collection: str, known: LocatedSchema | None = None, depth: int = 0
) -> Placement | None:
    """The list of records in a response; `known` is the schema of the records, where it is known."""
    if {"array", "object"} <= schemas.types(answer):  # a list, or an envelope with one: the first of them
        options = (part for part in schemas.branches(answer) if part.node is not answer.node)
        lists = (list_in(part, schemas, collection, known, depth) for part in options)
        return next((one for one in lists if one is not None), None)
    items = schemas.items(answer) if schemas.is_list(answer) else None
    if items is not None:
        return (
            Placement((), items)
            if schemas.is_object(items)
            or schemas.says_nothing(items)
            or (known is not None and schemas.same(items, known))
            else None
        )
    members = schemas.members(answer)
    inside = dict(_lists(answer, schemas, collection))
    chosen = _chosen(inside, schemas, collection, known, single=not key_field("id", collection, members))
    if chosen is not None:
        return Placement((chosen,), inside[chosen])
    for name in members if depth < 2 else ():
        if plain(name) in _WRAPPERS:
            inner = list_in(members[name], schemas, collection, known, depth + 1)
            if inner is not None:
                return Placement((name, *inner.path), inner.schema)
    return None


def _lists(answer: LocatedSchema, schemas: Schemas, collection: str) -> Iterator[tuple[str, LocatedSchema]]:
    members = schemas.members(answer)
    for name, member in members.items():
        items = schemas.items(member) if schemas.is_list(member) else None
        named = plain(name) in LISTS or alike(name, collection)
        if items is not None and (schemas.is_object(items) or (named and schemas.says_nothing(items))):
            yield name, items
        elif not schemas.types(member) and schemas.says_nothing(member) and is_envelope(members, [name]):
            yield name, member


def _chosen(
    lists: dict[str, LocatedSchema], schemas: Schemas, collection: str, known: LocatedSchema | None, *, single: bool
) -> str | None:
    for name, items in lists.items():
        if known is not None and schemas.same(items, known):
            return name
    usual = sorted((name for name in lists if plain(name) in LISTS), key=lambda name: LISTS.index(plain(name)))
    named = find_alike(collection, lists)
    if named is not None or usual:
        return named or usual[0]
    return next(iter(lists)) if single and len(lists) == 1 else None


def record_in(
    answer: LocatedSchema, schemas: Schemas, collection: str, parameter: str, known: LocatedSchema | None = None
) -> Placement | None:
    """The record in a response or a body; None when it has none."""
    if schemas.is_list(answer) or not schemas.members(answer):
        return None
    if known is not None and schemas.same(answer, known):
        return Placement((), answer)
    return _wrapped(answer, schemas, collection, parameter, known, 0) or Placement((), answer)


def _wrapped(
    answer: LocatedSchema, schemas: Schemas, collection: str, parameter: str, known: LocatedSchema | None, depth: int
) -> Placement | None:
    members = schemas.members(answer)
    objects = {name: member for name, member in members.items() if schemas.is_object(member)}
    anything = {name: member for name, member in members.items() if schemas.says_nothing(member)}
    is_call = is_envelope(members, objects or anything)
    has_key = key_field(parameter or "id", collection, members) is not None and not is_call
    if has_key and known is not None and schemas.share(answer, known):
        return None  # a record that may have others of its kind in it
    for name, member in objects.items():
        if known is not None and schemas.same(member, known):
            return Placement((name,), member)
    if has_key:
        return None  # an object that has the key is the record itself
    for name, member in objects.items():
        if plain(name) in _WRAPPERS or names_one_of(name, collection):
            inner = _wrapped(member, schemas, collection, parameter, known, depth + 1) if depth < 2 else None
            return Placement((name, *inner.path), inner.schema) if inner is not None else Placement((name,), member)
    if len(objects) == 1 and _tells_success(members, objects):
        name = next(iter(objects))
        return Placement((name,), members[name])
    result = next((name for name in anything if plain(name) in _WRAPPERS), None)
    return Placement((result,), anything[result]) if result is not None and is_call and not objects else None


def _tells_success(members: Iterable[str], objects: Iterable[str]) -> bool:
    """Whether nothing but how the call went stands beside the one object of an answer, as in `{ok, channel}`."""
    inner, others = list(objects), [name for name in members if name not in objects]
    known = any(find_alike(name, _OUTCOMES) is not None for name in others)
    return known and all(find_alike(name, _CALLS) for name in others) and find_alike(inner[0], _CALLS) is None


def is_envelope(members: Iterable[str], objects: Iterable[str]) -> bool:
    """Whether nothing but how the call went stands beside a member for its result, as in `{code, message, data}`."""
    inner = [name for name in objects if plain(name) in _WRAPPERS]
    return len(inner) == 1 and all(name == inner[0] or plain(name) in _CALLS for name in members)


def is_wrapper(path: tuple[str, ...], collection: str) -> bool:
    """Whether a path to records is that of an envelope, and not of a member that happens to hold such records."""
    return all(plain(name) in (*_WRAPPERS, *LISTS) or names_one_of(name, collection) for name in path)
