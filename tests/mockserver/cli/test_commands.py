"""The command: what it prints and how it ends."""

from __future__ import annotations

import io
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mockserver.__main__ import main as entry_point
from mockserver.cli.commands import COMMANDS, main
from mockserver.cli.log import Terminal
from mockserver.cli.parsing import with_command
from mockserver.cli.running import logged
from mockserver.clock import parse_instant, system_now
from mockserver.exchange.engine import Engine
from mockserver.settings import bundled
from tests.support import ROOT, TIMEOUT, Ask, LiveMock, run_mock, run_process, taken_port

DAY = 86_400_000
JWT = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJhbGljZSIsImV4cCI6MX0.c2lnbmF0dXJl-_x"


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which something else listens."""
    yield from taken_port()


def _one_line(ended: subprocess.CompletedProcess[str], code: int, *expected: str) -> str:
    """The one line of an error, once exit code and streams are what they should be."""
    assert ended.returncode == code, ended
    assert ended.stdout == ""
    [line] = ended.stderr.splitlines()
    assert line.startswith("mockserver: ")
    assert "Traceback" not in line
    for text in expected:
        assert text in line
    return line


def test_a_taken_port_is_reported_in_one_line(taken: int) -> None:
    """Exit code 3, with the next port as a way out."""
    _one_line(run_mock("mock", "--port", str(taken)), 3, f"127.0.0.1:{taken}", f"--port {taken + 1}")


def test_two_mocks_do_not_share_a_port(live_mock: LiveMock) -> None:
    """The second one is refused, the first one goes on."""
    _one_line(run_mock("mock", "--port", str(live_mock.port)), 3, str(live_mock.port))
    assert live_mock("GET", "/devices").status == 200


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["mock", "nowhere.yaml"], ["nowhere.yaml"]),
        (["mock", "--spec", "nowhere.yaml"], ["nowhere.yaml"]),
        (["mock", "--behaviours", "nowhere.yaml"], ["nowhere.yaml: no such file"]),
        (["mock", "--fixtures", "nowhere"], ["nowhere: no such file"]),
        (["mock", "--port", "many"], ["'many' isn't a port number", "0 to 65535"]),
        (["mock", "--port", "70000"], ["'70000' isn't a port number"]),
        (["mock", "--auth", "maybe"], ["--auth", "enforce"]),
        (["mock", "--log-format", "xml"], ["--log-format"]),
        (["mock", "--host", "no.such.host.invalid"], ["'no.such.host.invalid' isn't an address of this machine"]),
        (["mock", "--host", "192.0.2.1"], ["'192.0.2.1' isn't an address of this machine", "leave --host out"]),
        (["mock", "--host", "fe80::1", "--port", "4999"], ["'fe80::1' isn't an address of this machine", "leave"]),
        (["mock", "--host", "localhost:80"], ["it takes a name or address alone; --port sets the port"]),
        (["mock", "--host", "http://localhost"], ["it takes a name or address alone"]),
        (["mock", "--host", "é" * 70], ["isn't an address of this machine"]),
        (["mock", "--period", "trust"], ["--period: 'trust'", "NAME=P7D"]),
        (["mock", "--period", "trust=7d"], ["'7d' isn't an ISO 8601 duration"]),
        (["mock", "--period", "trsut=P7D"], ["'trsut'", "did you mean 'trust'"]),
        (["mock", "--qqqqq"], ["unknown flag '--qqqqq'", "mockserver mock --help"]),
        (["mock", "--prot", "1"], ["unknown flag '--prot' (did you mean '--port'?)"]),
        (["--prot=1"], ["did you mean '--port'?"]),
        (["--verison"], ["did you mean '--version'?"]),
        (["check-spec", "--sed", "7"], ["did you mean '--seed'?"]),
        (["init", "a.yaml", "b.yaml"], ["init takes one contract at a time"]),
        (["mok"], ["'mok' is neither a command nor a file (did you mean 'mock'?)"]),
        (["petstore"], ["'petstore' is neither a command nor a file (commands: mock, "]),
        (["nowhere.yaml"], ["nowhere.yaml: cannot be read"]),
        (["spec/openapy.yaml"], ["cannot be read", f"(did you mean {str(Path('spec/openapi.yaml'))!r}?)"]),
        (["spec"], [f"spec: is a folder (name the file: {Path('spec/openapi.yaml')})"]),
        (["docs"], ["docs: is a folder (name the OpenAPI file in it)"]),
        (["mock", "--auth", "eny"], ["--auth: 'eny' is none of enforce, any, off; did you mean 'any'?"]),
        (["mock", "--port", "0", "--seed"], ["--seed needs a value"]),
        (["mock", "http://127.0.0.1:1/x.yaml"], ["cannot be fetched: Connection refused (is its server running?)"]),
        ([], ["needs a command or an OpenAPI document", "--help"]),
    ],
)
def test_wrong_usage_is_reported_in_one_line(
    arguments: list[str], expected: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, what is wrong, what would be right."""
    if arguments[:1] == ["mock"]:
        arguments = [*arguments, "--port=0"] if "--port" not in arguments else arguments
    _one_line(_main(arguments, capfd), 2, *expected)


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        (["pet.yaml"], ["mock", "pet.yaml"]),
        (["http://x/pets"], ["mock", "http://x/pets"]),
        (["--port", "0", "pet.yaml"], ["mock", "--port", "0", "pet.yaml"]),
        (["--version"], ["--version"]),
        (["serve", "pet.yaml"], ["mock", "pet.yaml"]),
        (["help"], ["--help"]),
        (["help", "state"], ["state", "--help"]),
        (["behaviours", "pet.yaml"], ["behaviours", "pet.yaml"]),
        (["mock"], ["mock"]),
    ],
)
def test_a_contract_alone_starts_the_mock(words: list[str], whole: list[str], tmp_path: Path) -> None:
    """Also a flag of `mock`, or any file that there is; commands come first."""
    assert with_command(words, COMMANDS) == whole
    (tmp_path / "contract").touch()
    assert with_command([str(tmp_path / "contract")], COMMANDS) == ["mock", str(tmp_path / "contract")]


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "tls"])  # which has no flags
def test_each_command_knows_its_flags(command: str, capfd: pytest.CaptureFixture[str]) -> None:
    """It is found by its name, and suggests a flag of its own."""
    known = "--world" if command == "state" else "--seed"
    assert main([command, f"{known[:-1]}xx=1"]) == 2
    assert f"unknown flag '{known[:-1]}xx' (did you mean '{known}'?)" in capfd.readouterr().err


