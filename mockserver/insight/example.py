"""An example request for one operation: about a record that exists, with a body that the contract accepts."""

from __future__ import annotations

from typing import Any

import msgspec

from mockserver.behaviour.vocabulary import Behaviour
from mockserver.exchange.engine import Engine
from mockserver.exchange.trials import Requests
from mockserver.messages import Request
from mockserver.state.collection import Record
from mockserver.state.world import World

_TRIED = 20
"""How many records are tried: the path of a request may need fields that not every record has."""


def example_request(engine: Engine, world: World, operation: str) -> dict[str, Any]:
    """A request of an operation as JSON, for a person to change and send; as the first user would send it.

    It is about a record of the world, if there is one. What it needs besides comes from the contract's examples, or is
    generated. Where no request can be made, the template of the path remains.
    """
    requests = Requests(engine.contract)
    behaviour = engine.behaviours.operations.get(operation, Behaviour(operation))
    candidates = [requests.about(behaviour, record) for record in _records(engine, world, behaviour)[:_TRIED]]
    candidates.append(requests.about(Behaviour(operation), {}))
    declared = engine.contract.operations[operation]
    request = next(
        (one for one in candidates if one is not None), Request(declared.method, declared.template.partition("?")[0])
    )
    return _shown(request)


def _records(engine: Engine, world: World, behaviour: Behaviour) -> list[Record]:
    query = behaviour.find or behaviour.list
    if query is None:
        return []
    rules = engine.behaviours.collections[query.collection]
    user = next(iter(engine.fixtures.users), None)
    owned = ((rules.owner, user.id),) if rules.owner and user is not None else ()
    return world.visible(query.collection, owned, world.clock.now(engine.pipeline.clock))


def _shown(request: Request) -> dict[str, Any]:
    headers = {name: value for name, value in request.headers.items() if name != "content-length"}
    shown: dict[str, Any] = {
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "headers": headers,
    }
    if not request.body:
        return shown
    media = headers.get("content-type", "")
    if "json" in media:
        if media == "application/json":
            del headers["content-type"]  # it is sent with any `body`
        return {**shown, "body": msgspec.json.decode(request.body)}
    return {**shown, "text": request.body.decode(errors="replace")}
