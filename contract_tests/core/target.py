"""The target as the suites call it: operations by id, as one of the users, through the gate."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import quote

import requests

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.contract import Contract, Operation
from contract_tests.core.credentials import Keys, credentials, names_user
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.gate import Gate
from contract_tests.core.needs import needed, needed_query, removing_body
from contract_tests.core.operation import ABSENT
from contract_tests.core.renewing import Credential
from contract_tests.core.transport import NETWORK_ERRORS
from contract_tests.core.words import query_string

NOTHING: Final[Any] = type("Nothing", (), {"__repr__": lambda _: "NOTHING"})()
"""Marks a body that is not sent at all, where `None` is JSON null."""

Token = str | Keys | None
"""Who calls: a token, or all the keys of a user; nobody when None."""


class Target:
    """Sends requests to the target; all of them through `gate`."""

    def __init__(
        self,
        gate: Gate,
        contract: Contract,
        token: Credential | str | None,
        by_scheme: Mapping[str, str] | None = None,
    ) -> None:
        self.gate, self.contract, self.by_scheme = gate, contract, by_scheme or {}
        self.credential = token if isinstance(token, Credential) else Credential(token)
        self.session = requests.Session()
        self.session.trust_env = False  # ~/.netrc would replace the tokens; the gate reads proxies and bundles
        self.session.headers["User-Agent"] = "contract-tests"
        gate.health.credentials = self.headers_for
        gate.health.carries = self._names_user
        gate.health.has_user = lambda: bool(self.keys)
        gate.health.renew = self.credential.renew if self.credential.login else None
        self.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))  # who calls is said by the token alone
        for prefix in ("http://", "https://"):
            self.session.mount(prefix, gate)

    @property
    def token(self) -> str | None:
        """The token of the user, as it is now."""
        return self.credential.current()

    @property
    def keys(self) -> Keys:
        """All that names the user, as it is now."""
        return Keys(self.token, self.by_scheme)

    def call(
        self,
        operation_id: str,
        *values: str,
        body: Any = NOTHING,
        token: Token = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Call an operation with path values and a JSON body (bytes go out as they are).

        `token` is the user's own keys when left out, none at all when None. Raises `Broken` when no answer comes.
        """
        operation = self.contract.operation(operation_id)
        path = path_of(operation, values)
        return self.request(operation.method, path, body=body, token=token, headers=headers, operation=operation)

    def request(
        self,
        method: str,
        path: str,
        *,
        body: Any = NOTHING,
        token: Token = "",
        headers: Mapping[str, str] | None = None,
        by_contract: bool = True,
        operation: Operation | None = None,
    ) -> Answer:
        """Send one request to a raw path; not `by_contract`: its answer is not checked as that of an operation.

        `operation` is the one that is meant, where several share method and path.
        """
        operation = operation or (found[0] if (found := self.contract.match(method, path)) else None)
        named = credentials(self.contract, operation, self._keys_of(token))
        sent_headers = {**(needed(self.contract, operation) if operation else {}), **named.headers}
        required = needed_query(self.contract, operation) if operation and "?" not in path else {}
        path = with_query(path, {**required, **named.query})
        content = None
        if body is NOTHING and operation is not None and operation.requires_body:
            found = self.contract.match(method, path)
            removing = removing_body(self.contract, operation, "".join(found[1][-1:]) if found else "")
            body = NOTHING if removing is ABSENT else removing
        if body is not NOTHING:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent_headers["Content-Type"] = "application/json"
        sent_headers.update(headers or {})
        return self._send(method, self.gate.base_url + path, content, sent_headers, by_contract=by_contract)

    def look(self, url: str) -> Answer:
        """Read an address of the target's host that need not be below its base URL."""
        headers = credentials(self.contract, None, self.keys).headers
        return self._send("GET", url, None, headers, by_contract=False)

    def _send(
        self, method: str, url: str, content: bytes | None, headers: Mapping[str, str], *, by_contract: bool
    ) -> Answer:
        self.gate.by_contract = by_contract
        try:
            self.session.request(method, url, data=content, headers=headers, allow_redirects=False)
        except NETWORK_ERRORS as error:
            raise self.gate.no_answer(error) from error
        finally:
            self.gate.by_contract = True
        assert self.gate.last is not None  # noqa: S101 - the gate has just kept it
        return self.gate.last

    def _keys_of(self, token: Token) -> Keys:
        if isinstance(token, Keys):
            return token
        return self.keys if token == "" else Keys(token)

    def headers_for(self, sent: Sent) -> Mapping[str, str]:
        """The headers that name the user in a request."""
        found = self.contract.match(sent.method, sent.path, sent)
        return credentials(self.contract, found[0] if found else None, self.keys).headers

    def _names_user(self, sent: Sent) -> bool:
        """Whether a request has the credentials of the user."""
        found = self.contract.match(sent.method, sent.path, sent)
        return names_user(self.contract, found[0] if found else None, sent, self.keys)

    def as_user(self, operation: Operation | None) -> dict[str, Any]:
        """How the user is named in a generated call: its headers and parameters."""
        named = credentials(self.contract, operation, self.keys)
        return {"headers": dict(named.headers), **({"params": dict(named.query)} if named.query else {})}


def with_query(path: str, query: Mapping[str, Any]) -> str:
    """A path with further parameters."""
    return f"{path}{'&' if '?' in path else '?'}{query_string(query)}" if query else path


def path_of(operation: Operation, values: tuple[str, ...]) -> str:
    """The raw path of an operation, its values percent-encoded. A fragment of the template, which tells operations of
    one path apart, is not sent."""
    path = operation.path.partition("#")[0]
    for name, value in zip(operation.path_names, values, strict=True):
        path = path.replace("{" + name + "}", quote(str(value), safe=""))
    return path


__all__ = ["NOTHING", "Broken", "NotChecked", "Target", "path_of"]
