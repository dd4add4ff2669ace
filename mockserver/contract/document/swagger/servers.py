"""Servers and security schemes of Swagger 2.0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mockserver.contract.document.place import Place
from mockserver.contract.document.swagger.original import Original

_SCHEMES: Final = ("http", "https", "ws", "wss")
_FLOWS: Final = {
    "implicit": "implicit",
    "password": "password",
    "application": "clientCredentials",
    "accessCode": "authorizationCode",
}
_OF_FLOWS: Final = ("authorizationUrl", "tokenUrl", "scopes")


def servers(original: Original, at: str, operation: Place | None = None) -> list[dict[str, str]]:
    """The servers by `host`, `basePath` and `schemes`; those of an operation where it has schemes of its own."""
    root = original.root.node
    host, path = (value if isinstance(value := root.get(word), str) else "" for word in ("host", "basePath"))
    declared = (root if operation is None else operation.node).get("schemes")
    schemes = [one for one in declared if one in _SCHEMES] if isinstance(declared, list) else []
    if not (host or path) or not (operation is None or schemes):
        return []
    original.moved(at, f"{operation.pointer}/schemes" if operation else "/host" if host else "/basePath")
    path = "/" + path.strip("/")
    if not host:
        return [{"url": path}]
    return [{"url": f"{scheme and f'{scheme}:'}//{host}{path.rstrip('/')}"} for scheme in schemes or [""]]


def security_schemes(original: Original) -> dict[str, Any]:
    """The security schemes by name."""
    declared = original.root.get("securityDefinitions")
    return {name: _scheme(original.resolved(place)) for name, place in (declared.members() if declared else ())}


def _scheme(place: Place) -> Any:
    node = place.node
    if not isinstance(node, Mapping):
        return node
    if node.get("type") == "basic":
        return {**node, "type": "http", "scheme": "basic"}
    if node.get("type") != "oauth2":
        return node
    flow = {key: node[key] for key in _OF_FLOWS if key in node}
    rest = {key: value for key, value in node.items() if key not in (*_OF_FLOWS, "flow")}
    return {**rest, "flows": {_FLOWS.get(str(node.get("flow")), "implicit"): {"scopes": {}, **flow}}}
