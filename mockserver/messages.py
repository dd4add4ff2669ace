"""A request and an answer, as plain values: what the pipeline knows of HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

import msgspec


class Request(msgspec.Struct, frozen=True):
    """An HTTP request: percent-decoded path, raw query string, lower-case header names, body bytes.

    The last header comes first: so the web server reads them fastest, and they are shown in the order of arrival.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    body: bytes = b""
    secure: bool = False  #: whether it came over TLS

    @property
    def origin(self) -> str:
        """The origin that the client used: as a proxy forwards it, else as `Host` has it."""
        headers = self.headers
        scheme = headers.get("x-forwarded-proto", "").partition(",")[0].strip().lower()
        host = headers.get("x-forwarded-host", "").partition(",")[0].strip() or headers.get("host", "localhost")
        own = "https" if self.secure else "http"
        return f"{scheme if scheme in ('http', 'https') else own}://{host}"

    def url(self, query: str = "") -> str:
        """The address of this request's path, with another query."""
        path = quote(self.path, safe="/:@!$&'()*+,;=~")
        return f"{self.origin}{path}?{query}" if query else f"{self.origin}{path}"


_HOST: Final = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|((?:[\w.~!$&'()*+;=-]|%[0-9a-fA-F]{2})+))(?::\d{0,5})?", re.ASCII)


def host_name(host: str) -> str | None:
    """The name or address in a `Host` header, without its port; None where the header is invalid (RFC 9112, 3.2).

    A comma, which the grammar has for names, is what a server puts between two headers.
    """
    match = _HOST.fullmatch(host)
    if match is None:
        return None
    address, name = match.groups()
    if address is None:
        return name
    return address if _is_ipv6(address) else None


def _is_ipv6(text: str) -> bool:
    import ipaddress

    try:
        return ipaddress.ip_address(text).version == 6
    except ValueError:
        return False


class Follow(msgspec.Struct, frozen=True):
    """What the client of a stream follows: the records of a collection with these values, after a place in the
    journals."""

    world: str
    collection: str
    filters: tuple[tuple[str, Any], ...]
    operation: str
    status: int
    media: str
    place: int
    events: bool  #: whether these are server-sent events
    since: int | None = None  #: the instant up to which it has seen what time does to them


class Transport(msgspec.Struct, frozen=True):
    """How an answer travels when its transport is disturbed on purpose."""

    delay: int = 0  #: milliseconds before it leaves
    rate: int | None = None  #: bytes of the body per second
    cut: int | None = None  #: how many bytes of the body leave before the connection is broken
    reset: bool = False  #: the connection is closed without a byte
    pause: int = 0  #: milliseconds between two frames of a stream
    frames: tuple[int, ...] = ()  #: the length of each frame
    follow: Follow | None = None  #: the body is a stream of changes


class Answer(msgspec.Struct, frozen=True):
    """An HTTP answer as it leaves: status, header lines in order, body bytes."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    transport: Transport | None = None


class Uploading(Request, frozen=True):
    """A request whose body is too large to be kept: what is left of it comes in pieces, to whoever passes it on."""

    rest: Iterable[bytes] = ()
    length: int | None = None  #: of the whole body; None where only its end will tell


class Passing(Answer, frozen=True):
    """An answer whose body comes from elsewhere, in pieces, or has a length without being sent."""

    pieces: Iterable[bytes] = ()
    length: int | None = None  #: None where only its end will tell


class Upload(bytes):
    """A file as a client sends it: its bytes, and the name and type that it has there."""

    name: str | None = None
    type: str = "application/octet-stream"

    @classmethod
    def of(cls, content: bytes, name: str | None, content_type: str) -> Upload:
        """The file with its name and type."""
        upload = cls(content)
        upload.name, upload.type = name, content_type or cls.type
        return upload

    def part(self, name: str) -> Any:
        """What is known of the file: `name`, `extension`, `type`, `size` or `content`; None for anything else."""
        extension = (self.name or "").rpartition(".")[2].lower() if "." in (self.name or "") else None
        parts = {
            "name": self.name, "extension": extension, "type": self.type, "size": len(self), "content": bytes(self),
        }  # fmt: skip
        return parts.get(name)


class Inputs(msgspec.Struct, frozen=True):
    """What a request says once the contract has read it: typed values by parameter name, and the decoded body."""

    path: Mapping[str, Any] = msgspec.field(default_factory=dict)
    query: Mapping[str, Any] = msgspec.field(default_factory=dict)
    header: Mapping[str, Any] = msgspec.field(default_factory=dict)  #: lower-case names
    cookie: Mapping[str, Any] = msgspec.field(default_factory=dict)
    body: Any = None  #: decoded JSON, form fields as a dict, text as str, anything else as bytes; None when absent


NO_INPUTS: Final = Inputs()
"""Those of a request that says nothing."""
