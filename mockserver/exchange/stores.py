"""Opens the store that outlives this process, and that others may share, for worlds and journals."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import msgspec

from mockserver.clock import parse_period
from mockserver.errors import UsageError, to_install
from mockserver.exchange.journals import Journals
from mockserver.exchange.keeping import FaultForms
from mockserver.exchange.log_journal import LogJournal
from mockserver.settings import Settings
from mockserver.state.ledger import Ledger
from mockserver.state.log import Bases, Log
from mockserver.state.log_store import LogStore
from mockserver.state.metering import Count, metered

_SQLITE: Final = "sqlite:"
_REDIS: Final = re.compile(r"(rediss?(\+sentinel|\+cluster)?|unix)://")

_PASSWORD: Final = re.compile(r"(?<=[?&])(ssl_)?password=[^&]*&?")


def opened(settings: Settings, base: Bases, plain: Journals, digest: str, count: Count) -> tuple[LogStore, LogJournal]:
    """The store that the settings name, its steps counted, and a journal in it that hides what the plain one does.

    Raises UsageError or Unavailable.
    """
    if settings.watch:
        problem = "--watch is for worlds in memory: a store has them as changes to the fixtures that they began with"
        raise UsageError(problem, fix="leave out --watch or --store")
    ledger = metered(ledger_of(settings, settings.namespace or digest), count)
    ledger.open()
    ttl = parse_period(settings.world_ttl) / 1000 if settings.world_ttl else None
    store = LogStore(ledger, Log(base, FaultForms()), most=settings.max_worlds, ttl=ttl)
    journal = LogJournal(store, settings.journal_memory, plain.secrets, plain.kind)
    store.on_removed.append(journal.left)
    return store, journal


def ledger_of(settings: Settings, namespace: str) -> Ledger:
    """The ledger that the settings name. Raises UsageError."""
    timeout = settings.store_timeout / 1000
    if settings.store.startswith(_SQLITE):
        from mockserver.state.sqlite import SqliteLedger

        file = settings.store.removeprefix(_SQLITE)
        return SqliteLedger(file, namespace, timeout=timeout, memory=settings.journal_memory)
    if _REDIS.match(settings.store):
        return _in_redis(settings, namespace, timeout)
    raise UsageError(
        f"{shown_store(settings.store)!r} isn't a store",
        place="--store",
        fix="use memory, sqlite:FILE or redis://HOST:PORT/DB",
    )


def _in_redis(settings: Settings, namespace: str, timeout: float) -> Ledger:
    try:
        from mockserver.state.redis import RedisLedger
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "redis":
            raise
        problem = "the Python package redis isn't installed"
        raise UsageError(problem, place="--store", fix=to_install("redis")) from None
    try:
        return RedisLedger(settings.store, namespace, timeout=timeout, memory=settings.journal_memory)
    except ValueError as error:
        raise UsageError(f"the address isn't valid: {error}", place="--store", fix="use redis://HOST:PORT/DB") from None


def shown_store(address: str) -> str:
    """The address of a store as it may be shown: with a user, and without passwords."""
    scheme, slashes, rest = address.partition("://")
    user, at, host = rest.rpartition("@")
    named = f"{user.partition(':')[0]}{at}" if user.partition(":")[0] else ""
    return _PASSWORD.sub("", f"{scheme}{slashes}{named}{host}").rstrip("?&")


def digest_of(settings: Settings, document: Any, files: Iterable[Path]) -> str:
    """What worlds depend on, as a name: the contract, the content of all files, and the seed."""
    contents = sorted(blake2b(path.read_bytes()).digest() for path in files if path.is_file())
    contract = msgspec.json.encode(document, enc_hook=str)
    parts = (contract, *contents, settings.seed.encode(), settings.unknown_parents.encode())
    return blake2b(b"\0".join(parts), digest_size=8).hexdigest()
