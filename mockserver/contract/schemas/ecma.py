"""The regular expressions of a contract (ECMA-262) in the dialect of Python."""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from typing import Final

# Stand-ins for Unicode properties, which `re` does not have: enough to make and to recognise plain ASCII text.
_PROPERTIES: Final = {
    "L": "a-zA-Z", "Letter": "a-zA-Z", "Alphabetic": "a-zA-Z", "Lu": "A-Z", "Ll": "a-z", "N": "0-9", "Nd": "0-9",
    "Number": "0-9", "P": "!-/:-@", "Punctuation": "!-/:-@", "Z": " ", "Zs": " ", "Separator": " ", "S": "$+<=>^`|~",
    "M": "\u0300-\u036f", "Mn": "\u0300-\u036f", "C": "\\x00-\\x1f", "Cc": "\\x00-\\x1f",
}  # fmt: skip
_TOKEN: Final = re.compile(
    r"\\[pP]\{(?P<property>[^}]*)\}|\\u\{(?P<code>[0-9A-Fa-f]+)\}|\\k<(?P<back>\w+)>|\\(?P<escaped>.)|\(\?<(?P<group>[A-Za-z_]\w*)>"
    r"|(?P<any>\[\^\])|(?P<char>.)",
    re.DOTALL,
)
_NESTED: Final = re.compile(r"(?<!\\)(\((?:\?:)?\[(?:\\.|[^\]\\])*\])([*+])\)([*+])")
"""A repetition of nothing but repetitions, `([a-z]*)*`: `re` would try every way to part a text into them."""
_LITERAL_HYPHEN: Final = re.compile(r"(?<!\\)(?:\\\\)*\\[dDwWsS](?=-[^\]])")
"""A class of characters before a hyphen begins no range (ECMA-262, B.1.2): `[\\d-_]` has a digit, a hyphen or a `_`."""
_ESCAPES_WITH_MEANING: Final = frozenset("dDwWsSbBnrtfv0xuc123456789")


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern as `re` runs it; None for one that cannot be read (it then restricts nothing)."""
    try:
        return re.compile(translated(pattern), re.ASCII)
    except (re.error, OverflowError, RecursionError):
        return None


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern matches anywhere in the text: patterns of JSON Schema are not anchored."""
    expression = compiled(pattern)
    return expression is None or expression.search(text) is not None


def translated(pattern: str) -> str:
    """The pattern in the dialect of `re`."""
    pieces: list[str] = []
    inside = False
    for token in _TOKEN.finditer(_LITERAL_HYPHEN.sub(r"\g<0>\\", _NESTED.sub(_flat, pattern))):
        piece = _piece(token, inside)
        if token["char"] == "[" and not inside:
            inside = True
        elif token["char"] == "]" and inside:
            inside = False
        pieces.append(piece)
    return "".join(pieces)


def _flat(nested: re.Match[str]) -> str:
    return f"{nested[1]}){'+' if nested[2] == nested[3] == '+' else '*'}"


def _piece(token: re.Match[str], inside: bool) -> str:
    if token["property"] is not None:
        return _unicode_property(token[0], inside)
    if token["code"] is not None:
        code = int(token["code"], 16)
        return re.escape(chr(code)) if code <= sys.maxunicode else token[0]
    if token["back"] is not None:
        return f"(?P={token['back']})"
    if token["escaped"] is not None:
        return _escape(token["escaped"])
    if token["group"] is not None:
        return token[0] if inside else f"(?P<{token['group']}>"
    if token["any"] is not None and not inside:
        return r"[\s\S]"
    return _char(token[0], inside)


def _char(char: str, inside: bool) -> str:
    if inside:
        return "\\" + char if char in "[&~|" else char  # `re` reserves `[[`, `&&`, `~~` and `||` for sets
    return r"\Z" if char == "$" else char  # ECMA-262 has no newline before the end


def _escape(char: str) -> str:
    if char.isalpha() and char.isascii() and char not in _ESCAPES_WITH_MEANING:
        return {"Z": r"\Z", "z": r"\Z", "A": r"\A", "h": r"[ \t]"}.get(char, char)
    return "\\" + char


def _unicode_property(text: str, inside: bool) -> str:
    name = text[3:-1].partition("=")[2] or text[3:-1]
    chars = _PROPERTIES.get(name, "a-zA-Z")
    if text[1] == "P":
        return r"\W" if inside else f"[^{chars}]"
    return chars if inside else f"[{chars}]"
