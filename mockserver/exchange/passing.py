"""A request that may be passed on, what the backend has answered it, and how that leaves."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, partial
from time import perf_counter_ns

import msgspec
from msgspec.structs import replace

from mockserver.contract.contract import Match
from mockserver.contract.operations import media
from mockserver.errors import Violation
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.tapping import Tap
from mockserver.messages import Answer, Passing, Request, Uploading
from mockserver.reply.reply import Reply
from mockserver.upstream.backend import Backend
from mockserver.upstream.incoming import Incoming, NoAnswer
from mockserver.upstream.route import Chosen


class Said(msgspec.Struct, frozen=True):
    """The backend's answer, and what is known of it."""

    reply: Reply
    verdict: str
    reason: str
    violations: tuple[Violation, ...]
    because: str

    @classmethod
    def of(cls, exchange: Exchange, reply: Reply) -> Said:
        """What an exchange knows of its answer."""
        return cls(reply, exchange.verdict, exchange.reason, exchange.violations, exchange.because)

    def again(self, exchange: Exchange) -> Reply:
        """The answer once more, in an exchange that begins anew."""
        exchange.verdict, exchange.reason = self.verdict, self.reason
        exchange.violations, exchange.because = self.violations, self.because
        return self.reply


class Told:
    """What the backend has answered one request: it is asked once, also where the answer must be made anew."""

    __slots__ = (
        "altered", "body", "chosen", "failure", "fallback", "incoming", "match", "pipeline", "request", "said",
        "started", "tap", "world",
    )  # fmt: skip

    def __init__(self, request: Request) -> None:
        self.request = request  #: as the journal keeps it
        self.started = perf_counter_ns()
        self.pipeline: object = None  #: the pipeline that has found out what follows
        self.match: Match | None = None
        self.chosen: Chosen | None = None
        self.world = ""
        self.tap: Tap | None = None  #: looks at a body that passes in pieces
        self.incoming: Incoming | None = None
        self.failure: NoAnswer | None = None
        self.body: bytes | None = None  #: without its codings; None where it isn't known
        self.fallback = ""  #: why the mock answers in its place
        self.said: Said | None = None  #: the answer, once it has been checked
        self.altered = False  #: whether a fault changes the body, or the mock answers in the place of the backend

    def ask(self, backend: Backend, request: Request, limit: int) -> Incoming | NoAnswer:
        """What the backend answers, its body held where it can be checked and isn't larger than the limit."""
        if self.failure is None and self.incoming is None:
            try:
                self.incoming = backend.ask(request, partial(held_of, limit))
            except NoAnswer as failure:
                self.failure, self.incoming = failure, None
        if self.failure is not None:
            return self.failure
        assert self.incoming is not None  # noqa: S101 - one of both is there
        return self.incoming

    def leaving(self, answer: Answer) -> Answer:
        """The answer as it leaves: with the bytes of the backend, in pieces where they have not been held."""
        incoming = self.incoming
        if incoming is None or type(answer) is not Answer:
            return answer
        if self.altered:
            self.drop()
            return answer
        if incoming.whole and not incoming.is_bodiless:
            return replace(answer, body=incoming.held)
        pieces: Iterable[bytes] = () if incoming.is_bodiless else incoming.pieces(patient=_is_stream(incoming))
        if self.tap is not None and not incoming.is_bodiless:
            pieces = self.tap.over(pieces)
        return Passing(answer.status, answer.headers, b"", answer.transport, pieces, incoming.length)

    def drop(self) -> None:
        """Leave what of the answer hasn't been read."""
        if self.incoming is not None and not self.incoming.whole:
            self.incoming.close()
        self.incoming = None


class Asked(Uploading, frozen=True):
    """A request with what the backend has answered it."""

    told: Told | None = None


def asked(request: Request) -> Asked:
    """The request, before the backend is asked."""
    rest, length = (request.rest, request.length) if isinstance(request, Uploading) else ((), len(request.body))
    parts = (request.method, request.path, request.query, request.headers, request.body)
    told = Told(request if type(request) is Request else Request(*parts, request.secure))
    return Asked(*parts, secure=request.secure, rest=rest, length=length, told=told)


def held_of(limit: int, incoming: Incoming) -> int:
    """How many bytes of an answer are read before it leaves: it may have to be checked, isn't a stream of events, and
    isn't too large; -1 for none. One of unknown length is read where it is of a kind that can be checked."""
    if incoming.is_bodiless:
        return limit
    kind, length = _kind(incoming.content_type), incoming.length
    if kind in media.SEQUENTIAL:
        return -1
    return limit if (kind in ("json", "text", "form") if length is None else length <= limit) else -1


def is_text(incoming: Incoming) -> bool:
    """Whether a body is text without codings, in lines or otherwise."""
    kind = _kind(incoming.content_type)
    return (kind == "text" or kind in media.SEQUENTIAL) and not incoming.header("content-encoding")


def _is_stream(incoming: Incoming) -> bool:
    return _kind(incoming.content_type) in media.SEQUENTIAL


@lru_cache(maxsize=1000)
def _kind(content_type: str) -> str:
    return media.kind(media.split(content_type)[0])
