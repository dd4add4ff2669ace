"""Where a credential travels: as the security schemes of the contract say, and in no other place."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qsl, quote

from contract_tests.core.answer import Sent
from contract_tests.core.contract import Contract, Operation, SecurityScheme

BEARER: Final = SecurityScheme("", "bearer")
MUTUAL_TLS: Final = "mutualTLS"
"""The kind of a scheme that no part of a request carries: the client shows its certificate when it connects."""

IN_COOKIES: Final = "!#$%&'()*+-./:<=>?@[]^_`{|}~"
"""What a cookie's value may have beside letters and digits (RFC 6265, section 4.1.1); servers take it as it is."""


@dataclass(frozen=True)
class Keys:
    """What a user has: a token, and values for security schemes by name that differ from it."""

    token: str | None = None
    by_scheme: Mapping[str, str] = field(default_factory=dict)
    without: frozenset[str] = frozenset()  #: schemes for which nothing is sent

    def __bool__(self) -> bool:
        return bool(self.token or self.by_scheme)

    def value(self, scheme: SecurityScheme) -> str | None:
        """What is sent for a scheme; None where there is nothing."""
        if scheme.name in self.without or scheme.kind == MUTUAL_TLS:
            return None
        return self.by_scheme.get(scheme.name, self.token)

    def lacking(self, schemes: Iterable[str]) -> Keys:
        """The same without the value of these schemes."""
        return replace(self, without=self.without.union(schemes))

    def spoiled(self, schemes: Iterable[SecurityScheme], wrong: Iterable[str], how: Callable[[str], str]) -> Keys:
        """The same with a wrong value for some of the schemes, made from the right one."""
        right = {one.name: value for one in schemes if (value := self.value(one)) is not None}
        return Keys(self.token, right | {name: how(right.get(name, "")) for name in wrong})


@dataclass(frozen=True)
class Credentials:
    """What names the user: headers, and parameters of the query."""

    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


def credentials(contract: Contract, operation: Operation | None, keys: Keys) -> Credentials:
    """How the keys are sent to an operation; to a path that the contract does not have, as to the first secured one."""
    return as_sent(schemes_of(contract, operation, keys), keys)


def as_sent(schemes: Iterable[SecurityScheme], keys: Keys) -> Credentials:
    """How the keys are sent where these schemes are asked for."""
    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    for scheme in schemes:
        value = keys.value(scheme)
        if value is None:
            continue
        if scheme.kind == "apiKey" and scheme.location == "query":
            query[scheme.parameter] = value
        elif scheme.kind == "apiKey" and scheme.location == "cookie":
            cookie = f"{scheme.parameter}={quote(value, safe=IN_COOKIES)}"
            headers["Cookie"] = f"{headers['Cookie']}; {cookie}" if "Cookie" in headers else cookie
        elif scheme.kind == "apiKey":
            headers[str(scheme.raw.get("name") or scheme.parameter)] = value
        elif scheme.kind == "basic":
            headers["Authorization"] = f"Basic {pair(value)}"
        else:
            word = str(scheme.raw.get("scheme") or "Bearer")
            # Documents write `bearer`; HTTP's own spelling is Bearer, and some servers take no other.
            headers["Authorization"] = f"{word.capitalize() if word.islower() else word} {value}"
    return Credentials(headers, query)


def can_refuse(contract: Contract, operation: Operation) -> bool:
    """Whether the credentials in a request decide who may call: a client certificate isn't among them."""
    declared = contract.reader.security_schemes
    return all(
        any(declared[name].kind != MUTUAL_TLS for name in names if name in declared)
        for names in operation.declared.security
    )


def schemes_of(contract: Contract, operation: Operation | None, keys: Keys) -> list[SecurityScheme]:
    """The schemes of the alternative that the keys are for, else of the first one that an operation names; a bearer
    where the contract names none at all."""
    declared = contract.reader.security_schemes
    required = [one.declared.security for one in contract.operations if any(one.declared.security)]
    if not required:
        return [next(iter(declared.values()), BEARER)]
    own = operation.declared.security if operation and not says_nothing(operation) else required[0]
    alternatives = [names for names in own if names]
    of_connection = {name for name, scheme in declared.items() if scheme.kind == MUTUAL_TLS}
    fitting = [names for names in alternatives if names <= keys.by_scheme.keys() | of_connection]
    fitting += [names for names in alternatives if names & keys.by_scheme.keys() and keys.token]
    named = next(iter([*fitting, *alternatives]), frozenset[str]())
    return [declared[name] for name in sorted(named) if name in declared]


def says_nothing(operation: Operation) -> bool:
    """Whether an operation documents 401, and neither which credentials it wants nor that it wants none: where other
    operations name them, it wants the same."""
    declared = operation.declared
    return not declared.security and "security" not in declared.raw and "401" in operation.statuses


def names_user(contract: Contract, operation: Operation | None, sent: Sent, keys: Keys) -> bool:
    """Whether a request has all credentials of the user that one alternative asks for, and none in their place."""
    declared = contract.reader.security_schemes
    alternatives = [{*names} & declared.keys() for names in (operation.declared.security if operation else ())]
    wanted = [[declared[name] for name in names] for names in alternatives if names]
    wanted = wanted or [[scheme] for scheme in declared.values()] or [[BEARER]]
    return any(has_credentials(sent, as_sent(schemes, keys)) for schemes in wanted)


def has_credentials(sent: Sent, named: Credentials) -> bool:
    """Whether a request has these, of which there is one at least."""
    cookies = named.headers.get("Cookie", "").split("; ") if "Cookie" in named.headers else []
    others = [(name, value) for name, value in named.headers.items() if name != "Cookie"]
    query = parse_qsl(sent.query, keep_blank_values=True)
    return bool(named.headers or named.query) and (
        all(sent.headers.get(name) == value for name, value in others)
        and all(cookie in sent.headers.get("Cookie", "") for cookie in cookies)
        and all(parameter in query for parameter in named.query.items())
    )


def pair(value: str) -> str:
    """`user:password` in base64; what is such a pair in base64 already stays as it is."""
    if ":" not in value:
        try:
            if b":" in base64.b64decode(value, validate=True):
                return value
        except (binascii.Error, ValueError):
            pass
    return base64.b64encode(value.encode()).decode()
