"""A record refers to what is there: a key that no record has is refused where the contract says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import uuid4

import pytest

from contract_tests.core.action import Action
from contract_tests.core.cases import Cases
from contract_tests.core.contract import Contract
from contract_tests.core.creation import kind, singular
from contract_tests.core.document import Place
from contract_tests.core.errors import Broken
from contract_tests.core.locating import keys_in
from contract_tests.core.promises import promise
from contract_tests.core.schemas import (
    declared_members,
    fits,
    is_hidden,
    kinds_of,
    refused_unless_there,
    said_of_absence,
    words_in,
)
from contract_tests.core.words import in_json
from contract_tests.suites.records.kinds import body_of
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.looking import creator

pytestmark = pytest.mark.usefixtures("writable", "reserved")
REFERS: Final = re.compile(r"\brefer", re.IGNORECASE)
Way = tuple[str | int, ...]


@promise("A key that no record has is refused where the contract says so", page="the contract", stage=29)
def test_unknown_references(made_kinds: list[Life]) -> None:
    """Each member of a body of which the contract says so, in a new record and in a change of one."""
    cases = Cases()
    for life in made_kinds:
        for action in (creator(life), *life.kind.updates):
            for name, said in references(life.contract, action, life.kind.key):
                with cases.case():
                    check_unknown(life, action, name, said)
            for way, template, said in references_inside(life, action):
                with cases.case():
                    check_unknown_inside(life, action, way, template, said)
    cases.settle(some=True, otherwise="the contract says of no reference that it is refused where nothing is there")


def references(contract: Contract, action: Action, own: str) -> Iterator[tuple[str, str]]:
    """The members of a body that name other records, and the sentence by which these must be there."""
    for name, schema in declared_members(contract, body_of(contract, action).value).items():
        is_key = bool([*keys_in({name: "a"})]) and bool(kinds_of(contract, schema) & {"string", "integer"})
        clause = refused_unless_there(contract, action.operation, name, schema) if is_key and name != own else None
        if clause and not is_hidden(contract, schema, writing=True):
            yield name, clause.said


def check_unknown(life: Life, action: Action, name: str, said: str) -> None:
    """Make or change a record with a key that no record has."""
    made, place = life.create(life.body(creator(life), 0)), body_of(life.contract, action)
    is_new = action is creator(life)
    body = life.body(action, 1, optional=False)  # another reference may be refused together with this one
    body = body if name in body else life.body(action, 1, optional=is_new or action.replaces)
    body = body if is_new else life.naming(action, made, body)
    names = made.values if is_new else life.path(action, made)
    schema = declared_members(life.contract, place.value)[name]
    key = next((one for one in unknown_keys(life) if fits(life.contract, Place(schema), one, writing=True)), None)
    if key is None or not isinstance(body, Mapping):
        return
    sent: dict[str, Any] = {**body, name: key}
    answer = life.send(action, names, sent)
    if answer.ok:
        expected = f"{action.id} to refuse {name} {in_json(key)}, which no record has ({said})"
        raise Broken(expected, answer.describe(), answer)


def unknown_keys(life: Life) -> Iterator[Any]:
    """Keys of several forms that no record has."""
    yield str(uuid4())
    yield life.records.keys.fresh()
    yield life.records.keys.fresh(0)


def references_inside(life: Life, action: Action) -> Iterator[tuple[Way, str, str]]:
    """The same of members deeper in a body (the products that the lines of an order name), and of which kind."""
    about = [clause.said for clause in said_of_absence(action.operation)]
    found = dict(one[::-1] for one in life.records.references(action.operation).places(life.body(action, 1)))
    for template, way in found.items():
        said = [one for one in about if kind(template) in map(singular, words_in(one)) or REFERS.search(one)]
        if said and sum(isinstance(step, str) for step in way) > 1:
            yield way, template, said[0]


def check_unknown_inside(life: Life, action: Action, way: Way, template: str, said: str) -> None:
    """Make or change a record with such a key in one place."""
    made, key = life.create(life.body(creator(life), 0)), life.records.absent_key(template)
    is_new = action is creator(life)
    body = life.body(action, 1) if is_new else life.naming(action, made, life.body(action, 1))
    if key is None or not isinstance(body, Mapping):
        return
    answer = life.send(action, made.values if is_new else life.path(action, made), with_value(body, way, key))
    if answer.ok:
        name = ".".join(step for step in way if isinstance(step, str))
        expected = f"{action.id} to refuse {name} {in_json(key)}, which no record has ({said})"
        raise Broken(expected, answer.describe(), answer)


def with_value(value: Any, way: Way, key: str) -> Any:
    """The body with a key in one place, as a number where a number stands there."""
    if not way:
        return int(key) if isinstance(value, int) and key.isdigit() else key
    if isinstance(value, list):
        return [with_value(item, way[1:], key) if at == way[0] else item for at, item in enumerate(value)]
    return {name: with_value(item, way[1:], key) if name == way[0] else item for name, item in value.items()}
