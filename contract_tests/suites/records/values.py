"""Values that sloppy servers change: each is valid by its schema, and each has something that gets lost easily."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contract_tests.core.contract import Contract
from contract_tests.core.document import Place
from contract_tests.core.samples import Samples
from contract_tests.core.schemas import (
    alternatives_of,
    declared_members,
    entry_of,
    fits,
    is_hidden,
    item_of,
    kinds_of,
    merged_keywords,
)

TURNS: Final = 10  # bodies, in each of which every member has its next value
DEEPEST: Final = 4
PLAIN: Final = 4  # values of a member for which there is none that gets lost easily
NAMES: Final = ("Mixed-Case", "snake_case", "key.with dots")  # of the entries of a map
LONG_TEXT: Final = 300  # characters, where the contract sets no limit
TEXTS: Final = (
    ("Ab Cd-1", "Ab"),
    ("  Two Blanks around  ", " a "),
    ("Ärger, Łódź & Öl <b>ß", "Äß"),
    ('fox 🦊 "quoted" 日本語', "🦊b"),
    ("e\u0301 decomposed, İstanbul", "e\u0301"),
    ("O'Brien \\ 100% _x; -- #", "A'b"),
    ("007", "07"),
    ("null", "No"),
    ("UPPER lower\ttab", "Ul"),
)
"""Texts, and what stands for each where there is little room. None has a slash, since it may become a key in a path."""

FORMATS: Final[Mapping[str, Sequence[str]]] = {
    "date": ("2024-02-29", "1999-12-31", "2000-01-01", "2021-03-28"),
    "date-time": (
        "2024-02-29T23:59:59Z", "2021-12-31T23:30:00+05:30", "1999-12-31T00:00:00.250Z", "2021-03-28T01:30:00Z",
    ),
    "time": ("23:59:59Z", "00:00:00Z"),
    "email": ("Ann.Lee+tag@example.com", "o_b-1@sub.example.org"),
    "uri": ("https://example.com/a%20b?q=1&r=%C3%A4#top", "https://example.com/Path/"),
    "url": ("https://example.com/a%20b?q=1&r=%C3%A4#top", "https://example.com/Path/"),
    "ipv6": ("2001:db8::1",),
    "duration": ("P1DT2H", "PT30M"),
    "byte": ("AP/+Zm9vPz4=", "YWI="),
}  # fmt: skip
NUMBERS: Final = (0, 0.1, 1234.5678, -1.5, 19.99, 1e-7, 123456789.25, -273.15)
WIDTHS: Final = {"int32": 2**31 - 1, "int64": 2**63 - 1, "": 2**53 - 1, "float": 2**24, "double": 2**53 - 1}


@dataclass(frozen=True)
class Values:
    """Makes bodies for a schema; `turn` chooses which of its values each member has."""

    contract: Contract
    seed: int

    def body(self, place: Place, turn: int, *, optional: bool = True) -> Any:
        """A body with the values of that turn, without what does not travel in a request; or required members alone."""
        return self._value(place.value, turn, 0, optional=optional)

    def part(self, place: Place, name: str, whole: Mapping[str, Any]) -> dict[str, Any]:
        """The required members of an object in a body, or the first one where it requires none."""
        inner = declared_members(self.contract, place.value).get(name)
        required = merged_keywords(self.contract, inner).get("required", ())
        return {key: value for key, value in whole.items() if key in required} or dict([*whole.items()][:1])

    def plain(self, schema: Any) -> Any:
        """A value of no special kind."""
        place = self.contract.look_up(Place(schema)) or Place(schema)
        return Samples(self.contract).some(place, 1, self.seed)[-1]

    def choices(self, schema: Any) -> list[Any]:
        """The values of a member that is no object, those that its schema allows; at least a plain one."""
        keywords = merged_keywords(self.contract, schema)
        found = [
            value
            for value in self._offered(schema, keywords)
            if fits(self.contract, Place(schema), value, writing=True)
        ]
        return found or self._drawn(schema)

    def _drawn(self, schema: Any) -> list[Any]:
        """Some values of no special kind, which differ where the schema lets them."""
        place = self.contract.look_up(Place(schema)) or Place(schema)
        found = Samples(self.contract).some(place, PLAIN, self.seed)
        return list({repr(value): value for value in reversed(found)}.values())

    def takes_null(self, place: Place, name: str) -> bool:
        """Whether a member of the body may be null."""
        inner = declared_members(self.contract, place.value).get(name)
        return inner is not None and "null" in kinds_of(self.contract, inner)

    def is_choice(self, place: Place, name: str) -> bool:
        """Whether a member has one of a few values, so that its old value may be its default as well."""
        inner = declared_members(self.contract, place.value).get(name)
        return bool({"enum", "default", "const"} & merged_keywords(self.contract, inner).keys())

    def _value(self, schema: Any, turn: int, depth: int, *, optional: bool = True) -> Any:
        if alternatives := alternatives_of(self.contract, schema):
            return self._alternative(schema, *alternatives[turn % len(alternatives)], turn, depth, optional=optional)
        members = declared_members(self.contract, schema)
        if members and "object" in (kinds_of(self.contract, schema) or {"object"}):
            return self._object(schema, members, turn, depth, optional=optional)
        if (entry := entry_of(self.contract, schema)) is not None and "object" in kinds_of(self.contract, schema):
            return self._map(schema, entry, turn, depth)
        if "array" in kinds_of(self.contract, schema):
            return self._list(schema, turn, depth)
        choices = self.choices(schema)
        return choices[turn % len(choices)]

    def _alternative(
        self, schema: Any, option: Any, named: Mapping[str, str], turn: int, depth: int, *, optional: bool
    ) -> Any:
        """An object of one alternative, with the member by which it is named."""
        members = declared_members(self.contract, option)
        value = {**self._object(option, members, turn, depth, optional=optional), **named}
        return value if fits(self.contract, Place(schema), value, writing=True) else self.plain(schema)

    def _object(self, schema: Any, members: Mapping[str, Any], turn: int, depth: int, *, optional: bool) -> Any:
        required = merged_keywords(self.contract, schema).get("required", ())
        value = {
            name: self._value(inner, turn + at, depth + 1)
            for at, (name, inner) in enumerate(members.items())
            if not is_hidden(self.contract, inner, writing=True)
            and (name in required or (optional and depth < DEEPEST))
        }
        if fits(self.contract, Place(schema), value, writing=True):
            return value
        return self._mended(schema, value, required)

    def _map(self, schema: Any, entry: Any, turn: int, depth: int) -> Any:
        """Entries under names that get changed easily; none of them every fourth time."""
        names = NAMES if turn % 4 or merged_keywords(self.contract, schema).get("minProperties") else ()
        value = {name: self._value(entry, turn + at, depth + 1) for at, name in enumerate(names)}
        return value if fits(self.contract, Place(schema), value, writing=True) else self.plain(schema)

    def _mended(self, schema: Any, value: dict[str, Any], required: Sequence[str]) -> Any:
        """The object without an optional member that keeps it from being valid, or without all of them."""
        for name in [name for name in value if name not in required]:
            less = {other: held for other, held in value.items() if other != name}
            if fits(self.contract, Place(schema), less, writing=True):
                return less
        least = {name: held for name, held in value.items() if name in required}
        return least if fits(self.contract, Place(schema), least, writing=True) else self.plain(schema)

    def _list(self, schema: Any, turn: int, depth: int) -> Any:
        keywords = merged_keywords(self.contract, schema)
        item, least, most = item_of(self.contract, schema), keywords.get("minItems", 0), keywords.get("maxItems")
        count = (3, 0, min(most or 4, 12), 2, 1)[turn % 5]
        count = min(max(count, least), most if most is not None else count)
        found = [self._value(item, turn + at, depth + 1) if item is not None else "x" for at in range(count)]
        if count > 2 and keywords.get("uniqueItems") is not True:
            found = [found[1], found[0], *found[2:-1], found[1]]  # neither sorted nor without repetition
        return found if fits(self.contract, Place(schema), found, writing=True) else self.plain(schema)

    def _offered(self, schema: Any, keywords: Mapping[str, Any]) -> list[Any]:
        kinds = kinds_of(self.contract, schema)
        offered: list[Any] = list(keywords.get("enum") or ([keywords["const"]] if "const" in keywords else []))
        if offered:
            return offered
        if "string" in kinds or not kinds:
            offered += texts(keywords)
        if "integer" in kinds:
            offered += integers(keywords)
        if "number" in kinds:
            offered += numbers(keywords)
        if "boolean" in kinds:
            offered += [True, False]
        return offered


def texts(keywords: Mapping[str, Any]) -> list[str]:
    """Texts by format, else odd ones that have room, the longest one among them."""
    form = keywords.get("format")
    if str(form) in FORMATS:
        return list(FORMATS[str(form)])
    if form not in (None, "string", "text", "password") or "pattern" in keywords:
        return []
    least, most = keywords.get("minLength", 0), keywords.get("maxLength", LONG_TEXT)
    room = most - 4  # for what a server counts in other units
    found = [(long if len(long) <= room else short).ljust(least, "b") for long, short in TEXTS]
    longest = ("Aé" * most)[:most]
    return [*found[:3], longest, *([""] if least == 0 else []), *found[3:]]


def integers(keywords: Mapping[str, Any]) -> list[int]:
    """Zero, a negative one, and the largest that its format holds."""
    width = WIDTHS.get(str(keywords.get("format", "")), 2**53 - 1)
    low, high = keywords.get("minimum"), keywords.get("maximum")
    step = keywords.get("multipleOf") or 1
    edges = [edge for edge in (low, high) if isinstance(edge, int)]
    edges += [(low + high) // 2] if isinstance(low, int) and isinstance(high, int) else []
    inner = width - 2 if width > 2**53 else width  # odd and even: a double holds every second one at most
    return [12, 0, inner // step * step if isinstance(step, int) else inner, -7, 2**31 + 7, 1, *edges]


def numbers(keywords: Mapping[str, Any]) -> list[float]:
    """Fractions, small and large; within the precision of the format."""
    low, high = keywords.get("minimum"), keywords.get("maximum")
    edges = [float(edge) for edge in (low, high) if isinstance(edge, int | float) and abs(edge) < WIDTHS["float"]]
    if keywords.get("format") == "float":
        return [0.5, 0, 1024.25, -1.5, *edges]
    step = keywords.get("multipleOf")
    stepped = [round(step * 1999, 6), step] if isinstance(step, int | float) else []
    return [19.99, *NUMBERS, *stepped, *edges]
