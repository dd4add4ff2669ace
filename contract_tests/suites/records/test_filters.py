"""The filters and the search of a list choose the records that they say, and no others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final

import pytest

from contract_tests.core.action import Action
from contract_tests.core.cases import Cases
from contract_tests.core.document import Place
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.promises import promise
from contract_tests.core.schemas import fits
from contract_tests.core.words import in_json
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.choosing import Filter, filters_of, values_to_ask
from contract_tests.suites.records.kinds import body_of
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.lists import check_total, listed_kinds, walk_with

pytestmark = pytest.mark.usefixtures("writable", "reserved")
PAGE: Final = "the parameters of the contract"
ASKED: Final = 4  # values of one filter
PAIR: Final = 2


@promise("A filter chooses the records that have its value, and no others", page=PAGE, stage=27)
def test_filters(made_kinds: list[Life]) -> None:
    """Each declared filter that is named like a field, or like a bound of one, with the values of records made."""
    cases, tried = Cases(), 0
    for life, listing, made in listed_kinds(made_kinds):
        filters = list(filters_of(listing.operation, listing.behaviour.list))
        shown = shown_of(life, made)
        shown |= shown_of(life, longer(life, made, filters, shown))
        for chosen in filters:
            tried += 1
            with cases.case():
                life.eventually(partial(check_filter, life, listing, chosen, made, shown))
        with cases.case():
            life.eventually(partial(check_together, life, listing, filters, made, shown))
    cases.settle(some=True)
    if not tried:
        raise NotChecked("the contract declares no filter that is named like a field")


def shown_of(life: Life, made: Iterable[Made]) -> dict[str, Mapping[str, Any]]:
    """By key, how a read shows each record."""
    return {one.key: life.record_in(life.look(one), one) or {} for one in made}


def longer(
    life: Life, made: list[Made], filters: list[Filter], shown: Mapping[str, Mapping[str, Any]]
) -> Iterator[Made]:
    """For each filter that says that it is exact, a record whose text begins with one that it is asked for."""
    assert life.kind.create is not None
    place, above = body_of(life.contract, life.kind.create), made[0].values
    for chosen in (one for one in filters if one.is_exact):
        texts = [one for one in values_to_ask(chosen, [*shown.values()])[:ASKED] if isinstance(one, str)]
        bodies = ({**life.body(life.kind.create, 0), chosen.field: f"{text} more"} for text in texts)
        fitting = (body for body in bodies if fits(life.contract, place, body, writing=True))
        if (body := next(fitting, None)) is not None:
            with suppress(NotChecked):
                yield life.create(body, above if life.kind.create.operation.path_names else None)


def check_filter(
    life: Life, listing: Action, chosen: Filter, made: list[Made], shown: Mapping[str, Mapping[str, Any]]
) -> None:
    """Several values, each by itself, and two together where the filter takes a list."""
    values = [one for one in values_to_ask(chosen, [*shown.values()]) if is_askable(life, listing, chosen, one)]
    asked: list[Any] = [*values[:ASKED], *unused(life, listing, chosen, values)]
    if takes_list(life, listing, chosen) and len(values) >= PAIR and chosen.test != "contains":
        asked = [*asked, values[:PAIR]]
    for value in asked:
        walk = walk_with(life, listing, made, {chosen.parameter: value})
        if walk is None:
            continue
        said = f"{listing.id} with {chosen.parameter}={as_asked(value)}"
        for item in walk.items:
            if chosen.chooses(item, value) is False:
                expected = f"{said} to filter: every {chosen.field} {chosen.words} {as_asked(value)}"
                raise Broken(expected, in_json(chosen.of(item)), *walk.answers[-1:])
        keys = {str(item.get(life.kind.key)) for item in walk.items}
        for key, record in shown.items():
            if walk.whole and key not in keys and chosen.chooses(record, value):
                expected = f"{said} to list {key}, whose {chosen.field} is {in_json(chosen.of(record))} (filter)"
                raise Broken(expected, f"a list without it ({len(walk.items)} records)", *walk.answers[-1:])
        check_total(listing, walk, len(walk.items) if walk.whole else None)


def unused(life: Life, listing: Action, chosen: Filter, used: list[Any]) -> list[Any]:
    """Values that the contract lists for a filter and that none of the records has."""
    listed = life.reader.keywords(listing.operation, chosen.parameter).get("enum") or []
    return [one for one in listed if one not in used and one is not None][:PAIR]


def check_together(
    life: Life, listing: Action, filters: list[Filter], made: list[Made], shown: Mapping[str, Mapping[str, Any]]
) -> None:
    """Raise `Broken` where a record is listed that only one of two filters chooses."""
    for record in shown.values():
        known = {one: values_to_ask(one, [record])[:1] for one in filters}
        both = [
            (one, values[0]) for one, values in known.items() if values and is_askable(life, listing, one, values[0])
        ]
        pair = both[:PAIR]
        if len({one.parameter for one, _ in pair}) == PAIR:
            walk = walk_with(life, listing, made, {one.parameter: value for one, value in pair})
            said = " and ".join(f"{one.parameter}={as_asked(value)}" for one, value in pair)
            for item in walk.items if walk else ():
                for one, value in pair:
                    if one.chooses(item, value) is False:
                        expected = f"{listing.id} with {said} to filter by both: every {one.field} {one.words} {value}"
                        raise Broken(expected, in_json(one.of(item)), *walk.answers[-1:] if walk else ())
            return


def is_askable(life: Life, listing: Action, chosen: Filter, value: Any) -> bool:
    """Whether the contract lets the filter have a value."""
    one = life.reader.parameter(listing.operation, chosen.parameter)
    wanted = [value] if takes_list(life, listing, chosen) else value
    return one is None or one.schema is None or fits(life.contract, Place(one.schema), wanted, writing=True)


def takes_list(life: Life, listing: Action, chosen: Filter) -> bool:
    """Whether a filter takes several values."""
    return life.reader.keywords(listing.operation, chosen.parameter).get("type") == "array"


def as_asked(value: Any) -> str:
    """A value, or several, as a message has them."""
    return " or ".join(map(str, value)) if isinstance(value, list) else str(value)
