"""Where deliveries may go: to this machine, and to the hosts that the user names.

A URL may come from a client of the mock, so it must not make the mock send to what that client can't reach itself. The
name in it is resolved once, every address that comes back is checked, and the connection goes to a checked address: a
name that resolves to something else a moment later changes nothing.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import quote, urlsplit

import msgspec

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], list[str]]
"""From a name and a port to addresses; raises OSError."""

LONGEST: Final = 2048
"""Characters of a URL."""
_PORTS: Final = {"http": 80, "https": 443}
_METADATA: Final = frozenset(
    map(ipaddress.ip_address, ("fd00:ec2::254", "100.100.100.200", "192.0.0.192", "168.63.129.16"))
)
"""Where clouds tell a machine its credentials, beside the link-local 169.254.169.254."""
_CARRYING: Final = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96")))
"""Networks whose addresses end with one of version 4: NAT64, compatible (RFC 4291) and translated ones (RFC 2765)."""
_ISATAP: Final = frozenset((0x00005EFE, 0x02005EFE))
"""What stands before an address of version 4 in others (RFC 5214)."""
_NAME: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_-]{1,63})*\.?", re.ASCII)


class Forbidden(Exception):
    """Nothing is sent to a URL; the text says why, and what would allow it."""


class Target(msgspec.Struct, frozen=True):
    """Where a request goes: the checked address, and the name that it is for."""

    scheme: str
    host: str
    port: int
    address: str
    path: str  #: with the query

    @property
    def authority(self) -> str:
        """The value of the header Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


class Reach(msgspec.Struct, frozen=True):
    """What deliveries can reach beside this machine's loopback: names, and networks. `own` are ports of the mock."""

    names: frozenset[str] = frozenset()
    networks: tuple[Any, ...] = ()
    own: frozenset[int] = frozenset()

    @classmethod
    def of(cls, named: Iterable[str], own: Iterable[int] = ()) -> Reach:
        """The reach that a user names: hosts, addresses and networks. Raises ValueError."""
        names, networks = set(), []
        for text in named:
            try:
                networks.append(ipaddress.ip_network(text.strip("[]"), strict=False))
            except ValueError:
                plain = text.lower().rstrip(".")
                if not _NAME.fullmatch(plain):
                    raise ValueError(f"{text[:100]!r} isn't a host, an address or a network") from None
                names.add(plain)
        return cls(frozenset(names), tuple(networks), frozenset(own))

    def target(self, url: str, resolve: Resolve | None = None) -> Target:
        """The checked target of a URL. Raises Forbidden."""
        scheme, host, port, path = _parts(url)
        plain = host.rstrip(".")
        literal = _address(plain)
        if literal is None and not self._may_resolve(plain):
            raise Forbidden(f"{host} isn't this machine: add --deliver-to {host} to send there")
        addresses = [literal] if literal is not None else _resolved(plain, port, resolve or _ask)
        for address in addresses:
            self._check(address, plain, port)
        mapped = getattr(addresses[0], "ipv4_mapped", None)
        return Target(scheme, plain, port, str(mapped or addresses[0]), path)

    def _may_resolve(self, name: str) -> bool:
        """Whether a name may be looked up: the question alone would tell others."""
        return name == "localhost" or name.endswith(".localhost") or name in self.names or bool(self.networks)

    def _check(self, address: Address, name: str, port: int) -> None:
        meant = _unwrapped(address)
        at = name if name == str(address) else f"{name} ({address})"
        if meant.is_link_local or meant in _METADATA or address in _METADATA:
            raise Forbidden(f"{at} is where clouds keep credentials: nothing is sent there")
        if meant.is_unspecified or meant.is_multicast:
            raise Forbidden(f"{at} isn't the address of one machine")
        if meant.is_loopback:
            if port in self.own:
                raise Forbidden(f"{at}, port {port}, is this mock itself")
            return
        if meant.is_reserved or getattr(meant, "is_site_local", False):
            raise Forbidden(f"{at} is an address that no machine has today")
        if any(meant.version == one.version and meant in one for one in self.networks):
            return
        if not meant.is_global:
            raise Forbidden(f"{at} is a private address: add --deliver-to {meant} to send there")
        if name not in self.names:
            raise Forbidden(f"{at} isn't this machine: add --deliver-to {name} to send there")


def _parts(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and path of a URL."""
    if len(url) > LONGEST:
        raise Forbidden(f"the URL has more than {LONGEST} characters")
    if any(char <= " " or char in '\\"<>^`{|}' or char == "\x7f" for char in url):
        raise Forbidden(f"{url[:100]!r} isn't a URL")
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError:
        raise Forbidden(f"{url[:100]!r} isn't a URL") from None
    if scheme not in _PORTS:
        raise Forbidden(f"{url[:100]!r} isn't an http or https URL")
    if not host or port == 0:
        raise Forbidden(f"{url[:100]!r} names no host")
    if "%" in host:
        raise Forbidden(f"{url[:100]!r} has a zone or an encoded character in its host")
    if parts.username is not None:
        raise Forbidden("the URL has a user name or password, which isn't sent")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~?[]")
    return scheme, host.lower(), port or _PORTS[scheme], f"{path}?{query}" if query else path


def _address(host: str) -> Address | None:
    """The address that a host is; None for a name, as `127.1` is, which only old resolvers read as one."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _unwrapped(address: Address) -> Address:
    """The address of version 4 that one of version 6 stands for, else the address."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    is_loopback = address.is_loopback or address.is_unspecified  # both look as if they carried another
    carries = any(address in one for one in _CARRYING) or (int(address) >> 32 & 0xFFFFFFFF) in _ISATAP
    if carries and not is_loopback:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or address


def _resolved(name: str, port: int, resolve: Resolve) -> list[Address]:
    if not _NAME.fullmatch(name):
        raise Forbidden(f"{name[:100]!r} isn't a host name")
    try:
        found = [_address(text) for text in resolve(name, port)]
    except (OSError, UnicodeError) as error:
        raise Forbidden(f"{name} has no address: {getattr(error, 'strerror', None) or error}") from None
    addresses = [one for one in found if one is not None]
    if not addresses:
        raise Forbidden(f"{name} has no address")
    return addresses


def _ask(name: str, port: int) -> list[str]:
    """The addresses of a name, from the system; those of version 4 first, as most test servers listen there."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    ordered = sorted(found, key=lambda one: one[0] != socket.AF_INET)
    return list(dict.fromkeys(str(one[4][0]) for one in ordered))
