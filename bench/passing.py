"""What large bodies and many streams cost a mock in front of a backend: `python -m bench.passing [--gigabytes 1]`.

Prints the memory that the mock takes in addition for a download, an upload, a body that unpacks to gigabytes, and idle
event streams, and how long other requests take meanwhile.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import repeat
from pathlib import Path
from statistics import median

from tests.mockserver.upstream.scripted import Came, Scripted, answer, started
from tests.support import LiveMock

MEGABYTE = 1024 * 1024
PIECE = bytes(MEGABYTE)
SOUND = answer({"success": True, "devices": []})
STREAMS = 200
TIMEOUT = 120


def memory(mock: LiveMock) -> int:
    """The bytes that a mock has in memory."""
    text = Path(f"/proc/{mock.process.pid}/status").read_text(encoding="ascii")
    return 1024 * int(next(line.split()[1] for line in text.splitlines() if line.startswith("VmRSS")))


def asked(mock: LiveMock, method: str, path: str, body: Iterator[bytes] | None = None, size: int = 0) -> int:
    """Send a request, read its answer in pieces, and return the answer's size."""
    headers = {"Authorization": "Bearer t"} | ({"Content-Length": str(size)} if size else {})
    with closing(http.client.HTTPConnection("127.0.0.1", mock.port, timeout=TIMEOUT)) as connection:
        connection.request(method, path, body, headers)
        response, count = connection.getresponse(), 0
        while piece := response.read(MEGABYTE):
            count += len(piece)
        return count


class Watched:
    """The memory of a mock while something runs, and the time of other requests."""

    def __init__(self, mock: LiveMock) -> None:
        self._mock, self._end = mock, threading.Event()
        self.before = self.most = memory(mock)
        self.seconds: list[float] = []
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self._end.wait(0.02):
            began = time.perf_counter()
            asked(self._mock, "GET", "/devices")
            self.seconds.append(time.perf_counter() - began)
            self.most = max(self.most, memory(self._mock))

    def __enter__(self) -> Watched:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join(TIMEOUT)

    def __str__(self) -> str:
        more = (self.most - self.before) / MEGABYTE
        waits = [1000 * one for one in self.seconds] or [0.0]
        return f"{more:.1f} MB more; other requests {median(waits):.1f} ms, {max(waits):.0f} ms at most"


def body(size: int) -> Callable[[Came], Iterator[bytes]]:
    """An answer of that size."""

    def script(_: Came) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n" % size
        yield from repeat(PIECE, size // MEGABYTE)

    return script


def events(end: threading.Event) -> Callable[[Came], Iterator[bytes]]:
    """A stream that says nothing."""

    def script(_: Came) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n: hello\n\n"
        end.wait(TIMEOUT)

    return script


def measure(mock: LiveMock, backend: Scripted, gigabytes: int) -> None:
    """Print a line for each kind."""
    end, large = threading.Event(), gigabytes * 1024 * MEGABYTE
    bomb = gzip.compress(b" " * (gigabytes * 1024 * MEGABYTE // 4), 1)
    backend.answers |= {
        "/devices": SOUND,
        "/50": body(50 * MEGABYTE),
        "/large": body(large),
        "/upload": answer({}),
        "/bomb": answer(bomb, "200 OK", "application/json", "Content-Encoding: gzip"),
        "/events": events(end),
    }
    for _ in range(50):
        asked(mock, "GET", "/devices")
    kinds: dict[str, Callable[[], object]] = {
        "download of 50 MB": lambda: asked(mock, "GET", "/50"),
        f"download of {gigabytes} GB": lambda: asked(mock, "GET", "/large"),
        f"upload of {gigabytes} GB": lambda: asked(mock, "POST", "/upload", repeat(PIECE, large // MEGABYTE), large),
        f"gzip of {len(bomb) // 1024} kB that unpacks to {gigabytes * 256} MB": lambda: asked(mock, "GET", "/bomb"),
    }
    for name, run in kinds.items():
        began = time.monotonic()
        with Watched(mock) as watched:
            run()
        print(f"{name}: {time.monotonic() - began:.1f} s, {watched}", flush=True)
    with Watched(mock) as watched:
        streams = [http.client.HTTPConnection("127.0.0.1", mock.port, timeout=TIMEOUT) for _ in range(STREAMS)]
        for stream in streams:
            stream.request("GET", "/events")
            assert stream.getresponse().readline() == b": hello\n"
        time.sleep(2)
    print(f"{STREAMS} idle event streams: {watched}")
    end.set()


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.passing")
    parser.add_argument("--gigabytes", type=int, default=1)
    given = parser.parse_args(arguments)
    backend, end = started()
    mock = LiveMock(run=("proxy", backend.url)).wait_until_started()
    try:
        measure(mock, backend, given.gigabytes)
    finally:
        mock.interrupt()
        end()


if __name__ == "__main__":
    main()
