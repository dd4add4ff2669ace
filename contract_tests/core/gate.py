"""The one gate: every request to the target, Schemathesis's too, leaves through it.

The gate asks the safety rules, keeps the rate and the budget, waits out 429, bounds the size of a body and the time of
an answer, follows no redirect to another host, and shows each answer to its observers.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cache, partial
from typing import Any
from urllib.parse import urlsplit

import requests

from contract_tests.core.answer import Answer, Sent, unanswered
from contract_tests.core.connection import Connection
from contract_tests.core.contract import SAFE_METHODS, Contract, Operation
from contract_tests.core.errors import (
    Broken,
    BudgetSpent,
    InternalError,
    NotChecked,
    SuiteError,
    TargetUnavailable,
    described,
)
from contract_tests.core.health import Health
from contract_tests.core.limits import Limits
from contract_tests.core.needs import IF_MATCH
from contract_tests.core.safety import Rules
from contract_tests.core.signs import is_foreign, is_refusal, successes_of
from contract_tests.core.transfer import headers_of
from contract_tests.core.transport import NETWORK_ERRORS, Transport, reason_of

LONGEST_WAIT = 30.0  # seconds that a Retry-After may ask for
TRIES_UNASKED = 3  # waits after 429 without Retry-After
SILENCE = 4  # failed exchanges in a row after which the target counts as gone
NOT_THAT_STATE = 412
REMOVING = 1.5  # times what a request takes: to remove a record, and to see whether it is gone


@dataclass
class Tally:
    """What the gate counted."""

    sent: int = 0
    seconds: float = 0.0  #: that the answers took
    waited: int = 0
    failed_in_a_row: int = 0
    accepted_writes: int = 0
    not_sent: dict[str, int] = field(default_factory=dict)


class Gate(Transport):
    """The transport adapter through which all requests go."""

    def __init__(
        self, base_url: str, contract: Contract, rules: Rules, limits: Limits, connection: Connection | None = None
    ) -> None:
        super().__init__(base_url, limits, connection)
        self.contract, self.rules = contract, rules
        self.tally = Tally()
        self.lock = threading.RLock()  #: held by whoever learns from an answer, or needs what was learnt
        self._counting, self._watching = threading.Lock(), threading.RLock()
        self.health = Health(sleep=limits.sleep, left=limits.left)
        successes = cache(partial(successes_of, contract))
        self.health.is_foreign = lambda answer, operation: is_foreign(answer, successes(operation))
        self.health.is_open = not any(one.secured for one in contract.operations)
        self.observers: list[Callable[[Answer, str | None], None]] = []
        self._of_thread = threading.local()
        self.server = ""  #: what the target says that it is

    @property
    def last(self) -> Answer | None:
        """The answer to the request that this thread sent last."""
        return getattr(self._of_thread, "answer", None)

    @property
    def last_sent(self) -> Sent | None:
        """The request that this thread sent last."""
        return getattr(self._of_thread, "sent", None)

    @property
    def by_contract(self) -> bool:
        """Whether the answers to this thread are checked as those of an operation."""
        return getattr(self._of_thread, "by_contract", True)

    @by_contract.setter
    def by_contract(self, value: bool) -> None:
        self._of_thread.by_contract = value

    def no_answer(self, error: Exception) -> Broken:
        """The broken promise of the request that this thread sent last, and of which no answer came."""
        sent = self.last_sent
        label = f"{sent.method} {sent.path[:80]}" if sent else "a request"
        return Broken(f"an answer to {label}", reason_of(error), *([unanswered(sent)] if sent else []))

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Send one request, if the rules let it pass; raises `NotChecked`, `TargetUnavailable` or a network error."""
        sent = self._described(request)
        self._of_thread.sent = sent
        self._admit(request, sent)
        for tries in itertools.count():
            self.limits.pace()
            renewals = self.health.renewals if self.health.carries(sent) else None
            response, answer = self._exchange(request, sent)
            again = self._must_wait(answer, tries) or self._is_due_again(request, answer, renewals)
            if not again and not self._names_its_state(request, answer):
                break
            sent = self._described(request)
        self._learn(answer)
        return response

    def conclude(self) -> None:
        """At the end of a run: raises `SuiteError` where its last answers, or all of them, teach nothing."""
        self.health.conclude(self.asked_again)

    def doubt(self) -> bool:
        """Before a promise counts as broken: whether the token was to blame, which is a new one now; raises
        `CredentialsRefused` where it is over."""
        with self._watching:
            return self.health.doubt(self.asked_again)

    def glance(self, path: str, headers: Mapping[str, str], seconds: float) -> Answer | None:
        """Read a path while another request may be under way; None where that isn't allowed, or takes too long.

        Nothing is learnt of it: a target that does one thing at a time is neither silent nor wrong.
        """
        request = requests.Request("GET", self.base_url + path, dict(headers)).prepare()
        sent = self._described(request)
        try:
            self._admit(request, sent)
            self.limits.pace()
            response, body, truncated = self._transfer_once(request, seconds)
        except (NotChecked, *NETWORK_ERRORS):
            return None
        return Answer(sent, response.status_code, headers_of(response), body, truncated=truncated)

    def _is_due_again(self, request: requests.PreparedRequest, answer: Answer, renewals: int | None) -> bool:
        """Whether to send the same request once more, with the credentials of now: the run's health asks for it, or
        they were renewed while it was under way. `renewals` were made before it; None: it has no credentials of ours.
        """
        operation = self.contract.operation(answer.operation_id) if answer.operation_id else None
        with self._watching:
            is_late = renewals is not None and renewals < self.health.renewals and is_refusal(answer, operation)
            again = is_late or self.health.examine(answer, operation, self.asked_again)
        if again and renewals is not None:
            request.headers.update(self.health.credentials(answer.sent))
        return again

    def _names_its_state(self, request: requests.PreparedRequest, answer: Answer) -> bool:
        """Whether to send a write once more, with the ETag that its record has by now: not every server takes
        `If-Match: *` (RFC 9110, section 13.1.1) as any of its states."""
        sent = answer.sent
        if answer.status != NOT_THAT_STATE or request.headers.get(IF_MATCH) != "*":
            return False
        kept = {name: value for name, value in sent.headers.items() if not name.lower().startswith(("content-", "if-"))}
        read = Sent("GET", sent.url, sent.path, kept)
        try:
            self._admit(request, read)
        except NotChecked:
            return False
        shown = self.asked_again(read) if self.contract.match("GET", sent.path) else None
        tag = shown.headers.get("etag") if shown is not None and shown.ok else None
        if tag:
            request.headers[IF_MATCH] = tag
        return bool(tag)

    def asked_again(self, sent: Sent) -> Answer | None:
        """The answer to a request that was sent before; None when there is none."""
        request = requests.Request(sent.method, sent.url, dict(sent.headers)).prepare()
        try:
            self.limits.pace()
            return self._exchange(request, sent)[1]
        except NETWORK_ERRORS:
            return None

    def _admit(self, request: requests.PreparedRequest, sent: Sent) -> None:
        try:
            if urlsplit(str(request.url)).netloc != urlsplit(self.base_url).netloc:
                raise NotChecked("a request to another host than the target")
            with self.lock:
                self.rules.permit(sent)
        except NotChecked as error:
            with self._counting:
                self.tally.not_sent[error.reason] = self.tally.not_sent.get(error.reason, 0) + 1
            raise

    def _exchange(self, request: requests.PreparedRequest, sent: Sent) -> tuple[requests.Response, Answer]:
        started = time.monotonic()
        with self._counting:
            self.tally.sent += 1
            number = self.tally.sent
        try:
            response, body, truncated = self._transfer(request)
        except NETWORK_ERRORS as error:
            self._check_silence(sent, error)
            raise
        if truncated and self.limits.left() <= 0:
            raise BudgetSpent("the budget is spent")  # it ended the answer, not the target
        self.tally.failed_in_a_row = 0
        found = self.contract.match(sent.method, sent.path, sent)
        name = found[0].id if found and self.by_contract else ""
        seconds = time.monotonic() - started
        status, headers = response.status_code, headers_of(response)
        return response, Answer(sent, status, headers, body, seconds, truncated, name, number=number)

    def _check_silence(self, sent: Sent, error: Exception) -> None:
        """After a network error: this request's own fault, or is the target gone? Raises when it is gone."""
        if self.limits.left() <= 0:
            raise BudgetSpent("the budget is spent") from error
        with self._counting:
            self.tally.failed_in_a_row += 1
        if self.tally.failed_in_a_row >= SILENCE or not self._is_alive():
            where = f"{self.base_url} stopped answering at {sent.method} {sent.path[:80]}"
            raise TargetUnavailable(f"{where}: {reason_of(error)}") from error

    def _is_alive(self) -> bool:
        limit = min(self.limits.for_one_answer(), 5.0)
        ping = requests.Request("GET", f"{self.base_url}/").prepare()
        try:
            self.rules.permit(self._described(ping))
        except NotChecked:
            return True  # until as many exchanges in a row have failed as count as its silence
        try:
            options = self.connection.options(str(ping.url))
            super().send(ping, stream=True, timeout=(limit, limit), **options).close()
        except NETWORK_ERRORS:
            return False
        return True

    def _must_wait(self, answer: Answer, tries: int) -> bool:
        if answer.status != 429:
            return False
        after = wait_asked_for(answer, tries)
        if after is None or after > min(LONGEST_WAIT, self.limits.left()):
            return False
        self.tally.waited += 1
        self.limits.sleep(after)
        return True

    def _learn(self, answer: Answer) -> None:
        self._of_thread.answer = answer
        operation = self.contract.operation(answer.operation_id) if answer.operation_id else None
        try:
            with self.lock:
                self._learn_in_turn(answer, operation)
        except (SuiteError, NotChecked):
            raise
        except Exception as error:  # else taken for an error of the network
            raise InternalError(f"checking {answer.sent.method} {answer.sent.path[:80]}: {described(error)}") from error

    def _learn_in_turn(self, answer: Answer, operation: Operation | None) -> None:
        self.server = answer.headers.get("server", self.server)[:80]
        self.tally.seconds += answer.seconds
        accepted = self.rules.learn(answer, operation)
        if answer.ok and answer.sent.method not in SAFE_METHODS:
            self.tally.accepted_writes += 1
            self.limits.written = time.monotonic()
            self.limits.reserved = REMOVING * self.rules.own.count * self.tally.seconds / self.tally.sent
        for observe in self.observers:
            observe(answer, accepted)


def wait_asked_for(answer: Answer, tries: int) -> float | None:
    """Seconds that Retry-After asks for, as a number or a date; without one 1, 2 and 4, then no more (None)."""
    after = answer.headers.get("retry-after", "").strip()
    if after.isdigit():
        return float(after)
    with suppress(ValueError, TypeError, KeyError):
        date = answer.headers.get("date") or format_datetime(datetime.now(UTC), usegmt=True)
        return max((parsedate_to_datetime(after) - parsedate_to_datetime(date)).total_seconds(), 1.0)
    return 2.0**tries if tries < TRIES_UNASKED else None
