"""What an operation does to a record stays: its answer shows what a read shows afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

import pytest

from contract_tests.core.action import Action
from contract_tests.core.answer import Answer
from contract_tests.core.cases import Cases
from contract_tests.core.contract import Contract
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.promises import promise
from contract_tests.core.schemas import is_stamp, merged_keywords
from contract_tests.core.words import ABSENT, in_json
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.comparing import same
from contract_tests.suites.records.kinds import declared
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.looking import creator
from contract_tests.suites.records.said import sentences

pytestmark = pytest.mark.usefixtures("writable", "reserved")
WEAK: Final = "W/"
ACCEPTED: Final = 202  # it will be done later
MANY: Final = re.compile(r"\b(all|every|each|both|others?|rest|series|siblings?|group|together)\b", re.IGNORECASE)
"""Words by which an action is about more than one record."""

NOW: Final = r"\b(?:now|as|becomes?)\s+[`'\"]?{}\b"
"""How a sentence names the state into which an action puts a record: `now closed`, `mark it as done`."""

PAGE: Final = "the responses of the contract: both are the record"


@promise("What an operation has made of a record is what a read shows", page=PAGE, stage=23)
def test_actions(made_kinds: list[Life]) -> None:
    """Every POST that acts on a record and answers with it, on a record of its own for each try."""
    cases = Cases()
    for life in made_kinds:
        for action in life.kind.acts if life.kind.reader else ():
            with cases.case():
                check_action(life, action)
    cases.settle(some=True, otherwise="the contract has no operation that acts on a record and answers with it")


def check_action(life: Life, action: Action) -> None:
    """Act with each body in turn until one is taken, then read the record."""
    for body in bodies(life, action):
        made = life.create(life.body(creator(life), 0))
        before = life.look(made)
        answer = life.send(action, life.path(action, made), *body)
        if answer.ok and answer.status != ACCEPTED:
            life.eventually(partial(check_shown, life, action, made, answer))
            check_tag(life, action, made, before, answer)
            life.eventually(partial(check_state, life, action, made, before, answer))
            check_alone(life, action, body)
            return
    raise NotChecked(f"{action.id} refuses to act: {answer.describe()}")


def bodies(life: Life, action: Action) -> Iterator[tuple[Any, ...]]:
    """The bodies to try; none at all where the operation takes none."""
    if not action.operation.takes_body:
        yield ()
        return
    known = [life.body(action, turn) for turn in life.turns]
    yield from ((body,) for at, body in enumerate(known) if body not in known[:at])


def check_shown(life: Life, action: Action, made: Made, answer: Answer) -> None:
    """Raise `Broken` where two reads agree on another value than the answer has."""
    said, seen = life.shown(action, answer), [life.look(made) for _ in range(2)]
    first, second = (life.record_in(one, made) for one in seen)
    if first is None or second is None or not life.is_named(said, made.key):
        return
    for name in shown_by_both(life, action, said):
        held = first.get(name, ABSENT)
        if same(held, second.get(name, ABSENT)) and not same(said[name], held) and held is not ABSENT:
            expected = f"{action.id} to have made {name} {in_json(said[name])}, as it answers"
            raise Broken(expected, f"{in_json(held)} in a read", answer, seen[0], in_order=True)


def check_tag(life: Life, action: Action, made: Made, before: Answer, answer: Answer) -> None:
    """Raise `Broken` where a record that was changed has the strong ETag of before."""
    after, said = life.look(made), life.shown(action, answer)
    old, new = life.record_in(before, made) or {}, life.record_in(after, made) or {}
    names = shown_by_both(life, action, said)
    changed = [name for name in names if name in old and name in new and not same(old[name], new[name])]
    tag = after.headers.get("etag", "")
    if changed and tag and not tag.startswith(WEAK) and tag == before.headers.get("etag"):
        expected = f"another ETag of the record after {action.id} has changed {changed[0]} (RFC 9110, section 8.8.1)"
        raise Broken(expected, f"ETag: {tag}", before, answer, after, in_order=True)


def check_state(life: Life, action: Action, made: Made, before: Answer, answer: Answer) -> None:
    """Raise `Broken` where the contract says into which state the action puts a record, and the old one has stayed."""
    seen = life.look(made)
    old, new = (life.record_in(one, made) or {} for one in (before, seen))
    said = [*sentences(action.operation, (answer.status,))]
    named = [(name, one) for name, values in states(life).items() for one in values if name not in life.settable]
    found = {(name, state): one for name, state in named for one in said if says(one, state)}
    for (name, state), clause in found.items() if len(found) == 1 else ():
        if name in old and old[name] == new.get(name) != state:
            expected = f"{action.id} to make {name} {in_json(state)} ({clause})"
            raise Broken(expected, f"{in_json(new[name])} in a read", made.answer, answer, seen, in_order=True)


def says(sentence: str, state: Any) -> bool:
    """Whether a sentence names a state as the one into which an action puts a record."""
    return isinstance(state, str) and bool(re.search(NOW.format(re.escape(state)), sentence, re.IGNORECASE))


def check_alone(life: Life, action: Action, body: tuple[Any, ...]) -> None:
    """Raise `Broken` where another record goes into the same state, twice in a row: once may be chance."""
    is_below = len(action.operation.path_names) > 1  # what lies below one parent may show its state
    if is_below or any(MANY.search(one) for one in sentences(action.operation, (200,))):
        return
    first = moved_along(life, action, body)
    if first and (again := moved_along(life, action, body)):
        raise again


def moved_along(life: Life, action: Action, body: tuple[Any, ...]) -> Broken | None:
    """What is wrong where a newer record goes into the same state; the two are looked at right before and after."""
    made, other = (life.create(life.body(creator(life), 0)) for _ in range(2))
    before = [life.look(one) for one in (made, other)]
    answer = life.send(action, life.path(action, made), *body)
    after = [life.look(one) for one in (made, other)]
    if made.key == other.key or not answer.ok or answer.status == ACCEPTED:
        return None
    (old, beside), (new, moved) = (
        [life.record_in(one, record) or {} for one, record in zip(seen, (made, other), strict=True)]
        for seen in (before, after)
    )
    for name in states(life):
        values = {name in one for one in (old, beside, new, moved)}
        if values == {True} and old[name] == beside[name] != new[name] == moved[name]:
            expected = f"{action.id} to leave {name} of another record as it was: {in_json(old[name])}"
            return Broken(expected, in_json(moved[name]), made.answer, other.answer, answer, after[1], in_order=True)
    return None


def states(life: Life) -> dict[str, list[Any]]:
    """The members of a record that have one of a few values, with these."""
    assert life.kind.reader is not None
    members = declared(life.contract, life.kind.reader)
    found = {name: merged_keywords(life.contract, schema).get("enum") for name, schema in members.items()}
    return {name: values for name, values in found.items() if values}


def shown_by_both(life: Life, action: Action, said: Mapping[str, Any]) -> list[str]:
    """The members that the contract declares for both answers, with a value that both may have: another member of the
    same name says how the action went. Those that say when the record was changed are left out."""
    assert life.kind.reader is not None
    acted, read = declared(life.contract, action), declared(life.contract, life.kind.reader)
    both = [name for name in said if name in acted.keys() & read.keys() and not is_stamp(name)]
    return [name for name in both if may_be(life.contract, read[name], said[name])]


def may_be(contract: Contract, schema: Any, value: Any) -> bool:
    """Whether the values that a member lists, if it lists any, have this one."""
    values = merged_keywords(contract, schema).get("enum")
    return values is None or value in values
