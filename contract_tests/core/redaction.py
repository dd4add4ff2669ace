"""Keeps secrets out of all output: every text passes through a `Redactor`."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from contract_tests.core.answer import COOKIES, Answer
from contract_tests.core.contract import Contract
from contract_tests.core.tokens import cookies
from mockserver.contract.messages.secrets import LISTED, Secrets
from mockserver.contract.messages.secrets import REDACTED as REDACTED  # noqa: PLC0414 - for other modules

SHORTEST_SECRET = 4  # a shorter value would blank out ordinary words
COOKIE_HEADERS = re.compile(r"(?i)(\b(?:set-)?cookie\s*[:=]\s*['\"]?)[^\r\n'\"<]+")
AUTHORIZATION = re.compile(
    r"(?i)(authorization['\"]?\s*[:=]\s*['\"]?\s*(?:bearer|basic)\s+)(?!\$CONTRACT|contract-tests-|\[[a-z]+\])"
    r"[^\s'\"<,}\]&\\]+"  # up to a quote, in HTML and in JSON too
)


JWT = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*")
IN_URLS = re.compile(
    r"(?i)([?&](?:api[_-]?key|(?:access|auth|refresh|id)?[_-]?token|client_secret|password|signature|sig)=)"
    r"(?!\$CONTRACT|\[)[^&\s'\"<>]+"
)
IN_BODIES = re.compile(
    r"(?i)(\"(?:(?:access|refresh|id)[_-]?token|client_secret)\\?\"\s*:\s*\\?\")(?!\$CONTRACT)[^\"\\]+"
)
USERINFO = re.compile(r"(?i)(\bhttps?://)[^\s/@'\"<>]+@")
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
CUT = re.compile(r"(\.\.\. \(\d+ characters\))")
"""Where a text was cut: what stands before may end within a secret."""
SHORTEST_BEGINNING = 6  # characters of a secret that say something of it
VARIABLE = re.compile(r"\$(CONTRACT_(?:OTHER_)?TOKEN)(?=\w)")
"""A variable with more behind it, which a shell would take for another one."""
ORDINARY = re.compile(r"[A-Za-z][a-z]{0,11}([_-][A-Za-z]{2})?|\d{1,6}")
"""The value of a cookie that is a setting, as in `theme=dark`: as a secret, it would blank out ordinary words."""
SESSION = re.compile(r"(?i)sess|login|remember|ticket")
"""In the name of a cookie that the list doesn't have, and that opens a session."""
MOST_FORMS = 4000  # of secrets that are remembered: a target may set another cookie with each answer


class Redactor:
    """Replaces known secrets, in the forms in which they travel, by the names of the variables that hold them; and what
    looks like a secret, and what would steer a terminal."""

    def __init__(self) -> None:
        self._forms: dict[str, str] = {}
        self._longest_first: list[str] | None = None

    def learn(self, secret: str | None, name: str = "[secret]") -> None:
        """Replace `secret` (as it is, JSON-escaped, percent-encoded, base64) by `name` in all later texts."""
        if secret and len(secret) >= SHORTEST_SECRET and len(self._forms) < MOST_FORMS:
            for form in forms_of(secret):
                self._forms.setdefault(form, name)
            self._longest_first = None

    def learn_all(self, secrets: Iterable[str]) -> None:
        """Learn several secrets that have no name of their own."""
        for secret in secrets:
            self.learn(secret)

    def __call__(self, text: str) -> str:
        """`text` without any secret, and without what would steer a terminal."""
        return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", self.without_secrets(text))

    def without_secrets(self, text: str) -> str:
        """`text` without any secret; all other characters stay."""
        longest_first = self._longest_first
        if longest_first is None:
            longest_first = self._longest_first = sorted([*self._forms], key=len, reverse=True)
        for form in longest_first:
            text = text.replace(form, self._forms[form])
        *cut, rest = CUT.split(text)
        text = "".join([*(part if CUT.fullmatch(part) else self._without_beginning(part) for part in cut), rest])
        text = VARIABLE.sub(r"${\1}", text)
        text = COOKIE_HEADERS.sub(r"\1[cookie]", text)
        text = AUTHORIZATION.sub(r"\1[credentials]", text)
        text = USERINFO.sub(r"\1[credentials]@", text)
        text = IN_BODIES.sub(r"\1[secret]", IN_URLS.sub(r"\1[secret]", text))
        return JWT.sub("[token]", text)

    def _without_beginning(self, text: str) -> str:
        """A text without the beginning of a secret at its end."""
        found = ((longest_beginning(text, form), name) for form, name in self._forms.items())
        size, name = max(found, default=(0, ""))
        return f"{text[:-size]}{name}" if size else text


def secrets_in_head(answer: Answer) -> list[str]:
    """The secrets among the cookies that an answer sets, and in other headers that have the name of one: all but
    settings under an ordinary name."""
    others = {name: value for name, value in answer.headers.items() if name != COOKIES}
    found = [value for name, value in cookies(answer).items() if is_session(name) or not ORDINARY.fullmatch(value)]
    return [*found, *(value for value in LISTED.sent("", others, b"") if not ORDINARY.fullmatch(value))]


def is_session(name: str) -> bool:
    """Whether a cookie of that name is a secret, however ordinary its value looks."""
    return LISTED.is_sent(name) or SESSION.search(name) is not None


def secrets_in(answer: Answer, contract: Contract) -> Iterator[str]:
    """The secrets of a recorded request and its answer: by the list of names that the mock server has, and by the names
    of the contract's credentials."""
    secrets = Secrets.of(one.parameter for one in contract.reader.security_schemes.values())
    sent = {name.lower(): value for name, value in answer.sent.headers.items()}
    yield from secrets.sent(answer.sent.query, sent, answer.sent.body)
    yield from secrets.sent("", answer.headers, answer.body)


def longest_beginning(text: str, form: str) -> int:
    """How many characters of a form a text ends with."""
    shortest = min(SHORTEST_BEGINNING, len(form) - 1)
    if form[:shortest] not in text[-len(form) :]:
        return 0
    return next((size for size in range(len(form) - 1, shortest - 1, -1) if text.endswith(form[:size])), 0)


def forms_of(secret: str) -> set[str]:
    """The spellings in which a secret may stand in a URL, a JSON text, an HTML page or a basic credential."""
    raw = secret.encode()
    return {
        secret,
        json.dumps(secret)[1:-1],
        quote(secret, safe=""),
        quote(secret),
        base64.b64encode(raw).decode(),
        base64.b64encode(raw).decode().rstrip("="),
        base64.urlsafe_b64encode(raw).decode(),
        secret.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
    }
