"""What else the removal of a record does, where the contract says so: what refers to it, and what lies below it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Final

import pytest

from contract_tests.core.answer import Answer
from contract_tests.core.cases import Cases
from contract_tests.core.creation import singular
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.locating import keys_in
from contract_tests.core.operation import nameless
from contract_tests.core.promises import promise
from contract_tests.core.schemas import declared_members, words_in
from contract_tests.core.words import in_json
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.kinds import body_of
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.looking import creator, must_act
from contract_tests.suites.records.said import of_node, of_response

pytestmark = pytest.mark.usefixtures("writable", "reserved")
EMPTIED: Final = re.compile(r"\bnull\b|\bclear|\bunassign|\bunset|\bempt(?:y|ied)", re.IGNORECASE)
TAKEN_ALONG: Final = re.compile(
    r"\b(?:with (?:all )?(?:its|their|the)|and (?:all )?(?:its|their|of its)"
    r"|as well as|together with|cascad\w*|also)\b",
    re.IGNORECASE,
)
REMOVED: Final = re.compile(r"\b(?:delet|remov|cascad)", re.IGNORECASE)
KEPT: Final = re.compile(r"\b(?:stays?|kept|keeps?|remains?|not|without)\b", re.IGNORECASE)


@promise("The removal of a record does to others what the contract says", page="the contract", stage=29)
def test_cascades(made_kinds: list[Life]) -> None:
    """A member that names a removed record becomes null, and what lies below the record is gone."""
    cases = Cases()
    for life in made_kinds:
        for other in made_kinds if life.kind.remove else ():
            for name, said in emptied(life, other):
                with cases.case():
                    check_emptied(life, other, name, said)
            if said := takes_along(life, other):
                with cases.case():
                    check_below(life, other, said)
    cases.settle(some=True, otherwise="the contract says of no removal what else it does")


def sentences(life: Life) -> Iterator[str]:
    """What the contract says of the removal."""
    assert life.kind.remove is not None
    operation = life.kind.remove.operation
    yield from of_node(operation.declared.raw)
    for status in (200, 202, 204):
        yield from of_response(operation, status)


def emptied(life: Life, other: Life) -> Iterator[tuple[str, str]]:
    """The members of another kind of which a sentence about the removal says that they become null."""
    for name in declared_members(other.contract, body_of(other.contract, creator(other)).value):
        said = next((one for one in sentences(life) if re.search(rf"\b{re.escape(name)}\b", one)), "")
        if [*keys_in({name: "a"})] and name != other.kind.key and EMPTIED.search(said):
            yield name, said


def check_emptied(life: Life, other: Life, name: str, said: str) -> None:
    """Remove a record to which another refers."""
    made = life.create(life.body(creator(life), 0))
    body = other.body(creator(other), 1)
    body = {**body, name: int(made.key) if isinstance(body.get(name), int) else made.key}
    holder = other.create(body)
    seen = other.record_in(other.look(holder), holder) or {}
    if str(seen.get(name)) != made.key:
        raise NotChecked(f"{other.kind} do not show {name} as it was sent")
    removal = remove(life, made)
    other.eventually(partial(check_null, other, holder, name, removal, said))


def remove(life: Life, made: Made) -> Answer:
    """Remove the record."""
    assert life.kind.remove is not None
    removal = life.send(life.kind.remove, life.path(life.kind.remove, made))
    must_act(life, life.kind.remove, "remove", made, removal)
    return removal


def check_null(other: Life, holder: Made, name: str, removal: Answer, said: str) -> None:
    """Raise `Broken` where the member still names what was removed, or its own record is gone."""
    answer = other.look(holder)
    seen = other.record_in(answer, holder)
    if seen is None or seen.get(name) is not None:
        expected = (
            f"{name} of {other.kind.reader.id if other.kind.reader else ''} to be null after the removal ({said})"
        )
        got = answer.describe() if seen is None else in_json(seen.get(name))
        raise Broken(expected, got, holder.answer, removal, answer, in_order=True)


def takes_along(life: Life, other: Life) -> str:
    """The sentence by which a removal takes along the kind that lies below the record; empty where none does."""
    above = nameless(life.kind.remove.operation.path) if life.kind.remove else ""
    made, read = creator(other).operation, other.kind.read
    folder = nameless(made.path)
    if made.method != "POST" or folder.rpartition("/")[0] != above or read is None:
        return ""
    noun = singular(folder.rpartition("/")[2].lower())
    for one in sentences(life):
        words = {singular(step) for step in words_in(one)}
        if noun in words and TAKEN_ALONG.search(one) and REMOVED.search(one) and not KEPT.search(one):
            return one
    return ""


def check_below(life: Life, other: Life, said: str) -> None:
    """Remove a record with one below it."""
    above = life.create(life.body(creator(life), 0))
    names = dict(zip(creator(other).operation.path_names, [*above.values.values(), above.key], strict=True))
    below = other.create(other.body(creator(other), 0), names)
    removal = remove(life, above)

    other.eventually(partial(check_gone, other, below, removal, said))


def check_gone(other: Life, below: Made, removal: Answer, said: str) -> None:
    """Raise `Broken` where what lay below the removed record is read, or listed, as before."""
    answer = other.look(below)
    for listing in other.kind.lists[:1] if not answer.ok else ():
        names = other.path(listing, below)
        answer = other.send(listing, names)
        if not any(other.is_named(one, below.key) for one in other.reader.items(listing, answer)):
            return
    if answer.ok:
        expected = f"{removal.operation_id} to remove what lies below: {other.kind} ({said})"
        raise Broken(expected, answer.describe(), below.answer, removal, answer, in_order=True)
