"""A record is found below its own parent alone."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from contract_tests.core.cases import Cases
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.promises import promise
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.looking import creator, look

pytestmark = pytest.mark.usefixtures("writable", "reserved")


@promise("A record is found below its own parent alone", page="the paths of the contract", stage=23)
def test_records_of_another_parent(made_kinds: list[Life]) -> None:
    """A record below one parent is not shown, changed or removed below another, and not listed there."""
    cases = Cases()
    nested = [
        life for life in made_kinds if creator(life).operation.method == "POST" and creator(life).operation.path_names
    ]
    for life in nested:
        with cases.case():
            check_parents(life, made_kinds, cases)
    cases.settle(some=True)
    if not nested:
        raise NotChecked("no record is made below another one")


def check_parents(life: Life, all_kinds: list[Life], cases: Cases) -> None:
    """One record, and the path that it would have below another parent, which can have records as well."""
    made = life.create(life.body(creator(life), 0))
    elsewhere = other_parent(life, made, all_kinds)
    with cases.case():
        look(life, life.create(life.body(creator(life), 2), elsewhere), {})
    if is_there_too(life, made, elsewhere):  # keys that are counted below each parent
        made = life.create(life.body(creator(life), 1))
    if is_there_too(life, made, elsewhere):
        raise NotChecked(f"a {life.kind.key} names a record of its own below each parent")
    misplaced = Made(elsewhere, made.key, made.sent, {}, made.answer)
    actions = [one for one in (life.kind.read, *life.kind.updates[:1], life.kind.remove) if one is not None]
    for action in [one for one in actions if {*elsewhere} <= {*one.operation.path_names}]:
        with cases.case():
            body = life.naming(action, made, life.body(action, 1))
            answer, _ = life.change(action, life.path(action, misplaced), body)
            if answer.ok:
                expected = f"404 from {action.id} for a record that lies below another parent"
                raise Broken(expected, answer.describe(), made.answer, answer, in_order=True)
    for listing in life.kind.lists:
        with cases.case():
            walk = life.reader.walk(listing, life.path(listing, misplaced), {}, life.reader.limits(listing)[1])
            if any(life.is_named(item, made.key) for item in walk.items):
                expected = f"{listing.id} to list no record that lies below another parent"
                raise Broken(expected, f"a list with {made.key}", made.answer, *walk.answers[-1:], in_order=True)


def is_there_too(life: Life, made: Made, above: Mapping[str, str]) -> bool:
    """Whether a record of the same key was made below that parent."""
    return any(one.key == made.key and one.values == above for one in life.made)


def other_parent(life: Life, made: Made, all_kinds: list[Life]) -> dict[str, str]:
    """The path values of a parent that the record does not lie below."""
    find = creator(life).behaviour.find
    parent = next((one for one in all_kinds if find and one.kind.name == find.collection), None)
    if parent is None or parent is life:
        raise NotChecked(f"no second parent of {life.kind} can be made")
    names = list(made.values)
    above = {name: made.values[name] for name in names[:-1]}
    other = parent.create(
        parent.body(creator(parent), 1), above if creator(parent).operation.method == "POST" and above else None
    )
    return {**above, names[-1]: other.key}
