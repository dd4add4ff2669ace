"""What a server really does with a request, asked once before it is loaded: the facts beside the figures."""

import http.client
import json
from dataclasses import dataclass, replace
from typing import Any

from bench.inputs import LIST, TRUST
from bench.processes import Failed, Request, Server


@dataclass(frozen=True)
class Facts:
    """What the probes saw."""

    auth: str  # status of a request without a token
    validation: str  # status of a body that breaks the contract
    unknown: str  # status of a fingerprint that no device has
    remembers: bool  # the list shows what a trust call changed
    bytes_list: int
    bytes_trust: int


def facts(server: Server) -> Facts:
    """Ask a fresh server each probe once; raise Failed when one of the two measured requests is not answered 200."""
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
    status, body = server.ask(request)
    if status != 200:
        raise Failed(f"{request.method} {request.path} answered {status}: {body[:200]!r}")
    return body


def _status(server: Server, request: Request) -> str:
    try:
        return str(server.ask(request, timeout=3)[0])
    except (OSError, http.client.HTTPException):
        return "none"


def _trusted(body: bytes) -> bool:
    devices: list[dict[str, Any]] = json.loads(body).get("devices") or [{}]
    return bool(devices[0].get("isTrusted"))
