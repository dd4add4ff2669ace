"""What descriptions say that no schema can: what a PUT keeps, and which words stand for the caller's own record."""

from __future__ import annotations

import re
from typing import Final

from mockserver.contract.operations.operation import Operation
from mockserver.contract.schemas.naming import words

_PARTS: Final = r"(fields?|properties|attributes|parameters|values|elements|settings)"
_SENT: Final = r"(set|provided|included|specified|passed|sent|supplied|given|present)"
_KEEPS: Final = re.compile(
    rf"only (the |those )?({_SENT} )?{_PARTS}\b[^.]{{0,60}}\b(updated|changed|modified)\b|"
    rf"\b(not {_SENT}|un{_SENT}|omitted|missing|skipped|excluded|left out)\b[^.]{{0,80}}"
    r"(\b(remain|left|stay|kept)\b[^.]{0,30}\b(unchanged|untouched|unaffected|as they were|as is|alone)\b|"
    r"\bnot be (updated|changed|modified|altered)\b)"
)
_ALL: Final = re.compile(
    r"\b(deletes?|removes?|clears?|destroys?|empty|empties|purges?)\b "
    r"((the |an? )?collection of|(of )?(all|every|the entire))\b"
)
MINE: Final = ("me", "@me", "self", "current", "myself")
"""What clients write in the place of the key of their own record."""
_SPEAKS_OF_MINE: Final = re.compile(r"[`'\"“](@?me|self|current|myself)[`'\"”]")


def removes_all(operation: Operation) -> bool:
    """Whether a DELETE says that it removes a whole collection, whatever its query leaves out."""
    return _ALL.search(f"{_text(operation)} {' '.join(words(operation.id))}") is not None


def keeps_the_rest(operation: Operation) -> bool:
    """Whether an operation says that it changes nothing but the fields that are sent."""
    return _KEEPS.search(_text(operation)) is not None


def speaks_of_mine(text: str) -> bool:
    """Whether the description of a key says that a word stands for the caller's own record: `the string "me"`."""
    return _SPEAKS_OF_MINE.search(text) is not None


def _text(operation: Operation) -> str:
    return " ".join(f"{operation.summary} {operation.raw.get('description', '')}".lower().split())
