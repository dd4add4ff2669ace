"""Starts the mock as a separate process and stops it."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from contract_tests.core.children import Children, output_of
from contract_tests.core.document import OWN_FOLDER, Access
from contract_tests.core.errors import NotChecked, TargetUnavailable

OWN = ("--config", "none")
"""What keeps a settings file of the working directory away: it is for the mock of its user."""
START_LIMIT = 120.0  # seconds; the budget of the run may end it before


@dataclass
class MockProcess:
    """A running mock and its base URL."""

    process: subprocess.Popen[str]
    url: str
    readers: Sequence[threading.Thread] = ()  #: they read what the process writes, until it ends

    @classmethod
    def start(cls, *arguments: str, children: Children | None = None, seconds: float = START_LIMIT) -> MockProcess:
        """Start `mockserver mock` on a free port; raises `TargetUnavailable` with its complaint when it does not.

        The process is one of the `children` from its first moment, for whoever has to end all of them.
        """
        words = ["mockserver", "mock", *OWN, "--port", "0", "--log-format", "json", *arguments]
        process = (children or Children()).start_module(*words)
        lines: SimpleQueue[str] = SimpleQueue()
        readers = [threading.Thread(target=drain, args=(process, lines), daemon=True)]
        readers[0].start()
        try:
            first = lines.get(timeout=max(min(seconds, START_LIMIT), 0.1))
        except Empty:
            first = ""
        url = url_in(first)
        if url is None:
            process.kill()
            complaint = process.stderr.read() if process.stderr else ""
            raise TargetUnavailable(f"the mock did not start: {(complaint or first).strip()[-500:]}")
        readers.append(threading.Thread(target=process.stderr.read if process.stderr else len, daemon=True))
        readers[1].start()
        return cls(process, url, readers)

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for reader in self.readers:
            reader.join()  # before its stream is closed under it
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream:
                stream.close()


def drain(process: subprocess.Popen[str], lines: SimpleQueue[str]) -> None:
    """Pass on the first line, then read the rest away so that the process never blocks on a full pipe."""
    assert process.stdout is not None  # noqa: S101 - it was opened as a pipe
    lines.put(process.stdout.readline())
    for _ in process.stdout:
        pass


def url_in(line: str) -> str | None:
    """The base URL in the mock's first line, `{"event": "listening", "url": ...}`."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event.get("url") if isinstance(event, dict) and event.get("event") == "listening" else None


USERS = Path(__file__).with_name("users.yaml")
"""Users for a mock whose contract comes without fixtures."""
USER_TOKENS = ("alice:alice-token", "bob:bob-token")
"""Their tokens."""


def arguments_for(spec: object, behaviours: object, seed: int, access: Access = OWN_FOLDER) -> Sequence[str]:
    """Flags that make the mock play the same contract."""
    flags = [*(["--spec", str(spec)] if spec else []), *(["--behaviours", str(behaviours)] if behaviours else [])]
    return [*flags, *flags_of(access), "--seed", str(seed)]


def flags_of(access: Access) -> Sequence[str]:
    """Flags that let the mock read the same files."""
    folders = [part for folder in access.below for part in ("--allow-refs-below", str(folder))]
    return [*(["--allow-remote-refs"] if access.remote else []), *folders]


def printed_behaviours(spec: Path | str, access: Access = OWN_FOLDER) -> str:
    """What `mockserver behaviours` infers from a contract; raises `TargetUnavailable` with its complaint."""
    child = Children().start_module("mockserver", "behaviours", *OWN, str(spec), *flags_of(access))
    try:
        printed, complaint = output_of(child, START_LIMIT)
    except subprocess.TimeoutExpired:
        raise NotChecked("the mock took too long to print its behaviours") from None
    if child.returncode:
        raise TargetUnavailable(f"the mock does not print its behaviours: {complaint.strip()[-500:]}")
    return printed
