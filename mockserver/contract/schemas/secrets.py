"""Names of members that only their owner knows: a response has them only where the contract declares them there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_SECRET: Final = re.compile(
    r"(password|passwd)(_?hash)?\Z|(client_?)?secret\Z|(access|refresh|session|auth|bearer)_?token\Z|private_?key\Z",
    re.IGNORECASE,
)
_PLAIN: Final = frozenset((str, int, float, bool, type(None)))
"""Types of most values, which need no look inside."""


def is_secret(name: str) -> bool:
    """Whether a member of that name is a secret."""
    return _SECRET.match(name) is not None


def without_secrets(value: Any) -> Any:
    """A value without secrets, at every depth."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Mapping):
        return {name: without_secrets(inner) for name, inner in value.items() if not is_secret(name)}
    return [without_secrets(item) for item in value] if isinstance(value, list) else value
