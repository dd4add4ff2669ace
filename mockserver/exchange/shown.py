"""An exchange as JSON, with the secrets of its request redacted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

import msgspec
from msgspec.structs import asdict

from mockserver.clock import format_instant
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.tracing import trace_of

REDACTED = "[redacted]"
_SHOWN = 64 * 1024
"""How many bytes of a body are shown."""
_SECRETS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key"})
_SECRET_WORDS = re.compile(r"(api[_-]?key|token|password|secret)$")


def shown(exchange: Exchange, secrets: frozenset[str] = frozenset()) -> dict[str, Any]:
    """An exchange as JSON, without secrets (those that `secrets` names among them) and with long bodies cut."""
    request, answer, trace = exchange.request, exchange.answer, trace_of(exchange.request.headers)
    return {
        "number": exchange.number,
        "at": format_instant(exchange.at),
        "world": exchange.world,
        "user": exchange.user,
        "operation": exchange.operation,
        "verdict": exchange.verdict,
        "reason": exchange.reason,
        "fault": exchange.fault,
        "violations": [
            {"place": item.place, "message": item.message, "pointer": item.pointer} for item in exchange.violations
        ],
        "changes": [asdict(change) for change in exchange.changes],
        "microseconds": exchange.micros,
        "trace": None if trace is None else asdict(trace),
        "request": {
            "method": request.method,
            "path": request.path,
            "query": "&".join(_redacted_pair(pair, secrets) for pair in request.query.split("&")),
            "headers": redacted(dict(reversed([*request.headers.items()])), secrets),
            "body": _body(request.body),
        },
        "answer": {"status": answer.status, "headers": redacted(dict(answer.headers)), "body": _body(answer.body)},
    }


def summary(exchange: Exchange) -> dict[str, Any]:
    """What a list of exchanges shows of one, as JSON: no header, query or body."""
    return {
        "number": exchange.number,
        "at": format_instant(exchange.at),
        "user": exchange.user,
        "operation": exchange.operation,
        "method": exchange.request.method,
        "path": exchange.request.path,
        "status": exchange.answer.status,
        "verdict": exchange.verdict,
        "reason": exchange.reason,
        "fault": exchange.fault,
        "microseconds": exchange.micros,
        "changes": len(exchange.changes),
    }


def redacted(headers: Mapping[str, str], secrets: frozenset[str] = frozenset()) -> dict[str, str]:
    """Headers with the values of secret ones left out."""
    hidden = _SECRETS | secrets
    return {name: REDACTED if name.lower() in hidden else value for name, value in headers.items()}


def _redacted_pair(pair: str, secrets: frozenset[str]) -> str:
    """One pair of a query string; a secret one loses its value."""
    name, equals, _ = pair.partition("=")
    plain = unquote_plus(name).lower()
    return f"{name}={REDACTED}" if equals and (plain in secrets or _SECRET_WORDS.search(plain)) else pair


def _body(body: bytes) -> Any:
    if not body:
        return None
    if len(body) > _SHOWN:
        return f"{body[:_SHOWN].decode(errors='replace')}... ({len(body)} bytes)"
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return body.decode(errors="replace")
