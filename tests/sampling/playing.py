"""Sends every operation of a document a valid and an invalid request over a socket, and checks the responses."""

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
from tests.mockserver.contract.authority import Authority, error_text
from tests.mockserver.contract.causes import cause
from tests.mockserver.contract.random_messages import NoMessage
from tests.sampling.answer_causes import MEANT, answer_cause, read_as_meant
from tests.sampling.drafts import LENGTH, TRIES, UNKNOWN_MEDIA_TYPE, Draft, Drafts, SerialisedRequest

PROBLEM, UNKNOWN_METHOD = "application/problem+json", "BREW"
FAULTS = ("5XX OF THE MOCK", "VALID BUT REJECTED", "INVALID BUT ACCEPTED", "RESPONSE NOT VALID")
"""The kinds of faults in the tally."""
LEFT_OUT = (
    "operations left out: a list of objects in a query, a path value that needs a slash or is after a #, a path "
    "of the same shape as another one's, a schema that no value satisfies"
)
TIMEOUT = 20  # seconds for one request: openapi-core and the generation of values take long for some schemas
_ORDER = ("GET", "HEAD", "QUERY", "OPTIONS", "POST", "PUT", "PATCH")  # operations that remove records come last


class TooSlow(Exception):
    """A request took longer than the time limit."""


