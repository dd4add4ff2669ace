"""What HTTP/1.1 asks of the head of a request, as far as the web server leaves it to us (RFC 9112).

granian has no word for a `Host` header that is missing: it reads as an empty one. It joins several by commas.
"""

from __future__ import annotations

from typing import Any, Final

from mockserver.errors import Refused
from mockserver.messages import host_name

HTTP2: Final = "HTTP/2"
"""What the server calls that protocol, in which a body needs no header (RFC 9113, section 8.1)."""


def refused_host(environ: dict[str, Any]) -> Refused | None:
    """The refusal of a request that doesn't name one valid host (section 3.2); None where it does."""
    host: str = environ.get("HTTP_HOST", "")
    if host_name(host) is not None or (not host and environ.get("SERVER_PROTOCOL") != "HTTP/1.1"):
        return None
    if not host:
        problem = "the request has no Host header, or an invalid one"
    else:
        problem = f"Host: {host[:100]} isn't {'one host' if ',' in host else 'a host with a port'}"
    return Refused(400, f"{problem}; HTTP/1.1 requires one (RFC 9112, section 3.2)", own=True)


def refused_coding(codings: str) -> Refused | None:
    """The refusal of a body that is sent in a transfer coding other than `chunked` (section 7); None where it isn't.

    The server itself refuses one whose last coding isn't `chunked`, with 400, as nothing says where that body ends.
    """
    names = [name.strip().lower() for name in codings.split(",")]
    if names == ["chunked"]:
        return None
    unknown = next((name for name in names if name != "chunked"), None)
    if unknown is None:
        return Refused(400, "Transfer-Encoding: chunked is named more than once (RFC 9112, section 6.1)", own=True)
    return Refused(501, f"Transfer-Encoding: {unknown[:50]} isn't known; only chunked is", own=True)
