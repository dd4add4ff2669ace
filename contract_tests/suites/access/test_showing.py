"""No list, search, export or count shows a user a record that they can't read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from contract_tests.core.calls import Call, Calls
from contract_tests.core.cases import Cases
from contract_tests.core.contract import Operation
from contract_tests.core.discovery import identifiers
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.promises import promise
from contract_tests.core.target import Token
from contract_tests.run.run import Run
from contract_tests.suites.access.calling import other_user, secured, tried
from contract_tests.suites.access.others import HIDDEN, is_folder, keys_in
from contract_tests.suites.access.showing import COUNT, Kept, askings, count_in, may_show

MOST: Final = 5  # records of a kind that are read as both users
PAGE: Final = "what the target itself refuses to the other user"


@promise("No list, search, export or count shows a record to a user who may not read it", page=PAGE, stage=31)
def test_shown_to_others(run: Run, calls: Calls) -> None:
    """A record that one of two users may read, and the other one may not, in whichever direction."""
    operations = secured(run)
    other = other_user(run, list(tried(calls, [one for one in operations if one.method == "GET"], {})))
    cases, apart = Cases(), False
    for read in operations:
        if read.method == "GET" and read.path.endswith("}"):
            for kept in kept_apart(run, calls, read, other):
                apart = True
                for one in operations:
                    if one.id != read.id and may_show(run.contract, one, kept):
                        with cases.case():
                            check_hidden(run, one, kept, other)
    cases.settle(some=True)
    if not apart:
        raise NotChecked("authentication: no record is known that only one of the users may read")


def kept_apart(run: Run, calls: Calls, read: Operation, other: Token) -> Iterator[Kept]:
    """For each user, a record that the other one may read and they may not, where there is one."""
    target, strangers = run.target(), set[bool]()
    for values in [*candidates(run, calls, read, other)][: 2 * MOST]:
        call = Call(read, values)
        mine, theirs = call.send(target), call.send(target, other)
        is_theirs = theirs.ok and mine.status in HIDDEN
        if is_theirs in strangers or not (is_theirs or (mine.ok and theirs.status in HIDDEN)):
            continue
        strangers.add(is_theirs)
        yield Kept(call, theirs, mine, "") if is_theirs else Kept(call, mine, theirs, other)


def candidates(run: Run, calls: Calls, read: Operation, other: Token) -> Iterator[tuple[str, ...]]:
    """The path values of records, those of each user in turn."""
    mine = calls.discovery.known.get(read.id, [])[:MOST]
    theirs: list[tuple[str, ...]] = []
    for listing in run.callable:
        if listing.method == "GET" and is_folder(listing, read):
            for above in dict.fromkeys(values[:-1] for values in mine) or [()]:
                if len(above) == len(listing.path_names):
                    shown = Call(listing, above).send(run.target(), other)
                    keys = identifiers(shown.json, read.path_names[-1]) if shown.ok else ()
                    theirs += [(*above, key) for key in [*keys][:MOST]]
    yield from dict.fromkeys([*mine, *theirs])


def check_hidden(run: Run, operation: Operation, kept: Kept, other: Token) -> None:
    """Raise `Broken` where an operation shows the record to whom its read refuses it."""
    if COUNT.fullmatch(operation.path.rpartition("/")[2]):
        check_count(run, operation, kept, other)
        return
    who = "the other user" if kept.stranger else "the user"
    for call in askings(run.contract, operation, kept):
        answer = call.send(run.target(), kept.stranger)
        if answer.ok and kept.is_shown_in(answer):
            expected = f"{operation.id} not to show {who} the record {kept.key}, which {kept.call.operation.id} refuses"
            raise Broken(expected, answer.describe(), kept.shown, kept.refusal, answer, in_order=True)


def check_count(run: Run, operation: Operation, kept: Kept, other: Token) -> None:
    """Raise `Broken` where both users are given the number of the records of both."""
    listing = next((one for one in run.callable if one.method == "GET" and one.path == kept.folder), None)
    if listing is None:
        return
    values, name = kept.call.values[: len(operation.path_names)], kept.call.operation.path_names[-1]
    (mine, is_whole), (theirs, is_all) = (
        keys_in(run.model, run.target(), Call(listing, values), name, token) for token in ("", other)
    )
    counts = [Call(operation, values).send(run.target(), token) for token in ("", other)]
    numbers = {count_in(one) if one.ok else None for one in counts}
    if is_whole and is_all and mine and theirs and not mine & theirs and numbers == {len(mine) + len(theirs)}:
        expected = (
            f"{operation.id} to count the records that {listing.id} shows each user: {len(mine)} and {len(theirs)}"
        )
        raise Broken(expected, f"{len(mine) + len(theirs)} for both", *counts)
