"""Where the provider's endpoints are, and where contracts name them."""

from __future__ import annotations

from typing import Final

from mockserver.settings import PREFIX

AUTH: Final = f"{PREFIX}/auth"
"""Where the provider is, and what its tokens are issued by."""
DISCOVERY: Final = ".well-known/openid-configuration"
"""The path below the issuer where clients learn all others."""
DECLARED: Final = {
    "authorizationUrl": "authorize",
    "tokenUrl": "token",
    "refreshUrl": "token",
    "deviceAuthorizationUrl": "device_authorization",
}
"""The endpoint behind each address that a flow of OAuth 2 declares."""
