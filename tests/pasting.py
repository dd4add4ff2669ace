"""Runs the lines of a problem as a person does who pastes them into bash, and tells whether they show it again."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

LIMIT = 60
"""Seconds that the lines of one problem may take."""
BEFORE_LAST = "= the last line ="


def problems_of(report: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every problem of a report that comes with lines."""
    for cause in report["causes"]:
        yield from (one for one in (cause, *cause["others"]) if one["requests"])


def pasted(lines: Sequence[str], token: str = "") -> str:
    """What the last line prints, after the others: status, headers and body."""
    text = "\n".join([*lines[:-1], f"echo; echo '{BEFORE_LAST}'", lines[-1]])
    environment = {"PATH": os.environ["PATH"], "CONTRACT_TOKEN": token}
    done = subprocess.run(["bash", "-c", text], capture_output=True, timeout=LIMIT, check=False, env=environment)
    printed = done.stdout.decode("utf-8", "replace").rpartition(f"{BEFORE_LAST}\n")[2]
    return re.sub(r"\AHTTP/[\d.]+ ", "", printed.replace("\r", ""))


def wanted(problem: Mapping[str, Any]) -> str:
    """The response that showed a problem, or as much of it as is known: its status; empty where nothing is."""
    shown = problem["exchanges"][-1]["response"] if problem.get("exchanges") else problem["got"]
    return str(shown) if re.match(r"\d{3}\b", shown) else ""
