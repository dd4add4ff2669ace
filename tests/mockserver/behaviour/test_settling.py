"""What a client sends is kept wherever the records' schema admits the value, and in another form where it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

from mockserver.behaviour.settling import Repair
from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.schemas.compiled import Breach, compiled

TEXT, WHOLE, NUMBER, FLAG = ({"type": name} for name in ("string", "integer", "number", "boolean"))
Settle = Callable[..., Any]


def settled(schema: Any, value: Any, before: Any = ABSENT, made: Any = ABSENT) -> Any:
    """The field `x` of a record, of this schema, after it was settled; ABSENT where it is left out."""
    whole = compiled({"type": "object", "properties": {"x": schema}})

    def misfits(record: Mapping[str, Any]) -> list[Breach]:
        return list(whole.breaches(record))

    old = {} if before is ABSENT else {"x": before}
    repair = Repair(misfits, old, frozenset({"id"}), lambda _: made, _named, partial(lambda record: record))
    return repair.settled({"id": 1, "x": value}).get("x", ABSENT)


def _named(_: Any, value: Any) -> Any:
    return {"name": value, "color": "red"}


def _map(inner: Any) -> Any:
    return {"type": "object", "properties": {"a": inner}}


@pytest.mark.parametrize(
    ("schema", "sent", "kept"),
    [
        (TEXT, 10.5, "10.5"),
        (TEXT, 7, "7"),
        (TEXT, True, "true"),
        ({**TEXT, "pattern": "^[0-9]+$"}, 7.0, "7"),
        (NUMBER, "10.50", 10.5),
        (WHOLE, "12", 12),
        (WHOLE, "007", 7),
        (FLAG, "true", True),
        ({"enum": ["1", "2"]}, 2, "2"),
        ({"enum": ["user", "commonArea"]}, "commonarea", "commonArea"),
        ({"anyOf": [{"type": "null"}, TEXT]}, 5, "5"),
        ({**TEXT, "format": "date-time"}, "2024-02-03", "2024-02-03T00:00:00Z"),
        ({**TEXT, "format": "uri"}, "https://a.example/b c", "https://a.example/b%20c"),
        ({**TEXT, "format": "uri"}, "a.example/b", "https://a.example/b"),
        ({**TEXT, "format": "uri"}, "https://a.example/?q=%20", "https://a.example/?q=%20"),
        (_map(TEXT), {"a": 1, "b": 2}, {"a": "1", "b": 2}),
        ({"items": TEXT}, [1, "b", 2], ["1", "b", "2"]),
        ({"additionalProperties": TEXT}, {"a": 1, "b": "c"}, {"a": "1", "b": "c"}),
        ({"anyOf": [_map(TEXT), {"type": "string", "maxLength": 0}]}, {"a": 5}, {"a": "5"}),
        ({"type": ["string", "null"], "minLength": 1}, "", None),
        ({"type": "object", "required": ["color"]}, "bug", {"name": "bug", "color": "red"}),
        ({"items": {"type": "object"}}, ["bug"], [{"name": "bug", "color": "red"}]),
        (TEXT, {"id": 7, "name": "bug"}, "bug"),
        (WHOLE, {"id": 7, "name": "bug"}, 7),
    ],
)
def test_a_value_is_kept_in_another_form_of_the_same_meaning(schema: Any, sent: Any, kept: Any) -> None:
    """At any depth of objects, lists, maps and unions."""
    result = settled(schema, sent)
    assert result == kept
    assert type(result) is type(kept)


@pytest.mark.parametrize(
    ("schema", "sent", "kept"),
    [
        (TEXT, ["a"], ABSENT),
        (WHOLE, "many", ABSENT),
        ({**TEXT, "minLength": 10}, "short", ABSENT),
        ({"enum": ["on", "off"]}, "", ABSENT),
        (_map(WHOLE), {"a": "x", "b": 2}, {"b": 2}),
        ({"items": WHOLE}, [1, "x", 3], [1, 3]),
        ({"items": _map(WHOLE)}, [{"a": "x", "b": 1}, {"a": 2}], [{"b": 1}, {"a": 2}]),
        ({"items": WHOLE, "minItems": 2}, [1, "x"], ABSENT),
    ],
)
def test_only_what_is_in_the_way_is_left_out(schema: Any, sent: Any, kept: Any) -> None:
    """The rest of an object or a list stays, where it may be without that part."""
    assert settled(schema, sent) == kept


def test_what_is_left_out_is_as_it_was() -> None:
    """A field, or a member inside one, keeps the value that it had."""
    assert settled(WHOLE, "many", before=3) == 3
    assert settled(_map(WHOLE), {"a": "x", "b": 2}, before={"a": 1}) == {"a": 1, "b": 2}


def test_null_does_not_replace_what_a_record_must_have() -> None:
    """The value that was there is better than another one."""
    schema = {"type": "object", "required": ["a"], "properties": {"a": TEXT}}
    assert settled(schema, {"a": None}, before={"a": "old"}, made="new") == {"a": "old"}


def test_an_empty_text_clears_what_was_there() -> None:
    """Forms have no other way to say so."""
    assert settled({"type": "object"}, "", before={"a": 1}) is ABSENT


def test_members_that_are_required_inside_a_field_are_made() -> None:
    """What the client sent beside them is kept, also where null would do."""
    schema = {"type": "object", "required": ["a", "b", "c"], "properties": {"a": TEXT, "b": WHOLE, "c": WHOLE}}
    for whole in (schema, {"anyOf": [schema, {"type": "null"}]}):
        assert settled(whole, {"a": "mine"}, made=5) == {"a": "mine", "b": 5, "c": 5}


def test_a_long_list_of_objects_gets_what_each_of_them_lacks() -> None:
    """However many there are: nothing that was sent is given up for it."""
    one = {"type": "object", "required": ["id", "name"], "properties": {"id": WHOLE, "name": TEXT}}
    sent = [{"name": f"part {number}"} for number in range(300)]
    assert settled({"items": one}, sent, made=5) == [{**part, "id": 5} for part in sent]


def test_what_the_client_did_not_send_is_left_alone() -> None:
    """A field that the behaviour itself sets is not the client's to repair."""
    whole = compiled({"properties": {"id": TEXT}})
    misfits = partial(lambda record: list(whole.breaches(record)))
    repair = Repair(misfits, {}, frozenset({"id"}), lambda _: ABSENT, _named, dict)
    assert repair.settled({"id": 1}) == {"id": 1}
