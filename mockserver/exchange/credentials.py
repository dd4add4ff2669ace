"""Credentials as they travel: read from a request as a security scheme has them, written, asked for in challenges."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs

from mockserver.contract.operations.operation import SecurityScheme
from mockserver.errors import Refused
from mockserver.exchange.steering import cookie
from mockserver.messages import Request
from mockserver.state.users import User

MUTUAL_TLS = "mutualTLS"
"""A scheme of the connection. The mock has no certificates, so it rejects no request because of it."""
_DIGEST = ("username", "realm", "nonce", "uri", "response")
"""What the credentials of digest authentication always have (RFC 7616, section 3.4)."""


def own_credentials(schemes: Mapping[str, SecurityScheme], user: User) -> Iterator[tuple[str, str]]:
    """What stands for a user in one scheme only: a key, or name and password."""
    yield from user.keys.items()
    if user.password is not None:
        basic = (scheme.name for scheme in schemes.values() if scheme.kind == "basic")
        yield from ((name, f"{user.name}:{user.password}") for name in basic)


def text_of(user: User, scheme: SecurityScheme) -> str:
    """A user's own credential for a scheme; the token where there is none."""
    if scheme.kind == "basic" and user.password is not None:
        return f"{user.name}:{user.password}"
    return user.keys.get(scheme.name, user.token)


def written(scheme: SecurityScheme, token: str) -> str:
    """A credential as the scheme's parameter carries it."""
    if scheme.kind == "basic":
        return f"Basic {base64.b64encode(token.encode()).decode()}"
    return f"Bearer {token}" if scheme.kind == "bearer" else token


def credential_in(scheme: SecurityScheme, request: Request) -> str:
    """What a request has of a scheme: a token, a key, or name and password. `Refused(401)` where it has nothing."""
    if scheme.kind != "apiKey":
        return _authorization(scheme, request)
    value: str | None
    if scheme.location == "query":
        value = parse_qs(request.query, keep_blank_values=True).get(scheme.parameter, [""])[0]
    elif scheme.location == "cookie":
        value = cookie(request, scheme.parameter)
    else:
        value = request.headers.get(scheme.parameter.lower())
    if not value:
        raise refusal(scheme, f"no {words_of(scheme)}: nothing was sent")
    return value


def _authorization(scheme: SecurityScheme, request: Request) -> str:
    sent = request.headers.get("authorization")
    if not sent:
        raise refusal(scheme, "no Authorization header: nothing was sent")
    word, _, credential = sent.partition(" ")
    credential = credential.strip()
    if word.lower() != scheme.kind or not credential:
        raise refusal(scheme, f"the Authorization header must say `{scheme.kind.title()} CREDENTIAL`", invalid=True)
    if scheme.kind == "basic":
        return _basic(scheme, credential)
    if scheme.kind == "digest" and any(f"{member}=" not in credential for member in _DIGEST):
        raise refusal(scheme, f"the digest credentials must have {', '.join(_DIGEST)}", invalid=True)
    return credential


def _basic(scheme: SecurityScheme, credential: str) -> str:
    """The name and password of basic authentication as `name:password` (RFC 7617)."""
    try:
        text = base64.b64decode(credential, validate=True).decode()
    except ValueError:  # no base64, no ASCII, or no UTF-8 inside
        text = ""
    if ":" not in text:
        raise refusal(scheme, "the basic credentials are not base64 of `name:password`", invalid=True)
    return text


def refusal(scheme: SecurityScheme, reason: str, *, invalid: bool = False) -> Refused:
    """A 401 with its challenge."""
    return Refused(401, reason, headers=challenge_of(scheme, invalid=invalid))


def challenge_of(scheme: SecurityScheme, *, invalid: bool = False) -> tuple[tuple[str, str], ...]:
    """The challenge of a scheme, if it has one (RFC 9110, section 11.6.1; RFC 6750, section 3; RFC 7616)."""
    if scheme.kind == MUTUAL_TLS:
        return ()
    challenge = f'{"ApiKey" if scheme.kind == "apiKey" else scheme.kind.title()} realm="mock"'
    if scheme.kind == "digest":
        challenge += ', nonce="mock", qop="auth"'
    if invalid and scheme.kind == "bearer":
        challenge += ', error="invalid_token"'
    return (("WWW-Authenticate", challenge),)


def words_of(scheme: SecurityScheme) -> str:
    """What a scheme's credential is called in a message."""
    if scheme.kind != "apiKey":
        return f"{scheme.kind} credential"
    return f"{scheme.location} {scheme.parameter!r}"
