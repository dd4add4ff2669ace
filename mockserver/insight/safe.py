"""A journaled request without what only its connection needs, its secrets replaced by names that a reader fills in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.journal import REDACTED, Entry, shown

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


def safe_request(entry: Entry, secrets: frozenset[str] = frozenset()) -> SafeRequest:
    """The request of an entry; headers that clients add by themselves are left out."""
    told = shown(entry, secrets)["request"]
    headers = {
        name: _named(name, value)
        for name, value in told["headers"].items()
        if name not in _HOP and not name.startswith("sec-") and (name, value) != ("accept", "*/*")
    }
    is_json = not isinstance(told["body"], str) or entry.request.body[:1] == b'"'
    query = told["query"].replace(f"={REDACTED}", "=TOKEN")
    return SafeRequest(told["method"], told["path"], query, headers, told["body"], is_json)


def _named(header: str, value: str) -> str:
    """The header's value; a secret one as a name in capitals."""
    if value != REDACTED:
        return value
    return "Bearer TOKEN" if header == "authorization" else header.replace("-", "_").upper()
