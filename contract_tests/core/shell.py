"""A request as a curl line that bash repeats as it was sent: byte by byte, and with the values of variables."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

HIDDEN: Final = frozenset({
    "accept-encoding", "accept-language", "connection", "content-length", "dnt", "host", "priority", "referer",
    "upgrade-insecure-requests", "user-agent", "x-schemathesis-testcaseid",
})  # fmt: skip
"""Headers that a client adds by itself."""
ADDED_BY_BROWSERS: Final = "sec-"
ANYTHING: Final = ("accept", "*/*")  # curl says the same
SENT_BODY: Final = 8000  # characters of a body in a line, which else does not repeat the request
LONG_RUN: Final = re.compile(r"([A-Za-z0-9])\1{99,}")
"""One character over and over, which a shell can write as well."""

OPEN, CLOSE = "\ue000", "\ue001"  # around the name of a variable, which no shell reads yet
VARIABLE: Final = re.compile(rf"{OPEN}(\w+){CLOSE}|\$\{{?(CONTRACT_(?:OTHER_)?TOKEN)\b\}}?")
BASIC: Final = re.compile(r"(?i)authorization: basic \$\{?(CONTRACT_(?:OTHER_)?TOKEN)\}?")
ODD: Final = re.compile(
    "[^\t\n -~\xa0-\u200d\u2010-\u2029\u202f-\u2065\u206a-\ud7ff\uf900-\ufffd\U00010000-\U0010ffff]"
)
"""What neither a terminal shows nor a person copies; the second half of `surrogateescape` too."""
BRACKETS: Final = re.compile(r"[\[\]{}]")
DOTS: Final = re.compile(r"(?i)/(\.|%2e){1,2}(?=[/?#]|$)")

Show = Callable[[str], str]


def variable(name: str) -> str:
    """The place of a variable in a text that is quoted later."""
    return f"{OPEN}{name}{CLOSE}"


def curl(method: str, url: str, headers: Mapping[str, str], body: bytes, show: Show = str, flag: str = "-i") -> str:
    """The line; `show` takes secrets out of each part before it is quoted, and may put variables in."""
    parts = ["curl", flag, *_method_flags(method, has_body=bool(body)), *_url_flags(url)]
    for name, value in headers.items():
        if name.lower() not in HIDDEN and not name.lower().startswith(ADDED_BY_BROWSERS) | (
            (name.lower(), value) == ANYTHING
        ):
            parts += _header(name, value, show)
    if body and "content-type" not in map(str.lower, headers):
        parts += ["-H", "Content-Type:"]  # curl would name one
    if b"\0" in body:  # which no word of a shell can have
        return " ".join([_printed(body, show), "|", *parts, "--data-binary @-", _url(show(url))])
    return " ".join([*parts, *(_body(body, show) if body else ()), _url(show(url))])


def _method_flags(method: str, *, has_body: bool) -> list[str]:
    if method == "HEAD":
        return ["-X", "HEAD", "-m", "5"] if has_body else ["--head"]
    return [] if method == "GET" and not has_body else ["-X", shlex.quote(method)]


def _url_flags(url: str) -> list[str]:
    return ["-g"] * bool(BRACKETS.search(url)) + ["--path-as-is"] * bool(DOTS.search(urlsplit(url).path))


def _url(text: str) -> str:
    return doubly(text) if VARIABLE.search(text) and not is_hard(text) else quoted(text)


def is_hard(text: str) -> bool:
    """Whether double quotes can't hold a text as it is."""
    rest = VARIABLE.sub("", text)
    return "!" in rest or not rest.isascii() or ODD.search(rest) is not None


def _header(name: str, value: str, show: Show) -> list[str]:
    text = show(f"{name}: {value}" if value else f"{name};")
    if found := BASIC.fullmatch(text):
        return ["-u", f'"${found[1]}"']
    return ["-H", quoted(text, "latin-1") if is_hard(text) else doubly(text)]


def _printed(body: bytes, show: Show) -> str:
    text = show(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")[:SENT_BODY]
    return "printf '" + "".join(f"\\{byte:03o}" if chr(byte) in "'\\%" or not 32 <= byte < 127 else chr(byte)
                                for byte in text) + "'"  # fmt: skip


def _body(body: bytes, show: Show) -> Iterator[str]:
    text = show(body.decode("utf-8", "surrogateescape"))
    yield "--data-raw" if text.startswith("@") else "--data-binary"
    runs = text if len(text) <= SENT_BODY else LONG_RUN.sub(lambda run: f"{OPEN}{run[1]}{len(run[0])}{CLOSE}", text)
    yield quoted(runs if len(runs) <= SENT_BODY else f"{runs[:SENT_BODY]}... ({len(text)} characters)")


def quoted(text: str, encoding: str = "utf-8") -> str:
    """A text as one word for bash, in which variables are replaced by their values."""
    parts, end = list[str](), 0
    for found in VARIABLE.finditer(text):
        parts += [_literal(text[end : found.start()], encoding), _expanded(found[1] or found[2])]
        end = found.end()
    parts.append(_literal(text[end:], encoding))
    return "".join(parts) or "''"


def doubly(text: str) -> str:
    """The same in double quotes, for texts that a person reads more easily with their variables inside."""
    parts, end = list[str](), 0
    for found in VARIABLE.finditer(text):
        name, end_before = found[1] or found[2], end
        end = found.end()
        goes_on = re.match(r"\w", text[end:])
        parts += [_in_double(text[end_before : found.start()]), f"${{{name}}}" if goes_on else f"${name}"]
    return "".join(['"', *parts, _in_double(text[end:]), '"'])


def _in_double(text: str) -> str:
    return re.sub(r'(["\\`$])', r"\\\1", text)


def _expanded(name: str) -> str:
    if run := re.fullmatch(r"(.)(\d{3,})", name):
        return f"\"$(printf '{run[1]}%.0s' {{1..{run[2]}}})\""
    return f'"${name}"'


def _literal(text: str, encoding: str) -> str:
    if not text:
        return ""
    is_latin = encoding == "latin-1" and not text.isascii()
    if not ODD.search(text) and not is_latin:
        return shlex.quote(text)
    return "$'" + "".join(_escaped(byte) for byte in text.encode(encoding, "surrogateescape")) + "'"


def _escaped(byte: int) -> str:
    char = chr(byte)
    if char in "'\\":
        return f"\\{char}"
    return char if " " <= char <= "~" else f"\\x{byte:02x}"