@dataclass(frozen=True)
class ClientResponse:
    """A response as received over the socket."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def media(self) -> str | None:
        """The Content-Type of the response."""
        return next((value for name, value in self.headers if name.lower() == "content-type"), None)

    def problem(self) -> str:
        """The detail of a problem response, with the first validation messages."""
        try:
            content = json.loads(self.body)
        except ValueError:
            return self.body[:200].decode("latin-1")
        if not isinstance(content, dict) or "detail" not in content:
            return json.dumps(content)[:200]
        messages = [
            f"{violation['location']} {violation['message']} ({violation['pointer']})"
            for violation in content.get("validation") or ()
        ]
        return f"{content['detail']}: {'; '.join(messages[:2])}"


@dataclass
class Tally:
    """The results of the requests to the operations of one or more documents."""

    counts: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)  #: known causes of differences to openapi-core
    faults: list[str] = field(default_factory=list)  #: unexpected results, with details to reproduce them

    def add(self, other: Tally) -> None:
        """Add another tally."""
        self.counts += other.counts
        self.causes += other.causes
        self.faults += other.faults

    def fault(self, kind: str, request: SerialisedRequest, response: ClientResponse, why: str) -> None:
        """Record a fault."""
        self.counts[kind] += 1
        sent = f"{request.method} {request.target[:300]} {dict(request.headers)} {request.body[:300]!r}"
        self.faults.append(f"{kind}: {request.match.operation.id}: {response.status} {why[:700]}\n    {sent}")


class DocumentCheck:
    """Checks one document, which `engine` was built from and which is served at a port."""

    def __init__(self, engine: Engine, port: int, random: Random) -> None:
        self.contract: Contract = engine.contract
        self.samples: Mapping[str, list[Sample]] = samples(engine)
        self.at_path = {
            sample.operation.template: [sample] for group in self.samples.values() for sample in group if sample.path
        }
        self.authority = Authority(engine.contract)
        self.drafts = Drafts(engine.contract, random)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.tally = Tally()

    def run(self) -> Tally:
        """Send every operation both requests, and return the tally."""
        operations = sorted(self.contract.operations.values(), key=_order)
        for operation in operations:
            self.tally.counts["operations"] += 1
            try:
                with _time_limit():
                    self.check_operation(operation)
            except TooSlow:
                self.tally.counts["skipped: took too long to generate or to check"] += 1
                self.connection.close()  # a response may still arrive
        self.connection.close()
        return self.tally

    def check_operation(self, operation: Operation) -> None:
        """Send a valid request, then an invalid one."""
        try:
            draft = self.valid_request(operation)
        except NoMessage:
            self.tally.counts[LEFT_OUT] += 1
            return
        self.check_valid(draft.serialise())
        self.check_invalid(*self.invalid_request(draft))

    def valid_request(self, operation: Operation) -> Draft:
        """A valid request, to an existing record if there is one."""
        known = self.known(operation)
        for _ in range(TRIES):
            draft = self.drafts.valid(operation, known.path, known.body)
            if self.routes_to(operation, draft.serialise()):
                return draft
        raise NoMessage("its path is another operation's")

    def known(self, operation: Operation) -> Sample:
        """Path values and body fields of an existing record, if there is one."""
        own = self.samples.get(operation.id) or self.at_path.get(operation.template)
        return own[0] if own else Sample(operation)

    def routes_to(self, operation: Operation, request: SerialisedRequest) -> bool:
        """Whether the request is routed to this operation and not to another one."""
        path = unquote(request.target.partition("?")[0])
        try:
            return self.contract.route(request.method, path, request.for_contract).operation.id == operation.id
        except Refused:
            return True  # it will be reported as a 404

    def check_valid(self, request: SerialisedRequest) -> None:
        """Send a valid request and check the response."""
        response = self.send(request)
        operation, tally = request.match.operation, self.tally
        tally.counts["valid requests"] += 1
        tally.counts[f"valid: {response.status // 100}XX"] += 1
        if response.status >= 500 and _only_500(operation):
            tally.counts["valid: 5XX, nothing else is declared"] += 1
        elif response.status >= 500 and self.contradicts_itself(operation):
            tally.counts["valid: 5XX, every value of the response's enum breaks its own schema"] += 1
        elif response.status >= 500:
            tally.fault("5XX OF THE MOCK", request, response, response.problem())
        elif response.status == 404 and operation.id in self.samples:
            tally.counts["valid: 404 for a missing record"] += 1
        elif 400 <= response.status < 500 and not _success_is(operation, response.status):
            self.check_rejection(request, response)
        self.check_response(request, response)

    def contradicts_itself(self, operation: Operation) -> bool:
        """Whether a declared response lists values, of which its schema accepts none."""
        types = (one for response in operation.responses.values() for one in response.media_types.values())
        for schema in (one.schema for one in types if isinstance(one.schema, Mapping)):
            values = self.contract.resolve(schema).get("enum")
            if values and all(self.contract.violations(schema, value, place="body") for value in values):
                return True
        return False

    def check_rejection(self, request: SerialisedRequest, response: ClientResponse) -> None:
        """Check whether the rejection of a valid request is justified."""
        their_errors = self.request_errors(request)
        if their_errors:
            self.tally.counts["valid: rejected, and openapi-core rejects it too"] += 1
            return
        known_cause = _first_cause(self.contract, request, their_errors)
        if known_cause is not None:
            self.tally.causes[f"a request: {known_cause}"] += 1
        elif response.status == 426 and "101" in request.match.operation.responses:
            self.tally.counts["valid: 426, 101 answers only a request with Upgrade (RFC 9110, 15.2.2)"] += 1
        elif response.status == 400 and _patches_in_vain(response):
            self.tally.counts["valid: 400, the operations of a JSON patch can't be applied (RFC 6902, 5)"] += 1
        elif response.status == 409 and request.body:
            self.tally.counts["valid: 409, the key in the request already exists"] += 1
        else:
            self.tally.fault("VALID BUT REJECTED", request, response, response.problem())

    def invalid_request(self, draft: Draft) -> tuple[SerialisedRequest, str]:
        """An invalid request, and the reason why it is invalid."""
        for _ in range(TRIES):
            request = self.drafts.changed(draft).serialise()
            if self.routes_to(draft.operation, request) and (their_errors := self.request_errors(request)):
                return request, their_errors
        request = draft.serialise()
        if draft.credentials:
            return self.drafts.anonymous(draft).serialise(), "no credentials"
        if self.contract.allowed(unquote(request.target.partition("?")[0])):
            return SerialisedRequest(
                UNKNOWN_METHOD, request.target, request.headers, request.body, request.match
            ), "a method that is not declared"
        return SerialisedRequest(
            request.method,
            request.target,
            {**request.headers, "Accept": UNKNOWN_MEDIA_TYPE},
            request.body,
            request.match,
        ), "Accept"

    def check_invalid(self, request: SerialisedRequest, reason: str) -> None:
        """Send an invalid request and check the response."""
        response, tally = self.send(request), self.tally
        tally.counts["invalid requests"] += 1
        tally.counts[f"invalid: {response.status // 100}XX"] += 1
        if response.status >= 500 and not _only_500(request.match.operation):
            tally.fault("5XX OF THE MOCK", request, response, response.problem())
        elif response.status < 400 and reason != "Accept":
            known_cause = MEANT if read_as_meant(self.contract, reason) else None
            known_cause = known_cause or _first_cause(self.contract, request, reason)
            if known_cause is None:
                tally.fault("INVALID BUT ACCEPTED", request, response, reason)
            else:
                tally.causes[f"a request: {known_cause}"] += 1
        self.check_response(request, response)

    def check_response(self, request: SerialisedRequest, response: ClientResponse) -> None:
        """Check a response with openapi-core."""
        tally, operation = self.tally, request.match.operation
        tally.counts["responses"] += 1
        declared_response = operation.response_for(response.status)
        shapes = (
            declared_response.media_types
            if declared_response is not None and request.method != UNKNOWN_METHOD
            else None
        )
        if shapes is None or (response.media == PROBLEM and media.declared_for(shapes, PROBLEM) is None):
            self.check_undeclared(request, response, declared=shapes is not None)
            return
        try:
            their_errors = self.response_errors(operation, response)
        except TooSlow:
            raise
        except Exception as error:  # noqa: BLE001 - an error of openapi-core is a result
            tally.causes[f"a response: openapi-core fails: {_name(error)}"] += 1
            return
        if not their_errors:
            tally.counts["responses: valid"] += 1
        elif known_cause := answer_cause(self.contract, operation, response, their_errors):
            tally.causes[f"a response: {known_cause}"] += 1
        else:
            tally.fault("RESPONSE NOT VALID", request, response, f"{their_errors}\n    {response.body[:500]!r}")

    def check_undeclared(self, request: SerialisedRequest, response: ClientResponse, *, declared: bool) -> None:
        """Check that a response which the document does not declare is a problem (RFC 9457)."""
        if response.media != PROBLEM and response.body and request.method != UNKNOWN_METHOD:
            self.tally.fault(
                "RESPONSE NOT VALID", request, response, "its status is not declared, and it isn't a problem"
            )
            return
        why = (
            f"no value fits the declaration for {response.status}" if declared else f"no {response.status} is declared"
        )
        if request.method == UNKNOWN_METHOD:
            why = "an unknown method, 405"
        self.tally.counts[f"responses: a problem (RFC 9457), {why}"] += 1

    def response_errors(self, operation: Operation, response: ClientResponse) -> str:
        """The errors that openapi-core reports for a response."""
        errors = self.authority.sent_answer_errors(
            operation, response.status, response.headers, response.media, response.body
        )
        return error_text(errors)

    def request_errors(self, request: SerialisedRequest) -> str:
        """The errors that openapi-core reports for a request."""
        try:
            return error_text(self.authority.request_errors(request.match, request.for_contract))
        except TooSlow:
            raise
        except Exception:  # noqa: BLE001 - an error of openapi-core isn't a verdict
            return ""

    def send(self, request: SerialisedRequest) -> ClientResponse:
        """Send a request over the open connection."""
        connection = self.connection
        connection.putrequest(request.method, request.target or "/", skip_accept_encoding=True)
        for name, value in request.headers.items():
            connection.putheader(name, value)
        if request.body and LENGTH not in map(str.lower, request.headers):
            connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body or None)
        received = connection.getresponse()
        response = ClientResponse(received.status, tuple(received.getheaders()), received.read())
        if response.status < 200:  # after 101 the connection uses another protocol (RFC 9110, 15.2.2)
            connection.close()
        return response


def _patches_in_vain(response: ClientResponse) -> bool:
    """Whether the operations of a JSON patch were understood, and one of them can't be applied."""
    reason = next((text for name, text in response.headers if name.lower() == "mock-reason"), "")
    return "of the patch" in reason


