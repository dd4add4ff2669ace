"""The settings from flags and environment, as one value; and the paths of the bundled files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from mockserver.errors import UsageError

LogFormat = Literal["text", "json"]
AuthMode = Literal["enforce", "any", "off"]
AUTH_MODES: tuple[AuthMode, ...] = ("enforce", "any", "off")
"""`enforce` checks tokens, `any` accepts every credential as the first user, `off` disables authentication."""
PORT = 4010
"""The port that mock servers commonly use."""
LONGEST_WAIT = 30_000
"""The longest time in milliseconds that an answer is delayed, or that a slow body takes."""
DOCUMENT_SUFFIXES = (".yaml", ".yml", ".json")
"""How the names of files end that may be OpenAPI documents."""
PREFIX = "/__mock__"
"""The path prefix of the control API; every other path belongs to the contract."""
JOURNAL_MEMORY = 256 * 1000 * 1000
"""How many bytes the journals of all worlds keep together, unless set otherwise."""
MAX_BODY = 8 * 1000 * 1000
"""The largest request body in bytes, unless set otherwise: to read one of 32 MB stops all others for a second."""


MEMORY = "memory"
"""The store of those who name none: the worlds end with the process."""


class Api(msgspec.Struct, frozen=True):
    """One of several APIs that are served together, and the path that its own paths are below."""

    spec: str
    path: str = ""
    behaviours: Path | None = None
    fixtures: tuple[Path, ...] = ()


class Upstream(msgspec.Struct, frozen=True):
    """The real backend beside the mock: where it is, who answers what, and how it is reached."""

    url: str | None = None  #: None where there is none
    first: bool = False  #: whether the backend answers what no rule names (`mockserver proxy`)
    mock: tuple[str, ...] = ()  #: operations that the mock answers
    forward: tuple[str, ...] = ()  #: operations that the backend answers
    fallback: bool = False
    missing: tuple[int, ...] = ()
    fail: bool = False
    overlay: bool = False
    timeout: int = 30_000  #: milliseconds
    ca: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    insecure: bool = False


class Recording(msgspec.Struct, frozen=True):
    """Where requests and answers are recorded, how many bytes of them, and what is made up besides what always is."""

    folder: Path
    size: int
    scrub: tuple[str, ...] = ()  #: the last names of members, joined by dots


class Settings(msgspec.Struct, frozen=True):
    """All settings of the mock server. `behaviours` is None where no file was named, and none is bundled.

    Where several APIs are served together, `apis` has them, and `behaviours` and `fixtures` are about all of them.
    """

    spec: str
    behaviours: Path | None = None
    fixtures: tuple[Path, ...] = ()
    host: str = "127.0.0.1"
    port: int = PORT
    auth: AuthMode = "enforce"
    seed: str = "0"
    log_format: LogFormat = "text"
    periods: Mapping[str, str] = msgspec.field(default_factory=dict)
    allow_remote_refs: bool = False
    allow_refs_below: tuple[Path, ...] = ()  #: further folders that `$ref` may lead into
    watch: bool = False
    max_worlds: int = 10_000
    world_ttl: str | None = "P1D"  #: how long an idle world is kept (ISO 8601); None for ever
    journal_memory: int = JOURNAL_MEMORY  #: bytes that the journals of all worlds keep together
    admin_token: str | None = None  #: lets other machines use the control API
    verbose: bool = False
    metrics: bool = True  #: requests are counted, for the metrics; the command leaves it where their library is missing
    show_secrets: bool = False  #: whether credentials and passwords are shown in journal, explanations and log
    stream_interval: int = 0  #: milliseconds between two values of a stream
    store: str = MEMORY  #: where worlds and journals are kept: `memory`, `sqlite:FILE`, or the URL of a Redis server
    store_timeout: int = 1000  #: milliseconds that a store may take
    namespace: str | None = None  #: who shares a store; None for those with the same contract, data and seed
    workers: int = 1  #: how many processes answer
    read_timeout: int = 30_000  #: milliseconds that a client may take to send a body
    max_body: int = MAX_BODY  #: bytes of the largest request body, as it is sent and once it is decoded
    drain: int = 1000  #: milliseconds that answers under way may delay the end of the process
    unknown_parents: Literal["refuse", "adopt"] = "refuse"  #: what a list or a new record below an unknown record does
    upstream: Upstream = Upstream()
    tls: bool = False  #: whether https is served
    tls_cert: Path | None = None  #: its certificate chain; None for one of the local authority
    tls_key: Path | None = None
    recording: Recording | None = None
    config: Path | None = None  #: the settings file that was read
    apis: tuple[Api, ...] = ()  #: the APIs, where there are several
    deliver_to: tuple[str, ...] = ()  #: hosts and networks beside this machine to which callbacks and webhooks may go
    webhook_secret: str | None = None  #: signs deliveries; None for one of each world
    state: Path | None = None  #: the saved state that all worlds start as
    states: Path | None = None  #: the folder of saved states; None for that beside the settings file


def bundled(name: str) -> Path:
    """A file of the bundled contract: next to the installed package, or at the top of the clone."""
    package = Path(__file__).resolve().parent
    for root in (package.parent / "bundled_contract", package.parent):
        if (root / name).exists():
            return root / name
    raise UsageError(f"the installation is incomplete: {name} is missing", fix="install the package again")


def near_host(host: str) -> str:
    """The host under which this machine reaches a server that listens on `host`, which may mean all addresses."""
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
