"""What is true of a new record: each word of the tables, in the name of a field or in a state."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.schemas.view import SchemaView
from mockserver.generate.newness import held, initial, is_wrong, unharmed

VIEW = SchemaView(lambda reference: (reference, True))
FLAG, WHOLE = {"type": "boolean"}, {"type": "integer"}
NULLABLE = {"type": ["string", "null"]}
WRONG = "error failure exception fault refusal rejection decline cancellation incomplete"
AFFIRMED = """enabled active available visible success successful ok valid online open ready live can has allow allows
    allowed"""
COUNTED = """comments likes dislikes views votes upvotes downvotes replies followers following shares downloads visits
    attempts retries forks stars stargazers watchers reactions clicks reviews failures impressions usage used unread
    count counts"""
OVER = """cancelled failed expired deleted removed archived rejected declined revoked refunded voided disputed aborted
    blocked banned suspended disabled terminated inactive closed error incomplete stopped unpaid past_due pastdue lost
    spam completed finished done succeeded resolved merged"""
FIRST = """draft new created pending queued open opened active enabled todo submitted requested received placed
    scheduled waiting initiated trialing in_progress"""


def test_what_has_gone_wrong_is_null() -> None:
    """Where null may stand; a reason is one of what has gone wrong."""
    names = [f"last_{word}_at" for word in WRONG.split()] + ["errorCode", "cancelReason", "reason", "deletedAt"]
    assert [name for name in names if not is_wrong(name)] == []
    assert [initial(name, NULLABLE, VIEW) for name in names] == [None] * len(names)
    assert initial("error", {"type": "string"}, VIEW) is ABSENT
    assert not is_wrong("reasonable")
    assert not is_wrong("terror")


def test_flags_are_false_but_for_a_few() -> None:
    """Those that say that something works, or may be done; none that says it is over."""
    affirmed = AFFIRMED.split()
    assert [initial(f"is_{word}", FLAG, VIEW) for word in affirmed] == [True] * len(affirmed)
    for name in ("archived", "deleted", "locked", "admin", "disabled", "validated"):
        assert initial(name, FLAG, VIEW) is False
    assert initial("is_active", {"type": ["boolean", "null"]}, VIEW) is True
    for more in ({"default": True}, {"const": True}, {"enum": [True]}):
        assert initial("locked", {**FLAG, **more}, VIEW) is ABSENT


def test_nothing_has_been_counted_yet() -> None:
    """By the last word or the first, and where zero is a value."""
    names = [f"total_{word}" for word in COUNTED.split()] + ["num_items", "currentLevel"]
    for schema in (WHOLE, {"type": "number"}, {**WHOLE, "minimum": 0}, {"type": ["integer", "null"]}):
        assert [initial(name, schema, VIEW) for name in names] == [0] * len(names)
    for limit in ({"minimum": 1}, {"enum": [1]}, {"exclusiveMinimum": 0}, {"multipleOf": 2}):
        assert initial("likes", {**WHOLE, **limit}, VIEW) is ABSENT
    assert initial("size", WHOLE, VIEW) is initial("likesOf", WHOLE, VIEW) is initial("", WHOLE, VIEW) is ABSENT


def _state(*states: Any, name: str = "status") -> Any:
    return initial(name, {"type": "string", "enum": list(states)}, VIEW)


@pytest.mark.parametrize("name", ["status", "state", "phase", "stage", "orderStatus"])
def test_a_record_begins_in_the_first_state(name: str) -> None:
    """Of those that no record ends in; where they are in the order of the alphabet, in one that is named so."""
    for over in OVER.split():
        assert _state(over, "zebra", name=name) == "zebra", over
        assert _state(over, name=name) == over
    for first in FIRST.split():
        known = sorted(["aardvark", first, "zebra"])
        assert _state(*known, name=name) == first
        assert _state("zebra", first, "aardvark", name=name) == "zebra"
    words = FIRST.split()
    for place, first in enumerate(words[:-1]):
        assert _state(*sorted([first, words[place + 1], "aaa"]), name=name) == first
    assert _state("a", "b", name=name) == "a"
    assert _state("IN_PROGRESS", "KEPT", "LEFT", name=name) == "IN_PROGRESS"


def test_other_texts_are_any() -> None:
    """A word for a state in front, and a state without states."""
    assert _state("a", "b", name="statusCode") is ABSENT
    assert _state("a", "b", name="kind") is ABSENT
    assert initial("status", {"type": "string"}, VIEW) is ABSENT
    assert _state(3, 4) is ABSENT


def test_what_has_gone_wrong_is_taken_out_at_every_depth() -> None:
    """Of objects and lists; where it may not be null it stays."""
    inner = {"type": "object", "properties": {"error": NULLABLE, "failure": {"type": "string"}, "name": NULLABLE}}
    schema = {"type": "object", "properties": {"one": inner, "many": {"type": "array", "items": inner}}}
    value = {"error": "x", "failure": "y", "name": "z"}
    kept = {**value, "error": None}
    assert unharmed({"one": value, "many": [value], "error": 1}, schema, VIEW) == {
        "one": kept,
        "many": [kept],
        "error": 1,
    }
    assert unharmed("x", schema, VIEW) == "x"


def test_names_of_fields_with_contents_are_marked() -> None:
    """By a sign behind them."""
    assert held(frozenset({"tags!", "name", "lines!"})) == {"tags", "lines"}
