"""Tokens as a login gets them: where an answer or a command shows one, and what a JWT says of itself."""

from __future__ import annotations

import base64
import json
import re
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from contract_tests.core.answer import COOKIES, Answer
from contract_tests.core.children import Children, output_of
from contract_tests.core.errors import CredentialsRefused

COOKIE: Final = re.compile(r"^([^\s=;,]+)=([^;\n]*)", re.MULTILINE)
"""A cookie at the beginning of a line of Set-Cookie."""
COMMAND_LIMIT: Final = 30.0  # seconds


@dataclass(frozen=True)
class Fetched:
    """A token, the seconds that it lives as far as known, a token to renew it with, and its scopes as far as said."""

    token: str
    life: float | None = None
    refresh: str | None = field(default=None, repr=False)
    scopes: frozenset[str] | None = None


def printed(command: str, children: Children) -> str:
    """What a command prints; raises `CredentialsRefused` with its complaint."""
    try:
        child = children.start(shlex.split(command))
        output, complaint = output_of(child, COMMAND_LIMIT)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise CredentialsRefused(f"the command of [login] failed: {error}") from None
    if child.returncode or not output.strip():
        last = (complaint.strip() or "it printed nothing").splitlines()[-1]
        raise CredentialsRefused(f"the command of [login] ended with {child.returncode}: {last[:200]}")
    return output.strip()


def cookies(answer: Answer) -> Mapping[str, str]:
    """The cookies that an answer sets."""
    return dict(COOKIE.findall(answer.headers.get(COOKIES, "")))


def claims(token: str) -> Mapping[str, Any]:
    """What a JWT says of itself, unverified; nothing for another token."""
    parts = token.split(".")
    try:
        read = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))) if len(parts) == 3 else {}
    except ValueError:
        return {}
    return read if isinstance(read, Mapping) else {}


def scopes_in(found: Mapping[str, Any]) -> frozenset[str] | None:
    """The scopes that a JWT names; None where it names none."""
    value = found.get("scope", found.get("scp"))
    if isinstance(value, str):
        return frozenset(value.split())
    return frozenset(map(str, value)) if isinstance(value, list) else None
