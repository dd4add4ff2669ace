"""What an answer may be a sign of: a session that is over, a page of a web site, something that any server says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from contract_tests.core.answer import Answer
from contract_tests.core.contract import Contract, Operation
from contract_tests.core.routes import PAGE
from contract_tests.core.schemas import declared_members, kinds_of

UNADMITTED: Final = frozenset({401, 403})
SIGNED_OUT: Final = frozenset({302, 303, 307, 419, 440, 498})
"""How servers say that a session is over without 401: they lead to a page, or use a status of their own."""
AWAY: Final = frozenset({502, 503, 504})
SILENT: Final = UNADMITTED | AWAY | {404, 405, 407, 429}
"""Statuses that say nothing of an operation, unless it documents them."""
BAD, ABSENT = 400, 404
HIDING: Final = UNADMITTED | SIGNED_OUT | {BAD, ABSENT}
"""What servers answer, whatever is asked for, once a session is over."""


def is_refusal(answer: Answer, operation: Operation | None) -> bool:
    """Whether an answer may mean that the user is not let in, or no longer."""
    if answer.status in UNADMITTED:
        return operation is not None or answer.status == 401
    if answer.ok:
        return is_page(answer, operation)
    return answer.status in SIGNED_OUT and (operation is None or operation.response_for(answer.status) is None)


def teaches(answer: Answer, operation: Operation) -> bool:
    """Whether an answer says something about the operation: it isn't what any gateway or server would answer."""
    if answer.ok:
        return not is_page(answer, operation)
    declared = operation.responses.get(str(answer.status)) or operation.responses.get(f"{answer.status // 100}XX")
    if 300 <= answer.status < 400 or answer.status in SILENT - UNADMITTED:
        if declared is None:
            return False
        return not declared.media_types or answer.media_type in declared.media_types
    return answer.status not in UNADMITTED


def may_teach(answer: Answer, operation: Operation) -> bool:
    """Whether an answer says something about the operation if only the target has its path."""
    return answer.ok or (answer.status in {404, 405} and not operation.path_names)


def is_page(answer: Answer, operation: Operation | None) -> bool:
    """Whether an answer is a page where the contract has none, such as the start page of a web site."""
    response = operation.response_for(answer.status) if operation else None
    return answer.media_type == PAGE and not (response and {PAGE, "text/*", "*/*"}.intersection(response.media_types))


def successes_of(contract: Contract, operation: Operation) -> list[tuple[frozenset[str], frozenset[str]]]:
    """The types and the members that the contract has for the JSON bodies of each success."""
    successes = [status for status in operation.responses if status.startswith("2")]
    schemas = [one.value for status in successes for one in contract.json_answer_schemas(operation, status)]
    return [(kinds_of(contract, one), frozenset(declared_members(contract, one))) for one in schemas]


def is_foreign(answer: Answer, successes: Sequence[tuple[frozenset[str], frozenset[str]]]) -> bool:
    """Whether a success is JSON of another kind than all that the contract has for one, or has none of its members."""
    if isinstance(answer.json, list):
        return bool(successes) and all(kinds == {"object"} for kinds, _ in successes)
    if not isinstance(answer.json, Mapping) or not answer.json or not successes:
        return False
    return all(kinds == {"array"} or (members and not members & answer.json.keys()) for kinds, members in successes)


def name_of(answer: Answer) -> str:
    """Method and path of the request."""
    return f"{answer.sent.method} {answer.sent.path[:80]}"


def outcome_of(answer: Answer) -> str:
    """The status, and that there was a page with it."""
    return f"{answer.status} with a page" if answer.ok and answer.media_type == PAGE else str(answer.status)
