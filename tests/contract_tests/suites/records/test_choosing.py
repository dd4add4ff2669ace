"""Which records a filter of a list chooses."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.core.model import behaviour_of
from contract_tests.suites.records.choosing import Filter, filters_of, searches_of, values_to_ask
from tests.contract_tests.conftest import ContractOf

EARLY, LATE = "2021-12-31T23:30:00+05:30", "2021-12-31T19:00:00Z"


@pytest.mark.parametrize(
    ("test", "held", "value", "chosen"),
    [
        ("is", "open", "open", True),
        ("is", "open", "closed", False),
        ("is", "Open", "open", None),
        ("is", ["a", "b"], "b", True),
        ("is", 7, ["6", "7"], True),
        ("not", "open", "open", False),
        ("min", 3, 3, True),
        ("min", 2, 3, False),
        ("max", 2.5, 3, True),
        ("above", 3, 3, None),
        ("above", LATE, EARLY, True),
        ("below", EARLY, LATE, True),
        ("below", "2021-12-31", LATE, None),
        ("min", "2024-02-29", "2024-03-01", False),
        ("contains", "Ärger im Büro", "im bü", True),
        ("contains", LATE, "2021", None),
        ("is", None, "open", None),
    ],
)
def test_chosen_records(test: str, held: Any, value: Any, chosen: bool | None) -> None:
    """By equality, by bounds of one kind, or by a text; what the contract leaves open can't be told."""
    assert Filter("p", "field", test, "min_p").chooses({"field": held}, value) is chosen


def test_a_bound_that_is_met_by_its_value() -> None:
    """Only where the name or the description says so."""
    assert Filter("from", "n", "min", "from the number").chooses({"n": 3}, 3) is None
    assert Filter("from", "n", "min", "from (inclusive)").chooses({"n": 3}, 3) is True


def test_fields_inside_of_a_field() -> None:
    """A dotted name is a path."""
    assert Filter("p", "owner.name", "is").chooses({"owner": {"name": "Ann"}}, "Ann") is True


def test_bounds_ask_for_what_divides_the_records() -> None:
    """The middle one comes first; a text too long for a query, or with a comma, is not asked for."""
    records = [{"n": number} for number in (5, 1, 3)]
    assert values_to_ask(Filter("p", "n", "min"), records)[0] == 3
    assert values_to_ask(Filter("p", "n", "is"), [{"n": "a,b"}, {"n": "x" * 99}, {"n": "a"}]) == ["a"]


def test_filters_of_a_list(contract_of: ContractOf) -> None:
    """Each query parameter that the behaviours compare with a field; the search in all texts stands for itself."""
    parameters = [{"name": "q", "in": "query", "description": "Text in the title", "schema": {"type": "string"}}]
    get = {"operationId": "list", "parameters": parameters, "responses": {}}
    contract = contract_of({"openapi": "3.0.3", "info": {}, "paths": {"/things": {"get": get}}})
    choice = {"*": {"contains": "$query.q"}, "state": "$query.state", "n": {"min": "$query.low", "max": "$query.high"},
              "owner": "$path.owner"}  # fmt: skip
    query, operation = behaviour_of("list", {"list": {"things": choice}}).list, contract.operation("list")
    assert [(one.parameter, one.field, one.test) for one in filters_of(operation, query)] == [
        ("state", "state", "is"), ("low", "n", "min"), ("high", "n", "max"),
    ]  # fmt: skip
    assert [one.said for one in searches_of(operation, query)] == ["q Text in the title"]
