"""One backend: its address, its connections, and the routes that lead to it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, Final

from mockserver.contract.operations.operation import Operation
from mockserver.errors import UsageError
from mockserver.messages import Request, Uploading
from mockserver.settings import Upstream
from mockserver.upstream.forward import Forwarder, Limit
from mockserver.upstream.head import Lines
from mockserver.upstream.headers import passed_headers, sent_headers
from mockserver.upstream.incoming import Incoming, NoAnswer
from mockserver.upstream.mirror import Seen
from mockserver.upstream.missing import Probe
from mockserver.upstream.outgoing import Outgoing
from mockserver.upstream.route import Router, routes_of
from mockserver.upstream.target import target_of
from mockserver.upstream.waiting import Then

_ABSENT: Final = {405: "the backend doesn't take the method", 501: "the backend answers 501"}


class Backend:
    """The backend that the settings name. Raises UsageError."""

    def __init__(
        self, upstream: Upstream, operations: Mapping[str, Operation], environment: Mapping[str, str] = os.environ
    ) -> None:
        self.target = target_of(upstream.url or "", "URL" if upstream.first else "--upstream")
        self.router = Router(routes_of(upstream), operations)
        self._authority = self.target.authority
        self.seen = Seen()
        self.ended: Callable[[Any], None] | None = None  #: records what was answered, once its body has passed
        self.step_aside: Callable[[], None] = lambda: None  #: called before a thread waits for the backend
        self._forwarder = Forwarder(self.target, upstream, environment)
        self._probe = Probe(self._forwarder.send, self.target.path)

    def ask(self, request: Request, limit: Limit) -> Incoming:
        """What the backend answers to a request, the body held as far as `limit` says. Raises NoAnswer."""
        self.step_aside()
        return self._forwarder.send(self._outgoing(request), limit)

    def begin(self, request: Request, limit: Limit, then: Then) -> bool:
        """Ask the backend without waiting: `then` is called with what it answers. False where that can't be done."""
        return self._forwarder.begin(self._outgoing(request), limit, then) is not None

    def _outgoing(self, request: Request) -> Outgoing:
        length, rest = (request.length, request.rest) if isinstance(request, Uploading) else (len(request.body), ())
        path = self.target.path(request.path, request.query)
        headers = sent_headers(request, self._authority)
        return Outgoing(request.method, path, headers, request.body, rest, length)

    def close(self) -> None:
        """End the connections that wait for a request."""
        self._forwarder.close()

    def passed(self, incoming: Incoming, request: Request) -> Lines:
        """The headers of an answer as the client gets them."""
        return passed_headers(incoming.head, request, self.target)

    def absent(self, answered: Incoming | NoAnswer, request: Request, operation: Operation) -> str:
        """Why the backend doesn't have an operation; empty where it does. A 404 may be that of a missing record."""
        if isinstance(answered, NoAnswer):
            return str(answered) if answered.absent else ""
        status = answered.status
        if status in self.router.routes.missing:
            return f"a {status} of the backend means that it has no such route (--missing)"
        if status in _ABSENT:
            return _ABSENT[status]
        if status != 404:
            return ""
        if not ("{" in operation.template or operation.response_for(404) is not None):
            return "the backend answers 404, which the operation doesn't declare"
        is_missing = self._probe.is_missing(request, answered, sent_headers(request, self._authority))
        return "the backend answers 404 as for a path that nobody has" if is_missing else ""


def backend_of(upstream: Upstream, operations: Mapping[str, Operation]) -> Backend | None:
    """The backend that the settings name; None where they name none.

    Raises UsageError for a URL, a rule or a file that can't be used, and for flags that need a backend.
    """
    if upstream.url is not None:
        return Backend(upstream, operations)
    given = {"--mock": upstream.mock, "--forward": upstream.forward, "--fallback": upstream.fallback,
             "--missing": upstream.missing, "--fail": upstream.fail, "--overlay": upstream.overlay}  # fmt: skip
    flag = next((name for name, value in given.items() if value), None)
    if flag is not None:
        raise UsageError("needs a backend", place=flag, fix="add --upstream http://localhost:8000")
    return None
