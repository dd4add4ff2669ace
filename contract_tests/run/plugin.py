"""The pytest side of a run: options, order, and a verdict for each promise."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import pytest

from contract_tests.core.contract import Operation
from contract_tests.core.errors import (
    Broken,
    BudgetSpent,
    InternalError,
    NotChecked,
    SuiteError,
    Terminated,
    described,
)
from contract_tests.core.promises import Outcome, Promise, Verdict
from contract_tests.report.text import explain
from contract_tests.run.ahead import Ahead
from contract_tests.run.options import OPTIONS
from contract_tests.run.problems import problem_of
from contract_tests.run.run import Run
from contract_tests.run.settings import Settings
from contract_tests.run.suites import suite_of, suites
from contract_tests.run.verdicts import settled, without_accepted


def is_first_of_its_path(operation: Operation, run: Run) -> bool:
    """Whether no other operation of the same path comes before it."""
    return next(other for other in run.operations if other.path == operation.path) is operation


FITS, FAILS = "every_answer_fits", "no_answer_outside_the_contract_fails"  # they report what was observed on the way
OPERATION_FIXTURES: dict[str, Callable[[Operation, Run], bool]] = {
    "operation": lambda _, __: True,
    "read_operation": lambda operation, _: operation.method == "GET",
    "path_operation": is_first_of_its_path,
    "callback_operation": lambda operation, _: bool(operation.declared.raw.get("callbacks")),
    "input_operation": lambda operation, run: not (run.settings.safety.writes and operation.acts_on_everything),
}


EMPTY = re.compile(r"got empty parameter set for \((\w+)\)")  # as pytest says it
NONE_OF_KIND = {
    "read_operation": "the contract has no GET",
    "input_operation": "no operation may take generated inputs",
}


def why_skipped(message: str) -> str:
    """Why a promise isn't checked; where no operation is of the kind that it is about, in words of the contract."""
    found = EMPTY.match(message)
    return NONE_OF_KIND.get(found[1], "the contract has no operation that this is about") if found else message


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the options of the command to pytest, with a prefix: `--contract-target` for `--target`."""
    group = parser.getgroup("contract-tests", "the target and how to check it")
    for option in OPTIONS:
        group.addoption(f"--contract-{option.name}", **option.keywords())


def pytest_configure(config: pytest.Config) -> None:
    """Prepare a run for `pytest contract_tests`, unless the command has prepared one."""
    if of_command(config.pluginmanager):
        return
    given = {option.dest: config.getoption(option.dest, None) for option in OPTIONS}
    try:
        config.pluginmanager.register(RunPlugin(Run.prepare(Settings.gather(given))))
    except SuiteError as error:
        pytest.exit(str(error), returncode=error.exit_code)


def of_command(manager: pytest.PytestPluginManager) -> bool:
    """Whether a run is prepared: by the command, or because the plugin was loaded twice."""
    return any(isinstance(plugin, RunPlugin) for plugin in manager.get_plugins())


class RunPlugin:
    """Records a verdict for each test in the ledger of the run."""

    def __init__(self, run: Run) -> None:
        self.run, self.ahead = run, Ahead(run)
        self.stopped_by: SuiteError | None = None
        self.finished = False
        self.interrupted: KeyboardInterrupt | None = None

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """`operation` takes every operation to check, the other names those that they describe."""
        for name, wanted in OPERATION_FIXTURES.items():
            if name in metafunc.fixturenames:
                chosen = [operation for operation in self.run.operations if wanted(operation, self.run)]
                metafunc.parametrize(name, chosen, ids=[operation.id for operation in chosen])

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Run what destroys nothing first, and what sums up last; leave out suites that were not asked for."""
        known, applicable = {suite.name for suite in suites().values()}, {suite.name for suite in self.run.suites}
        items[:] = [item for item in items if (name := suite_of(item.path)) in applicable or name not in known]
        items[:] = [item for item in items if self.run.settings.runs(suite_of(item.path))]
        items[:] = [item for item in items if promise_of(item).where(self.run.settings)]
        items[:] = [item for item in items if promise_of(item).needs(self.run.contract)]
        chosen = {operation.id for operation in self.run.operations}
        items[:] = [
            item for item in items if not promise_of(item).operations or chosen & {*promise_of(item).operations}
        ]
        items.sort(key=lambda item: promise_of(item).stage)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Once the time is over, remove what the run has made, and begin nothing that needs requests: the tests that
        are left, hundreds for a large contract, are left out without pytest's ceremony for each."""
        opened = self.run.opened
        if opened is None or opened.gate.limits.left() > 0 or promise_of(item).sums_up:
            return None
        self.run.wind_up()
        verdict = self._verdict(item, BudgetSpent("the budget is spent"), 0.0)
        self.run.ledger.verdicts.append(verdict)
        item.session._setupstate.teardown_exact(nextitem)  # noqa: SLF001 - as pytest does after each test
        call = pytest.CallInfo.from_call(lambda: None, "setup")
        item.ihook.pytest_runtest_logreport(report=report_of(item, call, verdict))
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Check a promise for several operations at a time, where the settings have workers for it."""
        return self.ahead.call(pyfuncitem, promise_of(pyfuncitem)) or None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
        """Make the verdict; its text replaces the traceback, which is slow to make and of no use here."""
        if call.when == "teardown" and call.excinfo:
            self.run.faults.append(self.run.redact(described(call.excinfo.value)))
        if call.when == "teardown" or (call.when == "setup" and not call.excinfo):
            return None
        error = self._doubted(call.excinfo.value) if call.excinfo else None
        verdict = self._verdict(item, error, self.ahead.seconds.get(item.nodeid, call.duration))
        self.run.ledger.verdicts.append(verdict)
        self._maybe_stop(item, verdict, error)
        return None if verdict.outcome is Outcome.FAULT else report_of(item, call, verdict)

    def _doubted(self, error: BaseException) -> BaseException:
        """What a test ended with, or why that says nothing of the target: its token was over meanwhile."""
        opened = self.run.opened
        if not isinstance(error, Broken) or opened is None:
            return error
        try:
            is_renewed = opened.gate.doubt()
        except (SuiteError, BudgetSpent) as raised:
            return raised if isinstance(raised, SuiteError) else error
        return NotChecked("the token ended meanwhile, and was renewed") if is_renewed else error

    def _verdict(self, item: pytest.Item, error: BaseException | None, seconds: float) -> Verdict:
        promise = promise_of(item)
        if isinstance(error, pytest.skip.Exception):
            error = NotChecked(why_skipped(str(error.msg)))
        about = Verdict(item.name.removeprefix("test_"), suite_of(item.path), promise, Outcome.KEPT, seconds=seconds)
        return settled(self.run, replace(about, operations=operations_of(item, promise)), error)

    def _maybe_stop(self, item: pytest.Item, verdict: Verdict, error: BaseException | None) -> None:
        if isinstance(error, SuiteError):
            self.stopped_by = self.stopped_by or error
            item.session.shouldstop = str(error)
        elif self.run.settings.fail_fast and (verdict.outcome is Outcome.BROKEN or self.add_observed()):
            item.session.shouldstop = "stopped at the first broken promise"

    def add_observed(self) -> bool:
        """Turn the breaches of answers into a verdict, where the promises that report them have not been checked."""
        checked, has = {verdict.id for verdict in self.run.ledger.verdicts}, self.run.contract.has
        breaches = (breach for breach in self.run.ledger.breaches.values() if not breach.is_note and not breach.suite)
        found = [one for one in breaches
                 if (f"{FITS}[{one.operation}]" if has(one.operation) else FAILS) not in checked]  # fmt: skip
        if found and FITS not in checked:
            about = Promise("Every answer keeps the contract", "the contract")
            problems = tuple(problem_of(self.run, breach.as_broken()) for breach in found)
            operations = tuple(dict.fromkeys(breach.operation for breach in found if has(breach.operation)))
            verdict = Verdict(FITS, "conformance", about, Outcome.BROKEN, problems, operations=operations)
            self.run.ledger.verdicts.append(without_accepted(self.run, verdict))
        return bool(found)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Give pytest the exit status of the command: 1 is for a broken promise alone."""
        self.finished = True
        self._end_in_order()
        code = self.error_code()
        if code and not self.run.ledger.with_outcome(Outcome.BROKEN):
            session.exitstatus = code

    def _end_in_order(self) -> None:
        """See whether the last answers still teach anything, then remove what the run has made."""
        run = self.run
        if self.stopped_by or run.ledger.cut_off:
            self.add_observed()
        try:
            if run.opened and not self.stopped_by and not run.is_own_mock:
                run.opened.gate.conclude()
        except SuiteError as error:
            self.stopped_by = error
        except BudgetSpent:
            run.ledger.cut_off = True
        run.tidy()

    def error_code(self) -> int:
        """The exit code of an internal error, or of what stopped the run; 0 where there was neither."""
        if self.run.faults or self.run.ledger.with_outcome(Outcome.FAULT):
            return InternalError.exit_code
        return self.stopped_by.exit_code if self.stopped_by else 0

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file of promises that cannot be read is an internal error, not a target that keeps the contract."""
        if report.failed:
            self.run.faults.append(f"{report.nodeid} cannot be read: {str(report.longrepr)[-300:]}")

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Ctrl-C ends the run, not one promise; pytest's own reasons to stop are of another type."""
        if isinstance(excinfo.value, KeyboardInterrupt) and excinfo.type in {KeyboardInterrupt, Terminated}:
            self.interrupted = excinfo.value
            self.run.hurry()

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """An error of pytest's or of ours, outside any test."""
        self.run.faults.append(self.run.redact(described(excinfo.value)))

    def pytest_unconfigure(self) -> None:
        """Release the target and the mock."""
        self.run.close()


