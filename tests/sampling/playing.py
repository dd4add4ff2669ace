"""Asks every operation of a document over a socket, once with a valid and once with an invalid request, and judges."""

from __future__ import annotations

import http.client
import json
import signal
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import unquote

from mockserver.contract.contract import Contract
from mockserver.contract.operations import media
from mockserver.contract.operations.operation import Operation
from mockserver.errors import Refused
from mockserver.exchange.engine import Engine
from mockserver.insight.samples import Sample, samples
from tests.mockserver.contract.authority import Authority, told
from tests.mockserver.contract.causes import cause
from tests.mockserver.contract.made import Unmakable
from tests.sampling.answer_causes import answer_cause
from tests.sampling.drafts import LENGTH, TRIES, UNHEARD, Draft, Drafts, Wire

PROBLEM, UNKNOWN_METHOD = "application/problem+json", "BREW"
FAULTS = ("5XX OF OURS", "VALID BUT REFUSED", "INVALID BUT TAKEN", "ANSWER NOT VALID")
"""What must not happen."""
UNMADE = (
    "operations left out: a list of objects in a query, a path value that needs a slash or stands behind a #, a path "
    "of the same shape as another one's, a schema that nothing satisfies"
)
TIMEOUT = 20  # seconds for one request: openapi-core, and the making of values, may take long on some schemas
_ORDER = ("GET", "HEAD", "QUERY", "OPTIONS", "POST", "PUT", "PATCH")  # what removes comes last


class TooSlow(Exception):
    """A request took longer than our patience."""