def _first_cause(contract: Contract, request: SerialisedRequest, their_errors: str) -> str | None:
    from tests.mockserver.contract.authority import our_request_errors

    ours = our_request_errors(contract, request.match, request.for_contract)
    return cause(contract, request.match, request.for_contract, ours, their_errors)


def _name(error: Exception) -> str:
    return (
        "a pattern that Python cannot read" if type(error).__module__ in ("re", "sre_constants") else repr(error)[:80]
    )


def _order(operation: Operation) -> tuple[int, int]:
    """Reads first; operations that remove records last, starting with the longest paths."""
    rank = _ORDER.index(operation.method) if operation.method in _ORDER else len(_ORDER)
    return rank, -operation.template.count("/") if rank == len(_ORDER) else 0


def _only_500(operation: Operation) -> bool:
    return bool(operation.responses) and all(status.startswith("5") for status in operation.responses)


def _success_is(operation: Operation, status: int) -> bool:
    """Whether an operation declares no success status, so that this status is its normal response."""
    return not any(name.startswith(("2", "3", "d")) for name in operation.responses) and bool(
        operation.response_for(status)
    )


def _too_slow(*_: Any) -> None:
    raise TooSlow


@contextmanager
def _time_limit() -> Iterator[None]:
    before = signal.signal(signal.SIGALRM, _too_slow)
    signal.alarm(TIMEOUT)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
