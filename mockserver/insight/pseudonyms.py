"""Made-up values in the place of real ones: the same for the same value in one recording, and for no one else."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from typing import Any, Final

_FIRST: Final = (
    "Ada", "Alan", "Anna", "Ben", "Carla", "Clara", "Dario", "Edith", "Elias", "Emma", "Felix", "Flora", "Greta",
    "Hugo", "Ida", "Ivan", "Jonas", "Julia", "Karl", "Lara", "Leo", "Lina", "Marco", "Maya", "Nils", "Nora", "Olga",
    "Oscar", "Paul", "Petra", "Quinn", "Rosa", "Sara", "Simon", "Tara", "Theo", "Ulla", "Vera", "Wanda", "Yara",
)  # fmt: skip
_LAST: Final = (
    "Adler", "Becker", "Braun", "Carter", "Diaz", "Egger", "Fischer", "Frei", "Garcia", "Graf", "Hansen", "Huber",
    "Iten", "Jansen", "Keller", "Kovac", "Lang", "Lopez", "Maier", "Meyer", "Moser", "Novak", "Olsen", "Peters",
    "Quist", "Rossi", "Roth", "Santos", "Sauer", "Silva", "Suter", "Thoma", "Urban", "Vogel", "Wagner", "Weber",
    "Winter", "Young", "Zeller",
)  # fmt: skip
_STREETS: Final = (
    "Ash", "Birch", "Cedar", "Elm", "Fir", "Hazel", "Linden", "Maple", "Oak", "Pine", "Rowan", "Willow",
)  # fmt: skip
_TOWNS: Final = (
    "Ashford", "Brookfield", "Eastham", "Fairview", "Greenville", "Lakeside", "Milton", "Norwood", "Weston",
)  # fmt: skip
_SCHEME: Final = re.compile(r"([A-Za-z][\w-]*) +(\S.*)")


class Pseudonyms:
    """Makes values up from real ones with the key of a recording, which alone could show what was there."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def _digest(self, kind: str, text: str) -> bytes:
        return hmac.digest(self._key, f"{kind}\0{text}".encode(), hashlib.sha256)

    def _one(self, of: tuple[str, ...], kind: str, text: str) -> str:
        return of[int.from_bytes(self._digest(kind, text)[:4]) % len(of)]

    def token(self, text: str) -> str:
        """In the place of a token or password; every other spelling of it is another secret."""
        return f"token-{self._digest('token', text).hex()[:20]}"

    def secret(self, value: Any) -> Any:
        """In the place of a secret as it travels: the scheme of a credential stays."""
        if not isinstance(value, str):
            return self.like("secret", value)
        if match := _SCHEME.fullmatch(value):
            return f"{match[1]} {self.token(match[2])}"
        return self.token(value)

    def email(self, text: str) -> str:
        """An address in a domain that nobody has (RFC 2606)."""
        name = self._one(_FIRST, "email", text.lower()).lower()
        return f"{name}-{self._digest('email', text.lower()).hex()[:8]}@example.com"

    def first_name(self, text: str) -> str:
        """A first name."""
        return self._one(_FIRST, "first", text.lower())

    def last_name(self, text: str) -> str:
        """A family name."""
        return self._one(_LAST, "last", text.lower())

    def full_name(self, text: str) -> str:
        """As many names as there were."""
        *first, last = text.split() or [text]
        return " ".join([*map(self.first_name, first), self.last_name(last)]) if first else self.first_name(last)

    def street(self, text: str) -> str:
        """A street with a number."""
        number = int.from_bytes(self._digest("number", text)[:2]) % 200 + 1
        return f"{number} {self._one(_STREETS, 'street', text)} Street"

    def town(self, text: str) -> str:
        """A town."""
        return self._one(_TOWNS, "town", text)

    def like(self, kind: str, value: Any) -> Any:
        """A value of the same form: digits for digits and letters for letters; the first digit of a number isn't 0."""
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int | float):
            return type(value)(self._same_form(kind, str(value), number=True))
        return self._same_form(kind, str(value))

    def card(self, text: str) -> str:
        """The number of a card that passes the check of its digits (ISO/IEC 7812) and belongs to nobody."""
        digits = [one for one in text if one.isdigit()]
        made = ["4", *self._same_form("card", "".join(digits[1:-1]))]
        left = iter([*made, str(check_digit("".join(made)))])
        return "".join(next(left) if one.isdigit() else one for one in text)

    def phone(self, text: str) -> str:
        """A number of the same length; a plus and the code behind it stay, and what stands between digits."""
        head = match[0] if (match := re.match(r"\+\d{1,2}", text)) else ""
        return head + self._same_form("phone", text[len(head) :])

    def _same_form(self, kind: str, text: str, *, number: bool = False) -> str:
        stream = self._stream(kind, text)
        made: list[str] = []
        for one in text:
            byte = next(stream) if one.isalnum() else 0
            if one.isdigit():
                low = int(number and not any(part.isdigit() for part in made))
                made.append(str(low + byte % (10 - low)))
            elif one.isascii() and one.isalpha() and not (number and one in "eE"):
                made.append(chr((ord("A") if one.isupper() else ord("a")) + byte % 26))
            else:
                made.append(one)
        return "".join(made)

    def _stream(self, kind: str, text: str) -> Any:
        count = 0
        while True:
            yield from self._digest(f"{kind}{count}", text)
            count += 1


def check_digit(digits: str) -> int:
    """The digit that follows these (Luhn)."""
    doubled = [int(one) * (2 if at % 2 == 0 else 1) for at, one in enumerate(reversed(digits))]
    return -sum(number - 9 if number > 9 else number for number in doubled) % 10


def is_card(text: str) -> bool:
    """Whether a text has the digits of a card's number."""
    digits = "".join(one for one in text if one.isdigit())
    return 13 <= len(digits) <= 19 and digits[0] != "0" and check_digit(digits[:-1]) == int(digits[-1])


Replace = Callable[[str], str]
