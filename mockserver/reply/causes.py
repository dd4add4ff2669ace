"""Why a request was refused, in the words that errors use for it: the member of an enum that fits, a code, a place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Any, Final

import msgspec

from mockserver.contract.schemas.naming import words, words_in
from mockserver.errors import Refused, Violation

_INVALID: Final = ("invalid", "validat", "bad", "malform", "request", "argument", "param", "input", "data", "format")
_STEMS: Final = {
    400: _INVALID,
    401: ("unauth", "auth", "credential", "token", "login", "key", "session"),
    402: ("payment", "required", "billing"),
    403: ("forbid", "permission", "denied", "access", "allow", "scope", "privilege"),
    404: ("found", "missing", "unknown", "exist", "absent", "resource"),
    405: ("method", "allow", "support"),
    406: ("accept",),
    408: ("timeout", "timed"),
    409: ("conflict", "already", "exist", "duplicat", "taken", "uniq"),
    410: ("gone", "deleted", "expired"),
    412: ("precondition", "modif", "stale", "version", "changed"),
    413: ("large", "size", "long", "limit", "payload"),
    415: ("media", "content", "type", "support"),
    422: ("unprocess", *_INVALID),
    429: ("rate", "limit", "throttl", "many", "quota"),
    503: ("unavailable", "overload", "maintenance", "service"),
    504: ("timeout", "timed", "gateway"),
}
"""The beginnings of the words for a status, the most telling first."""
_INTERNAL: Final = ("internal", "server", "unexpected", "fatal", "unavailable")
_GENERAL: Final = frozenset(("error", "general", "generic", "unknown", "other", "unspecified", "default", "failure"))
_CREDENTIALS: Final = frozenset(
    ("token", "authorization", "auth", "apikey", "accesstoken", "credential", "credentials")
)
_FILLERS: Final = frozenset(("a", "an", "the", "of", "is", "not", "no", "to", "error", "err", "code"))
_STEP: Final = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
_KNOWN: Final = frozenset(HTTPStatus)
_REQUIRED: Final = "is required"


class Cause(msgspec.Struct, frozen=True):
    """Why a request was refused, and with which status."""

    status: int
    reason: str
    details: tuple[Violation, ...] = ()

    @classmethod
    def of(cls, refused: Refused, status: int) -> Cause:
        """The cause of a refusal."""
        return cls(status, refused.reason, refused.details)

    @property
    def phrase(self) -> str:
        """The status in words."""
        return HTTPStatus(self.status).phrase if self.status in _KNOWN else "Refused"

    def about(self, violation: Violation) -> Cause:
        """The cause by one of the violations."""
        return Cause(self.status, f"{violation.place} {violation.message}", (violation,))


def place_of(violation: Violation) -> tuple[str, tuple[str | int, ...]]:
    """Where a violation is: `body`, and `("items", 0, "name")` inside it."""
    location, _, inner = violation.place.partition(".")
    head, bracket, rest = location.partition("[")
    inner = f"[{rest}.{inner}" if bracket else inner
    return head, tuple(int(index) if index else name for index, name in _STEP.findall(inner))


def kind_of(violation: Violation) -> str:
    """What is wrong with a value, in one word."""
    return "missing" if violation.message.startswith(_REQUIRED) else "invalid"


def code_like(cause: Cause, example: Any) -> str:
    """The status in words, written as the example is: `NOT_FOUND`, `NotFound`, `not-found` or `not_found`."""
    spoken = words(cause.phrase)
    shown = example if isinstance(example, str) else ""
    if " " in shown:
        return cause.phrase
    if shown.isupper():
        return "_".join(spoken).upper()
    if "-" in shown:
        return "-".join(spoken)
    camel = "".join(word.capitalize() for word in spoken)
    if "_" not in shown and any(letter.isupper() for letter in shown):
        return camel if shown[:1].isupper() else camel[:1].lower() + camel[1:]
    return "_".join(spoken)


def fitting(options: Sequence[Any], cause: Cause) -> Any:
    """The option that names the cause best; None where none of them does."""
    texts = [option for option in options if isinstance(option, str)]
    for stems in _stems(cause):
        wanted = _weights(stems, cause)
        ranked = [(_score(text, wanted), -place, text) for place, text in enumerate(texts)]
        best = max(ranked, default=(0.0, 0, None))
        if best[0] > 0:
            return best[2]
    return None


def _stems(cause: Cause) -> Iterator[tuple[str, ...]]:
    """The beginnings of words for a cause; first those for a missing credential, where that is what was wrong."""
    if _lacks_credentials(cause.details):
        yield _STEMS[401]
    yield _STEMS.get(cause.status) or (_INTERNAL if cause.status >= 500 else _INVALID)


def _weights(stems: Sequence[str], cause: Cause) -> dict[str, float]:
    """The beginnings of words that name the cause, with how much each tells."""
    weights = {stem: 3 - place / 10 for place, stem in reversed([*enumerate(stems)])}
    for violation in cause.details[:1]:
        location, steps = place_of(violation)
        named = [word for step in steps if isinstance(step, str) for word in words_in(step)]
        more = ("missing", "required", "blank", "empty") if kind_of(violation) == "missing" else ()
        weights = dict.fromkeys((*named, *more), 1.5) | {location: 1.0} | weights
    return weights


def _lacks_credentials(details: Iterable[Violation]) -> bool:
    """Whether a parameter that holds a credential is missing: a document may declare it without a security scheme."""
    for violation in details:
        location, steps = place_of(violation)
        name = "".join(words_in(str(steps[-1]))) if steps else ""
        if location != "body" and name in _CREDENTIALS and kind_of(violation) == "missing":
            return True
    return False


def _score(option: str, wanted: dict[str, float]) -> float:
    spoken = words(option)
    telling = [word for word in spoken if word not in _FILLERS]
    found = [max((weight for stem, weight in wanted.items() if word.startswith(stem)), default=0.0) for word in telling]
    if not any(found):
        return 0.1 if spoken and all(word in _GENERAL for word in spoken) else 0.0
    return sum(found) - 0.5 * found.count(0.0)
