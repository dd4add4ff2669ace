"""Which headers pass between client and backend, and how those that name the backend are rewritten."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from mockserver.messages import Request
from mockserver.upstream.target import Target

Lines = tuple[tuple[str, str], ...]

_HOP_BY_HOP: Final = frozenset((
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-authentication-info",
    "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
))  # fmt: skip
"""Headers of one connection alone (RFC 9110, section 7.6.1), beside those that `Connection` names."""
_NOT_SENT: Final = _HOP_BY_HOP | {"host", "content-length", "expect", "mock-world", "mock-delay", "via", "cookie"}
_NOT_PASSED: Final = _HOP_BY_HOP | {"content-length"}
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FOLD: Final = re.compile(r"[ \t]*\r?\n[ \t]+")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
VIA: Final = "1.1 mockserver"
"""How the mock names itself in `Via` (section 7.6.3)."""
_MOST_HOPS: Final = 5
_OWN_COOKIE: Final = re.compile(r"(?:^|;)\s*mock_world=[^;]*")


def sent_headers(request: Request, target: Target) -> Lines:
    """The headers of a request as the target gets them, but for those of its body's length."""
    headers = request.headers
    named = _named_by(headers.get("connection", ""))
    passed = (
        (name, text) for name, text in reversed(tuple(headers.items())) if name not in _NOT_SENT and name not in named
    )
    via = headers.get("via")
    own = [("host", target.authority), ("via", f"{via}, {VIA}" if via else VIA)]
    if cookie := _OWN_COOKIE.sub("", headers.get("cookie", "")).strip("; "):
        own.append(("cookie", cookie))
    return (*own, *passed)


def passed_headers(lines: Iterable[tuple[str, str]], request: Request, target: Target) -> Lines:
    """The headers of the target's answer as the client gets them, but for those of the body's length."""
    lines = tuple(lines)
    named = _named_by(",".join(text for name, text in lines if name.lower() == "connection"))
    return tuple(_rewritten(lines, named, request.origin, target))


def _rewritten(lines: Lines, named: frozenset[str], origin: str, target: Target) -> Iterator[tuple[str, str]]:
    for name, raw in lines:
        plain = name.lower()
        if plain in _NOT_PASSED or plain in named or not _NAME.fullmatch(name):
            continue
        text = _CONTROLS.sub("", _FOLD.sub(" ", raw))
        if plain in ("location", "content-location"):
            text = located(text, origin, target)
        elif plain == "set-cookie":
            text = own_cookie(text, target)
        yield name, text


def located(url: str, origin: str, target: Target) -> str:
    """An address of the target as the mock's own; any other as it is."""
    if url.startswith("/") and not url.startswith("//"):
        return _without_base(url, target)
    if not target.is_own(url if "://" in url else f"{target.scheme}:{url}" if url.startswith("//") else ""):
        return url
    parts = urlsplit(url)
    rest = url.partition("//")[2]
    return origin + (_without_base(rest[len(parts.netloc) :], target) or "/")


def _without_base(path: str, target: Target) -> str:
    base = target.base
    return path[len(base) :] or "/" if base and (path == base or path.startswith((f"{base}/", f"{base}?"))) else path


def own_cookie(text: str, target: Target) -> str:
    """A `Set-Cookie` that a browser keeps for the mock: without `Domain`, and with a `Path` that the mock has."""
    first, *attributes = text.split(";")
    kept = [first]
    for attribute in attributes:
        name, equals, value = attribute.partition("=")
        plain = name.strip().lower()
        if plain == "domain":
            continue
        kept.append(f"{name}{equals}{_without_base(value.strip(), target)}" if plain == "path" else attribute)
    return ";".join(kept)


def _named_by(connection: str) -> frozenset[str]:
    return frozenset(name.strip().lower() for name in connection.split(",")) if connection else frozenset()


def upgrades_to(headers: Mapping[str, str]) -> str | None:
    """The protocol that a client wants to go on in; None where the wish may be ignored, as that for HTTP/2 may."""
    if "upgrade" not in headers or "upgrade" not in _named_by(headers.get("connection", "")):
        return None
    wanted = headers["upgrade"].strip()
    return None if wanted.lower().startswith(("h2c", "http/", "tls/")) else wanted


def is_circular(headers: Mapping[str, str]) -> bool:
    """Whether a request has come through such mocks more often than anyone chains them."""
    return headers.get("via", "").count(VIA) > _MOST_HOPS
