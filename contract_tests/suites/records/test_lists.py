"""Lists show each record once, page by page, chosen and ordered as they were asked to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from contract_tests.core.cases import Cases
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.model import dig, root
from contract_tests.core.promises import promise
from contract_tests.suites.records.comparing import as_text, instant, same
from contract_tests.suites.records.kinds import Action
from contract_tests.suites.records.life import Life, Made
from contract_tests.suites.records.pages import SMALL, Walk

pytestmark = pytest.mark.usefixtures("writable", "reserved")
PAGE = "the parameters of the contract"
MANY = 5  # records of a kind, so that they fill several pages
NOT_EQUAL = object()


def listed_kinds(kinds: list[Life]) -> list[tuple[Life, Action, list[Made]]]:
    """Every list of records that can be made, with some of them."""
    found = []
    for life in kinds:
        for listing in life.kind.lists:
            try:
                found.append((life, listing, records_for(life, listing)))
            except NotChecked as error:
                life.refused[listing.id] = error.reason
    if not found:
        reasons = [reason for life in kinds for reason in life.refused.values()]
        raise NotChecked(next(iter(reasons), "no list shows records that can be made"))
    return found


def records_for(life: Life, listing: Action) -> list[Made]:
    """Records that the list must show: of one parent where it lies below one, those already made included."""
    assert life.kind.create is not None
    gone = {made.key for made in life.made if life.record_in(life.look(made), made) is None} if life.made else set()
    life.made[:] = [made for made in life.made if made.key not in gone]
    first = life.create(life.body(life.kind.create, 0))
    is_child = life.kind.create.operation.method == "POST" and bool(listing.operation.path_names)
    above = first.values if is_child else None
    for turn in range(1, MANY):
        life.create(life.body(life.kind.create, turn), above)
    wanted = life.path(listing, first)
    return [made for made in life.made if life.path(listing, made) == wanted]


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
    if life.kind.key in next(iter(walk.items), {life.kind.key: ""}) and walk.whole and walk.pages:
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
        if shown and not same(shown[name], item[name]):
            reader = life.kind.reader.id if life.kind.reader else ""
            expected = f"{listing.id} to show {name} of {made.key} as {reader} does: {as_text(shown[name])}"
            raise Broken(expected, as_text(item[name]), answer, *walk.answers[-1:])


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


def check_total(listing: Action, walk: Walk, count: int | None) -> None:
    """Raise `Broken` where the total is not the number of records."""
    place = listing.place_of("$total")
    if place is None or count is None:
        return
    for answer, _ in walk.pages[:1]:
        total = dig(answer.json, place)
        if isinstance(total, int) and not isinstance(total, bool) and total != count:
            expected = f"{'.'.join(place)} of {listing.id} to be the number of records: {count} (total)"
            raise Broken(expected, str(total), *walk.answers[:2])


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
    can_go_on = {"after", "offset", "number"} & listing.behaviour.page.keys()
    if not can_go_on or not walk.whole or not whole.whole:
        return
    keys = [{str(item.get(life.kind.key)) for item in one.items} for one in (whole, walk)]
    if left := sorted(keys[0] - keys[1]):
        how = ", ".join(listing.behaviour.page[part] for part in sorted(can_go_on))
        expected = f"the pages of {listing.id} (by {how}) to have every record of the list"
        raise Broken(expected, f"no page with {left[0]}", *whole.answers[:1], *walk.answers[-3:])


@promise("A filter chooses the records that have its value, and no others", page=PAGE, stage=27)
def test_filters(made_kinds: list[Life]) -> None:
    """Each declared filter that is named like a field, with the values of records that were made."""
    cases, tried = Cases(), 0
    for life, listing, made in listed_kinds(made_kinds):
        query = listing.behaviour.list
        for field, expression in (query.filters if query else {}).items():
            place, parameter = root(expression)
            if place == "query":
                tried += 1
                with cases.case():
                    life.eventually(partial(check_filter, life, listing, field, parameter, made))
    cases.settle(some=True)
    if not tried:
        raise NotChecked("the contract declares no filter that is named like a field")


def check_filter(life: Life, listing: Action, field: str, parameter: str, made: list[Made]) -> None:
    """Two values at least, each by itself."""
    names, (_, most) = life.path(listing, made[0]), life.reader.limits(listing)
    shown = {one.key: life.record_in(life.look(one), one) or {} for one in made}
    values = list(dict.fromkeys(value for record in shown.values() if is_filter(value := record.get(field))))
    for value in values[:4]:
        walk = life.reader.walk(listing, names, {parameter: value}, most)
        if not walk.pages:
            life.refused[listing.id] = f"{parameter}={value} is refused"
            continue
        for item in walk.items:
            if field in item and not same(item[field], value) and not same(str(item[field]), str(value)):
                expected = f"{listing.id} with {parameter}={value} to filter: every {field} is {as_text(value)}"
                raise Broken(expected, as_text(item[field]), *walk.answers[-1:])
        keys = {str(item.get(life.kind.key)) for item in walk.items}
        missing = [key for key, record in shown.items() if same(record.get(field), value) and key not in keys]
        if missing and walk.whole:
            asked = f"{listing.id} with {parameter}={value}"
            expected = f"{asked} to list {missing[0]}, whose {field} is {as_text(value)} (filter)"
            raise Broken(expected, f"a list without it ({len(walk.items)} records)", *walk.answers[-1:])
        check_total(listing, walk, len(walk.items) if walk.whole else None)


def is_filter(value: Any) -> bool:
    """Whether a value can stand in a query as it is."""
    return isinstance(value, bool | int) or (isinstance(value, str) and bool(value.strip()) and len(value) < 60)


@promise("A list is in the order that was asked for", page=PAGE, stage=28)
def test_sorting(made_kinds: list[Life]) -> None:
    """Each order that the contract lists, by fields of numbers, times and plain texts."""
    cases, tried = Cases(), 0
    for life, listing, made in listed_kinds(made_kinds):
        parameter = listing.behaviour.page.get("sort")
        for order in life.reader.keywords(listing.operation, parameter).get("enum", ()) if parameter else ():
            if isinstance(order, str) and (key := order_of(order)):
                tried += 1
                with cases.case():
                    check_order(life, listing, made, {str(parameter): order}, *key)
    cases.settle(some=True)
    if not tried:
        raise NotChecked("the contract lists no orders")


def order_of(order: str) -> tuple[str, bool] | None:
    """The field, and whether the order is descending: `-age`, `age:desc`, `age desc`, `age`."""
    name = order.replace(" ", ":").replace(",", ":")
    field, _, direction = name.lstrip("+-").partition(":")
    if direction.lower() not in {"", "asc", "desc", "ascending", "descending"} or not field:
        return None
    return field, name.startswith("-") or direction.lower().startswith("desc")


def check_order(
    life: Life, listing: Action, made: list[Made], query: Mapping[str, Any], field: str, descending: bool
) -> None:
    """Raise `Broken` where two neighbours that can be compared stand the other way round."""
    _, most = life.reader.limits(listing)
    walk = life.reader.walk(listing, life.path(listing, made[0]), query, most)
    ranks = [(item, comparable(item.get(field))) for item in walk.items]
    ranks = [(item, rank) for item, rank in ranks if rank is not None]
    for (one, first), (two, second) in pairwise(ranks):
        if type(first) is type(second) and first != second and (first > second) != descending:  # type: ignore[operator]
            shown = f"{as_text(one[field])} before {as_text(two[field])}"
            expected = f"{listing.id} to sort by {next(iter(query.values()))}"
            raise Broken(expected, shown, *walk.answers[-1:])


def comparable(value: Any) -> float | str | None:
    """A rank that every collation agrees on: of numbers, instants, and texts of small letters alone."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        moment = instant(value)
        if moment is not None:
            return moment.timestamp()
        return value if value.isascii() and value.isalpha() and value.islower() else None
    return None
