"""The health of a run: whether the answers still say anything about the contract.

A token that expired, a quota that is used up, a gateway whose backend is down, or a wrong base path make every answer
look like a broken promise, or like a kept one. When an answer makes this likely, a read that has worked before is sent
again: where it fails in the same way, the run ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.contract import Operation
from contract_tests.core.errors import CredentialsRefused, NothingLearnt, TargetUnavailable
from contract_tests.core.routes import PAGE, Ask, has_route, right_root

UNADMITTED: Final = frozenset({401, 403})
SIGNED_OUT: Final = frozenset({302, 303, 307, 419, 440, 498})
"""How servers say that a session is over without 401: they lead to a page, or use a status of their own."""
AWAY: Final = frozenset({502, 503, 504})
SILENT: Final = UNADMITTED | AWAY | {404, 405, 407, 429}
"""Statuses that say nothing of an operation, unless it documents them."""

BAD: Final = 400
FEW: Final = 8  # requests in a row that were bad ones, before a read is asked for that had worked
MANY: Final = 10  # answers in a row that are alike, where no read is known that has worked
VOID: Final = 40  # answers, none of which the contract documents
PAUSES: Final = (1.0, 2.0)  # seconds between attempts to find a target that is away
MOST_TRIED: Final = 6  # paths that are looked for, before an address counts as wrong


@dataclass
class Health:
    """Watches the answers of a run; `credentials` are the headers of its user, `renew` gets new ones."""

    credentials: Callable[[Sent], Mapping[str, str]] = lambda _: {}
    carries: Callable[[Sent], bool] = lambda _: False  #: whether a request has the credentials of the run's user
    renew: Callable[[], None] | None = None
    sleep: Callable[[float], None] = lambda _: None
    left: Callable[[], float] = lambda: float("inf")
    number: Callable[[], int] = lambda: 0  #: of the request that was sent last
    has_user: Callable[[], bool] = lambda: False  #: whether credentials of a user are known
    is_watching: bool = True
    roots: Callable[[], Iterable[str]] = tuple  #: where else on its host the target may serve the contract
    current: int = 0  #: the number of the request whose answer is examined
    answers: int = 0
    uninvited: int = 0  #: refusals of requests without the user's credentials, as they should be
    taught: int = 0  #: answers that the contract documents
    doubtful: int = 0  #: answers that would teach something if the address is the right one
    silent: dict[str, Sent] = field(
        default_factory=dict
    )  #: the last request of an operation whose answer taught nothing
    found_by: Sent | None = None  #: a request by which the address was found to be the right one
    proof: Sent | None = None  #: a read with the user's credentials that has worked
    read: Sent | None = None  #: any read that has worked
    last_success: str = ""  #: the last request with credentials that was accepted
    renewals: int = 0  #: of the credentials
    refused_since: int = 0  #: requests with credentials that were refused after it
    worked: set[str] = field(default_factory=set)  #: addresses that were read with the user's credentials
    bad_in_a_row: int = 0
    away_in_a_row: int = 0
    limited: int = 0  #: answers of 429 that waiting did not help
    ended_by: str = ""  #: a write of this run to everything, after which the token may be gone
    doubts: Counter[tuple[str, int]] = field(default_factory=Counter)

    def examine(self, answer: Answer, operation: Operation | None, ask: Ask) -> bool:
        """Take note of an answer; whether to send its request again. Raises `SuiteError` where the run must end."""
        if not self.is_watching:
            return False
        self.current = self.number()
        self._count(answer, operation, ask)
        status = answer.status
        if self.carries(answer.sent):
            self._note_admission(answer, operation)
            if status == 401 or (is_refusal(answer, operation) and (operation is None or self._worked(operation))):
                return self._after_refusal(answer, ask)
            if self._doubts_token(answer):
                return self._asked_proof(answer, ask, UNADMITTED | SIGNED_OUT | {BAD})
        if status == 429:
            return self._after_limit(answer, ask)
        if status in AWAY and not (operation and str(status) in operation.statuses):
            return self._after_absence(answer, ask)
        self.away_in_a_row = 0
        return False

    def conclude(self, ask: Ask) -> None:
        """At the end: raises `SuiteError` where the last answers, or all of them, say nothing."""
        if self.refused_since and self.proof and not self.ended_by:
            again = ask(self.proof)
            if again is not None and again.status in UNADMITTED | SIGNED_OUT:
                raise self._expired(again)
        if self.silent and not self.taught:
            self._find(ask)
            if self.answers and not self.doubtful:
                raise self._nothing_learnt()

    def _count(self, answer: Answer, operation: Operation | None, ask: Ask) -> None:
        if operation is None:
            if len(self.silent) < MOST_TRIED and answer.sent.path != "/":
                self.silent[answer.sent.path] = answer.sent
            return
        self.answers += 1
        self.uninvited += self.has_user() and answer.status in UNADMITTED and not self.carries(answer.sent)
        if teaches(answer, operation):
            self.taught += 1
        else:
            self.silent[operation.id] = answer.sent
            self.doubtful += may_teach(answer, operation)
        if answer.ok and answer.sent.method == "GET":
            self.read = self.read or answer.sent
        if self.answers - self.uninvited >= VOID and not self.taught:
            self._find(ask)

    def _find(self, ask: Ask) -> None:
        """Raises `NothingLearnt` unless the target has a path of the contract, whatever it answers there."""
        if self.found_by is not None:
            return
        tried = sorted(self.silent.values(), key=lambda sent: sent.method != "GET")[:MOST_TRIED]
        self.found_by = next((sent for sent in tried if has_route(ask, sent)), None)
        if self.found_by is None:
            there = next(filter(None, (right_root(ask, sent, self.roots()) for sent in tried)), None)
            raise self._nothing_learnt(there[0] if there else "")

    def _note_admission(self, answer: Answer, operation: Operation | None) -> None:
        if is_refusal(answer, operation):
            self.refused_since += 1
            return
        if not answer.ok or operation is None or not operation.secured:
            return
        self.last_success, self.refused_since = f"{answer.sent.method} {answer.sent.path[:80]}", 0
        self.doubts[operation.id, 200] += 1
        self.ended_by = self.last_success if operation.acts_on_everything else ""
        if answer.sent.method == "GET":
            self.proof = self.proof or answer.sent
            self.worked.add(answer.sent.url)

    def _worked(self, operation: Operation) -> bool:
        return self.doubts[operation.id, 200] > 0

    def _is_due(self, answer: Answer) -> bool:
        """Whether to look again: at the first such answer of an operation, the second, fourth, eighth and so on."""
        self.doubts[answer.operation_id, answer.status] += 1
        times = self.doubts[answer.operation_id, answer.status]
        return times & (times - 1) == 0

    def _after_refusal(self, answer: Answer, ask: Ask) -> bool:
        if self.proof is None:
            if self.refused_since >= MANY and not self.last_success:
                again = ask(self._renewed(self.read)) if self.read else None
                if again is not None and again.status in UNADMITTED:  # it had worked, where nothing asks for a token
                    self.proof, self.last_success = again.sent, name_of(again)
                    raise self._expired(answer)
                raise CredentialsRefused(
                    f"the target refuses the token: each of {self.refused_since} requests with it was refused, "
                    f"the last one, {name_of(answer)}, with {answer.describe()}",
                    fix="give a valid one with --token or CONTRACT_TOKEN",
                )
            return False
        if self.ended_by or not self._is_due(answer):
            return False
        return self._asked_proof(answer, ask, UNADMITTED | SIGNED_OUT)

    def _doubts_token(self, answer: Answer) -> bool:
        """Whether a bad request (400) may be one with a bad token, as some servers call it: where it had worked, and at
        the eighth of them in a row, the sixteenth and so on."""
        self.bad_in_a_row = self.bad_in_a_row + 1 if answer.status == BAD else 0
        is_due = self.bad_in_a_row >= FEW and self.bad_in_a_row.bit_count() == 1
        return bool(self.bad_in_a_row) and (is_due or answer.sent.url in self.worked) and not self.ended_by

    def _asked_proof(self, answer: Answer, ask: Ask, over: frozenset[int]) -> bool:
        """Whether the token is a new one, after a read that had worked was answered with a status that says that the
        old one is `over`; raises `CredentialsRefused` where there is no other."""
        if self.proof is None:
            return False
        again = ask(self._renewed(self.proof))
        if again is None or again.status not in over:
            return False
        if self.renew is None:
            raise self._expired(answer)
        self.renew()
        self.renewals += 1
        again = ask(self._renewed(self.proof))
        if again is not None and again.status in over:
            raise self._expired(answer)
        self.refused_since = 0
        del self.doubts[answer.operation_id, answer.status]  # the token was to blame, not the operation
        return True

    def _renewed(self, sent: Sent) -> Sent:
        """A request with the credentials of now."""
        return Sent(sent.method, sent.url, sent.path, {**sent.headers, **self.credentials(sent)}, sent.body)

    def _expired(self, answer: Answer) -> CredentialsRefused:
        return CredentialsRefused(
            f"the target no longer accepts the token: {name_of(answer)}, request {self.current}, was answered "
            f"{answer.status}, and GET {self.proof.path if self.proof else '/'} too, which had worked; the last "
            f"request that it accepted was {self.last_success}",
            fix="use a token that lives longer, or a [login]; if that request ends the session, --skip it",
        )

    def _after_limit(self, answer: Answer, ask: Ask) -> bool:
        """429, though the gate has waited as long as it should for one operation."""
        self.limited += 1
        again = ask(self._renewed(self.read)) if self.read else None
        if (again is None or again.status != 429) and (self.read or self.limited < MANY):
            return False
        after = answer.headers.get("retry-after", "").strip()
        if after.isdigit() and int(after) < self.left():
            self.sleep(float(after))
            return True
        asked = f", which asks to wait {after} s" if after.isdigit() else ""
        raise TargetUnavailable(
            f"the quota of requests is used up: {name_of(answer)}, request {self.current}, was answered 429{asked}; "
            f"{max(self.left(), 0):.0f} s of the budget are left",
            fix="send fewer with --rate and --examples, or give it time with --budget",
        )

    def _after_absence(self, answer: Answer, ask: Ask) -> bool:
        self.away_in_a_row += 1
        if self.read is None:
            if self.away_in_a_row >= MANY:
                raise self._away(answer)
            return False
        if not self._is_due(answer):
            return False
        for pause in (*PAUSES, 0.0):
            again = ask(self._renewed(self.read))
            if again is not None and again.status not in AWAY:
                return self.away_in_a_row > 1
            self.sleep(min(pause, self.left() / 4))
        raise self._away(answer)

    def _away(self, answer: Answer) -> TargetUnavailable:
        read = f", and GET {self.read.path} too, which had worked" if self.read else " like all before"
        last = f"{name_of(answer)}, request {self.current}, was answered {answer.status}"
        return TargetUnavailable(f"the target stopped working: {last}{read}")

    def _nothing_learnt(self, there: str = "") -> NothingLearnt:
        problem = f"nothing was learnt: none of {self.answers} answers is one that the contract documents"
        if self.found_by is not None:
            problem += f"; the address is right, for the target has the path {self.found_by.path[:80]}"
            return NothingLearnt(problem, fix="give path parameters an `example` that names a record of the target")
        asked = "does --target name the address of this API, with its base path?"
        return NothingLearnt(problem, fix=f"use --target {there}" if there else asked)


def is_refusal(answer: Answer, operation: Operation | None) -> bool:
    """Whether an answer may mean that the user is not let in, or no longer."""
    if answer.status in UNADMITTED:
        return operation is not None or answer.status == 401
    return answer.status in SIGNED_OUT and (operation is None or operation.response_for(answer.status) is None)


def teaches(answer: Answer, operation: Operation) -> bool:
    """Whether an answer says something about the operation: it isn't what any gateway or server would answer."""
    if answer.ok:
        return not is_page(answer, operation)
    declared = operation.responses.get(str(answer.status)) or operation.responses.get(f"{answer.status // 100}XX")
    if 300 <= answer.status < 400 or answer.status in SILENT - UNADMITTED:
        if declared is None:
            return False
        return not declared.media_types or answer.media_type in declared.media_types
    return answer.status not in UNADMITTED


def may_teach(answer: Answer, operation: Operation) -> bool:
    """Whether an answer says something about the operation if only the target has its path."""
    return answer.ok or (answer.status in {404, 405} and not operation.path_names)


def is_page(answer: Answer, operation: Operation) -> bool:
    """Whether an answer is a page where the contract has none, such as the start page of a web site."""
    response = operation.response_for(answer.status)
    return answer.media_type == PAGE and not (response and {PAGE, "text/*", "*/*"}.intersection(response.media_types))


def name_of(answer: Answer) -> str:
    """Method and path of the request."""
    return f"{answer.sent.method} {answer.sent.path[:80]}"
