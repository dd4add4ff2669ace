"""A list is in the order that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any, Final

import pytest

from contract_tests.core.action import Action
from contract_tests.core.cases import Cases
from contract_tests.core.contract import Contract
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.promises import promise
from contract_tests.core.schemas import declared_members, fits, merged_keywords
from contract_tests.core.words import in_json
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.kinds import body_of, declared
from contract_tests.suites.records.life import REFUSALS, Life
from contract_tests.suites.records.lists import listed_kinds
from contract_tests.suites.records.ordering import Order, comparable, orders

pytestmark = pytest.mark.usefixtures("writable", "reserved")
PAGE: Final = "the parameters of the contract"
PLAIN: Final = ("mike", "alpha", "zulu", "echo")
"""Texts that every collation puts into one order."""

NOWHERE: Final = "contract_tests_no_such_field"
UNLISTED: Final = 8  # orders to try where the contract lists none


@promise("A list is in the order that was asked for", page=PAGE, stage=28)
def test_sorting(made_kinds: list[Life]) -> None:
    """Each order that the contract lists or names, by fields of numbers, times and plain texts."""
    cases, tried = Cases(), 0
    for life, listing, made in listed_kinds(made_kinds):
        found = list(orders(life.contract, life.reader, listing))
        with cases.case():
            make_plain(life, listing, made, {order.field for order in found})
        for order in promised(life, listing, made, found):
            tried += 1
            with cases.case():
                life.eventually(partial(check_order, life, listing, made, order))
    cases.settle(some=True)
    if not tried:
        raise NotChecked("the contract lists no orders")


def make_plain(life: Life, listing: Action, made: list[Made], fields: set[str]) -> None:
    """Make records whose texts can be compared, where the list is ordered by texts."""
    assert life.kind.create is not None
    place = body_of(life.contract, life.kind.create)
    texts = fields & declared_members(life.contract, place.value).keys() - {life.kind.key}
    is_below = life.kind.create.operation.method == "POST" and bool(listing.operation.path_names)
    for turn, text in enumerate(PLAIN):
        body = life.body(life.kind.create, turn)
        for name in texts & body.keys():
            ways = [{**body, name: one} for one in (text, text.upper()) if isinstance(body[name], str)]
            body = next((one for one in ways if fits(life.contract, place, one, writing=True)), body)
        if {text, text.upper()} & {one for one in body.values() if isinstance(one, str)}:
            life.create(body, made[0].values if is_below else None)


def promised(life: Life, listing: Action, made: list[Made], found: list[Order]) -> list[Order]:
    """Orders that the contract lists; others only where the target refuses a field that it does not have."""
    listed = [order for order in found if order.listed]
    others = [order for order in found if not order.listed][:UNLISTED]
    for order in others[:1]:
        query = {name: NOWHERE if value == order.field else value for name, value in order.query.items()}
        answer = life.reader.page(listing, life.path(listing, made[0]), query)
        return [*listed, *(others if answer.status in REFUSALS else ())]
    return listed


def check_order(life: Life, listing: Action, made: list[Made], order: Order) -> None:
    """Raise `Broken` where two neighbours that can be compared stand the other way round."""
    _, most = life.reader.limits(listing)
    walk = life.reader.walk(listing, life.path(listing, made[0]), order.query, most)
    values = [item.get(order.field) for item in walk.items]
    wrong = misplaced(values, comparable, descending=order.descending)
    schema = declared(life.contract, listing).get(order.field)
    if wrong and not is_in_enum_order(life.contract, schema, values, descending=order.descending):
        shown = f"{in_json(wrong[0])} before {in_json(wrong[1])}"
        raise Broken(f"{listing.id} to sort by {order.asked}", shown, *walk.answers[-1:])


def is_in_enum_order(contract: Contract, schema: Any, values: list[Any], *, descending: bool) -> bool:
    """Whether texts stand as the contract lists them, either way: `low`, `normal`, `high` has an order of its own."""
    texts = [str(one) for one in merged_keywords(contract, schema).get("enum") or ()] if schema else []
    ranks = (dict(zip(one, range(len(one)), strict=True)) for one in (texts, texts[::-1]))
    known = [value for value in values if isinstance(value, str)]
    return bool(texts) and any(misplaced(known, rank.get, descending=descending) is None for rank in ranks)


def misplaced(values: list[Any], rank: Callable[[Any], Any], *, descending: bool) -> tuple[Any, Any] | None:
    """The first two neighbours, of those that can be compared, that stand the other way round."""
    ranks = [(value, rank(value)) for value in values]
    ranks = [(value, found) for value, found in ranks if found is not None]
    for (one, first), (two, second) in pairwise(ranks):
        if is_comparable(first, second) and first != second and (first > second) != descending:
            return one, two
    return None


def is_comparable(one: Any, other: Any) -> bool:
    """Whether two ranks are of one kind: whether capitals come before small letters, each collation says for itself."""
    are_texts = isinstance(one, str) and isinstance(other, str)
    return type(one) is type(other) and not (are_texts and one.islower() != other.islower())
