"""Suites register themselves: a folder with a `SUITE` is found without being listed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from contract_tests.core.contract import Contract
from contract_tests.run import suites as registry
from contract_tests.run.options import OPTIONS
from contract_tests.run.run import Run
from contract_tests.run.settings import Settings
from contract_tests.run.suites import FOLDER, Suite, suite_of, suites
from tests.contract_tests.conftest import ContractOf


def test_every_folder_is_a_suite() -> None:
    """Each has a name of its own, which the command offers."""
    folders = {path.parent.name for path in FOLDER.glob("*/test_*.py")}
    names = {suite.name for suite in suites().values()}
    option = next(option for option in OPTIONS if option.name == "suite")
    assert set(suites()) == folders
    assert len(names) == len(folders)
    assert (
        set(option.choices)
        == names
        == {"access", "behaviours", "callbacks", "conformance", "oracle", "records", "workflows"}
    )


def test_a_new_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else has to change."""
    folder = tmp_path / "extra"
    folder.mkdir()
    (folder / "suite.py").write_text("from contract_tests.run.suites import Suite\n\nSUITE = Suite('more')\n")
    package = sys.modules["contract_tests.suites"]
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    monkeypatch.setattr(registry, "FOLDER", tmp_path)
    suites.cache_clear()
    try:
        assert suites() == {"extra": Suite("more")}
    finally:
        suites.cache_clear()
        sys.modules.pop("contract_tests.suites.extra.suite", None)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (FOLDER / "flashback" / "test_devices.py", "behaviours"),
        (FOLDER / "oracle" / "test_oracle.py", "oracle"),
        (Path("/elsewhere/oracle/test_x.py"), "oracle"),
        (Path("/elsewhere/mine/test_x.py"), "mine"),
    ],
)
def test_the_folder_of_a_test_names_its_suite(path: Path, name: str) -> None:
    """By the name that the suite registers."""
    assert suite_of(path) == name


def test_a_suite_takes_part_where_it_applies(contract: Contract, contract_of: ContractOf) -> None:
    """Another contract has the general ones only, and knows no assumption."""
    bundled = Run.prepare(Settings(), contract)
    other = Run.prepare(Settings(), contract_of({"openapi": "3.1.0"}))
    assert {suite.name for suite in bundled.suites} - {suite.name for suite in other.suites} == {"behaviours"}
    assert "A-08" in bundled.subjects
    assert other.subjects == {}
