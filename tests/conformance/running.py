"""Sends every instance of the suite to a mock, and compares its verdicts with the suite's."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

from tests.conformance.documents import packed, written
from tests.conformance.suite import REMOTE, Group, Instance
from tests.support import LiveMock

START_LIMIT = 60
"""Seconds in which the mock must have loaded a document."""

Verdict = Literal["valid", "invalid", "error", "not served"]


@dataclass(frozen=True)
class Result:
    """The mock's verdict on one instance; `detail` is the status that it answered, or why it didn't start."""

    group: Group
    instance: Instance
    verdict: Verdict
    detail: str = ""
    inline: bool = False  #: whether the schema stands in the document itself

    @property
    def agrees(self) -> bool:
        """Whether the mock's verdict is the suite's."""
        return self.verdict == ("valid" if self.instance.valid else "invalid")


def run(groups: Sequence[Group], suite: Path, folder: Path) -> Iterator[Result]:
    """The results of all groups: each schema in a file of its own, then each inline."""
    with _remotes(suite / "remotes") as remote:
        for inline in (False, True):
            runner = _Runner(remote, inline=inline)
            for number, members in enumerate(packed(groups)):
                yield from runner.document(members, folder / f"{inline}{number}")


@dataclass(frozen=True)
class _Runner:
    remote: str
    inline: bool = field(kw_only=True)

    def document(self, groups: Sequence[Group], folder: Path) -> Iterator[Result]:
        """The results of a document; of each half where the mock refuses it."""
        path = written(groups, folder, self.remote, inline=self.inline)
        mock = LiveMock(str(path), "--allow-remote-refs")
        try:
            mock.wait_until_started(START_LIMIT)
        except Exception:  # noqa: BLE001 - whatever keeps it from starting
            mock.kill()
            yield from self.refused(groups, folder, "".join(mock.lines)[:400])
            return
        try:
            for number, group in enumerate(groups):
                yield from (self.result(mock, number, group, instance) for instance in group.instances)
        finally:
            mock.kill()

    def refused(self, groups: Sequence[Group], folder: Path, why: str) -> Iterator[Result]:
        """Each half of a document that the mock refuses; a single schema is not served."""
        if len(groups) == 1:
            for instance in groups[0].instances:
                yield Result(groups[0], instance, "not served", why, self.inline)
            return
        middle = len(groups) // 2
        yield from self.document(groups[:middle], folder / "a")
        yield from self.document(groups[middle:], folder / "b")

    def result(self, mock: LiveMock, number: int, group: Group, instance: Instance) -> Result:
        """The verdict on one instance."""
        response = mock("POST", f"/{number}", None, json=instance.value)
        verdict = _VERDICTS.get(response.status, "error")
        return Result(group, instance, verdict, f"{response.status} {response.body[:200].decode()}", self.inline)


_VERDICTS: dict[int, Verdict] = {204: "valid", 400: "invalid", 404: "not served", 422: "invalid"}


class _Files(SimpleHTTPRequestHandler):
    """The suite's further files, which name each other by the address that they are served at."""

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        address = f"http://127.0.0.1:{self.server.server_address[1]}"
        content = path.read_text(encoding="utf-8").replace(REMOTE, address).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Nothing is logged."""


@contextmanager
def _remotes(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def dumped(results: Sequence[Result]) -> str:
    """Every result that differs, one a line, for people to read."""
    return "\n".join(
        f"{'inline' if one.inline else 'file'} {one.group.file}: {one.group.description}: {one.instance.description}: "
        f"{json.dumps(one.instance.value)[:100]} is {one.verdict} ({' '.join(one.detail.split())[:200]})"
        for one in results
        if not one.agrees
    )
