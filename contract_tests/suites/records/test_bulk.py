"""A call that makes several records makes each of them, and none where it is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import pytest

from contract_tests.core.answer import Answer
from contract_tests.core.cases import Cases
from contract_tests.core.contract import Operation
from contract_tests.core.creation import items_in, key_of, kind, makes_many
from contract_tests.core.document import Place
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.operation import nameless
from contract_tests.core.promises import promise
from contract_tests.core.schemas import declared_members, fits, item_of, kinds_of, merged_keywords
from contract_tests.core.target import path_of
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.looking import creator, look
from contract_tests.suites.records.said import sentences

pytestmark = pytest.mark.usefixtures("writable", "reserved")
TURNS: Final = (0, 2, 4)  # of the values of its records
ALL_OR_NONE: Final = re.compile(
    r"\ball[- ]or[- ](?:nothing|none)\b|\batomic|\bno (?:\w+ )?(?:is|are) (?:made|created|stored|added|saved)\b"
    r"|\bnone\b",
    re.IGNORECASE,
)


@promise("A call that makes several records makes each as it was sent, and none where it is refused",
         page="the contract", stage=24)  # fmt: skip
def test_bulk(made_kinds: list[Life]) -> None:
    """Three records in one call, then three of which the last is not valid."""
    cases = Cases()
    for life in made_kinds:
        for operation in life.run.operations:
            if operation.method == "POST" and makes_many(operation) and life.kind.read and is_about(life, operation):
                with cases.case():
                    check_bulk(life, operation)
    cases.settle(some=True, otherwise="the contract has no call that makes several records")


def is_about(life: Life, operation: Operation) -> bool:
    """Whether it makes records of the kind: beside the operation that makes one."""
    return nameless(operation.path).rpartition("/")[0] == nameless(creator(life).operation.path)


def list_in(life: Life, operation: Operation) -> tuple[str, Any]:
    """The member of its body that has the records, empty where the body is a list itself, and the schema of each."""
    for place in life.contract.json_request_schemas(operation):
        if "array" in kinds_of(life.contract, place.value):
            return "", item_of(life.contract, place.value)
        for name, inner in declared_members(life.contract, place.value).items():
            if "array" in kinds_of(life.contract, inner):
                return name, item_of(life.contract, inner)
    raise NotChecked(f"{operation.id} takes no list of records")


def check_bulk(life: Life, operation: Operation) -> None:
    """Raise `Broken` where a record is not there, or another than was sent."""
    name, schema = list_in(life, operation)
    sent = [life.body(creator(life), turn) for turn in TURNS]
    if not all(isinstance(one, Mapping) and fits(life.contract, Place(schema), one, writing=True) for one in sent):
        raise NotChecked(f"{operation.id} takes other records than {creator(life).id}")
    names = life.records.values(operation)
    answer = send(life, operation, names, name, sent)
    if not answer.ok:
        raise NotChecked(f"{operation.id} answered {answer.describe()}")
    shown = items_in(answer.json)
    if len(shown) != len(sent):
        raise Broken(f"{operation.id} to answer with the {len(sent)} records of its body", f"{len(shown)}", answer)
    parameter = "".join(life.kind.read.operation.path_names[-1:]) if life.kind.read else ""
    for body, one in zip(sent, shown, strict=True):
        key = key_of(one, parameter, kind(nameless(creator(life).operation.path) + "/{}"))
        if key is None:
            raise NotChecked(f"the answer of {operation.id} does not tell the keys of its records")
        made = Made(names, key, body, one, answer)
        life.eventually(partial(check_made, life, operation, made, body))
    check_refused(life, operation, names, (name, schema), sent)


def check_made(life: Life, operation: Operation, made: Made, body: Mapping[str, Any]) -> None:
    """Raise `Broken` where a record is not there, or not as it was sent."""
    seen = life.look(made)
    if life.record_in(seen, made) is None:
        expected = f"{operation.id} to make the record {made.key} that it shows"
        raise Broken(expected, seen.describe(), made.answer, seen, in_order=True)
    look(life, made, body, by=operation.id)


def check_refused(
    life: Life, operation: Operation, names: Mapping[str, str], where: tuple[str, Any], sent: list[Any]
) -> None:
    """Raise `Broken` where a call is accepted, or some of its records are made, though one of them is not valid."""
    required = merged_keywords(life.contract, where[1]).get("required", ())
    listing, before = next(iter(life.kind.lists), None), number(life, names)
    if not required or listing is None or before is None:
        return
    wrong = {name: value for name, value in sent[-1].items() if name != required[0]}
    answer = send(life, operation, names, where[0], [*sent[:-1], wrong])
    said = next((one for one in sentences(operation, (400, 422)) if ALL_OR_NONE.search(one)), "")
    if answer.ok and (said or len(items_in(answer.json)) == len(sent)):
        expected = f"{operation.id} to refuse records of which the last is without {required[0]}"
        raise Broken(expected, answer.describe(), answer)
    after = number(life, names) if said else None
    if after is not None and after > before:
        expected = f"a refused {operation.id} to make no record: {before} in {listing.id} ({said})"
        raise Broken(expected, str(after), answer)


def number(life: Life, names: Mapping[str, str]) -> int | None:
    """How many records the list has; None where it does not show all of them."""
    listing = life.kind.lists[0] if life.kind.lists else None
    if listing is None or not {*listing.operation.path_names} <= names.keys():
        return None
    walk = life.reader.walk(listing, names, {}, life.reader.limits(listing)[1])
    return len(walk.items) if walk.whole else None


def send(life: Life, operation: Operation, names: Mapping[str, str], name: str, records: list[Any]) -> Answer:
    """Make these records in one call."""
    path = path_of(operation, tuple(names[one] for one in operation.path_names))
    body = {name: records} if name else records
    return life.target.request("POST", path, body=body, operation=operation)
