"""Where and with what a run was made: the lines that stand above its tables."""

import datetime
import os
import platform
import subprocess
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench import install


def described() -> dict[str, str]:
    """Date, machine class and versions of what all servers run on."""
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores of {_processor()}, {_memory_gb():.0f} GB, {platform.system()}",
        "python": platform.python_version(),
        "granian": _version("granian"),
        "flask": _version("flask"),
        "node": _said([str(install.node()), "--version"]),
        "java": _said(["java", "-version"]),
        "wrk": _said(["wrk", "-v"]),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def _version(package: str) -> str:
    with suppress(PackageNotFoundError):
        return version(package)
    return "not installed"


def _said(words: list[str]) -> str:
    """The first line that a program says about itself, on whichever stream."""
    with suppress(OSError):
        done = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)
        first = (done.stdout + done.stderr).partition("\n")[0]
        return first.partition(" [")[0].strip()
    return "not installed"
