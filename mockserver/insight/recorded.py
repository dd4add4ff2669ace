"""What a recording shows: records by collection, as they were at its beginning, users, and examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import msgspec

from mockserver.behaviour.names import record_schemas
from mockserver.behaviour.values import MISSING, Scope
from mockserver.clock import parse_instant
from mockserver.contract.contract import Match
from mockserver.contract.operations import media
from mockserver.contract.schemas.view import has_format, members
from mockserver.errors import Refused
from mockserver.exchange.engine import Engine
from mockserver.exchange.mirroring import Mirroring
from mockserver.insight.fitted import Change, Fitting
from mockserver.messages import Inputs, Request
from mockserver.state.collection import identity_of
from mockserver.upstream.mirror import Seen

_MOST_EXAMPLES: Final = 3
"""How many examples an answer of the contract gets."""
_SPANS: Final = (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1))
_EXACT: Final = 3600
"""From how many seconds on an instant is given in minutes, as people read it."""
_READS: Final = frozenset(("GET", "HEAD", "OPTIONS"))
_CREDENTIALS: Final = ("authorization", "x-api-key", "cookie")
_LABEL: Final = "recorded"


class Recorded:
    """Takes the entries of a recording in their order."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.records: dict[str, dict[str, dict[str, Any]]] = {}  #: by collection and key, as first seen
        self.tokens: dict[str, str] = {}  #: the name of each user by the pseudonym of the token
        self.examples: dict[tuple[str, str], list[Any]] = {}  #: bodies, by the place of a media type and its pointer
        self.changes: list[Change] = []  #: what of the records was changed, so that the contract allows them
        self._made: set[tuple[str, str]] = set()  #: records that the recording itself has made
        self._owners: dict[str, Counter[str]] = {}
        self._mirroring = Mirroring(engine.contract, engine.behaviours, engine.pipeline.auth, Seen(), engine.base)
        self._seen_at: dict[tuple[str, str], int] = {}
        self._is_changed = False  #: whether the recording has changed records
        self.count = self.known = 0

    def take(self, entry: Mapping[str, Any]) -> None:
        """Take note of one entry."""
        self.count += 1
        request, status = request_of(entry), entry["response"]["status"]
        contract = self._engine.contract
        match = contract.find(request.method, request.path, request)
        if match is None:
            return
        self.known += 1
        value = body_of(entry)
        if value is MISSING:
            return
        user = self._user(request)
        self._example(match, status, entry, value)
        if 200 <= status < 300:
            self._take_records(match, request, value, user, parse_instant(entry["startedDateTime"]))

    def _user(self, request: Request) -> str:
        """The name of who sent a request; empty without credentials."""
        for header in _CREDENTIALS:
            if text := request.headers.get(header, ""):
                token = text.rpartition(" ")[2] if header == "authorization" else text
                return self.tokens.setdefault(token, f"user-{len(self.tokens) + 1}")
        return ""

    def _take_records(self, match: Match, request: Request, value: Any, user: str, now: int) -> None:
        behaviours = self._engine.behaviours
        self._is_changed = self._is_changed or match.operation.method not in _READS
        mirror = self._mirroring.mirror_of(match.operation.id)
        if mirror is None:
            return
        scope = Scope(self._inputs(match, request), {"id": user or None, "name": user}, now, behaviours.periods)
        for place in mirror.places:
            rules = behaviours.collections[place.collection]
            known = self.records.setdefault(place.collection, {})
            for record in mirror.records(place, value, scope):
                key = identity_of(rules, record)
                if mirror.behaviour.create is not None and key not in known:
                    self._made.add((place.collection, key))
                elif (place.collection, key) not in self._made:
                    before = known.get(key)
                    is_as_before = not self._is_changed or (before is not None and _is_same(record, before))
                    known[key] = before if before and not is_as_before else {**record, **(before or {})}
                    self._seen_at.setdefault((place.collection, key), now)
                if rules.owner and user and (owner := record.get(rules.owner)) not in (None, user):
                    self._owners.setdefault(user, Counter())[str(owner)] += 1

    def _inputs(self, match: Match, request: Request) -> Inputs:
        try:
            return self._engine.contract.read_inputs(match, request)
        except Refused:
            return Inputs(path=match.path_values)

    def _example(self, match: Match, status: int, entry: Mapping[str, Any], value: Any) -> None:
        """Keep a body that is as its schema requires, where the contract documents it."""
        response = match.operation.response_for(status)
        sent = header_of(entry["response"], "content-type")
        declared = media.declared_for(response.media_types, sent) if response is not None and sent else None
        if response is None or declared is None or not declared.pointer:
            return
        headers = [(one["name"], one["value"]) for one in entry["response"]["headers"]]
        if self._engine.contract.check_response(match.operation, status, headers, sent, value):
            return
        kept = self.examples.setdefault((f"{match.operation.id} {status}", declared.pointer), [])
        if len(kept) < _MOST_EXAMPLES and value not in kept:
            kept.append(value)

    def users(self) -> list[dict[str, Any]]:
        """The users, as a fixture file has them; the id is that of the records that they were shown as theirs."""
        found = []
        for token, name in self.tokens.items():
            owner = self._owners.get(name)
            user = {"name": name, "token": token}
            found.append({**user, "id": owner.most_common(1)[0][0]} if owner else user)
        return found

    def fixtures(self) -> dict[str, Any]:
        """Users and records, as a fixture file has them."""
        ids = {user["name"]: user.get("id", user["name"]) for user in self.users()}
        self.changes, collections = [], {}
        schemas = record_schemas(self._engine.behaviours, self._engine.contract)
        for name, records in self.records.items():
            owner, relative = self._engine.behaviours.collections[name].owner, self._relative(name)
            fitting, kept = Fitting(self._engine.contract, schemas.get(name) or ()), []
            for key, record in records.items():
                fitted, changes = fitting.fitted(f"{name} {key}", _owned(record, owner, ids))
                self.changes += changes
                kept.append(relative(fitted, self._seen_at[name, key]))
            collections[name] = kept
        return {"users": self.users(), **{name: records for name, records in collections.items() if records}}

    def _relative(self, collection: str) -> Callable[[dict[str, Any], int], dict[str, Any]]:
        """What makes the instants of records relative to when they were seen, so that they don't age."""
        engine = self._engine
        schemas = record_schemas(engine.behaviours, engine.contract).get(collection) or ()
        moments = {name for schema in schemas for name, inner in members(schema, engine.contract.view).items()
                   if has_format(inner, "date-time", engine.contract.view)}  # fmt: skip

        def relative(record: dict[str, Any], now: int) -> dict[str, Any]:
            return {name: _moment(value, now) if name in moments else value for name, value in record.items()}

        return relative

    def overlay(self) -> dict[str, Any]:
        """The examples, as an Overlay 1.0 document; those of an answer that has a single example replace it."""
        document = self._engine.contract.document
        actions: list[dict[str, Any]] = []
        for (label, pointer), values in self.examples.items():
            node = document.at(pointer)
            target = json_path(document.as_written(pointer))
            if isinstance(node, Mapping) and "example" in node:
                actions.append({"target": f"{target}['example']", "remove": True})
            named = {f"{_LABEL}-{at}": {"summary": label, "value": value} for at, value in enumerate(values, 1)}
            actions.append({"target": target, "update": {"examples": named}})
        title = f"Recorded examples for {title_of(self._engine)}"
        return {"overlay": "1.0.0", "info": {"title": title, "version": "1.0.0"}, "actions": actions}


