"""What a client and the terminal see while the store of the worlds fails: a 503, and one line for each outage."""

from __future__ import annotations

from collections.abc import Callable

from mockserver.background import warn
from mockserver.errors import StoreLost, store_refusal
from mockserver.exchange.cors import cors_headers, preflight
from mockserver.exchange.exchange import Exchange
from mockserver.messages import Answer
from mockserver.reply.problems import PROBLEM, Problems
from mockserver.reply.reply import merged_headers


class Outage:
    """Answers requests while the store fails; nothing is shown of a copy that may be old.

    A preflight is still allowed, since a browser would report the 503 of the request itself as a CORS error.
    """

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self.count: Callable[[str | None], None] | None = None  #: called with the operation of each 503
        self.lasts = False  #: whether the store failed at the last request

    def answer(self, lost: StoreLost, exchange: Exchange) -> Answer:
        """The answer to a request that the store failed."""
        if not self.lasts:
            self.lasts = True
            warn(f"requests get a 503 until the store works again: {lost}")
        origin = exchange.steering.origin
        allowed = preflight(exchange.request, origin, ())
        if allowed is not None:
            return Answer(204, merged_headers(allowed, cors_headers(origin or "", allowed)), b"")
        if self.count is not None:
            self.count(exchange.operation)
        reply = self._problems.problem(store_refusal(lost), 503)
        headers = (("Content-Type", PROBLEM), *reply.headers)
        if origin is not None:
            headers = merged_headers(headers, cors_headers(origin, headers))
        return Answer(503, headers, reply.body())

    def end(self) -> None:
        """Say that the store works again."""
        self.lasts = False
        warn("the store works again")
