"""A small service on a socket, written without any of the project's code: notes that can be made, changed and removed.

What differs from test to test is a subclass. The service logs each request that it gets.
"""

from __future__ import annotations

import itertools
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

TOKEN = "token-of-a-reader"
JSON = "application/json"


@dataclass(frozen=True)
class Asked:
    """A request as the service sees it."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    query: str = ""

    @property
    def json(self) -> Any:
        """The body as JSON, None where it isn't."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def token(self) -> str:
        """The bearer token."""
        return self.headers.get("Authorization", "").removeprefix("Bearer ")


@dataclass
class Reply:
    """What the service answers."""

    status: int
    value: Any = None
    headers: Mapping[str, str] | Sequence[tuple[str, str]] = field(default_factory=dict)
    raw: bytes | None = None  #: a body that is sent as it is, also where HTTP has none; `value` is JSON


class Small:
    """The base of small services: `answer` decides on each request, `log` holds them."""

    def __init__(self) -> None:
        self.log: list[Asked] = []
        self.lock = threading.Lock()

    def answer(self, asked: Asked) -> Reply:
        """The answer to a request."""
        raise NotImplementedError

    def wait(self) -> None:
        """What passes before each answer; others may be given meanwhile."""

    def count(self, method: str, path: str = "") -> int:
        """How many requests with this method came, at a path or below it."""
        return sum(asked.method == method and asked.path.startswith(path) for asked in self.log)


class Table(Small):
    """Answers each method and path of a table in the same way; 405 and 404 for all others."""

    def __init__(self, table: Mapping[str, Reply | Callable[[Asked], Reply]]) -> None:
        super().__init__()
        self.table = table

    def answer(self, asked: Asked) -> Reply:
        method = "GET" if asked.method == "HEAD" else asked.method
        found = self.table.get(f"{method} {asked.path}")
        if found is None:
            allowed = sorted(key.partition(" ")[0] for key in self.table if key.partition(" ")[2] == asked.path)
            refused = Reply(405, {"error": "method"}, {"Allow": ", ".join(allowed)})
            return refused if allowed else Reply(404, {"error": "path"})
        return found if isinstance(found, Reply) else found(asked)


