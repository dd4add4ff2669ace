"""The control surface under `/__mock__/`: reset, state, journal, health, and the contract as served."""

from __future__ import annotations

import ipaddress
from typing import Any

import msgspec
from flask import Blueprint, Response, abort, request

from mockserver import __version__
from mockserver.control.served import served_contract
from mockserver.engine import Engine
from mockserver.journal import shown
from mockserver.state.store import MAIN

PREFIX = "/__mock__"


def control_blueprint(engine: Engine) -> Blueprint:
    """The routes of the control surface for one engine."""
    api = Blueprint("control", __name__, url_prefix=PREFIX)
    api.before_request(_loopback_only)

    @api.post("/reset")
    def reset() -> Response:
        engine.reset(MAIN)
        return _json({"world": MAIN, "reset": True})

    @api.get("/state")
    def state() -> Response:
        world, _ = engine.store.load(MAIN)
        return _json(
            {
                name: [record for _, record in sorted(held.records.values(), key=lambda stored: stored[0])]
                for name, held in sorted(world.collections.items())
            }
        )

    @api.get("/requests")
    def requests() -> Response:
        journal = engine.journal
        return _json({"requests": [shown(entry, journal.secrets) for entry in journal.entries(MAIN)]})

    @api.get("/health")
    def health() -> Response:
        state = {"status": "stale", "trouble": engine.trouble} if engine.trouble else {"status": "ok"}
        return _json({**state, "version": __version__, "contract": engine.contract.document.name})

    @api.get("/openapi.json")
    def openapi() -> Response:
        return _json(served_contract(engine, request.host_url.rstrip("/")))

    return api


def _loopback_only() -> None:
    """Refuse peers that are not on this machine, and names that are not this machine's (DNS rebinding)."""
    peer = request.remote_addr or ""
    if not _is_loopback(peer) or not _is_loopback(_hostname(request.host)):
        abort(403, "the control surface answers this machine only")


def _hostname(host: str) -> str:
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _json(value: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, content_type="application/json")
