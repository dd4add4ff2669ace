"""Value expressions: what each one gives, and what isn't an expression."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.behaviour.values import MISSING, ROOTS, Scope, compile_value, dig
from mockserver.clock import format_instant
from mockserver.contract.operations.operation import ABSENT
from mockserver.messages import Inputs
from tests.support import START

HOUR = 3_600_000
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text().filter(lambda text: not text.startswith("$")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def _scope(**changes: Any) -> Scope:
    inputs = Inputs(
        path={"id": "p1"},
        query={"limit": 5},
        header={"x-trace": "h1"},
        cookie={"theme": "dark"},
        body={"name": "n1", "nil": None, "deep": {"er": [1]}},
    )
    scope = Scope(inputs, {"id": "u1", "name": "ann", "world": "main"}, START, {"hour": HOUR, "half-hour": HOUR // 2})
    scope.record = {"id": "r1", "nil": None, "in": {"side": True}}
    scope.records, scope.total, scope.next = ({"id": "a"}, {"id": "b"}), 9, "b"
    for name, value in changes.items():
        setattr(scope, name, value)
    return scope


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$path.id", "p1"),
        ("$query.limit", 5),
        ("$header.X-Trace", "h1"),
        ("$cookie.theme", "dark"),
        ("$body.name", "n1"),
        ("$body.nil", None),
        ("$body.deep.er", [1]),
        ("$body", {"name": "n1", "nil": None, "deep": {"er": [1]}}),
        ("$record.id", "r1"),
        ("$record.nil", None),
        ("$record.in.side", True),
        ("$record", {"id": "r1", "nil": None, "in": {"side": True}}),
        ("$records", [{"id": "a"}, {"id": "b"}]),
        ("$records.id", ["a", "b"]),
        ("$records.none", []),
        ("$total", 9),
        ("$more", True),
        ("$next", "b"),
        ("$caller.id", "u1"),
        ("$caller.world", "main"),
        ("$now", format_instant(START)),
        ("$now + hour", format_instant(START + HOUR)),
        ("$now-hour", format_instant(START - HOUR)),
        ("$now + half-hour", format_instant(START + HOUR // 2)),
        ("$absent", ABSENT),
        ("$$now", "$now"),
        ("plain", "plain"),
        ("", ""),
        (7, 7),
        (None, None),
        ({"a": "$path.id", "b": ["$now", 1]}, {"a": "p1", "b": [format_instant(START), 1]}),
    ],
)
def test_an_expression_gives_its_value(text: Any, value: Any) -> None:
    """Each root reads from its own place; objects and lists may hold expressions."""
    assert compile_value(text).evaluate(_scope()) == value


@pytest.mark.parametrize(
    "text", ["$path.x", "$query.x", "$header.x", "$cookie.x", "$body.x", "$body.name.x", "$record.x", "$caller.x"]
)
def test_what_is_not_there_is_missing(text: str) -> None:
    """A name that leads nowhere gives MISSING, which is not null and not `$absent`."""
    assert compile_value(text).evaluate(_scope()) is MISSING


def test_without_body_or_record_all_is_missing() -> None:
    """Before a record was found, and without a body, their parts are missing as well."""
    scope = _scope(record=MISSING, inputs=Inputs())
    for text in ("$body", "$body.name", "$record", "$record.id", "$record.in.side"):
        assert compile_value(text).evaluate(scope) is MISSING


def test_on_the_last_page_nothing_follows() -> None:
    """`$more` is false and `$next` absent once no record follows."""
    scope = _scope(next=ABSENT)
    assert compile_value("$more").evaluate(scope) is False
    assert compile_value("$next").evaluate(scope) is ABSENT


def test_a_literal_object_leaves_out_what_is_not_there() -> None:
    """A member whose value is missing or absent is left out."""
    value = compile_value({"a": "$body.x", "b": "$absent", "c": 1, "d": ["$body.x", 2]})
    assert value.evaluate(_scope()) == {"c": 1, "d": [2]}


@given(JSON)
def test_a_value_without_expressions_is_itself(value: Any) -> None:
    """Whatever holds no `$` evaluates to itself."""
    assert compile_value(value).evaluate(_scope()) == value


@given(st.text())
def test_two_dollars_write_one(text: str) -> None:
    """`$$` is how a text that begins with a dollar is written."""
    assert compile_value("$$" + text).evaluate(_scope()) == "$" + text


@given(st.text().map(lambda text: "$" + text))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    """Any text after the dollar is an expression or a ValueError that quotes it."""
    try:
        value = compile_value(text)
    except ValueError as error:
        shown = str(error)
    else:
        shown = repr(text) if value.root in ROOTS or text.startswith("$$") else ""
    assert repr(text) in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("$", "isn't an expression"),
        ("$nothing.x", "isn't an expression; expressions start with .path"),
        ("$path", r"write \$path\.NAME"),
        ("$path.a.b", r"write \$path\.NAME"),
        ("$caller", r"write \$caller\.NAME"),
        ("$record.id + hour", r"only \$now takes a period"),
        ("$now.x", r"\$now is written as unix"),
        ("$page.x", r"write \$page.NAME with one of number"),
        ("$query", r"write \$query\.NAME"),
        ("$absent.x", r"\$absent has no parts"),
        ("$total.id", r"\$total has no parts"),
        ("$now +", "isn't an expression"),
        ("$now + 2 hours", "isn't an expression"),
        ("$path.id or $body.id", "isn't an expression"),
    ],
)
def test_what_is_no_expression_is_refused(text: str, shown: str) -> None:
    """There are no conditions, calls or sums: the error says what an expression looks like."""
    with pytest.raises(ValueError, match=shown):
        compile_value(text)


def test_digging_stops_where_there_is_no_object() -> None:
    """Scalars have no members; of a list, each item has its own."""
    assert dig({"a": [{"b": 1}, {"c": 2}, {"b": 3}]}, ("a", "b")) == [1, 3]
    assert dig({"a": [1, {"c": 2}]}, ("a", "b")) is MISSING
    assert dig({"a": {"b": None}}, ("a", "b")) is None
    assert dig(5, ()) == 5
