"""What is sent comes back: records that are made, changed and removed, one kind after the other."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from contract_tests.core.action import Action
from contract_tests.core.answer import Answer
from contract_tests.core.cases import Cases
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.promises import promise
from contract_tests.core.schemas import declared_members, item_of
from contract_tests.core.target import Token
from contract_tests.suites.records.comparing import ABSENT, as_text, same
from contract_tests.suites.records.kinds import body_of
from contract_tests.suites.records.life import GONE, Life, Made
from contract_tests.suites.records.values import TURNS

pytestmark = pytest.mark.usefixtures("writable", "reserved")
PAGE = "the schemas of the contract: what a request carries, a response shows"
MERGE_PATCH = "application/merge-patch+json"
MERGED = "RFC 7396, section 2: a merge patch changes what it names"
REPLACED = "RFC 9110, section 9.3.4: PUT replaces the state of its target"


@promise("A record that was made is shown as it was sent", page=PAGE, stage=20)
def test_created_records_come_back(made_kinds: list[Life]) -> None:
    """Each member with ten values that get lost easily; Location leads to the record, keys are unique."""
    cases = Cases()
    for life in made_kinds:
        for turn in life.in_time(life.turns):
            with cases.case():
                made = life.create(life.body(creator(life), turn))
                check_made(life, made)
        with cases.case():
            check_left_out(life)
        for made in life.made[:3]:
            with cases.case():
                look(life, made, made.sent)
    cases.settle(some=True)


def check_made(life: Life, made: Made) -> None:
    """What the answer shows, where Location leads, whether the key is new, and what a read shows."""
    if made.shown:
        life.check(creator(life), made.sent, made.shown, made.answer)
    others = [other for other in life.made if other is not made and other.values == made.values]
    if creator(life).operation.method == "POST" and any(other.key == made.key for other in others):
        raise Broken(
            f"a {life.kind.key} of its own for each record that {creator(life).id} makes", made.key, made.answer
        )
    look(life, made, made.sent)
    check_location(life, made)


def look(life: Life, made: Made, sent: Mapping[str, Any], *before: Any, by: str = "") -> Mapping[str, Any]:
    """The record as it is shown now; raises `Broken` where it is not found, or not as it was sent."""
    reader = life.kind.reader
    assert reader is not None

    def check() -> Mapping[str, Any]:
        answer = life.look(made)
        shown = life.record_in(answer, made)
        answers = (made.answer, *before, answer)
        if shown is None:
            if reader is not life.kind.read:
                raise NotChecked(f"{life.kind} are shown by a list alone, of which one page was read")
            expected = f"{reader.id} to show the record {made.key} that {creator_id(life)} has made"
            raise Broken(expected, answer.describe(), *answers, in_order=True)
        life.check_names(reader, life.path(reader, made), shown, answer)
        life.check(reader, sent, shown, *answers, by=by or creator_id(life))
        return shown

    return life.eventually(check)


def check_location(life: Life, made: Made) -> None:
    """Raise `Broken` where Location does not lead to the record."""
    location = made.answer.headers.get("location")
    if made.answer.status != 201 or not location or life.kind.read is None:
        return
    url = urljoin(made.answer.sent.url, location)
    base, path = urlsplit(life.target.gate.base_url).path.rstrip("/"), urlsplit(url).path
    if path.startswith(f"{base}/"):
        answer = life.target.request("GET", path.removeprefix(base))
    else:
        answer = life.target.look(urljoin(life.target.gate.base_url, path))
        if answer.status in {401, 403}:
            return  # outside of the contract, no credential is known
    shown = life.shown(life.kind.read, answer)
    if not answer.ok or (life.kind.key in shown and str(shown[life.kind.key]) != made.key):
        expected = f"Location of {creator(life).id} to lead to the record that it has made"
        raise Broken(expected, f"{location}: {answer.describe()}", made.answer, answer, in_order=True)


def check_left_out(life: Life) -> None:
    """Empty values that are not shown: a convention where the target leaves out several kinds of them, else a loss."""
    kinds_left_out = {type(loss.sent) for _, loss, _ in life.left_out}
    left_out, life.left_out = life.left_out, []
    if len(kinds_left_out) > 1:
        life.run.ledger.note(f"{life.kind}: empty values are left out of answers")
        return
    for action, loss, answer in left_out[:1]:
        raise Broken(f"{action.id} to show {loss.way} as it was sent: {as_text(loss.sent)}", "field missing", answer)


@promise("A record that was changed is shown as it was sent, and nothing else has changed", page=PAGE, stage=21)
def test_updated_records(made_kinds: list[Life]) -> None:
    """Each member by itself (PATCH) or all together (PUT); the rest of the record and its neighbours stay."""
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
        if turn in {0, TURNS - 1}:
            with cases.case():
                check_neighbour(life, action, neighbour, beside)
    if action.replaces and has_patch(life):
        with cases.case():
            check_replacement(life, action, life.latest(made))
    if merges(action):
        with cases.case():
            check_merge(life, action, life.latest(made))


def bodies(life: Life, action: Action) -> list[dict[str, Any]]:
    """The bodies to send: whole ones for PUT; for PATCH one member at a time, each with all of its values."""
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
    return [change for at, change in enumerate(in_turns) if change not in in_turns[:at]]


def lists_of_objects(life: Life, action: Action) -> set[str]:
    """The members that are lists of objects: those of a PATCH may be edits, and an empty list of edits none."""
    members = declared_members(life.contract, body_of(life.contract, action).value)
    items = ((name, item_of(life.contract, schema)) for name, schema in members.items())
    return {name for name, item in items if item is not None and declared_members(life.contract, item)}


def check_update(life: Life, action: Action, made: Made, body: dict[str, Any]) -> None:
    """One change: what its answer shows, what a read shows, and what must have stayed."""
    before = look(life, made, {})
    answer = life.send(action, life.path(action, made), body)
    if answer.status in {400, 403, 409, 413, 422}:
        life.refused[action.id] = answer.describe()
        return
    if not answer.ok:
        raise Broken(
            f"{action.id} to change the record that {creator_id(life)} has made",
            answer.describe(),
            made.answer,
            answer,
            in_order=True,
        )
    shown = life.shown(action, answer)
    was, made = made.key, life.after(made, body, shown)
    if shown:
        life.check_names(action, life.path(action, made), shown, answer)
        life.check(action, body, shown, answer)
    after = look(life, made, body, answer, by=action.id)
    if not action.replaces:
        for name, old, new in life.same_as(before, after):
            if name not in body and not (
                was != made.key and made.key in str(new)
            ):  # a new key may stand elsewhere, too
                expected = f"{action.id} to leave {name} as it was: {as_text(old)}"
                raise Broken(expected, as_text(new), answer, life.look(made), in_order=True)
    for listing in life.kind.lists[:1]:
        check_listed(life, listing, made, body, answer, action.id)


def check_listed(life: Life, listing: Action, made: Made, body: Mapping[str, Any], answer: Any, by: str) -> None:
    """Raise `Broken` where a list shows the record as it was before."""
    names = life.path(listing, made)

    def check() -> None:
        page = life.reader.page(listing, names, {})
        item = next((one for one in life.reader.items(listing, page) if life.is_named(one, made.key)), None)
        if item is not None:
            life.check(listing, body, item, answer, page, by=by)

    life.eventually(check)


def check_neighbour(life: Life, action: Action, neighbour: Made, before: Mapping[str, Any]) -> None:
    """Raise `Broken` where a change of one record has changed another."""
    answer = life.look(neighbour)
    shown = life.record_in(answer, neighbour)
    if shown is None:
        raise Broken(f"{action.id} to leave its neighbour {neighbour.key} alone", answer.describe(), answer)
    for name, old, new in life.same_as(before, shown):
        expected = f"{action.id} to leave its neighbour alone: {name} of {neighbour.key} {as_text(old)}"
        raise Broken(expected, as_text(new), answer)


def has_patch(life: Life) -> bool:
    """Whether there is a PATCH beside PUT, so that the two can't be meant to do the same."""
    return any(action.operation.method == "PATCH" for action in life.kind.updates)


