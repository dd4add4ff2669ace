"""How many instructions one `POST /devices/trust` takes through the WSGI front, and how many bytes its entry keeps.

Instructions are counted by valgrind's cachegrind, in processes without a socket: the difference of a run with N calls
and one with 2N is N calls and nothing of the start. Unlike seconds they are the same on a busy machine.
"""

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import inputs
from bench.install import NotInstalled
from mockserver.exchange.engine import build_engine
from mockserver.settings import Settings
from mockserver.web.server import HEADERS_AFTER, calm_collector
from mockserver.web.wsgi import ContractFirst, Wsgi

CALLS = 1000
ENTRIES = 1000
"""As many as a world keeps."""
_COUNTED = re.compile(r"I\s+refs:\s+([\d,]+)")
_OF_THE_PROCESS = {f"VARIABLE_{number}": "/a/value/of/the/environment" for number in range(30)}
"""A server puts the environment of its process among what it says of a request."""
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
    """Instructions for each call, and bytes for each entry."""
    if shutil.which("valgrind") is None:
        raise NotInstalled("valgrind counts the instructions; on Debian and Ubuntu: apt-get install valgrind")
    measured = _for_each_call("mock") - _for_each_call("nothing")
    return {"instructions": round(measured), "bytes": _entry_bytes()}


def _for_each_call(front: str) -> float:
    """The instructions of one call, those that make the call among them."""
    return (_counted(front, 2 * CALLS) - _counted(front, CALLS)) / CALLS


def _counted(front: str, calls: int) -> int:
    """The instructions of a process that starts and makes so many calls."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "--tool=cachegrind", "--cache-sim=no", f"--cachegrind-out-file={folder}/out"]
        done = subprocess.run(
            [*command, sys.executable, "-m", "bench.instructions", front, str(calls)],
            cwd=inputs.ROOT,
            env={**os.environ, "PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            check=True,
        )
    match = _COUNTED.search(done.stderr)
    if match is None:
        raise NotInstalled(f"valgrind counted nothing: {done.stderr[-500:]}")
    return int(match[1].replace(",", ""))


def _entry_bytes() -> int:
    """The bytes that an entry of the journal keeps, its snapshot of the world among them."""
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
    """The WSGI front of a mock of ten devices."""
    with tempfile.TemporaryDirectory() as folder:
        fixtures = inputs.write_fixtures(Path(folder), 10)
        engine = build_engine(Settings(str(inputs.CONTRACT), inputs.BEHAVIOURS, (fixtures,)))
    calm_collector()
    return ContractFirst(engine, _nothing_behind, headers_after=HEADERS_AFTER)


def _nothing(_: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """A front that does nothing: what is counted with it is the making of the call."""
    start_response("200 OK", [])
    return [b""]


def _caller(front: Wsgi) -> Callable[[], None]:
    """A function that makes the call, with an environment of strings of its own, as a server does."""
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

    def call() -> None:
        fresh = dict(zip(sent, (value.decode() for value in values), strict=True))
        statuses: list[str] = []
        front({**_ENVIRON, "wsgi.input": io.BytesIO(body), **fresh}, lambda status, _: statuses.append(status))
        if statuses != ["200 OK"]:
            raise RuntimeError(f"POST {inputs.TRUST.path} is answered by {statuses}")

    return call


def _nothing_behind() -> Any:
    raise RuntimeError("the control surface plays no part here")


def _make_calls(front: str, calls: int) -> None:
    call = _caller(_mock() if front == "mock" else _nothing)
    for _ in range(calls):
        call()


if __name__ == "__main__":
    _make_calls(sys.argv[1], int(sys.argv[2]))
