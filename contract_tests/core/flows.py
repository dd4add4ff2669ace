"""How the contract says that a token is fetched: flows of its security schemes, and the scopes of its operations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from contract_tests.core.contract import Contract, Operation, SecurityScheme
from contract_tests.core.errors import UsageError
from contract_tests.core.login import Login

FLOWS: Final[Mapping[str, str]] = {
    "client_credentials": "clientCredentials",
    "password": "password",
    "refresh_token": "",
    "authorization_code": "authorizationCode",
    "device_code": "deviceAuthorization",
}
"""What OpenAPI calls the flow of each grant."""

ANY: Final = frozenset({"refresh_token", "device_code"})
"""Grants for which the token endpoint of any flow counts: OpenAPI has no flow of the first, and since 3.2 the other."""

ENDPOINTS: Final[Mapping[str, str]] = {
    "tokenUrl": "url", "authorizationUrl": "authorize_url", "deviceAuthorizationUrl": "device_url",
}  # fmt: skip
"""The settings that stand for the addresses of a flow."""


def with_flow(login: Login, contract: Contract, operations: Iterable[Operation], base_url: str) -> Login:
    """The login with the addresses that its `flow` has in the contract, and the scopes that the operations need; raises
    `UsageError` where the contract has no such flow."""
    given = login.given
    if "flow" not in given:
        return login
    scheme = scheme_of(given, contract)
    flow = flow_of(scheme, str(given["flow"]))
    found: dict[str, Any] = {setting: at_target(str(flow[name]), contract, base_url)
                             for name, setting in ENDPOINTS.items() if flow.get(name)}  # fmt: skip
    if given["flow"] == "refresh_token" and flow.get("refreshUrl"):
        found["url"] = at_target(str(flow["refreshUrl"]), contract, base_url)
    if metadata := scheme.raw.get("openIdConnectUrl") or scheme.raw.get("oauth2MetadataUrl"):
        found["discovery"] = at_target(str(metadata), contract, base_url)
    if not {"url", "discovery"} & {*found, *given}:
        raise UsageError(f"[login] flow: {scheme.name} has no tokenUrl for {given['flow']}", fix="name it: url = ...")
    wanted = sorted(scopes_needed(operations, scheme.name))
    if wanted and given["flow"] != "refresh_token":
        found["scope"] = " ".join(wanted)
    known = flow.get("scopes")
    found["known_scopes"] = sorted({*wanted, *(known if isinstance(known, Mapping) else ())})
    return replace(login, given={**found, "grant": given["flow"], **given, "scheme": scheme.name})


def scheme_of(given: Mapping[str, Any], contract: Contract) -> SecurityScheme:
    """The security scheme that a login is for: the named one, else the first that has its flow."""
    schemes = contract.reader.security_schemes
    fitting = [one for one in schemes.values() if has_flow(one, str(given["flow"]))]
    if "scheme" in given:
        fitting = [one for one in fitting if one.name == given["scheme"]]
    if fitting:
        return fitting[0]
    known = ", ".join(f"{one.name} ({', '.join(flow_names(one))})" for one in schemes.values() if [*flow_names(one)])
    about = f" of {given['scheme']}" if "scheme" in given else ""
    raise UsageError(f"[login] flow: the contract has no flow {given['flow']}{about}", fix=f"it has: {known or 'none'}")


def flow_names(scheme: SecurityScheme) -> Iterator[str]:
    """The flows of a scheme, as OpenAPI calls them."""
    flows = scheme.raw.get("flows")
    yield from flows if isinstance(flows, Mapping) else ()
    if scheme.raw.get("openIdConnectUrl"):
        yield "openIdConnect"


def has_flow(scheme: SecurityScheme, flow: str) -> bool:
    """Whether a scheme has the flow; of one that is discovered, any may be there."""
    names = {*flow_names(scheme)}
    return "openIdConnect" in names or FLOWS[flow] in names or (flow in ANY and bool(names))


def flow_of(scheme: SecurityScheme, flow: str) -> Mapping[str, Any]:
    """The declared flow; empty where the scheme is discovered."""
    flows = scheme.raw.get("flows")
    known = flows if isinstance(flows, Mapping) else {}
    named = known.get(FLOWS[flow])
    any_other = next((one for one in known.values() if isinstance(one, Mapping) and one.get("tokenUrl")), None)
    found = any_other if named is None and flow in ANY else named
    return found if isinstance(found, Mapping) else {}


def scopes_needed(operations: Iterable[Operation], scheme: str) -> set[str]:
    """The scopes of a scheme that any of the operations needs."""
    pairs = (pair for one in operations for alternative in one.declared.scopes for pair in alternative)
    return {scope for owner, scope in pairs if owner == scheme}


def at_target(url: str, contract: Contract, base_url: str) -> str:
    """An address of the contract; where it is on one of the contract's servers, on the target, which stands for it."""
    for server in contract.addresses:
        base = server.rstrip("/")
        if url == base or url.startswith(f"{base}/"):
            return base_url.rstrip("/") + url[len(base) :]
        if "://" in url and urlsplit(url).netloc == urlsplit(base).netloc:
            parts = urlsplit(url)
            return urljoin(base_url, f"{parts.path}{f'?{parts.query}' if parts.query else ''}")
    return url if "://" in url else urljoin(base_url.rstrip("/") + "/", url)
