"""The times at which a record was made and changed: a PATCH leaves the first, and each change moves the second."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import pytest

from contract_tests.core.action import Action
from contract_tests.core.cases import Cases
from contract_tests.core.errors import Broken
from contract_tests.core.promises import promise
from contract_tests.core.schemas import merged_keywords
from contract_tests.core.words import in_json
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.comparing import instant, is_time_of_change, is_time_of_making
from contract_tests.suites.records.kinds import declared
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.looking import creator
from contract_tests.suites.records.showing import differences

pytestmark = pytest.mark.usefixtures("writable", "reserved")
PAGE: Final = "the schemas of the contract: the times at which a record was made and changed"
COARSE: Final = 1.0  # seconds by which a server may show one time in two ways, with a fraction and without
LONG: Final = 2.0  # seconds after which another time is shown, however coarse

LAST: Final = re.compile(r"\b(last|latest)\b[^.]*\b(chang|updat|modif|edit)", re.IGNORECASE)
"""Words by which a member is the time of the last change, whatever was changed."""


@promise("The time at which a record was made stays when a part of it is changed", page=PAGE, stage=29)
def test_time_of_making_stays(made_kinds: list[Life]) -> None:
    """With each PATCH, of the oldest record: it was made long enough ago for the two times to differ. A PUT may make it
    anew."""
    cases = Cases()
    for life in made_kinds:
        for action in (one for one in updates(life) if not one.replaces):
            if names := [*times_of_making(life)]:
                with cases.case():
                    check_stays(life, action, names)
    cases.settle(some=True, otherwise="the contract has no PATCH of a record that shows when it was made")


@promise("The time of the last change is that of the last change", page=PAGE, stage=29)
def test_time_of_change_moves(made_kinds: list[Life]) -> None:
    """Where the contract says so in words: with each update, of the oldest record."""
    cases = Cases()
    for life in made_kinds:
        for action in updates(life):
            if names := [*times_of_change(life)]:
                with cases.case():
                    check_moves(life, action, names)
    cases.settle(some=True, otherwise="the contract says of no member that it is the time of the last change")


def updates(life: Life) -> Iterator[Action]:
    """What changes a record, and makes none."""
    yield from (one for one in life.kind.updates if life.kind.reader and one.behaviour.created is None)


def shown_times(life: Life) -> dict[str, Any]:
    """The members that a record is shown with and that no request sets, with their schemas."""
    assert life.kind.reader is not None
    shown = declared(life.contract, life.kind.reader)
    return {name: schema for name, schema in shown.items() if name not in life.settable}


def times_of_making(life: Life) -> Iterator[str]:
    """The members that say when a record was made; none where no other one says when it was changed, for then each
    change may make another version of it."""
    shown = shown_times(life)
    if any(is_time_of_change(name) for name in shown):
        yield from (name for name in shown if is_time_of_making(name))


def times_of_change(life: Life) -> Iterator[str]:
    """The members that are the time of the last change by what the contract says of them."""
    for name, schema in shown_times(life).items():
        said = str(merged_keywords(life.contract, schema).get("description", ""))
        if is_time_of_change(name) and LAST.search(said):
            yield name


def check_stays(life: Life, action: Action, names: list[str]) -> None:
    """Raise `Broken` where a change has moved the time of making."""
    made, before, after, answers = changed(life, action)
    for name in names if made else ():
        old, new = (instant(str(one.get(name))) for one in (before, after))
        if old and new and abs((new - old).total_seconds()) > COARSE:
            expected = f"{action.id} to leave {name} as it was: {in_json(before[name])}"
            raise Broken(expected, in_json(after[name]), *answers, in_order=True)


def check_moves(life: Life, action: Action, names: list[str]) -> None:
    """Raise `Broken` where a change has left the time of the last change, though the target's clock has gone on."""
    now = clock(life)
    made, before, after, answers = changed(life, action)
    edited = [name for name, _, _ in differences(life, before, after)]
    for name in names if made and edited and now else ():
        old = instant(str(before.get(name)))
        if old and now and (now - old).total_seconds() > LONG and before[name] == after.get(name):
            expected = f"another {name} after {action.id} has changed {edited[0]}: the time of the last change"
            raise Broken(expected, in_json(after[name]), *answers, in_order=True)


def clock(life: Life) -> datetime | None:
    """The time by the target's own clock, as a new record shows it."""
    shown = life.create(life.body(creator(life), 0)).shown
    times = (instant(str(value)) for name, value in shown.items() if is_time_of_making(name))
    return next((one for one in times if one), None)


def changed(life: Life, action: Action) -> tuple[Made | None, Mapping[str, Any], Mapping[str, Any], list[Any]]:
    """The first record of the run that is still there, as a read shows it before and after a change, and the answers;
    no record where it is refused."""
    for one in life.made:
        made, seen = life.latest(one), life.look(life.latest(one))
        if (before := life.record_in(seen, made)) is not None:
            answer, _ = life.change(action, life.path(action, made), other_body(life, action, made, before))
            now = life.look(made)
            is_done = answer.ok and not life.is_later
            return made if is_done else None, before, life.record_in(now, made) or {}, [seen, answer, now]
    return None, {}, {}, []


def other_body(life: Life, action: Action, made: Made, before: Mapping[str, Any]) -> Any:
    """A body that changes something in a record."""
    bodies = [life.naming(action, made, life.body(action, turn)) for turn in life.turns]
    telling = (
        one
        for one in bodies
        if isinstance(one, Mapping) and any(before.get(name, value) != value for name, value in one.items())
    )
    return next(telling, bodies[0])