GOOD = bundled("spec/behaviours.yaml")


def _main(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> subprocess.CompletedProcess[str]:
    """The command in this process."""
    code = main(arguments)
    out, err = capfd.readouterr()
    return subprocess.CompletedProcess(arguments, code, out, err)


BROKEN = [
    ("--behaviours", "operations: [", "is not YAML"),
    ("--behaviours", "\tx", "is not YAML"),
    (
        "--behaviours",
        "operations:\n  trustDevise: {}\n",
        ":2: unknown name 'trustDevise' (did you mean 'trustDevice'?)",
    ),
    ("--behaviours", "operations: {}\noperations: {}\n", ":2: has the key 'operations' twice"),
    ("--fixtures", "devices: [", "is not YAML"),
    ("--fixtures", "device: []\n", ":1: unknown collection 'device'"),
    ("--spec", "openapi: 3.1.0\npaths: [", "is not YAML"),
    ("--spec", "just text", "file.yaml"),
    ("--spec", "", "file.yaml"),
    ("--spec", "swagger: '2.0'\n", "file.yaml"),
]


@pytest.mark.parametrize(("flag", "text", "expected"), BROKEN)
def test_an_invalid_file_is_reported_in_one_line(
    flag: str, text: str, expected: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, with the file, and the line where there is one."""
    file = tmp_path / "file.yaml"
    file.write_text(text, encoding="utf-8")
    _one_line(_main(["mock", flag, str(file), "--port", "0"], capfd), 2, "file.yaml", expected)


@pytest.mark.parametrize(
    ("flag", "text", "expected"),
    [("--spec", None, "file.yaml"), ("--behaviours", BROKEN[2][1], BROKEN[2][2]), ("--fixtures", "devices: [", "YAML")],
)
def test_a_process_reports_it_the_same_way(flag: str, text: str | None, expected: str, tmp_path: Path) -> None:
    """A missing file, a name that does not exist, broken YAML: one line from a process of its own."""
    file = tmp_path / "file.yaml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    _one_line(run_mock("mock", flag, str(file), "--port", "0"), 2, "file.yaml", expected)


def test_an_internal_error_is_one_line(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Exit code 4, no traceback, and how to get one."""

    def fail(*_: Any) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("mockserver.cli.running.build_engine", fail)
    assert main(["mock", "--port", "0"]) == 4
    err = capfd.readouterr().err
    [line] = err.splitlines()
    assert line.startswith("mockserver: internal error: ZeroDivisionError: division by zero (MOCKSERVER_DEBUG=1 shows")


FILES = {"--behaviours": "operations: {nowhere: {}}", "--fixtures": "nowhere: []"}


@pytest.mark.parametrize("command", ["behaviours", "check-spec"])
def test_every_command_that_reads_a_contract_takes_what_a_contract_needs(
    command: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Behaviours, fixtures, a seed and references to other hosts; what only a server needs is wrong usage."""
    for name, value in (("behaviours", "operations: {}"), ("fixtures", "users: []")):
        (tmp_path / f"{name}.yaml").write_text(value)
    files = [part for name in FILES for part in (name, str(tmp_path / f"{name[2:]}.yaml"))]
    contract = ["--allow-remote-refs", "--seed", "7", *files, str(bundled("spec/openapi.yaml"))]
    assert main([command, *contract]) == 0
    assert "listDevices" in capfd.readouterr().out
    assert main([command, "--port", "0"]) == 2


@pytest.mark.parametrize("flag", FILES)
def test_check_spec_checks_the_files_that_it_is_given(
    flag: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """An operation or a collection that the contract does not have is an error of the file that names it."""
    (tmp_path / "own.yaml").write_text(FILES[flag])
    assert main(["check-spec", flag, str(tmp_path / "own.yaml"), str(bundled("spec/openapi.yaml"))]) == 2
    error = capfd.readouterr().err
    assert "own.yaml" in error
    assert "nowhere" in error


@pytest.mark.parametrize("arguments", [["--help"], ["mock", "--help"], ["--version"]])
def test_help_is_given(arguments: list[str]) -> None:
    """Exit code 0; the exit codes stand at the end of the help."""
    ended = run_mock(*arguments)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "mockserver" in ended.stdout
    if "--help" in arguments:
        assert "exit codes: 0 ok, 1 the contract is broken" in ended.stdout


def test_help_waits_for_nothing_heavy() -> None:
    """What a command needs is imported when it runs."""
    listed = "import sys, mockserver.cli.commands; print(*sys.modules)"
    modules = set(run_process([sys.executable, "-c", listed]).stdout.split())
    assert "mockserver.cli.flags" in modules
    assert not modules & {"mockserver.exchange.engine", "mockserver.contract.contract", "granian", "flask", "yaml"}


@pytest.fixture
def text_mock() -> Iterator[tuple[LiveMock, list[str]]]:
    """A mock that prints for people, and its banner."""
    mock = LiveMock(log_format="text")
    try:
        lines = [mock.next_line()]
        while not lines[-1].startswith("Ctrl-C"):
            lines.append(mock.next_line())
        mock.url = lines[0].split()[-1]
        mock.port = int(mock.url.rpartition(":")[2])
        yield mock, lines
    finally:
        mock.kill()


def test_the_line_to_try_works(text_mock: tuple[LiveMock, list[str]]) -> None:
    """Pasted into a shell it answers 200 with an end of trust 30 days ahead; the device is trusted until a reset."""
    mock, lines = text_mock
    [line] = [line.strip() for line in lines if line.strip().startswith("curl ")]
    if shutil.which("curl"):
        ended = subprocess.run(
            ["sh", "-c", f"{line} -sS --fail --noproxy '*'"],
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=True,
        )
        answer = json.loads(ended.stdout)
    else:
        words = shlex.split(line)
        assert words[:3] == ["curl", "-X", "POST"]
        sent = dict(word.split(": ", 1) for word in words if ": " in word and not word.startswith("{"))
        path = words[3].removeprefix(mock.url)
        answer = mock("POST", path, None, body=words[words.index("-d") + 1].encode(), headers=sent).json
    ahead = parse_instant(answer["trustExpiresAt"]) - system_now()
    assert abs(ahead - 30 * DAY) < 60_000
    trusted = [
        d for d in mock("GET", "/devices").json["devices"] if d.get("trustExpiresAt") == answer["trustExpiresAt"]
    ]
    assert [device["isTrusted"] for device in trusted] == [True]
    mock.reset()
    again = mock("GET", f"/devices/{trusted[0]['id']}").json["device"]
    assert again.get("trustExpiresAt") != answer["trustExpiresAt"]
    assert "POST   /devices/trust 200 trustDevice (alice)" in mock.next_line()


def test_one_line_shows_one_request(text_mock: tuple[LiveMock, list[str]]) -> None:
    """Method, path, status, operation, user, time, and why on a refusal; control characters do no harm."""
    mock, _ = text_mock
    mock("GET", "/devices")
    assert " GET    /devices 200 listDevices (alice) " in mock.next_line()
    mock("GET", "/devices/dev-99", "bob-token~mine")
    line = mock.next_line()
    assert " GET    /devices/dev-99 404 getDevice (bob in mine) " in line
    assert line.rstrip().endswith("no record of devices has id 'dev-99'")
    mock("GET", "/devices/%1b%5b31m%0a", None)
    line = mock.next_line()
    assert r"/devices/\x1b[31m\n 401" in line
    assert "\x1b" not in line


def test_control_c_ends_at_once(text_mock: tuple[LiveMock, list[str]]) -> None:
    """Exit code 0 and no message, though a connection is open, and stays open; the port is free again."""
    mock, _ = text_mock
    began = time.perf_counter()
    run_mock("--version")
    limit = max(1.5, 10 * (time.perf_counter() - began))  # it takes less than that does; a busy machine slows both
    with socket.create_connection(("127.0.0.1", mock.port)):
        began = time.perf_counter()
        assert mock.interrupt() == 0
        assert time.perf_counter() - began < limit
    assert not [line for line in mock.lines if "Traceback" in line or "rror" in line]
    with socket.create_server(("127.0.0.1", mock.port)):
        pass


@pytest.mark.parametrize(
    "begun",
    [
        "POST /devices/trust HTTP/1.1\r\nHost: mock\r\nContent-Length: 9\r\n\r\n{",
        "GET /devices HTTP/1.1\r\nHost: mock\r\nAuthorization: Bearer alice-token\r\nMock-Delay: 30s\r\n\r\n",
    ],
    ids=["half a body", "a slow answer"],
)
def test_no_client_delays_the_end(begun: str) -> None:
    """Whatever a client is about to send or to receive."""
    mock = LiveMock("--read-timeout", "30s", "--drain", "30s").wait_until_started()
    try:
        with socket.create_connection(("127.0.0.1", mock.port)) as client:
            client.sendall(begun.encode())
            assert mock("GET", "/devices").status == 200  # the one before has been taken up
            began = time.monotonic()
            assert mock.interrupt() == 0
            assert time.monotonic() - began < 20
    finally:
        mock.kill()


def test_a_termination_ends_as_well() -> None:
    """SIGTERM, as containers send it: exit code 0."""
    mock = LiveMock().wait_until_started()
    try:
        os.kill(mock.process.pid, signal.SIGTERM)
        assert mock.wait_for_exit() == 0
    finally:
        mock.kill()


def test_a_killed_mock_leaves_nothing_behind() -> None:
    """SIGKILL to the process that was started: no other process goes on, and the port is free."""
    mock = LiveMock().wait_until_started()
    try:
        os.kill(mock.process.pid, signal.SIGKILL)
        mock._reader.join(TIMEOUT)  # until no process has the output open
        assert not mock._reader.is_alive()
        with socket.create_server(("127.0.0.1", mock.port)):
            pass
        assert not [line for line in mock.lines if "Traceback" in line]
    finally:
        mock.kill()


def test_control_c_while_loading_ends_quietly(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Before there is anything to stop: exit code 0, and no traceback of an import."""

    class Interrupted:
        @staticmethod
        def find_spec(name: str, *_: Any) -> None:
            if name == "mockserver.cli.commands":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "mockserver.cli.commands")
    monkeypatch.setattr(sys, "meta_path", [Interrupted, *sys.meta_path])
    assert entry_point() == 0
    assert capfd.readouterr() == ("", "")


SPAWNED = """import multiprocessing, sys
from mockserver.__main__ import main
if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    sys.exit(main())
"""


def test_the_start_method_of_processes_does_not_matter(tmp_path: Path) -> None:
    """As on macOS and Windows, where processes are spawned; with paths with spaces and names that are not ASCII."""
    folder, program = tmp_path / "Ordner mit Leerzeichen 日本", tmp_path / "spawned.py"
    program.write_text(SPAWNED, encoding="utf-8")
    shutil.copytree(ROOT / "fixtures", folder / "Datensätze")
    contract = (ROOT / "spec/openapi.yaml").read_text(encoding="utf-8")
    (folder / "spéc 1.yaml").write_text(contract, encoding="utf-8")
    shutil.copy(ROOT / "spec/behaviours.yaml", folder / "règles.yaml")
    files = ("spéc 1.yaml", "--behaviours", "règles.yaml", "--fixtures", "Datensätze")
    mock = LiveMock(
        *files, "--period", "trust=P7D", "--watch", program=[str(program)], folder=folder
    ).wait_until_started()
    try:
        assert mock.banner["contract"] == "spéc 1.yaml"
        end = mock("POST", "/devices/trust", json={"fingerprint": "fp-alice-ipad"}).json["trustExpiresAt"]
        assert abs(parse_instant(end) - system_now() - 7 * DAY) < 60_000
        assert json.loads(mock.next_line())["operation"] == "trustDevice"
        assert mock("GET", "/__mock__/about", None).json["contract"] == "spéc 1.yaml"
        (folder / "spéc 1.yaml").write_text(f"{contract}\nx-edited: true\n", encoding="utf-8")
        assert mock.next_line().startswith("reloaded, 9 operations")
        assert mock.interrupt() == 0
        assert not [line for line in mock.lines if "Traceback" in line]
    finally:
        mock.kill()


def test_any_takes_a_real_token() -> None:
    """`--auth any` takes a JWT as the first user, and still requires one."""
    mock = LiveMock("--auth", "any", "--period", "trust=P7D").wait_until_started()
    try:
        devices = mock("GET", "/devices", JWT).json["devices"]
        assert [device["id"] for device in devices] == [f"dev-{number:02}" for number in range(1, 8)]
        assert mock("GET", "/devices", None).status == 401
        end = mock("POST", "/devices/trust", JWT, json={"fingerprint": "fp-alice-ipad"}).json["trustExpiresAt"]
        assert abs(parse_instant(end) - system_now() - 7 * DAY) < 60_000
        assert mock.interrupt() == 0
    finally:
        mock.kill()


def test_the_json_log_is_one_object_a_line(live_mock: LiveMock) -> None:
    """The first line says where it listens and who may call, then one line for each request, without tokens."""
    assert live_mock.banner == {
        "event": "listening",
        "url": live_mock.url,
        "contract": str(bundled("spec/openapi.yaml")),
        "users": {"alice": "alice-token", "bob": "bob-token", "carol": "carol-token"},
        "store": "memory",
    }
    path = "/devices/marked-by-this-test"
    live_mock("GET", path)
    while (logged := json.loads(live_mock.next_line()))["path"] != path:
        pass
    assert {name: logged[name] for name in ("event", "method", "status", "operation", "user", "world", "verdict")} == {
        "event": "request",
        "method": "GET",
        "status": 404,
        "operation": "getDevice",
        "user": "alice",
        "world": "main",
        "verdict": "refused",
    }
    assert not [line for line in live_mock.lines[1:] if "alice-token" in line]


def test_no_request_is_too_early_for_the_log(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever calls while the banner is being printed gets a line as well."""
    out, flushed = io.StringIO(), threading.Event()

    class Told(Terminal):
        def flush(self) -> None:
            super().flush()
            flushed.set()

    def early(engine: Engine, *, quiet: bool) -> str:
        Ask(engine)("GET", "/devices")
        return "the banner"

    monkeypatch.setattr("mockserver.cli.running.Terminal", lambda _, *settings: Told(out, *settings))
    monkeypatch.setattr("mockserver.cli.running.banner", early)
    ready, _ = logged(engine)
    ready()
    assert flushed.wait(TIMEOUT)
    assert " GET    /devices 200 listDevices (alice) " in out.getvalue()
