"""What a collection is to the inference: its base paths, its key, the schemas of its records, and its parents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mockserver.contract.operations.operation import Parameter
from mockserver.inference.located_schemas import LocatedSchema
from mockserver.inference.routes import Shape

Scope = tuple[tuple[Shape, str], ...]
"""Values of a path, each with the field that holds it."""


@dataclass(frozen=True, slots=True)
class Link:
    """How records of a nested path belong to a parent: its base path, and the field that holds the parent's key."""

    base: Shape  #: of the parent
    field: str
    by: str = ""  #: the field of the parent that is held, where it is another than the key


@dataclass(frozen=True, slots=True)
class Resource:
    """One collection: `bases` are the paths under which its records are listed and created."""

    name: str
    bases: tuple[Shape, ...]
    key: str
    record: LocatedSchema
    listed: LocatedSchema | None = None  #: as its list shows it
    also: tuple[LocatedSchema, ...] = ()  #: further schemas that every record must satisfy, as the lists show them
    links: Mapping[Shape, Link] = field(default_factory=dict)  #: by base
    private: tuple[str, ...] = ()  #: fields that no schema declares
    values: tuple[Parameter, ...] = ()  #: the path values that hold the key
    single: bool = False  #: one record, read and changed at its base, such as `/profile`
    keys: tuple[str, ...] = ()  #: all fields that may be the key, the best one first
    aliases: tuple[str, ...] = ()  #: fields that identify a record as well
    mine: bool = False  #: whether `me` in the place of a key means the caller's own record
    chosen: bool = False  #: whether clients choose the keys of new records
    embeds: tuple[tuple[str, str, str], ...] = ()  #: lists of other records: field, collection, and the link there
    makes: bool = False  #: whether a POST at its base sends the fields of a new record
    copies: str = ""  #: the collection whose records these are too, as the members of a team are users
    put_alone: bool = False  #: whether nothing but a PUT could create the records that a GET reads
    scopes: Mapping[Shape, Scope] = field(default_factory=dict)  #: by base

    @property
    def within(self) -> tuple[str, ...]:
        """The fields within whose values a key is unique, where clients choose it below other path values."""
        if not self.chosen:
            return ()
        links = self.links
        fields = [
            (*(field for _, field in self.scope(base)), *([links[base].field] if base in links else []))
            for base in self.bases
        ]
        return fields[0] if len(set(fields)) == 1 else ()

    def scope(self, base: Shape) -> Scope:
        """The values of a base path that no collection has, each with the field that holds it."""
        return self.scopes.get(base, ())

    def link(self, base: Shape) -> Link | None:
        """The link of the records under a base path to their parent."""
        return self.links.get(base)
