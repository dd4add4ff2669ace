"""Which values of a message are secrets: one list of names, for headers, queries, cookies, forms, JSON and records.

Secrets are hidden where something is shown: journal, archive, explanations, snippets, log. What is kept and compared
has them: a world, the journal itself, and the expectations of `verify`. Which members of a record a response has
where the contract says nothing of them is another question (`contract/schemas/secrets.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote_plus

import msgspec

from mockserver.contract.schemas.naming import words_in

REDACTED: Final = "[redacted]"
_WORDS: Final = frozenset((
    "auth", "authorization", "credential", "credentials", "cvc", "cvv", "jwt", "otp", "passcode", "passphrase",
    "passwd", "password", "pwd", "secret", "sig", "token",
))  # fmt: skip
"""A name that is one of these words, or ends with it, is that of a secret: `X-Vault-Token`, `clientSecret`, `sig`."""
_PAIRS: Final = frozenset(("api key", "access key", "private key", "secret key", "subscription key", "session id"))
_JOINED: Final = re.compile(
    r"((api|access|private|secret)key|secret|password|passwd|jwt|sessionid|"
    r"(?<!continuation)(?<!cursor)(?<!next)(?<!page)(?<!sync)token)(hash|\d+)?$"
)
"""How names end that are written in one word, as in `apikey` and `accesstoken`."""
_BEHIND: Final = frozenset(("again", "confirm", "confirmation", "hash", "repeat", "value"))
"""What may follow, as numbers do: `password_confirmation`, `passwordHash`, `token2`."""
_SENT: Final = ("sid", "signature")
"""How names of headers and parameters end that are secrets, and anything else in a record."""
_PLACES: Final = frozenset(("continuation", "cursor", "next", "page", "pagination", "prev", "previous", "sync"))
"""What a token is for that leads to another part of a list, and nowhere else."""
_COOKIES: Final = frozenset(("cookie", "set-cookie"))
_CORS: Final = "access-control-"
_GRANTED: Final = frozenset(("code", "assertion", "device_code", "code_verifier", "client_assertion"))
"""What is a secret beside the members of an OAuth request (RFC 6749), and a common name elsewhere."""
_GRANTS: Final = frozenset(("grant_type", "redirect_uri", "code_verifier", "session_state"))
_CALLED_BACK: Final = _GRANTS | {"state", "iss"}
"""What stands beside the code in the query of a redirection's target (RFC 6749, 4.1.2; RFC 9207)."""
_ADDRESSES: Final = frozenset(("content-location", "location", "referer", "x-forwarded-uri", "x-original-url"))
_USER: Final = re.compile(r"(?<=://)[^/@\s]+(?=@)")
_LONG: Final = 8
"""From how many characters on a secret is hidden in a text wherever it stands; a shorter one only within quotes."""
_QUOTED: Final = 60
"""How many characters of a value messages quote."""

LONGEST: Final = 128 * 1024
"""How many bytes of a body are read as what it is. To look at each value of megabytes takes seconds: of a longer one,
the text of the beginning is searched for what looks like secrets."""
_SUSPECT: Final = re.compile(
    rb"auth|cred|cvc|cvv|jwt|key|otp|pass|pwd|secret|session|sig|token|grant_type|redirect_uri|code_verifier",
    re.IGNORECASE,
)
"""What the name of each secret has, or what stands beside one."""

_PART: Final = re.compile(r'(name="([^"\r\n]+)"[^\r\n]*(?:\r\n[^\r\n]+)*\r\n\r\n)(.*?)(?=\r\n--|\Z)', re.DOTALL)
_ELEMENT: Final = re.compile(r"(<(?:[\w.-]+:)?([\w.-]+)(?:\s[^<>]*)?>)([^<]+)(?=</|\Z)")
_MEMBER: Final = re.compile(r'("([^"\\\r\n]{1,100})"\s*:\s*"?)((?<=")(?:[^"\\]|\\.)*|(?<!")[-+.\deE]+)')
_PATTERNS: Final = (_PART, _ELEMENT, _MEMBER)
"""Secrets in multipart, XML, and what is nearly JSON: what stands before the value, the name in it, the value."""


