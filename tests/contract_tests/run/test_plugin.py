"""What a run has observed is reported, even where the promises that sum it up were never checked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.checks import Breach
from contract_tests.core.contract import Contract
from contract_tests.core.promises import Outcome, Promise, Verdict
from contract_tests.run.plugin import RunPlugin
from contract_tests.run.run import Run
from contract_tests.run.settings import Settings

CRASH = Breach("getDevice", "500", "no server error", "500")
BESIDE = Breach("PATCH /nowhere", "500", "no server error", "500")
ANSWER = Answer(Sent("GET", "http://t/devices/1", "/devices/1", {}), 500, {}, b"")


@pytest.fixture
def plugin(contract: Contract) -> RunPlugin:
    """A run in which two requests were answered with a server error."""
    run = Run.prepare(Settings.gather({}), contract)
    for breach in (CRASH, BESIDE, replace(CRASH, kind="422", is_note=True)):
        run.ledger.record(breach, ANSWER)
    return RunPlugin(run)


def broken(plugin: RunPlugin) -> list[str]:
    """What is expected by the problems of the last verdict."""
    return [problem.expected for problem in plugin.run.ledger.verdicts[-1].problems]


def test_a_run_that_is_cut_off_reports_what_it_saw(plugin: RunPlugin) -> None:
    """Every breach that is no note, once."""
    assert plugin.add_observed()
    assert broken(plugin) == ["getDevice: no server error", "PATCH /nowhere: no server error"]
    assert plugin.add_observed()
    assert len(plugin.run.ledger.verdicts) == 1


def test_what_a_promise_has_reported_is_not_reported_again(plugin: RunPlugin) -> None:
    """That of the operation is left out, that of another path is not."""
    about = Promise("Every answer fits")
    plugin.run.ledger.verdicts.append(Verdict("every_answer_fits[getDevice]", "conformance", about, Outcome.BROKEN))
    plugin.add_observed()
    assert broken(plugin) == ["PATCH /nowhere: no server error"]
