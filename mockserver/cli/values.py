"""Reads the values of flags. Each function raises UsageError for a value that it doesn't take."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mockserver.clock import parse_period
from mockserver.errors import UsageError
from mockserver.settings import LONGEST_WAIT, MEMORY

_SIZE = re.compile(r"(?P<count>\d{1,15})\s*(?P<unit>[kmg]?b)?", re.IGNORECASE)
_INTERVAL = re.compile(r"(?P<count>\d{1,6}(\.\d{1,3})?)\s*(?P<unit>ms|s)?")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MOST_WORKERS = 64
_UNITS = {"B": 1, "KB": 1000, "MB": 1000**2, "GB": 1000**3}


def status(text: str) -> int:
    """A status that a missing route has."""
    if text not in ("404", "405", "501"):
        problem = f"{text[:50]!r} isn't a status that a missing route has"
        raise UsageError(problem, place="--missing", fix="use 404, 405 or 501")
    return int(text)


def pem(flag: str, text: str) -> str | None:
    """The PEM file that a flag names; None for none."""
    if text and not Path(text).is_file():
        raise UsageError("no such file", place=f"{flag} {text[:200]}", fix="name a PEM file")
    return text or None


def one_of(name: str, value: str, known: Sequence[str]) -> Any:
    """One of the known values."""
    if value not in known:
        raise UsageError(
            f"{value!r} isn't a known value", place=f"--{name.replace('_', '-')}", fix=f"use one of {', '.join(known)}"
        )
    return value


def switch(text: str) -> bool:
    """Whether a switch is on."""
    return text.lower() in ("1", "true", "yes", "on")


def pem_file(flag: str, text: str) -> Path | None:
    named = pem(flag, text)
    return None if named is None else Path(named)


def behaviours_file(text: str) -> Path | None:
    """The file of behaviours that is named; None for none. Raises UsageError."""
    if text and not Path(text).is_file():
        raise UsageError("no such file", place=text, fix="--behaviours takes a YAML file")
    return Path(text) if text else None


def folders(names: Sequence[str]) -> tuple[Path, ...]:
    """Folders that exist."""
    folders = tuple(Path(name) for name in names if name)
    lost = next((folder for folder in folders if not folder.is_dir()), None)
    if lost is not None:
        raise UsageError("no such folder", place=f"--allow-refs-below {lost}", fix="name a folder that exists")
    return folders


def port(text: str) -> int:
    """A port number."""
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise UsageError(f"{text!r} isn't a port number", place="--port", fix="use a number from 0 to 65535")
    return int(text)


def count(text: str) -> int:
    """A number of worlds."""
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise UsageError(
            f"{text!r} isn't a number of worlds", place="--max-worlds", fix="use a number from 1 to 1000000"
        )
    return int(text)


def size(flag: str, text: str, least: int, shown: str) -> int:
    """A number of bytes, written with or without a unit."""
    match = _SIZE.fullmatch(text.strip())
    size = int(match["count"]) * _UNITS[(match["unit"] or "B").upper()] if match else 0
    if not least <= size <= 1_000_000_000_000:
        raise UsageError(f"{flag} {text} isn't a size", fix=f"write 64MB, 256MB, 1GB; at least {shown}")
    return size


def interval(text: str) -> int:
    """A pause in milliseconds, written `200ms`, `1.5s` or `0`."""
    match = _INTERVAL.fullmatch(text.strip())
    pause = int(float(match["count"]) * (1000 if match["unit"] == "s" else 1)) if match else -1
    if not 0 <= pause <= LONGEST_WAIT or (match and not match["unit"] and pause):
        raise UsageError(f"{text!r} isn't a pause", place="--stream-interval", fix="write 200ms or 1s, up to 30s")
    return pause


def span_of(flag: str, text: str, least: int) -> int:
    """How long something may take, in milliseconds."""
    match = _INTERVAL.fullmatch(text.strip())
    span = int(float(match["count"]) * (1 if match["unit"] == "ms" else 1000)) if match else -1
    if not least <= span <= LONGEST_WAIT:
        raise UsageError(f"{text!r} isn't a time limit", place=flag, fix="write 500ms or 1s, up to 30s")
    return span


def namespace(text: str) -> str | None:
    """The name of a namespace; None for none."""
    if text and not _NAME.fullmatch(text):
        fix = "use up to 64 letters, digits and ._-, a letter or digit first"
        raise UsageError(f"{text[:100]!r} isn't a name", place="--namespace", fix=fix)
    return text or None


def hosts(texts: Sequence[str]) -> tuple[str, ...]:
    """Hosts and networks that may be sent to."""
    named = tuple(text for text in texts if text)
    if named:
        from mockserver.outbound.addresses import Reach  # few mocks send anything

        try:
            Reach.of(named)
        except ValueError as error:
            fix = "use a host such as app.example, an address, or a network such as 172.16.0.0/12"
            raise UsageError(str(error), place="--deliver-to", fix=fix) from None
    return named


def secret(text: str) -> str | None:
    """The secret of signatures; None for none."""
    if not text:
        return None
    from mockserver.outbound.signatures import key_of

    try:
        key_of(text)
    except ValueError as error:
        raise UsageError(str(error), place="--webhook-secret", fix="leave it out for a secret of each world") from None
    return text


def workers(text: str, store: str) -> int:
    """A number of processes, which the store must allow."""
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_WORKERS:
        fix = f"use a number from 1 to {_MOST_WORKERS}"
        raise UsageError(f"{text!r} isn't a number of processes", place="--workers", fix=fix)
    if int(text) > 1 and sys.platform != "linux":
        problem = f"several processes on one port need Linux, and this is {sys.platform}"
        raise UsageError(problem, place="--workers", fix="leave it out, or run the mock in Docker")
    if int(text) > 1 and store == MEMORY:
        problem = "several processes would each have worlds of their own in memory"
        raise UsageError(problem, place="--workers", fix="add --store sqlite:FILE or --store redis://HOST:PORT/DB")
    return int(text)


def span(text: str) -> str | None:
    """The period, once it has been parsed; None for `never`."""
    if text == "never":
        return None
    try:
        positive = parse_period(text) > 0
    except ValueError as error:
        raise UsageError(str(error), place="--world-ttl", fix="use PT1H, P1D, ... or never") from None
    if not positive:
        raise UsageError(f"{text!r} isn't longer than zero", place="--world-ttl", fix="use PT1H, P1D, ... or never")
    return text


def pair(text: str) -> tuple[str, str]:
    """The name and the length of a period: `NAME=P7D`."""
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"{text!r} has no length", place="--period", fix="use NAME=P7D")
    return name, value
