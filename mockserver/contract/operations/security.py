"""Security schemes and requirements, read into values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockserver.contract.operations.operation import SecurityScheme


def scheme(name: str, node: Mapping[str, Any]) -> SecurityScheme:
    """A security scheme: where the secret travels."""
    kind = str(node.get("type") or "")
    if kind == "apiKey":
        location, parameter = str(node.get("in") or "header"), str(node.get("name") or "")
        return SecurityScheme(name, kind, location, parameter.lower() if location == "header" else parameter, node)
    if kind == "http":
        return SecurityScheme(name, str(node.get("scheme") or "").lower(), raw=node)
    # Tokens of OAuth 2 and OpenID Connect travel as bearer tokens (RFC 6750).
    return SecurityScheme(name, "bearer" if kind in ("oauth2", "openIdConnect") else kind, raw=node)


def requirements(node: Any) -> tuple[frozenset[str], ...]:
    """The alternatives of a `security` list, each the names of schemes that are needed together."""
    return tuple(frozenset(part) for part in node if isinstance(part, Mapping)) if isinstance(node, list) else ()


def scopes(node: Any) -> tuple[frozenset[tuple[str, str]], ...]:
    """The scopes that each alternative of a `security` list needs, as pairs of scheme and scope; none where none does.

    Schemes without scopes may list roles since OpenAPI 3.1, which are compared in the same way.
    """
    parts = [part for part in node if isinstance(part, Mapping)] if isinstance(node, list) else []
    needed = tuple(frozenset(_pairs(part)) for part in parts)
    return needed if any(needed) else ()


def _pairs(part: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, listed in part.items():
        yield from ((name, scope) for scope in (listed if isinstance(listed, list) else ()) if isinstance(scope, str))
