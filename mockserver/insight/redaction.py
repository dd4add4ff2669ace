"""A journaled request without connection headers, and with its secrets replaced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

import msgspec

from mockserver.contract.messages.secrets import LISTED, REDACTED, Secrets
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.steering import WORLD_HEADER
from mockserver.messages import Request
from mockserver.state.store import MAIN

_ADDED_BY_CLIENTS = frozenset({
    "host", "connection", "content-length", "user-agent", "accept-encoding", "accept-language", "transfer-encoding",
    "content-encoding",
    "origin", "referer", "te", "priority", "pragma", "cache-control", "dnt", "upgrade-insecure-requests",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class SafeRequest:
    """A request as it may be shown and sent again."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Any  #: decoded JSON, or text; None when there was none
    is_json: bool


def safe_request(entry: Exchange, secrets: Secrets = LISTED, known: Iterable[tuple[str, str, str]] = ()) -> SafeRequest:
    """The request of an entry, addressed to its world, without the headers that clients add by themselves.

    A secret becomes the matching one of `known` (location, name, value), else a name in capitals.
    """
    request = entry.request
    sent = secrets.headers(dict(reversed([*request.headers.items()])))
    body = secrets.body(request.body, request.headers.get("content-type", ""))
    replacements = {(location, name.lower()): value for location, name, value in known}
    headers = {
        name: value if value != REDACTED else _stand_in(name, replacements)
        for name, value in sent.items()
        if name not in _ADDED_BY_CLIENTS and not name.startswith("sec-") and (name, value) != ("accept", "*/*")
    }
    headers.pop(WORLD_HEADER, None)
    headers |= {WORLD_HEADER: entry.world} if entry.world != MAIN else {}
    is_json = _is_json(request, body)
    if request.body and not is_json and not isinstance(body, str):
        body = msgspec.json.encode(body).decode()
    query = "&".join(_pair(pair, replacements) for pair in secrets.pairs(request.query).split("&"))
    return SafeRequest(request.method, request.path, query, headers, body, is_json)


def _is_json(request: Request, body: Any) -> bool:
    """Whether a request declares its body as JSON, and it is JSON."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_decoded = not isinstance(body, str) or request.body[:1] == b'"'
    return is_decoded and (media_type == "application/json" or media_type.endswith("+json"))


def _stand_in(header: str, known: Mapping[tuple[str, str], str]) -> str:
    if header == "cookie":
        cookies = [f"{name}={value}" for (location, name), value in known.items() if location == "cookie"]
        return "; ".join(cookies) or "COOKIE"
    if ("header", header) in known:
        return known["header", header]
    return "Bearer TOKEN" if header == "authorization" else header.replace("-", "_").upper()


def _pair(pair: str, known: Mapping[tuple[str, str], str]) -> str:
    name, _, value = pair.partition("=")
    return f"{name}={known.get(('query', unquote_plus(name).lower()), 'TOKEN')}" if value == REDACTED else pair
