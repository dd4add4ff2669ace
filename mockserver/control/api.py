"""The control API under `/__mock__/`: each call is admitted, validated against the API's own contract, and handled.

Paths outside that contract are left to Flask: the console and its files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response
from flask import request as flask_request
from msgspec.structs import replace

from mockserver.contract.operations.operation import ABSENT
from mockserver.control import (
    about,
    backends,
    clocks,
    collections,
    deliveries,
    disturbances,
    events,
    journals,
    metrics,
    probes,
    records,
    saved,
    worlds,
)
from mockserver.control.calls import Call, Handler, Result, no_world
from mockserver.control.guard import Caller, Guard
from mockserver.control.pages import add_pages
from mockserver.control.surface import Surface
from mockserver.errors import Refused, StoreLost, store_refusal
from mockserver.exchange.engine import Engine
from mockserver.messages import Request
from mockserver.reply.problems import PROBLEM, problem_value
from mockserver.reply.reply import encode
from mockserver.state.store import MAIN

__all__ = ["control_blueprint"]

HANDLERS: dict[str, Handler] = {
    **about.HANDLERS,
    **backends.HANDLERS,
    **clocks.HANDLERS,
    **collections.HANDLERS,
    **deliveries.HANDLERS,
    **disturbances.HANDLERS,
    **events.HANDLERS,
    **journals.HANDLERS,
    **metrics.HANDLERS,
    **probes.HANDLERS,
    **records.HANDLERS,
    **saved.HANDLERS,
    **worlds.HANDLERS,
}
"""Every call by the name of its operation."""

_QUIET = frozenset({"verifyRequests", "sendRequest", "removeWorld"})
"""Calls other than GET that change no world, or whose change the journal or the store records itself."""

_RECORD = re.compile(r"(/__mock__/worlds/[^/]+/state/[^/]+/)(.*/.*)", re.DOTALL)
"""The path of a record whose key has slashes."""


def control_blueprint(engine: Engine) -> Blueprint:
    """The control API of one engine."""
    api = Blueprint("control", __name__)
    surface, guard = Surface(engine), Guard()
    api.before_app_request(lambda: _answer(engine, surface, guard))
    add_pages(api, engine)
    return api


def _answer(engine: Engine, surface: Surface, guard: Guard) -> Response | None:
    """The response to the current call; None for a path outside the API's contract."""
    try:
        headers = {name.lower(): value for name, value in flask_request.headers.items()}
        caller = Caller(flask_request.method, flask_request.remote_addr or "", headers.get("host", ""), headers)
        if flask_request.path not in probes.OPEN:
            guard.admit(caller, engine.settings.admin_token)
        path, key = _split_key(flask_request.path)
        methods = surface.contract.allowed(path)
        if not methods:
            return None
        if caller.method == "OPTIONS":
            return Response(status=204, headers={"Allow": ", ".join(methods)})
        return _written(_called(engine, surface, _request(path, headers, engine.settings.max_body), key))
    except Refused as refused:
        return _refusal(refused)
    except StoreLost as lost:
        return _refusal(store_refusal(lost))


def _split_key(path: str) -> tuple[str, str | None]:
    """The path with another key of a record in the place of one with slashes, and that key.

    Paths arrive decoded, so the slashes of a key such as `library/nginx` can't be told from those of the path.
    """
    match = _RECORD.fullmatch(path)
    return (path, None) if match is None else (f"{match[1]}-", match[2])


def _request(path: str, headers: Mapping[str, str], limit: int) -> Request:
    body = b"" if (flask_request.content_length or 0) > limit else flask_request.get_data(cache=False)
    if max(flask_request.content_length or 0, len(body)) > limit:
        raise Refused(413, f"the body is larger than {limit} bytes (--max-body)")
    query = flask_request.query_string.decode("latin-1")
    return Request(flask_request.method, path, query, headers, body)


def _called(engine: Engine, surface: Surface, request: Request, key: str | None) -> Result:
    match = surface.contract.route(request.method, request.path)
    inputs = surface.contract.read_inputs(match, request)
    if key is not None:
        inputs = replace(inputs, path={**inputs.path, "key": key})
    url = flask_request.host_url.rstrip("/")
    call = Call(engine, inputs, request.headers, url, surface.contract, surface.streams)
    if engine.store.was_removed(inputs.path.get("world", MAIN)):
        raise no_world(call.world)  # a late call must not create the world again after the test that removed it
    result = HANDLERS[match.operation.id](call)
    if match.operation.method != "GET" and match.operation.id not in _QUIET:
        engine.note(_changed_world(call), call.moves)
    return result


def _changed_world(call: Call) -> str:
    """The world that a call has changed: a new one, the one in the path, or `main`."""
    made = call.body.get("name") if "collection" not in call.inputs.path and isinstance(call.body, dict) else None
    return str(made or call.inputs.path.get("world", MAIN))


def _written(result: Result) -> Response:
    headers = dict(result.headers)
    if result.stream is not None:
        return Response(result.stream, result.status, headers, content_type=result.media)
    if result.value is ABSENT:
        return Response(status=result.status, headers=headers)
    is_json = result.media == "application/json"
    body: Any = encode(result.value) if is_json else result.value
    return Response(body, result.status, headers, content_type=result.media)


def _refusal(refused: Refused) -> Response:
    headers = dict(refused.headers)
    return Response(encode(problem_value(refused, refused.status)), refused.status, headers, content_type=PROBLEM)
