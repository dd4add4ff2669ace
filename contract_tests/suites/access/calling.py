"""Calls of operations that require credentials, each valid but for those."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from contract_tests.core.calls import Call, Calls
from contract_tests.core.cases import Cases
from contract_tests.core.contract import Operation
from contract_tests.core.credentials import Keys, can_refuse
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.safety import Safety
from contract_tests.core.target import Token
from contract_tests.run.run import Run

UNKNOWN_USER = 401
MOST_READS = 5  # of the other user, before their credentials count as refused
ORDER = {"GET": 0, "HEAD": 0, "POST": 1, "PUT": 2, "PATCH": 3, "DELETE": 4}


def secured(run: Run) -> list[Operation]:
    """The operations that require credentials in the request, those that remove something last."""
    found = [operation for operation in run.operations if operation.secured and can_refuse(run.contract, operation)]
    if run.settings.safety is Safety.OBSERVE or run.settings.safety is Safety.PROBE:
        found = [operation for operation in found if not operation.is_write]
    return sorted(found, key=lambda operation: ORDER.get(operation.method, 1))


def heads(run: Run, operations: Iterable[Operation]) -> list[Operation]:
    """HEAD of the reads for whose path the contract has none: it is GET without the body (RFC 9110, section 9.3.2)."""
    reads = (one for one in operations if one.method == "GET" and "HEAD" not in run.contract.methods_of(one.path))
    return [replace(one, method="HEAD") for one in reads]


def called(operation: Operation) -> str:
    """The name of an operation in a message."""
    return operation.id if operation.method == operation.declared.method else operation.label


def tried(calls: Calls, operations: list[Operation], untried: dict[str, str]) -> Iterator[Call]:
    """A valid call of each operation, where one is known; else why there is none."""
    for operation in operations:
        try:
            yield calls.of(operation)
        except NotChecked as error:
            untried[operation.id] = error.reason


def other_user(run: Run, found: list[Call]) -> Keys:
    """The credentials of the other user; raises `NotChecked` where they are those of nobody else, or of nobody."""
    other, target = run.other_keys, run.target()
    if not other:
        raise NotChecked("authentication: no second user is known (--other-token)")
    if other == target.keys:
        raise NotChecked("authentication: both users have the same token")
    reads = [call for call in found if call.operation.method == "GET"][:MOST_READS]
    refused = [call.send(target, other).status == UNKNOWN_USER for call in reads]
    if refused and all(refused):
        raise NotChecked("authentication: the target refuses each call of the other user with 401")
    return other


def check_refused(
    run: Run, calls: Calls, tokens: Callable[[Operation, int], Iterator[Token]], how: Callable[[Operation], str]
) -> None:
    """Each operation in turn, with each of its tokens; `how` says what is wrong with those."""
    target, cases, untried, sent = run.target(), Cases(), dict[str, str](), 0

    def check(call: Call, token: Token) -> None:
        answer = call.send(target, token)
        if answer.ok:
            expected = f"{called(call.operation)} to refuse a call {how(call.operation)}{named(token)}: 401 or 403"
            raise Broken(expected, answer.describe(), answer)

    for at, call in enumerate(tried(calls, secured(run), untried)):
        refused = list[Token]()
        for token in tokens(call.operation, at):
            sent += 1
            with cases.case():
                check(call, token)
                refused.append(token)
        for head in heads(run, [call.operation] if refused else []):
            with cases.case():
                check(replace(call, operation=head), refused[0])
    reasons = cases.settle(some=True)
    if not sent:
        raise NotChecked(f"authentication: {next(iter(untried.values()), 'no operation could be called')}")
    for name, why in untried.items():
        run.remarks.append(f"not checked {how(run.contract.operation(name))}: {name}: {why}")
    run.remarks.extend(f"not checked with other credentials: {reason}" for reason in reasons)


def named(token: Token) -> str:
    """Which of several credentials is missing, or which one is sent by itself."""
    names = (token.without or (() if token.token else token.by_scheme)) if isinstance(token, Keys) else ()
    return f" ({', '.join(names)})" if names else ""
