"""The address of a backend, and which of its paths a path of the mock is."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, urlsplit

import msgspec

from mockserver.errors import UsageError
from mockserver.messages import host_name

_PORTS: Final = {"http": 80, "https": 443}
_SAFE: Final = "/:@!$&'()*+,;=~"
_PLAIN: Final = re.compile(r"[\w./:@!$&'()*+,;=~-]+", re.ASCII)
"""A path that is written as it is."""


class Target(msgspec.Struct, frozen=True):
    """A backend: where it listens, and the path below which all of its paths are."""

    scheme: str
    host: str
    port: int
    base: str = ""  #: without a slash at its end

    @property
    def authority(self) -> str:
        """Host and port as `Host` has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{self.scheme}://{self.authority}"

    def __str__(self) -> str:
        return self.origin + self.base

    def path(self, path: str, query: str) -> str:
        """What is asked of the target for a decoded path and a raw query. A path that names the base already, as the
        contract may have it, isn't put below it again."""
        below = path == self.base or path.startswith(f"{self.base}/")
        whole = path if below else self.base + path
        if _PLAIN.fullmatch(whole) is None:
            whole = quote(whole, safe=_SAFE)
        return f"{whole}?{query}" if query else whole

    def is_own(self, url: str) -> bool:
        """Whether an absolute URL leads to the target."""
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError:
            return False
        return (parts.hostname or "").lower() == self.host.lower() and port == self.port


def target_of(url: str, flag: str) -> Target:
    """The target at a URL. Raises UsageError, with the flag as its place."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _invalid(url, flag, str(error)) from None
    if parts.scheme not in _PORTS or not parts.hostname or host_name(parts.netloc) is None:
        problem = "has credentials in it" if "@" in parts.netloc else "isn't an http:// or https:// address"
        raise _invalid(url if "@" not in parts.netloc else "the URL", flag, problem)
    if parts.query or parts.fragment:
        raise _invalid(url, flag, "has a query or fragment")
    return Target(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], parts.path.rstrip("/"))


def _invalid(url: str, flag: str, problem: str) -> UsageError:
    return UsageError(f"{url[:200]} {problem}", place=flag, fix="write http://localhost:8000 or https://host/base")
