"""A receiver of callbacks and webhooks, and mocks that send to it."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from tests.support import TIMEOUT


class Received(NamedTuple):
    """One request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The decoded body."""
        return json.loads(self.body)


class Receiver:
    """A server that keeps what it is sent, and answers with `answers` in turn, the last of them again and again."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answers: list[tuple[int, dict[str, str]]] = [(204, {})]
        self.came = threading.Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): text for name, text in self.headers.items()}
                with outer.came:
                    place = min(len(outer.received), len(outer.answers) - 1)
                    outer.received.append(Received(self.command, self.path, headers, body))
                    outer.came.notify_all()
                status, more = outer.answers[place]
                self.send_response(status)
                for name, text in {"Content-Length": "0", **more}.items():
                    self.send_header(name, text)
                self.end_headers()

            do_POST = do_PUT = do_PATCH = do_GET = do_DELETE = handle_any  # noqa: N815 - the names that the library calls

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self) -> str:
        """The address at which it listens."""
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    def wait(self, count: int) -> list[Received]:
        """What has come, once it is so many."""
        with self.came:
            assert self.came.wait_for(lambda: len(self.received) >= count, timeout=TIMEOUT), self.received
            return list(self.received)

    def clear(self) -> None:
        """Forget what came, and accept everything."""
        self.received, self.answers = [], [(204, {})]

    def stop(self) -> None:
        """Listen no more."""
        self.server.shutdown()
        self.server.server_close()