@lru_cache(maxsize=4096)
def is_secret(name: str) -> bool:
    """Whether a header, parameter, cookie or member of that name is a secret, wherever it stands."""
    words = [*words_in(name)]
    while words and (words[-1] in _BEHIND or words[-1].isdecimal()):
        words.pop()
    if not words or not _PLACES.isdisjoint(words):
        return False
    return words[-1] in _WORDS or " ".join(words[-2:]) in _PAIRS or _JOINED.search(words[-1]) is not None


def _redacted(_: Any) -> Any:
    return REDACTED


class Secrets(msgspec.Struct, frozen=True):
    """The secrets of one mock: those that the list names, and the credentials of its contract."""

    own: frozenset[str] = frozenset()  #: headers, parameters and cookies of the contract's security, in lower case
    shows: bool = False  #: whether nothing is hidden
    instead: Callable[[Any], Any] = _redacted  #: what stands in the place of a secret, which a recording tells apart

    @classmethod
    def of(cls, names: Iterable[str], *, shows: bool = False) -> Secrets:
        """The secrets of a contract whose credentials have these names."""
        return cls(frozenset(name.lower() for name in names), shows)

    def headers(self, headers: Mapping[str, str], status: int = 0) -> dict[str, str]:
        """Headers without secrets; `status` is that of the answer that they belong to."""
        return {name: self._header(name, value, status) for name, value in headers.items()}

    def _header(self, name: str, value: str, status: int) -> str:
        if self.shows:
            return value
        if self._is_parameter(name, _COOKIES):
            return self._cookies(name.lower(), value) if name.lower() in _COOKIES else str(self.instead(value))
        return self.address(value, redirects=300 <= status < 400) if name.lower() in _ADDRESSES else value

    def _cookies(self, header: str, text: str) -> str:
        """The value of Cookie or Set-Cookie; what stands for a secret that can be told apart stands for each cookie."""
        if self.instead is _redacted:
            return REDACTED
        first, semicolon, attributes = text.partition(";") if header == "set-cookie" else ("", "", "")
        pairs = [pair.strip().partition("=") for pair in (first or text).split(";")]
        return "; ".join(f"{name}={self.instead(value)}" for name, _, value in pairs) + semicolon + attributes

    def address(self, text: str, *, redirects: bool = False) -> str:
        """An address without secrets in its query and fragment, and without the user before its host."""
        if self.shows:
            return text
        target, hash_, fragment = text.partition("#")
        path, mark, query = target.partition("?")
        query, fragment = (self.pairs(part, redirects=redirects) for part in (query, fragment))
        return f"{_USER.sub(REDACTED, path)}{mark}{query}{hash_}{fragment}"

    def pairs(self, text: str, *, redirects: bool = False) -> str:
        """A query or a form without secrets."""
        if self.shows or not text:
            return text
        pairs = [pair.partition("=") for pair in text.split("&")]
        names = [unquote_plus(name) for name, _, _ in pairs]
        granted = _GRANTED if redirects or not _CALLED_BACK.isdisjoint(names) else frozenset()
        return "&".join(
            f"{pair[0]}={self.instead(pair[2])}" if pair[1] and self._is_parameter(name, granted) else "".join(pair)
            for name, pair in zip(names, pairs, strict=True)
        )

    def is_sent(self, name: str) -> bool:
        """Whether a header, parameter or cookie of that name is a secret."""
        return self._is_parameter(name, ())

    def _is_parameter(self, name: str, besides: Collection[str]) -> bool:
        plain = name.lower()
        if plain.startswith(_CORS):  # `Access-Control-Allow-Credentials` is true or nothing
            return False
        return plain in self.own or plain in besides or plain.endswith(_SENT) or is_secret(name)

    def value(self, value: Any) -> Any:
        """A value without secrets, at every depth."""
        return value if self.shows or not _is_suspect(value) else _hidden(value, self.instead, inside=False)

    def member(self, name: str, value: Any) -> Any:
        """The value of a member, where it isn't a secret."""
        return value if self.shows else _hidden(value, self.instead, inside=is_secret(name))

    def body(self, body: bytes, content_type: str, longest: int = LONGEST) -> Any:
        """A body as JSON, or as text where it isn't JSON or is long, without secrets; None where it is empty."""
        if not body:
            return None
        try:
            if len(body) <= longest:
                return self.value(msgspec.json.decode(body))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass
        text = body[:longest].decode(errors="replace")
        if self.shows:
            return text
        if "form-urlencoded" in content_type:
            return self.pairs(text)
        for pattern in _PATTERNS:
            text = pattern.sub(lambda match: match[1] + str(self._in_text(match[2], match[3])), text)
        return text

    def _in_text(self, name: str, value: str) -> Any:
        return self.instead(value) if is_secret(name) else value

    def within(self, texts: Iterable[str]) -> Callable[[str], str]:
        """Hides these secrets in sentences, which quote what a client sent."""
        known = frozenset() if self.shows else frozenset(texts)
        forms = [(form, hidden) for text in known for form, hidden in _forms(text)]
        forms.sort(key=lambda pair: -len(pair[0]))

        def hidden(sentence: str) -> str:
            for form, instead in forms:
                sentence = sentence.replace(form, instead)
            return sentence

        return hidden

    def sent(self, query: str, headers: Mapping[str, str], body: bytes) -> Iterator[str]:
        """The secrets of a request: what was hidden of it."""
        if self.shows:
            return
        shown = self.pairs(query)
        for before, after in zip(query.split("&"), shown.split("&"), strict=True):
            if before != after:
                yield unquote_plus(before.partition("=")[2])
        for name, value in headers.items():
            if self._is_parameter(name, _COOKIES):
                yield from (value, value.partition(" ")[2])
        if "form-urlencoded" in headers.get("content-type", ""):
            yield from self.sent(body.decode(errors="replace"), {}, b"")
            return
        if not _SUSPECT.search(body):
            return
        try:
            if len(body) <= LONGEST:
                yield from _texts(msgspec.json.decode(body), inside=False)
                return
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass
        text = body[:LONGEST].decode(errors="replace")
        yield from (match[3] for one in _PATTERNS for match in one.finditer(text) if is_secret(match[2]))


