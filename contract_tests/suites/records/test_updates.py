"""What is sent comes back: records that are changed, member by member or as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

import pytest

from contract_tests.core.action import Action
from contract_tests.core.cases import Cases
from contract_tests.core.errors import Broken
from contract_tests.core.promises import promise
from contract_tests.core.schemas import declared_members, item_of
from contract_tests.core.words import ABSENT, in_json
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.comparing import is_time_of_change, same
from contract_tests.suites.records.kinds import body_of, required
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.looking import PAGE, check_neighbour, creator, look, must_act
from contract_tests.suites.records.showing import check_as_sent, check_names, differences
from contract_tests.suites.records.values import TURNS

pytestmark = pytest.mark.usefixtures("writable", "reserved")
MERGE_PATCH = "application/merge-patch+json"
MERGED = "RFC 7396, section 2: a merge patch changes what it names"
REPLACED = "RFC 9110, section 9.3.4: PUT replaces the state of its target"


@promise("A record that was changed is shown as it was sent, and nothing else has changed", page=PAGE, stage=21)
def test_updated_records(made_kinds: list[Life]) -> None:
    """All members together, with PATCH each by itself as well; the rest of the record and its neighbours stay."""
    cases = Cases()
    for life in made_kinds:
        for action in life.kind.updates:
            with cases.case():
                check_updates(life, action, cases)
    cases.settle(some=True)


def check_updates(life: Life, action: Action, cases: Cases) -> None:
    """Every turn of one operation on one record, beside a neighbour."""
    above = None
    neighbour = life.create(life.body(creator(life), 4))  # unlike what the first turns send
    if creator(life).operation.path_names and creator(life).operation.method == "POST":
        above = neighbour.values
    made = life.create(life.body(creator(life), 1), above)
    beside = look(life, neighbour, {})
    for turn, body in life.in_time([*enumerate(bodies(life, action))]):
        with cases.case():
            check_update(life, action, life.latest(made), body)
        if turn in {0, TURNS - 1} and neighbour.key != made.key:  # equal bodies may make one record
            with cases.case():
                check_neighbour(life, action, neighbour, beside)
    if action.replaces and has_patch(life):
        with cases.case():
            check_replacement(life, action, life.latest(made))
    if merges(action):
        with cases.case():
            check_merge(life, action, life.latest(made))


def bodies(life: Life, action: Action) -> list[dict[str, Any]]:
    """The bodies to send: whole ones for PUT; for PATCH several members at once, then each by itself with all of its
    values."""
    whole = [life.body(action, turn) for turn in life.turns]
    known = [body for body in whole if isinstance(body, Mapping)]
    if action.replaces:
        return [dict(body) for body in known]
    required = life.body(action, 0, optional=False)
    kept = dict(required) if isinstance(required, Mapping) and len(required) < len(known[0] if known else ()) else {}
    edits = set() if merges(action) else lists_of_objects(life, action)
    by_member: list[list[dict[str, Any]]] = []
    for name in dict.fromkeys(name for body in known for name in body):
        changes = [
            {**kept, name: body[name]} for body in known if name in body and (body[name] != [] or name not in edits)
        ]
        nulls = [{**kept, name: None}] if life.values.takes_null(body_of(life.contract, action), name) else []
        by_member.append([*changes[:1], *nulls, *changes[1:]])
    in_turns = [change for turn in zip_longest(*by_member) for change in turn if change is not None]
    several = [{name: value for name, value in body.items() if value != [] or name not in edits} for body in known[-1:]]
    found = [*several, *in_turns]
    return [change for at, change in enumerate(found) if change not in found[:at]]


def lists_of_objects(life: Life, action: Action) -> set[str]:
    """The members that are lists of objects: those of a PATCH may be edits, and an empty list of edits none."""
    members = declared_members(life.contract, body_of(life.contract, action).value)
    items = ((name, item_of(life.contract, schema)) for name, schema in members.items())
    return {name for name, item in items if item is not None and declared_members(life.contract, item)}


def check_update(life: Life, action: Action, made: Made, body: dict[str, Any]) -> None:
    """One change: what its answer shows, what a read shows, and what must have stayed."""
    before, body = look(life, made, {}), life.naming(action, made, body)
    answer, body = life.change(action, life.path(action, made), body)
    if answer.status in {400, 403, 409, 413, 422}:
        life.refused[action.id] = answer.describe()
        return
    must_act(life, action, "change", made, answer)
    record = action.record_sent(body)
    sent = record if isinstance(record, Mapping) else {}
    shown = life.shown(action, answer)
    was, made = made.key, life.after(made, body, shown)
    if shown:
        check_names(life, action, life.path(action, made), shown, answer)
        check_as_sent(life, action, sent, shown, answer)
    after = look(life, made, sent, answer, by=action.id)
    if not action.replaces:
        for name, old, new in differences(life, before, after):
            has_new_key = was != made.key and made.key in str(new)  # it may stand elsewhere, too
            if name not in sent and not has_new_key and not is_time_of_change(name):
                expected = f"{action.id} to leave {name} as it was: {in_json(old)}"
                raise Broken(expected, in_json(new), answer, life.look(made), in_order=True)
    for listing in life.kind.lists[:1]:
        check_listed(life, listing, made, sent, answer, action.id)


def check_listed(life: Life, listing: Action, made: Made, body: Mapping[str, Any], answer: Any, by: str) -> None:
    """Raise `Broken` where a list shows the record as it was before."""
    names = life.path(listing, made)

    def check() -> None:
        page = life.reader.page(listing, names, {})
        item = next((one for one in life.reader.items(listing, page) if life.is_named(one, made.key)), None)
        if item is not None:
            check_as_sent(life, listing, body, item, answer, page, by=by)

    life.eventually(check)


def has_patch(life: Life) -> bool:
    """Whether there is a PATCH beside PUT, so that the two can't be meant to do the same."""
    return any(action.operation.method == "PATCH" for action in life.kind.updates)


