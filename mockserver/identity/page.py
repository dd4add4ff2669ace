"""The pages of the provider: plain HTML without scripts, so that a test and a text browser can use them too."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from hashlib import sha256
from html import escape
from typing import Final
from urllib.parse import urlencode

from msgspec.structs import replace

from mockserver.identity.calls import UNSTORED, Call
from mockserver.reply.reply import Reply, merged_headers
from mockserver.state.store import MAIN
from mockserver.state.users import User

_MOST: Final = 200
"""How many users the page lists."""
_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_SEND: Final = "document.forms[0].submit()"
_STYLE: Final = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0; display: grid; min-height: 100vh; place-items: center; background: Canvas; color: CanvasText }
main { width: min(26rem, calc(100vw - 2rem)); padding: 2rem 0 }
h1 { font-size: 1.4rem; margin: 0 0 .5rem }
p { margin: .5rem 0; opacity: .85 }
ul { list-style: none; padding: 0; margin: 1.25rem 0 }
li a { display: block; padding: .7rem 1rem; margin: .5rem 0; border: 1px solid GrayText; border-radius: .5rem;
       color: inherit; text-decoration: none; overflow-wrap: anywhere }
li a:hover, li a:focus-visible { outline: 2px solid LinkText; border-color: transparent }
li small { display: block; opacity: .75 }
code { overflow-wrap: anywhere }
input, button { font: inherit; padding: .6rem .8rem; border-radius: .5rem; border: 1px solid GrayText }
"""


def page(title: str, content: str, status: int = 200, *headers: tuple[str, str]) -> Reply:
    """A page of the provider; `content` is HTML."""
    text = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{escape(title)}</h1>{content}</main></body></html>\n"
    )
    policy = (
        ("Content-Security-Policy", _POLICY),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
    )
    return Reply(status, "text/html; charset=utf-8", text, (*UNSTORED, *policy, *headers))


def sign_in_page(call: Call, users: tuple[User, ...], world: str, refuse: str) -> Reply:
    """The page that asks who signs in: each user is a link to the same address with a hint."""
    asked = call.given.get("scope", "")
    unknown = call.plain("login_hint")
    content = [
        f"<p>The mock signs in whom you choose. It asks for no password.{in_world(world)}</p>",
        f"<p>The app asks for: <code>{escape(asked)}</code></p>" if asked else "",
        f"<p>No user in the fixtures is <code>{escape(unknown)}</code>.</p>" if unknown else "",
        listed(call, users, world),
        f'<p><a href="{_link(call, refuse, "access_denied")}">Refuse</a></p>',
    ]
    return page(f"Sign in to {call.client.partition('~')[0][:100]}", "".join(content))


def listed(call: Call, users: tuple[User, ...], world: str) -> str:
    """The users as links."""
    items = [_item(call, user, world) for user in users[:_MOST]]
    more = f"<p>{len(users) - _MOST} more can be signed in with <code>login_hint</code>.</p>" if users[_MOST:] else ""
    return f"<ul>{''.join(items)}</ul>{more}"


def _item(call: Call, user: User, world: str) -> str:
    named = user.name if world == MAIN else f"{user.name}~{world}"
    can = "all scopes" if user.scopes is None else " ".join(sorted(user.scopes)) or "no scopes"
    shown = f"{escape(user.name)}<small>{escape(can)}</small>"
    return f'<li><a href="{_link(call, "login_hint", named)}">{shown}</a></li>'


def _link(call: Call, name: str, value: str) -> str:
    given: Iterable[tuple[str, str]] = {**call.given, name: value}.items()
    return escape(f"?{urlencode(list(given))}")


def in_world(world: str) -> str:
    """The sentence that names the world, where it isn't the usual one."""
    return "" if world == MAIN else f" This is the world <strong>{escape(world)}</strong>."


def sending_page(address: str, given: Mapping[str, str], *headers: tuple[str, str]) -> Reply:
    """A page that sends a form to an app at once (OAuth 2.0 Form Post Response Mode)."""
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(text)}">' for name, text in given.items()
    )
    form = f'<form method="post" action="{escape(address)}">{fields}<button>Continue</button></form>'
    reply = page("Signed in", f"{form}<script>{_SEND}</script>", 200, *headers)
    digest = base64.b64encode(sha256(_SEND.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'"
    return replace(reply, headers=merged_headers(reply.headers, (("Content-Security-Policy", policy),)))
