"""Keeps secrets out of all output: every text passes through a `Redactor`."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from urllib.parse import quote

SHORTEST_SECRET = 4  # a shorter value would blank out ordinary words
COOKIE_HEADERS = re.compile(r"(?i)((?:set-)?cookie\s*[:=]\s*['\"]?)[^\r\n'\"<]+")
AUTHORIZATION = re.compile(
    r"(?i)(authorization['\"]?\s*[:=]\s*['\"]?\s*(?:bearer|basic)\s+)(?!\$CONTRACT|contract-tests-|\[credentials)"
    r"[^\s'\"<,}\]&\\]+"  # up to a quote, in HTML and in JSON too
)


class Redactor:
    """Replaces known secrets, in the forms in which they travel, by the names of the variables that hold them."""

    def __init__(self) -> None:
        self._forms: dict[str, str] = {}

    def learn(self, secret: str | None, name: str = "[secret]") -> None:
        """Replace `secret` (as it is, JSON-escaped, percent-encoded, base64) by `name` in all later texts."""
        if secret and len(secret) >= SHORTEST_SECRET:
            for form in forms_of(secret):
                self._forms.setdefault(form, name)

    def learn_all(self, secrets: Iterable[str]) -> None:
        """Learn several secrets that have no name of their own."""
        for secret in secrets:
            self.learn(secret)

    def __call__(self, text: str) -> str:
        """`text` without any secret."""
        for form in sorted(self._forms, key=len, reverse=True):
            text = text.replace(form, self._forms[form])
        text = COOKIE_HEADERS.sub(r"\1[cookie]", text)
        return AUTHORIZATION.sub(r"\1[credentials]", text)


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
