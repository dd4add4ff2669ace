"""What a control call is and what it gives: plain values, so that the handlers know no web framework."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any

from mockserver.contract.operations.operation import ABSENT
from mockserver.errors import Refused
from mockserver.exchange.engine import Engine
from mockserver.messages import Inputs
from mockserver.settings import PREFIX
from mockserver.state.store import MAIN
from mockserver.state.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the control surface that its contract has accepted."""

    engine: Engine
    inputs: Inputs
    headers: Mapping[str, str]
    url: str  #: the address by which the caller knows the mock
    document: Mapping[str, Any]  #: the contract of the surface, as served
    streams: BoundedSemaphore  #: how many event streams may still be opened

    @property
    def world(self) -> str:
        """The name of the world that the call is about."""
        name: str = self.inputs.path["world"]
        return name

    @property
    def body(self) -> Any:
        """The body; an empty object where none was sent."""
        return self.inputs.body if self.inputs.body is not None else {}

    def query(self, name: str, default: Any = None) -> Any:
        """A query parameter, or its default."""
        return self.inputs.query.get(name, default)

    def existing(self) -> World:
        """The world that the call is about; `Refused(404)` when nobody has used it, but for `main`."""
        if self.world == MAIN:
            return self.engine.store.load(MAIN)[0]
        held = self.engine.store.find(self.world)
        if held is None:
            raise no_world(self.world)
        return held[0]


@dataclass(frozen=True, slots=True)
class Result:
    """What a call gives: a value to be written as JSON, a text, or a stream."""

    value: Any = ABSENT
    status: int = 200
    media: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    stream: Iterator[bytes] | None = None


Handler = Callable[[Call], Result]


def no_world(name: str) -> Refused:
    """The refusal of a world that nobody has used."""
    return Refused(404, f"there is no world {name!r}; a request in it makes it, or POST {PREFIX}/worlds")


def conflict(reason: str) -> Refused:
    """The refusal of what would break the mock's contract, or clashes with what it holds."""
    return Refused(409, reason)
