"""One run: settings, contract, the opened target, and the results."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Any

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.checks import AnswerChecks, Breach
from contract_tests.core.children import Children
from contract_tests.core.connection import Connection
from contract_tests.core.contract import Contract, Operation
from contract_tests.core.coverage import Coverage
from contract_tests.core.creation import makers
from contract_tests.core.credentials import Keys, names_user
from contract_tests.core.errors import BudgetSpent, SuiteError, UsageError
from contract_tests.core.flows import with_flow
from contract_tests.core.gate import Gate
from contract_tests.core.limits import Limits
from contract_tests.core.login import Login
from contract_tests.core.making import Records
from contract_tests.core.mock_process import USERS, MockProcess, arguments_for
from contract_tests.core.model import Model
from contract_tests.core.outgoing import has_sendings
from contract_tests.core.promises import Ledger
from contract_tests.core.redaction import Redactor, secrets_in_head
from contract_tests.core.renewing import Credential
from contract_tests.core.safety import Rules, Safety
from contract_tests.core.selection import Selection
from contract_tests.core.target import Target
from contract_tests.core.undocumented import Undocumented
from contract_tests.run.baseline import Baseline
from contract_tests.run.given import by_scheme, learn_secrets, with_userinfo
from contract_tests.run.history import History
from contract_tests.run.listening import Listening, open_listening
from contract_tests.run.preflight import other_roots, preflight
from contract_tests.run.reaching import reach
from contract_tests.run.settings import Settings
from contract_tests.run.suites import Subjects, Suite, suites

SPARE = 0.4  # of the budget: what an ordinary run of a small contract is through in
FAREWELL = 5.0  # seconds that a run takes to remove what it has made, when it is asked to end
READ_HEADERS = frozenset({"content-type", "content-length", "transfer-encoding"})  # whose values say what a body is


@dataclass
class Run:
    """Everything that belongs to one run; nothing of it is kept at module level."""

    settings: Settings
    contract: Contract
    selection: Selection
    coverage: Coverage
    ledger: Ledger = field(default_factory=Ledger)
    redact: Redactor = field(default_factory=Redactor)
    started: float = field(default_factory=time.monotonic)
    baseline: Baseline | None = None
    history: History | None = None
    compared: Mapping[str, Any] | None = None  #: what is new, fixed and still failing since the last run of the history
    skew: float = 0.0  #: seconds that the target's clock is ahead of ours
    remarks: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)  #: records of this run that are still there, and why
    changed: list[str] = field(default_factory=list)  #: accepted writes to what it had not made
    records: Records | None = None
    children: Children = field(default_factory=Children)  #: its processes; they end with it
    other: Credential = field(default_factory=Credential)
    tidy_until: float = float("inf")  #: the instant by which what was made is to be removed
    listening: Listening = field(default_factory=Listening)  #: where callbacks and webhooks come in
    entries: int | None = None  #: of recorded traffic that were read, where nothing is sent
    _judged: set[int] = field(default_factory=set)
    _mock: MockProcess | None = None
    _target: Target | None = None

    @classmethod
    def prepare(cls, settings: Settings, contract: Contract | None = None, *, started: float | None = None) -> Run:
        """Read the contract, unless it was read before; nothing is sent yet. Its time counts from here, unless it has
        `started` before."""
        started = started or time.monotonic()
        contract = contract or Contract.load(settings.contract_source, settings.access)
        remarks = [f"the contract is invalid: {one}" for one in contract.left_out]
        settings = with_userinfo(settings, contract)
        selected = selection(settings, contract)
        writes = [one for one in contract.operations if one.is_write and one.id in selected.allowed]
        if settings.safety is Safety.OWN and settings.safety_is_default and writes and not makers(contract):
            settings = replace(settings, safety=Safety.FULL)
            remarks.append("the contract makes no records, so those that are there are changed and removed")
        wanted = tuple(one for one in contract.operations if one.id in (settings.about or selected.checked))
        if settings.shard:
            wanted = part_of(wanted, *settings.shard)
        run = cls(settings, contract, selected, Coverage(contract, wanted), remarks=remarks, started=started)
        if settings.baseline and (settings.baseline.is_file() or not settings.baseline_update):
            run.baseline = Baseline.load(settings.baseline)
        if settings.history:
            run.history = History.load(settings.history)
        learn_secrets(run.redact, settings, contract)
        return run

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The operations to check."""
        return self.coverage.operations

    @cached_property
    def callable(self) -> tuple[Operation, ...]:
        """The operations that may be called: those to check, and what they depend on."""
        return tuple(one for one in self.contract.operations if one.id in self.selection.allowed)

    @cached_property
    def suites(self) -> tuple[Suite, ...]:
        """The suites that apply to the contract, chosen or not."""
        found = [suite for suite in suites().values() if suite.applies_to(self.contract)]
        covered = {name for suite in found for name in suite.instead_of}
        return tuple(suite for suite in found if suite.name not in covered)

    @cached_property
    def subjects(self) -> Subjects:
        """What each assumption is about, as far as a suite knows it of this contract."""
        return {number: about for suite in self.suites for number, about in suite.subjects(self.contract).items()}

    @cached_property
    def model(self) -> Model:
        """What each operation does to which records; read on first use."""
        return Model.load(self.settings.spec, self.settings.behaviours, self.settings.access)

    def lacks_coverage(self) -> bool:
        """Whether less of the contract was reached than --min-coverage asks for."""
        wanted = self.settings.min_coverage
        return wanted is not None and self.coverage.percent < wanted

    @cached_property
    def undocumented(self) -> Undocumented:
        """What answers showed that the contract does not document."""
        return Undocumented(self.contract)

    @property
    def is_own_mock(self) -> bool:
        """Whether the run started the target itself."""
        return self.settings.target is None

    @property
    def effort(self) -> str:
        """What its verdicts are based on, in words: `120 requests`, or the entries of recorded traffic."""
        if self.entries is not None:
            return f"{self.entries:,} {'entry' if self.entries == 1 else 'entries'} of recorded traffic"
        sent = self.opened.gate.tally.sent if self.opened else 0
        return f"{sent:,} request{'' if sent == 1 else 's'}"

    def target(self) -> Target:
        """The target, opened and pre-checked on first use."""
        if self._target is None:
            self._target = self._open()
            self.records = Records(self._target, self.settings.seed)
            self.skew = preflight(self._target, self.operations, self.settings.wait)
            if self.skew:
                difference = f"the target's clock differs from ours by {self.skew:+.0f} s"
                self.remarks.append(f"{difference}; times are compared with its own")
            writes, workers = self.settings.safety.writes, self.settings.workers
            if writes:
                self.records.prepare(self.callable)
            reached = self.coverage.succeeded
            reach(self._target, self.callable, self.records, reached, writes=writes, workers=workers)
        return self._target

    @property
    def opened(self) -> Target | None:
        """The target, when it was opened."""
        return self._target

    def now(self) -> datetime:
        """The current time of the target's clock."""
        return datetime.fromtimestamp(time.time() + self.skew, UTC)

    def tidy(self) -> None:
        """Remove what the run has made, and note what stays and what it changed; once."""
        records, self.records = self.records, None
        if records is None or self.is_own_mock:
            return
        limits, budget = records.target.gate.limits, self.settings.budget
        limits.reserved, limits.only = 0.0, threading.get_ident()
        limits.deadline = min(self.started + budget - settle_time(budget) / 4, self.tidy_until)
        try:
            self.left_behind += records.clear()
        except (SuiteError, BudgetSpent) as error:
            self.left_behind += [f"{url}: {error}" for url, lives in records.own.urls.items() if lives]
        self.changed += list(records.own.changed)

    def wind_up(self) -> None:
        """Once the time is over: remove what the run has made, and send nothing more."""
        if self.records is not None and self._target:
            self.tidy()
            self._target.gate.limits.deadline = 0.0

    def hurry(self, seconds: float = FAREWELL) -> None:
        """Send nothing more, but for what removes the records of this run, and no longer than so many seconds."""
        self.tidy_until = min(self.tidy_until, time.monotonic() + seconds)
        if self._target:
            self._target.gate.limits.deadline = 0.0

    def close(self) -> None:
        """Release what the run holds."""
        self.listening.close()
        if self._target:
            self._target.session.close()
        if self._mock:
            self._mock.stop()
            self._mock = None

    def kill(self) -> None:
        """End what the run has started, at once."""
        self.children.end()

    def _open(self) -> Target:
        settings = self.settings
        url = settings.target
        if url is None:
            arguments = arguments_for(settings.spec, settings.behaviours, settings.seed, settings.access)
            users = ["--fixtures", str(USERS)] if settings.spec else []
            self._mock = MockProcess.start(*arguments, *users, children=self.children)
            url = self._mock.url
        settle = settle_time(settings.budget)
        end = self.started + settings.budget - settle
        limits = Limits(settings.rate, settings.timeout, end, grace=settle / 2, settle=settings.settle)
        limits.spare_until = self.started + settings.budget * SPARE
        rules = Rules(settings.safety, self.contract, frozenset(settings.spare), selection=self.selection)
        connection = Connection(settings.ca, settings.cert, settings.key, settings.proxy, is_direct=self.is_own_mock)
        gate = Gate(url, self.contract, rules, limits, connection)
        gate.health.roots = lambda: other_roots(url, self.contract)
        gate.health.forget = self.ledger.forget
        if has_sendings(self.contract):
            chosen = settings.listen, settings.listen_url
            self.listening = open_listening(*chosen, gate, is_own_mock=self.is_own_mock)
        checks = AnswerChecks(self.contract, lambda sent: gate.health.carries(sent) or self._names_other(sent))
        gate.observers.append(lambda answer, accepted: self._observe(checks, answer, accepted))
        self.other = self._credential(gate, settings.other_token, settings.other_login, "$CONTRACT_OTHER_TOKEN")
        own = self._credential(gate, settings.token, settings.login, "$CONTRACT_TOKEN")
        return Target(gate, self.contract, own, self.by_scheme[0])

    def _names_other(self, sent: Sent) -> bool:
        found = self.contract.match(sent.method, sent.path, sent)
        keys = Keys(self.other.value, self.by_scheme[1])
        return bool(keys) and names_user(self.contract, found[0] if found else None, sent, keys)

    def _credential(self, gate: Gate, token: str | None, login: Login | None, name: str) -> Credential:
        """A user's token, or the login that fetches it."""
        learn = partial(self.redact.learn, name=name)
        given = token if login is None else None
        login = with_flow(login, self.contract, self.callable, gate.base_url) if login else None
        return Credential(given, login, gate.base_url, gate.fetch, learn, self.children)

    @cached_property
    def by_scheme(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """The values for single security schemes, of the user and of the other one; raises `UsageError`."""
        return by_scheme(self.settings, self.contract)

    @property
    def other_token(self) -> str | None:
        """The token of the other user, as it is now."""
        self.target()
        return self.other.current()

    @property
    def other_keys(self) -> Keys:
        """All that names the other user, as it is now."""
        return Keys(self.other_token, self.by_scheme[1])

    def _observe(self, checks: AnswerChecks, answer: Answer, accepted: str | None) -> None:
        self.redact.learn_all(secrets_in_head(answer))
        if answer.operation_id and answer.sent.method == self.contract.operation(answer.operation_id).method:
            self.ledger.answered.add(answer.operation_id)
        self.coverage.saw(answer)
        if self._is_new(answer):
            self.undocumented.saw(answer)
            for breach in checks.breaches(answer):
                self.ledger.record(breach, answer)
        else:
            self.undocumented.heard(answer.sent)
        for suite in self.suites:
            for breach in suite.observe(answer):
                self.ledger.record(replace(breach, suite=suite.name), answer)
        if accepted:
            breach = Breach(answer.operation_id, "accepted", "a write that names no record to be refused", accepted)
            self.ledger.record(breach, answer)

    def _is_new(self, answer: Answer) -> bool:
        """Whether no answer was judged before that is judged in the same way, whatever the request was."""
        looks = looks_of(self.contract, answer)
        if looks is None:
            return True
        if looks in self._judged:
            return False
        self._judged.add(looks)
        return True


def looks_of(contract: Contract, answer: Answer) -> int | None:
    """The same for answers that are judged in the same way, whatever the request was; None for a refusal that is not
    documented, which is judged with its request."""
    operation = contract.operation(answer.operation_id) if answer.operation_id else None
    response = operation.response_for(answer.status) if operation else None
    if response is None:
        return None
    judged = {name.lower() for name in response.headers} | READ_HEADERS
    headers = frozenset((name, value if name in judged else "") for name, value in answer.headers.items())
    body = answer.body if answer.body_is_known else None
    return hash((answer.operation_id, answer.sent.method, answer.status, answer.truncated, headers, body))


def settle_time(budget: float) -> float:
    """Seconds at the end of the budget that belong to the reports."""
    return min(max(5.0, budget / 25), budget / 5)


def last_moment(budget: float) -> float:
    """Seconds after which a run is cut off that has not ended by itself."""
    return budget - settle_time(budget) / 8


def part_of(operations: tuple[Operation, ...], number: int, count: int) -> tuple[Operation, ...]:
    """One of several parts of the operations, which together are all of them; raises `UsageError` where it is empty."""
    part = operations[number - 1 :: count]
    if not part:
        raise UsageError(
            f"--shard {number}/{count}: there are only {len(operations)} operations", fix="use fewer parts"
        )
    return part


def selection(settings: Settings, contract: Contract) -> Selection:
    """The operations that the settings choose; raises `UsageError` where a pattern matches none."""
    older = Contract.load(settings.changed_since, settings.access) if settings.changed_since else None
    return Selection.of(contract, settings.only, settings.skip, older)
