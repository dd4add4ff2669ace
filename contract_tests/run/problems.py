"""A broken promise as a problem of the reports: without secrets, with a key for the baseline, and with its cause."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from contract_tests.core.answer import Answer
from contract_tests.core.creation import KEYS, items_in, plain
from contract_tests.core.errors import Broken
from contract_tests.core.promises import Exchange, Problem, without_ids
from contract_tests.run.exchanges import exchange_of
from contract_tests.run.pasting import lines_of
from contract_tests.run.run import Run

MISSING: Final = re.compile(r"field missing: (\S+)")
TIME: Final = re.compile(r"\"(\d[\d:.TtZz+ -]{3,40})\", which .*must be a (date-time|date|time)\b")
CRASHED: Final = re.compile(r"5\d\d\b")
STATUS: Final = re.compile(r"\b[1-5]\d\d\b")
SENT: Final = re.compile(r"as it was sent.*", re.DOTALL)
INPUT: Final = re.compile(r"\bto refuse an invalid input\b")
SHAPE: Final = re.compile(r": (/\S*) of the (\d)\d\d body to match its schema")
PLACE: Final = re.compile(r"/\d+(?=/|\Z)")  # in a list
UNDEFINED: Final = re.compile(r"(Allow: [A-Z, ]+ in the )?405 for [A-Z]+ /[^\s,]*")
CONTRACT: Final = "the contract"
MOST_SHOWN: Final = 4  # problems of one cause whose responses are kept: the first ones may be accepted deviations
MOST_EXCHANGES: Final = 4  # of one problem
MOST_KEPT: Final = 4_000_000  # characters of a run: the reports are to be written in the last seconds of its budget
SHOWN_OF_GOT: Final = 80  # characters of a result that tell one cause from another


def problem_of(run: Run, broken: Broken, page: str = "") -> Problem:
    """The problem, as reports show it."""
    made = run.opened.gate.rules.own.made_by if run.opened else {}
    lines = map(run.redact, lines_of(broken.answers, made, run.redact.without_secrets))
    curls = tuple(lines if broken.in_order else dict.fromkeys(lines))
    expected, got = run.redact(broken.expected), run.redact(broken.got)
    ids = {name for name in ids_of(run, broken) if name in expected or name in got}
    key = key_of(without_ids(expected, ids), got)
    assumed = tuple(broken.assumed.split())
    cause = cause_of(run, broken, key, without_ids(got, ids))
    names = [answer.operation_id for answer in broken.answers if answer.operation_id]
    return Problem(
        expected, got, curls, assumed, key, cause, broken.source or clause_of(run, page, broken),
        operation=names[-1] if names else "", exchanges=exchanges(run, broken, cause), seen=broken.seen,
    )  # fmt: skip


def key_of(expected: str, got: str) -> str:
    """What another run knows a problem by: what is expected, and the field that is missing there."""
    missing = MISSING.search(got)
    return f"{expected}; {missing[0]}" if missing and missing[1] not in expected else expected


def exchanges(run: Run, broken: Broken, cause: str) -> tuple[Exchange, ...]:
    """The last requests of a problem with their responses; of the first problems of each cause, as long as they fit."""
    ledger = run.ledger
    ledger.shown[cause] += 1
    if ledger.shown[cause] > MOST_SHOWN or ledger.kept > MOST_KEPT:
        return ()
    found = dict.fromkeys(exchange_of(answer, run.redact) for answer in broken.answers[-MOST_EXCHANGES:])
    ledger.kept += sum(len(exchange.curl) + len(exchange.response) for exchange in found)
    return tuple(found)


def clause_of(run: Run, page: str, broken: Broken) -> str:
    """The clause of the contract that a problem is about, where the promise names the contract as a whole."""
    names = [answer.operation_id for answer in broken.answers if answer.operation_id]
    if page not in {"", CONTRACT} or not names:
        return ""
    operation = run.contract.operation(names[-1])
    response = operation.response_for(broken.answers[-1].status)
    is_about_answer = response is not None and f" {broken.answers[-1].status}" in broken.expected
    pointer = response.pointer if response is not None and is_about_answer else operation.declared.pointer
    return f"{CONTRACT}, {operation.label} ({pointer})"


def ids_of(run: Run, broken: Broken) -> Iterator[str]:
    """Every id that a text about these answers may have: of paths, of records that they show, and of what was made."""
    for answer in broken.answers:
        match = run.contract.match(answer.sent.method, answer.sent.path, answer.sent)
        yield from match[1] if match else ()
        for record in (*items_in(answer.json), answer.json):
            if isinstance(record, dict):
                named = (value for name, value in record.items() if plain(name) in KEYS or plain(name).endswith("id"))
                yield from (str(value) for value in named if isinstance(value, str | int) and len(str(value)) > 1)
    if run.opened:
        own = run.opened.gate.rules.own
        yield from own.fresh
        yield from (unquote(url.rpartition("/")[2]) for url in (*own.urls, *own.existing))


def cause_of(run: Run, broken: Broken, expected: str, got: str) -> str:
    """What problems of one cause have in common: the missing field, the operation that takes anything, the member that
    breaks its schema wherever records of one kind are shown, else the words without names and numbers."""
    names = {answer.operation_id for answer in broken.answers if answer.operation_id}
    if found := MISSING.search(got):
        return f"field missing: {found[1]}"
    for field in missing_fields(run, broken.answers):
        if re.search(rf"(?<!\w){re.escape(field)}(?!\w)", f"{expected} {got}"):
            return f"field missing: {field}"
    if INPUT.search(expected) and names:
        return f"invalid inputs are accepted by {max(names)}"
    if time := TIME.search(broken.got):
        return f"times in the notation {re.sub(r'[0-9]', '0', time[1])} where the contract has a {time[2]}"
    if shape := SHAPE.search(expected):
        return f"the shape of {PLACE.sub('/*', shape[1]).removeprefix('/*')} in {shape[2]}xx of {family(run, names)}"
    if CRASHED.match(got) and broken.answers:
        return f"a server error of {crashed(run, broken.answers[-1])}"
    answered = STATUS.match(got)  # then the body says less about the cause than the status
    expected = UNDEFINED.sub("405", SENT.sub("as it was sent", expected))
    words = f"{expected} | {f'answered with {answered[0][0]}xx' if answered else got[:SHOWN_OF_GOT]}"
    for name in sorted({*names, *(one.id for one in run.operations if one.id in words)}, key=len, reverse=True):
        words = words.replace(name, "{operation}")
    return STATUS.sub("{status}", words)


def crashed(run: Run, answer: Answer) -> str:
    """What a server error is one of: the operation, which HEAD and OPTIONS ask for too, or all undefined methods."""
    method, path = answer.sent.method, answer.sent.path.partition("?")[0]
    defined = run.contract.methods_at(path)
    if method not in defined and method in {"HEAD", "OPTIONS"} and "GET" in defined:
        method = "GET"
    found = run.contract.match(method, path, answer.sent) if method in defined else None
    return found[0].label if found else "methods that the contract does not define"


def family(run: Run, names: set[str]) -> str:
    """What the paths of these operations have in common with those of their neighbours: `/pets` of `/pets/{petId}`."""
    paths = {one.path.partition("/{")[0] for one in run.operations if one.id in names}
    return ", ".join(sorted(paths))


def missing_fields(run: Run, answers: tuple[Answer, ...]) -> set[str]:
    """The fields that this run has found missing in answers of the same operations."""
    names = {answer.operation_id for answer in answers}
    found = (MISSING.search(breach.got) for (name, _), breach in run.ledger.breaches.items() if name in names)
    return {match[1] for match in found if match}