@dataclass(frozen=True)
class ClientResponse:
    """An answer as it came over the socket."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def media(self) -> str | None:
        """Its Content-Type."""
        return next((value for name, value in self.headers if name.lower() == "content-type"), None)

    def problem(self) -> str:
        """What a problem answer says, with the first thing that was invalid."""
        try:
            said = json.loads(self.body)
        except ValueError:
            return self.body[:200].decode("latin-1")
        if not isinstance(said, dict) or "detail" not in said:
            return json.dumps(said)[:200]
        wrong = [f"{one['location']} {one['message']} ({one['pointer']})" for one in said.get("validation") or ()]
        return f"{said['detail']}: {'; '.join(wrong[:2])}"


@dataclass
class Tally:
    """What came of the requests to the operations of one or more documents."""

    counts: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)  #: why openapi-core differs, where it does
    faults: list[str] = field(default_factory=list)  #: what must not happen, told so that it can be looked into

    def add(self, other: Tally) -> None:
        """Counts another tally in."""
        self.counts += other.counts
        self.causes += other.causes
        self.faults += other.faults

    def fault(self, kind: str, wire: Wire, heard: ClientResponse, why: str) -> None:
        """Counts what must not happen."""
        self.counts[kind] += 1
        sent = f"{wire.method} {wire.target[:300]} {dict(wire.headers)} {wire.body[:300]!r}"
        self.faults.append(f"{kind}: {wire.match.operation.id}: {heard.status} {why[:700]}\n    {sent}")


class Player:
    """Plays one document, which `engine` was made of and which is served at a port."""

    def __init__(self, engine: Engine, port: int, random: Random) -> None:
        self.contract: Contract = engine.contract
        self.samples: Mapping[str, list[Sample]] = samples(engine)
        self.at_path = {one.operation.template: [one] for found in self.samples.values() for one in found if one.path}
        self.authority = Authority(engine.contract)
        self.drafts = Drafts(engine.contract, random)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.tally = Tally()

    def play(self) -> Tally:
        """Asks every operation twice."""
        operations = sorted(self.contract.operations.values(), key=_order)
        for operation in operations:
            self.tally.counts["operations"] += 1
            try:
                with _patience():
                    self.twice(operation)
            except TooSlow:
                self.tally.counts["given up: took too long to make or to judge"] += 1
                self.connection.close()  # an answer may be on its way
        self.connection.close()
        return self.tally

    def twice(self, operation: Operation) -> None:
        """One valid request, then an invalid one."""
        try:
            draft = self.sound(operation)
        except Unmakable:
            self.tally.counts[UNMADE] += 1
            return
        self.judge_sound(draft.wire())
        self.judge_spoiled(*self.spoiled(draft))

    def sound(self, operation: Operation) -> Draft:
        """A valid request; it names a record that is there, where one is."""
        known = self.known(operation)
        for _ in range(TRIES):
            draft = self.drafts.sound(operation, known.path, known.body)
            if self.leads_to(operation, draft.wire()):
                return draft
        raise Unmakable("its path is another operation's")

    def known(self, operation: Operation) -> Sample:
        """Path values and body fields that name a record which is there, as far as any is known."""
        own = self.samples.get(operation.id) or self.at_path.get(operation.template)
        return own[0] if own else Sample(operation)

    def leads_to(self, operation: Operation, wire: Wire) -> bool:
        """Whether a request is one to this operation, and no other one's path."""
        path = unquote(wire.target.partition("?")[0])
        try:
            return self.contract.route(wire.method, path, wire.request).operation.id == operation.id
        except Refused:
            return True  # to be seen as a 404

    def judge_sound(self, wire: Wire) -> None:
        """Sends a valid request and judges the answer."""
        heard = self.send(wire)
        operation, tally = wire.match.operation, self.tally
        tally.counts["valid requests"] += 1
        tally.counts[f"valid: {heard.status // 100}XX"] += 1
        if heard.status >= 500 and _only_500(operation):
            tally.counts["valid: 5XX, nothing else is declared"] += 1
        elif heard.status >= 500:
            tally.fault("5XX OF OURS", wire, heard, heard.problem())
        elif heard.status == 404 and operation.id in self.samples:
            tally.counts["valid: 404 of a record that is not there"] += 1
        elif 400 <= heard.status < 500 and not _success_is(operation, heard.status):
            self.judge_refusal(wire, heard)
        self.judge_answer(wire, heard)

    def judge_refusal(self, wire: Wire, heard: ClientResponse) -> None:
        """A valid request was refused: is it one?"""
        theirs = self.request_errors(wire)
        if theirs:
            self.tally.counts["valid: refused, and openapi-core refuses it too"] += 1
            return
        found = _first_cause(self.contract, wire, theirs)
        if found is not None:
            self.tally.causes[f"a request: {found}"] += 1
        elif heard.status == 409 and wire.body:
            self.tally.counts["valid: 409, the key that is sent has been given"] += 1
        else:
            self.tally.fault("VALID BUT REFUSED", wire, heard, heard.problem())

    def spoiled(self, draft: Draft) -> tuple[Wire, str]:
        """An invalid request, and what is wrong with it."""
        for _ in range(TRIES):
            wire = self.drafts.spoiled(draft).wire()
            if self.leads_to(draft.operation, wire) and (theirs := self.request_errors(wire)):
                return wire, theirs
        wire = draft.wire()
        if draft.credentials:
            return self.drafts.anonymous(draft).wire(), "no credentials"
        if self.contract.allowed(unquote(wire.target.partition("?")[0])):
            return Wire(
                UNKNOWN_METHOD, wire.target, wire.headers, wire.body, wire.match
            ), "a method that is not declared"
        return Wire(wire.method, wire.target, {**wire.headers, "Accept": UNHEARD}, wire.body, wire.match), "Accept"

    def judge_spoiled(self, wire: Wire, wrong: str) -> None:
        """Sends an invalid request and judges the answer."""
        heard, tally = self.send(wire), self.tally
        tally.counts["invalid requests"] += 1
        tally.counts[f"invalid: {heard.status // 100}XX"] += 1
        if heard.status >= 500 and not _only_500(wire.match.operation):
            tally.fault("5XX OF OURS", wire, heard, heard.problem())
        elif heard.status < 400 and wrong != "Accept":
            found = _first_cause(self.contract, wire, wrong)
            if found is None:
                tally.fault("INVALID BUT TAKEN", wire, heard, wrong)
            else:
                tally.causes[f"a request: {found}"] += 1
        self.judge_answer(wire, heard)

    def judge_answer(self, wire: Wire, heard: ClientResponse) -> None:
        """Judges an answer by openapi-core."""
        tally, operation = self.tally, wire.match.operation
        tally.counts["answers"] += 1
        response = operation.response_for(heard.status)
        shapes = response.media_types if response is not None and wire.method != UNKNOWN_METHOD else None
        if shapes is None or (heard.media == PROBLEM and media.declared_for(shapes, PROBLEM) is None):
            self.judge_undeclared(wire, heard, declared=shapes is not None)
            return
        try:
            theirs = self.answer_errors(operation, heard)
        except TooSlow:
            raise
        except Exception as error:  # noqa: BLE001 - a bug of theirs is a result
            tally.causes[f"an answer: openapi-core fails: {_name(error)}"] += 1
            return
        if not theirs:
            tally.counts["answers: valid"] += 1
        elif found := answer_cause(self.contract, operation, heard, theirs):
            tally.causes[f"an answer: {found}"] += 1
        else:
            tally.fault("ANSWER NOT VALID", wire, heard, f"{theirs}\n    {heard.body[:500]!r}")

    def judge_undeclared(self, wire: Wire, heard: ClientResponse, *, declared: bool) -> None:
        """A refusal that the document has no words for must be a problem."""
        if heard.media != PROBLEM and heard.body and wire.method != UNKNOWN_METHOD:
            self.tally.fault("ANSWER NOT VALID", wire, heard, "its status is not declared, and it is no problem")
            return
        why = f"no value fits what is declared for {heard.status}" if declared else f"no {heard.status} is declared"
        if wire.method == UNKNOWN_METHOD:
            why = "an unknown method, 405"
        self.tally.counts[f"answers: a problem (RFC 9457), {why}"] += 1

    def answer_errors(self, operation: Operation, heard: ClientResponse) -> str:
        """What openapi-core finds wrong with an answer."""
        found = self.authority.sent_answer_errors(operation, heard.status, heard.headers, heard.media, heard.body)
        return told(found)

    def request_errors(self, wire: Wire) -> str:
        """What openapi-core finds wrong with a request."""
        try:
            return told(self.authority.request_errors(wire.match, wire.request))
        except TooSlow:
            raise
        except Exception:  # noqa: BLE001 - a bug of theirs is no verdict
            return ""

    def send(self, wire: Wire) -> ClientResponse:
        """Sends a request over the connection that is kept."""
        connection = self.connection
        connection.putrequest(wire.method, wire.target or "/", skip_accept_encoding=True)
        for name, value in wire.headers.items():
            connection.putheader(name, value)
        if wire.body and LENGTH not in map(str.lower, wire.headers):
            connection.putheader("Content-Length", str(len(wire.body)))
        connection.endheaders(wire.body or None)
        response = connection.getresponse()
        heard = ClientResponse(response.status, tuple(response.getheaders()), response.read())
        if heard.status < 200:  # 101: what follows on this connection is another protocol (RFC 9110, 15.2.2)
            connection.close()
        return heard


