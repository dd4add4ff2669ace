"""What the user asked for: flags and environment, as one value; and where the bundled files lie."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from mockserver.errors import UsageError

LogFormat = Literal["text", "json"]
PORT = 4010
"""The port that mock servers of this field listen on."""
LONGEST_WAIT = 30_000
"""The longest time in milliseconds that an answer is delayed, or that a slow body takes."""
PREFIX = "/__mock__"
"""Where the control surface lives; everything else is the contract's."""
JOURNAL_MEMORY = 256 * 1000 * 1000
"""How many bytes the journals of all worlds keep together, unless set otherwise."""
BODY_LIMIT = 32 * 1024 * 1024
"""The largest request body in bytes; a larger one is refused with 413."""


class Settings(msgspec.Struct, frozen=True):
    """All settings of the mock. Paths are None where nothing was named and nothing is bundled for the contract."""

    spec: str
    behaviours: Path | None = None
    fixtures: tuple[Path, ...] = ()
    host: str = "127.0.0.1"
    port: int = PORT
    auth: Literal["enforce", "any", "off"] = "enforce"
    seed: str = "0"
    log_format: LogFormat = "text"
    periods: Mapping[str, str] = msgspec.field(default_factory=dict)
    allow_remote_refs: bool = False
    watch: bool = False
    max_worlds: int = 10_000
    world_ttl: str | None = "P1D"  #: how long a world lives that nobody uses (ISO 8601); None for ever
    journal_memory: int = JOURNAL_MEMORY  #: bytes that the journals of all worlds keep together
    admin_token: str | None = None  #: lets callers of other machines use the control surface
    verbose: bool = False


def bundled(name: str) -> Path:
    """A file of the bundled contract: beside the installed package, or at the top of the clone."""
    package = Path(__file__).resolve().parent
    for root in (package.parent / "bundled_contract", package.parent):
        if (root / name).exists():
            return root / name
    raise UsageError(f"the installation is not complete: {name} is missing", fix="install the package again")


def near_host(host: str) -> str:
    """By which name this machine reaches a server that listens on `host`: one that means all addresses is none."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound


def is_loopback(name: str) -> bool:
    """Whether a name or address is this machine's own."""
    if name.lower() == "localhost":
        return True
    import ipaddress

    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
