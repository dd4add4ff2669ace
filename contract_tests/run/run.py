"""One run: settings, contract, the opened target, and the results."""

from __future__ import annotations

import difflib
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property

from contract_tests.core.answer import Answer
from contract_tests.core.checks import AnswerChecks, Breach
from contract_tests.core.contract import Contract, Operation
from contract_tests.core.coverage import Coverage
from contract_tests.core.errors import Broken, CredentialsRefused, TargetUnavailable, UsageError
from contract_tests.core.gate import Gate, Limits
from contract_tests.core.mock_process import MockProcess, arguments_for
from contract_tests.core.promises import Ledger
from contract_tests.core.redaction import Redactor
from contract_tests.core.safety import Rules
from contract_tests.core.target import Target
from contract_tests.run.baseline import Baseline
from contract_tests.run.settings import Settings
from contract_tests.run.suites import Subjects, Suite, suites

SKEW_WORTH_REPORTING = 5.0  # seconds


@dataclass
class Run:
    """Everything that belongs to one run; nothing of it is kept at module level."""

    settings: Settings
    contract: Contract
    coverage: Coverage
    ledger: Ledger = field(default_factory=Ledger)
    redact: Redactor = field(default_factory=Redactor)
    started: float = field(default_factory=time.monotonic)
    baseline: Baseline | None = None
    skew: float = 0.0  #: seconds that the target's clock is ahead of ours
    remarks: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _mock: MockProcess | None = None
    _target: Target | None = None

    @classmethod
    def prepare(cls, settings: Settings, contract: Contract | None = None) -> Run:
        """Read the contract, unless it was read before; nothing is sent yet."""
        contract = contract or Contract.load(settings.contract_source)
        run = cls(settings, contract, Coverage(contract, chosen(settings, contract)))
        if settings.baseline and (settings.baseline.is_file() or not settings.baseline_update):
            run.baseline = Baseline.load(settings.baseline)
        run.redact.learn(settings.token, "$CONTRACT_TOKEN")
        run.redact.learn(settings.other_token, "$CONTRACT_OTHER_TOKEN")
        run.redact.learn_all(settings.secret)
        return run

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The operations to check."""
        return self.coverage.operations

    @cached_property
    def suites(self) -> tuple[Suite, ...]:
        """The suites that apply to the contract, chosen or not."""
        return tuple(suite for suite in suites().values() if suite.applies_to(self.contract))

    @cached_property
    def subjects(self) -> Subjects:
        """What each assumption is about, as far as a suite knows it of this contract."""
        return {number: about for suite in self.suites for number, about in suite.subjects(self.contract).items()}

    def lacks_coverage(self) -> bool:
        """Whether less of the contract was reached than --min-coverage asks for."""
        wanted = self.settings.min_coverage
        return wanted is not None and self.coverage.percent < wanted

    @property
    def is_own_mock(self) -> bool:
        """Whether the run started the target itself."""
        return self.settings.target is None

    def target(self) -> Target:
        """The target, opened and pre-checked on first use."""
        if self._target is None:
            self._target = self._open()
            self._preflight(self._target)
        return self._target

    @property
    def opened(self) -> Target | None:
        """The target, when it was opened."""
        return self._target

    def now(self) -> datetime:
        """The current time of the target's clock."""
        return datetime.fromtimestamp(time.time() + self.skew, UTC)

    def close(self) -> None:
        """Release what the run holds."""
        if self._target:
            self._target.session.close()
        if self._mock:
            self._mock.stop()
            self._mock = None

    def _open(self) -> Target:
        settings = self.settings
        url = settings.target
        if url is None:
            self._mock = MockProcess.start(*arguments_for(settings.spec, settings.behaviours, settings.seed))
            url = self._mock.url
        limits = Limits(settings.rate, settings.timeout, self.started + settings.budget - settle_time(settings.budget))
        rules = Rules(settings.safety, self.contract, frozenset(settings.spare))
        gate = Gate(url, self.contract, rules, limits)
        checks = AnswerChecks(self.contract)
        gate.observers.append(lambda answer, accepted: self._observe(checks, answer, accepted))
        return Target(gate, self.contract, settings.token)

    def _observe(self, checks: AnswerChecks, answer: Answer, accepted: str | None) -> None:
        self.redact.learn_all(cookies_of(answer))
        self.ledger.answered.add(answer.operation_id)
        self.coverage.saw(answer)
        for breach in checks.breaches(answer):
            self.ledger.record(breach, answer)
        for suite in self.suites:
            for breach in suite.observe(answer):
                self.ledger.record(replace(breach, suite=suite.name), answer)
        if accepted:
            breach = Breach(answer.operation_id, "accepted", "a write that names no record to be refused", accepted)
            self.ledger.record(breach, answer)

    def _preflight(self, target: Target) -> None:
        """Check that the target answers and accepts the token, and how far its clock is off; raises `SuiteError`."""
        answer = self._first_answer(target)
        if answer.status in {401, 403}:
            problem = (
                f"the target refuses the token: {answer.describe()}"
                if self.settings.token
                else "the target wants a token"
            )
            raise CredentialsRefused(problem, fix="give a valid one with --token or CONTRACT_TOKEN")
        with suppress(ValueError, TypeError):
            self.skew = (
                parsedate_to_datetime(answer.headers["date"]).timestamp() + 0.5 - time.time()
                if "date" in answer.headers
                else 0
            )
        if abs(self.skew) < SKEW_WORTH_REPORTING:
            self.skew = 0.0
        else:
            self.remarks.append(
                f"the target's clock differs from ours by {self.skew:+.0f} s; times are compared with its own"
            )

    def _first_answer(self, target: Target) -> Answer:
        path = next(
            (o.path for o in self.contract.operations if o.method == "GET" and not o.path_names and o.secured), "/"
        )
        path = path if path != "/" else next((o.path for o in self.contract.operations if o.method == "GET"), "/")
        until = time.monotonic() + self.settings.wait
        while True:
            try:
                return target.request("GET", path)
            except (TargetUnavailable, Broken) as error:
                if time.monotonic() >= until:
                    fix = "is it running, and is --target right?"
                    got = error.got if isinstance(error, Broken) else error.problem
                    raise TargetUnavailable(f"{target.gate.base_url} does not answer: {got}", fix=fix) from None
            target.gate.limits.sleep(0.5)


def settle_time(budget: float) -> float:
    """Seconds at the end of the budget that belong to the reports."""
    return min(5.0, budget / 5)


def chosen(settings: Settings, contract: Contract) -> tuple[Operation, ...]:
    """All operations, or those of --only, without those of --skip; raises `UsageError` on an unknown name."""
    known = [operation.id for operation in contract.operations]
    for name in (*settings.only, *settings.skip):
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            fix = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
            raise UsageError(f"the contract has no operation {name!r}", fix=fix)
    names = settings.only or known
    return tuple(o for o in contract.operations if o.id in names and o.id not in settings.skip)


def cookies_of(answer: Answer) -> list[str]:
    """The values of the cookies that an answer sets."""
    parts = answer.headers.get("set-cookie", "").split(";")
    return [part.split("=", 1)[1].strip() for part in parts[:1] if "=" in part]
