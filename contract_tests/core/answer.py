"""One exchange with the target: what was sent, what came back, and the curl line that repeats it."""

from __future__ import annotations

import json
import math
import re
import sys
import time
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlsplit

from contract_tests.core import shell

NOT_JSON: Final[Any] = type("NotJson", (), {"__repr__": lambda _: "not JSON", "__bool__": lambda _: False})()
"""What `Answer.json` is when the body isn't JSON."""

SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
COOKIES: Final = "set-cookie"
"""The header of which each value has a line of its own."""

SHOWN_BODY = 400  # characters of a body that a message shows


@dataclass(frozen=True)
class Sent:
    """A request as it went out; `path` is the raw path below the target's base URL, still percent-encoded."""

    method: str
    url: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""
    at: float = field(default_factory=time.monotonic, compare=False, repr=False)  #: when, by the machine's clock

    @property
    def query(self) -> str:
        """The raw query string."""
        return urlsplit(self.url).query

    @property
    def json(self) -> Any:
        """The body as JSON, or `NOT_JSON`."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return NOT_JSON

    def curl(self, show: shell.Show = str, flag: str = "-i") -> str:
        """The curl line that repeats the request; `show` takes secrets out, and may put variables in."""
        return shell.curl(self.method, self.url, self.headers, self.body, show, flag)


@dataclass(frozen=True)
class Answer:
    """What the target answered to `sent`; header names are lower-case."""

    sent: Sent
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float = 0.0
    truncated: bool = False
    operation_id: str = field(default="")
    place: str = ""  #: where it was recorded, such as `login.har entry 12`; empty: this run got it
    body_is_known: bool = True  #: not where a recording has left the body out
    number: int = 0  #: of its request among those of the run

    @cached_property
    def json(self) -> Any:
        """The body as JSON, or `NOT_JSON`."""
        return self._read[0]

    @property
    def json_problem(self) -> str:
        """Why the body isn't JSON (RFC 8259): the name twice, a number that JSON doesn't have; empty where it is."""
        return self._read[1]

    @property
    def nearly_json(self) -> Any:
        """The same of a body that many readers take as JSON all the same; a number stands for those that JSON lacks."""
        try:
            value = json.loads(self.body, parse_constant=lambda _: 0, parse_float=number)
            return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
        except (ValueError, RecursionError):
            return NOT_JSON

    @cached_property
    def _read(self) -> tuple[Any, str]:
        if self.body.startswith(BOM_UTF8):
            return NOT_JSON, "text with a byte order mark in front of it (RFC 8259, section 8.1)"
        try:
            text = self.body.decode()
            value = json.loads(text, parse_constant=no_number, parse_float=number, object_pairs_hook=members)
            if SURROGATE.search(text):
                json.dumps(value, ensure_ascii=False).encode()
            return value, ""
        except UnicodeDecodeError:
            return NOT_JSON, "text that isn't UTF-8 (RFC 8259, section 8.1)"
        except UnicodeEncodeError:
            return NOT_JSON, "a text with half of a surrogate pair, which is no character (RFC 8259, section 8.2)"
        except NotInJson as error:
            return NOT_JSON, str(error)
        except (ValueError, RecursionError):
            return NOT_JSON, shorten(self.body.decode("utf-8", "replace"), 120) or "an empty body"

    @property
    def ok(self) -> bool:
        """Whether the status is a success."""
        return 200 <= self.status < 300

    @property
    def media_type(self) -> str:
        """The media type of the body without its parameters, lower-case; empty without a Content-Type."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    def get(self, *path: str | int, default: Any = None) -> Any:
        """The value under `path` in the JSON body, or `default`."""
        value = self.json
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return default
        return value

    def describe(self) -> str:
        """Status and body in one line, for a message."""
        text = shorten(" ".join(self.body.decode("utf-8", "replace").split()))
        has_none = self.sent.method == "HEAD" or self.status in {204, 205, 304}
        end = " and there the body breaks off" if self.truncated else ""
        end = end or (", which isn't JSON" if text and "json" in self.media_type and self.json is NOT_JSON else "")
        return f"{self.status} {text or ('' if has_none else 'with an empty body')}".strip() + end


class NotInJson(ValueError):
    """Something that JSON doesn't have, though many readers take it."""


def no_number(name: str) -> Any:
    """Refuse NaN and the infinities."""
    raise NotInJson(f"{name}, which is no number of JSON (RFC 8259, section 6)")


def number(text: str) -> float:
    """A number with a fraction or an exponent; the largest one for `1e400`, which JSON has and binary floats lack."""
    value = float(text)
    return value if math.isfinite(value) else math.copysign(sys.float_info.max, value)


def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; refuses a name that stands in it twice, of which readers take the one or the other."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for at, (name, _) in enumerate(pairs) if any(name == other for other, _ in pairs[:at]))
        raise NotInJson(f"an object with {twice!r} twice (RFC 8259, section 4: names should be unique)")
    return found


def joined(lines: Iterable[tuple[str, str]], *, lower: bool) -> dict[str, str]:
    """Header lines as a mapping, without the white space around a value: those of one name are one list, except for
    Set-Cookie, whose lines stay lines (RFC 9110, sections 5.3 and 5.5)."""
    found: dict[str, str] = {}
    names: dict[str, str] = {}
    for name, value in lines:
        if name.startswith(":"):  # what HTTP/2 has in place of a request line
            continue
        plain, text = name.lower(), value.strip(" \t")
        known = names.setdefault(plain, plain if lower else name)
        found[known] = f"{found[known]}{chr(10) if plain == COOKIES else ', '}{text}" if known in found else text
    return found


def unanswered(sent: Sent) -> Answer:
    """Stands for the answer that never came, so that a message can show the request."""
    return Answer(sent, 0, {}, b"")


def shorten(text: str, limit: int = SHOWN_BODY) -> str:
    """`text`, cut with a note of its length when it is longer than `limit`."""
    return text if len(text) <= limit else f"{text[:limit]}... ({len(text)} characters)"


def names_in(value: Any) -> Iterator[str]:
    """Every name of a field in a JSON value."""
    if isinstance(value, list):
        for item in value:
            yield from names_in(item)
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield str(name)
            yield from names_in(item)