def check_replacement(life: Life, action: Action, made: Made) -> None:
    """Raise `Broken` where a PUT keeps what its body leaves out (RFC 9110, section 9.3.4)."""
    whole = life.body(action, 2)
    least = life.body(action, 3, optional=False)
    if not isinstance(whole, Mapping) or not isinstance(least, Mapping):
        return
    first = life.send(action, life.path(action, made), whole)
    kept = look(life, made, {})
    second = life.send(action, life.path(action, made), least)
    if not (first.ok and second.ok):
        return
    shown = look(life, made, least, second)
    for name, value in whole.items():
        is_telling = isinstance(value, str | list | float) and value and same(value, kept.get(name, ABSENT))
        if (
            name not in least
            and is_telling
            and same(value, shown.get(name, ABSENT))
            and not life.values.is_choice(body_of(life.contract, action), name)
        ):
            expected = f"{action.id} to replace the record: no {name} of before ({REPLACED})"
            raise Broken(expected, as_text(shown.get(name)), first, second, life.look(made), in_order=True)


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
        first = life.send(action, life.path(action, made), {name: whole[name]})
        before = look(life, made, {}).get(name)
        second = life.send(action, life.path(action, made), {name: less})
        after = look(life, made, {name: less}, second, by=action.id).get(name)
        if not (first.ok and second.ok and isinstance(before, Mapping) and isinstance(after, Mapping)):
            continue
        for key in before.keys() & whole[name].keys() - less.keys():
            if not same(before[key], after.get(key, ABSENT)):
                expected = f"{action.id} to merge: {name}.{key} stays {as_text(before[key])} ({MERGED})"
                raise Broken(expected, as_text(after.get(key, ABSENT)), first, second, life.look(made), in_order=True)