def title_of(engine: Engine) -> str:
    """The title of the contract."""
    info = engine.contract.document.root.get("info") or {}
    return str(info.get("title") or "the contract")


def _owned(record: dict[str, Any], owner: str | None, ids: Mapping[str, str]) -> dict[str, Any]:
    """A record whose owner, where only the request told it, is the user's id."""
    name = record.get(owner) if owner else None
    return {**record, str(owner): ids[name]} if isinstance(name, str) and name in ids else record


def _is_same(record: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether a record hasn't changed, but for instants such as when it was last seen."""
    differing = [name for name, value in record.items() if name in before and before[name] != value]
    return all(_moment(record[name], 0) != record[name] for name in differing)


def _moment(value: Any, now: int) -> Any:
    """An instant as date math: `now-5m`."""
    try:
        seconds = round((parse_instant(value) - now) / 1000)
        seconds = seconds if abs(seconds) < _EXACT else 60 * round(seconds / 60)
    except (ValueError, TypeError, AttributeError):
        return value
    unit, size = next((unit, size) for unit, size in _SPANS if not seconds % size)
    return f"now{seconds // size:+d}{unit}" if seconds else "now"


def json_path(pointer: str) -> str:
    """A JSON Pointer as a JSONPath (RFC 9535)."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.lstrip("#").split("/")[1:]]
    return "$" + "".join("['" + step.replace("\\", "\\\\").replace("'", "\\'") + "']" for step in steps)


def request_of(entry: Mapping[str, Any]) -> Request:
    """The request of an entry, as the contract reads it."""
    sent = entry["request"]
    url = urlsplit(sent["url"])
    headers = {one["name"].lower(): one["value"] for one in sent["headers"]}
    body = (sent.get("postData") or {}).get("text") or ""
    return Request(sent["method"], unquote(url.path), url.query, headers, body.encode())


def body_of(entry: Mapping[str, Any]) -> Any:
    """The JSON of an answer; MISSING where there is none, or only a part of it."""
    try:
        return msgspec.json.decode((entry["response"]["content"].get("text") or "").encode())
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return MISSING


def header_of(message: Mapping[str, Any], name: str) -> str:
    """The value of a header; empty where there is none."""
    return next((one["value"] for one in message["headers"] if one["name"].lower() == name), "")


def taken(engine: Engine, entries: Iterable[Mapping[str, Any]]) -> Recorded:
    """What all entries show."""
    recorded = Recorded(engine)
    for entry in entries:
        recorded.take(entry)
    return recorded
