"""Where the provider's endpoints are, and where contracts name them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import Operation
from mockserver.settings import PREFIX

AUTH: Final = f"{PREFIX}/auth"
"""Where the provider is, and what its tokens are issued by."""
DISCOVERY: Final = ".well-known/openid-configuration"
"""The path below the issuer where clients learn all others."""
_METHODS: Final = {"authorize": ("GET", "POST"), DISCOVERY: ("GET",)}
"""How endpoints are asked; those that aren't named, by POST."""
DECLARED: Final = {
    "authorizationUrl": "authorize",
    "tokenUrl": "token",
    "refreshUrl": "token",
    "deviceAuthorizationUrl": "device_authorization",
}
"""The endpoint behind each address that a flow of OAuth 2 declares."""


def flows_of(contract: Contract) -> Iterator[Mapping[str, Any]]:
    """The flows of OAuth 2 that a contract declares."""
    for scheme in contract.security_schemes.values():
        flows = scheme.raw.get("flows")
        for flow in flows.values() if isinstance(flows, Mapping) else ():
            if isinstance(flow, Mapping):
                yield flow


def declared(contract: Contract) -> Iterator[tuple[str, str]]:
    """The paths at which the contract declares endpoints on its own servers, and those of the operations there: without
    the path of the server, as the mock has them, too."""
    for path, name in _addresses(contract):
        yield path, name
        yield from ((one.template, name) for one in _operations(contract, path, name))


def _addresses(contract: Contract) -> Iterator[tuple[str, str]]:
    servers = [
        str(one.get("url", "/")) for one in contract.document.root.get("servers") or () if isinstance(one, Mapping)
    ]
    for flow in flows_of(contract):
        for member, name in DECLARED.items():
            yield from ((path, name) for path in _own_paths(flow.get(member), servers or ["/"]))
    for scheme in contract.security_schemes.values():
        paths = _own_paths(scheme.raw.get("openIdConnectUrl"), servers or ["/"])
        yield from ((path, DISCOVERY) for path in paths)


def _own_paths(address: Any, servers: list[str]) -> Iterator[str]:
    """The path of an address that is on one of the servers, which it may be relative to."""
    for server in servers if isinstance(address, str) else ():
        try:
            whole, base = urlsplit(urljoin(server, address)), urlsplit(server)
        except ValueError:
            continue
        if whole.netloc == base.netloc and whole.path.startswith("/"):
            yield whole.path


def provided(contract: Contract) -> frozenset[str]:
    """The operations that the contract declares as endpoints of its provider, by id. An operation that only has room
    for such a path, as `/users/{id}` for `/users/token`, isn't one."""
    addresses = _addresses(contract)
    return frozenset(one.id for path, name in addresses for one in _operations(contract, path, name))


def _operations(contract: Contract, path: str, name: str) -> Iterator[Operation]:
    """The operations at the path of an endpoint."""
    matches = (contract.find(method, path) for method in _METHODS.get(name, ("POST",)))
    yield from (one.operation for one in matches if one is not None and "{" not in one.operation.template)
