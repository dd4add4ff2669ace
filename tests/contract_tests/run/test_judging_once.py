"""Answers that are judged in the same way are judged once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.checks import AnswerChecks
from contract_tests.core.contract import Contract
from contract_tests.run.run import Run
from contract_tests.run.settings import Settings

SENT = Sent("GET", "http://target/devices", "/devices", {})
HEADERS = {"content-type": "application/json", "date": "Sun, 29 Nov 2026 12:00:00 GMT", "x-request-id": "1"}
OK = Answer(SENT, 200, HEADERS, b'{"success": true}', operation_id="listDevices")
REFUSED = replace(OK, status=401, body=b'{"success": false}')
MISSING = replace(OK, status=404, body=b'{"success": false}')


@pytest.fixture
def judged(contract: Contract, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Has a run observe answers; returns which of them were judged."""

    def observe(*answers: Answer) -> list[Answer]:
        seen: list[Answer] = []
        monkeypatch.setattr(AnswerChecks, "breaches", lambda _, answer: seen.append(answer) or ())
        run, checks = Run.prepare(Settings(), contract), AnswerChecks(contract)
        for answer in answers:
            run._observe(checks, answer, None)
        return seen

    return observe


@pytest.mark.parametrize("first", [OK, REFUSED])
def test_an_answer_is_judged_once_whatever_was_asked(judged: Any, first: Answer) -> None:
    """Other dates, other ids of requests, another query: the contract says the same of them."""
    later = replace(first, headers={**HEADERS, "date": "Sun, 29 Nov 2026 12:00:01 GMT", "x-request-id": "2"})
    elsewhere = replace(later, sent=replace(SENT, url="http://target/devices?page=2"))
    assert judged(first, later, elsewhere) == [first]


@pytest.mark.parametrize(
    "other",
    [
        replace(OK, body=b'{"success": 1}'),
        replace(OK, headers={**HEADERS, "content-type": "text/plain"}),
        replace(OK, headers={**HEADERS, "x-more": "1"}),
        replace(OK, operation_id="getDevice"),
        replace(OK, truncated=True),
    ],
)
def test_whatever_can_change_the_verdict_is_judged(judged: Any, other: Answer) -> None:
    """Another body, media type, header, operation, or end."""
    assert judged(OK, other) == [OK, other]


def test_what_is_not_documented_is_judged_with_its_request(judged: Any) -> None:
    """The same 404 may be right for one request and wrong for the next."""
    assert judged(MISSING, MISSING) == [MISSING, MISSING]
