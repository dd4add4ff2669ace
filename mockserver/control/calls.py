"""A control call and its result as plain values, so that the handlers know no web framework."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Any

from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.operations.outgoing import outgoing_names
from mockserver.errors import Refused
from mockserver.exchange.engine import Engine
from mockserver.messages import Inputs
from mockserver.settings import PREFIX
from mockserver.state.store import MAIN
from mockserver.state.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the control API that its contract has accepted."""

    engine: Engine
    inputs: Inputs
    headers: Mapping[str, str]
    url: str  #: the address that the caller used
    surface: Contract  #: the contract of the control API, as served
    streams: BoundedSemaphore  #: how many event streams may still be opened
    moves: list[tuple[World, World]] = field(default_factory=list)  #: the world before and after each change

    @property
    def world(self) -> str:
        """The name of the world that the call is about."""
        name: str = self.inputs.path["world"]
        return name

    @property
    def body(self) -> Any:
        """The body; an empty object where none was sent."""
        return self.inputs.body if self.inputs.body is not None else {}

    def meant(self, name: str | None) -> str | None:
        """The id of the operation, callback or webhook that is called so; a callback may be named without its
        operation, where no other has its name."""
        contract = self.engine.contract
        if name is None or name in contract.operations:
            return name
        known = outgoing_names(contract.outgoing)
        return known[name].id if name in known else name

    def query(self, name: str, default: Any = None) -> Any:
        """A query parameter, or its default."""
        return self.inputs.query.get(name, default)

    def update(self, change: Callable[[World], World]) -> World:
        """Commit what `change` makes of the world that the call is about."""
        last: list[tuple[World, World]] = []

        def changed(world: World) -> World:
            after = change(world)
            last[:] = [(world, after)]
            return after

        after = self.engine.store.update(self.world, changed)
        self.moves.extend(last)
        return after

    def existing(self) -> World:
        """The world that the call is about; `Refused(404)` when it does not exist, except for `main`."""
        if self.world == MAIN:
            return self.engine.store.load(MAIN)[0]
        stored = self.engine.store.find(self.world)
        if stored is None:
            raise no_world(self.world)
        return stored[0]


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a call: a value for JSON, a text, or a stream."""

    value: Any = ABSENT
    status: int = 200
    media: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    stream: Iterator[bytes] | None = None


Handler = Callable[[Call], Result]


def no_world(name: str) -> Refused:
    """The refusal for a world that does not exist."""
    return Refused(404, f"there is no world {name!r}; a request in it creates it, or POST {PREFIX}/worlds")


def conflict(reason: str) -> Refused:
    """The refusal of a change that violates the contract or conflicts with the current state."""
    return Refused(409, reason)
