"""The command as a user runs it: exit codes, reports, secrets."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar
from xml.etree import ElementTree

import pytest

from contract_tests.cli import main
from contract_tests.core.mock_process import MockProcess
from mockserver.web.server import free_port
from tests.contract_tests.reference import Service, serve
from tests.support import TIMEOUT

ROOT = Path(__file__).resolve().parents[3]
FEW = ["--examples", "2"]
WITHOUT_ORACLE = ["--suite", "behaviours", "--suite", "conformance", "--suite", "workflows"]  # it has tests of its own
BRIEF = [*FEW, "--suite", "behaviours", "--only", "trustDevice", "--only", "GET"]  # the state is what reads show
TOKENS = ["--token", "red-token", "--other-token", "blue-token"]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [sys.executable, "-m", "contract_tests", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=TIMEOUT, env={**os.environ, **environment}, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--target", "nonsense"], "isn't a URL"),
        (["--spec", "gone.yaml"], "gone.yaml"),
        (["--only", "trustDevise"], "did you mean 'trustDevice'?"),
        (["--target", "https://staging.example", "--safety", "full"], "--i-own-this-data"),
        (["--baseline", "gone.json"], "gone.json"),
    ],
)
def test_wrong_usage_is_one_clear_line(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, and what is wrong."""
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert (printed.out, says in printed.err, printed.err.count("\n")) == ("", True, 1), printed


@pytest.mark.parametrize(
    ("arguments", "says"), [(["--spec", "gone.yaml"], "gone.yaml"), (["--rate", "fast"], "--rate")]
)
def test_a_process_says_wrong_usage_alike(arguments: list[str], says: str) -> None:
    """Exit 2, no traceback."""
    done = run(*arguments)
    assert done.returncode == 2, done
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unreachable_target_is_exit_3() -> None:
    """The target does not answer."""
    with free_port("127.0.0.1") as port:
        done = run("--target", f"http://127.0.0.1:{port}", *TOKENS)
    assert done.returncode == 3
    assert "does not answer" in done.stdout


@pytest.mark.parametrize("tokens", [[], ["--token", "wrong-token"]])
def test_refused_credentials_are_exit_3(url: str, tokens: list[str]) -> None:
    """Without a token that the target accepts, nothing can be checked."""
    done = run("--target", url, *tokens)
    assert done.returncode == 3
    assert "--token" in done.stdout


@pytest.mark.thorough
def test_a_sound_target_is_exit_0_with_all_reports(url: str, tmp_path: Path) -> None:
    """JUnit has one case for each promise; page, Markdown and JSON say the verdict; no secret is in any of them."""
    done = run("--target", url, *TOKENS, *FEW, *WITHOUT_ORACLE, "--report", str(tmp_path), "--strict")
    assert done.returncode == 0, done.stdout + done.stderr
    cases = ElementTree.parse(tmp_path / "junit.xml").getroot().iter("testcase")  # our own file
    report = json.loads((tmp_path / "report.json").read_text())
    assert len(list(cases)) == len(report["promises"]) > 60
    assert report["counts"]["broken"] == 0
    assert report["coverage"]["percent"] > 90
    for name in ("report.html", "report.md"):
        assert "PASSED: " in (tmp_path / name).read_text()
    for path in tmp_path.iterdir():
        assert not re.search("red-token|blue-token", path.read_text()), path


class Leaky(Service):
    """Puts the caller's token, a cookie and a planted value everywhere, and breaks promises so that they are shown."""

    def trust(self, user: str, body: bytes, media_type: str = "") -> object:
        kept = [dict(device) for device in self.devices]
        answer = super().trust(user, body, media_type)
        self.devices = kept
        return answer

    def finish(self, handler: str, status: int, payload: object, headers: dict[str, str]) -> object:
        leak = "red-token planted-value cookie-value"
        if isinstance(payload, dict):
            payload = {**payload, "debug": leak, "message": f"{payload.get('message', '')} {leak}"}
        return super().finish(
            handler, status, payload, {**headers, "Set-Cookie": "sid=cookie-value; Path=/", "X-Leak": leak}
        )


def test_secrets_reach_no_artefact(tmp_path: Path) -> None:
    """Not in the terminal, not in any report, though the target plants them in bodies and headers."""
    with serve(Leaky()) as url:
        page = tmp_path / "summary.md"
        done = run("--target", url, *TOKENS, *BRIEF, "--report", str(tmp_path / "report"), "--secret", "planted-value",
                   GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(page))  # fmt: skip
    assert done.returncode == 1
    assert "::error title=" in done.stdout
    printed = [
        done.stdout,
        done.stderr,
        page.read_text(),
        *(path.read_text() for path in (tmp_path / "report").iterdir()),
    ]
    for text in printed:
        assert not re.search("red-token|blue-token|planted-value|cookie-value", text)
    assert "$CONTRACT_TOKEN" in done.stdout


