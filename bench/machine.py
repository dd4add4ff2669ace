"""The machine and versions of a run, printed above its tables."""

import datetime
import os
import platform
import subprocess
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench import install


def describe() -> dict[str, str]:
    """Date, machine and the versions of the programs that the servers run on."""
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores of {_processor()}, {_memory_gb():.0f} GB, {platform.system()}",
        "python": platform.python_version(),
        "granian": _version("granian"),
        "flask": _version("flask"),
        "node": _first_line([str(install.node()), "--version"]),
        "java": _first_line(["java", "-version"]),
        "wrk": _first_line(["wrk", "-v"]),
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


def _first_line(words: list[str]) -> str:
    """The first line that a command prints, on either stream."""
    with suppress(OSError):
        completed = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)
        first = (completed.stdout + completed.stderr).partition("\n")[0]
        return first.partition(" [")[0].strip()
    return "not installed"
