"""Probes that show what a server does with a request, sent once before the load."""

import http.client
import json
from dataclasses import dataclass, replace
from typing import Any

from bench.inputs import LIST, TRUST
from bench.processes import Failed, Request, Server


@dataclass(frozen=True)
class Facts:
    """The results of the probes."""

    auth: str  # status of a request without a token
    validation: str  # status of a body that violates the contract
    unknown: str  # status of an unknown fingerprint
    remembers: bool  # whether the list contains what a trust call changed
    bytes_list: int
    bytes_trust: int


def facts(server: Server) -> Facts:
    """Send each probe once to a new server (raises Failed if one of the two measured requests does not return 200)."""
    before = _ok(server, LIST)
    trust = _ok(server, TRUST)
    after = _ok(server, LIST)
    return Facts(
        auth=_status(server, replace(LIST, token="")),
        validation=_status(server, replace(TRUST, body=json.dumps({"fingerprint": 7}))),
        unknown=_status(server, replace(TRUST, body=json.dumps({"fingerprint": "no such device"}))),
        remembers=not _trusted(before) and _trusted(after),
        bytes_list=len(before),
        bytes_trust=len(trust),
    )


def _ok(server: Server, request: Request) -> bytes:
    status, body = server.send(request)
    if status != 200:
        raise Failed(f"{request.method} {request.path} returned {status}: {body[:200]!r}")
    return body


def _status(server: Server, request: Request) -> str:
    try:
        return str(server.send(request, timeout=3)[0])
    except (OSError, http.client.HTTPException):
        return "none"


def _trusted(body: bytes) -> bool:
    devices: list[dict[str, Any]] = json.loads(body).get("devices") or [{}]
    return bool(devices[0].get("isTrusted"))
