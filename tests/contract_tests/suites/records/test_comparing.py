"""Whether a value is shown as it was sent."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.core.contract import Contract
from contract_tests.core.words import ABSENT
from contract_tests.suites.records.comparing import is_set, is_time_of_change, losses, same
from contract_tests.suites.records.showing import what_came
from tests.contract_tests.conftest import ContractOf

INSTANT = "2021-12-31T23:30:00+05:30"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (INSTANT, "2021-12-31T18:00:00.000Z"),
        ("2021-01-01T00:00:00.250Z", "2021-01-01T00:00:00Z"),
        ("Ann@Example.com", "ann@example.com"),
        ("https://example.com", "https://example.com/"),
        ("0B6A0A2C-0000-4000-8000-000000000000", "0b6a0a2c-0000-4000-8000-000000000000"),
        (1.0, 1),
        (0.1, 0.1),
        (None, ABSENT),
        (12, "12"),
        ({"a": 1}, {"a": 1, "b": 2}),
    ],
)
def test_other_notations_of_the_same(sent: Any, shown: Any) -> None:
    """A server may write an instant, an address, a UUID or a number in its own way, and add members."""
    assert same(sent, shown)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (" a ", "a"),
        ("É", "e"),
        ("e\u0301", "\u00e9"),
        ("A", "a"),
        (INSTANT, "2021-12-31T23:30:00Z"),
        ("2021-01-01", "2020-12-31"),
        (2**53 + 1, 2**53),
        (19.99, 19),
        (0, ABSENT),
        (False, None),
        (True, 1),
        ([], ABSENT),
        (["b", "a"], ["a", "b"]),
        (["a", "a"], ["a"]),
        ({"a": {"b": 1}}, {"a": {}}),
    ],
)
def test_what_got_lost(sent: Any, shown: Any) -> None:
    """Everything else that differs is a loss."""
    assert not same(sent, shown)


def test_what_the_answer_does_not_declare(contract_of: ContractOf) -> None:
    """Members that an answer does not have by contract are no loss, nor those that are only written."""
    contract = contract_of({"openapi": "3.0.3"})
    declared = {"title": {"type": "string"}, "secret": {"type": "string", "writeOnly": True},
                "tags": {"type": "array", "uniqueItems": True, "items": {"type": "string"}}}  # fmt: skip
    schema = {"type": "object", "properties": declared}
    sent = {"title": "A", "secret": "s", "note": "n", "tags": ["b", "a"]}
    assert [loss.way for loss in losses(contract, schema, sent, {"title": "a", "tags": ["a", "b"]})] == ["/title"]
    assert [loss.way for loss in losses(contract, schema, sent, {"tags": ["a"]})] == ["/title", "/tags"]


def test_a_null_that_no_schema_allows_is_no_loss(contract: Contract) -> None:
    """It is reported of each answer by its schema; where the schema has it, the value is lost."""
    members = {"a": {"type": "string"}, "b": {"type": ["string", "null"]}, "c": {}}
    schema = {"type": "object", "properties": members}
    found = losses(contract, schema, dict.fromkeys(members, "x"), dict.fromkeys(members))
    assert [loss.way for loss in found] == ["/b", "/c"]


def test_what_a_server_may_set_is_no_loss(contract_of: ContractOf) -> None:
    """When a record was made, and the ids of what it contains; its own members are the client's."""
    inner = {"type": "object", "properties": {"id": {"type": "string"}, "text": {"type": "string"}}}
    declared = {"id": {}, "createdAt": {}, "owner": inner, "parts": {"type": "array", "items": inner}}
    sent = {"createdAt": "a", "id": "a", "owner": {"id": "a"}, "parts": [{"id": "a", "text": "a"}]}
    shown = {"createdAt": "b", "id": "b", "owner": {"id": "b"}, "parts": [{"id": "b", "text": "b"}]}
    found = losses(contract_of({"openapi": "3.0.3"}), {"type": "object", "properties": declared}, sent, shown)
    assert [loss.way for loss in found] == ["/id", "/owner/id", "/parts/0/text"]


def test_what_no_answer_could_show_is_no_loss(contract_of: ContractOf) -> None:
    """Where a request may have more than the schema of the answer admits."""
    declared = {"kind": {"enum": ["file", "folder"]}, "name": {"type": "string", "maxLength": 3}}
    schema = {"type": "object", "properties": declared}
    shown = {"kind": "folder", "name": "b"}
    contract = contract_of({"openapi": "3.0.3"})
    assert not [*losses(contract, schema, {"kind": "other", "name": "long"}, shown)]
    assert [loss.way for loss in losses(contract, schema, {"kind": "file", "name": "a"}, shown)] == ["/kind", "/name"]


def test_a_change_moves_the_time_of_the_last_one() -> None:
    """Whether or not a client may send it; that of its creation stays."""
    names = ("updated_at", "lastModified", "modificationDate", "created_at", "creationDate", "updates", "due")
    assert [name for name in names if is_time_of_change(name)] == ["updated_at", "lastModified", "modificationDate"]


def test_a_deprecated_member_may_say_nothing(contract: Contract) -> None:
    """Another one has taken its place; what it does show has to be right."""
    schema = {"type": "object", "properties": {"n": {"type": ["integer", "null"], "deprecated": True}}}
    assert not list(losses(contract, schema, {"n": 1}, {"n": None}))
    assert not list(losses(contract, schema, {"n": 1}, {}))
    assert [str(loss) for loss in losses(contract, schema, {"n": 1}, {"n": 2})] == ["/n 1"]


@pytest.mark.parametrize(
    ("sent", "shown", "said"),
    [
        (["a", "b", "c"], ["a", "c"], '2 of 3 items, without "b"'),
        ([{"n": 1}, {"n": 2}], [{"n": 1}], '1 of 2 items, without {"n": 2}'),
        (["a"], ["a", "b"], '["a", "b"]'),
        ("a", ["a"], '["a"]'),
        (["a"], ABSENT, "field missing"),
    ],
)
def test_a_long_list_that_lacks_an_item_is_named_by_it(sent: Any, shown: Any, said: str) -> None:
    """Two lists of a hundred items don't show where they differ."""
    assert what_came(sent, shown) == said


@pytest.mark.parametrize(
    ("said", "is_free"),
    [
        ("", True),
        ("Words for it.", True),
        ("In the order you gave them.", False),
        ("The order is kept.", False),
        ("Keeps the order of the request.", False),
        ("The order doesn't matter, and is not kept.", True),
        ("In any order, whatever was sent.", True),
    ],
)
def test_the_order_of_different_items_means_nothing_unless_the_contract_says_so(said: str, is_free: bool) -> None:
    """A list in which no value stands twice may be stored as a set."""
    assert is_set({"type": "array", "uniqueItems": True, "description": said}) is is_free
