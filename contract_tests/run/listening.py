"""The listener of a run: whether it has one, where it listens, and whether the target can reach it."""

from __future__ import annotations

import ipaddress
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from contract_tests.core.errors import NotChecked, TargetUnavailable
from contract_tests.core.gate import Gate
from contract_tests.core.listener import LOOPBACK, Listener, own_address

EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - names to recognise; only the user's flag binds to them
PROBE: Final = 2.0  # seconds in which a request to --listen-url must come in here


@dataclass(frozen=True)
class Listening:
    """A listener that the target can reach, or why there is none."""

    listener: Listener | None = None
    reason: str = ""

    def get(self) -> Listener:
        """The listener; raises `NotChecked` with the reason why there is none."""
        if self.listener is None or self.reason:
            raise NotChecked(self.reason)
        return self.listener

    def close(self) -> None:
        """Listen no longer."""
        if self.listener:
            self.listener.close()


def open_listening(address: tuple[str, int] | None, url: str | None, gate: Gate, *, is_own_mock: bool) -> Listening:
    """Listen where the settings say, by default only for the suite's own mock; raises `UsageError`."""
    if address is None and not is_own_mock:
        return Listening(reason="callbacks and webhooks are only received with --listen")
    host, port = address or (LOOPBACK, 0)
    if not host:
        return Listening(reason="callbacks and webhooks are not received (--listen off)")
    listener = Listener.open(host, port)
    target = urlsplit(gate.base_url).hostname or ""
    if url:
        listener.url = url.rstrip("/")
        return Listening(listener, unreached(listener, gate))
    if host in EVERYWHERE:
        own = own_address(target)
        listener.url = listener.url.replace(f"[{host}]" if ":" in host else host, f"[{own}]" if ":" in own else own, 1)
    if is_loopback(host) and not is_loopback(target):
        return Listening(listener, f"{target} can't reach {listener.url}: --listen HOST:PORT names another address of "
                                   "this machine, --listen-url how the target reaches it")  # fmt: skip
    return Listening(listener)


def unreached(listener: Listener, gate: Gate) -> str:
    """Why requests to the public address don't come in; empty where they do."""
    box = listener.box()
    got = "nothing came in"
    with suppress(TargetUnavailable):
        got = f"it answered {gate.fetch('POST', box.url, {}, b'').status}"
    until = time.monotonic() + min(PROBE, max(gate.limits.left(), 0))
    arrived = listener.wait(lambda: bool(box.received), until)
    box.received.clear()
    return "" if arrived else f"--listen-url {listener.url} doesn't lead to the listener: {got}"


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's own."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def listen_address(text: str) -> tuple[str, int]:
    """`HOST:PORT`, `PORT`, `[::1]:PORT` or nothing as host and port; `off` as none. Raises `ValueError`."""
    plain = text.strip().lower()
    if plain in {"", "true", "on"}:
        return LOOPBACK, 0
    if plain in {"off", "false"}:
        return "", 0
    host, _, port = plain.rpartition(":")
    host = host.strip("[]") or LOOPBACK
    if not port.isdigit() or not 0 <= int(port) <= 65_535:
        raise ValueError(f"{text!r} isn't an address such as 127.0.0.1:9000")
    return host, int(port)


def public_url(text: str) -> str:
    """The URL by which the target reaches the listener; raises `ValueError`."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"{text!r} isn't a URL such as https://name.tunnel.example")
    return text
