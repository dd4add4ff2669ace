"""What is true of new records: nothing has gone wrong, nothing is over, and nothing has been counted yet."""

from __future__ import annotations

import re
from typing import Any, Final

from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.schemas.naming import plain, words
from mockserver.contract.schemas.times import is_ended
from mockserver.contract.schemas.view import SchemaView, each, has_any, item, members, types

_WRONG: Final = frozenset(
    {"error", "failure", "exception", "fault", "refusal", "rejection", "decline", "cancellation", "incomplete"}
)
"""Words for what has gone wrong."""
_AFFIRMED: Final = frozenset(
    {"enabled", "active", "available", "visible", "success", "successful", "ok", "valid", "online", "open", "ready",
     "live", "can", "has", "allow", "allows", "allowed"}
)  # fmt: skip
"""Words of flags that are true of most new records; the others are false."""
_COUNTED: Final = frozenset(
    {"comments", "likes", "dislikes", "views", "votes", "upvotes", "downvotes", "replies", "followers", "following",
     "shares", "downloads", "visits", "attempts", "retries", "forks", "stars", "stargazers", "watchers", "reactions",
     "clicks", "reviews", "failures", "impressions", "usage", "used", "unread", "count", "counts"}
)  # fmt: skip
"""Last words of numbers that count what comes later."""
_COUNTING: Final = frozenset({"num", "current"})
"""First words of such numbers."""
_STATES: Final = frozenset({"status", "state", "phase", "stage"})
_OVER: Final = re.compile(
    r"(?i)(cancel|fail|expir|delet|remov|archiv|reject|declin|revok|refund|void|disput|abort|block|ban|suspend|disabl|"
    r"terminat|inactiv|clos|error|incomplete|stopped|unpaid|past_?due|lost|spam|complet|finish|done|succe|resolv|merged)"
)
"""States that no new record is in."""
_HELD: Final = "!"
"""Follows the name of a list or an object that a new record has with contents."""
_FIRST: Final = (
    "draft", "new", "created", "pending", "queued", "open", "opened", "active", "enabled", "todo", "submitted",
    "requested", "received", "placed", "scheduled", "waiting", "initiated", "trialing", "inprogress",
)  # fmt: skip
"""States of new records without case and separators, where the order of the document says nothing."""


def is_wrong(name: str) -> bool:
    """Whether a field of this name says that something has gone wrong or is over, or why."""
    spoken = words(name)
    return is_ended(name) or not _WRONG.isdisjoint(spoken) or spoken[-1:] == ("reason",)


def initial(name: str, schema: Any, view: SchemaView) -> Any:
    """The value of a field of a new record that nobody has given one; ABSENT where any will do."""
    kinds = types(schema, view)
    if is_wrong(name) and "null" in kinds:
        return None
    if has_any(schema, ("default", "const"), view):
        return ABSENT
    if kinds - {"null"} == {"boolean"} and not has_any(schema, ("enum",), view):
        return not is_ended(name) and not _AFFIRMED.isdisjoint(words(name))
    if kinds and kinds <= {"integer", "number", "null"}:
        return 0 if _counts(name) and _takes_zero(schema, view) else ABSENT
    return _first_state(schema, view) if words(name)[-1:] and words(name)[-1] in _STATES else ABSENT


def held(fills: frozenset[str]) -> frozenset[str]:
    """The names of the fields that have contents."""
    return frozenset(name.removesuffix(_HELD) for name in fills if name.endswith(_HELD))


def unharmed(value: Any, schema: Any, view: SchemaView) -> Any:
    """A value without what has gone wrong, at every depth."""
    if isinstance(value, list):
        return [unharmed(one, item(schema, view) or {}, view) for one in value]
    if not isinstance(value, dict):
        return value
    declared = members(schema, view)
    return {
        name: None
        if name in declared and is_wrong(name) and "null" in types(declared[name], view)
        else unharmed(inner, declared.get(name, {}), view)
        for name, inner in value.items()
    }


def _counts(name: str) -> bool:
    spoken = words(name)
    return bool(spoken) and (spoken[-1] in _COUNTED or spoken[0] in _COUNTING)


def _takes_zero(schema: Any, view: SchemaView) -> bool:
    low = [value for value in each(schema, "minimum", view) if isinstance(value, int | float)]
    return all(value <= 0 for value in low) and not has_any(schema, ("enum", "exclusiveMinimum", "multipleOf"), view)


def _first_state(schema: Any, view: SchemaView) -> Any:
    """The state in which records begin: of those in the order of the alphabet the one so named, else the first."""
    listed = next((value for value in each(schema, "enum", view) if isinstance(value, list)), [])
    states = [value for value in listed if isinstance(value, str)]
    begun = [value for value in states if not _OVER.search(value)] or states
    named = {plain(value): value for value in reversed(begun)}
    if len(states) > 2 and states == sorted(states):
        begun = [named[word] for word in _FIRST if word in named] or begun
    return begun[0] if begun else ABSENT
