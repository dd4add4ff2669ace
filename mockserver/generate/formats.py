"""Formats of strings and numbers: what each admits, and a generator for each (JSON Schema validation 7.3, OpenAPI)."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from mockserver.contract.schemas.ecma import compiled

_START: Final = datetime(2025, 1, 1, tzinfo=UTC)
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST: Final = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\Z")
_EMAIL: Final = re.compile(
    rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+)*@{_LABEL}(?:\.{_LABEL})*\Z"
)
_DATE_TIME: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)\Z"
)
_TIME: Final = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)\Z")
_DURATION: Final = re.compile(r"P(?!\Z)(?:\d+W|(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?!\Z)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)\Z")
_RELATIVE: Final = re.compile(r"(?![^/?#]*:)(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*\Z")
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*\Z")
_POINTER: Final = re.compile(r"(?:/(?:[^~/]|~[01])*)*\Z")
_RELATIVE_POINTER: Final = re.compile(r"(?:0|[1-9]\d*)(?:#|(?:/(?:[^~/]|~[01])*)*)\Z")
_INTEGERS: Final = {"int8": 7, "int16": 15, "int32": 31, "int64": 63}


def has_format(name: Any, value: Any) -> bool:
    """Whether a value has the format; a format that is not known, or is for another type, admits anything."""
    if not isinstance(name, str):
        return True
    if isinstance(value, str):
        check = _CHECKS.get(name)
        return check is None or check(value)
    if name in _INTEGERS and isinstance(value, (int, float)) and not isinstance(value, bool):
        low, high = -(2 ** _INTEGERS[name]), 2 ** _INTEGERS[name]
        return bool(low <= value < high)
    return True


def bounds(name: Any) -> tuple[int, int] | None:
    """The smallest and the largest integer of a format; None where it sets no bounds."""
    bits = _INTEGERS.get(name) if isinstance(name, str) else None
    return None if bits is None else (-(2**bits), 2**bits - 1)


def make(name: str, random: Random) -> str | None:
    """A string of the format; None for a format that is not known."""
    maker = _MAKERS.get(name)
    return None if maker is None else maker(random)


def instant(random: Random) -> datetime:
    """An instant within the year 2025, to the second."""
    return _START + timedelta(seconds=random.randrange(365 * 86400))


def _reads(read: Callable[[str], object]) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            read(text)
        except ValueError:
            return False
        return True

    return check


def _is_date(text: str) -> bool:
    """A date of RFC 3339, which has a year 0000, a leap year; Python has none."""
    known = "2000" + text[4:] if text.startswith("0000-") else text
    return len(text) == 10 and _reads(date.fromisoformat)(known)


def _is_date_time(text: str) -> bool:
    match = _DATE_TIME.match(text)
    return match is not None and _is_date(match[1])


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _is_uuid(text: str) -> bool:
    return len(text) == 36 and _reads(UUID)(text)


def _is_ipv6(text: str) -> bool:
    return "%" not in text and _reads(ipaddress.IPv6Address)(text)


def _matching(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.match(text) is not None


_CHECKS: Final[dict[str, Callable[[str], bool]]] = {
    "date-time": _is_date_time,
    "date": _is_date,
    "time": _matching(_TIME),
    "duration": _matching(_DURATION),
    "uuid": _is_uuid,
    "email": _matching(_EMAIL),
    "idn-email": lambda text: re.fullmatch(r"[^@\s]+@[^@\s]+", text) is not None,
    "hostname": _matching(_HOST),
    "idn-hostname": lambda text: bool(text) and not re.search(r"\s", text),
    "ipv4": _reads(ipaddress.IPv4Address),
    "ipv6": _is_ipv6,
    "uri": _matching(_URI),
    "uri-reference": lambda text: bool(_RELATIVE.match(text) or _URI.match(text)),
    "json-pointer": _matching(_POINTER),
    "relative-json-pointer": _matching(_RELATIVE_POINTER),
    "regex": lambda text: compiled(text) is not None,
    "byte": _is_base64,
}


def _hexadecimal(random: Random, digits: int) -> str:
    return f"{random.getrandbits(4 * digits):0{digits}x}"


def _base64(random: Random) -> str:
    return base64.b64encode(random.randbytes(9)).decode()


_MAKERS: Final[dict[str, Callable[[Random], str]]] = {
    "date-time": lambda random: instant(random).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "date": lambda random: instant(random).strftime("%Y-%m-%d"),
    "time": lambda random: instant(random).strftime("%H:%M:%SZ"),
    "duration": lambda random: f"P{random.randint(1, 30)}D",
    "uuid": lambda random: str(UUID(int=random.getrandbits(128), version=4)),
    "email": lambda random: f"user{random.randint(1, 999)}@example.com",
    "idn-email": lambda random: f"user{random.randint(1, 999)}@example.com",
    "hostname": lambda random: f"host{random.randint(1, 99)}.example.com",
    "idn-hostname": lambda random: f"host{random.randint(1, 99)}.example.com",
    "ipv4": lambda random: f"192.0.2.{random.randint(1, 254)}",
    "ip": lambda random: f"192.0.2.{random.randint(1, 254)}",
    "ipv6": lambda random: f"2001:db8::{random.randint(1, 0xFFFF):x}",
    "uri": lambda random: f"https://example.com/{_hexadecimal(random, 6)}",
    "url": lambda random: f"https://example.com/{_hexadecimal(random, 6)}",
    "iri": lambda random: f"https://example.com/{_hexadecimal(random, 6)}",
    "uri-reference": lambda random: f"/{_hexadecimal(random, 6)}",
    "iri-reference": lambda random: f"/{_hexadecimal(random, 6)}",
    "uri-template": lambda random: f"/{_hexadecimal(random, 6)}/{{id}}",
    "json-pointer": lambda random: f"/{_hexadecimal(random, 4)}/0",
    "relative-json-pointer": lambda random: f"0/{_hexadecimal(random, 4)}",
    "regex": lambda random: f"^[a-z]{{{random.randint(1, 9)}}}$",
    "byte": _base64,
    "base64": _base64,
    "binary": lambda random: _hexadecimal(random, 8),
    "password": lambda random: f"Pw-{_hexadecimal(random, 8)}",
    "int32": lambda random: str(random.randint(1, 999)),
    "int64": lambda random: str(random.randint(1, 999)),
    **dict.fromkeys(
        ("date-time-rfc-2822", "rfc2822", "rfc-2822", "rfc1123", "http-date"),
        lambda random: instant(random).strftime("%a, %d %b %Y %H:%M:%S +0000"),
    ),
    "decimal": lambda random: f"{random.randint(1, 9999) / 100:.2f}",
    "double": lambda random: f"{random.randint(1, 9999) / 100:.2f}",
    "float": lambda random: f"{random.randint(1, 9999) / 100:.2f}",
}
