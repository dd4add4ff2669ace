"""One request and its answer: what is known of it while it is answered, and then its journal entry."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from mockserver.errors import Violation
from mockserver.exchange.faults import Disturbance
from mockserver.exchange.steering import UNSTEERED, Steering
from mockserver.messages import Answer, Request
from mockserver.state.collection import Record
from mockserver.state.world import Past, World

UNANSWERED: Final = Answer(0)
DELIVERED, UNDELIVERED = "delivered", "undelivered"
OUTGOING: Final = frozenset((DELIVERED, UNDELIVERED))
"""The verdicts of requests that the API itself has sent."""
WHY: Final = "Mock-Why"
"""The header that says where an answer is explained."""
EXPLANATION: Final = "/__mock__/worlds/%s/requests/%d/why"
"""Its value, for a world and the number of the journal entry."""


def address(url: str, path: str) -> str:
    """The address of a request for a path of the mock at `url`; what the mock itself sends has a whole address."""
    from urllib.parse import quote

    return path if "://" in path[:8] else url + quote(path)


def numbered(answer: Answer, world: str, number: int) -> Answer:
    """An answer that was made before its journal entry had a number, with that number."""
    headers = [*answer.headers]
    for place, (name, _) in enumerate(headers):
        if name == WHY:
            headers[place] = (name, EXPLANATION % (world, number))
    return msgspec.structs.replace(answer, headers=tuple(headers))


class Exchange(msgspec.Struct):
    """One request and its answer. The pipeline fills it in, stage by stage; once kept in a journal it stays as it is.

    It names operation, user and world instead of holding them: an entry may outlive the contract that it was made by.
    """

    request: Request
    steering: Steering = UNSTEERED
    operation: str | None = None
    user: str | None = None
    world: str = ""  #: the world that the request is performed and journaled in
    before: World | None = None  #: the world just before, to rewind to
    version: Any = None  #: of the world that the store is to have or has now, until the exchange is kept
    at: int = 0  #: the world's clock
    verdict: str = "kept"  #: `kept`, `refused`, `fault`, `broken`, or that of what the API sends
    reason: str = ""  #: why a request was refused or an answer withheld; empty otherwise
    disturbance: Disturbance | None = None
    violations: tuple[Violation, ...] = ()  #: breaches of the contract by the answer, or of the request by the client
    changes: tuple[Any, ...] = ()
    selected: Record | str | None = None  #: the record that the operation selected, or why there was none
    answer: Answer = UNANSWERED
    micros: int = 0  #: how long the answer took
    number: int = 0  #: in the journal of its world
    place: int = 0  #: in the journals of all worlds together
    weight: int = 0  #: the bytes that the journal counts for it
    by: str = ""  #: `mock` or `backend`, where there is a backend
    because: str = ""  #: why that one answered
    past: Past | None = None  #: where the log has the world just before, for an entry that was read from a store
    deliveries: tuple[str, ...] = ()  #: what the request makes its API send, or the delivery that was attempted
    passing: bool = False  #: whether the body passes in pieces, and the entry has none of them, or one
    size: int = 0  #: bytes of a body of which only the beginning is kept; 0 where it is whole

    @property
    def fault(self) -> str:
        """What was made to go wrong; empty when nothing was."""
        return "" if self.disturbance is None else str(self.disturbance)
