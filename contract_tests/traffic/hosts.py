"""Which entries are calls of the API: by base URLs, given or named by the contract, else by their paths."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from contract_tests.core.contract import Contract
from contract_tests.traffic.entry import Entry
from contract_tests.traffic.files import opened
from contract_tests.traffic.guessing import guessed
from contract_tests.traffic.journal import NOWHERE

URL: Final = re.compile(rb'"url"\s*:\s*"(https?://[^/"?#\\]+)', re.IGNORECASE)
LONGEST_URL: Final = 300  # bytes of a beginning that a block of a file may cut in two
BLOCK: Final = 1 << 20
PORTS: Final = {"http": 80, "https": 443}
MOST_HOSTS: Final = 1000
OWN_HOST: Final = urlsplit(NOWHERE).hostname
UNKNOWN: Final = "other hosts"


@dataclass
class Hosts:
    """Knows where the API is; counts what went elsewhere."""

    contract: Contract
    bases: tuple[str, ...] = ()  #: the base URLs of the API; empty: any host with a path of the contract
    prefixes: tuple[str, ...] = ()  #: the base paths that one of them must have where the host isn't known
    elsewhere: Counter[str] = field(default_factory=Counter)  #: entries by host

    @classmethod
    def of(cls, contract: Contract, given: Iterable[str], files: Sequence[Path]) -> Hosts:
        """With the base URLs that are given; else with those of the contract whose host the files name, or those below
        which the files have its paths."""
        bases = tuple(given)
        if not bases and (declared := contract.addresses):
            seen = hosts_in(files)
            bases = tuple(url for url in declared if host_of(urlsplit(url)) in seen)
        elif not bases and not contract.base_paths:
            bases = guessed(contract, files)
        return cls(contract, bases, contract.base_paths)

    def path_of(self, entry: Entry) -> str | None:
        """The raw path below the base URL; None for an entry of another host, or beside the base path."""
        url = urlsplit(entry.answer.sent.url)
        host, path = host_of(url), url.path or "/"
        if url.hostname == OWN_HOST:
            return path
        if not self.bases:
            fits = not self.prefixes or any(path == one or path.startswith(f"{one}/") for one in self.prefixes)
            return path if fits else None
        for base in self.bases:
            below = urlsplit(base)
            prefix = below.path.rstrip("/")
            if host_of(below) == host and (path == prefix or path.startswith(f"{prefix}/")):
                return path[len(prefix) :] or "/"
        return None

    def left_out(self, entry: Entry) -> None:
        """Count an entry that isn't a call of the API."""
        host = host_of(urlsplit(entry.answer.sent.url))
        known = host in self.elsewhere or len(self.elsewhere) < MOST_HOSTS
        self.elsewhere[host if known else UNKNOWN] += 1


def host_of(url: SplitResult) -> str:
    """Host and port, the latter only where it isn't the one of the scheme."""
    try:
        port = url.port
    except ValueError:
        port = None
    name = (url.hostname or "").lower()
    return name if port in {None, PORTS.get(url.scheme)} else f"{name}:{port}"


def hosts_in(files: Iterable[Path]) -> set[str]:
    """The hosts that files name as those of requests; a look at their bytes, which is much faster than reading them."""
    found: set[bytes] = set()
    for path in files:
        with opened(path) as (file, _):
            rest = b""
            while block := file.read(BLOCK):
                found.update(URL.findall(rest + block))
                rest = block[-LONGEST_URL:]
    return {host_of(urlsplit(url.decode("utf-8", "replace"))) for url in found}
