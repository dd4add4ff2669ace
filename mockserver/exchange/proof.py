"""Proves the memory of inferred collections: create, read, list, change and remove a record by the pipeline itself.

The requests go to a scratch world of their own, which nothing else sees.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from mockserver.behaviour.values import MISSING, dig
from mockserver.behaviour.vocabulary import Behaviour, Behaviours
from mockserver.contract.contract import Contract
from mockserver.exchange.auth import Auth
from mockserver.exchange.journal import Journal
from mockserver.exchange.pipeline import Pipeline
from mockserver.exchange.trials import Requests
from mockserver.inference import Inferred, Readings
from mockserver.messages import Answer
from mockserver.state.collection import Record, identity_of, text_of
from mockserver.state.rules import CollectionRules
from mockserver.state.store import MAIN, MemoryStore
from mockserver.state.world import World

_TRIES: Final = 3
"""How many requests are tried, of which the contract may refuse some."""


class Proof(msgspec.Struct, frozen=True):
    """What a scratch world showed of one collection."""

    collection: str
    proven: frozenset[str] = frozenset()  #: the operations that did what they claim
    lost: str = ""  #: why records of this collection are not remembered
    named: tuple[str, ...] = ()  #: the operations on single records, where only those are lost
    broken: Mapping[str, str] = msgspec.field(default_factory=dict)  #: by operation: why it cannot keep its own claim


class _Lost(Exception):
    """A record that was created cannot be found; `named` are the operations on single records, where others find it."""

    def __init__(self, why: str, named: tuple[str, ...] = ()) -> None:
        super().__init__(why)
        self.named = named


class Prover:
    """Proves the collections of one contract, each on a scratch world."""

    def __init__(self, contract: Contract, behaviours: Behaviours, world: World, pipeline: Pipeline) -> None:
        self.contract, self.behaviours, self.world = contract, behaviours, world
        self.requests = Requests(contract)
        auth = Auth(contract.security_schemes, (), "off")
        self.pipeline = Pipeline(contract, behaviours, auth, *self._scratch(), clock=pipeline.clock)
        self.pipeline.builder = pipeline.builder
        self.creating: dict[str, list[Behaviour]] = {}
        self.using: dict[str, list[Behaviour]] = {}
        for behaviour in behaviours.operations.values():
            if behaviour.create is not None:
                self.creating.setdefault(behaviour.create.collection, []).append(behaviour)
            else:
                query = behaviour.list or behaviour.find or next(iter(behaviour.remove), None)
                self.using.setdefault(query.collection if query is not None else "", []).append(behaviour)

    def _scratch(self) -> tuple[MemoryStore, Journal]:
        return MemoryStore(lambda: self.world), Journal(entries=1)

    def proofs(self) -> Iterator[Proof]:
        """The proof of each collection."""
        return (self.proof(name) for name in self.behaviours.collections)

    def proof(self, name: str) -> Proof:
        """The proof of one collection, in a scratch world of its own."""
        self.pipeline.keep_state(*self._scratch(), self.pipeline.meter)
        run = _Run(self, name)
        try:
            run.play()
        except _Lost as lost:
            return Proof(name, frozenset(), str(lost), lost.named, run.broken)
        return Proof(name, frozenset(run.proven), broken=run.broken)


class _Run:
    """The life of a record in one collection."""

    def __init__(self, prover: Prover, name: str) -> None:
        self.prover, self.name = prover, name
        self.rules = prover.behaviours.collections[name]
        self.pipeline, self.store = prover.pipeline, prover.pipeline.store
        self.proven: set[str] = set()
        self.broken: dict[str, str] = {}

    def play(self) -> None:
        """Create a record, read, list and change it, remove it, and read it again. Raises _Lost."""
        for creating in self.prover.creating.get(self.name, ()):
            made = self.created(creating)
            if made is not None:
                record, sent, answer = made
                told = [value.encode() for name, value in answer.headers if name.lower() == "location"]
                self.live(record, (sent, answer.body, *told))
                self.proven.add(creating.operation)
        seeded = next(iter(self.records().values()), None)
        if seeded is not None:
            self.live(seeded, (_key_of(self.rules, seeded),))

    def live(self, record: Record, answers: tuple[bytes, ...]) -> None:
        """Read, list, change and remove a record; `answers` are what the client knows of it by."""
        using = self.prover.using.get(self.name, [])
        operations = self.prover.contract.operations
        reading = [one for one in using if _acts(one) and operations[one.operation].method == "GET"]
        found = [one for one in reading if one.find and not one.find.adopts and self.shows(one, record)]
        found.sort(key=lambda one: not (one.find and one.find.filters))  # the first is any record
        listing = [one for one in using if one.list is not None]
        self.must_tell(record, (*answers, *self.lists(listing, record)), found)
        for changing in [one for one in using if one.set is not None]:
            self.changed(changing, found, record)
        for acting in [one for one in using if _acts(one) and one not in reading]:
            self.acted(acting, record)
        for removing in [one for one in using if _removes_named(one)]:
            self.removed(removing, [one for one in found if one.find and one.find.filters], record)

    def created(self, behaviour: Behaviour) -> tuple[Record, bytes, Answer] | None:
        """The record that an operation creates, what was sent, and its answer; None where no request can be made."""
        for attempt in range(_TRIES):
            above = self.parent(behaviour) if behaviour.find is not None else {}
            request = self.prover.requests.about(behaviour, above, attempt) if above is not None else None
            if request is None:
                continue
            before = self.records()
            answer = self.pipeline.respond(request)
            if self.fails(behaviour, answer):
                return None
            fresh = [record for key, record in self.records().items() if before.get(key) is not record]
            if answer.status < 300 and not fresh and request.body not in (b"", b"[]"):
                raise _Lost(f"{behaviour.operation} answers {answer.status} and creates no record")
            if fresh and b"/" in _key_of(self.rules, fresh[-1]):
                continue  # no path can hold the key that this request chose
            if answer.status < 300 and fresh:
                return fresh[-1], request.body + request.path.encode(), answer
        return None

    def records(self) -> Mapping[str, Record]:
        stored = self.store.load(MAIN)[0].collections[self.name].records
        return {key: record for key, (_, record) in sorted(stored.items(), key=lambda item: item[1][0])}

    def parent(self, behaviour: Behaviour) -> Record | None:
        """A record of the collection above."""
        name = behaviour.find.collection if behaviour.find is not None else ""
        stored = self.store.load(MAIN)[0].collections[name].matching(())
        return stored[0] if stored else None

    def shows(self, behaviour: Behaviour, record: Record) -> bool:
        """Whether a read finds the record. Raises _Lost where it answers that there is none."""
        answer = self.asked(behaviour, record)
        if answer is None:
            return False
        if answer.status == 404 or answer.status >= 500:
            raise _Lost(f"{behaviour.operation} doesn't show what was created: {answer.status} {_detail(answer)}")
        if answer.status < 300:
            self.proven.add(behaviour.operation)
        return answer.status < 300

    def asked(self, behaviour: Behaviour, record: Record) -> Answer | None:
        request = self.prover.requests.about(behaviour, record)
        return self.pipeline.respond(request) if request is not None else None

    def lists(self, listing: list[Behaviour], record: Record) -> Iterator[bytes]:
        for behaviour in listing:
            above = self.parent_of(behaviour, record) if behaviour.find is not None else record
            answer = self.asked(behaviour, above) if above is not None else None
            if answer is not None and not self.fails(behaviour, answer) and answer.status < 300:
                self.proven.add(behaviour.operation)
                yield answer.body

    def parent_of(self, behaviour: Behaviour, record: Record) -> Record | None:
        """The record above, below which a list has the record."""
        filters = behaviour.list.filters if behaviour.list is not None else ()
        link = next(((name, value) for name, value in filters if value.root == "record"), None)
        if behaviour.find is None or link is None:
            return None
        name, value = link
        wanted = text_of(record.get(name))
        above = self.store.load(MAIN)[0].collections[behaviour.find.collection].matching(())
        keys = ((one, dig(one, value.names)) for one in above)
        return next((one for one, key in keys if key is not MISSING and text_of(key) == wanted), None)

    def must_tell(self, record: Record, texts: tuple[bytes, ...], found: list[Behaviour]) -> None:
        """Raises _Lost where no answer shows the key by which records are read, and the client didn't choose it."""
        key = _key_of(self.rules, record)
        written = msgspec.json.encode(key.decode())[1:-1]
        asked = [value.root for one in found if one.find for name, value in one.find.filters if name == self.rules.key]
        if any(asked) and not any(key in text or written in text for text in texts):
            using = self.prover.using.get(self.name, [])
            named = tuple(one.operation for one in using if _names_one(one, self.rules.key))
            listed = any(one.list is not None for one in using)
            raise _Lost(f"no response shows the {self.rules.key} of a new record", named if listed else ())

    def fails(self, behaviour: Behaviour, answer: Answer) -> bool:
        """Whether the mock itself failed, which is kept as the reason why the operation has no memory."""
        if answer.status >= 500:
            self.broken[behaviour.operation] = f"it fails: {_detail(answer)}"
        return answer.status >= 500

    def changed(self, behaviour: Behaviour, found: list[Behaviour], record: Record) -> None:
        answer = self.asked(behaviour, record)
        if answer is None or 400 <= answer.status < 500:
            return
        after = self.asked(found[0], record) if found else None
        if self.fails(behaviour, answer):
            return
        if after is not None and after.status >= 300:
            self.broken[behaviour.operation] = f"afterwards the record can't be read: {after.status} {_detail(after)}"
        else:
            self.proven.add(behaviour.operation)

    def acted(self, behaviour: Behaviour, record: Record) -> None:
        answer = self.asked(behaviour, record)
        if answer is not None and not self.fails(behaviour, answer) and answer.status < 300:
            self.proven.add(behaviour.operation)

    def removed(self, behaviour: Behaviour, found: list[Behaviour], record: Record) -> None:
        answer = self.asked(behaviour, record)
        if answer is None or 400 <= answer.status < 500:
            return
        if self.fails(behaviour, answer):
            return
        if identity_of(self.rules, record) in self.records():
            self.broken[behaviour.operation] = "the record is there afterwards"
        elif found and (after := self.asked(found[0], record)) is not None and after.status < 300:
            self.broken[behaviour.operation] = "the record can be read afterwards"
        else:
            self.proven.add(behaviour.operation)


