"""One run of generation: draws a value, chooses between alternatives, and checks what construction cannot promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from random import Random
from typing import Any, Final

import msgspec

from mockserver.contract.schemas.times import is_ended
from mockserver.generate.arrays import make_array
from mockserver.generate.checker import Checker
from mockserver.generate.choices import Choice, alternatives, kept_out_of_others, open_choice
from mockserver.generate.demands import Demands, Flattener
from mockserver.generate.errors import Unsatisfiable
from mockserver.generate.heights import Heights
from mockserver.generate.objects import make_object
from mockserver.generate.persona import persona_at
from mockserver.generate.place import Where
from mockserver.generate.scalars import About, number, string

DEEPEST: Final = 5  #: below this level of nesting only what is required is generated
ROOM: Final = 300  #: values, scalars included, after which only what is required is generated
LEVELS: Final = 40  #: of nesting, below which a required member fails too
STEPS: Final = 30_000  #: schemas looked at, after which the run stops
_UNCERTAIN: Final = (
    "anyOf", "oneOf", "not", "if", "dependentRequired", "dependentSchemas", "contains",
    "unevaluatedProperties", "unevaluatedItems",
)  # fmt: skip
_OFFERING: Final = ("example", "examples", "default", "const", "enum")
_PLACES: Final = ("index", "idx")
"""Members of items that say where in the list they are."""
_NOTHING: Final = object()


class Knowledge:
    """What is known of the schemas of one document, whichever value is drawn."""

    def __init__(self, checker: Checker) -> None:
        self.checker = checker
        self.flatten = Flattener(checker.view)
        self.heights = Heights(self.flatten, checker.hides)


class Draw:
    """A run: its random numbers, and how much it may still make."""

    def __init__(
        self,
        known: Knowledge,
        random: Random,
        wants: Callable[[list[Any], str], bool] | None = None,
        room: int = ROOM,
        deepest: int = DEEPEST,
        *,
        salt: int = 0,
        subject: str = "",
        frugal: bool = False,
    ) -> None:
        self.checker, self.flatten, self.heights = known.checker, known.flatten, known.heights
        self.random, self.wants, self.salt, self.subject = random, wants, salt, subject
        self.frugal = frugal  #: no optional members, at any depth, but lists have an item
        self.room, self.deepest, self.steps = room, deepest, STEPS

    def value(self, schemas: list[Any], where: Where) -> Any:
        """A value that satisfies all the schemas. Raises Unsatisfiable."""
        self.steps -= 1
        if self.steps < 0 or where.depth > LEVELS:
            raise Unsatisfiable("its values are too many, or too deep, to be generated", where.pointer)
        return self._decided(self.flatten(schemas, where.pointer), where, ())

    def _offered(self, demands: Demands, where: Where) -> Any:
        """A value that the schemas themselves offer, if one of them satisfies all."""
        if where.given is not None:
            return _NOTHING
        for candidate in self._prepared(demands, where.varied):
            if self._fit(demands, candidate):
                self.room -= 1
                return deepcopy(candidate)
        if demands.has("const", "enum"):
            raise Unsatisfiable("no value of its enum or const satisfies the rest of the schema", where.pointer)
        return _NOTHING

    def _fit(self, demands: Demands, value: Any) -> bool:
        return all(self.checker.fits(root, value) for root in demands.roots)

    def _prepared(self, demands: Demands, varied: bool) -> Iterator[Any]:
        """The values that the schema itself offers, examples first."""
        if not demands.has(*_OFFERING):
            return
        if not varied:
            yield from demands.each("example")
            yield from (one for examples in demands.each("examples") if isinstance(examples, list) for one in examples)
            yield from demands.each("default")
        yield from demands.each("const")
        for values in demands.each("enum"):
            listed = list(values) if isinstance(values, list) else []
            yield from (
                self.random.sample(listed, len(listed)) if varied else sorted(listed, key=lambda one: one is None)
            )

    def _decided(self, demands: Demands, where: Where, choices: tuple[Choice, ...]) -> Any:
        """The value once every `anyOf`, `oneOf` and `if` is decided, one after the other."""
        offered = self._offered(demands, where)
        if offered is not _NOTHING:
            return offered
        choice = open_choice(demands, choices)
        if choice is None:
            return self._settled(demands, where)
        problem = Unsatisfiable(f"no alternative of its {choice.keyword} can be satisfied", where.pointer)
        for option in self._ordered(choice, where):
            for schemas in alternatives(choice, option):
                try:
                    chosen = self.flatten([*demands.roots, *schemas], where.pointer)
                    return self._decided(chosen, where, (*choices, choice))
                except Unsatisfiable as error:
                    problem = error
        raise problem

    def _ordered(self, choice: Choice, where: Where) -> list[Any]:
        options = list(choice.options)
        if where.varied:
            self.random.shuffle(options)
        options.sort(key=lambda option: isinstance(option, Mapping) and option.get("type") == "null")
        if self._is_lean(where):
            options.sort(key=lambda option: self.heights.least(option, 12))
        return options

    def _settled(self, demands: Demands, where: Where) -> Any:
        """The value when only types are left to choose."""
        problem = Unsatisfiable("its types exclude one another", where.pointer)
        certain = not demands.has(*_UNCERTAIN) and where.given is None
        for kind in demands.types():
            for place in [where] if certain else self._tries(where):
                try:
                    value = self._of_kind(kind, demands, place)
                except Unsatisfiable as error:
                    problem = error
                    break
                if certain or self._fit(demands, value):
                    return value
                other = kept_out_of_others(demands, value, self.checker, self.flatten)
                if other is not None and self._fit(demands, other):
                    return other
                problem = Unsatisfiable(f"no {kind} was found that satisfies all of it{_blame(demands)}", where.pointer)
        raise problem

    def _tries(self, where: Where) -> list[Where]:
        """Richer and poorer values: `not` and `oneOf` often forbid what is optional."""
        varied = replace(where, varied=True)
        return [where, replace(where, lean=True), *[varied, replace(varied, lean=True)] * 3]

    def _of_kind(self, kind: str, demands: Demands, where: Where) -> Any:
        self.room -= 1
        if kind == "object":
            return make_object(self, demands, where)
        if kind == "array":
            return make_array(self, demands, where)
        if kind == "string" and demands.has("contentSchema"):
            inner = self.value([*demands.each("contentSchema")], replace(where, depth=max(where.depth - 3, 0)))
            return msgspec.json.encode(inner).decode()
        if kind == "string":
            return string(demands, self.random, self._about(where), where.pointer)
        if kind == "integer" and where.hint in _PLACES and (place := self._place(demands, where)) is not None:
            return place
        if kind in ("integer", "number"):
            return number(demands, self.random, kind == "integer", self._about(where), where.pointer)
        if kind == "null":
            return None
        return not is_ended(where.hint) and (not where.varied or self.random.random() < 0.5)

    def _place(self, demands: Demands, where: Where) -> int | None:
        """The place of the item that an `index` is in, where that fits."""
        around = where.pointer.rpartition("/")[0].rpartition("/")[2]
        place = int(around) if around.isdigit() else None
        return place if place is not None and self._fit(demands, place) else None

    def _about(self, where: Where) -> About:
        """What a value is about, by the place where it stands."""
        pointer = where.pointer
        names = [name for name in pointer.split("/")[:-1] if name and not name.isdigit()]
        return About(where.hint, names[-1] if names else self.subject, persona_at(self.salt, pointer))

    def includes(self, schemas: list[Any], where: Where) -> bool:
        """Whether an optional member is drawn: not when lean, deep, out of room, or inside a value of its own kind."""
        if self.frugal:
            return _is_item(where)
        if self.wants is not None and where.depth == 1:
            return self.wants(schemas, where.hint)
        if self._is_lean(where):
            return False
        around = where.around
        try:
            targets = self.flatten(schemas, where.pointer).targets
        except Unsatisfiable:
            return False
        return not targets & around and all(self.heights.within(schema, self.deepest) for schema in schemas)

    def _is_lean(self, where: Where) -> bool:
        return where.lean or where.depth > self.deepest or self.room <= 0


def _is_item(where: Where) -> bool:
    return where.pointer.rpartition("/")[2].isdigit()


def _blame(demands: Demands) -> str:
    """The keywords that construction cannot promise, for the message."""
    keywords = [keyword for keyword in _UNCERTAIN if demands.has(keyword)]
    return f" (mind its {', '.join(keywords)})" if keywords else ""