@promise("A record that was removed is gone, and no other", page=PAGE, stage=24)
def test_removed_records(made_kinds: list[Life]) -> None:
    """Not found, not listed; its neighbours stay; a second removal is refused where the contract says so."""
    cases = Cases()
    for life in made_kinds:
        with cases.case():
            check_removal(life, cases)
    cases.settle(some=True)


def check_removal(life: Life, cases: Cases) -> None:
    """Remove the second of three records."""
    action = life.kind.remove
    if action is None:
        raise NotChecked(f"the contract has no operation that removes {life.kind}")
    first = life.create(life.body(creator(life), 5))
    above = first.values if creator(life).operation.method == "POST" else None
    made, last = (life.create(life.body(creator(life), turn), above) for turn in (6, 7))
    before = {one.key: look(life, one, {}) for one in (first, made, last)}
    answer = life.send(action, life.path(action, made))
    if not answer.ok:
        raise Broken(
            f"{action.id} to remove the record that {creator_id(life)} has made",
            answer.describe(),
            made.answer,
            answer,
            in_order=True,
        )
    with cases.case():
        life.eventually(lambda: check_gone(life, action, made, answer))
    for other in (first, last):
        with cases.case():
            check_neighbour(life, action, other, before[other.key])
    with cases.case():
        again = life.send(action, life.path(action, made))
        if again.ok and {"404", "410"} & {*action.operation.statuses}:
            expected = f"404 from {action.id} for a record that is gone"
            raise Broken(expected, again.describe(), made.answer, answer, again, in_order=True)
    for update in life.kind.updates:
        with cases.case():
            check_no_update(life, update, made, answer)


def check_gone(life: Life, action: Action, made: Made, removal: Any) -> None:
    """Raise `Broken` where the record is still shown."""
    if life.kind.read is not None:
        answer = life.send(life.kind.read, life.path(life.kind.read, made))
        if answer.status not in GONE and (answer.ok or answer.status >= 500):
            expected = f"{action.id} to remove the record: {life.kind.read.id} answers 404"
            raise Broken(expected, answer.describe(), made.answer, removal, answer, in_order=True)
    for listing in life.kind.lists:
        walk = life.reader.walk(listing, life.path(listing, made), {}, life.reader.limits(listing)[1])
        if any(life.is_named(item, made.key) for item in walk.items):
            page = walk.answers[-1]
            expected = f"{action.id} to remove the record: {listing.id} does not list it"
            raise Broken(expected, f"a list with {made.key}", made.answer, removal, page, in_order=True)


def check_no_update(life: Life, update: Action, made: Made, removal: Any) -> None:
    """Raise `Broken` where a record that is gone can still be changed."""
    if update.behaviour.created is not None or not {"404", "410"} & {*update.operation.statuses}:
        return
    answer = life.send(update, life.path(update, made), life.body(update, 0))
    if answer.ok:
        expected = f"404 from {update.id} for a record that is gone"
        raise Broken(expected, answer.describe(), removal, answer, in_order=True)


@promise("Reading a record changes nothing", page="RFC 9110, section 9.2.1: GET is safe", stage=22)
def test_reads_change_nothing(made_kinds: list[Life]) -> None:
    """Three reads in a row show the same, and the lists as well."""
    cases = Cases()
    for life in made_kinds:
        for made in life.made[-1:]:
            with cases.case():
                first = look(life, made, {})
                answers = [life.look(made) for _ in range(2)]
                for answer in answers:
                    for name, old, new in life.same_as(first, life.record_in(answer, made) or {}):
                        expected = f"a read to change nothing: {name} of {made.key} {as_text(old)}"
                        raise Broken(expected, as_text(new), *answers, in_order=True)
    cases.settle(some=True)


