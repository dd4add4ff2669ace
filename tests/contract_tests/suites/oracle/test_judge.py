"""The oracle before targets: sound ones pass, defects of state are told by the script that shows them."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract_tests.cli import main
from contract_tests.core.mock_process import MockProcess, printed_behaviours
from tests.contract_tests.judge_all import DEFECTS, VARIANTS
from tests.contract_tests.reference import Service, serve
from tests.contract_tests.suites.oracle.test_model import PETS

ALONE = ["--suite", "oracle"]
TOKENS = ["--token", "red-token"]


def judged(*flags: str) -> tuple[int, str]:
    """Exit code and what was said, of the oracle alone."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        code = main([*ALONE, *flags])
    return code, told.getvalue()


def test_the_mock_is_like_itself() -> None:
    """No note, nothing left unchecked."""
    code, told = judged("--strict")
    assert code == 0, told
    assert "0 not checked" in told


@pytest.mark.parametrize(
    "name", ["OffsetInPlaceOfZ", "LongIds", "OptionalFieldsLeftOut", "OtherLengths", "FirstSessionsExpireSoon"]
)
def test_a_sound_target_passes(name: str) -> None:
    """Whatever freedom it takes, without a note."""
    with serve({"Service": Service, **VARIANTS}[name]()) as url:
        code, told = judged("--target", url, *TOKENS, "--strict")
    assert code == 0, told


@pytest.mark.parametrize(
    ("name", "script", "expected"),
    [
        ("TrustNotPersisted", ["POST /devices/trust", "GET /devices"], "after trustDevice: listDevices"),
        ("HeartbeatNotPersisted", ["POST /sessions/X/heartbeat", "GET /devices/X"], "of sessions"),
        ("UntrustKeepsSessions", ["POST /devices/X/untrust", "GET /devices/X"], "no sessions"),
        ("RemoveKeepsSessions", ["DELETE /devices/X", "GET /sessions"], "no sessions"),
        ("SessionListOmitsOne", ["GET /devices/X", "GET /sessions"], "in the list"),
    ],
)
def test_defects_of_state_are_told_by_their_shortest_script(name: str, script: list[str], expected: str) -> None:
    """As curl lines, the token by the name of its variable."""
    assert name in DEFECTS
    with serve(DEFECTS[name]()) as url:
        code, told = judged("--target", url, *TOKENS, "--fail-fast")
    assert code == 1, told
    problem = told.split("\nBROKEN ")[1].split("\nexpected")[1]
    assert expected in problem
    assert "documented: the contract" in problem
    lines = re.findall(rf"curl -i(?: -X (\w+))? .*?{url}(\S*)", problem)
    steps = [f"{method or 'GET'} {re.sub('[0-9a-f]{8}-[0-9a-f-]{27}', 'X', path)}" for method, path in lines]
    assert steps == script
    assert "red-token" not in told
    assert "$CONTRACT_TOKEN" in problem


def test_what_is_only_assumed_is_a_note() -> None:
    """With its number; under --strict it fails."""
    with serve(VARIANTS["OtherTrustLevel"]()) as url:
        code, told = judged("--target", url, *TOKENS)
        assert code == 0, told
        assert "note: assumed A-09: " in told
    with serve(VARIANTS["OtherTrustLevel"]()) as url:
        assert judged("--target", url, *TOKENS, "--strict")[0] == 1


class ShowsLess(Service):
    """Lists no deviceType, which the mirror's contract cannot do without."""

    def make_device(self, user: str, number: int) -> dict[str, object]:
        return {**super().make_device(user, number), "deviceType": "TOASTER"}


def test_what_cannot_be_mirrored_is_not_checked() -> None:
    """And says because of what."""
    with serve(ShowsLess()) as url:
        _, told = judged("--target", url, *TOKENS)
    assert "what the target shows cannot be mirrored: devices[0].deviceType" in told


@pytest.mark.parametrize("level", ["observe", "probe"])
def test_lower_levels_change_nothing(level: str) -> None:
    """Reads, and under probe writes that name nobody's record; inconsistent views are found all the same."""
    service = DEFECTS["ListAndDetailDisagree"]()
    before = repr((service.devices, service.sessions))
    with serve(service) as url:
        code, told = judged("--target", url, *TOKENS, "--safety", level)
    assert code == 1
    assert "deviceName of devices" in told
    assert f"not checked (3), because --safety {level} makes no write that succeeds" in told
    assert repr((service.devices, service.sessions)) == before
    methods = {method for method, *_ in service.log}
    assert methods == {"GET"} if level == "observe" else "POST" in methods


def test_spared_records_stay() -> None:
    """Whatever the scripts draw."""
    service = Service()
    spared = service.devices_of("red")[0]
    before = repr((spared, [s for s in service.sessions if s["device"] == spared["id"]]))
    with serve(service) as url:
        code, told = judged("--target", url, *TOKENS, "--spare", spared["id"])
    assert code == 0, told
    assert repr((spared, [s for s in service.sessions if s["device"] == spared["id"]])) == before


@pytest.fixture(scope="module")
def behaviours() -> str:
    """What is inferred for the shelters."""
    return printed_behaviours(PETS)


@contextlib.contextmanager
def mock_with(behaviours: str, folder: Path) -> Iterator[str]:
    """A mock of the shelters with these behaviours."""
    path = folder / "behaviours.yaml"
    path.write_text(behaviours)
    mock = MockProcess.start("--spec", str(PETS), "--behaviours", str(path))
    try:
        yield mock.url
    finally:
        mock.stop()


@pytest.mark.parametrize(
    ("line", "instead", "says"),
    [
        ("", "", ""),
        ("    remove: {pets: {id: $record.id}}\n", "", "no pets"),
        (
            '{pets: {"*": $body, shelters_id: $record.id}}',
            "{pets: {name: $body.name, kind: cat, shelters_id: x}}",
            "pet",
        ),
        ("    set: $body\n", "", "changeShelter like the mock: name of shelters"),
        ("list: {shelters: {town: $query.town}}", "list: {shelters: {}}", "no shelters"),
    ],
)
def test_any_other_contract(behaviours: str, tmp_path: Path, line: str, instead: str, says: str) -> None:
    """Its inferred behaviours are the model: the sound mock passes, one with a line edited does not."""
    assert line in behaviours
    with mock_with(behaviours.replace(line, instead, 1), tmp_path) as url:
        code, told = judged("--target", url, "--spec", str(PETS), "--fail-fast")
    assert (code, says in told) == (1 if line else 0, True), told


def test_reports_have_the_script(tmp_path: Path) -> None:
    """One promise, its calls in their order."""
    with serve(DEFECTS["UntrustKeepsTrust"]()) as url:
        judged("--target", url, *TOKENS, "--report", str(tmp_path))
    told = json.loads((tmp_path / "report.json").read_text())
    problems = [problem for promise in told["promises"] for problem in promise["problems"]]
    assert [len(problem["requests"]) for problem in problems] == [2]
    assert not re.search("red-token", (tmp_path / "report.html").read_text())
