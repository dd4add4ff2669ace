"""Signatures of deliveries, as the Standard Webhooks specification has them: HMAC-SHA256 over id, time and body."""

from __future__ import annotations

import binascii
import hmac
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Final

PREFIX: Final = "whsec_"
"""How a secret begins that is shared with a receiver."""
_LEAST: Final = 24
_MOST: Final = 64


def secret_of(seed: str, world: str) -> str:
    """The secret of a world, the same on every machine."""
    return PREFIX + b64encode(sha256(f"webhook secret/{seed}/{world}".encode()).digest()).decode()


def key_of(secret: str) -> bytes:
    """The key in a secret. Raises ValueError with the problem."""
    try:
        key = b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"a secret is {PREFIX} and Base64") from None
    if not _LEAST <= len(key) <= _MOST:
        raise ValueError(f"a secret has {_LEAST} to {_MOST} bytes in Base64, and not {len(key)}")
    return key


def signed(secret: str, message: str, seconds: int, body: bytes) -> dict[str, str]:
    """The three headers that prove a message: its id, when it is sent, and the signature."""
    content = f"{message}.{seconds}.".encode() + body
    mac = hmac.new(key_of(secret), content, sha256).digest()
    return {
        "webhook-id": message,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{b64encode(mac).decode()}",
    }
