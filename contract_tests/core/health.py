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
from contract_tests.core.errors import CredentialsRefused, NothingLearnt, SuiteError, TargetUnavailable
from contract_tests.core.routes import Ask, has_route, right_root
from contract_tests.core.signs import (
    ABSENT,
    AWAY,
    BAD,
    SIGNED_OUT,
    UNADMITTED,
    is_page,
    is_refusal,
    may_teach,
    name_of,
    outcome_of,
    teaches,
)
from contract_tests.core.witnesses import Witnesses

FEW: Final = 8  # failures in a row, before a read is asked for that had worked
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
    forget: Callable[[int], None] = lambda _: None  #: what was learnt from answers after the one of that number
    has_user: Callable[[], bool] = lambda: False  #: whether credentials of a user are known
    is_foreign: Callable[[Answer, Operation], bool] = lambda *_: (
        False
    )  #: whether a body has nothing that it should have
    keeps_to_it: bool = False  #: whether any success had what it should have
    is_open: bool = False  #: whether the contract names no credentials
    is_watching: bool = True
    roots: Callable[[], Iterable[str]] = tuple  #: where else on its host the target may serve the contract
    answers: int = 0
    uninvited: int = 0  #: refusals of requests without the user's credentials, as they should be
    taught: int = 0  #: answers that the contract documents
    doubtful: int = 0  #: answers that would teach something if the address is the right one
    silent: dict[str, Sent] = field(
        default_factory=dict
    )  #: the last request of an operation whose answer taught nothing
    found_by: Sent | None = None  #: a request by which the address was found to be the right one
    witnesses: Witnesses = field(default_factory=Witnesses)
    read: Sent | None = None  #: any read that has worked
    last_success: str = ""  #: the last request with credentials that was accepted
    accepted: int = 0  #: its number
    failed: Answer | None = None  #: the last answer to a request with credentials, where that was no success
    renewals: int = 0  #: of the credentials
    refused: Answer | None = None  #: the first refusal of a request with credentials after the last success
    refused_since: int = 0  #: requests with credentials that were refused after the last success
    worked: set[str] = field(default_factory=set)  #: addresses that were read with the user's credentials
    failed_in_a_row: int = 0
    away_in_a_row: int = 0
    limited: int = 0  #: answers of 429 that waiting did not help
    ended_by: str = ""  #: a write of this run to everything, after which the token may be gone
    doubts: Counter[tuple[str, int]] = field(default_factory=Counter)

    def examine(self, answer: Answer, operation: Operation | None, ask: Ask) -> bool:
        """Take note of an answer; whether to send its request again. Raises `SuiteError` where the run must end."""
        if not self.is_watching:
            return False
        self._count(answer, operation, ask)
        status = answer.status
        if self.carries(answer.sent) or (self.is_open and not self.has_user()):
            self._note_admission(answer, operation)
            refuses = is_refusal(answer, operation) or self._is_strange(answer, operation)
            if status == 401 or (refuses and (operation is None or self._worked(operation))):
                return self._after_refusal(answer, ask)
            if self._doubts_token(answer, operation):
                return self._is_renewed(answer, ask)
        if status == 429:
            return self._after_limit(answer, ask)
        if status in AWAY and not (operation and str(status) in operation.statuses):
            return self._after_absence(answer, ask)
        self.away_in_a_row = 0
        return False

    def doubt(self, ask: Ask) -> bool:
        """Before a promise counts as broken: whether the token was to blame, and is a new one now. Raises
        `CredentialsRefused` where it is over."""
        return self.failed is not None and not self.ended_by and self._is_renewed(self.failed, ask)

    def conclude(self, ask: Ask) -> None:
        """At the end: raises `SuiteError` where the last answers, or all of them, say nothing."""
        if self.failed and not self.ended_by and self.witnesses.lost(ask, self._renewed):
            self.forget(self.accepted)
            raise self._expired(self.failed)
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
        if answer.ok and answer.sent.method == "GET" and not is_page(answer, operation):
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
        is_refused = is_refusal(answer, operation) or self._is_strange(answer, operation)
        if not answer.ok or is_refused:
            self.failed, self.failed_in_a_row = answer, self.failed_in_a_row + 1
        if is_refused or answer.status in {BAD, ABSENT}:
            self.witnesses.saw_failing(answer, operation)
        if is_refused:
            self.refused, self.refused_since = self.refused or answer, self.refused_since + 1
            return
        if not answer.ok or operation is None or not (operation.secured or self.is_open):
            return
        is_documented = operation.response_for(answer.status) is not None
        if self.keeps_to_it and not is_documented:
            return  # it may be one of those that say that the session is over
        self.keeps_to_it = self.keeps_to_it or (is_documented and not self.is_foreign(answer, operation))
        self.last_success, self.accepted = name_of(answer), answer.number
        self._start_anew()
        self.doubts[operation.id, 200] += 1
        self.ended_by = self.last_success if operation.acts_on_everything else ""
        self.witnesses.saw(answer, operation)
        if answer.sent.method == "GET":
            self.worked.add(answer.sent.url)

    def _start_anew(self) -> None:
        self.failed, self.failed_in_a_row, self.refused, self.refused_since = None, 0, None, 0
        self.witnesses.failing.clear()

    def _is_strange(self, answer: Answer, operation: Operation | None) -> bool:
        """Whether a success has nothing in common with what the operation had shown, nor, where others keep to the
        contract, with what that has for it."""
        if operation is None or not answer.ok:
            return False
        return self.witnesses.is_strange(answer) or (self.keeps_to_it and self.is_foreign(answer, operation))

    def _worked(self, operation: Operation) -> bool:
        return self.doubts[operation.id, 200] > 0

    def _is_due(self, answer: Answer) -> bool:
        """Whether to look again: at the first such answer of an operation, the second, fourth, eighth and so on."""
        self.doubts[answer.operation_id, answer.status] += 1
        return self.doubts[answer.operation_id, answer.status].bit_count() == 1

    def _after_refusal(self, answer: Answer, ask: Ask) -> bool:
        if not self.witnesses.reads:
            if self.refused_since >= MANY and not self.last_success and self.has_user():
                again = ask(self._renewed(self.read)) if self.read else None
                if again is not None and again.status in UNADMITTED:  # it had worked, where nothing asks for a token
                    self.last_success = name_of(again)
                    raise self._expired(answer)
                raise CredentialsRefused(
                    f"the target refuses the token: each of {self.refused_since} requests with it was refused, "
                    f"the last one, {name_of(answer)}, with {answer.describe()}",
                    fix="give a valid one with --token or CONTRACT_TOKEN",
                )
            return False
        if self.ended_by or not (self._is_due(answer) or self._is_row()):
            return False
        return self._is_renewed(answer, ask)

    def _doubts_token(self, answer: Answer, operation: Operation | None) -> bool:
        """Whether the token may be to blame for a failure: where the same address had worked, or where the operation
        had and names no record, and at the eighth failure in a row, the sixteenth and so on."""
        if self.failed is not answer or self.ended_by or answer.status not in {BAD, ABSENT, *UNADMITTED, *SIGNED_OUT}:
            return False
        had_worked = answer.status in {BAD, ABSENT} and answer.sent.url in self.worked
        is_absent = answer.status == ABSENT and operation is not None and not operation.path_names
        is_odd = had_worked or (is_absent and operation is not None and self._worked(operation))
        return (is_odd and self._is_due(answer)) or self._is_row()

    def _is_row(self) -> bool:
        return self.failed_in_a_row >= FEW and self.failed_in_a_row.bit_count() == 1

    def _is_renewed(self, answer: Answer, ask: Ask) -> bool:
        """Whether the token is a new one, after the reads that had worked showed that the old one is over; raises
        `CredentialsRefused` where there is no other."""
        if not self.witnesses.lost(ask, self._renewed):
            return False
        self.forget(self.accepted)
        if self.renew is None:
            raise self._expired(answer)
        self.renew()
        self.renewals += 1
        if self.witnesses.lost(ask, self._renewed):
            raise self._expired(answer)
        self._start_anew()
        self.doubts.pop((answer.operation_id, answer.status), None)  # the token was to blame, not the operation
        return True

    def _renewed(self, sent: Sent) -> Sent:
        """A request with the credentials of now."""
        return Sent(sent.method, sent.url, sent.path, {**sent.headers, **self.credentials(sent)}, sent.body)

    def _expired(self, answer: Answer) -> SuiteError:
        first, read = self.refused or answer, self.witnesses.first() or self.read
        problem = (
            f"seems to have ended at request {first.number}: {name_of(first)} was answered {outcome_of(first)}, and "
            f"GET {read.path if read else '/'} too fails now, which had worked; the last request that was accepted "
            f"{'with it ' if self.has_user() else ''}was {self.last_success}"
        )
        if not self.has_user():
            return TargetUnavailable(f"the API {problem}")
        fix = "use a token that lives longer, or a [login]; if that request ends the session, --skip it"
        return CredentialsRefused(f"the token {problem}", fix=fix)

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
            f"the quota of requests is used up: {name_of(answer)}, request {answer.number}, was answered 429{asked}; "
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
        last = f"{name_of(answer)}, request {answer.number}, was answered {answer.status}"
        return TargetUnavailable(f"the target stopped working: {last}{read}")

    def _nothing_learnt(self, there: str = "") -> NothingLearnt:
        problem = f"nothing was learnt: none of {self.answers} answers is one that the contract documents"
        if self.found_by is not None:
            problem += f"; the address is right, for the target has the path {self.found_by.path[:80]}"
            return NothingLearnt(problem, fix="give path parameters an `example` that names a record of the target")
        asked = "does --target name the address of this API, with its base path?"
        return NothingLearnt(problem, fix=f"use --target {there}" if there else asked)
