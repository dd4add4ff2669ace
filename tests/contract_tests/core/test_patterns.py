"""Patterns of a contract that Python reads otherwise, or not at all, end no run."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.core.document import Place
from contract_tests.core.samples import Samples, drawn
from contract_tests.core.schemas import expression, for_python
from tests.contract_tests.conftest import ContractOf


@pytest.mark.parametrize(
    ("pattern", "fits", "not_"),
    [
        (r"^\p{L}{2}$", "ab", "a1"),
        (r"^(?<first>[a-z])\k<first>$", "aa", "ab"),
        (r"^[A-Z]+\z", "AB", "ab"),
        (r"^\u{61}+$", "aaa", "b"),
        (r"^[[:x]+$", "[:", "y"),
        (r"^a$", "a", "a\n"),
    ],
)
def test_patterns_of_other_engines_are_converted(pattern: str, fits: str, not_: str) -> None:
    """With the meaning that they have in ECMA-262."""
    unreadable = set[str]()
    converted = for_python({"properties": {"a": {"pattern": pattern}}}, unreadable)["properties"]["a"]["pattern"]
    read = expression(converted)
    assert read is not None
    assert read.search(fits)
    assert not read.search(not_)
    assert not unreadable


@pytest.mark.parametrize("pattern", ["^(abc$", "a{5,2}", "(?<!a+)b", "[z-a]"])
def test_patterns_that_nobody_reads_are_named_and_left_out(pattern: str) -> None:
    """They restrict nothing."""
    unreadable = set[str]()
    assert for_python([{"type": "string", "pattern": pattern}], unreadable) == [{"type": "string"}]
    assert unreadable == {pattern}


def test_a_property_called_pattern_is_none() -> None:
    """Only texts are patterns."""
    schema = {"properties": {"pattern": {"type": "string"}}}
    assert for_python(schema, set()) == schema


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": r"^\p{Lu}+$"},
        {"type": "string", "pattern": "^(abc$"},
        {"type": "string", "pattern": "^a$", "format": "unknown"},
        {"type": "array", "items": {"const": 1}, "minItems": 2, "uniqueItems": True},
        {"type": "string", "minLength": 5, "maxLength": 2},
    ],
)
def test_a_schema_that_is_hard_to_satisfy_ends_no_run(contract_of: ContractOf, schema: dict[str, Any]) -> None:
    """There may be fewer values than were asked for, or none."""
    contract = contract_of({"openapi": "3.1.0", "components": {"schemas": {"A": schema}}})
    assert len(drawn(Samples(contract).values(Place(schema)), 3, 0)) <= 3
