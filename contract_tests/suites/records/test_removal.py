"""A record that was removed is gone, and no other."""

from __future__ import annotations

from typing import Any, Final

import pytest

from contract_tests.core.action import Action
from contract_tests.core.cases import Cases
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.promises import promise
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.looking import PAGE, check_neighbour, creator, look, must_act

pytestmark = pytest.mark.usefixtures("writable", "reserved")

GONE: Final = frozenset({404, 410})


@promise("A record that was removed is gone, and no other", page=PAGE, stage=24)
def test_removed_records(made_kinds: list[Life]) -> None:
    """Not found, not listed; its neighbours stay; a second removal is refused where the contract says so."""
    cases = Cases()
    for life in made_kinds:
        with cases.case():
            check_removal(life, cases)
    cases.settle(some=True)


def check_removal(life: Life, cases: Cases) -> None:
    """Remove the second of three records; the last is its twin, but for what must be unique."""
    action = life.kind.remove
    if action is None:
        raise NotChecked(f"the contract has no operation that removes {life.kind}")
    first = life.create(life.body(creator(life), 5))
    above = first.values if creator(life).operation.method == "POST" else None
    made, last = (life.create(life.body(creator(life), turn), above) for turn in (6, 6))
    before = {one.key: look(life, one, {}) for one in (first, made, last)}
    answer = life.send(action, life.path(action, made))
    must_act(life, action, "remove", made, answer)
    with cases.case():
        life.eventually(lambda: check_gone(life, action, made, answer))
    for other in (one for one in (first, last) if one.key != made.key):  # where equal bodies make one record
        with cases.case():
            check_neighbour(life, action, other, before[other.key])
    if life.is_later:
        return
    with cases.case():
        again = life.send(action, life.path(action, made))
        if again.ok and {"404", "410"} & {*action.operation.statuses}:
            expected = f"404 from {action.id} for a record that is gone"
            raise Broken(expected, again.describe(), made.answer, answer, again, in_order=True)
    for update in life.kind.updates:
        with cases.case():
            check_no_update(life, update, made, answer)


def check_gone(life: Life, action: Action, made: Made, removal: Any) -> None:
    """Raise `Broken` where the record is still shown."""
    if life.kind.read is not None:
        answer = life.send(life.kind.read, life.path(life.kind.read, made))
        if answer.status not in GONE and (answer.ok or answer.status >= 500):
            expected = f"{action.id} to remove the record: {life.kind.read.id} answers 404"
            raise Broken(expected, answer.describe(), made.answer, removal, answer, in_order=True)
    for listing in life.kind.lists:
        walk = life.reader.walk(listing, life.path(listing, made), {}, life.reader.limits(listing)[1])
        if any(life.is_named(item, made.key) for item in walk.items):
            page = walk.answers[-1]
            expected = f"{action.id} to remove the record: {listing.id} does not list it"
            raise Broken(expected, f"a list with {made.key}", made.answer, removal, page, in_order=True)


def check_no_update(life: Life, update: Action, made: Made, removal: Any) -> None:
    """Raise `Broken` where a record that is gone can still be changed."""
    if update.behaviour.created is not None or not {"404", "410"} & {*update.operation.statuses}:
        return
    answer, _ = life.change(update, life.path(update, made), life.naming(update, made, life.body(update, 0)))
    if answer.ok:
        expected = f"404 from {update.id} for a record that is gone"
        raise Broken(expected, answer.describe(), removal, answer, in_order=True)
