"""A request to the provider as its endpoints read it, and what an endpoint makes of it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus, urlsplit

import msgspec

from mockserver.contract.operations.operation import ABSENT
from mockserver.messages import Request
from mockserver.reply.reply import Headers, Reply
from mockserver.state.world import World

_FORM: Final = "application/x-www-form-urlencoded"
_LONGEST: Final = 4096
_MOST: Final = 100
"""How many parameters are read, each of so many characters at most."""
_NAMING: Final = (
    "code", "refresh_token", "device_code", "token", "username", "login_hint", "client_id",
)  # fmt: skip
"""The parameters that may end in `~world`, as tokens may."""
UNSTORED: Final[Headers] = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))


_DANGEROUS: Final = frozenset(("javascript", "data", "vbscript", "blob", "about", "file", "filesystem"))
"""Schemes that a browser must not be sent to."""


class OAuthError(Exception):
    """What a client is answered in the place of what it asked for (RFC 6749, section 5.2)."""

    def __init__(self, error: str, description: str, status: int = 400, headers: Headers = ()) -> None:
        super().__init__(description)
        self.error, self.description, self.status, self.headers = error, description, status, headers

    def reply(self) -> Reply:
        """The error as an answer."""
        value = {"error": self.error, "error_description": self.description}
        return Reply(self.status, "application/json", value, (*UNSTORED, *self.headers))


class Done(msgspec.Struct, frozen=True):
    """What an endpoint did."""

    reply: Reply
    world: World
    user: str | None = None  #: whom it was about
    trouble: str = ""  #: why it refused


class Call(msgspec.Struct, frozen=True):
    """One request to the provider: its parameters, each at most once, and the client's own credentials."""

    request: Request
    issuer: str
    given: Mapping[str, str]
    client: str = ""
    secret: str | None = None

    @property
    def world(self) -> str | None:
        """The world that a parameter or the bearer token names; None where none does."""
        texts = (*(self.given.get(name, "") for name in _NAMING), self.client, self.bearer)
        return next((text.rpartition("~")[2] for text in texts if "~" in text), None)

    @property
    def bearer(self) -> str:
        """The bearer token; empty where there is none."""
        word, _, token = self.request.headers.get("authorization", "").partition(" ")
        return token.strip() if word.lower() == "bearer" else ""

    def way_back(self, name: str) -> str:
        """The address to which a parameter has the browser sent. Raises OAuthError where that would be dangerous."""
        address = self.given.get(name, "")
        try:
            parts = urlsplit(address)
        except ValueError:
            parts = urlsplit("")
        if not parts.scheme or parts.scheme in _DANGEROUS or parts.fragment or not address.isprintable():
            what = repr(address[:100]) if address else "missing"
            raise OAuthError("invalid_request", f"{name} is {what}: it must be an absolute address without a fragment")
        return address

    def plain(self, name: str) -> str:
        """A parameter without the world that it names; empty where it wasn't sent."""
        return self.given.get(name, "").partition("~")[0]


def read_call(request: Request, issuer: str) -> Call:
    """The call of a request. Raises OAuthError where a parameter is repeated or too long."""
    pairs = _pairs(request.query)
    if request.method == "POST":
        pairs += _form(request)
    given: dict[str, str] = {}
    for name, text in pairs:
        if name in given and given[name] != text and name != "resource":
            raise OAuthError("invalid_request", f"{name} was sent more than once")
        if len(text) > _LONGEST and name not in ("id_token_hint", "token", "state"):
            raise OAuthError("invalid_request", f"{name} has more than {_LONGEST} characters")
        given[name] = text
    client, secret = _client(request, given)
    return Call(request, issuer, {name: text for name, text in given.items() if text}, client, secret)


def _form(request: Request) -> list[tuple[str, str]]:
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not request.body:
        return []
    if sent == "application/json":  # not the standard's, but what some clients send
        value = _json(request.body)
        return [(name, text) for name, text in value.items() if isinstance(text, str)]
    if sent != _FORM:
        raise OAuthError("invalid_request", f"send {_FORM}, not {sent or 'a body without a Content-Type'}")
    return _pairs(request.body.decode(errors="replace"))


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST)
    except ValueError:
        raise OAuthError("invalid_request", f"there are more than {_MOST} parameters") from None


def _json(body: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise OAuthError("invalid_request", "the body isn't a JSON object")
    return value


def _client(request: Request, given: Mapping[str, str]) -> tuple[str, str | None]:
    """The client and its secret, as its Authorization header or its parameters name them (RFC 6749, section 2.3.1)."""
    word, _, credentials = request.headers.get("authorization", "").partition(" ")
    if word.lower() != "basic":
        return given.get("client_id", ""), given.get("client_secret")
    try:
        text = base64.b64decode(credentials.strip(), validate=True).decode()
    except ValueError:
        text = ""
    client, colon, secret = text.partition(":")
    if not colon:
        challenge = (("WWW-Authenticate", 'Basic realm="mock"'),)
        reason = "the client's credentials aren't base64 of `client:secret`"
        raise OAuthError("invalid_client", reason, 401, challenge)
    return unquote_plus(client), unquote_plus(secret)


def json_reply(value: Mapping[str, Any], *headers: tuple[str, str]) -> Reply:
    """A JSON answer that no cache keeps."""
    return Reply(200, "application/json", dict(value), (*UNSTORED, *headers))


def redirection(address: str, *headers: tuple[str, str]) -> Reply:
    """An answer that leads a browser elsewhere."""
    return Reply(302, None, ABSENT, (("Location", address), *UNSTORED, *headers))