class Notes(Small):
    """Three notes that were there, and those that are made."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: dict[str, dict[str, Any]] = {f"n{at}": {"id": f"n{at}", "text": f"note {at}"} for at in (1, 2, 3)}
        self.numbers = itertools.count(4)
        self.tokens = {TOKEN}

    def answer(self, asked: Asked) -> Reply:
        if asked.token not in self.tokens:
            return Reply(401, {"error": "token"}, {"WWW-Authenticate": "Bearer"})
        steps = asked.path.strip("/").split("/")
        if steps == ["session", "end"]:
            return self.end(asked)
        if steps == ["notes"]:
            return self.all(asked)
        if len(steps) == 2 and steps[0] == "notes":
            return self.one(asked, steps[1])
        return Reply(404, {"error": "path"})

    def end(self, asked: Asked) -> Reply:
        if asked.method not in {"GET", "HEAD"}:
            return Reply(405, {"error": "method"}, {"Allow": "GET"})
        self.tokens.discard(asked.token)
        return Reply(200, {"ended": True})

    def all(self, asked: Asked) -> Reply:
        if asked.method in {"GET", "HEAD"}:
            return Reply(200, list(self.notes.values()))
        if asked.method != "POST":
            return Reply(405, {"error": "method"}, {"Allow": "GET, POST"})
        return self.refused(asked) or self.make(asked.json)

    def make(self, note: dict[str, Any]) -> Reply:
        made = {"id": f"n{next(self.numbers)}", "text": note["text"]}
        self.notes[made["id"]] = made
        return Reply(201, made, {"Location": f"/notes/{made['id']}"})

    def one(self, asked: Asked, name: str) -> Reply:
        if asked.method not in {"GET", "HEAD", "PUT", "DELETE"}:
            return Reply(405, {"error": "method"}, {"Allow": "GET, PUT, DELETE"})
        if asked.method == "PUT" and (refused := self.refused(asked)):
            return refused
        if name not in self.notes:
            return Reply(404, {"error": "no such note"})
        if asked.method == "DELETE":
            del self.notes[name]
            return Reply(204)
        if asked.method == "PUT":
            self.notes[name] = {"id": name, "text": asked.json["text"]}
        return Reply(200, self.notes[name])

    def refused(self, asked: Asked) -> Reply | None:
        note = asked.json
        if not asked.headers.get("Content-Type", "").startswith(JSON):
            return Reply(415, {"error": "JSON, please"})
        is_note = isinstance(note, dict) and isinstance(note.get("text"), str) and set(note) == {"text"}
        return None if is_note and 1 <= len(note["text"]) <= 40 else Reply(400, {"error": "text"})


@contextmanager
def serving(service: Small, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve on a free port of the loopback interface, by TLS where there is a context; yields the base URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(service))
    server.daemon_threads = True
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def handler_of(service: Small) -> type[BaseHTTPRequestHandler]:
    """The handler class of a service."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def take(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(self.command, unquote(parts.path), dict(self.headers), body, parts.query)
            service.wait()
            with service.lock:
                service.log.append(asked)
                reply = service.answer(asked)
            self.give(reply)

        def give(self, reply: Reply) -> None:
            body = (
                reply.raw if reply.raw is not None else b"" if reply.status == 204 else json.dumps(reply.value).encode()
            )
            headers = list(reply.headers.items() if isinstance(reply.headers, Mapping) else reply.headers)
            given = {name.lower() for name, _ in headers}
            if reply.raw is None and reply.status != 204 and "content-type" not in given:
                headers.append(("Content-Type", JSON))
            if "content-length" not in given and (reply.status != 204 or reply.raw is not None):
                headers.append(("Content-Length", str(len(body))))
            self.send_response(reply.status)
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_TRACE = take  # noqa: N815 - the names that the server calls
        do_QUERY = do_SEARCH = do_PURGE = take  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def contract_of_notes() -> dict[str, Any]:
    """The contract of `Notes`."""
    error = {"description": "Refused", "content": {JSON: {"schema": {"type": "object", "required": ["error"]}}}}
    note = {
        "type": "object",
        "required": ["id", "text"],
        "properties": {"id": {"type": "string"}, "text": {"type": "string"}},
    }
    text = {"type": "string", "minLength": 1, "maxLength": 40}
    new = {"type": "object", "required": ["text"], "additionalProperties": False, "properties": {"text": text}}

    def answers(schema: Any, status: str, *refusals: str) -> dict[str, Any]:
        success: dict[str, Any] = {"description": "Done"}
        if schema is not None:
            success["content"] = {JSON: {"schema": schema}}
        return {status: success, **dict.fromkeys(("401", *refusals), error)}

    body = {"required": True, "content": {JSON: {"schema": new}}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Notes", "version": "1"},
        "security": [{"bearer": []}],
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        "paths": {
            "/session/end": {
                "get": {
                    "operationId": "endSession",
                    "tags": ["session"],
                    "responses": answers({"type": "object"}, "200"),
                },
            },
            "/notes": {
                "get": {
                    "operationId": "listNotes",
                    "responses": answers({"type": "array", "items": note}, "200"),
                },
                "post": {
                    "operationId": "createNote",
                    "requestBody": body,
                    "responses": answers(note, "201", "400", "415"),
                },
            },
            "/notes/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "get": {"operationId": "getNote", "responses": answers(note, "200", "404")},
                "put": {
                    "operationId": "changeNote",
                    "requestBody": body,
                    "responses": answers(note, "200", "400", "404", "415"),
                },
                "delete": {"operationId": "deleteNote", "responses": answers(None, "204", "404")},
            },
        },
    }
