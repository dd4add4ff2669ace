"""A request that may be passed on, what the backend has answered it, and how that leaves."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from mockserver.contract.operations import media
from mockserver.errors import Violation
from mockserver.exchange.exchange import Exchange
from mockserver.messages import Answer, Passing, Request, Uploading
from mockserver.reply.reply import Reply
from mockserver.upstream.backend import Backend
from mockserver.upstream.incoming import Incoming, NoAnswer


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

    __slots__ = ("altered", "body", "failure", "fallback", "incoming", "said")

    def __init__(self) -> None:
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
                self.incoming = backend.ask(request)
                if holds(self.incoming, limit):
                    self.incoming.hold(limit)
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
    return Asked(
        request.method,
        request.path,
        request.query,
        request.headers,
        request.body,
        rest=rest,
        length=length,
        told=Told(),
    )


def plain(request: Request) -> Request:
    """The request as the journal keeps it."""
    return Request(request.method, request.path, request.query, request.headers, request.body)


def holds(incoming: Incoming, limit: int) -> bool:
    """Whether the body of an answer is read before it leaves: it may have to be checked, isn't a stream of events, and
    isn't too large. One of unknown length is read where it is of a kind that can be checked."""
    if incoming.is_bodiless:
        return True
    if _is_stream(incoming):
        return False
    length = incoming.length
    if length is not None:
        return length <= limit
    return media.kind(media.split(incoming.header("content-type"))[0]) in ("json", "text", "form")


def _is_stream(incoming: Incoming) -> bool:
    return media.kind(media.split(incoming.header("content-type"))[0]) in media.SEQUENTIAL
