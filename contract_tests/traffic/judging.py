"""Checks entry after entry by the rules of any run, and keeps each cause once, with the first entries that show it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlsplit

from contract_tests.core.answer import COOKIES, Answer
from contract_tests.core.checks import AnswerChecks, Breach
from contract_tests.core.contract import Operation
from contract_tests.core.redaction import secrets_in
from contract_tests.core.signs import teaches
from contract_tests.run.run import Run, looks_of
from contract_tests.traffic import requests
from contract_tests.traffic.admission import UNRECORDED, Admission
from contract_tests.traffic.entry import Entry
from contract_tests.traffic.hosts import Hosts, host_of

MOST_NAMED: Final = 5  # entries of one cause
MOST_CAUSES: Final = 10_000
MOST_REMEMBERED: Final = 100_000  # answers that need no second look
PREFLIGHT: Final = "preflights (CORS)"
STATICS: Final = "parts of pages (documents, scripts, images, ...)"
NO_BODY: Final = "the recording has no body of the answer, or only a part of it"
NO_COOKIES: Final = "the header Set-Cookie, which browsers leave out of what they record"
NO_SENT_BODY: Final = "the recording has no body of the request as it was sent"
ID: Final = re.compile(r"\A(\d+|[0-9a-f-]{8,}|(?=.*\d)[\w.~-]{6,}|[\w-]{20,})\Z", re.IGNORECASE)
Part = tuple[str, str, str]


@dataclass
class Seen:
    """How many entries show something, and the first of them."""

    count: int = 0
    first: list[str] = field(default_factory=list)
    last: str = ""

    def add(self, place: str) -> None:
        """One more; an entry with two problems of one kind counts once."""
        if place == self.last:
            return
        self.last = place
        self.count += 1
        if len(self.first) < MOST_NAMED:
            self.first.append(place)

    def __str__(self) -> str:
        more = f" and {self.count - len(self.first):,} more" if self.count > len(self.first) else ""
        return f"{', '.join(self.first)}{more}"


class Traffic:
    """Takes the entries of all files, and knows at the end what they show."""

    def __init__(self, run: Run, hosts: Hosts, *, checks_requests: bool = True) -> None:
        self.checks_requests = checks_requests
        self.run, self.hosts, self.contract = run, hosts, run.contract
        self.checks, self.admission = AnswerChecks(run.contract), Admission(run.contract)
        run.undocumented.echoes = False
        self.breaches: dict[tuple[str, str], Breach] = {}
        self.seen: dict[tuple[str, str], Seen] = {}
        self.at_home: set[str] = set()  #: hosts with a path of the contract
        self.unknown: dict[tuple[str, str], tuple[Seen, Answer]] = {}  #: requests to no operation, by host and label
        self.parts: dict[Part, tuple[Seen, Answer]] = {}  #: what isn't documented
        self.ignored: Counter[str] = Counter()
        self.unjudged: Counter[str] = Counter()  #: entries of which something couldn't be checked, by the reason
        self.parameters: set[tuple[str, str]] = set()  #: operation and name of each parameter of a query that was sent
        self.requests: Counter[str] = Counter()  #: by operation
        self.judged = self.taught = 0
        self._known: dict[int, tuple[list[Breach], set[Part]]] = {}

    def take(self, entry: Entry) -> None:
        """Check one entry."""
        path = self.hosts.path_of(entry)
        if path is None:
            self.hosts.left_out(entry)
        elif entry.why_not:
            self.unjudged[entry.why_not] += 1
        elif is_preflight(entry):
            self.ignored[PREFLIGHT] += 1
        else:
            self._call(replace(entry, answer=at(entry.answer, path)))

    def _call(self, entry: Entry) -> None:
        sent = entry.answer.sent
        found = self.contract.match(sent.method, sent.path, sent)
        if found is None and sent.method == "HEAD":
            found = self.contract.match("GET", sent.path, sent)
        operation = found[0] if found else None
        if entry.is_static and not (operation and self._is_declared(operation, entry.answer)):
            self.ignored[STATICS] += 1
        elif operation is None:
            self._unknown(entry)
        elif operation.id in self.run.selection.checked:
            self._operation(operation, replace(entry, answer=replace(entry.answer, operation_id=operation.id)))

    def _is_declared(self, operation: Operation, answer: Answer) -> bool:
        """Whether a part of a page is a call all the same: its address is known to be the API's, or its type fits."""
        sent = answer.headers.get("content-type", "")
        return bool(self.hosts.bases) or self.contract.answer_schema(operation, answer.status, sent) is not None

    def _unknown(self, entry: Entry) -> None:
        answer = entry.answer
        if answer.sent.method == "OPTIONS" and self.contract.reader.allowed(answer.sent.path):
            self.ignored["OPTIONS of documented paths"] += 1
            return
        label = f"{answer.sent.method} {without_names(answer.sent.path)}"
        host = host_of(urlsplit(answer.sent.url))
        key = host, label
        if key not in self.unknown and len(self.unknown) >= MOST_CAUSES:
            return
        self.unknown.setdefault(key, (Seen(), answer))[0].add(answer.place)
        if self.hosts.bases or host in self.at_home:
            for breach in self.checks.breaches(answer):
                self._record(replace(breach, operation=label), answer)

    def _operation(self, operation: Operation, entry: Entry) -> None:
        answer = entry.answer
        self.judged += 1
        self.at_home.add(host_of(urlsplit(answer.sent.url)))
        self.taught += teaches(answer, operation)
        self.requests[operation.id] += 1
        self.run.ledger.answered.add(operation.id)
        self.admission.saw(operation, answer)
        self.run.coverage.saw(answer)
        if not answer.body_is_known:
            self.unjudged[NO_BODY] += 1
        if not entry.request_is_whole:
            self.unjudged[NO_SENT_BODY] += 1
        found, parts = self._of_answer(answer)
        sent = requests.breaches(self.contract, operation, entry) if self.checks_requests else ()
        for breach in (*found, *sent):
            self._record(breach, answer)
        for part in (*parts, *self._of_request(operation, answer)):
            self.run.undocumented.found[part] += 1
            if part in self.parts or len(self.parts) < MOST_CAUSES:
                self.parts.setdefault(part, (Seen(), answer))[0].add(answer.place)

    def _of_answer(self, answer: Answer) -> tuple[list[Breach], set[Part]]:
        """The breaches of an answer, and what in it isn't documented; for one seen before, what was found then."""
        looks = looks_of(self.contract, answer)
        if looks is not None and looks in self._known:
            return self._known[looks]
        found = [one for one in self.checks.breaches(answer) if self._is_recorded(one)]
        parts = self.run.undocumented.parts(answer) if answer.sent.method not in {"HEAD", "OPTIONS"} else set()
        if looks is not None:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[looks] = found, parts
        return found, parts

    def _is_recorded(self, breach: Breach) -> bool:
        """Whether a breach is one of the server, not of a recording that leaves secrets out."""
        if breach.kind.lower().endswith(f" {COOKIES}"):
            self.unjudged[NO_COOKIES] += 1
            return False
        return not (" schema " in breach.kind and requests.is_stand_in(breach.got))

    def _of_request(self, operation: Operation, answer: Answer) -> Iterator[Part]:
        sent = answer.sent
        if sent.query:
            self.parameters |= {(operation.id, name) for name in requests.names_in(sent.query)}
        for what in set(requests.undocumented(self.contract, operation, sent)):
            yield operation.id, "request", what

    def _record(self, breach: Breach, answer: Answer) -> None:
        key = breach.operation, breach.kind
        if key not in self.breaches:
            if len(self.breaches) >= MOST_CAUSES:
                return
            self.run.redact.learn_all(secrets_in(answer, self.contract))
            self.breaches[key] = replace(breach, answer=answer)
        self.seen.setdefault(key, Seen()).add(answer.place)

    def admitted(self) -> None:
        """At the end of a recording: whether its requests without credentials say anything."""
        for breach, count, answers in self.admission.breaches():
            for answer in answers:
                self._record(breach, answer)
            self.seen[breach.operation, breach.kind].count += count - len(answers)
        if self.admission.unrecorded:
            self.unjudged[UNRECORDED] += self.admission.unrecorded
        self.admission = Admission(self.contract)

    def breaches_of(self, operation: str, *, of_requests: bool) -> list[Breach]:
        """What was found of an operation, in requests or in answers, with the entries that show it."""
        found = [(key, one) for key, one in self.breaches.items() if key[0] == operation]
        return [replace(one, seen=str(self.seen[key])) for key, one in found if is_of_request(one) is of_requests]

    def outside(self) -> list[Breach]:
        """Server errors where the contract has no operation."""
        names = {one.id for one in self.contract.operations}
        found = [(key, one) for key, one in self.breaches.items() if key[0] not in names]
        return [replace(one, seen=str(self.seen[key])) for key, one in found]

    def strangers(self) -> Iterator[tuple[str, Seen, Answer]]:
        """Requests to no operation; of hosts that are guessed, only those where some request named one."""
        for (host, label), (seen, answer) in self.unknown.items():
            if self.hosts.bases or host in self.at_home:
                yield label, seen, answer

    def elsewhere(self) -> Counter[str]:
        """Entries of hosts that aren't those of the API, by host."""
        found = Counter(self.hosts.elsewhere)
        for (host, _), (seen, _) in self.unknown.items():
            if not self.hosts.bases and host not in self.at_home:
                found[host] += seen.count
        return found


def is_of_request(breach: Breach) -> bool:
    """Whether a breach is one of the client."""
    return breach.kind.startswith("request ")


def is_preflight(entry: Entry) -> bool:
    """Whether the browser asks for permission (CORS)."""
    sent = entry.answer.sent
    names = {name.lower() for name in sent.headers}
    return sent.method == "OPTIONS" and ("access-control-request-method" in names or entry.kind == "preflight")


def at(answer: Answer, path: str) -> Answer:
    """The answer with the path below the base URL."""
    return answer if answer.sent.path == path else replace(answer, sent=replace(answer.sent, path=path))


def without_names(path: str) -> str:
    """A path with `{}` for what looks like the name of a record, so that requests for several of them are one."""
    return "/".join("{}" if ID.match(segment) else segment for segment in path.split("/"))[:200]
