"""Values that are made when they are first asked for: of a large contract, few collections are ever used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from mockserver.contract.operations.operation import EMPTY

Value = TypeVar("Value")


class Lazy(Mapping[str, Value]):
    """A value for each name, made once, by `make`.

    Two threads that ask at once may both make a value; `make` gives equal ones, and the first is kept.
    """

    __slots__ = ("_known", "_make", "_names")

    def __init__(self, names: Iterable[str], make: Callable[[str], Value], known: Mapping[str, Value] = EMPTY) -> None:
        self._names, self._make, self._known = dict.fromkeys(names), make, dict(known)

    def __getitem__(self, name: str) -> Value:
        if name in self._known:
            return self._known[name]
        if name not in self._names:
            raise KeyError(name)
        return self._known.setdefault(name, self._make(name))

    @property
    def known(self) -> Mapping[str, Value]:
        """The values that are made."""
        return self._known

    def __or__(self, other: Mapping[str, Value]) -> Lazy[Value]:
        """The same with some values replaced; what isn't made stays so."""
        return Lazy((*self._names, *other), self._make, {**self._known, **other})

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
