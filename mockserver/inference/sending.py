"""What requests give to records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from mockserver.contract.operations.operation import Operation
from mockserver.generate.generator import is_stamp
from mockserver.inference.collections import Resource
from mockserver.inference.envelopes import Placement, record_in
from mockserver.inference.fitting import Fitting
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import find_alike
from mockserver.inference.paging import queried

Data = dict[str, Any]
_CREATED: Final = ("created", "inserted")


@dataclass(frozen=True, slots=True)
class Sent:
    """What a request gives a record: all of it, or each field by itself, without those that have another form there."""

    all: Data
    each: Data
    misfits: tuple[str, ...] = ()  #: sent in a form that the record's field does not have


class Sending:
    """Reads bodies and queries as fields of records."""

    def __init__(self, schemas: Schemas, fitting: Fitting) -> None:
        self.schemas, self.fitting = schemas, fitting

    def sent(self, operation: Operation, resource: Resource) -> Sent | None:
        """The fields that a request gives a record; None when it gives none."""
        body = self.schemas.body(operation.body)
        known = self.schemas.members(resource.record)
        if body is None:
            names = {one.name: f"$query.{one.name}" for one in queried(operation)}
            fields = {name: value for name, value in names.items() if name in known and name != resource.key}
            return Sent(fields, fields) if fields else None
        placement = self._placement(body, resource)
        if placement is None:
            return None
        base = ".".join(("$body", *placement.path))
        if not self.schemas.share(placement.schema, resource.record):
            names = self._alike(placement, resource)
            enough = 2 * len(names) >= min(len(self.schemas.members(placement.schema)), len(known)) > 0
            return Sent(names, names) if enough else None
        shared = {name: schema for name, schema in self.schemas.members(placement.schema).items() if name in known}
        misfits = tuple(name for name, schema in shared.items() if self.fitting.misfit(schema, known[name]))
        each = {
            name: f"{base}.{name}"
            for name in shared
            if name not in misfits and "." not in name and name != resource.key
        }
        more = {name: value for name, value in each.items() if self._only_sent(shared[name], known[name])}
        return Sent({"*": base, **more}, each, misfits)

    def alike(self, operation: Operation, resource: Resource) -> Sent:
        """The fields that a request gives a record by names alike, however few of all that it sends."""
        body = self.schemas.body(operation.body)
        placement = self._placement(body, resource) if body is not None and not self.schemas.is_list(body) else None
        fields = self._alike(placement, resource) if placement is not None else {}
        return Sent(fields, fields)

    def _only_sent(self, sent: LocatedSchema, shown: LocatedSchema) -> bool:
        """Whether answers mark as readOnly what this request may send: each has a schema of its own."""
        return self._is_read_only(shown) and not self._is_read_only(sent)

    def _is_read_only(self, schema: LocatedSchema) -> bool:
        return any(value is True for value in self.schemas.each(schema, "readOnly"))

    def _placement(self, body: LocatedSchema, resource: Resource) -> Placement | None:
        many = self.schemas.items(body) if self.schemas.is_list(body) else None
        return record_in(many or body, self.schemas, resource.name, resource.key, resource.record)

    def _alike(self, placement: Placement, resource: Resource) -> Data:
        """`friendly_name` of the record from `FriendlyName` of the body."""
        known = self.schemas.members(resource.record)
        base = ".".join(("$body", *placement.path))
        pairs = (
            (find_alike(name, known), name, schema) for name, schema in self.schemas.members(placement.schema).items()
        )
        return {
            field: f"{base}.{name}"
            for field, name, schema in pairs
            if field is not None and "." not in name + field and field != resource.key
            if not self.fitting.misfit(schema, known[field])
        }

    def stamps(self, resource: Resource, *, making: bool) -> Data:
        """The fields for the time of a record's creation or change."""
        stamps = (
            name
            for name, member in self.schemas.members(resource.record).items()
            if is_stamp(name) and "date-time" in self.schemas.each(member, "format")
        )
        return {name: "$now" for name in stamps if making or not any(word in name.lower() for word in _CREATED)}
