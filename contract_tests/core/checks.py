"""Checks every answer against the contract: status, media type, headers and body.

A refusal may use another status of the same meaning (`FREEDOMS`): that is a note, not a breach.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from contract_tests.core.answer import NOT_JSON, Answer, Sent, names_in, shorten
from contract_tests.core.contract import UNREAD, Contract, Operation, is_json
from contract_tests.core.discriminators import Misnamed, has_any, misnamed
from contract_tests.core.document import Place
from contract_tests.core.errors import Broken
from contract_tests.core.markup import is_xml, problem_of
from contract_tests.core.safety import parsed
from contract_tests.core.schemas import is_secret, mismatches, without_positions

FREEDOMS = {403: (401,), 422: (400, 404), 400: (415, 422, 404), 413: (400,), 414: (404, 400), 431: (404, 400),
            406: (), 429: ()}  # fmt: skip
GENERIC = frozenset({401, 406, 413, 415, 422})  # HTTP has them for every operation, documented or not
INPUT_REFUSALS = frozenset({400, 404, 406, 409, 411, 413, 414, 415, 422, 428, 431})
ANSWERED_BY_OTHERS = frozenset({413, 414, 431})  # proxies refuse these before the implementation sees them
STACK_TRACE = re.compile(  # as text, and as text in JSON
    r"Traceback \(most recent|(^|\\n)\s+at .+\(.+:\d+|\.py\\?\", line \d+|Exception in thread|java\.lang\.",
    re.MULTILINE,
)
IDENTIFIER = re.compile(
    r"(\A|[^A-Za-z])(?i:ids?|key|name|arn|slug|code|uuid|guid)\Z|(Ids?|IDs?|Key|Name|A(rn|RN)|Code)\Z"
)
SUSPECT = (b"passw", b"secret", b"token", b"private", b"\\u")
"""One of these stands in a body that has the name of a secret; to look at each name takes much longer."""
CHARSET = re.compile(r"charset\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
STREAM = re.compile(r"\bstream(s|ed|ing)?\b", re.IGNORECASE)
CRASH = 500
PROBLEM = "application/problem+json"
BODILESS = frozenset({204, 205, 304})  # RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5
WITHOUT_CONTENT = {204: "RFC 9110, sections 8.6 and 15.3.5", 205: "RFC 9110, section 15.3.6"}


@dataclass(frozen=True)
class Breach:
    """One way in which answers break the contract; equal breaches are counted once, with the first answer."""

    operation: str
    kind: str  #: distinguishes this breach from others, e.g. `200 schema /devices/*/lastSeen`
    expected: str
    got: str
    assumed: tuple[str, ...] = ()
    is_note: bool = False
    answer: Answer | None = field(default=None, compare=False, repr=False)
    suite: str = ""  #: the suite that observed it and reports it; empty: every contract has it
    seen: str = field(default="", compare=False)  #: the entries of recorded traffic that show it

    def as_broken(self) -> Broken:
        """As a failure."""
        answers = (self.answer,) if self.answer else ()
        about = f"{self.operation}: {self.expected}"
        return Broken(about, self.got, *answers, assumed=" ".join(self.assumed), seen=self.seen)

    def as_note(self) -> str:
        """As a note."""
        assumed = f" ({', '.join(self.assumed)})" if self.assumed else ""
        return f"{self.operation}: {self.got}; expected {self.expected}{assumed}"


class AnswerChecks:
    """Finds the breaches in an answer."""

    def __init__(self, contract: Contract, names_user: Callable[[Sent], bool] = lambda _: True) -> None:
        self.contract = contract
        self.names_user = names_user  #: whether a request has the right credentials of a user
        self._taken_as: set[str] = set()  #: what bodies called themselves that the target took, and weren't

    @cached_property
    def _has_discriminators(self) -> bool:
        return has_any(self.contract.document)

    def breaches(self, answer: Answer) -> Iterator[Breach]:
        """Every breach of the contract in the answer to a documented operation."""
        if answer.status == 501 and not answer.operation_id:
            return  # RFC 9110, section 15.6.2: the right answer to a method that the server does not know
        if answer.status >= 500 and not self._is_documented_failure(answer):
            yield self._server_error(answer)
        elif answer.truncated:
            yield self._without_end(answer)
        elif answer.operation_id and answer.sent.method != "OPTIONS":
            operation = self.contract.operation(answer.operation_id)
            place = self.contract.response(operation, answer.status)
            yield from self._leaks(operation, place, answer)
            if place is None:
                yield from self._undocumented(operation, answer)
            else:
                yield from self._documented(operation, place, answer)

    def _is_documented_failure(self, answer: Answer) -> bool:
        """Whether the contract documents exactly this failure, such as 501; a crash, 500, is one all the same."""
        documented = self.contract.operation(answer.operation_id).statuses if answer.operation_id else ()
        return answer.status != CRASH and str(answer.status) in documented

    def _without_end(self, answer: Answer) -> Breach:
        announced = answer.headers.get("content-length", "")
        got = f"a body that breaks off after {len(answer.body)} bytes"
        if announced.isdigit() and int(announced) > len(answer.body):
            got += f" of the {announced} announced"
        label = answer.operation_id or f"{answer.sent.method} {answer.sent.path}"
        is_note = bool(answer.operation_id) and self._is_stream(self.contract.operation(answer.operation_id))
        expected = "an answer that ends, within 4 MB and in time"
        return Breach(label, "endless", expected, got, is_note=is_note, answer=answer)

    def _is_stream(self, operation: Operation) -> bool:
        """Whether the contract says in words that an answer goes on: only event streams have a media type for that."""
        raw = operation.declared.raw
        words = (str(raw.get("summary", "")), str(raw.get("description", "")))
        return operation.method == "GET" and any(STREAM.search(one) for one in words)

    def _leaks(self, operation: Operation, place: Place | None, answer: Answer) -> Iterator[Breach]:
        """What no answer may give away: how the server is built, and undeclared what only the user knows."""
        if answer.status >= 400 and STACK_TRACE.search(answer.body.decode("utf-8", "replace")):
            kind, expected = f"{answer.status} trace", f"no stack trace in a {answer.status}"
            yield Breach(operation.id, kind, expected, answer.describe(), answer=answer)
        text = answer.body.lower()
        may_be = any(word in text for word in SUSPECT)
        names = {name for name in names_in(answer.json) if is_secret(name)} if may_be else set()
        declared = self.contract.members_in(place) if names and place is not None else set()
        for name in sorted(names - declared):
            expected = "no secret of the user in an answer"
            yield Breach(operation.id, f"secret {name}", expected, f"a field {name!r}", answer=answer)

    def _server_error(self, answer: Answer) -> Breach:
        trace = " with a stack trace" if STACK_TRACE.search(answer.body.decode("utf-8", "replace")) else ""
        label = answer.operation_id or f"{answer.sent.method} {answer.sent.path}"
        return Breach(label, f"{answer.status}", "no server error", f"{answer.describe()}{trace}", answer=answer)

    def _undocumented(self, operation: Operation, answer: Answer) -> Iterator[Breach]:
        stands_for = [code for code in FREEDOMS.get(answer.status, ()) if str(code) in operation.statuses]
        known = ", ".join(operation.statuses)
        expected = f"a documented status ({known})"
        if answer.status == 429 or stands_for or self._is_silent_on(operation, answer):
            got = f"{answer.status}" + (f" in place of {stands_for[0]}" if stands_for else "")
            place = self.contract.response(operation, stands_for[0]) if stands_for else None
            assumed = place.assumed[-1:] if place else ()
            yield Breach(operation.id, f"{answer.status} status", expected, got, assumed, is_note=True, answer=answer)
            if place and answer.status not in ANSWERED_BY_OTHERS:
                found = self._body(operation, place, answer, stands_for[0])
                yield from (replace(breach, is_note=True) for breach in found)
        else:
            yield Breach(operation.id, f"{answer.status} status", expected, answer.describe(), answer=answer)

    def _is_silent_on(self, operation: Operation, answer: Answer) -> bool:
        """Whether nothing in the contract contradicts the status, here or for any other operation."""
        status = answer.status
        if not any(documented[0] in "23d" for documented in operation.statuses):
            return True
        makes_one = "201" in operation.statuses
        if status == 404 and (operation.path_names or (names_a_record(answer) and not makes_one)):
            return True
        if operation.secured and (status == 401 or (status == 403 and not self.names_user(answer.sent))):
            return True  # RFC 9110, sections 15.5.2 and 15.5.4: what a request without the right credentials gets
        if status in INPUT_REFUSALS and self.contract.is_spoiled(answer.sent):
            return True
        return status in GENERIC and not any(str(status) in other.statuses for other in self.contract.operations)

    def _documented(self, operation: Operation, place: Place, answer: Answer) -> Iterator[Breach]:
        yield from self._headers(operation, place, answer)
        yield from self._without_body(operation, answer)
        yield from self._problem(operation, answer)
        yield from self._body(operation, place, answer)

    def _headers(self, operation: Operation, place: Place, answer: Answer) -> Iterator[Breach]:
        for name, problem in self.contract.wrong_headers(operation, answer.status, answer.headers):
            is_missing = name.lower() not in answer.headers
            expected = f"the header {name} in a {answer.status}" + ("" if is_missing else " to match its schema")
            got = "no such header" if is_missing else f"{answer.headers[name.lower()][:80]!r}: {problem}"
            kind = f"{answer.status} {name}" + ("" if is_missing else " value")
            yield Breach(operation.id, kind, expected, got, place.assumed[-1:], answer=answer)

    def _without_body(self, operation: Operation, answer: Answer) -> Iterator[Breach]:
        """A body where HTTP has none, and where the contract describes none."""
        if answer.status in WITHOUT_CONTENT and (got := content_of(answer)):
            expected = f"no body in a {answer.status} ({WITHOUT_CONTENT[answer.status]})"
            yield Breach(operation.id, f"{answer.status} body", expected, got, answer=answer)
        is_bodiless = answer.sent.method == "HEAD" or answer.status in BODILESS
        if answer.sent.method == "HEAD" and answer.body:
            expected = "no body in an answer to HEAD (RFC 9110, section 9.3.2)"
            yield Breach(operation.id, "HEAD body", expected, content_of(answer), answer=answer)
        response = operation.response_for(answer.status)
        if answer.ok and not is_bodiless and answer.body and response and not response.media_types:
            expected, got = f"no body in a {answer.status}: the contract describes none", answer.describe()
            yield Breach(operation.id, f"{answer.status} body", expected, got, is_note=True, answer=answer)

    def _body(
        self, operation: Operation, place: Place, answer: Answer, documented: int | None = None
    ) -> Iterator[Breach]:
        """Content-Type and body as documented for the status, or for the `documented` status that it replaces."""
        response = operation.response_for(documented or answer.status)
        if not response or not response.media_types or answer.sent.method == "HEAD" or answer.status in BODILESS:
            return
        sent = answer.headers.get("content-type", "")
        schema, checked_as = self.contract.answer_schema(operation, documented or answer.status, sent), sent
        if schema is None:
            types = ", ".join(response.media_types)
            expected = f"Content-Type {types} in a {answer.status}"
            kind, got = f"{answer.status} media type", sent or "no Content-Type"
            yield Breach(operation.id, kind, expected, got, place.assumed[-1:], answer=answer)
            checked_as = next(iter(response.media_types))
            schema = self.contract.answer_schema(operation, documented or answer.status, checked_as)
        charset = CHARSET.search(sent)
        if charset and is_json(sent) and charset[1].lower() not in {"utf-8", "utf8", "us-ascii"}:
            expected = f"UTF-8 as the charset of a {answer.status} in JSON (RFC 8259)"
            yield Breach(operation.id, f"{answer.status} charset", expected, sent, answer=answer)
        if not answer.body_is_known:
            return
        if schema is not None and is_json(checked_as):
            if checked_as == sent or answer.json is not NOT_JSON:  # else its media type has said so already
                yield from self._json(operation, schema, answer)
        elif schema is not None and sent:
            yield from self._other(operation, schema, answer, documented or answer.status)

    def _other(self, operation: Operation, schema: Place, answer: Answer, status: int) -> Iterator[Breach]:
        """A body of text, of a form or of several JSON values."""
        if is_xml(answer.media_type):
            yield from self._xml(operation, answer) if answer.body or schema.value is not True else ()
            return
        value, problem = self.contract.read_answer(operation, status, answer.headers["content-type"], answer.body)
        if problem:
            kind, expected = f"{answer.status} body", f"a body of {answer.media_type} in a {answer.status}"
            yield Breach(operation.id, kind, expected, f"one that {problem}", answer=answer)
        elif value is not UNREAD:
            yield from self._mismatches(operation, schema, answer, value)

    def _xml(self, operation: Operation, answer: Answer) -> Iterator[Breach]:
        if problem := problem_of(answer.body, answer.headers["content-type"]):
            expected = f"a body of {answer.media_type} in a {answer.status} that is well-formed XML"
            got = f"{problem}: {shorten(answer.body.decode('utf-8', 'replace'), 120) or 'an empty body'}"
            yield Breach(operation.id, f"{answer.status} XML", expected, got, answer=answer)

    def _json(self, operation: Operation, schema: Place, answer: Answer) -> Iterator[Breach]:
        if answer.json is NOT_JSON:
            expected = f"a JSON body in a {answer.status}"
            yield Breach(operation.id, f"{answer.status} JSON", expected, answer.json_problem, answer=answer)
        if (value := answer.nearly_json if answer.json is NOT_JSON else answer.json) is not NOT_JSON:
            yield from self._mismatches(operation, schema, answer, value)

    def _problem(self, operation: Operation, answer: Answer) -> Iterator[Breach]:
        """A problem that names another status than that of its answer (RFC 9457, section 3.1.2)."""
        said = answer.json.get("status") if isinstance(answer.json, Mapping) else None
        is_number = isinstance(said, int) and not isinstance(said, bool)
        if answer.media_type == PROBLEM and answer.status >= 400 and is_number and said != answer.status:
            expected = f"status {answer.status} in the problem of a {answer.status} (RFC 9457, section 3.1.2)"
            yield Breach(operation.id, f"{answer.status} problem", expected, f"status {said}", answer=answer)

    def _mismatches(self, operation: Operation, schema: Place, answer: Answer, value: Any) -> Iterator[Breach]:
        found = list(mismatches(self.contract, schema, value))
        for mismatch in found:
            expected = f"{mismatch.place or '/'} of the {answer.status} body to match its schema"
            kind = f"{answer.status} schema {mismatch.kind} {mismatch.keyword}"
            yield Breach(operation.id, kind, expected, mismatch.problem, mismatch.assumed, answer=answer)
        for one in self._misnamed(operation, schema, answer, value) if self._has_discriminators else ():
            if not any(mismatch.place.startswith(one.place) for mismatch in found):
                expected = f"{one.place or '/'} of the {answer.status} body {one.expected}"
                kind = f"{answer.status} discriminator {without_positions(one.place)}"
                yield Breach(operation.id, kind, expected, one.got, schema.assumed[-1:], answer=answer)

    def _misnamed(self, operation: Operation, schema: Place, answer: Answer, value: Any) -> list[Misnamed]:
        """What of an answer isn't what it calls itself, but for what the target took as such: a discriminator decides
        nothing about which alternative a value fits, so such a body is valid, and is shown as it was sent."""
        found = list(misnamed(self.contract, schema.value, value))
        if answer.ok and answer.sent.method != "GET":
            sent = answer.sent.json
            for place in self.contract.json_request_schemas(operation) if sent is not NOT_JSON else ():
                self._taken_as |= {one.name for one in misnamed(self.contract, place.value, sent, writing=True)}
            if sent is NOT_JSON:  # a form
                self._taken_as |= {one.name for one in found if one.name.encode() in answer.sent.body}
        return [one for one in found if one.name not in self._taken_as]


def names_a_record(answer: Answer) -> bool:
    """Whether the query or the body has a member that names something: it may be a thing that isn't there."""
    body = parsed(answer.sent.body)
    given = [name for name, _ in parse_qsl(answer.sent.query, keep_blank_values=True)]
    return any(IDENTIFIER.search(name) for name in (*given, *(body if isinstance(body, Mapping) else ())))


def content_of(answer: Answer) -> str:
    """The body that an answer has or announces; empty where there is none."""
    if answer.body:
        return f"a body of {len(answer.body)} bytes"
    if (announced := answer.headers.get("content-length", "0").strip()) != "0":
        return f"Content-Length: {announced}"
    coding = answer.headers.get("transfer-encoding", "")
    return f"Transfer-Encoding: {coding}" if coding and answer.status == 204 else ""
