"""Schemas of the document as judges of values, each compiled when it is first needed and kept for the next time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from itertools import islice
from typing import Any, Final

from mockserver.contract import pointers
from mockserver.contract.compiled import Breach, Compiled, compiled
from mockserver.contract.document import Document
from mockserver.contract.schemas import self_contained
from mockserver.contract.validation import DOUBTFUL, Referee
from mockserver.contract.wording import violations
from mockserver.errors import Violation

MOST_VIOLATIONS: Final = 50
"""Of a value that is wrong in a thousand places, these many tell enough."""

MOST_DEFINITIONS: Final = 20_000
"""Referenced schemas that compiled judges may hold in all, at about 10 KB each."""


class Judge:
    """Judges values by one schema of the document."""

    __slots__ = ("_compiled", "_document", "_names", "_pointer", "_referee", "_schema", "_writing", "accepts", "weight")

    def __init__(
        self,
        document: Document,
        schema: Any,
        pointer: str,
        *,
        writing: bool,
        note: Callable[[str], None],
        referee: Referee,
    ) -> None:
        self._schema, self._writing, self._referee = schema, writing, referee
        json_schema, self._names = self_contained(document, schema, writing=writing, note=note)
        self._document, self._pointer = document, pointer
        self._compiled = _compiled(json_schema, pointer, note)
        self.accepts = self._compiled.accepts
        self.weight = 1 + len(self._names)

    def breaches(self, value: Any) -> list[Breach]:
        """The first breaches of the schema."""
        return list(islice(self._compiled.breaches(value), MOST_VIOLATIONS))

    def violations(self, value: Any, place: str) -> list[Violation]:
        """The first breaches of the schema, in words; `place` is where the value stands in the message."""
        breaches = self.breaches(value)
        doubtful = bool(breaches) and all(breach.keyword in DOUBTFUL for breach in breaches)
        if doubtful and self._referee.accepts(self._schema, value, writing=self._writing):
            return []
        return violations(breaches, place, self._pointer_of)[:MOST_VIOLATIONS]

    def _pointer_of(self, breach: Breach) -> str:
        """The breached keyword in the document: the compiled schema keeps its shape, but for a few keywords."""
        parts = breach.schema_path
        base = self._pointer
        if parts[:1] == ("$defs",) and len(parts) > 1:
            base, parts = self._names.get(str(parts[1]), ""), parts[2:]
        for length in range(len(parts), -1, -1):
            pointer = pointers.join(base, *parts[:length])
            try:
                self._document.at(pointer)
            except LookupError:
                continue
            return pointer
        return base


def _compiled(json_schema: dict[str, Any] | bool, pointer: str, note: Callable[[str], None]) -> Compiled:
    try:
        return compiled(json_schema)
    except ValueError as error:
        note(f"{pointer or 'a schema'} cannot be compiled ({str(error).splitlines()[0][:200]}): anything fits it")
        return compiled(True)


class Judges:
    """The judges of one document; the longest unused go when they are too many."""

    def __init__(self, document: Document, note: Callable[[str], None]) -> None:
        self._document, self._note = document, note
        self._referee = Referee(document)
        # Schemas are known by identity; an entry holds its schema, lest the id be given to another one.
        self._known: OrderedDict[tuple[int, bool], tuple[Any, Judge]] = OrderedDict()
        self._weight = 0

    def of(self, schema: Any, *, writing: bool, pointer: str = "") -> Judge:
        """The judge of a schema, for requests (`writing`) or answers."""
        key = id(schema), writing
        found = self._known.get(key)
        if found is None:
            judge = Judge(self._document, schema, pointer, writing=writing, note=self._note, referee=self._referee)
            self._known[key] = found = schema, judge
            self._weight += judge.weight
            while self._weight > MOST_DEFINITIONS and len(self._known) > 1:
                self._weight -= self._known.popitem(last=False)[1][1].weight
        else:
            self._known.move_to_end(key)
        return found[1]
