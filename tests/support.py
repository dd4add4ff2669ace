"""Helpers of many tests: a settable clock, a client of the pipeline, a mock process, and small documents."""

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
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mockserver.clock import parse_instant
from mockserver.exchange.engine import Engine
from mockserver.messages import Request
from mockserver.settings import Settings, bundled
from mockserver.state.store import MemoryStore

ROOT = Path(__file__).resolve().parent.parent
START = parse_instant("2026-01-15T12:00:00Z")
"""The time at which every test begins."""
TIMEOUT = 120
"""Seconds that a slow machine may take to start or end a process."""
SPANS = (1, 5, 25)
"""Seconds of a wait that a test has to be faster than: where a machine is too slow for one, the test takes the next."""
NOTHING: Any = object()


class Clock:
    """A source of time that a test sets; instants are milliseconds."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def advance(self, **span: float) -> None:
        """Advance the time, by the arguments of `timedelta`."""
        self.now += timedelta(**span) // timedelta(milliseconds=1)


@dataclass(frozen=True)
class ClientResponse:
    """A response as a client receives it; header names in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Ask:
    """A small client of a pipeline; the path is percent-decoded, as the server passes it."""

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
    ) -> ClientResponse:
        """Send a request; a `token` of None sends no token, `json` sends its value as JSON."""
        sent, body = _prepare_request(self.token if token is NOTHING else token, json, body, headers)
        response = self.engine.pipeline.respond(Request(method, path, query, sent, body))
        return ClientResponse(response.status, {name.lower(): value for name, value in response.headers}, response.body)

    def records(self, collection: str, world: str = "main") -> dict[str, Mapping[str, Any]]:
        """The stored records of a world by key, in order, including expired ones."""
        stored = self.engine.store.load(world)[0].collections[collection]
        return {key: record for key, (_, record) in sorted(stored.records.items(), key=lambda item: item[1][0])}


def _prepare_request(
    token: str | None, value: Any, body: bytes, headers: Mapping[str, str] | None
) -> tuple[dict[str, str], bytes]:
    sent = {} if token is None else {"authorization": f"Bearer {token}"}
    if value is not NOTHING:
        sent["content-type"], body = "application/json", json.dumps(value).encode()
    return {**sent, **(headers or {})}, body


def bundled_settings(**changes: Any) -> Settings:
    """The settings of a mock that is started without flags, whose store has the time of a slow machine."""
    defaults: dict[str, Any] = {
        "spec": str(bundled("spec/openapi.yaml")),
        "behaviours": bundled("spec/behaviours.yaml"),
        "fixtures": (bundled("fixtures"),),
        "store_timeout": TIMEOUT * 1000,
    }
    return Settings(**{**defaults, **changes})


def stored_where_asked(folder: str) -> dict[str, Any]:
    """The settings with which `TESTED_STORE=sqlite` or `=redis://...` has the tests keep worlds in a store."""
    wanted = os.environ.get("TESTED_STORE", "")
    if wanted == "sqlite":
        return {"store": f"sqlite:{folder}/worlds.db"}
    return {"store": wanted, "namespace": uuid.uuid4().hex} if wanted else {}


def in_memory(engine: Engine) -> None:
    """Skip a test that sets limits of the memory, where `TESTED_STORE` has it run on a store."""
    if not isinstance(engine.store, MemoryStore):
        pytest.skip("sets limits of the memory")


