"""Tests of lists: what each word of a condition compares, and how."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.behaviour.conditions import ANYWHERE, CONDITIONS, Condition, measure
from mockserver.behaviour.values import Scope, compile_value
from mockserver.messages import Inputs
from tests.support import START

RECORD: dict[str, Any] = {
    "id": "a7", "size": 10, "state": "Open", "tags": ["Red", "blue"], "made": "2025-06-01T12:00:00Z", "at": 1748779200,
    "ms": 1748779200000, "text": "the quick brown fox", "lent": True, "none": None, "day": "2025-06-01",
    "author": {"id": 3, "name": "Ada"}, "deep": {"inner": {"level": 2}}, "count": "12",
}  # fmt: skip


def _passes(field: str, word: str, wanted: Any, *unless: str, record: Any = RECORD) -> bool | None:
    scope = Scope(Inputs(query={"v": wanted}), {}, START, {})
    test = Condition(field, word, compile_value("$query.v"), frozenset(unless)).test(scope)
    return None if test is None else test(record)


@pytest.mark.parametrize(
    ("field", "word", "yes", "no"),
    [
        ("state", "is", ["open", "OPEN", ["closed", "open"]], ["ope", "opens", ["closed"], [], ""]),
        ("size", "is", [10, "10"], [1, "010"]),
        ("lent", "is", [True, "true", "TRUE"], [False, "1"]),
        ("tags", "is", ["red", "BLUE"], ["re", "red,blue"]),
        ("deep.inner.level", "is", [2], [3]),
        ("missing", "is", [], ["x"]),
        ("state", "not", ["closed", ["a", "b"]], ["open", ["a", "Open"]]),
        ("missing", "not", ["x"], []),
        ("state", "among", ["closed,open", "closed, open ", ["a", "x,open"], "open"], ["closed,ope", ["a"]]),
        ("size", "among", ["9,10", [10], 10, ["9", "10"]], ["1,0", [1]]),
        ("text", "contains", ["quick", "FOX the", "%brown%", "*own*", "", "%"], ["slow", "quick slow"]),
        ("tags", "contains", ["lu", "re bl"], ["green"]),
        ("size", "contains", [1, "10"], [2]),
        ("size", "min", [10, 9, "10", "-3", "+9.5"], [11, "10.1"]),
        ("size", "max", [10, 11], [9]),
        ("size", "above", [9], [10, 11]),
        ("size", "below", [11], [10, 9]),
        ("count", "above", [11, "11.5"], [12]),
        ("made", "min", ["2025-06-01T12:00:00Z", "2025-06-01", "2025-06-01T14:00:00+02:00", 1748779200, 1748779200000],
         ["2025-06-01T12:00:01Z", "2025-06-02", 1748779201]),
        ("made", "below", ["2025-06-02", "2025-06-01 13:00:00Z", 1748779201], ["2025-06-01T12:00:00Z", "2025-06-01"]),
        ("at", "max", ["2025-06-01T12:00:00Z", 1748779200], ["2025-06-01T11:59:59Z", 1748779199]),
        ("ms", "max", ["2025-06-01T12:00:00Z"], ["2025-06-01T11:59:59Z"]),
        ("day", "above", ["2025-05-31"], ["2025-06-01"]),
        ("text", "min", [], [1, "2025-06-01"]),
        ("lent", "min", [], [0, 1]),
        ("state", "within", ["open", {}, {"eq": "open"}, {"other": 1}], ["closed", {"eq": "closed"}]),
        (ANYWHERE, "contains", ["fox", "ada", "open red", "ada 2025"], ["slow", "fox slow"]),
    ],
)  # fmt: skip
def test_a_word_compares(field: str, word: str, yes: list[Any], no: list[Any]) -> None:
    """A value, one of several, a part of a text, or a bound: numbers and instants on one scale."""
    assert [_passes(field, word, wanted) for wanted in yes] == [True] * len(yes)
    assert [_passes(field, word, wanted) for wanted in no] == [False] * len(no)


@pytest.mark.parametrize(
    ("names", "yes", "no"),
    [
        ("gte ge from since min start", (10, 9), (11,)),
        ("gt after", (9,), (10, 11)),
        ("lte le to until max end", (10, 11), (9,)),
        ("lt before", (11,), (10, 9)),
        ("eq", (10,), (9, 11)),
    ],
)
def test_an_object_has_bounds_by_name(names: str, yes: tuple[int, ...], no: tuple[int, ...]) -> None:
    """All of them must hold."""
    for name in names.split():
        assert [_passes("size", "within", {name: bound}) for bound in yes] == [True] * len(yes), name
        assert [_passes("size", "within", {name: bound}) for bound in no] == [False] * len(no), name
    assert _passes("size", "within", {"gte": 5, "lt": 11}) is True
    assert _passes("size", "within", {"gte": 5, "lt": 10}) is False
    assert _passes("size", "within", {"gte": "x", "lt": 11}) is True


@pytest.mark.parametrize(
    "name", ["id", "key", "code", "name", "slug", "login", "username", "title", "label", "value", "email"]
)
def test_an_object_is_known_by_a_member(name: str) -> None:
    """`author=Ada` finds the record of an author of that name, alone or in a list; other members name nobody."""
    for record in ({"author": {name: "Ada"}}, {"author": [{name: "x"}, {name: "Ada"}]}):
        assert _passes("author", "is", "ada", record=record) is True
        assert _passes("author", "is", "bob", record=record) is False
    assert _passes("author", "is", "ada", record={"author": {"street": "Ada"}}) is False


def test_what_means_nothing_lets_every_record_pass() -> None:
    """A missing value, null, a word that stands for everything, and a bound that is none."""
    assert _passes("state", "is", None) is None
    assert _passes("state", "is", "all", "all", "any") is None
    assert _passes("state", "is", ["open", "any"], "all", "any") is None
    assert _passes("state", "is", "open", "all") is True
    assert _passes("size", "within", {"gt": 1}, "all") is True
    assert [_passes("size", word, "much") for word in ("min", "max", "above", "below")] == [None] * 4
    assert _passes("size", "min", True) is None
    missing = Condition("size", "is", compile_value("$query.x")).test(Scope(Inputs(), {}, START, {}))
    assert missing is None


@pytest.mark.parametrize(
    ("value", "scale"),
    [
        (3, ("number", 3)), ("3", ("number", 3)), ("-3.5", ("number", -3.5)), ("+2", ("number", 2)), ("3.", None),
        ("", None), ("x3", None), (True, None), (None, None), ([1], None), ("2025-06-01", ("instant", 1748736000000)),
        ("2025-06-01T12:00:00Z", ("instant", 1748779200000)), ("2025-06-01 12:00:00Z", ("instant", 1748779200000)),
        ("2025-13-01", None), ("2025-06-01x", None),
    ],
)  # fmt: skip
def test_values_are_measured(value: Any, scale: Any) -> None:
    """On a scale of numbers or of instants; text and switches on none."""
    assert measure(value) == scale


def test_the_words_are_those_of_the_documentation() -> None:
    """In the order in which they are listed."""
    words = ("is", "not", "among", "contains", "min", "max", "above", "below", "within", "selects", "matches")
    assert words == CONDITIONS
