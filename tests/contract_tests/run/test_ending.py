"""A run ends when it has to, and leaves no process behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.contract_tests.small import TOKEN, Asked, Notes, Reply, contract_of_notes, serving
from tests.support import TIMEOUT

BUSY = """
import re
from contract_tests.run.watchdog import Watchdog
with Watchdog(0.2, lambda: 3):
    re.match("(a+)+$", "a" * 60 + "b")
"""
PARENT = """
import time
from contract_tests.core.mock_process import MockProcess
print(MockProcess.start().url, flush=True)
time.sleep(600)
"""


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether something comes true in time."""
    end = time.monotonic() + TIMEOUT
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def is_served(url: str) -> bool:
    """Whether anything listens at an address."""
    try:
        urlopen(url, timeout=TIMEOUT)
    except URLError as error:
        return not isinstance(error.reason, ConnectionRefusedError)
    except OSError:
        return True  # it listens, but leaves
    return True


def command(url: str, spec: Path, *flags: str) -> list[str]:
    """The command line of a run."""
    return [sys.executable, "-m", "contract_tests", "--target", url, "--spec", str(spec), "--token", TOKEN, *flags]


class Signalled(Notes):
    """Has the run that asks it ended by a signal, once it has made some records and looks at them."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number, self.run, self.seen = number, 0, 0

    def answer(self, asked: Asked) -> Reply:
        reply = super().answer(asked)
        if asked.method == "GET" and self.count("POST") > 10 and self.run:
            run, self.run, self.seen = self.run, 0, len(self.notes)
            os.kill(run, self.number)
        return reply


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_a_run_in_order(number: int, code: int, tmp_path: Path) -> None:
    """What it has made is removed, and its mock is gone."""
    spec = tmp_path / "notes.json"
    spec.write_text(json.dumps(contract_of_notes()))
    service = Signalled(number)
    with serving(service) as url:
        run = subprocess.Popen(
            command(url, spec, "--skip", "endSession"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        service.run = run.pid
        _, complaint = run.communicate(timeout=TIMEOUT)
    assert (run.returncode, complaint) == (code, "contract-tests: interrupted\n")
    assert service.seen > 3
    assert set(service.notes) == {"n1", "n2", "n3"}
    assert not [line for line in processes() if str(spec) in line]


class Keeping(Signalled):
    """Removes nothing any more once the run has been asked to end."""

    def answer(self, asked: Asked) -> Reply:
        is_late = asked.method == "DELETE" and not self.run
        return Reply(500, {"error": "later"}) if is_late else super().answer(asked)


def test_what_a_signal_leaves_behind_is_named(tmp_path: Path) -> None:
    """The records that could not be removed, each by its path."""
    spec = tmp_path / "notes.json"
    spec.write_text(json.dumps(contract_of_notes()))
    service = Keeping(signal.SIGINT)
    with serving(service) as url:
        run = subprocess.Popen(command(url, spec, "--skip", "endSession"), stdout=subprocess.PIPE, text=True)
        service.run = run.pid
        printed, _ = run.communicate(timeout=TIMEOUT)
    named = {line.split()[2].rstrip(":") for line in printed.splitlines() if line.startswith("left behind: ")}
    assert named == {f"/notes/{name}" for name in set(service.notes) - {"n1", "n2", "n3"}} != set()


def processes() -> list[str]:
    """The command lines of all processes."""
    found = subprocess.run(["ps", "-ww", "-eo", "args"], check=True, capture_output=True, text=True)
    return found.stdout.splitlines()


def test_a_mock_ends_with_a_parent_that_was_killed() -> None:
    """Nothing listens on its port afterwards."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    url = parent.stdout.readline().strip()
    assert is_served(url)
    parent.kill()
    parent.communicate()
    assert eventually(lambda: not is_served(url))


def test_a_busy_interpreter_does_not_outlive_the_budget() -> None:
    """A pattern that takes for ever holds all threads; the system ends the process, with a documented exit code."""
    done = subprocess.run([sys.executable, "-c", BUSY], check=False, timeout=TIMEOUT)
    assert done.returncode == 3
