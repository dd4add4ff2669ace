"""Where a credential travels: as the security schemes of the contract say, and in no other place."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from contract_tests.core.contract import Contract, Operation, SecurityScheme

BEARER = SecurityScheme("", "bearer")


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
            cookie = f"{scheme.parameter}={quote(token, safe='')}"
            headers["Cookie"] = f"{headers['Cookie']}; {cookie}" if "Cookie" in headers else cookie
        elif scheme.kind == "apiKey":
            headers[str(scheme.raw.get("name") or scheme.parameter)] = token
        elif scheme.kind == "basic":
            headers["Authorization"] = f"Basic {base64.b64encode(token.encode()).decode()}"
        else:
            headers["Authorization"] = f"Bearer {token}"
    return Credentials(headers, query)


def schemes_of(contract: Contract, operation: Operation | None) -> list[SecurityScheme]:
    """The schemes of the first alternative that an operation names; a bearer where the contract names none at all."""
    declared = contract.reader.security_schemes
    required = [one.declared.security for one in contract.operations if any(one.declared.security)]
    if not required:
        return [next(iter(declared.values()), BEARER)]
    alternatives = operation.declared.security if operation is not None else required[0]
    named = next((names for names in alternatives if names), frozenset[str]())
    return [declared[name] for name in sorted(named) if name in declared]
