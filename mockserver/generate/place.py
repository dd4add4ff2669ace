"""The place of a value within the one that is being generated, and what its generators may ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol

from mockserver.generate.checker import Checker


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a value: its pointer, the name it is drawn for, how deep it lies, the `$ref` targets around it."""

    pointer: str = ""
    hint: str = ""
    depth: int = 0
    around: frozenset[int] = frozenset()
    lean: bool = False  #: only what is required
    varied: bool = False  #: at random among enums and alternatives, without examples
    given: Mapping[str, Any] | None = None  #: members whose values are fixed

    def inside(self, name: str | int, targets: frozenset[int]) -> Where:
        """The place of a member or an item."""
        token = str(name).replace("~", "~0").replace("/", "~1")
        hint = name if isinstance(name, str) else self.hint
        return Where(f"{self.pointer}/{token}", hint, self.depth + 1, self.around | targets, self.lean, self.varied)


class Drawer(Protocol):
    """What the makers of objects and arrays ask of a run: values for their members, and whether to make one at all."""

    checker: Checker
    random: Random
    wants: Callable[[list[Any], str], bool] | None

    def value(self, schemas: list[Any], where: Where) -> Any:
        """A value that satisfies all the schemas."""

    def includes(self, schemas: list[Any], where: Where) -> bool:
        """Whether an optional member is generated."""
