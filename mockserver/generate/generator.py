"""The door of generation: a value for a schema, a record completed, a key that is not taken."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any, Final
from uuid import UUID

from mockserver.contract.schemas.view import SchemaView, each, has_format, is_marked, members, types
from mockserver.generate.checker import Checker
from mockserver.generate.draw import DEEPEST, ROOM, Draw, Knowledge
from mockserver.generate.errors import Unsatisfiable
from mockserver.generate.place import Where

_STAMPED: Final = re.compile(
    r"(?i)^(date_?)?(created|updated|modified|inserted|changed|last_?(updated|modified))(_?(at|on|date|time))?$"
)
_KEY_ATTEMPTS: Final = 1000
_INTEGERS_TRIED: Final = 10**6


@dataclass(frozen=True)
class Generator:
    """Makes values for the schemas of one document, and remembers what it learned of them.

    `writing` leaves out what is readOnly (a request), else what is writeOnly (an answer).
    """

    view: SchemaView
    writing: bool = False
    room: int = ROOM  #: values after which only what is required is made
    deepest: int = DEEPEST  #: levels below which only what is required is made

    def value(self, schema: Any, seed: str | int, hint: str = "", *, varied: bool = False, sparse: bool = False) -> Any:
        """A value that satisfies the schema, always the same for the same seed. Raises Unsatisfiable.

        `varied` draws among enums and alternatives and passes over examples; `sparse` leaves optional members out.
        """
        return self._draw(seed, _nothing if sparse else None).value([schema], Where(varied=varied, hint=hint))

    def fits(self, schema: Any, value: Any) -> bool:
        """Whether a value satisfies a schema."""
        return self._known.checker.fits(schema, value)

    def completed(self, schema: Any, given: Mapping[str, Any], seed: str | int) -> dict[str, Any]:
        """The given members, and what is missing of those that are required, readOnly or have a default."""
        known = members(schema, self.view)
        declared = {name: value for name, value in given.items() if name in known}
        try:
            record = self._draw(seed, self._is_filled).value([schema], Where(given=declared))
        except Unsatisfiable:  # what was given breaks the schema: that is for the contract's validators to say
            record = self._draw(seed, self._is_filled).value([schema], Where(given={}))
        return {**record, **given} if isinstance(record, dict) else dict(given)

    @cached_property
    def _known(self) -> Knowledge:
        return Knowledge(Checker(self.view, self.writing))

    def _draw(self, seed: str | int, wants: Callable[[Any], bool] | None = None) -> Draw:
        random = Random(str(seed))  # noqa: S311 - repeatable on purpose
        return Draw(self._known, random, wants, self.room, self.deepest)

    def _is_filled(self, schema: Any) -> bool:
        return is_marked(schema, "readOnly", self.view) or any(True for _ in each(schema, "default", self.view))


def _nothing(_: Any) -> bool:
    return False


def generate(
    schema: Any,
    *,
    view: SchemaView,
    seed: str | int,
    writing: bool = False,
    varied: bool = False,
    sparse: bool = False,
) -> Any:
    """A value that satisfies the schema: its example where it has a valid one, otherwise made from its rules."""
    return Generator(view, writing).value(schema, seed, varied=varied, sparse=sparse)


def complete(
    schema: Any,
    given: Mapping[str, Any],
    *,
    view: SchemaView,
    seed: str | int,
    key: str = "id",
    now: str = "",
) -> dict[str, Any]:
    """A record with the given fields, which win, and with what its schema requires, marks readOnly or gives a default.

    `now` (RFC 3339) is the time of fields that say when the record was made or changed; `key` is never made here.
    """
    stamps = {
        name: now
        for name, inner in members(schema, view).items()
        if now and name not in given and has_format(inner, "date-time", view) and is_stamp(name)
    }
    record = Generator(view).completed(schema, {**stamps, **given}, seed)
    if key not in given:
        record.pop(key, None)
    return record


def is_stamp(name: str) -> bool:
    """Whether a date-time field of this name says when its record was made or changed."""
    return _STAMPED.match(name) is not None


def fresh_key(
    schema: Any, key: str, *, view: SchemaView, seed: str | int, taken: Callable[[Any], bool], first: int = 1
) -> Any:
    """A key for a new record, of the type that its schema declares: a string drawn by seed, or an integer.

    Integers count from `first`, which should lie above all keys ever given: a removed record's key is not free.
    """
    inner = members(schema, view).get(key, {"type": "string"})
    if types(inner, view) & {"integer", "number"}:
        return _free_integer(Generator(view), inner, taken, first)
    generator = Generator(view)
    for attempt in range(_KEY_ATTEMPTS):
        for value in _texts(generator, inner, f"{seed}/{key}/{attempt}", key):
            if generator.fits(inner, value) and not taken(value):
                return value
    raise Unsatisfiable(f"found no value for {key!r} that is not taken", f"/{key}")


def _texts(generator: Generator, schema: Any, seed: str, hint: str) -> Iterator[Any]:
    """Keys to try: a UUID, a shorter number, and what the schema itself leads to."""
    number = Random(seed).getrandbits(128)  # noqa: S311 - repeatable on purpose
    yield str(UUID(int=number, version=4))
    yield f"{number:032x}"
    yield f"{number:032x}"[:8]
    yield generator.value(schema, seed, hint, varied=True)


def _free_integer(generator: Generator, schema: Any, taken: Callable[[Any], bool], first: int) -> Any:
    for number in range(first, first + _INTEGERS_TRIED):
        if not taken(number) and generator.fits(schema, number):
            return number
    raise Unsatisfiable("found no integer that is not taken")
