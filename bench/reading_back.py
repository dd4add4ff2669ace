"""Creates a record with each operation that can, and reads it as a client would: what a document's pairs remember."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from bench.asking import VALUE, Asking, Reply, content_of, keys_in, records_in
from mockserver.contract.operations.operation import Operation
from mockserver.contract.schemas.naming import words
from mockserver.contract.schemas.view import SchemaView, item, members, types

TRIES = 4
NOT_SHOWN = "the list doesn't show the record"
CREATING = frozenset({"create", "add", "new", "register", "insert"})
NOT_CREATING = frozenset(
    [
        *("search", "query", "login", "logout", "validate", "verify", "test", "check", "refresh", "export", "import"),
        *("preview", "sync", "filter", "find", "lookup", "count", "cancel", "approve", "reject", "reset", "auth"),
        *("subscribe", "unsubscribe", "share", "unshare", "authenticate", "authorize", "get", "list", "read", "run"),
        *("token", "tokens", "trigger", "ping", "health", "graphql", "calculate", "estimate", "signin", "password"),
    ]
)
"""Last words of paths whose POST creates nothing that a GET could read."""


@dataclass(frozen=True)
class Pair:
    """An operation that creates, and the path at which the record is read: one record, or a list."""

    creating: Operation
    template: str  #: of the creating operation
    reading: str
    parameter: str  #: of the key; empty where a list is read
    shows: bool = True  #: whether a response that the contract allows can show an object

    @property
    def name(self) -> str:
        """The pair as a client would write it."""
        return f"{self.creating.method} {self.template} -> GET {self.reading}"


@dataclass(frozen=True)
class Outcome:
    """What became of a pair; without a reason, the record was read as it was written."""

    pair: Pair
    reason: str = ""


def pairs_of(asking: Asking) -> Iterator[Pair]:
    """The pairs of a document: POST at a collection, POST at `create` below it, or PUT where nothing else creates."""
    readable = [path for (method, path), one in asking.operations.items() if method == "GET" and _answers(one)]
    made: set[str] = set()
    for (method, path), operation in asking.operations.items():
        base = _base(path) if method == "POST" and not _sends_file(operation) else None
        pair = _read_at(asking, operation, path, base, readable) if base is not None else None
        if pair is not None:
            made.add(base or "")
            yield pair
    for (method, path), operation in asking.operations.items():
        base, _, last = path.rpartition("/")
        creates = method == "PUT" and VALUE.fullmatch(last) and "201" in operation.responses
        if creates and base not in made and path in readable:
            yield Pair(operation, path, path, last[1:-1])


def _sends_file(operation: Operation) -> bool:
    """Whether nothing but files can be sent."""
    names = operation.body.media_types if operation.body is not None else ()
    return bool(names) and not any(kind in name for name in names for kind in ("json", "form-urlencoded", "*/*"))


def _answers(operation: Operation) -> bool:
    """Whether a GET answers at once, and shows something."""
    return any(status in ("200", "203", "2XX", "default") for status in operation.responses)


def _base(path: str) -> str | None:
    """The collection that a POST at a path creates records of."""
    base, _, last = path.rstrip("/").rpartition("/")
    if not last or last.endswith("}"):
        return None
    spoken = words(last)
    if spoken and (spoken[-1] in NOT_CREATING or spoken[0] in NOT_CREATING):
        return None
    return base if last.lower() in CREATING else path


def _read_at(asking: Asking, creating: Operation, path: str, base: str, readable: list[str]) -> Pair | None:
    stem = base.rstrip("/")
    for one in readable:
        first, _, last = one.rstrip("/").rpartition("/")
        if first == stem and VALUE.fullmatch(last) and not _chooses(asking.operations["GET", one], last[1:-1]):
            return Pair(creating, path, one, last[1:-1], _may_show(asking, asking.operations["GET", one]))
    listing = next((one for one in readable if one.rstrip("/") == stem), None)
    if listing is None or not _lists_objects(asking, asking.operations["GET", listing]):
        return None
    return Pair(creating, path, listing, "")


def _chooses(operation: Operation, name: str) -> bool:
    """Whether a value of a path is one of a few words, and no key."""
    values = (one for one in operation.parameters if one.location == "path" and one.name == name)
    return any(isinstance(one.schema, dict) and "enum" in one.schema for one in values)


def _lists_objects(asking: Asking, operation: Operation) -> bool:
    """Whether a successful response holds a list of objects."""
    good = [one for status, one in operation.responses.items() if status[:1] == "2"]
    schemas = [one.schema for answer in good for one in answer.media_types.values() if one.schema is not None]
    return any(_holds_list(schema, asking.engine.contract.view, 3) for schema in schemas)


def _may_show(asking: Asking, operation: Operation) -> bool:
    """Whether a successful response is not declared as a text, a number or a list of these."""
    good = [one for status, one in operation.responses.items() if status[:1] == "2" or status == "default"]
    schemas = [one.schema for answer in good for one in answer.media_types.values()]
    view = asking.engine.contract.view
    parts = [item(one, view) if one and types(one, view) == {"array"} else one for one in schemas]
    return not parts or any(not one or not types(one, view) or "object" in types(one, view) for one in parts)


def _holds_list(schema: Any, view: SchemaView, deeper: int) -> bool:
    items = item(schema, view)
    if items is not None:
        return bool(members(items, view))
    return deeper > 0 and any(_holds_list(one, view, deeper - 1) for one in members(schema, view).values())


def outcome_of(asking: Asking, pair: Pair) -> Outcome:
    """Create a record and read it."""
    above = asking.values_of(pair.template)
    if above is None:
        return Outcome(pair, "no value can be found for its path")
    reason = "no valid request can be made"
    for attempt in range(TRIES):
        sent = asking.body(pair.creating, attempt)
        if sent is None:
            continue
        before = asking.get(pair.reading, above) if not pair.parameter else None
        made = asking.send(pair.creating, pair.template, above, sent)
        if made.good:
            reason = _read_back(asking, pair, above, sent, made)
            if before is not None and reason == NOT_SHOWN and _new_by_key(asking, pair, above, before, made):
                reason = ""
            if not reason.startswith(("reading it answers 400", "reading it answers 422")):
                return Outcome(pair, reason)
            continue  # no path can hold the key that was sent
        reason = f"the request is refused: {made.status} {made.reason}"
    return Outcome(pair, reason)


def _read_back(asking: Asking, pair: Pair, above: Mapping[str, str], sent: tuple[bytes, str], made: Reply) -> str:
    """Why the record can't be read; empty where it can."""
    written = content_of(sent)
    if not pair.parameter:
        return _in_list(asking, pair.reading, above, written, made)
    keys = keys_in(made.value, pair.parameter, pair.template)
    if made.location:
        keys.insert(0, unquote(urlsplit(made.location).path.rstrip("/").rpartition("/")[2]))
    keys += keys_in(written, pair.parameter, pair.template)
    if pair.creating.method == "PUT":
        keys.insert(0, above[pair.parameter])
    last = Reply(0, reason="no response shows a key")
    for key in dict.fromkeys(key.rstrip("/").rpartition("/")[2] if "://" in key else key for key in keys):
        read = asking.get(pair.reading, {**above, pair.parameter: key})
        shown = _shows(read.value, written, made) if read is not None and read.good else False
        if shown or (shown is None and not _is_found(asking, pair, above, _other(key))):
            return ""
        last = read if read is not None and (read.good or last.status == 0) else last
    base = pair.reading.rstrip("/").rpartition("/")[0]
    listing = next((one for one in (base, f"{base}/") if ("GET", one) in asking.operations), None)
    if listing is not None and not _in_list(asking, listing, above, written, made):
        return ""
    if last.good:
        return "the record that is read isn't the one that was created"
    return f"reading it answers {last.status} {last.reason}"


