"""Every operation with valid and invalid inputs: examples, boundary cases, random ones; and every answer of the run."""

from __future__ import annotations

import pytest

from contract_tests.contract import Operation
from contract_tests.discovery import Discovery
from contract_tests.errors import Broken, Withheld
from contract_tests.fuzzing import Fuzzer, Trial
from contract_tests.promises import promise
from contract_tests.queries import Queries
from contract_tests.run import Run

UNDEFINED = ("PATCH", "PUT", "DELETE", "POST", "GET", "QUERY")
INPUT_REFUSED = frozenset({400, 406, 411, 412, 413, 414, 415, 416, 422, 428, 431})
REFUSED = INPUT_REFUSED | {401, 403, 404, 405, 409, 429}


@promise("Records that the target itself names are answered", page="the contract", stage=58)
def test_known_records_are_answered(run: Run, read_operation: Operation, discovery: Discovery) -> None:
    """A read of a record that a list or a link of the target gives succeeds."""
    for values in discovery.calls(read_operation):
        answer = run.target().call(read_operation.id, *values)
        if not answer.ok:
            raise Broken(f"success from {read_operation.id} for a record that the target names", answer.told(), answer)


@pytest.mark.usefixtures("reserved")
@promise("Invalid input is refused, valid input is not", page="the contract", stage=60)
def test_generated_inputs(run: Run, input_operation: Operation, fuzzer: Fuzzer) -> None:
    """Examples, boundary cases and random inputs, valid and invalid."""
    sent, operation = 0, input_operation

    def judge(trial: Trial) -> None:
        nonlocal sent
        sent += 1
        if trial.answer.operation_id in {operation.id, ""}:
            judge_trial(run, operation, trial)

    withheld = list(fuzzer.trials(operation, judge))
    if not sent:
        raise Withheld(withheld[0] if withheld else "nothing could be generated")


def judge_trial(run: Run, operation: Operation, trial: Trial) -> None:
    """A valid input gets no refusal of its form; an invalid one gets one, strictly where the contract documents it."""
    status, answer = trial.answer.status, trial.answer
    if not documented_success(operation) or is_doubtful(run, operation, trial):
        return
    if trial.valid:
        if status in {400, 415, 422} and answer.operation_id:
            raise Broken(f"{operation.id} to take a valid input", answer.told(), answer)
        return
    if not has_inputs(operation):
        return
    allowed = REFUSED if not documented_refusals(operation) else INPUT_REFUSED | {401, 403, 405}
    if answer.ok or (status not in allowed and status < 500 and not is_path_only(operation)):
        raise Broken(f"{operation.id} to refuse an invalid input ({trial.about or 'generated'})", answer.told(), answer)
    stands_for = documented_refusals(operation)
    if status == 422 and stands_for and "422" not in stands_for:
        run.ledger.note(f"{operation.id}: 422 in place of {', '.join(sorted(stands_for))}")


def documented_success(operation: Operation) -> bool:
    """Whether the contract says at all what success looks like."""
    return any(status[0] in "23d" for status in operation.statuses)


def is_doubtful(run: Run, operation: Operation, trial: Trial) -> bool:
    """Whether an input counts as invalid though the contract does not forbid it."""
    if trial.about.startswith("Malformed Content-Type"):
        return "requestBody" not in operation.definition
    return trial.where == {"query"} and Queries(run.contract).fits(operation, trial.answer.sent.url)


def documented_refusals(operation: Operation) -> set[str]:
    """Statuses that the contract documents for input that does not fit."""
    return {"400", "415", "422", "4XX"} & set(operation.statuses)


def has_inputs(operation: Operation) -> bool:
    """Whether the contract declares anything that an input could break."""
    return bool(operation.definition["parameters"]) or "requestBody" in operation.definition


def is_path_only(operation: Operation) -> bool:
    """Whether the only input is the path, where a wrong value is a record that does not exist."""
    return bool(operation.path_names) and "requestBody" not in operation.definition


@promise(
    "A method that the contract does not define for a path is refused with 405 and Allow", page="RFC 9110", stage=65
)
def test_undefined_methods_are_refused(run: Run, path_operation: Operation) -> None:
    """405 with Allow naming the defined methods; 404 is a note."""
    operation = path_operation
    target, defined = run.target(), run.contract.methods_of(operation.path)
    values = {name: target.gate.rules.mint() for name in operation.path_names}
    path = operation.path.format(**values)
    for method in [m for m in UNDEFINED if m not in defined and (m, path) not in shadowed(run, path)][:3]:
        answer = target.request(method, path)
        if answer.status == 404:
            run.ledger.note(f"404 in place of 405 for {method} {operation.path}")
            continue
        if answer.status in {401, 403, 501}:
            continue
        if answer.status != 405:
            raise Broken(
                f"405 for {method} {operation.path}, which the contract does not define", answer.told(), answer
            )
        allow = {name.strip().upper() for name in answer.headers.get("allow", "").split(",")}
        if not defined <= allow or method in allow:
            told = answer.headers.get("allow", "no Allow header")
            raise Broken(f"Allow: {', '.join(sorted(defined))} in a 405 of {operation.path}", told, answer)


def shadowed(run: Run, path: str) -> set[tuple[str, str]]:
    """Methods that another, templated path defines for the same raw path."""
    return {(o.method, path) for o in run.contract.operations if o.pattern.match(path)}


@promise("Every answer has a documented status, media type, headers and body", page="the contract", stage=98)
def test_every_answer_fits(run: Run, operation: Operation) -> None:
    """Whatever this run has asked for, the answers of the operation kept the contract."""
    run.target()
    met = [b for (name, _), b in run.ledger.breaches.items() if name == operation.id and not b.is_envelope]
    run.ledger.note_all(breach for breach in met if breach.is_note)
    if broken := [breach.as_broken() for breach in met if not breach.is_note]:
        raise Broken.together(broken)
    if operation.id not in run.ledger.answered:
        raise Withheld("the operation was never answered")


@promise("No request is answered with a server error or without end", page="the contract", stage=99)
def test_no_answer_outside_the_contract_fails(run: Run) -> None:
    """Requests outside the operations (odd paths, undefined methods) neither break the server nor hang."""
    run.target()
    names = {operation.id for operation in run.contract.operations}
    if broken := [breach.as_broken() for (name, _), breach in run.ledger.breaches.items() if name not in names]:
        raise Broken.together(broken)
