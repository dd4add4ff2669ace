"""The one record of a path: changed, read, and set back, and that of another user left alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from contract_tests.core.action import Action
from contract_tests.core.answer import Answer
from contract_tests.core.cases import Cases
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.promises import promise
from contract_tests.core.target import Token
from contract_tests.core.words import in_json
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.looking import PAGE
from contract_tests.suites.records.showing import check_as_sent, differences

pytestmark = pytest.mark.usefixtures("writable", "reserved")


@promise("The one record of a path is shown as it was sent", page=PAGE, stage=25)
def test_single_records(lives: dict[str, Life]) -> None:
    """A record without a key, such as a profile: changed, read, and set back."""
    single = [life for life in lives.values() if life.kind.create is None and life.kind.read is not None]
    single = [life for life in single if not any(action.operation.path_names for action in life.kind.updates)]
    if not single:
        raise NotChecked("the contract has no record without a key that can be changed")
    cases = Cases()
    for life in single:
        for action in life.kind.updates[:1]:
            with cases.case():
                check_single(life, action)
    cases.settle(some=True)


def check_single(life: Life, action: Action) -> None:
    """Change it twice, read it, and put back what it showed; that of another user stays as it was."""
    assert life.kind.read is not None
    before, of_other = shown_to(life, ""), shown_to(life, life.run.other_keys or None)
    try:
        for turn in range(3):
            body = life.body(action, turn)
            answer = life.send(action, {}, body)
            if answer.ok:
                seen = life.send(life.kind.read, {})
                check_as_sent(life, life.kind.read, body, life.shown(life.kind.read, seen), answer, seen, by=action.id)
                check_other(life, action, before, of_other, answer)
    finally:
        kept = {name: value for name, value in before.items() if name in life.settable}
        life.send(action, {}, {**life.body(action, 0, optional=False), **kept})


def shown_to(life: Life, token: Token) -> Mapping[str, Any]:
    """The one record as a user is shown it; empty for nobody."""
    assert life.kind.read is not None
    return life.shown(life.kind.read, life.send(life.kind.read, {}, token=token)) if token is not None else {}


def check_other(life: Life, action: Action, mine: Mapping[str, Any], theirs: Mapping[str, Any], answer: Answer) -> None:
    """Raise `Broken` where a change of one user's record has changed that of another, who had one of their own."""
    if not theirs or not any(differences(life, mine, theirs)):
        return
    for name, old, new in differences(life, theirs, shown_to(life, life.run.other_keys or None)):
        expected = f"{action.id} to leave the record of the other user alone: {name} {in_json(old)}"
        raise Broken(expected, in_json(new), answer)
