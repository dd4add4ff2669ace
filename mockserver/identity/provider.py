"""The provider: which endpoints there are, where, and what discovery says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import msgspec

from mockserver.contract.contract import Contract
from mockserver.identity.authorizing import MODES, RESPONSE_TYPES, authorize
from mockserver.identity.calls import Call, Done, OAuthError, json_reply
from mockserver.identity.devices import ask, enter
from mockserver.identity.granting import GRANT_TYPES, Desk, issue
from mockserver.identity.page import page
from mockserver.identity.places import AUTH, DISCOVERY, declared, flows_of
from mockserver.identity.telling import end_session, introspect, revoke, userinfo
from mockserver.identity.tokens import STANDARD, Tokens
from mockserver.state.users import User
from mockserver.state.world import World

_ANYONE: Final = User("anyone", "", "anyone")
"""Who signs in where the fixtures have no users."""
_READ: Final = ("GET", "HEAD")
_BOTH: Final = ("GET", "HEAD", "POST")


class Endpoint(msgspec.Struct, frozen=True):
    """One endpoint: its methods, what answers, and whether people look at it."""

    methods: tuple[str, ...]
    answer: Callable[[Call, Desk], Done]
    is_page: bool = False


def _metadata(call: Call, desk: Desk) -> Done:
    """What clients configure themselves by (OpenID Connect Discovery, section 3; RFC 8414)."""
    at = {name: f"{call.issuer}/{path}" for name, path in _DISCOVERED.items()}
    value = {
        "issuer": call.issuer,
        **at,
        "scopes_supported": sorted({*desk.scopes, *STANDARD}),
        "response_types_supported": RESPONSE_TYPES,
        "response_modes_supported": tuple(MODES),
        "grant_types_supported": (*GRANT_TYPES, "implicit"),
        "subject_types_supported": ("public",),
        "id_token_signing_alg_values_supported": ("RS256",),
        "token_endpoint_auth_methods_supported": ("client_secret_basic", "client_secret_post", "none"),
        "code_challenge_methods_supported": ("S256", "plain"),
        "prompt_values_supported": ("none", "login", "select_account", "consent"),
        "claims_supported": sorted({"sub", "name", "preferred_username", *_claims(desk.users)}),
        "authorization_response_iss_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }
    return Done(json_reply(value), desk.world)


def _claims(users: Iterable[User]) -> Iterator[str]:
    for user in users:
        yield from user.claims


def _keys(_: Call, desk: Desk) -> Done:
    return Done(json_reply({"keys": [desk.tokens.key.public()]}), desk.world)


ENDPOINTS: Final[Mapping[str, Endpoint]] = {
    DISCOVERY: Endpoint(_READ, _metadata),
    ".well-known/oauth-authorization-server": Endpoint(_READ, _metadata),
    "jwks.json": Endpoint(_READ, _keys),
    "authorize": Endpoint(_BOTH, authorize, is_page=True),
    "token": Endpoint(("POST",), issue),
    "userinfo": Endpoint(_BOTH, userinfo),
    "introspect": Endpoint(("POST",), introspect),
    "revoke": Endpoint(("POST",), revoke),
    "device_authorization": Endpoint(("POST",), ask),
    "device": Endpoint(_BOTH, enter, is_page=True),
    "logout": Endpoint(_BOTH, end_session, is_page=True),
}
"""The endpoints by their path below the issuer."""
_DISCOVERED: Final = {
    "jwks_uri": "jwks.json", "authorization_endpoint": "authorize", "token_endpoint": "token",
    "userinfo_endpoint": "userinfo", "introspection_endpoint": "introspect", "revocation_endpoint": "revoke",
    "device_authorization_endpoint": "device_authorization", "end_session_endpoint": "logout",
}  # fmt: skip


class Provider:
    """The endpoints of one mock."""

    def __init__(self, contract: Contract, users: tuple[User, ...], tokens: Tokens) -> None:
        self.users, self.tokens = users or (_ANYONE,), tokens
        self.scopes = tuple(sorted({*_scopes(contract)}))
        self._paths = dict(declared(contract))

    def endpoint(self, path: str) -> Endpoint | None:
        """The endpoint at a path: below `/__mock__/auth/`, or where the contract declares it."""
        name = path[len(AUTH) + 1 :] if path.startswith(f"{AUTH}/") else self._paths.get(path, "")
        return ENDPOINTS.get(name)

    def answer(self, endpoint: Endpoint, call: Call, world: World, now: int) -> Done:
        """What an endpoint does in a world."""
        desk = Desk(self.tokens, self.users, self.scopes, world, now)
        try:
            return endpoint.answer(call, desk)
        except OAuthError as error:
            return refused(error, endpoint, world)


def refused(error: OAuthError, endpoint: Endpoint, world: World) -> Done:
    """An error as a page where people look, and as JSON elsewhere."""
    reply = error.reply()
    if endpoint.is_page:
        from html import escape

        reply = page("Sign-in failed", f"<p>{escape(error.description)}</p><p><code>{error.error}</code></p>", 400)
    return Done(reply, world, trouble=error.description)


def _scopes(contract: Contract) -> Iterator[str]:
    """The scopes that a contract names."""
    for flow in flows_of(contract):
        scopes = flow.get("scopes")
        yield from map(str, scopes if isinstance(scopes, Mapping) else ())
    for operation in contract.operations.values():
        yield from (scope for needed in operation.scopes for _, scope in needed)
