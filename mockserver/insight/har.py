"""The journal as an HTTP archive (HAR 1.2), which browsers' developer tools open; secrets are left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from mockserver import __version__
from mockserver.clock import format_instant
from mockserver.contract.messages.secrets import Secrets
from mockserver.exchange.exchange import Exchange, address
from mockserver.exchange.shown import shown

HEAD: Final[Mapping[str, Any]] = {"version": "1.2", "creator": {"name": "mockserver", "version": __version__}}
"""What an archive says of itself."""
_PHRASES = {status.value: status.phrase for status in HTTPStatus}


def har(entries: Iterable[Exchange], url: str, secrets: Secrets) -> dict[str, Any]:
    """The archive of these entries, sent to the mock at `url`."""
    return {"log": {**HEAD, "entries": [har_entry(entry, url, shown(entry, secrets)) for entry in entries]}}


def har_entry(entry: Exchange, url: str, rendered: Mapping[str, Any]) -> dict[str, Any]:
    """One entry of an archive, of an exchange as it is shown."""
    milliseconds, reason = entry.micros / 1000, rendered["reason"]
    trace = rendered["trace"]
    custom = {} if trace is None else {"_traceparent": trace["traceparent"]}  # HAR 1.2: names of one's own begin so
    return {
        "startedDateTime": format_instant(entry.at),
        "time": milliseconds,
        "request": _request(rendered["request"], entry, url),
        "response": _response(rendered["answer"], entry),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": f"{entry.world} #{entry.number}: {entry.operation or '-'}, {entry.verdict} {reason}".strip(),
        **custom,
    }


def _request(rendered: Mapping[str, Any], entry: Exchange, url: str) -> dict[str, Any]:
    query = f"?{rendered['query']}" if rendered["query"] else ""
    value = {
        "method": rendered["method"],
        "url": f"{address(url, rendered['path'])}{query}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(rendered["headers"]),
        "queryString": [{"name": name, "value": text} for name, text in parse_qsl(rendered["query"], True)],
        "headersSize": -1,
        "bodySize": len(entry.request.body),
    }
    if rendered["body"] is not None:
        mime = rendered["headers"].get("content-type", "application/octet-stream")
        value["postData"] = {"mimeType": mime, "text": _text(rendered["body"])}
    return value


def _response(rendered: Mapping[str, Any], entry: Exchange) -> dict[str, Any]:
    headers = rendered["headers"]
    mime = next((text for name, text in headers.items() if name.lower() == "content-type"), "")
    return {
        "status": rendered["status"],
        "statusText": _PHRASES.get(rendered["status"], ""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers),
        "content": {"size": len(entry.answer.body), "mimeType": mime, "text": _text(rendered["body"])},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(entry.answer.body),
    }


def _pairs(headers: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def _text(body: Any) -> str:
    if body is None:
        return ""
    return body if isinstance(body, str) else msgspec.json.encode(body).decode()