def test_only_and_skip_choose_operations(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Promises about other operations are left out."""
    flags = ["--only", "listDevices", "--suite", "behaviours", "--min-coverage", "100.5"]
    assert main(["--target", url, *TOKENS, *flags]) == 1
    printed = capsys.readouterr().out
    assert "1 operation of" in printed
    assert "below --min-coverage" in printed


class OtherMessage(Service):
    """Says something else than the documentation when a device is removed."""

    message_of: ClassVar = {**Service.message_of, "remove": "ok"}


def test_baseline_accepts_and_forgets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Written once, the deviations are notes; with another day of expiry they fail again."""
    path = tmp_path / "baseline.json"
    flags = [*TOKENS, "--suite", "behaviours", "--only", "removeDevice", "--only", "GET", "--baseline", str(path)]
    with serve(OtherMessage()) as url:
        assert main(["--target", url, *flags, "--baseline-update"]) == 0
        assert main(["--target", url, *flags]) == 0
        assert "accepted until" in capsys.readouterr().out
        path.write_text(re.sub(r'"expires": "[^"]*"', '"expires": "2020-01-01"', path.read_text()))
        assert main(["--target", url, *flags]) == 1
        assert "expired on 2020-01-01" in capsys.readouterr().out


@pytest.mark.parametrize("level", ["observe", "probe"])
def test_lower_levels_change_nothing(service: Service, url: str, level: str) -> None:
    """The server's data is as it was; observe sends reads only."""
    before = repr((service.devices, service.sessions))
    assert main(["--target", url, *TOKENS, *FEW, "--safety", level]) == 0
    assert repr((service.devices, service.sessions)) == before
    assert level == "probe" or {method for method, *_ in service.log} == {"GET", "HEAD", "OPTIONS"}


class Credulous(Service):
    """Has lost every validation: takes any token for the first user, and the first record when no fingerprint came."""

    def needs_user(self, handler: str) -> bool:
        return False

    def fingerprint_in(self, body: bytes, media_type: str) -> str | None:
        try:
            return dict(json.loads(body)).get("fingerprint")
        except (ValueError, TypeError):
            return None

    def device_by_print(self, user: str, fingerprint: str | None) -> dict[str, object]:
        return self.devices[0] if fingerprint is None else super().device_by_print(user, fingerprint)


def test_probe_harms_not_even_a_credulous_target() -> None:
    """A bad body that would hit the first record is never sent to a server that does not validate."""
    service = Credulous()
    before = repr((service.devices, service.sessions))
    with serve(service) as url:
        assert main(["--target", url, *TOKENS, *FEW, "--safety", "probe"]) == 1
    assert repr((service.devices, service.sessions)) == before


@pytest.mark.thorough
def test_full_leaves_spared_records_alone(service: Service, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The spared device and its sessions are untouched; others are not. One mock is the mirror of the whole run."""
    mirrors: list[MockProcess] = []
    start = MockProcess.start

    def counted(*arguments: str, **more: Any) -> MockProcess:
        mirrors.append(start(*arguments, **more))
        return mirrors[-1]

    monkeypatch.setattr(MockProcess, "start", counted)
    spared = service.devices_of("red")[1]

    def untouched() -> str:
        return repr((spared, [s for s in service.sessions if s["device"] == spared["id"]]))

    before = untouched()
    assert main(["--target", url, *TOKENS, *FEW, "--spare", spared["id"]]) == 0
    assert len(mirrors) == 1
    assert untouched() == before
    assert spared in service.devices
    assert len(service.devices_of("red")) < 3


@pytest.fixture
def foreign_plugin(tmp_path: Path) -> Path:
    """A folder with an installed pytest plugin that owns some of our flags, as pytest-timeout does."""
    info = tmp_path / "foreign-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: foreign\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[pytest11]\nforeign = foreign_plugin\n")
    (tmp_path / "foreign_plugin.py").write_text(
        "def pytest_addoption(parser):\n    for name in ('timeout', 'seed', 'target', 'suite'):\n"
        "        parser.addoption(f'--{name}')\n"
    )
    return tmp_path


def test_a_plugin_that_owns_the_same_flags_does_no_harm(url: str, foreign_plugin: Path) -> None:
    """The command loads no plugin of the environment, and the options of `pytest contract_tests` have a prefix."""
    path = os.pathsep.join([str(foreign_plugin), str(ROOT)])
    given = ("--target", url, *TOKENS, "--suite", "behaviours", "--only", "listDevices")
    done = run(*given, "--timeout", str(TIMEOUT), PYTHONPATH=path)
    assert (done.returncode, "PASSED: " in done.stdout) == (0, True), done.stdout + done.stderr
    flags = [f"--contract-{flag[2:]}" if flag.startswith("--") else flag for flag in given]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "contract_tests", *flags]
    by_pytest = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )
    assert by_pytest.returncode == 0, by_pytest.stdout + by_pytest.stderr
    assert " passed" in by_pytest.stdout


def test_the_environment_is_as_before(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command sets for its own pytest does not stay."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-flag")
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", raising=False)
    before = dict(os.environ)
    assert main(["--target", url, *TOKENS, "--suite", "behaviours", "--only", "listDevices"]) == 0
    after = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    assert after == {name: value for name, value in before.items() if name != "PYTEST_CURRENT_TEST"}


@pytest.mark.parametrize(
    ("place", "error"),
    [
        ("contract_tests.suites.flashback.api.Flashback.state", AssertionError("ours")),
        ("contract_tests.core.checks.AnswerChecks.breaches", OSError("ours")),
        ("contract_tests.core.coverage.Coverage.saw", KeyError("ours")),
        ("contract_tests.run.session.write_reports", OSError("ours")),
        ("contract_tests.run.session.write_reports", KeyError("ours")),
        ("contract_tests.run.session.run_suites", ValueError("ours")),
    ],
)
def test_an_error_of_our_own_is_exit_4(
    url: str, place: str, error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """In a check, an observer, a fixture, the reports: never the 1 of a broken contract, and it says what to report."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(place, fail)
    flags = ["--suite", "behaviours", "--only", "listDevices", "--only", "getDevice", "--report", str(tmp_path)]
    code = main(["--target", url, *TOKENS, *flags])
    printed = "".join(capsys.readouterr())
    unwritable = place.endswith("write_reports") and isinstance(error, OSError)
    assert (code, "ours" in printed) == (2 if unwritable else 4, True), printed
    assert unwritable or "please report it" in printed
