"""The backend's answers in the worlds of the mock, and the mock's changes over the backend's answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from mockserver.behaviour.names import success_status
from mockserver.behaviour.values import MISSING, Scope
from mockserver.behaviour.vocabulary import Behaviours
from mockserver.contract.contract import Contract, Match
from mockserver.contract.operations.media import declared_for
from mockserver.contract.operations.operation import Operation
from mockserver.errors import Refused
from mockserver.exchange.auth import Auth
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.steering import Steering
from mockserver.messages import Inputs, Request
from mockserver.state.collection import identity_of
from mockserver.state.store import Store
from mockserver.state.world import World
from mockserver.upstream.mirror import Key, Mirror, Seen
from mockserver.upstream.overlay import Overlaid, Overlay

Base = Callable[[], World]
"""The world that nobody has changed."""


class Mirroring:
    """Takes answers of one contract's operations into the worlds of a store."""

    def __init__(self, contract: Contract, behaviours: Behaviours, auth: Auth, seen: Seen, base: Base) -> None:
        self._contract, self._behaviours, self._auth = contract, behaviours, auth
        self._seen, self._base = seen, base
        self._mirrors: dict[str, Mirror | None] = {}

    def mirror_of(self, operation: str) -> Mirror | None:
        """What takes the answers of an operation; None where they say nothing of records."""
        if operation not in self._mirrors:
            behaviour = self._behaviours.operations.get(operation)
            mirror = None
            if behaviour is not None:
                schema = self._schema(self._contract.operations[operation])
                mirror = Mirror(self._behaviours, behaviour, self._seen, schema, self._contract.view)
            self._mirrors[operation] = mirror if mirror is not None and mirror.is_of_use else None
        return self._mirrors[operation]

    @staticmethod
    def _schema(operation: Operation) -> Any:
        """The schema of an operation's success; None where it has none as JSON."""
        response = operation.response_for(success_status(operation))
        declared = declared_for(response.media_types, "application/json") if response is not None else None
        return declared.schema if declared is not None else None

    def scope(self, match: Match, exchange: Exchange, now: int) -> Scope:
        """What expressions can use, as far as the request can be read."""
        request, steering = exchange.request, exchange.steering
        return Scope(
            self._inputs(match, request), self._caller(match, request, steering), now, self._behaviours.periods
        )

    def _inputs(self, match: Match, request: Request) -> Inputs:
        try:
            return self._contract.read_inputs(match, request)
        except Refused:
            return Inputs(path=match.path_values)

    def _caller(self, match: Match, request: Request, steering: Steering) -> Any:
        try:
            return self._auth.admit(match.operation, request, steering).fields
        except Refused:
            return {"id": None, "name": "anyone"}

    def take(self, mirror: Mirror, store: Store, name: str, value: Any, scope: Scope) -> tuple[World, int]:
        """Take an answer into a world; that world, and how many records the answer shows or changes."""
        noted: dict[Key, Any] = {}

        def taken(world: World) -> World:
            noted.clear()
            after, found = mirror.taken(world, value, scope)
            noted.update(found)
            return after

        world = store.update(name, taken)
        mirror.note(name, noted)
        return world, len(noted)

    def overlaid(self, mirror: Mirror, world: World, value: Any, scope: Scope) -> Overlaid:
        """An answer that the world has taken, with what mocked operations have changed."""
        return Overlay(mirror, world, self._base(), self._seen.of(world.name), scope).over(value)

    def is_made(self, mirror: Mirror, world: World, scope: Scope) -> bool:
        """Whether the record that an operation is about was made by a mocked one, so that the backend can't have it."""
        query = mirror.behaviour.find
        if query is None:
            return False
        filters = [(name, value.evaluate(scope)) for name, value in query.filters]
        if any(value is MISSING for _, value in filters):
            return False
        record = world.collections[query.collection].first(tuple(filters), scope.now)
        if record is None:
            return False
        key = identity_of(self._behaviours.collections[query.collection], record)
        is_seen = (query.collection, key) in self._seen.of(world.name)
        return not is_seen and self._base().collections[query.collection].get(key) is None


def json_of(body: bytes | None) -> Any:
    """The value of a body that is JSON; MISSING for any other."""
    try:
        return msgspec.json.decode(body or b"")
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return MISSING
