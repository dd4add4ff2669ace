"""Cross-origin requests: every origin may call, with credentials, and preflights are answered before anything else.

The rules are those of the Fetch standard, section 3.2 (CORS protocol).
"""

from __future__ import annotations

from mockserver.messages import Request

EXPOSED = "Allow, Content-Type, Location, Link, Mock-Why, Retry-After, WWW-Authenticate"
Headers = tuple[tuple[str, str], ...]


def cors_headers(origin: str) -> Headers:
    """The headers that let a page of this origin read the answer."""
    return (
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Expose-Headers", EXPOSED),
        ("Vary", "Origin"),
    )


def preflight(request: Request, origin: str | None, methods: tuple[str, ...]) -> Headers | None:
    """The headers of the answer to a preflight (a 204); None for any other request."""
    headers = request.headers
    if request.method != "OPTIONS" or "access-control-request-method" not in headers or origin is None:
        return None
    allowed: Headers = (
        ("Access-Control-Allow-Methods", ", ".join(methods) or headers["access-control-request-method"]),
        ("Access-Control-Allow-Headers", headers.get("access-control-request-headers") or "*"),
        ("Access-Control-Max-Age", "600"),
    )
    if headers.get("access-control-request-private-network") == "true":
        allowed = (*allowed, ("Access-Control-Allow-Private-Network", "true"))
    return allowed
