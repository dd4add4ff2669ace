"""Runs the flow of one client against a mock of its own, and collects the result of every step."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tests.clients import packages
from tests.clients.client import Client, KnownFault
from tests.support import ROOT, LiveMock

WORK = Path(__file__).with_name(".work")
START_LIMIT = 120
"""Seconds in which the mock must have loaded the document."""
FLOW_LIMIT = 240
"""Seconds for a whole flow, and for each command before it; a step of a flow has 30 (steps.py, steps.mjs)."""
INTERPRETERS = {".py": "$PYTHON", ".mjs": "node", ".mts": "tsx"}
"""What runs a flow, by the suffix of its file."""
SETUP = "setup"
"""The step that installs the packages, gets the document and starts the mock."""

KEPT = ("installed.json", "site", "node_modules", "package.json", "package-lock.json")
"""What stays in the folder of a client from one run to the next: its packages."""

State = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True)
class Step:
    """What a step of a flow came to."""

    name: str
    state: State
    reason: str = ""
    fault: KnownFault | None = None


@dataclass(frozen=True)
class Result:
    """The steps of a client in order, and the requests that the mock received."""

    client: Client
    steps: tuple[Step, ...]
    journal: str = ""

    @property
    def failures(self) -> tuple[Step, ...]:
        """The steps that failed; those that were skipped for that reason aren't counted again."""
        return tuple(step for step in self.steps if step.state == "failed")

    @property
    def mock_failed(self) -> bool:
        """Whether a step failed by a fault of the mock."""
        return any(step.fault is not None and step.fault.whose == "mock" for step in self.failures)

    @property
    def outdated(self) -> tuple[str, ...]:
        """Faults that the flow file names, of steps that passed or don't exist."""
        broken = {step.name for step in self.steps if step.state != "passed"}
        return tuple(name for name in self.client.faults if name not in broken)


def run(client: Client, *, verbose: bool = False) -> Result:
    """Install, serve, run."""
    folder = WORK / client.id
    try:
        document = packages.document(client.document, WORK / "documents")
        packages.install(client.packages, folder, python=client.is_python)
        mock = LiveMock(str(document), *client.mock)
    except (packages.Unavailable, subprocess.TimeoutExpired, OSError) as error:
        return Result(client, _judged(client, [Step(SETUP, "failed", str(error))]))
    try:
        mock.wait_until_started(START_LIMIT)
    except Exception as error:  # noqa: BLE001 - whatever keeps it from starting is the result
        return Result(client, _judged(client, [Step(SETUP, "failed", "".join(mock.lines)[:500] or repr(error))]))
    try:
        steps = list(_steps(client, folder, document, mock.banner))
        return Result(client, _judged(client, steps), _journal(mock) if verbose else "")
    finally:
        mock.kill()


def _steps(client: Client, folder: Path, document: Path, banner: Mapping[str, Any]) -> Iterator[Step]:
    """The commands before the flow, then the flow."""
    for path in folder.iterdir():
        if path.name not in KEPT:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    record = folder / "steps.jsonl"
    environment = _environment(folder, record, document, banner)
    for name in ("steps.py", "steps.mjs"):
        shutil.copy(Path(__file__).with_name(name), folder)
    flow = shutil.copy(client.flow, folder / f"flow{client.flow.suffix}")
    problems = {name: _command(command, folder, environment) for name, command in client.prepare.items()}
    for name, problem in problems.items():
        yield Step(name, "failed" if problem else "passed", problem)
    ended = _command(f"{INTERPRETERS[flow.suffix]} {flow.name}", folder, environment)
    yield from _recorded(record)
    if ended and not any(problems.values()):  # else the cause is known
        yield Step("flow", "failed", ended)


def _environment(folder: Path, record: Path, document: Path, banner: Mapping[str, Any]) -> Mapping[str, str]:
    trusted = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS") if "ca" in banner else ()
    return {
        **os.environ,
        **dict.fromkeys(trusted, banner.get("ca", "")),
        "PATH": os.pathsep.join([str(folder / "node_modules/.bin"), str(folder / "site/bin"), os.environ["PATH"]]),
        "PYTHONPATH": os.pathsep.join([str(folder), str(folder / "site")]),
        "PYTHON": sys.executable,
        "MOCK_URL": banner["url"],
        "STEPS": str(record),
        "DOCUMENT": str(document),
        "BUNDLED": str(ROOT / "spec/openapi.yaml"),
        "NO_COLOR": "1",
    }


def _command(command: str, folder: Path, environment: Mapping[str, str]) -> str:
    """Run a command in the folder of a client; the problem, or nothing."""
    process = subprocess.Popen(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=FLOW_LIMIT)
    except subprocess.TimeoutExpired:
        return f"not finished after {FLOW_LIMIT} s"
    finally:
        _kill(process)
    return "" if process.returncode == 0 else f"exit {process.returncode}: {output.strip()[-600:]}"


def _kill(process: subprocess.Popen[str]) -> None:
    """End what the command left running in its own process group."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        process.wait()


def _recorded(record: Path) -> Iterator[Step]:
    for line in record.read_text(encoding="utf-8").splitlines() if record.exists() else ():
        yield Step(**json.loads(line))


def _judged(client: Client, steps: list[Step]) -> tuple[Step, ...]:
    """Each failure with its fault; the mock's, if the flow file names no other."""
    return tuple(
        Step(step.name, step.state, step.reason, client.faults.get(step.name, KnownFault("mock", step.reason)))
        if step.state == "failed"
        else step
        for step in steps
    )


def _journal(mock: LiveMock) -> str:
    """The requests of a flow with their responses, for a person who looks for the cause."""
    return "\n".join(line for entry in mock.journal() for line in _exchange(entry))


def _exchange(entry: Mapping[str, Any]) -> Iterator[str]:
    request, answer = entry["request"], entry["answer"]
    yield f"> {request['method']} {request['path']}?{request['query']} {_short(request['body'])}"
    yield f"< {answer['status']} {_short(answer['headers'])} {_short(answer['body'])} {entry['reason']}"


def _short(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:600] if value else ""
