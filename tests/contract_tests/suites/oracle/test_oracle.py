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
from contract_tests.core.contract import Contract
from contract_tests.core.mock_process import MockProcess, printed_behaviours
from contract_tests.mutation.distortion import distortions
from contract_tests.mutation.proxy import distorted
from contract_tests.mutation.sites import Users
from tests.contract_tests.core.test_model import PETS
from tests.contract_tests.reference import Service, serve
from tests.contract_tests.variants import VARIANTS
from tests.contract_tests.variants.answers import OptionalFieldsLeftOut
from tests.contract_tests.variants.data import FirstSessionsExpireSoon, LongIds, OffsetInPlaceOfZ, OtherLengths

ALONE = ["--suite", "oracle"]
TOKENS = ["--token", "red-token"]


def judged(*flags: str) -> tuple[int, str]:
    """Exit code and output of the oracle alone."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        code = main([*ALONE, *flags])
    return code, told.getvalue()


def forgetful(handler: str, records: str) -> Service:
    """A server that answers a write and keeps its devices, or its sessions, as they were."""
    service = Service()
    write = getattr(service, handler)

    def forget(*arguments: object, **more: object) -> object:
        kept = [dict(record) for record in getattr(service, records)]
        answer = write(*arguments, **more)
        setattr(service, records, kept)
        return answer

    setattr(service, handler, forget)
    return service


@contextlib.contextmanager
def mutated(contract: Contract, mutant: str, service: Service) -> Iterator[str]:
    """The URL of a proxy that distorts the answers of a server."""
    distort = next(each for each in distortions(contract) if each.id == mutant).make(Users("red-token", "blue-token"))
    with serve(service) as sound, distorted(sound, contract, distort) as url:
        yield url


def test_the_mock_is_like_itself() -> None:
    """No note, nothing left unchecked."""
    code, told = judged("--strict")
    assert code == 0, told
    assert "0 not checked" in told


class Free(OffsetInPlaceOfZ, LongIds, OptionalFieldsLeftOut, OtherLengths):
    """Takes several freedoms that the contract leaves a server, at once."""


@pytest.mark.parametrize("variant", [Free, FirstSessionsExpireSoon])
def test_a_sound_target_passes(variant: type[Service]) -> None:
    """Whatever freedom it takes, without a note."""
    with serve(variant()) as url:
        code, told = judged("--target", url, *TOKENS, "--strict")
    assert code == 0, told


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("handler", "forgets", "script", "expected"),
    [
        ("trust", "devices", ["POST /devices/trust", "GET /devices"], "after trustDevice: listDevices"),
        ("heartbeat", "sessions", ["POST /sessions/X/heartbeat", "GET /devices/X"], "of sessions"),
        ("untrust", "sessions", ["POST /devices/X/untrust", "GET /devices/X"], "no sessions"),
        ("remove", "sessions", ["DELETE /devices/X", "GET /sessions"], "no sessions"),
    ],
)
def test_a_lost_write_is_reported_by_the_shortest_script(
    handler: str, forgets: str, script: list[str], expected: str
) -> None:
    """As curl lines, the token by the name of its variable."""
    with serve(forgetful(handler, forgets)) as url:
        code, told = judged("--target", url, *TOKENS, "--fail-fast")
    check_script(code, told, url, script, expected)


def test_an_incomplete_list_is_reported_by_the_shortest_script(contract: Contract) -> None:
    """It needs no write."""
    with mutated(contract, "answer last item left out listSessions sessions", Service()) as url:
        code, told = judged("--target", url, *TOKENS, "--fail-fast")
    check_script(code, told, url, ["GET /devices/X", "GET /sessions"], "in the list")


def check_script(code: int, told: str, url: str, script: list[str], expected: str) -> None:
    """The report has these requests and these words, and no secret."""
    assert code == 1, told
    problem = told.split("\nFAILED ")[1].split("\nexpected")[1]
    assert expected in problem
    assert "documented: the contract" in problem
    lines = re.findall(rf"curl -i(?: -X (\w+))? .*?{url}(\S*)", problem)
    steps = [f"{method or 'GET'} {re.sub('[0-9a-f]{8}-[0-9a-f-]{27}', 'X', path)}" for method, path in lines]
    assert steps == script
    assert "red-token" not in told
    assert "$CONTRACT_TOKEN" in problem


@pytest.mark.thorough
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
def test_lower_levels_change_nothing(contract: Contract, level: str) -> None:
    """Reads, and under probe writes that name nobody's record; inconsistent views are found all the same."""
    service = Service()
    before = repr((service.devices, service.sessions))
    with mutated(contract, "answer another text getDevice device/deviceName", service) as url:
        code, told = judged("--target", url, *TOKENS, "--safety", level)
    assert code == 1
    assert "deviceName of devices" in told
    assert f"not checked (3): --safety {level} makes no write that succeeds" in told
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


@pytest.mark.thorough
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
    with serve(forgetful("untrust", "devices")) as url:
        judged("--target", url, *TOKENS, "--report", str(tmp_path))
    told = json.loads((tmp_path / "report.json").read_text())
    problems = [problem for promise in told["promises"] for problem in promise["problems"]]
    assert [len(problem["requests"]) for problem in problems] == [2]
    assert not re.search("red-token", (tmp_path / "report.html").read_text())
