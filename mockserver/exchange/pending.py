"""Answers that wait until their journal entry, and what they rest on, are kept in a store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from mockserver.exchange.exchange import Exchange
from mockserver.exchange.journals import Keeping
from mockserver.messages import Answer
from mockserver.state.store import Outrun


class Ending(Protocol):
    """What makes the answers at the end of a request."""

    def kept(self, exchange: Exchange) -> Answer:
        """The answer to a request that is in the journal."""

    def unkept(self, error: Exception, exchange: Exchange) -> Answer:
        """The answer to a request that can't be kept."""


class Pending:
    """The answer to a request, before it may leave; `again` answers it anew, from what it has seen of its world."""

    __slots__ = ("_again", "_ending", "_exchange", "keeping")

    def __init__(
        self, keeping: Keeping, exchange: Exchange, again: Callable[[Any], Answer | Pending], ending: Ending
    ) -> None:
        self.keeping, self._exchange, self._again, self._ending = keeping, exchange, again, ending

    def followed(self, change: Callable[[Answer], Answer]) -> Pending:
        """The same, with a change to the answer before it leaves."""
        return Pending(self.keeping, self._exchange, self._again, _Changed(self._ending, change))

    def awaited(self) -> Answer:
        """The answer, once it may leave."""
        answer: Answer | Pending = self
        while isinstance(answer, Pending):
            answer.keeping.wait()
            answer = answer.finished()
        return answer

    def later(self, send: Callable[[Answer], object]) -> None:
        """Call `send` with the answer once it may leave, in whatever thread."""
        self.keeping.later(lambda: self._sent(send))

    def _sent(self, send: Callable[[Answer], object]) -> None:
        answer = self.finished()
        if isinstance(answer, Pending):
            answer.later(send)
        else:
            send(answer)

    def finished(self) -> Answer | Pending:
        """The answer, once its entry is kept or can't be; another one to wait for where it must be made again."""
        try:
            self.keeping.finish()
        except Outrun as outrun:
            return self._again(outrun.seen)
        except Exception as error:  # noqa: BLE001 - the client gets an answer whatever happens
            return self._ending.unkept(error, self._exchange)
        return self._ending.kept(self._exchange)


class _Changed:
    """An ending whose answers are changed before they leave."""

    __slots__ = ("_change", "_ending")

    def __init__(self, ending: Ending, change: Callable[[Answer], Answer]) -> None:
        self._ending, self._change = ending, change

    def kept(self, exchange: Exchange) -> Answer:
        """The answer, changed."""
        return self._change(self._ending.kept(exchange))

    def unkept(self, error: Exception, exchange: Exchange) -> Answer:
        """The answer to a request that can't be kept, as it is."""
        return self._ending.unkept(error, exchange)
