"""A member that is left out has the default that the contract declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

import pytest

from contract_tests.core.action import Action
from contract_tests.core.cases import Cases
from contract_tests.core.errors import Broken
from contract_tests.core.promises import promise
from contract_tests.core.schemas import common_members, is_hidden, is_stamp, merged_keywords
from contract_tests.core.words import in_json
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.comparing import same
from contract_tests.suites.records.kinds import body_of
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.looking import creator
from contract_tests.suites.records.test_updates import has_patch

pytestmark = pytest.mark.usefixtures("writable", "reserved")
PAGE: Final = "OpenAPI, Schema Object: default is what the server assumes where no value is sent"


@promise("A member that is left out has its declared default", page=PAGE, stage=21)
def test_defaults(made_kinds: list[Life]) -> None:
    """Of a record that is made, and of one that is replaced where there is a PATCH beside PUT."""
    cases = Cases()
    for life in made_kinds:
        makes = creator(life)
        replacing = [one for one in life.kind.updates if one.replaces and one is not makes and has_patch(life)]
        for action in (makes, *replacing):
            if known := defaults(life, action):
                with cases.case():
                    check_defaults(life, action, known)
    cases.settle(some=True, otherwise="no body of the contract has an optional member with a default")


def defaults(life: Life, action: Action) -> dict[str, Any]:
    """The default of each member that a body may leave out."""
    place = body_of(life.contract, action)
    required = merged_keywords(life.contract, place.value).get("required", ())
    return dict(declared_defaults(life, common_members(life.contract, place.value), required))


def declared_defaults(life: Life, members: Mapping[str, Any], required: Any) -> Iterator[tuple[str, Any]]:
    """The name and the default of optional members that travel both ways; a key can't be the same for all records."""
    for name, schema in members.items():
        keywords = merged_keywords(life.contract, schema)
        is_sent = not any(is_hidden(life.contract, schema, writing=writing) for writing in (True, False))
        if "default" in keywords and name not in required and is_sent and not is_stamp(name) and name != life.kind.key:
            yield name, keywords["default"]


def check_defaults(life: Life, action: Action, known: Mapping[str, Any]) -> None:
    """Make, or replace, a record with the least body, and read it."""
    is_new = action is creator(life)
    made = life.create(least(life, action) if is_new else life.body(creator(life), 1))
    answer = made.answer if is_new else life.change(action, life.path(action, made), least(life, action, made))[0]
    sent = made.sent if is_new else answer.sent.json
    if answer.ok and isinstance(sent, Mapping):
        left_out = {name: default for name, default in known.items() if name not in sent}
        life.eventually(partial(check_read, life, action, made, left_out))


def least(life: Life, action: Action, made: Made | None = None) -> Any:
    """A body of required members alone."""
    body = life.body(action, 3, optional=False)
    return life.naming(action, made, body) if made else body


def check_read(life: Life, action: Action, made: Made, known: Mapping[str, Any]) -> None:
    """Raise `Broken` where a read shows something other than a default; nothing at all may mean the default."""
    seen = life.look(made)
    shown = life.record_in(seen, made) or {}
    for name, default in known.items():
        held = shown.get(name)
        if held is not None and not same(default, held):
            expected = f"{action.id} to give {name}, which is left out, its default: {in_json(default)}"
            raise Broken(expected, in_json(held), made.answer, seen, in_order=True)
