"""Runs contract-tests and plain Schemathesis against a server, and reads what they report and what they harmed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.real_servers.server import Server
from tests.real_servers.serving import Running, running

SLACK = 120
"""Seconds after its budget in which a tool must end."""


@dataclass(frozen=True)
class Harm:
    """What a run did to the records that were there, and what it left."""

    records: int
    changed: tuple[str, ...]
    left: int


@dataclass(frozen=True)
class Judged:
    """A run of a tool: what it reported, one text for each problem, and what it cost."""

    tool: str  #: one of TOOLS
    reports: tuple[str, ...]
    requests: int
    seconds: float
    harm: Harm
    output: str
    curls: tuple[str, ...] = ()
    stopped: str = ""  #: why contract-tests came to no end


def ours(server: Server, budget: int, port: int = 0, level: str = "own") -> Judged:
    """contract-tests at a level of safety."""
    with running(server, port) as found:
        token = ["--token", server.token] if server.token else []
        command = [sys.executable, "-m", "contract_tests", "--spec", str(found.document()), "--target", found.target,
                   "--safety", level, "--budget", str(budget), "--report", str(found.home / "report"), *token,
                   *server.flags]  # fmt: skip
        output, seconds, harm = observed(found, command, budget)
        report = json.loads((found.home / "report/report.json").read_text(encoding="utf-8"))
    causes = report["causes"]
    reports = tuple(f"{one['expected']} | {one['got']}" for one in causes)
    curls = tuple("; ".join(one["requests"]) for one in causes)
    return Judged("ours" if level == "own" else level, reports, report["requests"], seconds, harm, output, curls,
                  report["stopped"])  # fmt: skip


def theirs(server: Server, budget: int, port: int = 0) -> Judged:
    """Plain Schemathesis, with as much time."""
    with running(server, port) as found:
        folder = found.home / "schemathesis"
        headers = [word for name, value in server.headers.items() for word in ("-H", f"{name}: {value}")]
        command = [str(Path(sys.executable).with_name("schemathesis")), "run", str(found.document()), "--url",
                   found.target, "--max-time", str(budget), "--continue-on-failure", "--seed", "0", "--no-color",
                   "--report", "json", "--report-dir", str(folder), *headers]  # fmt: skip
        output, seconds, harm = observed(found, command, budget)
        counts = json.loads(next(folder.glob("*.json")).read_text(encoding="utf-8"))
        reports = tuple(sorted(failures(counts)))
    return Judged("theirs", reports, counts["test_cases"]["generated"], seconds, harm, output)


TOOLS: Mapping[str, Callable[[Server, int, int], Judged]] = {
    "ours": ours,
    "theirs": theirs,
    "probe": partial(ours, level="probe"),
    "observe": partial(ours, level="observe"),
}


def failures(report: Any) -> Iterator[str]:
    """Each kind of failure of each operation: `METHOD /path: title`."""
    for one in (*report["failures"], *report["errors"]):
        yield from (f"{operation}: {one['title']}" for operation in one.get("operations") or ["any operation"])


def confirmed(server: Server, port: int = 0) -> Iterator[tuple[str, str, str]]:
    """Each defect with its curl line, and what the server answers to it now."""
    with running(server, port) as found:
        environment = {**os.environ, "URL": found.target, "TOKEN": server.token}
        for defect in server.defects:
            done = subprocess.run(["/bin/sh", "-c", defect.curl], capture_output=True, text=True, check=False,
                                  timeout=SLACK, env=environment, errors="replace")  # fmt: skip
            yield defect.title, defect.curl, done.stdout + done.stderr


def observed(found: Running, command: list[str], budget: int) -> tuple[str, float, Harm]:
    """The output of a command, the seconds that it took, and what changed meanwhile."""
    before = records(found)
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=budget + SLACK, cwd=found.home)
    seconds = time.monotonic() - started
    return done.stdout + done.stderr, seconds, harm(before, records(found))


def records(found: Running) -> dict[str, Counter[str]]:
    """By path, the records that it shows, as text."""
    return {path: Counter(shown(read(found, path), found.server.moving)) for path in found.server.records}


def read(found: Running, record: str) -> Any:
    """The answer of a list that is compared: a path, or `POST /path` for lists that take a filter in the body."""
    method, _, path = record.rpartition(" ")
    return found.ask(method or "GET", path, {} if method else None)


def shown(answer: Any, moving: tuple[str, ...]) -> Iterator[str]:
    """The items of a list, or of the only list of an object; else the answer as a whole."""
    if not answer.ok:
        yield f"status {answer.status_code}"
        return
    if "json" not in answer.headers.get("Content-Type", ""):
        yield answer.text
        return
    value = answer.json()
    lists = [one for one in value.values() if isinstance(one, list)] if isinstance(value, dict) else []
    items = value if isinstance(value, list) else lists[0] if len(lists) == 1 and len(value) <= 3 else [value]
    yield from (json.dumps(still(item, moving), sort_keys=True) for item in items)


def still(value: Any, moving: tuple[str, ...]) -> Any:
    """A value without the members that the server itself changes."""
    if isinstance(value, list):
        return [still(item, moving) for item in value]
    if isinstance(value, dict):
        return {name: still(item, moving) for name, item in value.items() if name not in moving}
    return value


def harm(before: dict[str, Counter[str]], after: dict[str, Counter[str]]) -> Harm:
    """What is no longer there as it was, and how many records are new."""
    gone = [f"{path}: {text}" for path, items in before.items() for text in (items - after[path]).elements()]
    new = sum((after[path] - items).total() for path, items in before.items())
    return Harm(sum(items.total() for items in before.values()), tuple(gone), new - len(gone))
