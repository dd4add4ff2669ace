"""One run of wrk against one server: throughput, latency, and the server's CPU time."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.processes import HOST, Failed, Request, Server

SCRIPT = Path(__file__).with_name("wrk.lua")


@dataclass(frozen=True)
class Sample:
    """The figures of one run of wrk; latencies and CPU time are in microseconds."""

    per_second: float
    p50: float
    p99: float
    cpu: float  # of the server and its child processes, per request


def run(server: Server, request: Request, connections: int, seconds: int, worlds: int = 0) -> Sample:
    """Send one request repeatedly for some seconds, in so many worlds in turn if any (raises Failed if a response isn't
    a 2xx)."""
    before = server.cpu_seconds()
    summary = _wrk(server.port, request, connections, seconds, worlds)
    spent = server.cpu_seconds() - before
    if summary["refused"] or summary["broken"] or not summary["requests"]:
        raise Failed(
            f"{request.method} {request.path}, {connections} connections: {summary['requests']} responses, "
            f"{summary['refused']} of them not 2xx, {summary['broken']} connection errors"
        )
    return Sample(
        per_second=summary["requests"] / summary["microseconds"] * 1e6,
        p50=summary["p50"],
        p99=summary["p99"],
        cpu=spent / summary["requests"] * 1e6,
    )


def _wrk(port: int, request: Request, connections: int, seconds: int, worlds: int) -> dict[str, float]:
    command = [
        shutil.which("wrk") or "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s",
        "-s", str(SCRIPT), f"http://{HOST}:{port}{request.path}", "--",
        request.method, request.token, request.body, str(worlds),
    ]  # fmt: skip
    completed = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30, check=False)
    if completed.returncode:
        raise Failed(f"wrk: {completed.stderr.strip() or completed.stdout.strip()}")
    summary: dict[str, float] = json.loads(completed.stdout.splitlines()[-1])
    return summary
