"""What users install: the wheel and the npm package, built from this clone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support import ROOT

TIMEOUT = 600
"""Seconds that one command may take."""


class Failed(Exception):
    """A command failed; the text has its output."""


def run(command: Sequence[str], folder: Path, **environment: str) -> str:
    """Run a command to its end, and return what it printed. Raises Failed."""
    done = subprocess.run(
        command, cwd=folder, env=clean(environment), capture_output=True, text=True, timeout=TIMEOUT, check=False
    )
    output = done.stdout + done.stderr
    if done.returncode:
        raise Failed(f"{' '.join(command)}: exit code {done.returncode}\n{output[-4000:]}")
    return output


def clean(more: Mapping[str, str]) -> dict[str, str]:
    """The environment of a user who has nothing of this project."""
    ours = ("MOCK", "FLASHBACK", "CONTRACT", "VIRTUAL_ENV", "PYTHON")
    return {**{name: value for name, value in os.environ.items() if not name.startswith(ours)}, **more}


def wheel(folder: Path) -> Path:
    """The wheel of this clone."""
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], ROOT)
    (built,) = folder.glob("*.whl")
    return built


def npm_package(folder: Path) -> Path:
    """The npm package of this clone."""
    source = ROOT / "packages" / "js"
    run(["npm", "install", "--no-audit", "--no-fund"], source)
    run(["npm", "run", "build"], source)
    run(["npm", "pack", "--pack-destination", str(folder)], source)
    (built,) = folder.glob("*.tgz")
    return built
