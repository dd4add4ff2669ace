"""The same inputs, with less on the way to them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis.internal.conjecture import providers
from schemathesis.core import NOT_SET
from schemathesis.specs.openapi import examples
from schemathesis.specs.openapi.coverage import _schema

from contract_tests.core.sparing import CANDIDATES, remembering, sparing

PLACES = [
    (providers, "_get_local_constants"),
    (_schema, "_invalid_enum_candidates"),
    (examples, "_generate_single_example"),
]


@pytest.mark.parametrize(("module", "name"), PLACES, ids=lambda one: getattr(one, "__name__", one))
def test_only_the_block_is_spared(module: Any, name: str) -> None:
    """These versions of the libraries have the functions, and have them again afterwards."""
    before = getattr(module, name)
    with sparing():
        assert getattr(module, name) is not before
    assert getattr(module, name) is before


def test_values_outside_a_list_are_those_of_schemathesis() -> None:
    """The first ones, in its order."""
    theirs = _schema._invalid_enum_candidates
    theirs.cache_clear()
    with sparing():
        whole = theirs()
        found = _schema._invalid_enum_candidates()
    theirs.cache_clear()  # it depends on the constants of the block
    assert len(found) == CANDIDATES
    assert repr(found) == repr(whole[:CANDIDATES])


def test_no_value_comes_from_the_source_of_this_program() -> None:
    """It says nothing of a target."""
    with sparing():
        assert len(providers._get_local_constants()) == 0


def test_the_rest_of_an_example_is_drawn_once_for_a_schema() -> None:
    """And is a copy each time, for whoever changes it; another schema has its own, and none is none."""
    asked: list[Any] = []

    def draw(schema: Any, *_: Any) -> Any:
        asked.append(schema)
        return NOT_SET if schema == {"not": {}} else {"a": [1]}

    drawn = remembering(draw)
    drawn({"type": "object"}, "config", dict)["a"].append(2)
    assert drawn({"type": "object"}, "config", dict) == {"a": [1]}
    assert drawn({"not": {}}, "config", dict) is drawn({"not": {}}, "config", dict) is NOT_SET
    assert asked == [{"type": "object"}, {"not": {}}]
    drawn({"type": "object"}, "another", dict)
    assert len(asked) == 3
