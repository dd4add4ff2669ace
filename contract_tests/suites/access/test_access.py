"""No operation that requires credentials answers without them, with wrong ones, or with another user's records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from contract_tests.core.answer import Answer
from contract_tests.core.calls import Call, Calls
from contract_tests.core.cases import Cases
from contract_tests.core.contract import Operation, SecurityScheme
from contract_tests.core.credentials import MUTUAL_TLS, Keys, schemes_of
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.locating import canonical
from contract_tests.core.promises import promise
from contract_tests.core.target import Token
from contract_tests.run.run import Run
from contract_tests.suites.access.calling import called, check_refused, heads, other_user, secured, tried
from contract_tests.suites.access.others import below, in_list, is_upsert, is_written, lists_of

CASELESS = re.compile(r"[0-9a-f-]+|[^a-z]*", re.IGNORECASE)  # secrets that a server may read in either case
CREATED, UNKNOWN_USER, ABSENT = 201, 401, 404
PAGE = "security of the operation"
WRONG: tuple[Callable[[str], str], ...] = (
    lambda right: f"{right}x",
    lambda right: right[:-1],
    lambda _: "contract-tests-wrong",
    lambda right: f"{right}x" if CASELESS.fullmatch(right) else right.swapcase(),
    lambda _: "",
)


@promise("An operation that requires credentials is refused without them", page=PAGE, stage=30)
def test_without_credentials(run: Run, calls: Calls) -> None:
    """Every secured operation, by a call that would succeed otherwise; where it wants several credentials, without
    each of them in turn."""

    def lacking(operation: Operation, _: int) -> Iterator[Token]:
        yield None
        groups = needed(run, operation)
        for schemes in groups if len(groups) > 1 else ():
            yield run.target().keys.lacking(schemes)

    check_refused(run, calls, lacking, lambda _: "without credentials")


@promise("An operation that requires credentials is refused with wrong ones", page=PAGE, stage=30)
def test_wrong_credentials(run: Run, calls: Calls) -> None:
    """Another secret, none, and the right one with more behind it or its end cut off; where an operation wants several
    credentials, each of them in turn, and where it takes one or another, the others as well."""
    keys = run.target().keys
    if not keys:
        raise NotChecked("authentication: no credential is known (--token)")

    def wrong(operation: Operation, number: int) -> Iterator[Token]:
        schemes = schemes_of(run.contract, operation, keys)
        for at, needs in enumerate(needed(run, operation)):
            for how in WRONG if number == 0 else [WRONG[(number + at) % len(WRONG)]]:
                yield keys.spoiled(schemes, needs, how)
        for other in alternatives(run, operation):
            how = WRONG[number % len(WRONG)]
            yield Keys(by_scheme={one.name: how(keys.value(one) or one.name) for one in other})

    check_refused(run, calls, wrong, lambda _: "with a wrong credential")


def needed(run: Run, operation: Operation) -> list[list[str]]:
    """The schemes of the credentials that are sent to an operation, without any of which none of its alternatives is
    fulfilled; together those that share a header, which has room for one credential."""
    schemes = [one for one in schemes_of(run.contract, operation, run.target().keys) if one.kind != MUTUAL_TLS]
    places = sorted({(one.location, one.parameter) for one in schemes})
    groups = [sorted(one.name for one in schemes if (one.location, one.parameter) == place) for place in places]
    sent = {one.name for one in schemes}
    return [group for group in groups if not any(names <= sent - {*group} for names in operation.declared.security)]


def alternatives(run: Run, operation: Operation) -> Iterator[list[SecurityScheme]]:
    """The other credentials that an operation takes in the place of those that are sent to it."""
    declared = run.contract.reader.security_schemes
    sent = {one.name for one in schemes_of(run.contract, operation, run.target().keys)}
    for names in operation.declared.security:
        schemes = [declared[name] for name in sorted(names) if name in declared]
        if schemes and {*names} != sent and not any(one.kind == MUTUAL_TLS for one in schemes):
            yield schemes


@promise("Each credential that an operation takes in the place of another one is taken", page=PAGE, stage=30)
def test_alternative_credentials(run: Run, calls: Calls) -> None:
    """Reads with one credential or another, where both are known and the usual one is let in."""
    target, cases, sent = run.target(), Cases(), 0
    for call in tried(calls, [one for one in secured(run) if one.method == "GET"], {}):
        for schemes in alternatives(run, call.operation):
            values = {one.name: known(target.keys, one) for one in schemes}
            if not all(values.values()):
                continue
            sent += 1
            with cases.case():
                usual, other = call.send(target), call.send(target, Keys(by_scheme=values))
                if usual.ok and other.status == UNKNOWN_USER:
                    expected = f"{call.operation.id} to take {' and '.join(values)} by itself, as its security says"
                    raise Broken(expected, other.describe(), usual, other, in_order=True)
    cases.settle(some=True)
    if not sent:
        raise NotChecked("authentication: no operation takes one of several credentials that are known")


def known(keys: Keys, scheme: SecurityScheme) -> str:
    """The value that was given for a scheme; a token is one for every scheme but an API key."""
    return keys.by_scheme.get(scheme.name) or (keys.token if scheme.kind != "apiKey" and keys.token else "")


@pytest.mark.usefixtures("writable")
@promise("A record that is kept from another user is kept from them by every operation",
         page="what the target itself refuses to the other user", stage=31)  # fmt: skip
def test_records_of_another_user(run: Run, calls: Calls) -> None:
    """A list that lacks the record, or a read that refuses it, says that it is not shared."""
    found = list(tried(calls, secured(run), {}))
    other = other_user(run, found)
    target, cases, apart, read = run.target(), Cases(), 0, 0
    for call in found:
        if call.operation.method == "GET" and call.values:
            around = secured(run)
            around = [*heads(run, around), *around]
            about = [one for one in around if one.path == call.operation.path and one is not call.operation]
            mine, theirs = call.send(target), call.send(target, other)
            if not mine.ok:
                continue
            read += 1
            lists = lists_of(run.model, around, call, mine.json)
            listed = [in_list(run.model, target, one, call, other) for one in lists]
            if theirs.ok and False not in listed:
                continue  # a record that everyone sees
            apart += 1
            with cases.case():
                check_kept(run, calls, call, about, mine, theirs, listed)
            for one in below(around, call.operation):
                with cases.case():
                    answer = Call(one, call.values, "", calls.of(one).body).send(target, other)
                    if answer.ok:
                        expected = f"{called(one)} to refuse to the other user what {call.operation.id} refuses to them"
                        raise Broken(expected, answer.describe(), mine, theirs, answer, in_order=True)
    cases.settle(some=True)
    if not apart:
        raise NotChecked(
            "authentication: the target shows every record to both users"
            if read
            else "authentication: no record of the first user is known"
        )


def check_kept(
    run: Run,
    calls: Calls,
    call: Call,
    about: list[Operation],
    mine: Answer,
    theirs: Answer,
    listed: list[bool | None],
) -> None:
    """Raise `Broken` where an operation gives the other user what another one keeps from them."""
    target, name = run.target(), call.operation.id
    if theirs.ok:
        expected = f"{name} to refuse to the other user a record that is not in their list"
        raise Broken(expected, theirs.describe(), mine, theirs, in_order=True)
    if True in listed and theirs.status == ABSENT:  # a 403 says that the record is there: a list may name it
        raise Broken(
            f"no list to show the other user a record that {name} refuses to them", "a list that has it", mine, theirs
        )
    for operation in about:
        if is_upsert(operation) and theirs.status == ABSENT and not any(one.method == "DELETE" for one in about):
            continue  # what it may make for the other user would stay
        body: Any = calls.of(operation).body
        answer = Call(operation, call.values, "", body).send(target, run.other_keys)
        after = call.send(target)
        if answer.status == CREATED and is_upsert(operation) and not is_written(body, mine.json, after.json):
            remove_theirs(run, about, call)  # a record of their own, under the same key
        elif answer.ok or not same_record(mine.json, after.json):
            expected = f"{called(operation)} to refuse to the other user a record that {name} refuses to them"
            raise Broken(expected, answer.describe(), mine, answer, after, in_order=True)


def remove_theirs(run: Run, about: list[Operation], call: Call) -> None:
    """Remove the record that the other user has made at the path of a read; the run's own one is there as before."""
    own, path = run.target().gate.rules.own.urls, canonical(call.path)
    before = own.get(path)
    for one in about:
        if one.method == "DELETE":
            Call(one, call.values).send(run.target(), run.other_keys)
    if before is not None:
        own[path] = before


def same_record(before: Any, after: Any) -> bool:
    """Whether two reads show the same texts; numbers and times may be the server's."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return before.keys() == after.keys()
    return type(before) is type(after)
