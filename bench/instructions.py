"""Counts the instructions of one `POST /devices/trust` in the WSGI application, alone and in front of a backend, and
the bytes of its journal entry.

valgrind's cachegrind counts them in processes without a socket: the difference between runs with N and 2N calls
excludes the start. Unlike seconds, instructions do not depend on the load of the machine.
"""

import atexit
import io
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from bench import inputs
from bench.install import NotInstalled
from bench.processes import HOST, START_TIMEOUT, free_port
from mockserver.exchange.building import build_engine
from mockserver.settings import Settings, Upstream
from mockserver.web.front import front_of
from mockserver.web.server import HEADERS_AFTER, calm_collector
from mockserver.web.wsgi import ContractFirst, Wsgi

CALLS = 3000
ENTRIES = 1000
"""The number of entries that a world's journal keeps."""
_COUNT = re.compile(r"I\s+refs:\s+([\d,]+)")
_STEADY = ("setarch", "-R") if shutil.which("setarch") else ()
"""Without it the addresses of a process are random, and counts differ by 1%."""
_OF_THE_PROCESS = {f"VARIABLE_{number}": "/a/value/of/the/environment" for number in range(30)}
"""A server adds the environment variables of its process to the WSGI environment."""
_FRONTS = {"instructions": "mock", "in front of a backend": "proxy"}
_ENVIRON = {
    **_OF_THE_PROCESS,
    "GATEWAY_INTERFACE": "CGI/1.1",
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "Granian",
    "wsgi.errors": None,
    "wsgi.input_terminated": True,
    "wsgi.multiprocess": False,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
    "SERVER_PROTOCOL": "HTTP/1.1",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "4010",
    "REMOTE_ADDR": "127.0.0.1",
    "wsgi.url_scheme": "http",
}


def instructions() -> dict[str, Any]:
    """The instructions per call and the bytes per entry."""
    if shutil.which("valgrind") is None:
        raise NotInstalled("valgrind counts the instructions; on Debian and Ubuntu: apt-get install valgrind")
    caller = _per_call("nothing")
    counts = {name: round(_per_call(front) - caller) for name, front in _FRONTS.items()}
    return {**counts, "bytes": _entry_bytes()}


def _per_call(front: str) -> float:
    """The instructions of one call, including those of the caller."""
    return (_count(front, 2 * CALLS) - _count(front, CALLS)) / CALLS


def _count(front: str, calls: int) -> int:
    """The instructions of a process that starts and makes this number of calls."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*_STEADY, "valgrind", "--tool=cachegrind", "--cache-sim=no", f"--cachegrind-out-file={folder}/out"]
        completed = subprocess.run(
            [*command, sys.executable, "-m", "bench.instructions", front, str(calls)],
            cwd=inputs.ROOT,
            env={**os.environ, "PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            check=True,
        )
    match = _COUNT.search(completed.stderr)
    if match is None:
        raise NotInstalled(f"valgrind counted nothing: {completed.stderr[-500:]}")
    return int(match[1].replace(",", ""))


def _entry_bytes() -> int:
    """The bytes of a journal entry, including its snapshot of the world."""
    call = _caller(_mock())
    for _ in range(ENTRIES + 100):  # the journal is full
        call()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(ENTRIES):
            call()
        return (tracemalloc.get_traced_memory()[0] - before) // ENTRIES
    finally:
        tracemalloc.stop()


def _mock() -> Wsgi:
    """The WSGI application of a mock with ten devices."""
    with tempfile.TemporaryDirectory() as folder:
        fixtures = inputs.write_fixtures(Path(folder), 10)
        settings = Settings(str(inputs.CONTRACT), inputs.BEHAVIOURS, (fixtures,), metrics=False)  # an extra
        engine = build_engine(settings)
    calm_collector()
    return ContractFirst(engine, _nothing_behind, headers_after=HEADERS_AFTER)


def _proxy() -> Wsgi:
    """The WSGI application of a mock in front of a backend that returns constants, in a process that isn't counted."""
    prepared, port = inputs.prepare(), free_port()
    command = [sys.executable, "-m", "bench.peers.limits", "raw", str(prepared.answers), str(port)]
    backend = subprocess.Popen(command, cwd=inputs.ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    atexit.register(backend.wait)
    atexit.register(backend.terminate)  # first: it ends its own workers
    _wait_for(backend, port)
    upstream = Upstream(url=f"http://{HOST}:{port}", first=True)
    settings = Settings(str(prepared.contract), metrics=False, auth="any", upstream=upstream)
    engine = build_engine(settings)
    calm_collector()
    front = front_of(engine, _nothing_behind, headers_after=HEADERS_AFTER)

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        answer = front(environ, start_response)
        return answer if isinstance(answer, list) else list(answer)  # it waits

    return call


def _wait_for(backend: subprocess.Popen[bytes], port: int) -> None:
    """Return once the backend accepts connections."""
    until = monotonic() + START_TIMEOUT
    while monotonic() < until and backend.poll() is None:
        with suppress(OSError):
            socket.create_connection((HOST, port), timeout=1).close()
            return
        sleep(0.05)
    raise RuntimeError("the backend doesn't start")


def _nothing(_: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """An application that does nothing, to count the instructions of the caller."""
    start_response("200 OK", [])
    return [b""]


def _caller(front: Wsgi) -> Callable[[], None]:
    """A function that makes the call with new strings in its environment, as a server does."""
    body = inputs.TRUST.body.encode()
    sent = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": inputs.TRUST.path,
        "QUERY_STRING": "",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": "127.0.0.1:4010",
        "HTTP_AUTHORIZATION": f"Bearer {inputs.TOKEN}",
    }
    values = [value.encode() for value in sent.values()]
    places = {**_ENVIRON, "REQUEST_METHOD": "", "PATH_INFO": "", "QUERY_STRING": ""}  # headers come last

    def call() -> None:
        new_strings = dict(zip(sent, (value.decode() for value in values), strict=True))
        statuses: list[str] = []
        front({**places, "wsgi.input": io.BytesIO(body), **new_strings}, lambda status, _: statuses.append(status))
        if statuses != ["200 OK"]:
            raise RuntimeError(f"POST {inputs.TRUST.path} returned {statuses}")

    return call


def _nothing_behind() -> Any:
    raise RuntimeError("the control API is not used here")


def _make_calls(front: str, calls: int) -> None:
    made = {"mock": _mock, "proxy": _proxy, "nothing": lambda: _nothing}
    call = _caller(made[front]())
    for _ in range(calls):
        call()


if __name__ == "__main__":
    _make_calls(sys.argv[1], int(sys.argv[2]))
