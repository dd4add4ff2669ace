"""Writes that must not succeed, for the record has changed or its key is taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import uuid4

import pytest

from contract_tests.core.action import Action
from contract_tests.core.answer import Answer
from contract_tests.core.cases import Cases
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.operation import Operation
from contract_tests.core.promises import promise
from contract_tests.core.words import in_json
from contract_tests.suites.records.life import Life, Made
from contract_tests.suites.records.looking import creator, look

pytestmark = pytest.mark.usefixtures("writable", "reserved")
IDEMPOTENCY_KEY: Final = "Idempotency-Key"
IF_MATCH: Final = "If-Match"
STALE: Final = "412"
TAKEN: Final = "409"
WEAK: Final = "W/"


@promise("A write for an older state of a record is refused with 412", page="RFC 9110, section 13.1.1", stage=29)
def test_stale_writes(made_kinds: list[Life]) -> None:
    """Where an operation has If-Match and documents 412, and the record has an ETag: the old one, then the new one."""
    cases, tried = Cases(), 0
    for life in made_kinds:
        for action in (one for one in life.kind.updates if is_conditional(one.operation) and life.kind.read):
            tried += 1
            with cases.case():
                check_stale(life, action)
    cases.settle(some=True)
    if not tried:
        raise NotChecked("the contract has no write that takes If-Match and documents 412")


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
    again = write(life, action, made, life.body(action, 2), old)
    if again.ok:
        expected = f"{action.id} to refuse If-Match: {old}, an ETag that the record had before: 412"
        raise Broken(expected, again.describe(), changed, again, in_order=True)


def write(life: Life, action: Action, made: Made, body: object, tag: str) -> Answer:
    """Change a record if it has the tag."""
    return life.send(action, life.path(action, made), body, headers={IF_MATCH: tag})


def tag_of(answer: Answer) -> str:
    """The ETag of an answer; empty where it has none."""
    return answer.headers.get("etag", "") if answer.ok else ""


@promise("A key that a record has is refused with 409 for another", page="the contract", stage=29)
def test_taken_keys(made_kinds: list[Life]) -> None:
    """Where the client chooses the key and the contract documents 409: the same record once more, which stays."""
    cases, tried = Cases(), 0
    for life in made_kinds:
        action = creator(life)
        if action.operation.method == "POST" and TAKEN in action.operation.statuses and life.kind.key in life.settable:
            tried += 1
            with cases.case():
                check_taken(life, action)
    cases.settle(some=True)
    if not tried:
        raise NotChecked("the contract has no operation that takes the key of a new record and documents 409")


def check_taken(life: Life, action: Action) -> None:
    """Make a record, then another with its key."""
    made = life.create(life.body(action, 0))
    if str(made.sent.get(life.kind.key, "")) != made.key:
        raise NotChecked(f"{action.id} gives records a {life.kind.key} of its own")
    before = look(life, made, {})
    other = {**life.body(action, 1), life.kind.key: made.sent[life.kind.key]}
    answer = life.send(action, made.values, other)
    if answer.ok:
        expected = f"409 from {action.id} for the {life.kind.key} {made.key}, which a record has (duplicate)"
        raise Broken(expected, answer.describe(), made.answer, answer, in_order=True)
    for name, old, new in life.same_as(before, look(life, made, {})):
        raise Broken(
            f"a refused {action.id} to leave {name} as it was: {in_json(old)}", in_json(new), made.answer, answer
        )


@promise("A create that is repeated with its Idempotency-Key makes one record",
         page="the parameter Idempotency-Key of the contract", stage=29)  # fmt: skip
def test_repeated_creates(made_kinds: list[Life]) -> None:
    """Where the contract has that header: the same request twice, then with another key."""
    cases, tried = Cases(), 0
    for life in made_kinds:
        names = {one.name.lower() for one in creator(life).operation.parameters if one.location == "header"}
        if IDEMPOTENCY_KEY.lower() in names and creator(life).operation.method == "POST":
            tried += 1
            with cases.case():
                check_repeated(life, creator(life))
    cases.settle(some=True)
    if not tried:
        raise NotChecked("the contract has no operation that makes a record and takes an Idempotency-Key")


def check_repeated(life: Life, action: Action) -> None:
    """Make a record, and repeat the request."""
    like = life.create(life.body(action, 0))
    headers, body = {IDEMPOTENCY_KEY: str(uuid4())}, life.body(action, 1)
    first, second = (life.send(action, like.values, body, headers=headers) for _ in range(2))
    keys = [str(life.shown(action, one).get(life.kind.key, "")) for one in (first, second)]
    if first.ok and second.ok and all(keys) and keys[0] != keys[1]:
        expected = f"{action.id} to make one record for one {IDEMPOTENCY_KEY}: {keys[0]} again"
        raise Broken(expected, keys[1], first, second, in_order=True)
