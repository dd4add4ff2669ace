"""Requests about a record, made from the contract: with the record's key and parent, and with a body that is valid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from mockserver.behaviour.values import MISSING, Value, dig
from mockserver.behaviour.vocabulary import Behaviour
from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import ABSENT, MediaType, Operation, Parameter
from mockserver.generate import Generator, Unsatisfiable
from mockserver.messages import Request
from mockserver.state.collection import Record, text_of

_ROOM, _DEEPEST = 60, 4
_FORM: Final = "application/x-www-form-urlencoded"


class Requests:
    """Makes the requests of one contract."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.generator = Generator(contract.view, writing=True, room=_ROOM, deepest=_DEEPEST)
        self.needs: dict[str, frozenset[str]] = {}  #: by operation: fields that a record has which it is about

    def about(self, behaviour: Behaviour, record: Record, attempt: int = 0) -> Request | None:
        """A request to an operation about a record; None where it cannot be made."""
        if not record.keys() >= self.needed(behaviour):
            return None
        operation = self.contract.operations[behaviour.operation]
        known = dict(_named(behaviour, record))
        if MISSING in known.values():
            return None  # the record was not made below such a path
        try:
            body, media = self.body(operation, known, attempt)
            values = {(one.location, one.name): self.value(one, known) for one in operation.parameters
                      if one.required or (one.location, one.name) in known}  # fmt: skip
        except (Unsatisfiable, KeyError, TypeError):
            return None
        path = operation.template.partition("?")[0].partition("#")[0]
        for (location, name), value in values.items():
            if location == "path":
                path = path.replace(f"{{{name}}}", _text(value))
        query = [(name, _text(value)) for (location, name), value in values.items() if location == "query"]
        headers = {name.lower(): _text(value) for (location, name), value in values.items() if location == "header"}
        headers |= {"content-type": media, "content-length": str(len(body))} if body else {}
        return Request(operation.method, path, urlencode(query), headers, body)

    def needed(self, behaviour: Behaviour) -> frozenset[str]:
        """The fields of a record by which a request of an operation names it: most operations of a collection with
        many paths are about other records of it."""
        if behaviour.operation not in self.needs:
            names = (field.partition(".")[0] for field, _ in _naming(behaviour))
            self.needs[behaviour.operation] = frozenset(names)
        return self.needs[behaviour.operation]

    def value(self, parameter: Parameter, known: Mapping[tuple[str, str], Any]) -> Any:
        """The value of a parameter: that of the record, else the contract's example, else a generated one."""
        if (parameter.location, parameter.name) in known:
            return known[parameter.location, parameter.name]
        given = parameter.example()
        schema = parameter.content.schema if parameter.content is not None else parameter.schema
        if given is not ABSENT:
            return given
        value = self.generator.value(schema, "proof", sparse=True)
        # An empty list is no value in a query: it is sent as if it were missing.
        return (
            value if value != [] else self.generator.value({"allOf": [schema, {"minItems": 1}]}, "proof", sparse=True)
        )

    def body(self, operation: Operation, known: Mapping[tuple[str, str], Any], attempt: int) -> tuple[bytes, str]:
        medias = list(operation.body.media_types.values()) if operation.body is not None else []
        media = next((one for kind in ("json", "form", "*/*") for one in medias if kind in one.name), None)
        if media is None or "multipart" in media.name:
            return b"", ""
        value = self.content(media, attempt)
        for (location, name), one in known.items():
            if location == "body" and isinstance(value, dict):
                value = {**value, name: one}
        if "form" in media.name:
            pairs = value.items() if isinstance(value, dict) else ()
            return urlencode([(name, _text(one)) for name, one in pairs]).encode(), _FORM
        return msgspec.json.encode(value), "application/json" if media.name == "*/*" else media.name.partition(";")[0]

    def content(self, media: MediaType, attempt: int) -> Any:
        """A body that the contract accepts."""
        for example in media.examples.values() if attempt == 0 else ():
            if not self.contract.breaches(media.schema, example, writing=True):
                return example
        if media.schema is None:
            return {}
        return self.generator.value(media.schema, f"proof/{attempt}", varied=attempt > 0, sparse=attempt > 1)


def _named(behaviour: Behaviour, record: Record) -> Iterator[tuple[tuple[str, str], Any]]:
    """Where a request names the record: location and name, with the value that the record has."""
    for field, value in _naming(behaviour):
        yield (value.root, value.names[0]), dig(record, tuple(field.split(".")))


def _naming(behaviour: Behaviour) -> Iterator[tuple[str, Value]]:
    """The fields by which a request names its record, each with the expression of the value that is sent."""
    query = behaviour.find or behaviour.list or next(iter(behaviour.remove), None)
    roots = ("path",) if behaviour.find is None else ("path", "body", "query")
    for field, value in query.filters if query is not None else ():
        if value.root in roots and len(value.names) == 1:
            yield field, value


def _text(value: Any) -> str:
    return ",".join(map(text_of, value)) if isinstance(value, list) else text_of(value)
