"""Cross-origin requests: every origin may call, with credentials, and preflights are answered before anything else.

The rules are those of the Fetch standard, section 3.2 (CORS protocol).
"""

from __future__ import annotations

from collections.abc import Iterator

from mockserver.messages import Request

_SERVERS = ("Content-Length", "Date", "Server", "Vary")
"""Headers that the web server adds to an answer, and `Vary`, which is added here."""
Headers = tuple[tuple[str, str], ...]


def cors_headers(origin: str, headers: Headers = ()) -> Headers:
    """The headers that let a page of this origin read the answer, and all of the answer's headers.

    They are listed by name: with credentials, `*` is the name of a header.
    """
    return (
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Expose-Headers", ", ".join(_exposed(headers))),
        ("Vary", _varying(headers)),
    )


def _exposed(headers: Headers) -> Iterator[str]:
    """The name of each header, once; browsers never show `Set-Cookie`, and use the CORS headers themselves."""
    seen = {"set-cookie"}
    for name in (*(name for name, _ in headers), *_SERVERS):
        plain = name.lower()
        if plain not in seen and not plain.startswith("access-control-"):
            seen.add(plain)
            yield name


def _varying(headers: Headers) -> str:
    """What the answer varies by already, and the origin."""
    names = [one.strip() for name, text in headers if name.lower() == "vary" for one in text.split(",")]
    return ", ".join([*(name for name in names if name.lower() != "origin"), "Origin"])


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
