"""The time at which a record was made is its own: a change of the record leaves it as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import pytest

from contract_tests.core.action import Action
from contract_tests.core.cases import Cases
from contract_tests.core.errors import Broken
from contract_tests.core.promises import promise
from contract_tests.core.words import in_json
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.comparing import instant, is_time_of_change, is_time_of_making
from contract_tests.suites.records.kinds import declared
from contract_tests.suites.records.life import Life

pytestmark = pytest.mark.usefixtures("writable", "reserved")
PAGE: Final = "the schemas of the contract: the time at which a record was made"
COARSE: Final = 1.0  # seconds by which a server may show one time in two ways, with a fraction and without


@promise("The time at which a record was made stays when the record is changed", page=PAGE, stage=29)
def test_time_of_making_stays(made_kinds: list[Life]) -> None:
    """With each update, of the oldest record: it was made long enough ago for the two times to differ."""
    cases = Cases()
    for life in made_kinds:
        for action in life.kind.updates if life.kind.reader else ():
            names = [*times_of_making(life)]
            if names and action.behaviour.created is None:
                with cases.case():
                    check_time(life, action, names)
    cases.settle(some=True, otherwise="the contract has no record that is changed and shows when it was made")


def times_of_making(life: Life) -> Iterator[str]:
    """The members that say when a record was made, and that no request sets; none where no other one says when it was
    changed, for then each change may make another version of it."""
    assert life.kind.reader is not None
    shown = declared(life.contract, life.kind.reader)
    if any(is_time_of_change(name) for name in shown):
        yield from (name for name in shown if is_time_of_making(name) and name not in life.settable)


def check_time(life: Life, action: Action, names: list[str]) -> None:
    """Raise `Broken` where a change has moved it."""
    made, before = oldest(life)
    if made is None:
        return
    body = life.naming(action, made, life.body(action, 1))
    answer, _ = life.change(action, life.path(action, made), body)
    seen = life.look(made)
    after = life.record_in(seen, made) or {}
    for name in names if answer.ok else ():
        old, new = (instant(str(one.get(name))) for one in (before, after))
        if old and new and abs((new - old).total_seconds()) > COARSE:
            expected = f"{action.id} to leave {name} as it was: {in_json(before[name])}"
            raise Broken(expected, in_json(after[name]), made.answer, answer, seen, in_order=True)


def oldest(life: Life) -> tuple[Made | None, Mapping[str, object]]:
    """The first record of the run that is still there, and how a read shows it."""
    for made in life.made:
        latest = life.latest(made)
        if (shown := life.record_in(life.look(latest), latest)) is not None:
            return latest, shown
    return None, {}
