"""Lists show each record once, page by page, chosen and ordered as they were asked to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest

from contract_tests.core.action import Action
from contract_tests.core.cases import Cases
from contract_tests.core.errors import Broken
from contract_tests.core.model import dig
from contract_tests.core.pages import SMALL, Walk
from contract_tests.core.promises import promise
from contract_tests.core.words import in_json
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.comparing import same
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.lists import check_total, is_chosen_unasked, listed_kinds

pytestmark = pytest.mark.usefixtures("writable", "reserved")
SECRET = re.compile(r"key|secret|token|password", re.IGNORECASE)
PAGE = "the parameters of the contract"


@promise("A list shows each record once, and all of them", page=PAGE, stage=26)
def test_lists_are_complete(made_kinds: list[Life]) -> None:
    """In one page or over all pages; the total is their number."""
    cases = Cases()
    for life, listing, made in listed_kinds(made_kinds):
        names = life.path(listing, made[0])
        with cases.case():
            life.eventually(partial(check_whole, life, listing, names, made))
        if listing.behaviour.page:
            with cases.case():
                life.eventually(partial(check_pages, life, listing, names))
    cases.settle(some=True)


def check_whole(life: Life, listing: Action, names: Mapping[str, str], made: list[Made]) -> Walk:
    """Every record of the list, in pages as large as they may be."""
    _, most = life.reader.limits(listing)
    walk = life.reader.walk(listing, names, {}, most)
    check_once(life, listing, walk)
    keys = {str(item.get(life.kind.key)) for item in walk.items}
    is_all = walk.whole and not is_chosen_unasked(life.contract, listing)
    if life.kind.key in next(iter(walk.items), {life.kind.key: ""}) and is_all and walk.pages:
        for one in made:
            if one.key not in keys and (listing.behaviour.page or len(walk.pages) == 1):
                expected = f"{listing.id} to list the record {one.key} that was made"
                raise Broken(expected, f"a list without it ({len(walk.items)} records)", one.answer, *walk.answers[-1:])
    for item in walk.items:
        for one in made:
            if life.is_named(item, one.key) and one.shown:
                check_shown(life, listing, one, item, walk)
    check_total(listing, walk, len(walk.items) if walk.whole else None)
    return walk


def check_shown(life: Life, listing: Action, made: Made, item: Mapping[str, Any], walk: Walk) -> None:
    """Raise `Broken` where the list shows a record in another way than its read."""
    answer = life.look(made)
    shown = life.record_in(answer, made)
    for name in sorted(life.settable & item.keys() & (shown or {}).keys()):
        if not item[name] and SECRET.search(name):
            continue  # a list need not show it
        if shown and not same(shown[name], item[name]):
            reader = life.kind.reader.id if life.kind.reader else ""
            expected = f"{listing.id} to show {name} of {made.key} as {reader} does: {in_json(shown[name])}"
            raise Broken(expected, in_json(item[name]), answer, *walk.answers[-1:])


def check_once(life: Life, listing: Action, walk: Walk) -> None:
    """Raise `Broken` where a record stands in a list twice."""
    counted = Counter(str(item[life.kind.key]) for item in walk.items if life.kind.key in item)
    twice = [key for key, count in counted.items() if count > 1]
    if twice:
        where = "over all pages" if len(walk.pages) > 1 else "in its list"
        raise Broken(
            f"{listing.id} to list each record once {where}",
            f"{twice[0]} {counted[twice[0]]} times",
            *walk.answers[-2:],
        )


def check_pages(life: Life, listing: Action, names: Mapping[str, str]) -> None:
    """Small pages have no more records than asked for, and together what one large page has."""
    least, most = life.reader.limits(listing)
    whole = life.reader.walk(listing, names, {}, most)
    size = max(SMALL, least, len(whole.items) // 15)
    limit = listing.behaviour.page.get("limit") or listing.behaviour.page.get("size")
    walk = life.reader.walk(listing, names, {}, size)
    for answer, items in walk.pages:
        if limit and len(items) > size:
            raise Broken(f"{listing.id} to keep {limit}={size}", f"{len(items)} records", answer)
    check_once(life, listing, walk)
    check_total(listing, walk, len(whole.items) if whole.whole else None)
    check_count_of_pages(listing, walk)
    check_default(life, listing, names, limit, len(whole.items))
    can_go_on = {"after", "offset", "number"} & listing.behaviour.page.keys()
    if not can_go_on or not walk.whole or not whole.whole:
        return
    keys = [{str(item.get(life.kind.key)) for item in one.items} for one in (whole, walk)]
    if left := sorted(keys[0] - keys[1]):
        how = ", ".join(listing.behaviour.page[part] for part in sorted(can_go_on))
        expected = f"the pages of {listing.id} (by {how}) to have every record of the list"
        raise Broken(expected, f"no page with {left[0]}", *whole.answers[:1], *walk.answers[-3:])


def check_count_of_pages(listing: Action, walk: Walk) -> None:
    """Raise `Broken` where a list says that it has more or fewer pages than it has."""
    place, filled = listing.place_of("$page.pages"), [items for _, items in walk.pages if items]
    for answer, _ in walk.pages[:1] if place is not None and walk.whole and filled else ():
        pages = dig(answer.json, place or ())
        if isinstance(pages, int) and not isinstance(pages, bool) and pages != len(filled):
            expected = f"{'.'.join(place or ())} of {listing.id} to be the number of pages: {len(filled)}"
            raise Broken(expected, str(pages), *walk.answers[:1], *walk.answers[-1:])


def check_default(life: Life, listing: Action, names: Mapping[str, str], limit: str | None, held: int) -> None:
    """Raise `Broken` where a page has more records than the default of its size, and the list has as many."""
    default = life.reader.keywords(listing.operation, limit).get("default") if limit else None
    if isinstance(default, int) and held > default:
        answer = life.reader.page(listing, names, {})
        if len(found := life.reader.items(listing, answer)) > default:
            expected = f"{listing.id} to list {default} records where no {limit} is sent, which is its default"
            raise Broken(expected, f"{len(found)} records", answer)
