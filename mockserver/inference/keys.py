"""Which field of a collection's records is their key: the one that the path names, and that answers show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from mockserver.contract.schemas.naming import plain, words
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import likely_keys, names_id_of, sure_keys

_WHOLE: Final = frozenset({"integer", "number"})
_INNER: Final = frozenset(
    [
        "metadata",
        "meta",
        "sys",
        "info",
        "header",
        "identity",
        "identifier",
        "attributes",
        "properties",
        "basic",
        "core",
        "summary",
    ]
)
"""Members that describe the record which they are a part of."""
Choice = Callable[[str, str, Iterable[str]], Iterator[str]]
_MARKED: Final = ("enum", "const")
_ADDRESSES: Final = frozenset({"uri", "url", "iri"})
_SELF: Final = frozenset({"id", "self", "selflink"})
_LINKS: Final = frozenset({"url", "uri", "href", "link"})
_MOMENTS: Final = frozenset({"date", "date-time", "time", "duration", "binary"})


@dataclass(frozen=True, slots=True)
class Named:
    """What a path says of its records: the name of the value, its schema, and the collection that it stands below."""

    parameter: str
    collection: str
    schema: LocatedSchema | None = None
    description: str = ""
    above: tuple[str, ...] = ()  #: the fixed segments above


class Keys:
    """Chooses the keys of collections."""

    def __init__(self, schemas: Schemas) -> None:
        self.schemas = schemas
        self._known: dict[int, tuple[object, list[str]]] = {}

    def sure(self, named: Named, record: LocatedSchema) -> list[str]:
        """The fields that the path names, the best one first; a dot leads into a member of the record."""
        return self._fitting(named, record, sure_keys)

    def likely(self, named: Named, record: LocatedSchema) -> list[str]:
        """The fields that the path may mean although it doesn't name them."""
        found = self._fitting(named, record, likely_keys)
        return [key for key in found if not any(names_id_of(key, segment) for segment in named.above)]

    def address(self, record: LocatedSchema) -> str | None:
        """The member by whose value a client knows where to read a record: an `id` that is an address, or its `url`."""
        for name, member in self.schemas.members(record).items():
            is_address = not _ADDRESSES.isdisjoint(map(str, self.schemas.each(member, "format")))
            is_set = True in self.schemas.each(member, "readOnly")
            if is_address and (plain(name) in _SELF or (plain(name) in _LINKS and is_set)):
                return name
        return None

    def aliases(self, named: Named, record: LocatedSchema) -> list[str]:
        """Further fields that identify a record where the path says so: "the id or the name of the project"."""
        spoken = (*words(named.parameter), *words(named.description))
        if "or" not in spoken and words(named.parameter)[-1:] != ("identifier",):
            return []
        return [key for key in self.likely(named, record) if words(key)[-1] in spoken and "." not in key]

    def _fitting(self, named: Named, record: LocatedSchema, choose: Choice) -> list[str]:
        ranked = [
            f"{above}{name}"
            for above, part in (("", record), *self._inner(record))
            for name in choose(named.parameter, named.collection, self._scalars(part))
        ]
        return [key for key in dict.fromkeys(ranked) if self._fits(named, record, key)]

    def _inner(self, record: LocatedSchema) -> Iterator[tuple[str, LocatedSchema]]:
        for name, member in self.schemas.members(record).items():
            if plain(name) in _INNER and "." not in name and self.schemas.is_object(member):
                yield f"{name}.", member

    def _scalars(self, record: LocatedSchema) -> list[str]:
        members = self.schemas.members(record)
        known, names = self._known.get(id(record.node), (None, []))
        if known is not members:
            names = [one for one in members if self.identifies(members[one]) and not self.schemas.forbids(record, one)]
            self._known[id(record.node)] = members, names
        return names

    def identifies(self, schema: LocatedSchema) -> bool:
        """Whether values of a schema may tell records apart."""
        each = self.schemas.each
        return (
            self.schemas.is_scalar(schema)
            and self.schemas.types(schema) != {"boolean"}
            and not self.schemas.has_any(schema, *_MARKED)
            and not set(map(str, each(schema, "format"))) & _MOMENTS
        )

    def member(self, record: LocatedSchema, key: str) -> LocatedSchema | None:
        """The schema of the field at a key."""
        for name in key.split("."):
            inner = self.schemas.members(record).get(name)
            if inner is None:
                return None
            record = inner
        return record

    def _fits(self, named: Named, record: LocatedSchema, key: str) -> bool:
        """Whether a value of the path may be one of the field: a number is no name."""
        member = self.member(record, key)
        if named.schema is None or member is None:
            return True
        in_path, own = self.schemas.types(named.schema), self.schemas.types(member)
        is_number = bool(in_path) and in_path <= _WHOLE
        if "uuid" in self.schemas.each(named.schema, "format") and words(key)[-1:] == ("name",):
            return "uuid" in self.schemas.each(member, "format")
        return not is_number or bool(own & _WHOLE) or words(key)[-1] in ("id", "uid", "sid", "number", "no", "code")
