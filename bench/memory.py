"""How much memory a mock takes when clients send more than it should remember, and after they have cleaned up.

Each flood goes over one connection to a mock of its own. What counts is PSS: its peak while the flood runs, and after
the worlds that it used were removed and `main` was reset.
"""

import http.client
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from bench import inputs
from bench.processes import HOST, Request, Server, free_port, serving

PEAK, AFTER = 350, 120
"""How many MB of PSS are allowed, while a flood runs and after the reset."""
_LOOK = 50
"""How many requests lie between two looks at the memory."""
_NOTES = """openapi: 3.1.0
info: {title: Notes, version: '1'}
paths:
  /notes:
    post:
      operationId: add
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
      responses:
        '201': {description: Added, content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: read
      responses:
        '200': {description: Read, content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
        '404': {description: None}
    delete: {operationId: remove, responses: {'204': {description: Removed}, '404': {description: None}}}
components:
  schemas:
    Note: {type: object, required: [id], properties: {id: {type: string}, text: {type: string}, lists: {type: array}}}
"""
Send = Callable[..., int]
Flood = Callable[[Send], Iterator[str]]
"""Sends requests by a function `send(method, path, headers, body) -> status`; yields the worlds that it has used."""


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _worlds(send: Send) -> Iterator[str]:
    for number in range(30):
        world = f"w-{number}"
        for _ in range(1000):
            send("GET", "/devices", {"Authorization": f"Bearer {inputs.TOKEN}~{world}"})
        yield world


def _many_worlds(send: Send) -> Iterator[str]:
    for number in range(9_900):
        for _ in range(3):
            send("GET", "/devices", {"Authorization": f"Bearer {inputs.TOKEN}~w-{number}"})
        yield f"w-{number}"


def _headers(send: Send) -> Iterator[str]:
    for number in range(3000):
        send("GET", "/devices", {"Authorization": f"Bearer {inputs.TOKEN}", "X-Long": f"{number}" + "x" * 300_000})
    yield "main"


def _credentials(send: Send) -> Iterator[str]:
    for number in range(2000):
        send("GET", "/devices", {"Authorization": f"Bearer {number}-" + "x" * 300_000})
    yield "main"


def _snapshots(send: Send) -> Iterator[str]:
    for number in range(600):
        send("POST", "/notes", {}, _json({"id": str(number), "text": "x" * 1_000_000}))
        send("DELETE", f"/notes/{number}")
    yield "main"


def _late_snapshots(send: Send) -> Iterator[str]:
    for number in range(100):
        send("POST", "/notes", {}, _json({"id": str(number), "text": "x" * 1_000_000}))
    for _ in range(1000):
        send("GET", "/notes/none")
    for number in range(100):
        send("DELETE", f"/notes/{number}")
    yield "main"


def _many_values(send: Send) -> Iterator[str]:
    for number in range(200):
        send("POST", "/notes", {}, _json({"id": str(number), "lists": [[] for _ in range(20_000)]}))
        send("DELETE", f"/notes/{number}")
    yield "main"


FLOODS: dict[str, tuple[str, Flood]] = {
    "30 worlds, 1,000 requests each": ("devices", _worlds),
    "9,900 worlds, 3 requests each": ("devices", _many_worlds),
    "3,000 requests with a header of 300 KB": ("devices", _headers),
    "2,000 credentials of 300 KB, any accepted": ("any", _credentials),
    "600 records of 1 MB, each removed": ("notes", _snapshots),
    "100 records of 1 MB, removed after 1,000 requests": ("notes", _late_snapshots),
    "200 records of 20,000 lists, each removed": ("notes", _many_values),
}


def memory(say: Callable[[str], object], only: list[str] | None = None) -> bool:
    """Print a line for each flood; whether all of them keep to the bounds."""
    say(f"{'flood':<52} {'before':>7} {'peak':>7} {'after':>7}  MB PSS; bounds: peak {PEAK}, after {AFTER}")
    good = True
    for name, (kind, flood) in FLOODS.items():
        if only and not any(word in name for word in only):
            continue
        before, peak, after, statuses = _measured(kind, flood)
        good = good and peak <= PEAK and after <= AFTER
        say(f"{name:<52} {before:>7.0f} {peak:>7.0f} {after:>7.0f}  {statuses}")
    return good


def _measured(kind: str, flood: Flood) -> tuple[float, float, float, dict[int, int]]:
    with tempfile.TemporaryDirectory() as folder, _mock(kind, Path(folder)) as server:
        server.wait_for_200(Request("GET", "/__mock__/health"))
        connection = http.client.HTTPConnection(HOST, server.port, timeout=60)
        statuses: dict[int, int] = {}
        peaks = [server.pss_mb()]

        def send(method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> int:
            typed = {"Content-Type": "application/json"} if body else {}
            connection.request(method, path, body or None, {**typed, **(headers or {})})
            response = connection.getresponse()
            response.read()
            statuses[response.status] = statuses.get(response.status, 0) + 1
            if sum(statuses.values()) % _LOOK == 0:
                peaks.append(server.pss_mb())
            return response.status

        used = list(flood(send))
        peaks.append(server.pss_mb())
        seen = dict(statuses)
        for world in used:
            if world != "main":
                send("DELETE", f"/__mock__/worlds/{world}")
        send("POST", "/__mock__/reset")
        return peaks[0], max(peaks), server.pss_mb(), seen


def _mock(kind: str, folder: Path) -> AbstractContextManager[Server]:
    port = free_port()
    command = [sys.executable, "-m", "mockserver", "mock", "--port", str(port), "--log-format", "json"]
    if kind == "notes":
        (folder / "notes.yaml").write_text(_NOTES)
        command += ["--spec", str(folder / "notes.yaml")]
    else:
        fixtures = inputs.write_fixtures(folder / "fixtures", 10)
        command += ["--spec", str(inputs.CONTRACT), "--behaviours", str(inputs.BEHAVIOURS), "--fixtures", str(fixtures)]
        command += ["--auth", "any"] if kind == "any" else []
    return serving(command, port, {"PYTHONPATH": str(inputs.ROOT)}, folder / "home")
