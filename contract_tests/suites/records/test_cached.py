"""A read with If-None-Match is answered with 304 as long as the record is as it was, and no longer."""

from __future__ import annotations

from typing import Final

import pytest

from contract_tests.core.answer import Answer
from contract_tests.core.cases import Cases
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.promises import promise
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.looking import creator
from contract_tests.suites.records.test_conflicts import tag_of

pytestmark = pytest.mark.usefixtures("writable", "reserved")
IF_NONE_MATCH: Final = "If-None-Match"
UNCHANGED: Final = 304
UNKNOWN: Final = '"contract-tests"'
"""An ETag that no record has."""


@promise("A record is answered with 304 to who has it already, and to nobody else", page="RFC 9110, section 13.1.2",
         stage=29)  # fmt: skip
def test_conditional_reads(made_kinds: list[Life]) -> None:
    """Where a read documents 304, and the record has an ETag: the current one, one of nothing, then an old one."""
    cases = Cases()
    for life in made_kinds:
        if life.kind.read and str(UNCHANGED) in life.kind.read.operation.statuses:
            with cases.case():
                check_conditional(life)
    cases.settle(some=True, otherwise="the contract has no read of a record that documents 304")


def check_conditional(life: Life) -> None:
    """Read a record with its ETag, and with others."""
    made = life.create(life.body(creator(life), 0))
    first, again = life.look(made), life.look(made)
    tag = tag_of(first)
    if not tag or tag != tag_of(again):
        raise NotChecked(f"{life.kind} have no ETag that stays")
    known = read(life, made, tag)
    if known.status != UNCHANGED:
        expected = f"304 to {IF_NONE_MATCH}: {tag}, the ETag that the record has"
        raise Broken(expected, known.describe(), again, known, in_order=True)
    other = read(life, made, UNKNOWN)
    if other.status == UNCHANGED:
        expected = f"the record to {IF_NONE_MATCH}: {UNKNOWN}, which is not its ETag ({tag})"
        raise Broken(expected, other.describe(), again, other, in_order=True)
    for update in life.kind.updates[:1]:
        changed, _ = life.change(update, life.path(update, made), life.naming(update, made, life.body(update, 1)))
        if changed.ok and tag_of(life.look(made)) != tag and (old := read(life, made, tag)).status == UNCHANGED:
            expected = f"the record to {IF_NONE_MATCH}: {tag}, an ETag that it had before {update.id} has changed it"
            raise Broken(expected, old.describe(), changed, old, in_order=True)


def read(life: Life, made: Made, tag: str) -> Answer:
    """Read the record unless it has the tag."""
    assert life.kind.read is not None
    return life.send(life.kind.read, life.path(life.kind.read, made), headers={IF_NONE_MATCH: tag})
