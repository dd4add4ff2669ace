"""Reads behaviours (the data of behaviours.yaml, or what was inferred) into values, rejecting unknown names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from mockserver.behaviour.adopting import with_ancestors
from mockserver.behaviour.calls import Call, load_call
from mockserver.behaviour.carrying import Carried
from mockserver.behaviour.names import check_names, success_schema
from mockserver.behaviour.notifying import Subscribers
from mockserver.behaviour.reading import Folder, Locate, escape, split_path
from mockserver.behaviour.shapes import answered_shapes, schema_at, shapes_of
from mockserver.behaviour.telling import Telling
from mockserver.behaviour.values import Value
from mockserver.behaviour.vocabulary import VERBS, Behaviour, Behaviours, Change, Creation, Embedding, Lead, Page, Query
from mockserver.clock import parse_period
from mockserver.contract.contract import Contract
from mockserver.contract.existence import described, refused_unless_there
from mockserver.contract.operations.operation import Operation
from mockserver.contract.schemas.view import at_path, item, members, types
from mockserver.errors import UsageError, did_you_mean
from mockserver.state.references import Reference
from mockserver.state.rules import CollectionRules, Embedded

_TOP = ("periods", "collections", "operations", "echoes", "leads", "deliveries")
_COLLECTION = (
    "key", "within", "aliases", "mine", "owner", "expires", "lapses", "becomes", "schema", "private", "refers",
    "implicit", "embeds", "addresses", "unique",
)  # fmt: skip
_OPERATION = (*VERBS, "page", "fills", "expand", "call", "because", "assumed")
_COUNTS = ("first", "size", "most", "origin")
_PAGE = ("limit", "offset", "number", "after", "before", "end", "sort", "order", *_COUNTS)


def read_behaviours(
    data: Any,
    contract: Contract,
    *,
    locate: Locate,
    fields: Mapping[str, frozenset[str]] = MappingProxyType({}),
    periods: Mapping[str, str] = MappingProxyType({}),
    folder: Folder = lambda _: None,
    adopts: bool = False,
    inferred: bool = False,
    checked: bool = True,
) -> Behaviours:
    """The behaviours that `data` declares, with every name checked against the contract unless `checked` is false.

    `fields` lists the fields of the fixtures' records by collection; `periods` overrides named periods;
    the modules of an operation's `call` are looked for in its `folder` first; with `adopts`, parents that don't exist
    are made. Raises BehaviourError with the place, the problem and the nearest known name.
    """
    reader = _Reader(locate, contract, folder, adopts=adopts)
    data = reader.mapping(data or {}, "", _TOP)
    reader.collections = frozenset(data.get("collections") or ())
    reader.referring = _referring(data.get("collections"))
    lengths = {**reader.mapping(data.get("periods") or {}, "/periods")}
    for name in periods:
        if name not in lengths:
            raise UsageError(f"--period: unknown period {name!r}", fix=did_you_mean(name, lengths))
    lengths |= periods
    named = reader.periods = {name: reader.period(name, text) for name, text in lengths.items()}
    operations = {
        name: reader.operation(name, declaration)
        for name, declaration in reader.mapping(
            data.get("operations") or {}, "/operations", contract.operations
        ).items()
    }
    operations = with_ancestors(operations, contract) if adopts else operations
    indexed = _indexed(operations.values())
    declared = reader.mapping(data.get("collections") or {}, "/collections")
    rules = {
        name: reader.collection(name, declaration or {}, indexed.get(name, set()))
        for name, declaration in declared.items()
    }
    schemas = {name: schema_at((declaration or {}).get("schema")) for name, declaration in declared.items()}
    shapes = shapes_of(operations.values(), rules, schemas, contract)
    answered = answered_shapes(operations, rules, schemas, contract)
    said = reader.mapping(data.get("echoes") or {}, "/echoes", contract.operations)
    echoes = {name: reader.reply(members, f"/echoes/{escape(name)}") for name, members in said.items()}
    led = reader.mapping(data.get("leads") or {}, "/leads", contract.operations)
    leads = {name: tuple(reader.leads(members, f"/leads/{escape(name)}", rules)) for name, members in led.items()}
    embeddings = _embeddings(operations, rules)
    schedule = reader.schedule(data.get("deliveries") or {}, "/deliveries")
    behaviours = Behaviours(
        operations, rules, named, shapes, inferred, answered, embeddings, echoes, leads, schedule, reader.moments
    )
    private = {name: frozenset((declaration or {}).get("private") or ()) for name, declaration in declared.items()}
    if checked:
        all_fields = {name: names | private.get(name, names) for name, names in fields.items()}
        check_names(behaviours, contract, all_fields, locate)
    return behaviours


def _embeddings(operations: Mapping[str, Behaviour], rules: Mapping[str, CollectionRules]) -> tuple[Embedding, ...]:
    """The lists that have records of other collections, each with what the server sets in those."""
    fills = {one.create.collection: one.create.fills for one in operations.values() if one.create is not None}
    pairs = [(name, one) for name, rule in rules.items() for one in rule.embeds]
    return tuple(Embedding(name, one, fills.get(one.collection, ())) for name, one in pairs)


def _referring(collections: Any) -> dict[str, tuple[str, ...]]:
    """By collection, the fields of its records that hold the key of another record, or a list of such keys; not those
    deeper in a record."""
    given = collections.items() if isinstance(collections, Mapping) else ()
    declared = {str(name): one.get("refers") for name, one in given if isinstance(one, Mapping)}
    fields = {name: map(str, refers) for name, refers in declared.items() if isinstance(refers, Mapping)}
    return {name: tuple(field for field in each if "." not in field) for name, each in fields.items()}


def _indexed(operations: Iterable[Behaviour]) -> dict[str, set[str]]:
    fields: dict[str, set[str]] = {}
    for behaviour in operations:
        told = (one.to.query for one in behaviour.notify if isinstance(one.to, Subscribers))
        for query in (behaviour.find, behaviour.list, *behaviour.remove, *told):
            if query is not None:
                fields.setdefault(query.collection, set()).update(name for name in query.fields if "." not in name)
    return fields


class _Reader(Telling):
    """Reads one document of behaviours; every error names the line."""

    referring: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """By collection, the fields of its records that hold keys of other records."""

    def period(self, name: str, text: Any) -> int:
        try:
            return parse_period(str(text))
        except ValueError as error:
            raise self.wrong(f"/periods/{escape(name)}", str(error)) from None

    def collection(self, name: str, data: Any, indexed: set[str]) -> CollectionRules:
        pointer = f"/collections/{escape(name)}"
        data = self.mapping(data, pointer, _COLLECTION)
        lapses = self.mapping(data.get("lapses") or {}, f"{pointer}/lapses")
        owner, within = data.get("owner"), tuple(data.get("within") or ())
        unique = tuple((one,) if isinstance(one, str) else tuple(one) for one in data.get("unique") or ())
        return CollectionRules(
            name,
            str(data.get("key", "id")),
            owner,
            data.get("expires"),
            tuple((field, self.constants(values, f"{pointer}/lapses/{field}")) for field, values in lapses.items()),
            frozenset(indexed.union(within, (owner,) if owner else (), *unique)),
            within,
            tuple(data.get("aliases") or ()),
            tuple(map(str, data.get("mine") or ())),
            tuple(self.references(data.get("refers") or {}, f"{pointer}/refers")),
            data.get("implicit") is True,
            tuple(self.embedded(data.get("embeds") or {}, f"{pointer}/embeds")),
            tuple(self.becoming(name, data.get("becomes") or {}, f"{pointer}/becomes")),
            tuple(split_path(str(path)) for path in data.get("addresses") or ()),
            unique,
        )

    def embedded(self, data: Any, pointer: str) -> Iterator[Embedded]:
        for field, target in self.mapping(data, pointer).items():
            links = {target: ""} if isinstance(target, str) else self.mapping(target, f"{pointer}/{escape(field)}")
            yield from (Embedded(str(field), str(name), str(link)) for name, link in links.items())

    def references(self, data: Any, pointer: str) -> Iterator[Reference]:
        for path, target in self.mapping(data, pointer).items():
            for collection, field in self.mapping(target, f"{pointer}/{escape(path)}").items():
                yield Reference(split_path(path), str(collection), str(field))

    def leads(self, data: Any, pointer: str, collections: Mapping[str, CollectionRules]) -> Iterator[Lead]:
        for path, target in self.mapping(data, pointer).items():
            for one, field in self.mapping(target, f"{pointer}/{escape(path)}", collections).items():
                root, _, name = str(field).partition(".")
                in_path = name if root == "$path" else ""
                key = collections[one].key if in_path else str(field)
                yield Lead(Reference(split_path(path), str(one), key), in_path)

    def operation(self, name: str, data: Any) -> Behaviour:
        pointer = f"/operations/{escape(name)}"
        data = self.mapping(data or {}, pointer, _OPERATION)
        queries = {
            verb: self.queries(data[verb], f"{pointer}/{verb}", listing=verb in ("list", "remove"))
            for verb in ("find", "remove", "list", "stream")
            if verb in data
        }
        behaviour = Behaviour(
            operation=name,
            find=self.found(name, data, self.only(queries.get("find"), f"{pointer}/find")),
            create=self.creation(data, pointer, self.contract.operations[name]) if "create" in data else None,
            set=self.change(data, pointer, self.contract.operations[name]) if "set" in data else None,
            remove=queries.get("remove", ()),
            list=self.only(queries.get("list"), f"{pointer}/list"),
            stream=self.only(queries.get("stream"), f"{pointer}/stream"),
            page=self.page(data.get("page") or {}, f"{pointer}/page", self.contract.operations[name]),
            reply=self.reply(data.get("reply"), f"{pointer}/reply"),
            notify=tuple(self.notifications(data.get("notify") or {}, f"{pointer}/notify", name)),
            expand=self.value(data["expand"], f"{pointer}/expand") if "expand" in data else None,
            call=self.function(data["call"], f"{pointer}/call", name) if "call" in data else None,
            because=str(data.get("because", "")),
            assumed=tuple(data.get("assumed") or ()),
            place=self.locate(pointer),
            must_find=any(self.contract.operations[name].response_for(status) for status in (404, 400, 422)),
        )
        self.fits_together(behaviour, data, pointer)
        return behaviour

    def fits_together(self, behaviour: Behaviour, data: Mapping[str, Any], pointer: str) -> None:
        if behaviour.call is not None and any(verb in data for verb in VERBS):
            raise self.wrong(f"{pointer}/call", "`call` replaces the verbs and can't be combined with them")
        if behaviour.set is not None and behaviour.find is None:
            raise self.wrong(f"{pointer}/set", "`set` changes the record that `find` selects, and there is no `find`")

    def found(self, operation: str, data: Mapping[str, Any], find: Query | None) -> Query | None:
        """The `find` of an operation: of a record that must be there, or of a parent that may be made on first use."""
        if find is None or not self.adopts:
            return find
        below = {name for verb in ("create", "list") for name in data.get(verb) or ()} - {find.collection}
        made_of = all(value.root == "path" for _, value in find.filters)
        shows = success_schema(self.contract.operations[operation]) is not None
        alone = shows and data.keys() <= {"find", "because"}  # what is below a record is left to its example
        return replace(find, adopts=made_of and (bool(below) or alone or not find.filters))

    def creation(self, declared: Mapping[str, Any], place: str, operation: Operation) -> Creation:
        data, pointer = declared["create"], f"{place}/create"
        if len(self.mapping(data, pointer)) != 1:
            raise self.wrong(pointer, f"names {len(data)} collections where one is expected")
        [(name, fields)] = data.items()
        pairs = dict(self.values(fields if isinstance(fields, Mapping) else {"*": fields}, f"{pointer}/{escape(name)}"))
        conflicts = operation.response_for(409) is not None
        base, fills = pairs.pop("*", None), tuple(map(str, declared.get("fills") or ()))
        shown = [path for path, value in self.reply(declared.get("reply"), "") if value.text == "$record"]
        return Creation(
            name,
            base,
            tuple(pairs.items()),
            fills,
            conflicts,
            self.existing(name, base, pairs, operation),
            self.carried(base, operation),
            lists=self.lists(shown, operation),
            shows_one=bool(shown) and not self.lists(shown, operation),
        )

    def lists(self, shown: Iterable[tuple[str, ...]], operation: Operation) -> bool:
        """Whether the answer may have a list in the place of the record, as where one or many can be sent."""
        schemas = (at_path(success_schema(operation), path, self.contract.view) for path in shown)
        return any("array" in types(schema, self.contract.view) for schema in schemas if schema is not None)

    def carried(self, base: Value | None, operation: Operation) -> Carried | None:
        """What the part of the request body that `base` names can hold; None where no schema says so."""
        if base is None or base.root != "body" or operation.body is None:
            return None
        view, medias = self.contract.view, operation.body.media_types.values()
        parts = [at_path(media.schema, base.names, view) for media in medias if media.schema is not None]
        ones = [item(part, view) or part for part in parts if part is not None]  # each item of a list is a record
        known = [part for part in ones if members(part, view)]
        return Carried({"anyOf": known} if len(known) > 1 else known[0], view, known[0]) if known else None

    def existing(
        self, collection: str, base: Value | None, pairs: Mapping[str, Value], operation: Operation
    ) -> Mapping[str, int]:
        """The references of a collection's records that are sent and must lead to a record, as the contract says, each
        with the status of the refusal that it documents."""
        found: dict[str, int] = {}
        for field in self.referring.get(collection, ()):
            value = pairs.get(field)
            names = value.names if value is not None else (*base.names, field) if base is not None else ()
            if names and (value or base).root == "body" and operation.body is not None:  # type: ignore[union-attr]
                view, medias = self.contract.view, operation.body.media_types.values()
                parts = [at_path(media.schema, names, view) for media in medias if media.schema is not None]
                said = next((described(part, view) for part in parts if part is not None), "")
                clause = refused_unless_there(operation, names[-1], said)
                found |= {field: clause.status} if clause is not None and clause.status else {}
        return found

    def change(self, declared: Mapping[str, Any], place: str, operation: Operation) -> Change:
        data, pointer = declared["set"], f"{place}/set"
        pairs = dict(self.values(data if isinstance(data, Mapping) else {"=": data}, pointer))
        if "*" in pairs and "=" in pairs:
            raise self.wrong(pointer, '"*" merges fields and "=" replaces the record: use one of them')
        replaces = "=" in pairs
        base = pairs.pop("*", None) or pairs.pop("=", None)
        conflicts = operation.response_for(409) is not None
        carried = self.carried(base, operation) if replaces else None
        found = next(iter(declared.get("find") or ()), "")
        existing = self.existing(found, base, pairs, operation)
        return Change(base, replaces, carried, tuple(pairs.items()), conflicts=conflicts, existing=existing)

    def page(self, data: Any, pointer: str, operation: Operation) -> Page:
        data = dict(self.mapping(data, pointer, _PAGE))
        counts = {name: data.pop(name) for name in _COUNTS if name in data}
        for name, count in counts.items():
            if not isinstance(count, int):
                what = "page number" if name == "first" else "number of records"
                fix = "the first page is 0 or 1" if name == "first" else ""
                raise self.wrong(f"{pointer}/{name}", f"{count!r} isn't a {what}", fix)
        values = dict(self.values(data, pointer))
        steering = ((part, values[part]) for part in ("number", "offset", "after", "before") if part in values)
        names = {part: _written(value, operation) for part, value in steering if value.root == "query"}
        parts: dict[str, Any] = {**counts, **values, "names": names}
        return Page(**parts)

    def function(self, text: Any, pointer: str, operation: str) -> Call:
        try:
            return load_call(str(text), self.folder(operation))
        except ValueError as error:
            raise self.wrong(pointer, str(error)) from None
        except Exception as error:  # noqa: BLE001 - the user's module may fail in any way while it is imported
            raise self.wrong(pointer, f"cannot load {text!r}: {error}", "write package.module:function") from None


def _written(value: Value, operation: Operation) -> str:
    """The name with which a client writes a query parameter, or a member of one that is an object."""
    whole = ".".join(value.names)
    known = {one.name: one for one in operation.parameters if one.location == "query"}
    if whole in known or len(value.names) == 1:
        return whole
    deep = value.names[0] in known and known[value.names[0]].style == "deepObject"
    return value.names[0] + "".join(f"[{name}]" for name in value.names[1:]) if deep else value.names[-1]
