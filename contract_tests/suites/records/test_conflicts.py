"""Writes that must not succeed, for the record has changed or its key is taken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import chain
from typing import Any, Final
from uuid import uuid4

import pytest

from contract_tests.core.action import Action
from contract_tests.core.answer import Answer
from contract_tests.core.cases import Cases
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.needs import IF_MATCH
from contract_tests.core.operation import Operation
from contract_tests.core.promises import promise
from contract_tests.core.schemas import unique_members
from contract_tests.core.target import NOTHING
from contract_tests.core.words import in_json
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.kinds import body_of
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.looking import creator, look
from contract_tests.suites.records.said import of_node
from contract_tests.suites.records.showing import differences

pytestmark = pytest.mark.usefixtures("writable", "reserved")
IDEMPOTENCY_KEY: Final = "Idempotency-Key"
HEADER: Final = IDEMPOTENCY_KEY.lower()
OTHER_BODY: Final = re.compile(
    r"\b(?:an?other|different)\b.*\b(?:body|request|payload|content)s?\b.*\b(?:409|422|refused|rejected|conflict)",
    re.IGNORECASE | re.DOTALL,
)
CASELESS: Final = re.compile(
    r"case[- ]?insensitiv|\b(?:without|ignor\w+|(?:regardless|irrespective) of)(?: the)?(?: letter)? ?case\b",
    re.IGNORECASE,
)
"""Words by which texts are one that differ in upper and lower case."""

STALE: Final = "412"
TAKEN: Final = "409"
WEAK: Final = "W/"
SAME_ANSWER: Final = re.compile(
    r"\b(?:same|original|first|stored|cached|earlier) (?:response|answer|result|record)|response of the first",
    re.IGNORECASE,
)
"""Words by which a repeated request has the answer of the first one."""


@promise("A write for an older state of a record is refused with 412", page="RFC 9110, section 13.1.1", stage=29)
def test_stale_writes(made_kinds: list[Life]) -> None:
    """Where an operation has If-Match and documents 412, and the record has an ETag: the old one, then the new one."""
    cases = Cases()
    for life in made_kinds:
        ends = [life.kind.remove] if life.kind.remove and life.kind.updates else []
        for action in (one for one in (*life.kind.updates, *ends) if is_conditional(one.operation) and life.kind.read):
            with cases.case():
                (check_stale_removal if action in ends else check_stale)(life, action)
    cases.settle(some=True, otherwise="the contract has no write that takes If-Match and documents 412")


def is_conditional(operation: Operation) -> bool:
    """Whether it takes If-Match and documents its refusal."""
    named = any(one.location == "header" and one.name.lower() == IF_MATCH.lower() for one in operation.parameters)
    return named and STALE in operation.statuses


def check_stale(life: Life, action: Action) -> None:
    """Change a record, then once more as if it had not changed, then as it is."""
    made = life.create(life.body(creator(life), 0))
    old = tag_of(life.look(made))
    if not old:
        raise NotChecked(f"{life.kind} have no ETag")
    body = life.body(action, 1)
    changed = write(life, action, made, body, old)
    if changed.status == int(STALE) and not old.startswith(WEAK):
        expected = f"{action.id} to take If-Match: {old}, the ETag that the record has"
        raise Broken(expected, changed.describe(), life.look(made), changed, in_order=True)
    seen = life.look(made)
    if not changed.ok or not isinstance(body, Mapping) or not tag_of(seen):
        raise NotChecked(f"{action.id} answered {changed.describe()}")
    if tag_of(seen) == old:
        expected = f"another ETag of the record after {action.id} has changed it (RFC 9110, section 8.8.1)"
        raise Broken(expected, f"ETag: {old}", made.answer, changed, seen, in_order=True)
    if tag_of(changed) == old and not old.startswith(WEAK):
        expected = f"{action.id} to answer with the ETag of the changed record: {tag_of(seen)}, or with none"
        raise Broken(expected, f"ETag: {old}, that of before", changed, seen, in_order=True)
    again = write(life, action, made, life.body(action, 2), old)
    if again.ok:
        expected = f"{action.id} to refuse If-Match: {old}, an ETag that the record had before: 412"
        raise Broken(expected, again.describe(), changed, again, in_order=True)
    check_untouched(life, action, made, seen, again)


def check_untouched(life: Life, action: Action, made: Made, seen: Answer, refused: Answer) -> None:
    """Raise `Broken` where a refused write has changed the record all the same."""
    now = life.look(made)
    before, after = life.record_in(seen, made), life.record_in(now, made)
    for name, old, new in differences(life, before, after) if before and after else ():
        expected = f"a refused {action.id} to leave {name} as it was: {in_json(old)}"
        raise Broken(expected, in_json(new), seen, refused, now, in_order=True)


def check_stale_removal(life: Life, action: Action) -> None:
    """Change a record, then remove it as if it had not changed, then as it is."""
    made = life.create(life.body(creator(life), 0))
    old = tag_of(life.look(made))
    update = life.kind.updates[0]
    changed, _ = life.change(update, life.path(update, made), life.body(update, 1))
    seen = life.look(made)
    new = tag_of(seen)
    if not changed.ok or not old or not new or new == old:
        raise NotChecked(f"the ETag of {life.kind} does not change with the record")
    stale = write(life, action, made, NOTHING, old)
    if stale.ok:
        expected = f"{action.id} to refuse If-Match: {old}, an ETag that the record had before: 412"
        raise Broken(expected, stale.describe(), changed, stale, in_order=True)
    fresh = write(life, action, made, NOTHING, new)
    if fresh.status == int(STALE) and not new.startswith(WEAK):
        expected = f"{action.id} to take If-Match: {new}, the ETag that the record has"
        raise Broken(expected, fresh.describe(), seen, fresh, in_order=True)


def write(life: Life, action: Action, made: Made, body: object, tag: str) -> Answer:
    """Change or remove a record if it has the tag."""
    return life.change(action, life.path(action, made), body, headers={IF_MATCH: tag})[0]


def tag_of(answer: Answer) -> str:
    """The ETag of an answer; empty where it has none."""
    return answer.headers.get("etag", "") if answer.ok else ""


@promise("What only one record may have is refused with 409 for another", page="the contract", stage=29)
def test_taken_keys(made_kinds: list[Life]) -> None:
    """Where the contract documents 409: another record with the key that the client chose, or with members that the
    contract calls unique, made and then changed; the first record stays as it is."""
    cases = Cases()
    for life in made_kinds:
        for action in (creator(life), *life.kind.updates):
            if unique := only_of_one(life, action):
                with cases.case():
                    check_taken(life, action, unique)
    cases.settle(some=True, otherwise="the contract has no operation that documents 409 for what another record has")


def only_of_one(life: Life, action: Action) -> Mapping[tuple[str, ...], str]:
    """The members of a body, alone or together, that no two records may share, each with the words of the contract
    that say so."""
    if TAKEN not in action.operation.statuses:
        return {}
    is_made = action is creator(life) and action.operation.method == "POST"
    if is_made and life.kind.key in life.settable:
        return {(life.kind.key,): "the key of the record"}
    if action is creator(life) and not is_made:
        return {}
    schema, name, key = body_of(life.contract, action).value, life.kind.name, life.kind.key
    said = [unique_members(life.contract, one.operation, schema, name, key) for one in (creator(life), action)]
    return {**said[0], **said[1]}


def check_taken(life: Life, action: Action, unique: Mapping[tuple[str, ...], str]) -> None:
    """Make a record, then make another with its members, or give them to another."""
    made = life.create(life.body(creator(life), 0))
    sent = {name: value for name, value in made.sent.items() if value not in (None, "")}
    said = {name: clause for names, clause in unique.items() if sent.keys() >= {*names} for name in names}
    taken = {name: sent[name] for name in said}
    if not taken or (life.kind.key in taken and str(taken[life.kind.key]) != made.key):
        raise NotChecked(f"{creator(life).id} gives records a {', '.join(chain(*unique))} of its own")
    if action is creator(life):
        names, body = made.values, life.body(action, 1)
    else:
        check_own_value(life, action, made, taken)
        other = life.create(life.body(creator(life), 1), made.values or None)
        names = life.path(action, other)
        body = life.naming(action, other, life.body(action, 1, optional=action.replaces))
    before = look(life, made, {})
    for alike in filter(None, (taken, in_other_case(taken, said))):
        answer = life.send(action, names, {**body, **alike})
        if answer.ok:
            what = ", ".join(f"{name} {in_json(value)} ({said[name]})" for name, value in alike.items())
            expected = f"409 from {action.id} for what another record has (duplicate): {what}"
            raise Broken(expected, answer.describe(), made.answer, answer, in_order=True)
    for name, old, new in differences(life, before, look(life, made, {})):
        raise Broken(
            f"a refused {action.id} to leave {name} as it was: {in_json(old)}", in_json(new), made.answer, answer
        )


def in_other_case(values: Mapping[str, Any], said: Mapping[str, str]) -> dict[str, Any]:
    """The values in another case, where all of them are texts that the contract compares without it; else none."""
    found = {name: value.swapcase() for name, value in values.items()
             if isinstance(value, str) and CASELESS.search(said[name])}  # fmt: skip
    return found if found.keys() == values.keys() and found != values else {}


def check_own_value(life: Life, action: Action, made: Made, taken: Mapping[str, Any]) -> None:
    """Raise `Broken` where an update is refused because the record itself has the value, and not with another one."""
    body = life.naming(action, made, life.body(action, 2, optional=action.replaces))
    answer = life.send(action, life.path(action, made), {**body, **taken})
    if answer.status == int(TAKEN) and life.change(action, life.path(action, made), {**body, **taken})[0].ok:
        what = ", ".join(f"{name} {in_json(value)}" for name, value in taken.items())
        expected = f"{action.id} to take what the record has already: {what}"
        raise Broken(expected, answer.describe(), made.answer, answer, in_order=True)


@promise("A create that is repeated with its Idempotency-Key makes one record",
         page="the parameter Idempotency-Key of the contract", stage=29)  # fmt: skip
def test_repeated_creates(made_kinds: list[Life]) -> None:
    """Where the contract has that header: the same request twice, then with another key."""
    cases = Cases()
    for life in made_kinds:
        names = {one.name.lower() for one in creator(life).operation.parameters if one.location == "header"}
        if IDEMPOTENCY_KEY.lower() in names and creator(life).operation.method == "POST":
            with cases.case():
                check_repeated(life, creator(life))
    cases.settle(some=True, otherwise="the contract has no operation that makes a record and takes an Idempotency-Key")


def check_repeated(life: Life, action: Action) -> None:
    """Make a record, and repeat the request."""
    like, body = life.create(life.body(action, 0)), life.body(action, 1)
    headers = {IDEMPOTENCY_KEY: str(uuid4())}
    first = life.send(action, like.values, body, headers=headers)
    if first.status == int(TAKEN):  # another record has a value of it
        headers, body = {IDEMPOTENCY_KEY: str(uuid4())}, life.unlike(action, body)
        first = life.send(action, like.values, body, headers=headers)
    second = life.send(action, like.values, body, headers=headers)
    keys = [str(life.shown(action, one).get(life.kind.key, "")) for one in (first, second)]
    if first.ok and second.ok and all(keys) and keys[0] != keys[1]:
        expected = f"{action.id} to make one record for one {IDEMPOTENCY_KEY}: {keys[0]} again"
        raise Broken(expected, keys[1], first, second, in_order=True)
    if first.ok and not second.ok and (said := promise_of_same(action.operation)):
        expected = f"{action.id} to answer a repeated {IDEMPOTENCY_KEY} as before ({said})"
        raise Broken(expected, second.describe(), first, second, in_order=True)
    clause = refusal_of_other(action.operation)
    if first.ok and clause:
        third = life.send(action, like.values, life.unlike(action, life.body(action, 2)), headers=headers)
        if third.ok and third.sent.body != first.sent.body:
            expected = f"{action.id} to refuse another body with an {IDEMPOTENCY_KEY} that was used ({clause})"
            raise Broken(expected, third.describe(), first, third, in_order=True)


def promise_of_same(operation: Operation) -> str:
    """The sentence by which a repeated request has the answer of the first one; empty where there is none."""
    known = (one.raw for one in operation.parameters if one.name.lower() == HEADER)
    return next((one for raw in known for one in of_node(raw) if SAME_ANSWER.search(one)), "")


def refusal_of_other(operation: Operation) -> str:
    """The sentence by which the contract refuses a key that comes with another body; empty where there is none."""
    said = [str(one.raw.get("description", "")) for one in operation.parameters if one.name.lower() == HEADER]
    refused = (
        sentence for text in said for sentence in re.split(r"[.;](?:\s|\Z)", text) if OTHER_BODY.search(sentence)
    )
    return " ".join(next(refused, "").split())
