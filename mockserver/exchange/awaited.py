"""An answer that the backend has been asked for: nobody waits in a thread until it comes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Final, Protocol

from mockserver.background import start
from mockserver.exchange.passing import Asked, Told, held_of
from mockserver.exchange.pending import Pending
from mockserver.messages import Answer
from mockserver.upstream.backend import Backend
from mockserver.upstream.incoming import Incoming, NoAnswer

_LARGE: Final = 256 * 1024
"""From how many bytes on a body is checked in a thread of its own: the one that waits for all has others to serve."""


class Answers(Protocol):
    """What answers a request, once the backend has."""

    backend: Backend

    def perform(self, request: Asked) -> Answer | Pending:
        """The answer to a request."""


class Awaited(Pending):
    """The answer to a request that the backend has been sent; it is made where the backend's comes."""

    __slots__ = ("_answer", "_answers", "_one", "_send", "_turn")

    def __init__(self, answers: Answers, one: Asked) -> None:
        self._answers, self._one = answers, one
        self._turn = threading.Lock()
        self._answer: Answer | Pending | None = None
        self._send: Callable[[Answer], object] | None = None

    def begin(self, told: Told, limit: int) -> bool:
        """Ask the backend; False where that can't be done without waiting."""
        return self._answers.backend.begin(self._one, partial(held_of, limit), partial(self._came, told))

    def _came(self, told: Told, incoming: Incoming, problem: Exception | None) -> None:
        """The backend has answered, or won't; one that closed a kept connection just now is asked again."""
        if problem is None:
            told.incoming = incoming
            if incoming.status == 404 or len(incoming.held) > _LARGE:  # to tell a 404, the backend may be asked again
                start("answer", self._make)
                return
        elif isinstance(problem, NoAnswer):
            told.failure = problem
        else:
            start("answer", self._make)
            return
        self._make()

    def _make(self) -> None:
        answer = self._answers.perform(self._one)
        with self._turn:
            self._answer, send, self._send = answer, self._send, None  # what sends it knows this: a cycle
        if send is not None:
            _sent(answer, send)

    def later(self, send: Callable[[Answer], object]) -> None:
        """Call `send` with the answer once it may leave, in whatever thread."""
        with self._turn:
            answer = self._answer
            self._send = send if answer is None else None
        if answer is not None:
            _sent(answer, send)

    def awaited(self) -> Answer:
        """The answer, once it may leave."""
        found: SimpleQueue[Answer] = SimpleQueue()
        self.later(found.put)
        return found.get()


def _sent(answer: Answer | Pending, send: Callable[[Answer], object]) -> None:
    if isinstance(answer, Pending):
        answer.later(send)
    else:
        send(answer)
