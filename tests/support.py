"""What many tests need: a settable clock, a client of the pipeline, a real mock process, and small documents."""

from __future__ import annotations

import http.client
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from mockserver.clock import parse_instant
from mockserver.exchange.engine import Engine
from mockserver.messages import Request
from mockserver.settings import Settings, bundled

ROOT = Path(__file__).resolve().parent.parent
START = parse_instant("2026-01-15T12:00:00Z")
"""When every test begins."""
PATIENCE = 30
"""Seconds that a slow machine may take to start or end a process; nothing waits that long when all is well."""
NOTHING: Any = object()


class Clock:
    """A source of time that a test sets; instants are milliseconds."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def advance(self, **span: float) -> None:
        """Move on, by the arguments of `timedelta`."""
        self.now += timedelta(**span) // timedelta(milliseconds=1)


@dataclass(frozen=True)
class Heard:
    """An answer as a client hears it; header names in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Ask:
    """A tiny client of a pipeline; the path is percent-decoded, as the server hands it over."""

    def __init__(self, engine: Engine, token: str | None = "alice-token") -> None:
        self.engine, self.token = engine, token

    def __call__(
        self,
        method: str,
        path: str,
        token: Any = NOTHING,
        *,
        json: Any = NOTHING,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        query: str = "",
    ) -> Heard:
        """One request; `token` None sends none, `json` sends its value as JSON."""
        sent, body = _prepared(self.token if token is NOTHING else token, json, body, headers)
        answer = self.engine.pipeline.respond(Request(method, path, query, sent, body))
        return Heard(answer.status, {name.lower(): value for name, value in answer.headers}, answer.body)

    def records(self, collection: str, world: str = "main") -> dict[str, Mapping[str, Any]]:
        """What a world holds, by key and in order: nothing hidden, nothing lapsed."""
        held = self.engine.store.load(world)[0].collections[collection]
        return {key: record for key, (_, record) in sorted(held.records.items(), key=lambda item: item[1][0])}


def _prepared(
    token: str | None, value: Any, body: bytes, headers: Mapping[str, str] | None
) -> tuple[dict[str, str], bytes]:
    sent = {} if token is None else {"authorization": f"Bearer {token}"}
    if value is not NOTHING:
        sent["content-type"], body = "application/json", json.dumps(value).encode()
    return {**sent, **(headers or {})}, body


def bundled_settings(**changes: Any) -> Settings:
    """The settings of a mock that is started without any flag."""
    given: dict[str, Any] = {
        "spec": str(bundled("spec/openapi.yaml")),
        "behaviours": bundled("spec/behaviours.yaml"),
        "fixtures": (bundled("fixtures"),),
    }
    return Settings(**{**given, **changes})


class LiveMock:
    """`python -m mockserver mock` as a process of its own, on a free port of this machine."""

    def __init__(
        self,
        *arguments: str,
        log_format: str = "json",
        program: Sequence[str] = ("-m", "mockserver"),
        folder: Path = ROOT,
    ) -> None:
        self.lines: list[str] = []
        self._arrived: queue.SimpleQueue[str] = queue.SimpleQueue()
        command = [sys.executable, *program, "mock", "--port", "0", "--log-format", log_format, *arguments]
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for line in output:
                self.lines.append(line)
                self._arrived.put(line)

    def next_line(self) -> str:
        """The next line of the output that nobody has read yet."""
        return self._arrived.get(timeout=PATIENCE)

    def started(self) -> LiveMock:
        """This mock, once it listens."""
        try:
            self.banner = json.loads(self.next_line())
        except BaseException:
            self.kill()
            raise
        self.url: str = self.banner["url"]
        self.port = int(self.url.rpartition(":")[2])
        return self

    def interrupt(self) -> int:
        """Press Ctrl-C: the whole process group hears it. The exit code is returned."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.ended()

    def ended(self) -> int:
        """The exit code, once the process and its output have ended."""
        try:
            code = self.process.wait(PATIENCE)
        finally:
            self.kill()
        self._reader.join(PATIENCE)
        return code

    def kill(self) -> None:
        """End it at once, whatever it does; nothing of it is left running."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        finally:
            self.process.wait(PATIENCE)

    def connection(self) -> http.client.HTTPConnection:
        """A new connection to the mock."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def __call__(
        self,
        method: str,
        path: str,
        token: str | None = "alice-token",
        *,
        json: Any = NOTHING,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Heard:
        """One request over a connection of its own; the path goes out as written."""
        sent, body = _prepared(token, json, body, headers)
        connection = self.connection()
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in sent.items():
                connection.putheader(name, value)
            if body and "transfer-encoding" not in sent:
                connection.putheader("content-length", str(len(body)))
            connection.endheaders(body or None)
            return heard(connection.getresponse())
        finally:
            connection.close()

    def raw(self, sent: bytes) -> Heard:
        """Exactly these bytes on a connection of their own, and what comes back; status 0 when nothing does."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as wire:
            wire.sendall(sent)
            response = http.client.HTTPResponse(wire)
            try:
                response.begin()
            except (http.client.HTTPException, ConnectionError):
                return Heard(0)
            return heard(response)

    def state(self) -> bytes:
        """The stored records, byte for byte."""
        return self("GET", "/__mock__/state", None).body

    def journal(self) -> list[Any]:
        """What the mock has been asked in the main world, and what it answered."""
        found: list[Any] = self("GET", "/__mock__/requests", None).json["requests"]
        return found

    def reset(self) -> None:
        """Put the fixtures back."""
        assert self("POST", "/__mock__/reset", None).status == 200


def heard(response: http.client.HTTPResponse) -> Heard:
    """A response read to its end."""
    return Heard(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())


def run_mock(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m mockserver ...` run to its end."""
    return subprocess.run(
        [sys.executable, "-m", "mockserver", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={**os.environ, **environment},
        check=False,
    )


def taken_port() -> Iterator[int]:
    """A port on which something else listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


# Small OpenAPI documents ----------------------------------------------------------------------------------------------


def document(paths: Mapping[str, Any], schemas: Mapping[str, Any] | None = None, **top: Any) -> dict[str, Any]:
    """An OpenAPI document of these paths and schemas."""
    components = {"schemas": dict(schemas or {}), **top.pop("components", {})}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "paths": dict(paths),
        "components": components,
        **top,
    }


def answers(schema: Any = None, example: Any = NOTHING, *, status: int = 200, **others: Any) -> dict[str, Any]:
    """The responses of an operation: JSON of a schema under `status`, and others by `_404=(schema, example)`."""
    media: dict[str, Any] = {"schema": schema if schema is not None else {}}
    if example is not NOTHING:
        media["example"] = example
    found: dict[str, Any] = {str(status): {"description": "well", "content": {"application/json": media}}}
    for name, (other, shown) in others.items():
        said = {"schema": other} if shown is NOTHING else {"schema": other, "example": shown}
        found[name.lstrip("_")] = {"description": name, "content": {"application/json": said}}
    return found


def path_parameter(name: str = "id", schema: Any = None) -> dict[str, Any]:
    """A parameter of the path."""
    return {"name": name, "in": "path", "required": True, "schema": schema or {"type": "string"}}


def json_body(schema: Any) -> dict[str, Any]:
    """A required JSON body."""
    return {"required": True, "content": {"application/json": {"schema": schema}}}
