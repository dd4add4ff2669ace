"""Where a credential travels: as the security schemes of the contract say, and in no other place."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from contract_tests.core.contract import Contract, Operation, SecurityScheme

BEARER = SecurityScheme("", "bearer")
MUTUAL_TLS = "mutualTLS"
"""The kind of a scheme that no part of a request carries: the client shows its certificate when it connects."""

IN_COOKIES = "!#$%&'()*+-./:<=>?@[]^_`{|}~"
"""What a cookie's value may have beside letters and digits (RFC 6265, section 4.1.1); servers take it as it is."""


@dataclass(frozen=True)
class Credentials:
    """What names the user: headers, and parameters of the query."""

    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


def credentials(contract: Contract, operation: Operation | None, token: str | None) -> Credentials:
    """How a token is sent to an operation; to a path that the contract does not have, as to the first secured one."""
    if token is None:
        return Credentials()
    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    for scheme in schemes_of(contract, operation):
        if scheme.kind == "apiKey" and scheme.location == "query":
            query[scheme.parameter] = token
        elif scheme.kind == "apiKey" and scheme.location == "cookie":
            cookie = f"{scheme.parameter}={quote(token, safe=IN_COOKIES)}"
            headers["Cookie"] = f"{headers['Cookie']}; {cookie}" if "Cookie" in headers else cookie
        elif scheme.kind == "apiKey":
            headers[str(scheme.raw.get("name") or scheme.parameter)] = token
        elif scheme.kind == "basic":
            headers["Authorization"] = f"Basic {base64.b64encode(token.encode()).decode()}"
        elif scheme.kind != MUTUAL_TLS:
            word = str(scheme.raw.get("scheme") or "Bearer")
            # Documents write `bearer`; HTTP's own spelling is Bearer, and some servers take no other.
            headers["Authorization"] = f"{word.capitalize() if word.islower() else word} {token}"
    return Credentials(headers, query)


def can_refuse(contract: Contract, operation: Operation) -> bool:
    """Whether the credentials in a request decide who may call: a client certificate isn't among them."""
    declared = contract.reader.security_schemes
    return all(
        any(declared[name].kind != MUTUAL_TLS for name in names if name in declared)
        for names in operation.declared.security
    )


def schemes_of(contract: Contract, operation: Operation | None) -> list[SecurityScheme]:
    """The schemes of the first alternative that an operation names; a bearer where the contract names none at all."""
    declared = contract.reader.security_schemes
    required = [one.declared.security for one in contract.operations if any(one.declared.security)]
    if not required:
        return [next(iter(declared.values()), BEARER)]
    alternatives = operation.declared.security if operation is not None else required[0]
    named = next((names for names in alternatives if names), frozenset[str]())
    return [declared[name] for name in sorted(named) if name in declared]
