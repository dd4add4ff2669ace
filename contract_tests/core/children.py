"""The processes that a run has started: they end with it, however it ends."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Children:
    """Starts processes, and ends those that still run."""

    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, command: Sequence[str], *, has_input: bool = False) -> subprocess.Popen[str]:
        """Start a process whose output and complaints are read; raises `OSError`."""
        source = subprocess.PIPE if has_input else None
        child = subprocess.Popen(  # noqa: S603 - our own modules, or the user's own command
            command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", errors="replace"
        )
        self.started.append(child)
        return child

    def start_module(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a Python module that also ends when this process was killed."""
        return self.start([sys.executable, "-m", "contract_tests.core.tethered", *arguments], has_input=True)

    def end(self) -> None:
        """End what still runs, at once."""
        for child in self.started:
            if child.poll() is None:
                child.kill()


def output_of(child: subprocess.Popen[str], seconds: float) -> tuple[str, str]:
    """What a process prints and complains until its end; raises `subprocess.TimeoutExpired` and ends it when it takes
    longer."""
    tether, child.stdin = child.stdin, None  # `communicate` would close it
    try:
        return child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        raise
    finally:
        if tether:
            tether.close()
