"""One entry of recorded traffic: a request, the answer to it, and what the recording doesn't have of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from contract_tests.core.answer import Answer

ON_PURPOSE: Final = "the mock server answered with a fault that somebody asked for"
CHARSET: Final = re.compile(r"charset\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
STATIC_KINDS: Final = frozenset({
    "document", "stylesheet", "script", "image", "font", "media", "manifest", "texttrack", "ping", "prefetch",
    "cspviolationreport",
})  # fmt: skip
"""What browsers call requests that a page makes by itself, not its code."""
STATIC_TYPES: Final = re.compile(
    r"text/(html|css|javascript)|application/(javascript|x-javascript|wasm|manifest\+json)|(image|font|audio|video)/"
)
WITH_EXTENSION: Final = re.compile(r"\.(?!json$|xml$)[a-z][a-z0-9]{1,9}$", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """A recorded request with its answer; `why_not` says why nothing can be said of it."""

    answer: Answer
    kind: str = ""  #: what caused the request, in the words of the browser: `xhr`, `document`; empty: not known
    why_not: str = ""
    request_is_whole: bool = True  #: whether the recording has the body of the request as it was sent

    @property
    def is_static(self) -> bool:
        """Whether it is a part of a page rather than a call: that depends on who asked, else on what came."""
        sent, answer = self.answer.sent, self.answer
        if self.kind:
            return self.kind in STATIC_KINDS or (self.kind == "other" and sent.method == "GET" and self._looks_static)
        return sent.method in {"GET", "HEAD"} and self._looks_static and (answer.status < 400 or self._has_extension)

    @property
    def _looks_static(self) -> bool:
        return bool(STATIC_TYPES.match(self.answer.media_type)) or self._has_extension

    @property
    def _has_extension(self) -> bool:
        return bool(WITH_EXTENSION.search(urlsplit(self.answer.sent.url).path))


def as_bytes(text: str, content_type: str) -> bytes:
    """The bytes of a text that a recording has decoded."""
    found = CHARSET.search(content_type)
    try:
        return text.encode(found[1] if found else "utf-8")
    except (LookupError, UnicodeError):
        return text.encode("utf-8", "replace")
