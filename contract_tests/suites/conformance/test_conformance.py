"""Every operation with valid and invalid inputs: examples, boundary cases, random ones; and every answer of the run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import pytest

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.cases import Tally
from contract_tests.core.contract import Contract, Operation, is_json
from contract_tests.core.discovery import Discovery, needs_more
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.fuzzing import Fuzzer, Trial
from contract_tests.core.promises import promise
from contract_tests.core.safety import Safety, parsed
from contract_tests.core.schemas import declared_members, kinds_of, out_of_place, without
from contract_tests.core.target import path_of
from contract_tests.run.run import Run
from contract_tests.suites.conformance.clauses import Refusals

UNDEFINED = ("PATCH", "PUT", "DELETE", "POST", "GET")
INPUT_REFUSED = frozenset({400, 406, 411, 412, 413, 414, 415, 416, 422, 428, 431})
XML = b"<contract-tests/>"
CONTENT_TYPES = ("Malformed Content-Type", "Unsupported Content-Type")
"""What Schemathesis calls inputs that are invalid by their media type alone."""

CUT_OFF = b'{"contract-tests": '
ABSENT = frozenset({400, 404, 410, 422})
NOT_THERE = frozenset({"404", "410"})
NOT_DONE = frozenset({400, 404, 415, 422, 501})
"""What servers say in place of 405, which RFC 9110 only recommends; nothing was done."""
REFUSED = INPUT_REFUSED | {401, 403, 404, 405, 409, 429}


@promise("Records that the target itself names are answered", page="the contract", stage=58, side_by_side=True)
def test_known_records_are_answered(run: Run, read_operation: Operation, discovery: Discovery) -> None:
    """A read of a record that a list or a link of the target gives succeeds."""
    if not documented_success(read_operation):
        raise NotChecked("the contract documents no success of it")
    if needs_more(read_operation):
        raise NotChecked("its call needs more than the name of a record")
    may_be_absent, answered = is_part(run, read_operation), 0
    for values in discovery.calls(read_operation):
        answer = run.target().call(read_operation.id, *values)
        if may_be_absent and f"{answer.status}" in NOT_THERE & set(read_operation.statuses):
            continue
        answered += 1
        if not values and answer.status in ABSENT and read_operation.response_for(answer.status) is not None:
            raise NotChecked("without more in the call nothing is named, for which the contract has an answer")
        if answer.status in {401, 403} and not read_operation.secured and read_operation.response_for(answer.status):
            raise NotChecked("it asks for a credential, of which the contract says no more than this answer")
        if not answer.ok and not 300 <= answer.status < 400:  # one that isn't documented is reported as that
            named = " for a record that the target names" if values else ""
            raise Broken(f"success from {read_operation.id}{named}", answer.describe(), answer)
    if not answered:
        raise NotChecked("no record has what it reads, for which the contract has an answer")


def is_part(run: Run, operation: Operation) -> bool:
    """Whether it reads one thing below a record, which that may not have: the picture of a person."""
    if not operation.path_names or operation.path.endswith("}"):
        return False
    for status in operation.statuses:
        for place in run.contract.json_answer_schemas(operation, status) if status.startswith("2") else ():
            inner = [place.value, *declared_members(run.contract, place.value).values()]
            if any("array" in kinds_of(run.contract, one) for one in inner if isinstance(one, Mapping)):
                return False
    return True


@pytest.mark.usefixtures("reserved")
@promise("Invalid input is refused, valid input is not", page="the contract", stage=60, side_by_side=True)
def test_generated_inputs(run: Run, input_operation: Operation, fuzzer: Fuzzer) -> None:
    """Examples, boundary cases and random inputs, valid and invalid."""
    sent, operation, tally = 0, input_operation, Tally()
    refusals = Refusals(run, operation)
    if operation.is_write and run.settings.safety is Safety.OBSERVE:
        raise NotChecked("--safety observe sends no writes")

    def check(trial: Trial) -> None:
        nonlocal sent
        sent += 1
        if trial.answer.operation_id in {operation.id, ""}:
            with tally.counting():
                check_trial(run, operation, trial, refusals)

    withheld = list(fuzzer.trials(operation, check))
    for media_type, body, what in unreadable(operation) if takes_json_alone(operation) else ():
        with suppress(NotChecked), tally.counting():
            check_unreadable(run, operation, media_type, body, what)
    for broken in refusals.contradictions():
        with tally.counting():
            raise broken
    tally.settle()
    if not sent:
        raise NotChecked(withheld[0] if withheld else "nothing could be generated")


def check_unreadable(run: Run, operation: Operation, media_type: str, body: bytes, what: str) -> None:
    """Raise `Broken` where a body is accepted which no reader of JSON takes, whatever its type."""
    known = run.records.values(operation) if run.records and run.settings.safety.writes else {}
    values = tuple(known.get(name) or run.target().gate.rules.mint() for name in operation.path_names)
    headers = {"Content-Type": media_type}
    path = path_of(operation, values)
    answer = run.target().request(operation.method, path, body=body, headers=headers, operation=operation)
    if answer.ok:
        expected = f"{operation.id} to refuse an invalid input (a body of {what}): 400, 415 or 422"
        raise Broken(expected, answer.describe(), answer)


def unreadable(operation: Operation) -> Iterator[tuple[str, bytes, str]]:
    """Bodies that are no JSON, with a media type and the words for each."""
    declared = operation.declared.body
    json_types = [name for name in declared.media_types if is_json(name)] if declared else []
    yield "application/xml", XML, "XML"
    for name in json_types[:1]:
        yield name, CUT_OFF, "JSON that breaks off"
        yield name, b"", "nothing"


def takes_json_alone(operation: Operation) -> bool:
    """Whether it needs a body, and that is JSON by every media type that the contract has for it."""
    body = operation.declared.body
    return body is not None and body.required and all(is_json(name) and "*" not in name for name in body.media_types)


def check_trial(run: Run, operation: Operation, trial: Trial, refusals: Refusals) -> None:
    """A valid input gets no refusal of its form; an invalid one gets one, strictly where the contract documents it."""
    status, answer = trial.answer.status, trial.answer
    if not documented_success(operation) or is_doubtful(run, operation, trial):
        return
    if trial.valid:
        if answer.operation_id and (answer.ok or not run.contract.is_spoiled(answer.sent)):
            refusals.saw(answer)
        return
    if not has_inputs(operation):
        return
    # Which of two refusals comes first is the server's choice: that of the input, or that of a record it doesn't have.
    is_free = not documented_refusals(operation) or operation.path_names
    allowed = REFUSED if is_free else INPUT_REFUSED | {401, 403, 405, 409}
    if answer.ok or (status not in allowed and status < 500 and not is_path_only(operation)):
        raise Broken(
            f"{operation.id} to refuse an invalid input ({trial.about or 'generated'})", answer.describe(), answer
        )
    stands_for = documented_refusals(operation)
    if status == 422 and stands_for and "422" not in stands_for:
        run.ledger.note(f"{operation.id}: 422 in place of {', '.join(sorted(stands_for))}")


def documented_success(operation: Operation) -> bool:
    """Whether the contract says at all what success looks like."""
    return any(status[0] in "23d" for status in operation.statuses)


def is_doubtful(run: Run, operation: Operation, trial: Trial) -> bool:
    """Whether an input counts as invalid though the contract does not forbid it."""
    if trial.about.startswith(CONTENT_TYPES):
        body = operation.declared.body
        is_nothing = body is None or not (trial.answer.sent.body or body.required)
        return is_nothing or is_taken(run, trial.answer) or is_read_anyway(run, operation, trial.answer)
    # Without a member, a body may fit two alternatives of which it must fit one: so it is asked as it was sent, too.
    as_sent, read = trial.answer.sent, without_read_only(run.contract, trial.answer.sent)
    seen = without_blank_headers(read)
    readings = (read, seen, *each_once(seen), as_sent)
    return bool(trial.where) and any(run.contract.allows(one, *trial.where) for one in readings)


def is_taken(run: Run, answer: Answer) -> bool:
    """Whether the contract takes bodies of this media type after all, as by a range (`*/*`, `text/*`)."""
    return run.contract.allows(answer.sent, "")


def is_read_anyway(run: Run, operation: Operation, answer: Answer) -> bool:
    """Whether a body is valid but for its media type: a server may read JSON whatever it is called, with a note."""
    headers = {name: value for name, value in answer.sent.headers.items() if name.lower() != "content-type"}
    declared = operation.declared.body.media_types if operation.declared.body else {}
    sent = (replace(answer.sent, headers={**headers, "Content-Type": name}) for name in declared if is_json(name))
    is_valid = any(run.contract.allows(one, "") for one in sent)
    if is_valid and answer.ok:
        run.ledger.note(f"{operation.id}: JSON is read whatever its Content-Type says")
    return is_valid


def without_blank_headers(sent: Sent) -> Sent:
    """The request without headers that have no value: many servers never see them."""
    return replace(sent, headers={name: value for name, value in sent.headers.items() if value.strip()})


def each_once(sent: Sent) -> Iterator[Sent]:
    """The request with the first, and with the last value of parameters that are repeated: a server may take either."""
    pairs = parse_qsl(sent.query, keep_blank_values=True)
    if len({name for name, _ in pairs}) < len(pairs):
        for chosen in (dict(reversed(pairs)), dict(pairs)):
            yield replace(sent, url=f"{sent.url.partition('?')[0]}?{urlencode(chosen)}")


def without_read_only(contract: Contract, sent: Sent) -> Sent:
    """The request without the members of its body that a server may ignore, for they are `readOnly`."""
    found, body = contract.match(sent.method, sent.path, sent), parsed(sent.body)
    if found is None or not isinstance(body, Mapping | list):
        return sent
    schemas = contract.json_request_schemas(found[0])
    ways = {way for schema in schemas for way in out_of_place(contract, schema.value, body, writing=True)}
    return replace(sent, body=json.dumps(without(body, ways)).encode()) if ways else sent


def documented_refusals(operation: Operation) -> set[str]:
    """Statuses that the contract documents for input that does not fit."""
    return {"400", "415", "422", "4XX"} & set(operation.statuses)


def has_inputs(operation: Operation) -> bool:
    """Whether the contract declares anything that an input could break."""
    return bool(operation.parameters) or operation.takes_body


def is_path_only(operation: Operation) -> bool:
    """Whether the only input is the path, where a wrong value is a record that does not exist."""
    return bool(operation.path_names) and not operation.takes_body


@promise("A method that the contract does not define for a path is refused with 405 and Allow", page="RFC 9110",
         stage=65, side_by_side=True)  # fmt: skip
def test_undefined_methods_are_refused(run: Run, path_operation: Operation) -> None:
    """405 with Allow naming the defined methods; another refusal, 501 and an incomplete Allow are notes."""
    target = run.target()
    path, own = unknown_path(run, path_operation), run.contract.methods_of(path_operation.path)
    defined = run.contract.methods_at(path)
    for method in [method for method in UNDEFINED if method not in defined][:3]:
        answer = target.request(method, path)
        label = f"{method} {path_operation.path}"
        if answer.status == 405:
            check_allow(run, label, own, defined, answer)
        elif answer.status in NOT_DONE:
            run.ledger.note(f"{answer.status} in place of 405 for {label}")
        elif answer.status not in {401, 403}:
            raise Broken(f"405 for {label}, which the contract does not define", answer.describe(), answer)


def check_allow(run: Run, label: str, own: frozenset[str], defined: frozenset[str], answer: Answer) -> None:
    """Allow names methods that are defined, and not the refused one; one that leaves out the path's own is a note."""
    expected, got = f"Allow: {', '.join(sorted(own))} in the 405 for {label}", answer.headers.get("allow")
    allow = {name.strip().upper() for name in (got or "").split(",")}
    if answer.sent.method in allow or not allow & defined:
        raise Broken(expected, "no Allow header" if got is None else f"Allow: {got}", answer)
    if not own <= allow:
        run.ledger.note(f"Allow: {got} leaves out {', '.join(sorted(own - allow))}, in the 405 for {label}")


