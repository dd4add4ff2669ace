"""Members that are readOnly keep the server's value, whatever a client sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest

from contract_tests.core.action import Action
from contract_tests.core.cases import Cases
from contract_tests.core.errors import Broken
from contract_tests.core.promises import promise
from contract_tests.core.schemas import declared_members, is_hidden
from contract_tests.core.words import ABSENT, in_json
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.comparing import same
from contract_tests.suites.records.kinds import body_of
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.looking import creator

pytestmark = pytest.mark.usefixtures("writable", "reserved")
PAGE: Final = "OpenAPI, Schema Object: readOnly members are not part of a request"


@promise("A readOnly member is not what a client sends", page=PAGE, stage=23)
def test_read_only_members(made_kinds: list[Life]) -> None:
    """Sent with a record that is made, and with each of its updates: refused, or left as it is."""
    cases = Cases()
    for life in made_kinds:
        for action in (creator(life), *life.kind.updates):
            if sent := read_only(life, action):
                with cases.case():
                    check_unsendable(life, action, sent)
    cases.settle(some=True, otherwise="no body of the contract has a readOnly member")


def read_only(life: Life, action: Action) -> dict[str, Any]:
    """A telling value for each readOnly member that a body of the operation has."""
    members = declared_members(life.contract, body_of(life.contract, action).value)
    can_have_key = action is creator(life) and action.operation.method == "POST"  # that of an update is in its path
    found: dict[str, Any] = {}
    for name, schema in members.items():
        if is_hidden(life.contract, schema, writing=True) and (can_have_key or name != life.kind.key):
            values = [value for value in life.values.choices(schema) if is_telling(value)]
            found |= {name: values[-1]} if values else {}
    return found


def is_telling(value: Any) -> bool:
    """Whether a server would hardly have the value by itself."""
    return not isinstance(value, bool) and isinstance(value, str | int | float) and value not in ("", 0, 1)


def check_unsendable(life: Life, action: Action, sent: Mapping[str, Any]) -> None:
    """Raise `Broken` where a value that was sent has become the record's."""
    is_create = action is creator(life)
    made = life.create({**life.body(creator(life), 0), **(sent if is_create else {})})
    before = life.record_in(life.look(made), made) or {}
    if is_create and not sent.keys() <= made.sent.keys():
        return  # it was refused, and then made without them
    if is_create:
        check_left(life, action, made, sent, {}, made.answer)
        return
    answer, body = life.change(action, life.path(action, made), {**life.body(action, 1), **sent})
    if answer.ok:
        check_left(life, action, made, {name: body[name] for name in sent}, before, answer)


def check_left(
    life: Life, action: Action, made: Made, sent: Mapping[str, Any], before: Mapping[str, Any], answer: Any
) -> None:
    """Raise `Broken` where a read shows what was sent, and did not before."""
    seen = life.look(made)
    shown = life.record_in(seen, made) or {}
    for name, value in sent.items():
        held = shown.get(name, ABSENT)
        if same(value, held) and not same(value, before.get(name, ABSENT)):
            expected = f"{action.id} to ignore {name}, which is readOnly, or to refuse it"
            raise Broken(expected, f"{in_json(held)} is stored", answer, seen, in_order=True)
