"""Which headers pass between client and backend, and how those that name the backend are rewritten."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import compress
from typing import Final
from urllib.parse import urlsplit

from mockserver.messages import Request
from mockserver.upstream.head import HOP_BY_HOP, Head, Lines
from mockserver.upstream.target import Target

_NOT_SENT: Final = HOP_BY_HOP | {"host", "content-length", "expect", "mock-world", "mock-delay", "via", "cookie"}
VIA: Final = "1.1 mockserver"
"""How the mock names itself in `Via` (section 7.6.3)."""
_USUAL: Final = frozenset({"keep-alive", "close"})
"""What `Connection` names that is no header, or passes anyway."""
_MOST_HOPS: Final = 5
_OWN_COOKIE: Final = re.compile(r"(?:^|;)\s*mock_world=[^;]*")


def sent_headers(request: Request, authority: str) -> tuple[str, ...]:
    """The header lines of a request as the target at `authority` gets them, but for those of its body's
    length."""
    headers = request.headers
    dropped = _NOT_SENT if "connection" not in headers else _NOT_SENT | _named_by(headers["connection"])
    lines = [f"{name}: {text}" for name, text in headers.items() if name not in dropped]
    if (cookie := headers.get("cookie")) and (passed := _OWN_COOKIE.sub("", cookie).strip("; ")):
        lines.append(f"cookie: {passed}")
    via = headers.get("via")
    lines.append(f"via: {via}, {VIA}" if via else f"via: {VIA}")
    lines.append(f"host: {authority}")
    lines.reverse()  # the last header comes first in a request
    return tuple(lines)


def passed_headers(head: Head, request: Request, target: Target) -> Lines:
    """The headers of the target's answer as the client gets them, but for those of the body's length."""
    lines = tuple(compress(head.lines, head.shape.passes))
    if "connection" in head.first and (named := _named_by(_all(head, "connection")) - _USUAL):
        lines = tuple(line for line in lines if line[0].lower() not in named)
    return tuple(_rewritten(line, request, target) for line in lines) if head.shape.rewrites else lines


def _all(head: Head, name: str) -> str:
    """The texts of all lines of a name, as one list."""
    return ",".join(text for each, text in head.lines if each.lower() == name)


def _rewritten(line: tuple[str, str], request: Request, target: Target) -> tuple[str, str]:
    name, text = line
    plain = name.lower()
    if plain == "set-cookie":
        return name, own_cookie(text, target)
    return (name, located(text, request.origin, target)) if plain in ("location", "content-location") else line


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
