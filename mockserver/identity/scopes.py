"""Scopes: what an operation needs, compared with what a credential has (RFC 6750, section 3.1)."""

from __future__ import annotations

from collections.abc import Set

from mockserver.errors import Refused


def must_have(has: Set[str], needed: Set[str], kind: str) -> None:
    """Refuse a caller without the scopes that are needed: 403, with a challenge that names them all."""
    missing = sorted(needed - has)
    if not missing:
        return
    own = f"the token has {' '.join(sorted(has)) or 'none'}"
    reason = f"the operation needs the scope{'' if len(missing) == 1 else 's'} {' '.join(missing)}; {own}"
    challenge = f'Bearer realm="mock", error="insufficient_scope", scope="{" ".join(sorted(needed))}"'
    raise Refused(403, reason, headers=(("WWW-Authenticate", challenge),) if kind == "bearer" else ())
