"""An action is refused for a record whose state the contract excludes: what is closed isn't closed again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from contract_tests.core.action import Action
from contract_tests.core.answer import Answer
from contract_tests.core.cases import Cases
from contract_tests.core.contract import Operation
from contract_tests.core.errors import Broken
from contract_tests.core.promises import promise
from contract_tests.core.schemas import is_stamp
from contract_tests.core.words import in_json
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.kinds import declared
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.looking import creator
from contract_tests.suites.records.said import of_node, of_response
from contract_tests.suites.records.test_actions import ACCEPTED, bodies

pytestmark = pytest.mark.usefixtures("writable", "reserved")
CONFLICT: Final = 409
AGAIN: Final = re.compile(
    r"\balready\b(?! (?:exist|taken|in use|registered|used|has|have|there))|\bagain\b|\btwice\b|\bsecond time\b",
    re.IGNORECASE,
)
"""Words by which a sentence excludes the state to which the action itself leads."""

REFUSING: Final = re.compile(
    r"\b409\b|refus|reject|conflict|cannot|can't|must not|may not|fails?\b|error", re.IGNORECASE
)
ONLY: Final = r"\b(?:not|isn't|aren't|only|unless|must be)\b[^.]*\b{}\b"
"""How a sentence excludes every other state than this one."""


@promise("An action is refused for a record whose state the contract excludes", page="the contract", stage=24)
def test_excluded_states(made_kinds: list[Life]) -> None:
    """The same action twice on a record of its own, where 409 is documented for what has been acted on already."""
    cases = Cases()
    for life in made_kinds:
        for action in life.kind.acts if life.kind.reader else ():
            if said := clauses(action.operation):
                with cases.case():
                    check_twice(life, action, said)
    cases.settle(some=True, otherwise="the contract excludes no state of a record from an action")


def clauses(operation: Operation) -> list[str]:
    """The sentences about its refusal."""
    if str(CONFLICT) not in operation.statuses:
        return []
    own = [one for one in of_node(operation.declared.raw) if REFUSING.search(one)]
    return [*own, *of_response(operation, CONFLICT)]


def check_twice(life: Life, action: Action, said: list[str]) -> None:
    """Act until something has changed, then once more."""
    for body in bodies(life, action):
        made = life.create(life.body(creator(life), 0))
        for first, before, after in attempts(life, action, made, body):
            changed = {name: (before[name], after.get(name)) for name in before if before[name] != after.get(name)}
            clause = excluding(said, {name: pair for name, pair in changed.items() if not is_stamp(name)})
            if clause is None:
                continue
            second = life.send(action, life.path(action, made), *body)
            if second.ok:
                name, (_, now) = next(iter(changed.items()))
                expected = f"{action.id} to refuse a record whose {name} is {in_json(now)} by now: 409 ({clause})"
                raise Broken(expected, second.describe(), made.answer, first, second, in_order=True)
            return


def attempts(
    life: Life, action: Action, made: Made, body: tuple[Any, ...]
) -> Iterator[tuple[Answer, Mapping[str, Any], Mapping[str, Any]]]:
    """The action on the record as it was made, and as each other action leaves it, with what a read shows before and
    after; only what has succeeded."""
    others = [one for one in life.kind.acts if one is not action and not one.operation.takes_body]
    for other in (None, *others):
        if other is not None and not life.send(other, life.path(other, made)).ok:
            continue
        before = shown(life, made)
        answer = life.send(action, life.path(action, made), *body)
        if answer.ok and answer.status != ACCEPTED:
            yield answer, before, shown(life, made)


def shown(life: Life, made: Made) -> Mapping[str, Any]:
    """What a read shows of the members that the contract declares."""
    assert life.kind.reader is not None
    known = declared(life.contract, life.kind.reader)
    return {name: value for name, value in (life.record_in(life.look(made), made) or {}).items() if name in known}


def excluding(said: list[str], changed: Mapping[str, tuple[Any, Any]]) -> str | None:
    """The sentence that excludes the state to which these changes have led."""
    if not changed:
        return None
    left = [before for before, _ in changed.values() if isinstance(before, str) and before.isidentifier()]
    for one in said:
        if AGAIN.search(one) or any(re.search(ONLY.format(re.escape(state)), one, re.IGNORECASE) for state in left):
            return one
    return None
