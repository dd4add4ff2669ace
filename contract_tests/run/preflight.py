"""Before the first check: does the target answer, accept the token, and serve the contract at that address?"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from email.utils import parsedate_to_datetime
from itertools import zip_longest
from urllib.parse import urljoin, urlsplit

from contract_tests.core.answer import Answer
from contract_tests.core.contract import Contract, Operation
from contract_tests.core.credentials import schemes_of
from contract_tests.core.discovery import needs_input
from contract_tests.core.errors import Broken, CredentialsRefused, NotChecked, TargetUnavailable
from contract_tests.core.routes import has_route, right_root, root_of
from contract_tests.core.signs import teaches
from contract_tests.core.target import Target, path_of

MOST_TRIED = 5  # reads that are not found, before another address is tried
MOST_REFUSED = 20  # reads, before the token counts as refused: many may be for administrators alone
MOST_NAMED = 3  # reads, in a message
REFUSED = frozenset({401, 403})
SKEW_WORTH_REPORTING = 5.0  # seconds


def preflight(target: Target, operations: Sequence[Operation], wait: float) -> float:
    """Ask for a few reads; returns the seconds that the target's clock is ahead. Raises `SuiteError`."""
    answers = list(tried(target, plain_reads(operations), wait))
    refused = [answer for answer in answers if answer.status in REFUSED]
    check_address(target, answers)
    if refused and all(answer.status in REFUSED or is_redirect(answer) for answer in answers):
        raise refusal(target, refused)
    return skew(answers[-1])


def plain_reads(operations: Sequence[Operation]) -> list[Operation]:
    """Reads that need no input: those that want credentials, where there are any, for they show whether the token is
    accepted."""
    found = [one for one in operations if one.method == "GET" and not needs_input(one)]
    return [one for one in found if one.secured] or found


def tried(target: Target, reads: Sequence[Operation], wait: float) -> Iterator[Answer]:
    """The answers to a few reads, up to the first that settles something; without any, that to the root, which shows
    whether the target is up."""
    refused = answered = 0
    for operation in in_turn(reads)[:MOST_REFUSED]:
        if answered - refused >= MOST_TRIED:
            return
        with suppress(NotChecked):  # its path may stand for another operation, which was left out
            answer = first_answer(target, path_of(operation, ()), 0 if answered else wait, operation)
            yield answer
            answered += 1
            refused += answer.status in REFUSED
            if answer.status not in REFUSED | {404} and not is_redirect(answer):
                return
    if answered:
        return
    with suppress(NotChecked):
        yield first_answer(target, "/", wait)
        return
    yield first_answer(target, "/contract-tests/are/looking/here", wait)


def in_turn(reads: Sequence[Operation]) -> list[Operation]:
    """The reads, one of each part of the API after the other: what one part refuses, another one may allow."""
    parts: dict[str, list[Operation]] = {}
    for one in reads:
        parts.setdefault(one.path.split("/")[1], []).append(one)
    return [one for each in zip_longest(*parts.values()) for one in each if one is not None]


def is_redirect(answer: Answer) -> bool:
    """Whether the answer only leads elsewhere, perhaps to a login."""
    return 300 <= answer.status < 400


def first_answer(target: Target, path: str, wait: float, operation: Operation | None = None) -> Answer:
    """The answer to a read, asked for again until the target is up; raises `TargetUnavailable`."""
    until = time.monotonic() + wait
    while True:
        try:
            return target.request("GET", path, operation=operation)
        except (TargetUnavailable, Broken) as error:
            if time.monotonic() >= until:
                fix = "is it running, and is --target right?"
                got = error.got if isinstance(error, Broken) else error.problem
                got = got.removeprefix(f"{target.gate.base_url} stopped answering at ")  # it never did
                raise TargetUnavailable(f"{target.gate.base_url} does not answer: {got}", fix=fix) from None
        target.gate.limits.sleep(0.5)


def refusal(target: Target, refused: Sequence[Answer]) -> CredentialsRefused:
    """The error of a token that nothing accepts."""
    more = f" and {len(refused) - MOST_NAMED} more" if len(refused) > MOST_NAMED else ""
    asked = ", ".join(f"GET {answer.sent.path}" for answer in refused[:MOST_NAMED]) + more
    problem = f"the target refuses the token: {asked}: {refused[0].describe()}" if target.keys else (
        f"the target wants a token: {asked}: {refused[0].status}"
    )  # fmt: skip
    fix = "give a valid one with --token or CONTRACT_TOKEN"
    operation = target.contract.operation(refused[0].operation_id) if refused[0].operation_id else None
    schemes = schemes_of(target.contract, operation, target.keys)
    if len(schemes) > 1:
        fix = f"give them one by one: {' '.join(f'--credential {one.name}=VALUE' for one in schemes)}"
    return CredentialsRefused(problem, fix=fix)


def check_address(target: Target, answers: Sequence[Answer]) -> None:
    """Where no answer is one of the contract: are its paths there below another prefix? Raises `TargetUnavailable`."""
    matches = [target.contract.match("GET", answer.sent.path, answer.sent) for answer in answers]
    if any(match is None or teaches(answer, match[0]) for answer, match in zip(answers, matches, strict=True)):
        return
    ask, missing = target.gate.asked_again, answers[0]
    if root := led_to(missing):
        problem = f"wrong address: {missing.sent.url} leads to {root}{missing.sent.path} ({missing.status})"
        raise TargetUnavailable(problem, fix=f"use --target {root}")
    if has_route(ask, missing.sent):
        return
    if found := right_root(ask, missing.sent, other_roots(target.gate.base_url, target.contract)):
        root, status = found
        absent = f"{missing.sent.url} isn't there ({missing.status} as for any path)"
        problem = f"{absent}, {root}{missing.sent.path} is ({status})"
        raise TargetUnavailable(f"wrong base path: {problem}", fix=f"use --target {root}")


def led_to(answer: Answer) -> str:
    """The address to which a redirect leads for the same path: https for http, a version; empty where it is another."""
    there = urljoin(answer.sent.url, answer.headers.get("location", "")).partition("?")[0]
    root = there.removesuffix(answer.sent.path)
    return root if is_redirect(answer) and there.endswith(answer.sent.path) and root != root_of(answer.sent) else ""


def other_roots(url: str, contract: Contract) -> Iterator[str]:
    """Where else the contract may be served on the same host: below the paths that its servers have, or without any."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    bases = contract.reader.base_paths
    roots = [*(origin + base for base in bases), *(url + base for base in bases), origin]
    yield from (root for root in dict.fromkeys(roots) if root != url)


def skew(answer: Answer) -> float:
    """Seconds that the target's clock is ahead of ours, 0 where that is little or unknown."""
    with suppress(ValueError, TypeError, KeyError):
        ahead = parsedate_to_datetime(answer.headers["date"]).timestamp() + 0.5 - time.time()
        return ahead if abs(ahead) >= SKEW_WORTH_REPORTING else 0.0
    return 0.0
