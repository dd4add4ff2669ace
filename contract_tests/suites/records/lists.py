"""Lists with records that were made for them, and what they say of their number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from contract_tests.core.action import Action
from contract_tests.core.answer import Answer
from contract_tests.core.contract import Contract
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.model import dig
from contract_tests.core.pages import Walk
from contract_tests.core.schemas import merged_keywords
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.choosing import filters_of
from contract_tests.suites.records.life import Life

MANY: Final = 5  # records of a kind, so that they fill several pages
TOTAL: Final = re.compile(r"(x-)?(pagination-)?total(-(count|results|items|records|elements))?", re.IGNORECASE)
"""Headers with the number of all records of a list."""


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
    together = max(siblings(life, listing), key=len, default=[])
    if len(together) < MANY:
        first = together[0] if together else life.create(life.body(life.kind.create, 0))
        is_child = life.kind.create.operation.method == "POST" and bool(listing.operation.path_names)
        for turn in range(len(together) or 1, MANY):
            life.create(life.body(life.kind.create, turn), first.values if is_child else None)
        together = next(group for group in siblings(life, listing) if first in group)
    return together


def is_chosen_unasked(contract: Contract, listing: Action) -> bool:
    """Whether a list that is asked for nothing shows a part of the records: those with the default of a filter, or with
    the value that it requires, or none of them."""
    chosen = {one.parameter for one in filters_of(listing.operation, listing.behaviour.list)}
    parameters = [one for one in listing.operation.parameters if one.location == "query"]
    limit = listing.behaviour.page.get("limit")
    return any(
        (one.name in chosen and (one.required or "default" in merged_keywords(contract, one.schema)))
        or (one.name == limit and merged_keywords(contract, one.schema).get("default") == 0)
        for one in parameters
    )


def siblings(life: Life, listing: Action) -> list[list[Made]]:
    """The records that were made, those together that one list shows."""
    groups: dict[tuple[str, ...], list[Made]] = {}
    for made in life.made:
        groups.setdefault(tuple(life.path(listing, made).values()), []).append(made)
    return list(groups.values())


def walk_with(life: Life, listing: Action, made: list[Made], query: Mapping[str, Any]) -> Walk | None:
    """The records of a list for a query; None where the target refuses it."""
    walk = life.reader.walk(listing, life.path(listing, made[0]), query, life.reader.limits(listing)[1])
    if not walk.pages:
        life.refused[listing.id] = f"{query} is refused"
        return None
    return walk


def check_total(listing: Action, walk: Walk, count: int | None) -> None:
    """Raise `Broken` where a total, in the body or in a header, is not the number of records."""
    for answer, _ in walk.pages[:1] if count is not None else ():
        for label, total in totals(listing, answer):
            if total != count:
                expected = f"{label} of {listing.id} to be the number of records: {count} (total)"
                raise Broken(expected, str(total), *walk.answers[:2])


def totals(listing: Action, answer: Answer) -> Iterator[tuple[str, int]]:
    """Each total that an answer has, and where it stands."""
    place = listing.place_of("$total")
    total = dig(answer.json, place) if place is not None else None
    if place is not None and isinstance(total, int) and not isinstance(total, bool):
        yield ".".join(place), total
    response = listing.operation.response_for(answer.status)
    for name in response.headers if response else ():
        value = answer.headers.get(name.lower(), "")
        if TOTAL.fullmatch(name) and value.isdigit():
            yield name, int(value)