def _names_one(behaviour: Behaviour, key: str) -> bool:
    """Whether an operation finds or removes the record whose key is in its path."""
    queries = (behaviour.find, *behaviour.remove)
    return any(name == key and value.root for query in queries if query for name, value in query.filters)


def _acts(behaviour: Behaviour) -> bool:
    """Whether an operation needs a record, and changes none."""
    changes = behaviour.create or behaviour.set or behaviour.remove or behaviour.list
    return behaviour.find is not None and not changes


def _removes_named(behaviour: Behaviour) -> bool:
    """Whether an operation removes the record that its path names, and not those that its body lists."""
    if behaviour.find is not None and not all(value.root for _, value in behaviour.find.filters):
        return False  # the caller's own record, whichever that is
    if any(query.conditions for query in behaviour.remove):
        return False  # what a query selects, which no made-up one does
    filters = [value for query in behaviour.remove[:1] for _, value in query.filters]
    named = bool(filters) and all(value.root == "path" for value in filters)
    return bool(behaviour.remove) and (behaviour.find is not None or named)


def _key_of(rules: CollectionRules, record: Record) -> bytes:
    return text_of(rules.key_of(record)).encode()


def _detail(answer: Answer) -> str:
    try:
        content = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        return ""
    if not isinstance(content, dict):
        return ""
    first = next(iter(content.get("validation") or ()), None)
    where = f": {first.get('location')} {first.get('message')}" if isinstance(first, dict) else ""
    return f"{content.get('detail', '')}{where}"


def revised(readings: Readings, inferred: Inferred, behaviours: Behaviours, proofs: Iterable[Proof]) -> Readings:
    """The readings with what proofs showed: another key where there is one to try, else no memory."""
    forgotten, keys, broken = dict(readings.forgotten), dict(readings.keys), dict(readings.broken)
    forgotten |= inferred.claims
    resources = {one.name: one for one in inferred.resources.values()}
    for proof in proofs:
        broken |= proof.broken
        resource = resources.get(proof.collection)
        if proof.lost and resource is None:
            broken |= dict.fromkeys(_using(behaviours, proof.collection), proof.lost)
        elif proof.lost and resource is not None:
            for base in resource.bases:
                if len(resource.keys) > 1:
                    keys[base] = keys.get(base, 0) + 1
                elif proof.named:
                    broken |= dict.fromkeys(proof.named, proof.lost)
                else:
                    forgotten[base] = proof.lost
    return Readings(forgotten, keys, broken, readings.described)


def _using(behaviours: Behaviours, collection: str) -> Iterator[str]:
    for one in behaviours.operations.values():
        queries = (one.find, one.create, one.list, *one.remove)
        if any(query is not None and query.collection == collection for query in queries):
            yield one.operation
