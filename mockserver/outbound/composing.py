"""Makes the request of a callback or webhook: its body from the contract and a record, checked as an answer is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from mockserver.clock import format_instant
from mockserver.contract.contract import Contract
from mockserver.contract.operations import media
from mockserver.contract.operations.operation import ABSENT, Operation
from mockserver.contract.operations.outgoing import SENT, Outgoing
from mockserver.contract.schemas.naming import words
from mockserver.contract.schemas.times import is_stamp
from mockserver.contract.schemas.view import at_path, branches, has_format, members
from mockserver.errors import Violation
from mockserver.reply.builder import ReplyBuilder
from mockserver.reply.headers import header_lines
from mockserver.reply.laying import Fields, Path
from mockserver.reply.reply import Reply
from mockserver.state.collection import Record, text_of

NAMING: Final = frozenset(("event", "type", "eventtype", "event_type", "action", "kind", "topic", "name"))
"""Members of a body that say which webhook it is."""
_TIMES: Final = frozenset(("timestamp", "time", "date", "occurredat", "occurred_at", "sentat", "sent_at"))
_MOST: Final = 50
"""How many objects of a body are looked at for a place of the record."""


class Message(msgspec.Struct, frozen=True):
    """A request that the API sends, or why it can't be sent."""

    method: str
    headers: tuple[tuple[str, str], ...] = ()
    query: str = ""
    body: bytes = b""
    violations: tuple[Violation, ...] = ()


class Composer:
    """Makes the requests that one contract's API sends."""

    def __init__(self, contract: Contract, builder: ReplyBuilder) -> None:
        self._contract, self._builder = contract, builder
        self._answers: dict[str, Operation] = {}

    def message(self, outgoing: Outgoing, record: Any, fields: Fields | None, now: int) -> Message:
        """The request, with these fields in its body, or the record where it has a place for that."""
        operation = self._as_answer(outgoing)
        violations: tuple[Violation, ...] = ()
        for some in (fields, ()) if fields is not None else self._placed(outgoing, operation, record):
            reply = self._builder.compose(operation, SENT, self._more(outgoing, operation, some, now))
            violations = self._check(operation, reply)
            if not violations or fields is not None:
                break
        if violations:
            return Message(outgoing.operation.method, violations=violations)
        headers = reply.headers if reply.media is None else (("Content-Type", reply.media), *reply.headers)
        return Message(outgoing.operation.method, headers, self._query(outgoing), _encoded(reply))

    def _as_answer(self, outgoing: Outgoing) -> Operation:
        known = self._answers.get(outgoing.id)
        if known is None:
            known = self._answers[outgoing.id] = outgoing.as_answer()
        return known

    def _check(self, operation: Operation, reply: Reply) -> tuple[Violation, ...]:
        return self._contract.check_response(operation, SENT, reply.headers, reply.media, reply.value)

    def _placed(self, outgoing: Outgoing, operation: Operation, record: Any) -> Iterator[Fields]:
        """The fields of a record where a body has room for them, the best place first; at last none."""
        schema, view = self._schema(operation), self._contract.view
        if isinstance(record, Mapping) and schema is not None:
            for path, names in places(schema, record, view):
                whole = tuple(((*path, name), record[name]) for name in names)
                whole += tuple(_keys(self._spoken(outgoing), path, record, members(at_path(schema, path, view), view)))
                yield whole
                held = (pair for pair in whole if not self._check(operation, self._with(outgoing, operation, pair)))
                yield tuple(held)
        yield ()

    def _spoken(self, outgoing: Outgoing) -> set[str]:
        """The words of what it is about."""
        owner = self._contract.operations.get(outgoing.owner)
        return {*words(outgoing.name), *words(outgoing.owner), *(words(owner.template) if owner is not None else ())}

    def _with(self, outgoing: Outgoing, operation: Operation, pair: tuple[Path, Any]) -> Reply:
        return self._builder.compose(operation, SENT, self._more(outgoing, operation, (pair,), 0))

    def _schema(self, operation: Operation) -> Any:
        types = list(operation.responses[str(SENT)].media_types.values())
        chosen = next((one for one in types if "json" in one.name), types[0] if types else None)
        return None if chosen is None else chosen.schema

    def _more(self, outgoing: Outgoing, operation: Operation, fields: Fields, now: int) -> Fields:
        """The fields, with the name of the webhook and the time where the body has members for them."""
        schema, view = self._schema(operation), self._contract.view
        if schema is None or self._builder.template(operation, SENT).generated is False:
            return fields
        given = {path[0] for path, _ in fields if path}
        more: list[tuple[Path, Any]] = []
        for name, inner in members(schema, view).items():
            plain = name.lower()
            if name in given:
                continue
            if plain in NAMING and outgoing.name in choices(inner, view):
                more.append(((name,), outgoing.name))
            elif now and (plain in _TIMES or is_stamp(name)) and has_format(inner, "date-time", view):
                more.append(((name,), format_instant(now)))
        return (*more, *fields)

    def _query(self, outgoing: Outgoing) -> str:
        """The query parameters that the receiver requires."""
        required = [one for one in outgoing.operation.parameters if one.location == "query" and one.required]
        pairs = [
            (one.name, line) for one in required for line in header_lines(one, self._builder.templates.generated)[:1]
        ]
        return urlencode(pairs)


def _keys(spoken: set[str], path: Path, record: Record, declared: Iterable[str]) -> Iterator[tuple[Path, Any]]:
    """Members that are called after the record's kind and name it: `paymentId`, for what `/payments` has made."""
    for name in declared:
        *kind, last = words(name)
        word = "".join(kind)
        forms = {word, f"{word}s", f"{word}es", f"{word[:-1]}ies"}
        if last == "id" and word and name not in record and "id" in record and not forms.isdisjoint(spoken):
            yield (*path, name), record["id"]


def choices(schema: Any, view: Any) -> list[Any]:
    """The values that a schema names."""
    return [value for part in branches(schema, view) for value in (*part.get("enum", ()), part.get("const"))]


def places(schema: Any, record: Mapping[str, Any], view: Any, least: int = 2) -> list[tuple[Path, list[str]]]:
    """The objects in a body that have members of a record, at least so many, those with the most of them first."""
    found: list[tuple[Path, list[str]]] = []
    waiting: list[Path] = [()]
    for _ in range(_MOST):
        if not waiting:
            break
        path = waiting.pop(0)
        declared = members(at_path(schema, path, view), view)
        names = [name for name in record if name in declared]
        if names and len(names) >= min(least, len(declared)):
            found.append((path, names))
        if len(path) < 2:
            waiting += [(*path, name) for name, inner in declared.items() if members(inner, view)]
    return sorted(found, key=lambda one: -len(one[1]))


def _encoded(reply: Reply) -> bytes:
    """The body as bytes, a form where that is its type."""
    plain = media.split(reply.media or "")[0]
    if media.kind(plain) == "form" and isinstance(reply.value, Mapping):
        return urlencode({name: text_of(value) for name, value in reply.value.items()}).encode()
    return reply.body() if reply.value is not ABSENT else b""