def _first_cause(contract: Contract, wire: Wire, theirs: str) -> str | None:
    from tests.mockserver.contract.authority import our_request_errors

    ours = our_request_errors(contract, wire.match, wire.request)
    return cause(contract, wire.match, wire.request, ours, theirs)


def _name(error: Exception) -> str:
    return (
        "a pattern that Python cannot read" if type(error).__module__ in ("re", "sre_constants") else repr(error)[:80]
    )


def _order(operation: Operation) -> tuple[int, int]:
    """Readers first; what removes comes last, and the innermost first of all."""
    rank = _ORDER.index(operation.method) if operation.method in _ORDER else len(_ORDER)
    return rank, -operation.template.count("/") if rank == len(_ORDER) else 0


def _only_500(operation: Operation) -> bool:
    return bool(operation.responses) and all(status.startswith("5") for status in operation.responses)


def _success_is(operation: Operation, status: int) -> bool:
    """Whether an operation declares no success, so that this is what it answers when all is well."""
    return not any(name.startswith(("2", "3", "d")) for name in operation.responses) and bool(
        operation.response_for(status)
    )


def _too_slow(*_: Any) -> None:
    raise TooSlow


@contextmanager
def _patience() -> Iterator[None]:
    before = signal.signal(signal.SIGALRM, _too_slow)
    signal.alarm(TIMEOUT)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
