"""Requests to the provider: answered in a world, whose sign-ins they change, and journaled like any other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.schemas.view import members
from mockserver.errors import Refused
from mockserver.exchange.auth import Auth, world_named
from mockserver.exchange.cors import preflight
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.plans import Entry
from mockserver.exchange.refusals import Refusals
from mockserver.identity.places import AUTH
from mockserver.messages import Inputs
from mockserver.reply.reply import Reply
from mockserver.state.store import MAIN, Store
from mockserver.state.world import World

if TYPE_CHECKING:
    from mockserver.exchange.fitting import Fitting
    from mockserver.identity.calls import Call, Done
    from mockserver.identity.provider import Endpoint, Provider


class SignIn:
    """The provider as the pipeline asks it; it is made when somebody first signs in."""

    def __init__(self, make: Callable[[], Provider]) -> None:
        self._make = make
        self._made: Provider | None = None

    @property
    def provider(self) -> Provider:
        """The provider."""
        if self._made is None:
            self._made = self._make()
        return self._made

    def reply(self, exchange: Exchange, seen: Any, store: Store, clock: Callable[[], int]) -> Reply | None:
        """The provider's answer; None where it has nothing at the request's path."""
        request, endpoint = exchange.request, self.provider.endpoint(exchange.request.path)
        if endpoint is None:
            return None
        if request.method == "OPTIONS":
            allowed = preflight(request, exchange.steering.origin, endpoint.methods)
            return Reply(204, None, ABSENT, allowed or (("Allow", ", ".join(endpoint.methods)),))
        if request.method not in endpoint.methods:
            allow = (("Allow", ", ".join(endpoint.methods)),)
            raise Refused(405, f"{request.path} takes {', '.join(endpoint.methods)}", headers=allow, own=True)
        done = self._done(endpoint, exchange, seen, store, clock)
        exchange.user = done.user
        if done.trouble:
            exchange.verdict, exchange.reason = "refused", done.trouble
        return done.reply

    def fitted(self, reply: Reply, exchange: Exchange, fitting: Fitting, refusals: Refusals) -> Reply:
        """The provider's answer, as the contract has it where that declares the operation."""
        contract = fitting.contract
        operation = contract.operations.get(exchange.operation or "")
        if operation is None or not isinstance(reply.value, dict) or fitting.keeps(operation, reply):
            return reply
        response = operation.response_for(reply.status)
        if response is None:
            raise Refused(reply.status, exchange.reason, headers=reply.headers)
        known = {name for media in response.media_types.values() for name in members(media.schema, contract.view)}
        fields = tuple(((name,), value) for name, value in reply.value.items() if name in known)
        laid = fitting.builder.compose(operation, reply.status, fields)
        return refusals.checked(operation, laid, exchange, "the provider's answer")

    def _done(self, endpoint: Endpoint, exchange: Exchange, seen: Any, store: Store, clock: Callable[[], int]) -> Done:
        """What the endpoint does, once its world has it."""
        from mockserver.identity.calls import OAuthError, read_call
        from mockserver.identity.provider import refused

        request = exchange.request
        call: Call | None = None
        try:
            call = read_call(request, f"{request.origin}{AUTH}")
            name = world_named(call.world or exchange.steering.world or MAIN)
        except OAuthError as error:
            call, trouble, name = None, error, MAIN
        world, version = store.begin(name, seen)
        while True:
            now = world.clock.now(clock)
            exchange.before, exchange.at, exchange.version = world, now, version
            done = (
                refused(trouble, endpoint, world) if call is None else self.provider.answer(endpoint, call, world, now)
            )
            after = done.world
            staged = version if after is world else store.stage(name, version, after)
            if staged is not None:
                exchange.version = staged
                return done
            world, version = store.again(name)


def entered(
    entry: Entry, exchange: Exchange, inputs: Inputs, reply: Reply, world: World, fits: Callable[[Reply], bool]
) -> tuple[Reply, World]:
    """The answer of an operation that signs its caller in or out, and the next world."""
    from mockserver.identity.entering import Asked

    done = entry.entered(Asked(exchange.request, inputs, reply, world, exchange.at, fits))
    exchange.user = done.name or exchange.user
    return done.reply, done.world


def entries_of(contract: Contract, auth: Auth) -> dict[str, tuple[Entry, ...]]:
    """The operations by which the API itself signs its users in and out, by id."""
    if not _may_sign_in(contract):
        return {}
    from mockserver.identity.logins import logins_of
    from mockserver.identity.sessions import sessions_of

    enforces = auth.mode == "enforce" and bool(auth.users)
    cookies = sessions_of(contract, auth.tokens, enforces=enforces)
    logins = logins_of(contract, auth.tokens, enforces=enforces)
    both = {name: (cookies.get(name), logins.get(name)) for name in {**cookies, **logins}}
    return {name: tuple(one for one in found if one is not None) for name, found in both.items()}


def _may_sign_in(contract: Contract) -> bool:
    """Whether a look at the operations is worth an import: one that needs no credentials, and others that do."""
    schemes = contract.security_schemes.values()
    if all(one.kind != "bearer" and one.location != "cookie" for one in schemes):
        return False
    return any(not one.security or frozenset() in one.security for one in contract.operations.values())
