"""Jobs are waited for before what they store is checked; a job that stores something else is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests.core import jobs
from tests.contract_tests.cases.running import Ran, run
from tests.contract_tests.jobs import service as made
from tests.contract_tests.jobs.service import Reports, contract_of_reports

FLAGS = ("--suite", "records", "--settle", "250ms")
DEFECTS = {
    made.Loses: ("created_records_come_back", "that makeReport has made"),
    made.Garbles: ("created_records_come_back", "/title as it was sent to makeReport"),
    made.KeepsRemoved: ("removed_records", "removeReport to remove the record"),
    made.KeepsOld: ("updated_records", "/title as it was sent to changeReport"),
}


def checked(service: Reports, folder: Path, *flags: str) -> Ran:
    """A run of the suite of records, with the shortest jobs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made, "TAKES", 0.03)
        patch.setattr(jobs, "PAUSE", 0.02)
        return run(service, contract_of_reports(), folder, *(flags or FLAGS))


OTHERS = [pytest.param(one, marks=pytest.mark.thorough) for one in (Reports, made.Redirects, made.WithState)]


@pytest.mark.parametrize("make", [made.AtItsPlace, *OTHERS])
def test_what_a_job_makes_is_waited_for(make: type[Reports], tmp_path: Path) -> None:
    """Whether its own answer names the record, a redirection, or Location; or the record itself says how far it is."""
    service = make()
    found = checked(service, tmp_path)
    assert found.code == 0, found.printed
    assert {found.outcome(name) for name in ("created_records_come_back", "updated_records", "removed_records")} == {
        "kept"
    }
    assert not found.report["left_behind"]


@pytest.mark.thorough
@pytest.mark.parametrize("make", DEFECTS)
def test_a_job_that_does_something_else_is_named(make: type[Reports], tmp_path: Path) -> None:
    """After it has said that it was done."""
    found = checked(make(), tmp_path)
    name, words = DEFECTS[make]
    assert found.code == 1, found.printed
    assert any(one == name and words in expected for one, expected, _ in found.broken())


@pytest.mark.thorough
def test_without_settle_nothing_is_claimed_of_a_job(tmp_path: Path) -> None:
    """What it makes later is neither lost nor another record."""
    found = checked(Reports(), tmp_path, "--suite", "records")
    assert not found.broken(), found.printed
    assert "within 0 s nothing says what it made (--settle)" in found.printed
