"""Which members of a body must name records that exist, by what the contract says of them and of its refusals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from mockserver.contract.operations.operation import Operation
from mockserver.contract.schemas import view
from mockserver.contract.schemas.naming import words_in

REFUSALS: Final = (404, 409, 422, 400)
"""Statuses of a write that names what isn't there."""
ABSENT: Final = re.compile(
    r"\b(?:not exist|doesn't exist|do not exist|unknown|no such|non-?existent|not found|missing|must exist"
    r"|must (?:name|be) an existing|must refer to an existing)\b",
    re.IGNORECASE,
)
"""Words by which a contract speaks of a record that isn't there."""
_REFUSED: Final = re.compile(r"\b4\d\d\b|refus|reject|error|invalid|must", re.IGNORECASE)
_ENDINGS: Final = frozenset({"id", "ids", "uuid", "key", "keys"})
_END: Final = re.compile(r"(?<=[.!?;])\s+|\n\s*\n|\n(?=\s*[-*])")


class Clause(NamedTuple):
    """A sentence of the contract, and the status that it is about; 0 where it is in no response."""

    status: int
    said: str


def split(text: str) -> Iterator[str]:
    """The sentences of a text, each on one line."""
    yield from (" ".join(part.split()) for part in _END.split(text) if part.strip())


def described(schema: Any, schemas: view.SchemaView) -> str:
    """What a schema, or one of the parts that must hold with it, says of its values."""
    parts = view.combined(schema, schemas)
    return next((str(part["description"]) for part in parts if "description" in part), "")


def refused_unless_there(operation: Operation, name: str, description: str) -> Clause | None:
    """By what a member of a body must name a record that exists; None where nothing says so.

    `description` is that of the member. The status is one of `REFUSALS` that the operation documents, or 0.
    """
    for sentence in split(description):
        if ABSENT.search(sentence) and _REFUSED.search(sentence):
            return Clause(_documented(operation), sentence)
    words = {*words_in(name)} - _ENDINGS
    for status, sentence in said_of_absence(operation):
        if name in sentence or (words and words <= {*words_in(sentence)}):
            return Clause(status or _documented(operation), sentence)
    return None


def said_of_absence(operation: Operation) -> Iterator[Clause]:
    """What an operation and its refusals say of records that aren't there."""
    whole: list[tuple[int, Any]] = [(0, operation.raw.get(name)) for name in ("summary", "description")]
    responses = ((status, operation.responses.get(str(status))) for status in REFUSALS)
    whole += [(status, response.description) for status, response in responses if response is not None]
    for status, text in whole:
        yield from (Clause(status, one) for one in split(str(text or "")) if ABSENT.search(one))


def _documented(operation: Operation) -> int:
    return next((status for status in (404, 422, 400, 409) if str(status) in operation.responses), 0)
