"""Reads the parts that all declarations of a behaviours file consist of: mappings, expressions, queries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mockserver.behaviour.conditions import CONDITIONS, Condition
from mockserver.behaviour.values import Value, compile_value
from mockserver.behaviour.vocabulary import Query
from mockserver.clock import parse_period
from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import ABSENT
from mockserver.errors import BehaviourError, did_you_mean
from mockserver.state.collection import text_of

Locate = Callable[[str], str]
"""From a JSON Pointer into the behaviours to `file:line`."""

Folder = Callable[[str], Path | None]
"""From an operation to the folder where the module of its `call` is looked for first."""


class Reading:
    """Reads parts of one document of behaviours; every error names the line."""

    def __init__(self, locate: Locate, contract: Contract, folder: Folder, *, adopts: bool = False) -> None:
        self.locate, self.contract, self.folder, self.adopts = locate, contract, folder, adopts

    def wrong(self, pointer: str, problem: str, fix: str = "") -> BehaviourError:
        return BehaviourError(problem, place=self.locate(pointer), fix=fix)

    def mapping(self, value: Any, pointer: str, known: Iterable[str] | None = None) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            raise self.wrong(pointer, f"{pointer.rsplit('/', 1)[-1] or 'the file'} must be a mapping of names")
        for name in value:
            if known is not None and name not in known:
                raise self.wrong(f"{pointer}/{escape(name)}", f"unknown name {name!r}", did_you_mean(str(name), known))
        return value

    def constants(self, values: Any, pointer: str) -> Mapping[str, Any]:
        pairs = self.mapping(values, pointer).items()
        return {name: ABSENT if value == "$absent" else value for name, value in pairs}

    def only(self, queries: tuple[Query, ...] | None, pointer: str) -> Query | None:
        if queries is not None and len(queries) != 1:
            raise self.wrong(pointer, f"names {len(queries)} collections where one is expected")
        return queries[0] if queries else None

    def queries(self, data: Any, pointer: str, *, listing: bool = False) -> tuple[Query, ...]:
        return tuple(
            self.query(name, filters or {}, f"{pointer}/{escape(name)}", listing=listing)
            for name, filters in self.mapping(data, pointer).items()
        )

    def query(self, name: str, data: Any, pointer: str, *, listing: bool) -> Query:
        filters = self.mapping(data, pointer)
        asked = {field: words for field, words in filters.items() if listing and isinstance(words, Mapping)}
        equal = {field: value for field, value in filters.items() if field not in asked}
        tests = [one for field, words in asked.items() for one in self.conditions(str(field), words, pointer)]
        return Query(name, self.values(equal, pointer), conditions=tuple(tests))

    def conditions(self, field: str, data: Mapping[str, Any], pointer: str) -> Iterator[Condition]:
        place = f"{pointer}/{escape(field)}"
        words = dict(self.mapping(data, place, (*CONDITIONS, "unless")))
        unless = frozenset(text_of(value) for value in words.pop("unless", None) or ())
        for word, text in words.items():
            yield Condition(field, word, self.value(text, f"{place}/{word}"), unless)

    def reply(self, data: Any, pointer: str) -> tuple[tuple[tuple[str, ...], Value], ...]:
        if data is None:
            return ()
        if not isinstance(data, Mapping):
            return (((), self.value(data, pointer)),)
        return tuple((split_path(path), value) for path, value in self.values(data, pointer))

    def span(self, text: Any, pointer: str) -> int:
        """A duration in milliseconds."""
        try:
            span = parse_period(str(text))
        except ValueError as error:
            raise self.wrong(pointer, str(error)) from None
        if span <= 0:
            raise self.wrong(pointer, f"{text!r} isn't longer than zero")
        return span

    def values(self, data: Any, pointer: str) -> tuple[tuple[str, Value], ...]:
        pairs = self.mapping(data, pointer).items()
        return tuple((str(name), self.value(text, f"{pointer}/{escape(name)}")) for name, text in pairs)

    def value(self, text: Any, pointer: str) -> Value:
        try:
            return compile_value(text)
        except ValueError as error:
            raise self.wrong(pointer, str(error)) from None


def split_path(path: str) -> tuple[str, ...]:
    r"""The names of a dotted path; a dot inside a name is written `\.`."""
    return tuple(name.replace("\\.", ".") for name in re.split(r"(?<!\\)\.", path))


def escape(name: Any) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")