class LiveMock:
    """`python -m mockserver mock`, or the command that `run` begins with, in a separate process on a free port."""

    def __init__(
        self,
        *arguments: str,
        log_format: str = "json",
        program: Sequence[str] = ("-m", "mockserver"),
        folder: Path = ROOT,
        run: Sequence[str] = ("mock",),
    ) -> None:
        self.lines: list[str] = []
        self._unread: queue.SimpleQueue[str] = queue.SimpleQueue()
        command = [sys.executable, *program, *run, "--port", "0", "--log-format", log_format, *arguments]
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
                self._unread.put(line)

    def next_line(self, timeout: float = TIMEOUT) -> str:
        """The next unread line of the output."""
        return self._unread.get(timeout=timeout)

    def wait_until_started(self, timeout: float = TIMEOUT) -> LiveMock:
        """Wait until the mock listens, and return it."""
        try:
            self.banner = json.loads(self.next_line(timeout))
        except BaseException:
            self.kill()
            raise
        self.url: str = self.banner["url"]
        self.port = int(self.url.rpartition(":")[2])
        return self

    def interrupt(self) -> int:
        """Send Ctrl-C to the process group, and return the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.wait_for_exit()

    def wait_for_exit(self) -> int:
        """Wait until the process and its output have ended, and return the exit code."""
        try:
            code = self.process.wait(TIMEOUT)
        finally:
            self.kill()
        self._reader.join(TIMEOUT)
        return code

    def kill(self) -> None:
        """Kill the process group immediately."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        finally:
            self.process.wait(TIMEOUT)

    def status_of_devices(self, **headers: str) -> int:
        """The status of `GET /devices`, asked by alice on a connection of its own."""
        connection = self.connection()
        try:
            connection.request("GET", "/devices", headers={"Authorization": "Bearer alice-token", **headers})
            response = connection.getresponse()
            response.read()
            return response.status
        finally:
            connection.close()

    def connection(self) -> http.client.HTTPConnection:
        """A new connection to the mock."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)

    def __call__(
        self,
        method: str,
        path: str,
        token: str | None = "alice-token",
        *,
        json: Any = NOTHING,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> ClientResponse:
        """Send a request on a new connection; the path is sent unchanged."""
        sent, body = _prepare_request(token, json, body, headers)
        connection = self.connection()
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in sent.items():
                connection.putheader(name, value)
            if body and "transfer-encoding" not in sent:
                connection.putheader("content-length", str(len(body)))
            connection.endheaders(body or None)
            return read_response(connection.getresponse())
        finally:
            connection.close()

    def raw(self, sent: bytes) -> ClientResponse:
        """Send exactly these bytes on a new connection, and return the response; status 0 if there is none."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT) as connection:
            connection.sendall(sent)
            response = http.client.HTTPResponse(connection)
            try:
                response.begin()
            except (http.client.HTTPException, ConnectionError):
                return ClientResponse(0)
            return read_response(response)

    def state(self) -> bytes:
        """The stored records, byte for byte."""
        return self("GET", "/__mock__/state", None).body

    def journal(self) -> list[Any]:
        """The journal entries of the main world."""
        entries: list[Any] = self("GET", "/__mock__/requests", None).json["requests"]
        return entries

    def reset(self) -> None:
        """Reset the mock to its fixtures."""
        assert self("POST", "/__mock__/reset", None).status == 200


def read_response(response: http.client.HTTPResponse) -> ClientResponse:
    """Read a response completely."""
    return ClientResponse(
        response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    )


def run_mock(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m mockserver ...` until it exits."""
    return run_process([sys.executable, "-m", "mockserver", *arguments], **environment)


def run_process(command: Sequence[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command at the top of the clone until it exits."""
    return subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        env={**os.environ, **environment},
        check=False,
    )


def taken_port() -> Iterator[int]:
    """A port on which another process listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


# Small OpenAPI documents ----------------------------------------------------------------------------------------------


def document(paths: Mapping[str, Any], schemas: Mapping[str, Any] | None = None, **top: Any) -> dict[str, Any]:
    """An OpenAPI document with these paths and schemas."""
    components = {"schemas": dict(schemas or {}), **top.pop("components", {})}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "paths": dict(paths),
        "components": components,
        **top,
    }


def answers(schema: Any = None, example: Any = NOTHING, *, status: int = 200, **others: Any) -> dict[str, Any]:
    """The responses of an operation: JSON with a schema for `status`, and others as `_404=(schema, example)`."""
    media: dict[str, Any] = {"schema": schema if schema is not None else {}}
    if example is not NOTHING:
        media["example"] = example
    responses: dict[str, Any] = {str(status): {"description": "well", "content": {"application/json": media}}}
    for name, (other, other_example) in others.items():
        content = {"schema": other} if other_example is NOTHING else {"schema": other, "example": other_example}
        responses[name.lstrip("_")] = {"description": name, "content": {"application/json": content}}
    return responses


def path_parameter(name: str = "id", schema: Any = None) -> dict[str, Any]:
    """A path parameter."""
    return {"name": name, "in": "path", "required": True, "schema": schema or {"type": "string"}}


def json_body(schema: Any) -> dict[str, Any]:
    """A required JSON body."""
    return {"required": True, "content": {"application/json": {"schema": schema}}}