@promise("A record is found below its own parent alone", page="the paths of the contract", stage=23)
def test_records_of_another_parent(made_kinds: list[Life]) -> None:
    """A record below one parent is not shown, changed or removed below another, and not listed there."""
    cases = Cases()
    nested = [
        life for life in made_kinds if creator(life).operation.method == "POST" and creator(life).operation.path_names
    ]
    for life in nested:
        with cases.case():
            check_parents(life, made_kinds, cases)
    cases.settle(some=True)
    if not nested:
        raise NotChecked("no record is made below another one")


def check_parents(life: Life, all_kinds: list[Life], cases: Cases) -> None:
    """One record, and the path that it would have below another parent."""
    made = life.create(life.body(creator(life), 0))
    elsewhere = other_parent(life, made, all_kinds)
    misplaced = Made(elsewhere, made.key, made.sent, {}, made.answer)
    actions = [one for one in (life.kind.read, *life.kind.updates[:1], life.kind.remove) if one is not None]
    for action in [one for one in actions if {*elsewhere} <= {*one.operation.path_names}]:
        with cases.case():
            body = {"body": life.body(action, 1)} if action.operation.takes_body else {}
            answer = life.send(action, life.path(action, misplaced), **body)
            if answer.ok:
                expected = f"404 from {action.id} for a record that lies below another parent"
                raise Broken(expected, answer.describe(), made.answer, answer, in_order=True)
    for listing in life.kind.lists:
        with cases.case():
            walk = life.reader.walk(listing, life.path(listing, misplaced), {}, life.reader.limits(listing)[1])
            if any(life.is_named(item, made.key) for item in walk.items):
                expected = f"{listing.id} to list no record that lies below another parent"
                raise Broken(expected, f"a list with {made.key}", made.answer, *walk.answers[-1:], in_order=True)


def other_parent(life: Life, made: Made, all_kinds: list[Life]) -> dict[str, str]:
    """The path values of a parent that the record does not lie below."""
    find = creator(life).behaviour.find
    parent = next((one for one in all_kinds if find and one.kind.name == find.collection), None)
    if parent is None or parent is life:
        raise NotChecked(f"no second parent of {life.kind} can be made")
    names = list(made.values)
    above = {name: made.values[name] for name in names[:-1]}
    other = parent.create(
        parent.body(creator(parent), 1), above if creator(parent).operation.method == "POST" and above else None
    )
    return {**above, names[-1]: other.key}


@promise("The one record of a path is shown as it was sent", page=PAGE, stage=25)
def test_single_records(lives: dict[str, Life]) -> None:
    """A record without a key, such as a profile: changed, read, and set back."""
    single = [life for life in lives.values() if life.kind.create is None and life.kind.read is not None]
    single = [life for life in single if not any(action.operation.path_names for action in life.kind.updates)]
    if not single:
        raise NotChecked("the contract has no record without a key that can be changed")
    cases = Cases()
    for life in single:
        for action in life.kind.updates[:1]:
            with cases.case():
                check_single(life, action)
    cases.settle(some=True)


def check_single(life: Life, action: Action) -> None:
    """Change it twice, read it, and put back what it showed; that of another user stays as it was."""
    assert life.kind.read is not None
    before, of_other = shown_to(life, ""), shown_to(life, life.run.other_keys or None)
    try:
        for turn in range(3):
            body = life.body(action, turn)
            answer = life.send(action, {}, body)
            if answer.ok:
                seen = life.send(life.kind.read, {})
                life.check(life.kind.read, body, life.shown(life.kind.read, seen), answer, seen, by=action.id)
                check_other(life, action, before, of_other, answer)
    finally:
        kept = {name: value for name, value in before.items() if name in life.settable}
        life.send(action, {}, {**life.body(action, 0, optional=False), **kept})


def shown_to(life: Life, token: Token) -> Mapping[str, Any]:
    """The one record as a user is shown it; empty for nobody."""
    assert life.kind.read is not None
    return life.shown(life.kind.read, life.send(life.kind.read, {}, token=token)) if token is not None else {}


def check_other(life: Life, action: Action, mine: Mapping[str, Any], theirs: Mapping[str, Any], answer: Answer) -> None:
    """Raise `Broken` where a change of one user's record has changed that of another, who had one of their own."""
    if not theirs or not any(life.same_as(mine, theirs)):
        return
    for name, old, new in life.same_as(theirs, shown_to(life, life.run.other_keys or None)):
        expected = f"{action.id} to leave the record of the other user alone: {name} {as_text(old)}"
        raise Broken(expected, as_text(new), answer)


def creator(life: Life) -> Action:
    """The operation that makes records of the kind."""
    assert life.kind.create is not None
    return life.kind.create


def creator_id(life: Life) -> str:
    """Its name."""
    return life.kind.create.id if life.kind.create else "the server"
