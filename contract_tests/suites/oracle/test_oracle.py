"""The same calls to the target and to a mock loaded with what the target showed: the answers must agree."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contract_tests.core.errors import NotChecked
from contract_tests.core.promises import promise
from contract_tests.core.safety import Safety
from contract_tests.run.run import Run
from contract_tests.suites.oracle.oracle import Oracle

MIXED = 8  # scripts of several calls


@pytest.fixture(scope="session")
def opened(run: Run) -> Iterator[Oracle]:
    """Target and mirror; one mirror serves the whole run, for the other suites come between these promises."""
    with Oracle.opened(run) as opened:
        yield opened


@pytest.fixture
def oracle(run: Run, opened: Oracle) -> Oracle:
    """Target and mirror, once the target was looked at as it is now, without what other suites have made."""
    if run.records:
        run.records.trim()
    opened.runner.look()
    return opened


@promise("What the target shows of a record is the same wherever it shows it, and as the mock would show it",
         page="the contract", stage=11)  # fmt: skip
def test_reads(oracle: Oracle) -> None:
    """Every read of what was mirrored."""
    names = oracle.names(reads=True)
    oracle.compare([[], *oracle.scripts.chosen(names), *oracle.scripts.alone(names, times=2)])


@promise("A call that names an unknown record is refused as the mock refuses it", page="the contract", stage=32)
def test_unknown_records(run: Run, oracle: Oracle) -> None:
    """Unknown ids in paths and bodies; writes among them unless --safety observe."""
    names = [*oracle.names(reads=True)]
    if run.settings.safety is not Safety.OBSERVE:
        names += [*oracle.names(), *oracle.names(removes=True)]
    oracle.compare(oracle.scripts.refused([name for name in names if oracle.scripts.names_a_record(name)]))


@pytest.mark.usefixtures("writable", "reserved")
@promise("Calls that remove nothing change the target as they change the mock", page="the contract", stage=35)
def test_changes(oracle: Oracle) -> None:
    """Each operation by itself, then several in a row, reads between them."""
    names = oracle.names()
    mixed = oracle.scripts.together([*names, *oracle.names(reads=True)], MIXED) if names else []
    oracle.compare([*oracle.scripts.alone(names, times=3), *oracle.scripts.chosen(oracle.names(reads=True)), *mixed])


@pytest.mark.usefixtures("writable", "reserved")
@promise("Calls that remove records remove the same ones from the target as from the mock",
         page="the contract", stage=57)  # fmt: skip
def test_removals(oracle: Oracle) -> None:
    """Each removing operation by itself, then among others; most records are left to the suites that follow."""
    names = oracle.names(removes=True)
    mixed = oracle.scripts.together([*names, *oracle.names(), *oracle.names(reads=True)], 2) if names else []
    oracle.compare([*oracle.scripts.alone(names), *mixed])


@pytest.mark.usefixtures("writable")
@promise("Calls that act on every record do so on the target as on the mock", page="the contract", stage=97)
def test_everything(opened: Oracle, request: pytest.FixtureRequest) -> None:
    """At the very end, for they leave nothing."""
    names = opened.names(removes=True, everything=True)
    if not names:
        raise NotChecked("the contract has no operation that acts on every record")
    oracle: Oracle = request.getfixturevalue("oracle")
    oracle.compare(oracle.scripts.alone(names))
