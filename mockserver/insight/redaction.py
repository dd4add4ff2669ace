"""A journaled request without what only its connection needs, its secrets replaced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from mockserver.exchange.auth import WORLD_HEADER
from mockserver.exchange.journal import REDACTED, Entry, shown
from mockserver.messages import Request
from mockserver.state.store import MAIN

_HOP = frozenset({
    "host", "connection", "content-length", "user-agent", "accept-encoding", "accept-language", "transfer-encoding",
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


def safe_request(
    entry: Entry, secrets: frozenset[str] = frozenset(), known: Iterable[tuple[str, str, str]] = ()
) -> SafeRequest:
    """The request of an entry, addressed to its world; headers that clients add by themselves are left out.

    A secret becomes the one of `known` that stands in its place (location, name, value), else a name in capitals.
    """
    told = shown(entry, secrets)["request"]
    place = {(location, name.lower()): value for location, name, value in known}
    headers = {
        name: value if value != REDACTED else _stand_in(name, place)
        for name, value in told["headers"].items()
        if name not in _HOP and not name.startswith("sec-") and (name, value) != ("accept", "*/*")
    }
    headers.pop(WORLD_HEADER, None)
    headers |= {WORLD_HEADER: entry.world} if entry.world != MAIN else {}
    is_json = _is_json(entry.request, told["body"])
    body = told["body"] if is_json or not entry.request.body else entry.request.body.decode(errors="replace")
    query = "&".join(_pair(pair, place) for pair in told["query"].split("&"))
    return SafeRequest(told["method"], told["path"], query, headers, body, is_json)


def _is_json(request: Request, body: Any) -> bool:
    """Whether a request says that its body is JSON, and it is."""
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_decoded = not isinstance(body, str) or request.body[:1] == b'"'
    return is_decoded and (said == "application/json" or said.endswith("+json"))


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