def _is_found(asking: Asking, pair: Pair, above: Mapping[str, str], key: str) -> bool:
    read = asking.get(pair.reading, {**above, pair.parameter: key})
    return read is not None and read.good


def _other(key: str) -> str:
    """A key of the same form that no record has."""
    return str(int(key) + 100_000) if key.isdigit() else key[:-1] + ("1" if key.endswith("0") else "0")


def _in_list(asking: Asking, path: str, above: Mapping[str, str], written: Any, made: Reply) -> str:
    """Why the list of a path doesn't show a record; empty where it does."""
    listed = asking.get(path, above)
    if listed is None or not listed.good:
        return f"the list fails: {listed.status if listed else ''} {listed.reason if listed else ''}"
    shown = any(_shows(record, written, made) for record in records_in(listed.value))
    return "" if shown else NOT_SHOWN


def _new_by_key(asking: Asking, pair: Pair, above: Mapping[str, str], before: Reply, made: Reply) -> bool:
    """Whether a list has a record that it had not before, under the key that the creation answered."""
    listed = asking.get(pair.reading, above)
    known, answered = list(records_in(before.value)), set(keys_in(made.value, "id", pair.reading, sure=True))
    new = [one for one in records_in(listed.value) if one not in known] if listed is not None else []
    return any(answered & set(keys_in(one, "id", pair.reading, sure=True)) for one in new)


def _shows(value: Any, written: Any, made: Reply) -> bool | None:
    """Whether a record has what was sent, or where it shows none of it, what the response to its creation had; None
    where it shows neither."""
    for source in (written, made.value):
        wanted = _scalars(source)
        marked = {name: text for name, text in wanted.items() if text.startswith("marked-")}
        for part in _objects(value, 4):
            shown = _scalars(part)
            common = [name for name in marked if name in shown] or [name for name in wanted if name in shown]
            same = [name for name in common if wanted[name] == shown[name]]
            if common and 2 * len(same) > len(common):
                return True
        if any(wanted.keys() & _scalars(part).keys() for part in _objects(value, 4)):
            return False
    return None


def _scalars(value: Any) -> dict[str, str]:
    """The texts and numbers of a record by name: of a value itself, or of what is in its envelope."""
    if isinstance(value, list):
        return _scalars(value[0]) if value else {}
    if not isinstance(value, Mapping):
        return {}
    own = {name.lower(): str(one) for name, one in value.items() if isinstance(one, str | int | float)}
    inner = [one for one in value.values() if isinstance(one, Mapping)]
    return own or (_scalars(inner[0]) if len(inner) == 1 else {})


def _objects(value: Any, deeper: int) -> Iterator[Mapping[str, Any]]:
    """The objects in a value, the outermost first."""
    if isinstance(value, Mapping):
        yield value
    if isinstance(value, Mapping | list) and deeper:
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _objects(one, deeper - 1)