def unknown_path(run: Run, operation: Operation) -> str:
    """The operation's path, naming no record."""
    return path_of(operation, tuple(run.target().gate.rules.mint() for _ in operation.path_names))


@promise("HEAD and OPTIONS are answered on every path", page="RFC 9110", stage=64, side_by_side=True)
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_head_and_options_are_answered(run: Run, path_operation: Operation, method: str) -> None:
    """By no server error, with and without an Origin; 404, 405 and 501 are answers too."""
    target, path = run.target(), unknown_path(run, path_operation)
    for headers in ({}, {"Origin": "https://app.example"}):
        answer = target.request(method, path, headers=headers)
        if answer.status >= 500 and answer.status != 501:
            raise Broken(f"no server error for {method} {path_operation.path}", answer.describe(), answer)


@promise("Every answer has a documented status, media type, headers and body", page="the contract", stage=98,
         sums_up=True)  # fmt: skip
def test_every_answer_fits(run: Run, operation: Operation) -> None:
    """Whatever this run has asked for, the answers of the operation kept the contract."""
    run.target()
    breaches = [b for (name, _), b in run.ledger.breaches.items() if name == operation.id and not b.suite]
    run.ledger.note_all(breach for breach in breaches if breach.is_note)
    if broken := [breach.as_broken() for breach in breaches if not breach.is_note]:
        raise Broken.together(broken)
    if operation.id not in run.ledger.answered:
        raise NotChecked("the operation was never answered")


@promise("Answers show nothing that the contract does not document", page="--undocumented fail", stage=98,
         where=lambda settings: settings.undocumented == "fail", sums_up=True)  # fmt: skip
def test_nothing_undocumented(run: Run) -> None:
    """Fields, statuses and headers; a server may add them, so only where the settings ask for it."""
    run.target()
    if lines := run.undocumented.lines():
        raise Broken.together(Broken("no undocumented part of an answer", line) for line in lines)


@promise("No request is answered with a server error or without end", page="the contract", stage=99, sums_up=True)
def test_no_answer_outside_the_contract_fails(run: Run) -> None:
    """Requests outside the operations (odd paths, undefined methods) neither break the server nor hang."""
    run.target()
    names = {operation.id for operation in run.contract.operations}
    if broken := [breach.as_broken() for (name, _), breach in run.ledger.breaches.items() if name not in names]:
        raise Broken.together(broken)
