"""Reads behaviours (the data of behaviours.yaml, or what was inferred) into values, refusing what it does not know."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from mockserver.behaviour.names import check_names
from mockserver.behaviour.records import RecordShape, shape_of
from mockserver.behaviour.values import Value, compile_value
from mockserver.behaviour.vocabulary import VERBS, Behaviour, Behaviours, Change, Creation, Page, Query
from mockserver.clock import parse_period
from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import ABSENT, Operation
from mockserver.contract.schemas.projection import Show, projector
from mockserver.errors import BehaviourError, UsageError, did_you_mean
from mockserver.state.rules import CollectionRules

Locate = Callable[[str], str]
"""From a JSON Pointer into the behaviours to `file:line`."""

_TOP = ("periods", "collections", "operations")
_COLLECTION = ("key", "owner", "expires", "lapses", "schema", "private")
_OPERATION = (*VERBS, "page", "call", "because", "assumed")
_PAGE = ("limit", "offset", "number", "first", "after")


def read_behaviours(
    data: Any,
    contract: Contract,
    *,
    locate: Locate,
    fields: Mapping[str, frozenset[str]] = MappingProxyType({}),
    periods: Mapping[str, str] = MappingProxyType({}),
) -> Behaviours:
    """The behaviours that `data` says, every name checked against the contract.

    `fields` are the fields that the fixtures' records have, by collection; `periods` overrides named lengths of time.
    Raises BehaviourError with the place, the problem and the nearest known name.
    """
    reader = _Reader(locate, contract)
    data = reader.mapping(data or {}, "", _TOP)
    lengths = {**reader.mapping(data.get("periods") or {}, "/periods")}
    for name in periods:
        if name not in lengths:
            raise UsageError(f"--period: unknown period {name!r}", fix=did_you_mean(name, lengths))
    lengths |= periods
    operations = {
        name: reader.operation(name, said)
        for name, said in reader.mapping(data.get("operations") or {}, "/operations", contract.operations).items()
    }
    indexed = _indexed(operations.values())
    said_of = reader.mapping(data.get("collections") or {}, "/collections")
    rules = {name: reader.collection(name, said or {}, indexed.get(name, set())) for name, said in said_of.items()}
    schemas = {name: _schema((said or {}).get("schema")) for name, said in said_of.items()}
    keys = _keys_in_paths(operations.values(), rules, contract)
    shapes = {name: _shape(held, schemas[name], contract, keys.get(name)) for name, held in rules.items()}
    behaviours = Behaviours(operations, rules, {n: reader.period(n, t) for n, t in lengths.items()}, shapes)
    private = {name: frozenset((said or {}).get("private") or ()) for name, said in said_of.items()}
    check_names(behaviours, contract, {name: held | private.get(name, held) for name, held in fields.items()}, locate)
    return behaviours


def _shape(rules: CollectionRules, schema: Any, contract: Contract, key: Any) -> RecordShape:
    misfits = partial(_misfits, contract, schema, projector(schema, contract.resolve)) if schema is not None else None
    return shape_of(rules, schema, contract.resolve, misfits, nullable=contract.nullable, key=key)


def _keys_in_paths(
    operations: Iterable[Behaviour], rules: Mapping[str, CollectionRules], contract: Contract
) -> dict[str, Any]:
    """The schema of the path value by which the records of a collection are found."""
    found: dict[str, Any] = {}
    for behaviour in operations:
        query = behaviour.find
        if query is None or query.collection not in rules:
            continue
        for field, value in query.filters:
            if value.root == "path" and field == rules[query.collection].key:
                declared = contract.operations[behaviour.operation].parameters
                named = (one.schema for one in declared if (one.location, one.name) == ("path", *value.names))
                found.setdefault(query.collection, next(named, None))
    return found


def _misfits(contract: Contract, schema: Any, show: Show, record: Mapping[str, Any]) -> frozenset[str]:
    """The fields that keep a record from being shown; an empty name where that is the fault of no field alone."""
    found = contract.violations(schema, show(record), place="record")
    places = [violation.place.removeprefix("record").removeprefix(".") for violation in found]
    return frozenset(next((name for name in record if _is_in(place, name)), "") for place in places)


def _is_in(place: str, name: str) -> bool:
    return place.startswith(name) and place[len(name) : len(name) + 1] in ("", ".", "[")


def _schema(said: Any) -> Any:
    """The schema that one pointer into the contract names, or several pointers together; None where none is named."""
    if isinstance(said, list):
        return {"allOf": [{"$ref": pointer} for pointer in said]}
    return {"$ref": said} if said else None


def _indexed(operations: Iterable[Behaviour]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for behaviour in operations:
        for query in (behaviour.find, behaviour.list, *behaviour.remove):
            if query is not None:
                found.setdefault(query.collection, set()).update(name for name in query.fields if "." not in name)
    return found


class _Reader:
    """Reads one document of behaviours; every complaint names the line."""

    def __init__(self, locate: Locate, contract: Contract) -> None:
        self.locate, self.contract = locate, contract

    def wrong(self, pointer: str, problem: str, fix: str = "") -> BehaviourError:
        return BehaviourError(problem, place=self.locate(pointer), fix=fix)

    def mapping(self, value: Any, pointer: str, known: Iterable[str] | None = None) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            raise self.wrong(pointer, f"{pointer.rsplit('/', 1)[-1] or 'the file'} must be a mapping of names")
        for name in value:
            if known is not None and name not in known:
                raise self.wrong(f"{pointer}/{_escape(name)}", f"unknown name {name!r}", did_you_mean(str(name), known))
        return value

    def period(self, name: str, text: Any) -> int:
        try:
            return parse_period(str(text))
        except ValueError as error:
            raise self.wrong(f"/periods/{_escape(name)}", str(error)) from None

    def collection(self, name: str, said: Any, indexed: set[str]) -> CollectionRules:
        pointer = f"/collections/{_escape(name)}"
        said = self.mapping(said, pointer, _COLLECTION)
        lapses = self.mapping(said.get("lapses") or {}, f"{pointer}/lapses")
        owner = said.get("owner")
        return CollectionRules(
            name,
            str(said.get("key", "id")),
            owner,
            said.get("expires"),
            tuple((field, self.constants(values, f"{pointer}/lapses/{field}")) for field, values in lapses.items()),
            frozenset(indexed | ({owner} if owner else set())),
        )

    def constants(self, values: Any, pointer: str) -> Mapping[str, Any]:
        pairs = self.mapping(values, pointer).items()
        return {name: ABSENT if value == "$absent" else value for name, value in pairs}

    def operation(self, name: str, said: Any) -> Behaviour:
        pointer = f"/operations/{_escape(name)}"
        said = self.mapping(said or {}, pointer, _OPERATION)
        queries = {
            verb: self.queries(said[verb], f"{pointer}/{verb}") for verb in ("find", "remove", "list") if verb in said
        }
        behaviour = Behaviour(
            operation=name,
            find=self.only(queries.get("find"), f"{pointer}/find"),
            create=self.creation(said["create"], f"{pointer}/create", self.contract.operations[name])
            if "create" in said
            else None,
            set=self.change(said["set"], f"{pointer}/set") if "set" in said else None,
            remove=queries.get("remove", ()),
            list=self.only(queries.get("list"), f"{pointer}/list"),
            page=self.page(said.get("page") or {}, f"{pointer}/page"),
            reply=self.reply(said.get("reply"), f"{pointer}/reply"),
            call=self.function(said["call"], f"{pointer}/call") if "call" in said else None,
            because=str(said.get("because", "")),
            assumed=tuple(said.get("assumed") or ()),
            place=self.locate(pointer),
        )
        self.fits_together(behaviour, said, pointer)
        return behaviour

    def fits_together(self, behaviour: Behaviour, said: Mapping[str, Any], pointer: str) -> None:
        if behaviour.call is not None and any(verb in said for verb in VERBS):
            raise self.wrong(f"{pointer}/call", "`call` replaces the verbs; it stands alone")
        if behaviour.set is not None and behaviour.find is None:
            raise self.wrong(f"{pointer}/set", "`set` changes the record that `find` found, and there is no `find`")

    def only(self, queries: tuple[Query, ...] | None, pointer: str) -> Query | None:
        if queries is not None and len(queries) != 1:
            raise self.wrong(pointer, f"names {len(queries)} collections where one is meant")
        return queries[0] if queries else None

    def queries(self, said: Any, pointer: str) -> tuple[Query, ...]:
        return tuple(
            Query(name, self.values(filters or {}, f"{pointer}/{_escape(name)}"))
            for name, filters in self.mapping(said, pointer).items()
        )

    def creation(self, said: Any, pointer: str, operation: Operation) -> Creation:
        if len(self.mapping(said, pointer)) != 1:
            raise self.wrong(pointer, f"names {len(said)} collections where one is meant")
        [(name, fields)] = said.items()
        pairs = dict(
            self.values(fields if isinstance(fields, Mapping) else {"*": fields}, f"{pointer}/{_escape(name)}")
        )
        conflicts = operation.response_for(409) is not None
        return Creation(name, pairs.pop("*", None), tuple(pairs.items()), conflicts)

    def change(self, said: Any, pointer: str) -> Change:
        pairs = dict(self.values(said if isinstance(said, Mapping) else {"=": said}, pointer))
        if "*" in pairs and "=" in pairs:
            raise self.wrong(pointer, '"*" takes fields in and "=" replaces the record: write one of them')
        replaces = "=" in pairs
        return Change(pairs.pop("*", None) or pairs.pop("=", None), replaces, tuple(pairs.items()))

    def page(self, said: Any, pointer: str) -> Page:
        said = dict(self.mapping(said, pointer, _PAGE))
        first = said.pop("first", 1)
        if not isinstance(first, int):
            raise self.wrong(f"{pointer}/first", f"{first!r} is no number of a page", "the first page is 0 or 1")
        return Page(first=first, **dict(self.values(said, pointer)))

    def reply(self, said: Any, pointer: str) -> tuple[tuple[tuple[str, ...], Value], ...]:
        if said is None:
            return ()
        if not isinstance(said, Mapping):
            return (((), self.value(said, pointer)),)
        return tuple((split_path(path), value) for path, value in self.values(said, pointer))

    def values(self, said: Any, pointer: str) -> tuple[tuple[str, Value], ...]:
        pairs = self.mapping(said, pointer).items()
        return tuple((str(name), self.value(text, f"{pointer}/{_escape(name)}")) for name, text in pairs)

    def value(self, text: Any, pointer: str) -> Value:
        try:
            return compile_value(text)
        except ValueError as error:
            raise self.wrong(pointer, str(error)) from None

    def function(self, said: Any, pointer: str) -> Callable[..., Any]:
        module, _, name = str(said).partition(":")
        try:
            found = getattr(importlib.import_module(module), name)
        except Exception as error:  # noqa: BLE001 - the user's module may fail in any way while it is imported
            raise self.wrong(pointer, f"cannot load {said!r}: {error}", "write package.module:function") from None
        if not callable(found):
            raise self.wrong(pointer, f"{said!r} is no function")
        return found  # type: ignore[no-any-return]  # whatever it is, it can be called


def split_path(path: str) -> tuple[str, ...]:
    r"""The names of a dotted path; a dot inside a name is written `\.`."""
    return tuple(name.replace("\\.", ".") for name in re.split(r"(?<!\\)\.", path))


def _escape(name: Any) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")
