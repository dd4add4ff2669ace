"""Replaces what tells of people in recorded messages: e-mail addresses, names, phones, card numbers, addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, unquote

import msgspec

from mockserver.contract.schemas.naming import words_in
from mockserver.insight.pseudonyms import Pseudonyms, Replace, is_card

_EMAIL: Final = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_CARD: Final = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w.-])")
_PHONE: Final = re.compile(r"(?<!\w)\+\d{1,3}[ ./()-]*\d(?:[ ./()-]*\d){6,12}(?!\w)")
_FIRST: Final = frozenset(("first name", "given name", "forename", "middle name"))
_LAST: Final = frozenset(("last name", "family name", "surname", "maiden name"))
_FULL: Final = frozenset(("full name", "display name", "holder name", "card holder", "cardholder", "contact name"))
_PHONES: Final = frozenset(
    ("phone", "mobile", "telephone", "tel", "fax", "phone number", "mobile number", "fax number")
)
_STREETS: Final = frozenset(("street", "street address", "address line", "address", "street name"))
_CODES: Final = frozenset(("zip", "zip code", "postcode", "postal code", "post code"))
_TOWNS: Final = frozenset(("city", "town"))
_OF_PEOPLE: Final = frozenset(("email", "first name", "last name", "phone", "birthday", "birth date", "date of birth"))
"""What an object has beside a member `name` that is the name of a person."""
_DEEPEST: Final = 100
_IN_LINES: Final = re.compile(r"^((?:data: ?|\x1e)?)([{\[].*)$", re.MULTILINE)
"""JSON in a line of a stream."""


class Scrubber:
    """Replaces values by their form, by the name of their member, and at further places."""

    def __init__(self, pseudonyms: Pseudonyms, paths: Sequence[str] = ()) -> None:
        self.pseudonyms = made = pseudonyms
        self._paths = [tuple(path.split(".")) for path in paths]
        by_name: list[tuple[frozenset[str], Replace]] = [
            (_FIRST, made.first_name), (_LAST, made.last_name), (_FULL, made.full_name), (_PHONES, made.phone),
            (_STREETS, made.street), (_TOWNS, made.town), (_CODES, lambda text: str(made.like("code", text))),
        ]  # fmt: skip
        self._by_name = {name: replace for names, replace in by_name for name in names}

    def value(self, value: Any, path: tuple[str, ...] = ()) -> Any:
        """A JSON value; `path` has the names of the members that lead to it."""
        if len(path) > _DEEPEST:
            return value
        if isinstance(value, Mapping):
            is_person = not _OF_PEOPLE.isdisjoint(map(_plain, value))
            return {name: self._member(name, one, (*path, name), is_person=is_person) for name, one in value.items()}
        if isinstance(value, list):
            return [self.value(one, path) for one in value]
        return self.text(value) if isinstance(value, str) else value

    def body(self, body: Any) -> Any:
        """A body: what is JSON in the lines of a text counts as that, too."""
        return _IN_LINES.sub(self._line, self.text(body)) if isinstance(body, str) else self.value(body)

    def _line(self, match: re.Match[str]) -> str:
        try:
            value = msgspec.json.decode(match[2])
        except (msgspec.MsgspecError, RecursionError):
            return match[0]
        scrubbed = self.value(value)
        return match[0] if scrubbed == value else match[1] + msgspec.json.encode(scrubbed).decode()

    def _member(self, name: str, value: Any, path: tuple[str, ...], *, is_person: bool) -> Any:
        if any(_ends(path, wanted) for wanted in self._paths):
            return self._all(value)
        if isinstance(value, str) and value:
            replace = self._by_name.get(_plain(name)) or (
                self.pseudonyms.full_name if is_person and name == "name" else None
            )
            if replace is not None and not _EMAIL.fullmatch(value):
                return replace(value)
        return self.value(value, path)

    def _all(self, value: Any) -> Any:
        """A value of which nothing may be left."""
        if isinstance(value, Mapping):
            return {name: self._all(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self._all(one) for one in value]
        return self.pseudonyms.like("own", value)

    def text(self, text: str) -> str:
        """A text that may have an address, a card number or a phone in it."""
        if "@" in text:
            text = _EMAIL.sub(lambda match: self.pseudonyms.email(match[0]), text)
        text = _CARD.sub(lambda match: self.pseudonyms.card(match[0]) if is_card(match[0]) else match[0], text)
        return _PHONE.sub(lambda match: self.pseudonyms.phone(match[0]), text) if "+" in text else text

    def encoded(self, text: str) -> str:
        """A path: each segment as it is decoded."""
        return "/".join(self._segment(part, "/") for part in text.split("/"))

    def pairs(self, text: str) -> str:
        """A query or a form, by the names of its pairs too."""
        return "&".join(self._pair(pair) for pair in text.split("&"))

    def _pair(self, pair: str) -> str:
        name, equals, value = pair.partition("=")
        if not value:
            return pair
        plain = unquote(value.replace("+", " "))
        made = self._member(unquote(name), plain, (unquote(name),), is_person=False)
        return f"{name}{equals}{value if made == plain else quote(str(made), safe='')}"

    def _segment(self, part: str, safe: str) -> str:
        plain = unquote(part)
        made = self.text(plain)
        return part if made == plain else quote(made, safe=safe)


def _plain(name: str) -> str:
    """`addressLine1` as `address line`."""
    return " ".join(word for word in words_in(name) if not word.isdecimal())


def _ends(path: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Whether the last members of a path are those that are wanted; `*` is any."""
    return len(path) >= len(wanted) and all(
        want in ("*", name) for want, name in zip(wanted, path[-len(wanted) :], strict=True)
    )
