"""A number that the contract calls that of the records below another is their number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Final

import pytest

from contract_tests.core.action import Action
from contract_tests.core.cases import Cases
from contract_tests.core.creation import singular
from contract_tests.core.errors import Broken
from contract_tests.core.operation import nameless
from contract_tests.core.promises import promise
from contract_tests.core.schemas import kinds_of, merged_keywords, words_in
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.kinds import declared
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.looking import creator

pytestmark = pytest.mark.usefixtures("writable", "reserved")
NUMBER: Final = re.compile(r"\b(?:number|count) of (?:all |its |the )*(\w+)", re.IGNORECASE)
"""Words after which the records stand that are counted; with one between, only some of them are."""


@promise("A number of records is that of the records there are", page="the descriptions of the contract", stage=26)
def test_counts(made_kinds: list[Life]) -> None:
    """With two records below one of this run, then with one of them removed."""
    cases = Cases()
    for child in made_kinds:
        for parent in made_kinds:
            for name in counted(parent, child):
                with cases.case():
                    check_count(parent, child, name)
    cases.settle(some=True, otherwise="the contract has no member that it calls the number of records below another")


def counted(parent: Life, child: Life) -> Iterator[str]:
    """The members of the one that are the number of the other below it."""
    made, read = creator(child).operation, parent.kind.read
    folder = nameless(made.path).rstrip("/")
    if read is None or made.method != "POST" or folder.rpartition("/")[0] != nameless(read.operation.path):
        return
    noun = singular(folder.rpartition("/")[2].lower())
    for name, schema in declared(parent.contract, read).items():
        said = NUMBER.search(str(merged_keywords(parent.contract, schema).get("description", "")))
        words = {singular(step) for step in words_in(name)}
        is_number = "integer" in kinds_of(parent.contract, schema)
        if said and is_number and noun in words and singular(said[1].lower()) == noun and child.kind.lists:
            yield name


def check_count(parent: Life, child: Life, name: str) -> None:
    """Compare the number with the list."""
    first = child.create(child.body(creator(child), 0))
    second = child.create(child.body(creator(child), 1), first.values)
    child.eventually(partial(compare, parent, child, first, name, creator(child)))
    if child.kind.remove and child.send(child.kind.remove, child.path(child.kind.remove, second)).ok:
        child.eventually(partial(compare, parent, child, first, name, child.kind.remove))


def compare(parent: Life, child: Life, made: Made, name: str, after: Action) -> None:
    """Raise `Broken` where the number is another than that of the records which the list has."""
    read, listing = parent.kind.read, child.kind.lists[0]
    assert read is not None
    seen = parent.send(read, dict(zip(read.operation.path_names, made.values.values(), strict=False)))
    count = parent.shown(read, seen).get(name)
    walk = child.reader.walk(listing, child.path(listing, made), {}, child.reader.limits(listing)[1])
    if walk.whole and isinstance(count, int) and not isinstance(count, bool) and count != len(walk.items):
        expected = (
            f"{name} of {read.id} to be the number of records in {listing.id} after {after.id}: {len(walk.items)}"
        )
        raise Broken(expected, str(count), made.answer, *walk.answers[-1:], seen, in_order=True)
