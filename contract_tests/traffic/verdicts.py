"""What traffic shows, as the verdicts of promises: those of the server, and those of its client."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from contract_tests.core.checks import Breach
from contract_tests.core.contract import Operation
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.promises import Outcome, Promise, Verdict
from contract_tests.run.run import Run
from contract_tests.run.verdicts import settled
from contract_tests.traffic.judging import Traffic

SERVER: Final = "server"
CLIENT: Final = "client"
CONTRACT: Final = "the contract"
ANSWERS: Final = Promise("Every answer has a documented status, media type, headers and body", CONTRACT)
REQUESTS: Final = Promise("Every request is as the contract requires", CONTRACT)
KNOWN: Final = Promise("Every request names an operation of the contract", CONTRACT)
SOUND: Final = Promise("No request beside the operations is answered with a server error", CONTRACT)
DOCUMENTED: Final = Promise("Traffic shows nothing that the contract does not document", "--undocumented fail")
NEVER: Final = "traffic never showed the operation"


def verdicts(run: Run, traffic: Traffic) -> Iterator[Verdict]:
    """The verdicts of all promises, in the order of the reports."""
    for operation in run.operations:
        yield _settled(run, f"answers[{operation.id}]", SERVER, ANSWERS, _of(traffic, operation), (operation.id,))
    yield _settled(run, "answers_outside", SERVER, SOUND, _breaches(run, traffic.outside()))
    if run.settings.undocumented == "fail":
        yield _settled(run, "nothing_undocumented", SERVER, DOCUMENTED, _undocumented(traffic))
    if traffic.checks_requests:
        for operation in run.operations:
            found = _of(traffic, operation, of_requests=True)
            yield _settled(run, f"requests[{operation.id}]", CLIENT, REQUESTS, found, (operation.id,))
        yield _settled(run, "known_operations", CLIENT, KNOWN, _strangers(traffic))


def _settled(
    run: Run, name: str, suite: str, promise: Promise, found: Iterable[Broken | NotChecked], about: tuple[str, ...] = ()
) -> Verdict:
    all_found = list(found)
    skipped = next((one for one in all_found if isinstance(one, NotChecked)), None)
    broken = [one for one in all_found if isinstance(one, Broken)]
    error = Broken.together(broken) if broken else skipped
    return settled(run, Verdict(name, suite, promise, Outcome.KEPT, operations=about), error)


def _of(traffic: Traffic, operation: Operation, *, of_requests: bool = False) -> Iterator[Broken | NotChecked]:
    if not traffic.requests[operation.id]:
        yield NotChecked(NEVER)
    yield from _breaches(traffic.run, traffic.breaches_of(operation.id, of_requests=of_requests))


def _breaches(run: Run, found: Iterable[Breach]) -> Iterator[Broken]:
    for breach in found:
        if breach.is_note:
            run.ledger.note(f"{breach.as_note()}; seen in {breach.seen}")
        else:
            yield breach.as_broken()


def _undocumented(traffic: Traffic) -> Iterator[Broken]:
    for (name, status, what), (seen, answer) in sorted(traffic.parts.items()):
        if what == "the status":
            continue  # the promise of the operation reports it
        where = f"a {status}" if status.isdigit() else "a request"
        yield Broken(f"{name}: no undocumented part of {where}", f"{what}", answer, seen=str(seen))


def _strangers(traffic: Traffic) -> Iterator[Broken]:
    for label, seen, answer in traffic.strangers():
        known = sorted(traffic.contract.methods_at(answer.sent.path))
        slashed = answer.sent.path.rstrip("/") if answer.sent.path.endswith("/") else f"{answer.sent.path}/"
        hint = f"; the contract has {', '.join(known)} there" if known else ""
        if not known and (near := traffic.contract.methods_at(slashed)):
            hint = f"; the contract has {', '.join(sorted(near))} for {slashed}"
        got = f"no such operation{hint}; answered with {answer.status}"
        yield Broken(f"{label}: an operation of the contract", got, answer, seen=str(seen))
