"""Sign-in on a device without a browser (RFC 8628): it shows a code, and a user enters it elsewhere."""

from __future__ import annotations

from html import escape
from typing import Final
from urllib.parse import urlencode

from msgspec.structs import replace

from mockserver.identity.calls import Call, Done, OAuthError, json_reply
from mockserver.identity.granting import Desk
from mockserver.identity.grants import Grant, find_device, keep, new_id, user_code_of
from mockserver.identity.page import in_world, listed, page
from mockserver.identity.tokens import granted

LASTING: Final = 600
"""Seconds that a device code counts."""


def ask(call: Call, desk: Desk) -> Done:
    """Give a device its code, and one for its user; a hint has the user sign in at once."""
    if not call.client:
        raise OAuthError("invalid_request", "client_id is missing")
    scope, until = call.given.get("scope", ""), desk.now + LASTING * 1000
    grant = Grant(new_id(desk.world), "device", until, client=call.client, scope=scope)
    user = desk.user(call.plain("login_hint")) if "login_hint" in call.given else None
    if user is not None:
        grant = replace(grant, user=user.id, scope=granted(scope, user, desk.scopes), at=desk.now)
    code, address = desk.written(user_code_of(grant.id)), f"{call.issuer}/device"
    value = {
        "device_code": desk.written(f"dc_{grant.id}"),
        "user_code": code,
        "verification_uri": address,
        "verification_uri_complete": f"{address}?{urlencode({'user_code': code})}",
        "expires_in": LASTING,
        "interval": 1,
    }
    return Done(json_reply(value), keep(desk.world, grant))


def enter(call: Call, desk: Desk) -> Done:
    """The page where a user enters the code, and signs in."""
    code = call.plain("user_code").strip().upper()
    grant = find_device(desk.world, code) if code else None
    if grant is None or grant.is_over or desk.now >= grant.until:
        wrong = f"<p>No device waits with the code <code>{escape(code[:100])}</code>.</p>" if code else ""
        form = '<form><input name="user_code" aria-label="Code" required autofocus> <button>Continue</button></form>'
        return Done(page("Sign in on a device", f"<p>Enter the code that it shows.</p>{wrong}{form}"), desk.world)
    if "mock_error" in call.given:
        after = keep(desk.world, replace(grant, is_over=True))
        return Done(page("Refused", "<p>The device isn't signed in.</p>"), after)
    user = desk.user(call.plain("login_hint")) if "login_hint" in call.given else None
    if user is None:
        return Done(page("Sign in on a device", _choice(call, desk, grant)), desk.world)
    signed = replace(grant, user=user.id, scope=granted(grant.scope, user, desk.scopes), at=desk.now)
    done = f"<p>The device is signed in as <strong>{escape(user.name)}</strong>.</p>"
    return Done(page("Signed in", done), keep(desk.world, signed), user.name)


def _choice(call: Call, desk: Desk, grant: Grant) -> str:
    client = escape(grant.client.partition("~")[0])
    question = f"<p>Who signs in to <strong>{client}</strong>?{in_world(desk.world.name)}</p>"
    return f"{question}{listed(call, desk.users, desk.world.name)}"
