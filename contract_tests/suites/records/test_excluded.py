"""Values that look right and that their schema excludes: a day that no calendar has, a text of another form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from contract_tests.core.action import Action
from contract_tests.core.cases import Cases
from contract_tests.core.document import Place
from contract_tests.core.errors import Broken
from contract_tests.core.promises import promise
from contract_tests.core.schemas import declared_members, fits, is_hidden, merged_keywords
from contract_tests.core.words import in_json
from contract_tests.suites.records.kinds import body_of
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.looking import creator

pytestmark = pytest.mark.usefixtures("writable", "reserved")
PAGE: Final = "the schemas of the contract"
WRONG: Final[Mapping[str, str]] = {"date": "2023-02-30", "date-time": "2023-02-30T10:00:00Z"}
"""By format, what a pattern of digits takes for one."""

ODD: Final = ("a", "A", "0", "a b", "0000000000000000x", "ä")
"""Texts of which a pattern excludes one at least."""

REFUSED: Final = (400, 422)


@promise("A value that its schema excludes by format or pattern is refused", page=PAGE, stage=23)
def test_excluded_values(made_kinds: list[Life]) -> None:
    """Each member of a body that can be made and changed, in a body that is valid otherwise."""
    cases = Cases()
    for life in made_kinds:
        for action in (creator(life), *(one for one in life.kind.updates if one is not creator(life))):
            for name, value in excluded(life, action):
                with cases.case():
                    check_excluded(life, action, name, value)
    cases.settle(some=True, otherwise="no body of the contract has a member with a date or a pattern")


def excluded(life: Life, action: Action) -> Iterator[tuple[str, str]]:
    """A wrong value for each member with a format of time or a pattern, where the contract documents its refusal."""
    if not {str(status) for status in REFUSED} & {*action.operation.statuses}:
        return
    for name, schema in declared_members(life.contract, body_of(life.contract, action).value).items():
        keywords = merged_keywords(life.contract, schema)
        known = [WRONG[str(keywords["format"])]] if keywords.get("format") in WRONG else []
        known += ODD if "pattern" in keywords else ()
        wrong = (one for one in known if not fits(life.contract, Place(schema), one, writing=True))
        if name != life.kind.key and not is_hidden(life.contract, schema, writing=True):
            yield from ((name, one) for one in [*wrong][:1])


def check_excluded(life: Life, action: Action, name: str, value: Any) -> None:
    """Raise `Broken` where a body with the value is accepted."""
    made = life.create(life.body(creator(life), 0))
    is_new = action is creator(life)
    names = made.values if is_new else life.path(action, made)
    body = life.body(action, 1, optional=action.replaces or is_new)
    if not isinstance(body, Mapping) or (is_new and action.operation.method != "POST"):
        return
    answer, _ = life.change(action, names, {**body, name: value})
    if answer.ok:
        expected = f"{action.id} to refuse an invalid input ({name}: {in_json(value)}, which its schema excludes)"
        raise Broken(expected, answer.describe(), answer)