LISTED: Final = Secrets()
"""The secrets that the list names, and no other."""


def _inner(value: Mapping[str, Any], *, inside: bool) -> Iterator[tuple[str, Any, bool]]:
    """The members of an object, and whether each is a secret."""
    granted = frozenset() if _GRANTS.isdisjoint(value) else _GRANTED
    for name, one in value.items():
        yield name, one, inside or name in granted or is_secret(str(name))


def _is_suspect(value: Any) -> bool:
    """Whether a value can have a secret: nearly none that is large has."""
    try:
        return _SUSPECT.search(msgspec.json.encode(value)) is not None
    except (TypeError, ValueError, OverflowError, RecursionError):
        return True


def _hidden(value: Any, instead: Callable[[Any], Any], *, inside: bool) -> Any:
    if isinstance(value, Mapping):
        return {name: _hidden(one, instead, inside=secret) for name, one, secret in _inner(value, inside=inside)}
    if isinstance(value, list):
        return [_hidden(one, instead, inside=inside) for one in value]
    return instead(value) if inside and value not in ("", None) and not isinstance(value, bool) else value


def _texts(value: Any, *, inside: bool) -> Iterator[str]:
    """The texts that `_hidden` hides."""
    if isinstance(value, Mapping):
        for _, one, secret in _inner(value, inside=inside):
            yield from _texts(one, inside=secret)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, inside=inside)
    elif inside and isinstance(value, str):
        yield value


def _forms(text: str) -> Iterator[tuple[str, str]]:
    """How a sentence may have a secret, and what it has instead."""
    if len(text) >= _LONG:
        yield text, REDACTED
        yield text[:_QUOTED], REDACTED
    elif text:
        yield from ((f"{quote}{text}{quote}", f"{quote}{REDACTED}{quote}") for quote in "\"'`")