def check_replacement(life: Life, action: Action, made: Made) -> None:
    """Raise `Broken` where a PUT keeps what its body leaves out (RFC 9110, section 9.3.4)."""
    whole, least = (life.naming(action, made, life.body(action, at, optional=at == 2)) for at in (2, 3))
    if not isinstance(whole, Mapping) or not isinstance(least, Mapping):
        return
    first, whole = life.change(action, life.path(action, made), whole)
    kept = look(life, made, {})
    second, least = life.change(action, life.path(action, made), least)
    if not (first.ok and second.ok):
        return
    shown, reader = look(life, made, least, second), life.kind.reader
    must_be_there = required(life.contract, reader) if reader else frozenset()  # kept or not, it has some value
    for name, value in whole.items():
        is_telling = isinstance(value, str | list | float) and value and same(value, kept.get(name, ABSENT))
        if (
            name not in least
            and name != life.kind.key
            and name not in must_be_there
            and is_telling
            and same(value, shown.get(name, ABSENT))
            and not life.values.is_choice(body_of(life.contract, action), name)
        ):
            expected = f"{action.id} to replace the record: no {name} of before ({REPLACED})"
            raise Broken(expected, in_json(shown.get(name)), first, second, life.look(made), in_order=True)


def merges(action: Action) -> bool:
    """Whether it takes JSON Merge Patch by its media type."""
    body = action.operation.declared.body
    return body is not None and any(name.startswith(MERGE_PATCH) for name in body.media_types)


def check_merge(life: Life, action: Action, made: Made) -> None:
    """Raise `Broken` where a patch of one member of an object changes the others (RFC 7396)."""
    whole, other = life.body(action, 1), life.body(action, 2)
    objects = [name for name, inner in whole.items() if isinstance(inner, Mapping) and inner and name in other]
    for name in objects:
        less = life.values.part(body_of(life.contract, action), name, other[name])
        first = life.send(action, life.path(action, made), life.naming(action, made, {name: whole[name]}))
        before = look(life, made, {}).get(name)
        second = life.send(action, life.path(action, made), life.naming(action, made, {name: less}))
        after = look(life, made, {name: less}, second, by=action.id).get(name)
        if not (first.ok and second.ok and isinstance(before, Mapping) and isinstance(after, Mapping)):
            continue
        for key in before.keys() & whole[name].keys() - less.keys():
            if not same(before[key], after.get(key, ABSENT)):
                expected = f"{action.id} to merge: {name}.{key} stays {in_json(before[key])} ({MERGED})"
                raise Broken(expected, in_json(after.get(key, ABSENT)), first, second, life.look(made), in_order=True)
