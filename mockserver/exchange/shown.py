"""An exchange as JSON, with the secrets of its request redacted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from msgspec.structs import asdict

from mockserver.clock import format_instant
from mockserver.contract.messages.secrets import LISTED, LONGEST, Secrets
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.tracing import trace_of
from mockserver.state.becoming import plain

_SHOWN = 64 * 1024
"""How many bytes of a body are shown."""
_REASON: Final = "mock-reason"
_MARKS: Final = "\"'`"
"""What stands around a value that a message quotes. Without any, a body of megabytes isn't searched for secrets."""


def shown(exchange: Exchange, secrets: Secrets = LISTED, most: int = _SHOWN) -> dict[str, Any]:
    """An exchange as JSON, without secrets and with bodies cut that are longer than `most` bytes."""
    request, answer, trace = exchange.request, exchange.answer, trace_of(exchange.request.headers)
    said = hiding(exchange, secrets)
    longest, media_type = max(most, LONGEST), _media_type(answer.headers)
    headers = secrets.headers(dict(answer.headers), answer.status)
    return {
        "number": exchange.number,
        "at": format_instant(exchange.at),
        "world": exchange.world,
        "user": exchange.user,
        "operation": exchange.operation,
        "verdict": exchange.verdict,
        "reason": said(exchange.reason),
        "fault": exchange.fault,
        "by": exchange.by,
        "because": exchange.because,
        "violations": [
            {"place": item.place, "message": said(item.message), "pointer": item.pointer}
            for item in exchange.violations
        ],
        "changes": [secrets.value(_without_own(asdict(change))) for change in exchange.changes],
        "deliveries": list(exchange.deliveries),
        "microseconds": exchange.micros,
        "trace": None if trace is None else asdict(trace),
        "request": {
            "method": request.method,
            "path": request.path,
            "query": secrets.pairs(request.query),
            "headers": secrets.headers(dict(reversed([*request.headers.items()]))),
            "body": _cut(
                request.body, secrets.body(request.body, request.headers.get("content-type", ""), longest), most
            ),
        },
        "answer": {
            "status": answer.status,
            "headers": {name: said(text) if name.lower() == _REASON else text for name, text in headers.items()},
            "body": _cut(answer.body, _said(secrets.body(answer.body, media_type, longest), said), most),
        },
    }


def _without_own(change: dict[str, Any]) -> dict[str, Any]:
    """A change without what only the mock knows of its record."""
    return {name: plain(value) if isinstance(value, Mapping) else value for name, value in change.items()}


def hiding(exchange: Exchange, secrets: Secrets) -> Callable[[str], str]:
    """What hides the secrets of an exchange in the sentences that are said of it."""
    request = exchange.request
    said = (exchange.reason, *(item.message for item in exchange.violations))
    if not any(mark in text for text in said for mark in _MARKS):
        return _as_it_is
    return secrets.within(secrets.sent(request.query, request.headers, request.body))


def texts_of(exchange: Exchange, secrets: Secrets) -> tuple[str, str]:
    """The bodies of request and answer as text, without secrets."""
    request, answer = exchange.request, exchange.answer
    sent = secrets.body(request.body, request.headers.get("content-type", ""))
    said = _said(secrets.body(answer.body, _media_type(answer.headers)), hiding(exchange, secrets))
    return _as_text(sent), _as_text(said)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode(errors="replace")


def _as_it_is(text: str) -> str:
    return text


def _said(value: Any, said: Callable[[str], str]) -> Any:
    """What an answer says of a request, whose secrets it may quote."""
    if said is _as_it_is:
        return value
    if isinstance(value, Mapping):
        return {name: _said(one, said) for name, one in value.items()}
    if isinstance(value, list):
        return [_said(one, said) for one in value]
    return said(value) if isinstance(value, str) else value


def _media_type(headers: tuple[tuple[str, str], ...]) -> str:
    return next((value for name, value in headers if name.lower() == "content-type"), "")


def _cut(body: bytes, value: Any, most: int) -> Any:
    """What is shown of a body, the beginning of its text where it is long."""
    if len(body) <= most:
        return value
    return f"{_as_text(value)[:most]}... ({len(body)} bytes)"


def summary(exchange: Exchange, secrets: Secrets = LISTED) -> dict[str, Any]:
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
        "reason": hiding(exchange, secrets)(exchange.reason),
        "fault": exchange.fault,
        "by": exchange.by,
        "microseconds": exchange.micros,
        "changes": len(exchange.changes),
    }