def report_of(item: pytest.Item, call: pytest.CallInfo[None], verdict: Verdict) -> pytest.TestReport:
    """The verdict as pytest reports it."""
    longrepr: str | tuple[str, int, str] | None = None
    outcome: Literal["passed", "failed", "skipped"] = "passed"
    if verdict.outcome is Outcome.BROKEN:
        outcome, longrepr = "failed", explain(verdict)
    elif verdict.outcome is Outcome.NOT_CHECKED:
        path, line, _ = item.location
        outcome, longrepr = "skipped", (path, line or 0, f"not checked, because {verdict.reason}")
    return pytest.TestReport(
        item.nodeid,
        item.location,
        dict.fromkeys(item.keywords, 1),
        outcome,
        longrepr,
        call.when if call.when == "setup" else "call",
        duration=call.duration,
        start=call.start,
        stop=call.stop,
    )


def promise_of(item: pytest.Item) -> Promise:
    """The promise that a test checks."""
    function = getattr(item, "function", None)
    found: Any = getattr(function, "promise", None)
    return found if isinstance(found, Promise) else Promise(first_line(getattr(function, "__doc__", None)) or item.name)


def operations_of(item: pytest.Item, promise: Promise) -> tuple[str, ...]:
    """The operations that a test is about: the one that it was made for, or those that its promise names."""
    given = item.callspec.params.values() if isinstance(item, pytest.Function) and hasattr(item, "callspec") else ()
    return tuple(value.id for value in given if isinstance(value, Operation)) or promise.operations


def first_line(text: str | None) -> str:
    """The first line of a docstring."""
    return (text or "").strip().split("\n")[0]
