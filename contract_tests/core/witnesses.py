"""Reads with the user's credentials that have worked: whether they still do says whether a session is over.

A server says this in many ways: 401, 403, a redirect or a page to sign in, 404 for everything. Each of them may also be
the fault of one operation, or the end of one record. So a session counts as over only where each read that had worked
fails now, and where 401 says why, several operations fail, or the server answers a path that it hasn't in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.contract import SAFE_METHODS, Operation
from contract_tests.core.routes import Ask, is_told_apart
from contract_tests.core.signs import ABSENT, HIDING, is_refusal

MOST: Final = 3  # reads that are sent again


Shape = frozenset[str] | str


@dataclass(frozen=True)
class Read:
    """A read that had worked, and whether it names a record."""

    sent: Sent
    operation: str
    names_record: bool
    shape: Shape


@dataclass
class Witnesses:
    """What had worked: the first read of each operation, most likely of what was there before the run."""

    reads: dict[str, Read] = field(default_factory=dict)
    unchanged: set[str] = field(default_factory=set)  #: operations whose read has worked since the last accepted write
    failing: set[str] = field(default_factory=set)  #: operations that failed since anything has worked

    def saw(self, answer: Answer, operation: Operation) -> None:
        """Take note of a success with the user's credentials."""
        if answer.sent.method == "GET":
            read = Read(answer.sent, operation.id, bool(operation.path_names), shape_of(answer))
            if self.reads.setdefault(operation.id, read).sent.url == answer.sent.url:
                self.unchanged.add(operation.id)
        elif answer.sent.method not in SAFE_METHODS:
            self.unchanged.clear()

    def saw_failing(self, answer: Answer, operation: Operation | None) -> None:
        """Take note of a failure, unless it may be the end of one record."""
        if operation is None:
            return
        if answer.ok or is_refusal(answer, operation) or not operation.path_names:
            self.failing.add(operation.id)

    def is_strange(self, answer: Answer) -> bool:
        """Whether a success has nothing in common with what the same operation had shown."""
        read = self.reads.get(answer.operation_id)
        return read is not None and answer.ok and answer.sent.method == "GET" and differs(read.shape, shape_of(answer))

    def first(self) -> Sent | None:
        """The read that is asked for first: one that no write can have ended."""
        return next((read.sent for read in self._in_order()), None)

    def lost(self, ask: Ask, renewed: Callable[[Sent], Sent]) -> Answer | None:
        """The answer that shows that the session is over; None where nothing shows it."""
        over, failing = list[Answer](), {*self.failing}
        for read in self._in_order()[:MOST]:
            again = ask(renewed(read.sent))
            if again is None or not is_hidden(again, read):
                return None
            if again.status != ABSENT or (self._lasts(read) and not is_told_apart(ask, again.sent)):
                over.append(again)
                failing.add(read.operation)
        if not over:
            return None
        is_clear = over[0].status in {401, ABSENT} or len(failing) > 1 or not is_told_apart(ask, over[0].sent)
        return over[0] if is_clear else None

    def _lasts(self, read: Read) -> bool:
        """Whether what was read must still be there."""
        return not read.names_record or read.operation in self.unchanged

    def _in_order(self) -> list[Read]:
        return sorted(self.reads.values(), key=lambda read: read.names_record)


def is_hidden(again: Answer, read: Read) -> bool:
    """Whether a read that had worked is now answered as to a user who isn't signed in."""
    return differs(read.shape, shape_of(again)) if again.ok else again.status in HIDING


def shape_of(answer: Answer) -> Shape:
    """The names of an object's members, `list`, or the media type of what is neither."""
    if isinstance(answer.json, Mapping):
        return frozenset(answer.json)
    return "list" if isinstance(answer.json, list) else answer.media_type


def differs(before: Shape, now: Shape) -> bool:
    """Whether two successes of one read have nothing in common; objects may have no members."""
    if isinstance(before, frozenset) and isinstance(now, frozenset):
        return bool(before and now) and not before & now
    return before != now
