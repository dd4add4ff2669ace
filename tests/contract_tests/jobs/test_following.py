"""A job is followed to its end, and names what it made."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from contract_tests.core import jobs
from contract_tests.core.accepted import has_failed, is_job, is_pending
from contract_tests.core.answer import Answer
from contract_tests.core.contract import Contract
from contract_tests.core.gate import Gate
from contract_tests.core.jobs import followed, made_by
from contract_tests.core.limits import Limits
from contract_tests.core.safety import Rules, Safety
from contract_tests.core.target import Target
from tests.contract_tests.conftest import ContractOf
from tests.contract_tests.jobs.service import contract_of_reports
from tests.contract_tests.small import Asked, Reply, Small, serving
from tests.support import TIMEOUT


class Script(Small):
    """Answers one after the other, the last one again and again."""

    def __init__(self, *replies: Reply) -> None:
        super().__init__()
        self.replies = list(replies)

    def answer(self, asked: Asked) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@pytest.fixture(scope="module")
def contract(contract_of: ContractOf) -> Contract:
    """That of the reports."""
    return contract_of(contract_of_reports())


@pytest.fixture
def asked(contract: Contract, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """What a target's job comes to, after these answers; and the path of the record that it made."""
    monkeypatch.setattr(jobs, "PAUSE", 0.01)
    opened = []

    def coming_to(*replies: Reply, seconds: float = TIMEOUT) -> tuple[Answer | None, str | None]:
        first = Reply(202, {"id": "j1", "status": "pending"}, {"Location": "/jobs/j1"})
        with serving(Script(first, *replies)) as url:
            gate = Gate(url, contract, Rules(Safety.FULL, contract), Limits(deadline=time.monotonic() + 2 * TIMEOUT))
            opened.append(Target(gate, contract, None))
            answer = opened[-1].request("POST", "/reports", body={"title": "x"})
            look = followed(opened[-1], answer, seconds)
            [maker] = [one for one in gate.rules.own.makers if one.operation.id == "makeReport"]
            return look, made_by(opened[-1], maker, look, ())

    yield coming_to
    for target in opened:
        target.session.close()


PENDING = Reply(200, {"id": "j1", "status": "pending"})


@pytest.mark.parametrize(
    ("replies", "path"),
    [
        ([PENDING, Reply(404), Reply(200, {"id": "j1", "status": "done", "reportId": "r7"})], "/reports/r7"),
        ([PENDING, Reply(303, {}, {"Location": "/reports/r7"}), Reply(200, {"id": "r7", "title": "x"})], "/reports/r7"),
        ([Reply(200, {"id": "j1", "status": "done", "result": {"id": "r7"}})], "/reports/r7"),
        ([Reply(200, {"id": "j1", "status": "done", "self": "/jobs/j1", "report": "/reports/r7"})], "/reports/r7"),
        (
            [
                Reply(200, {"data": {"id": "j1", "status": "pending", "reportId": None}, "meta": {"requestId": "q"}}),
                Reply(200, {"data": {"id": "j1", "status": "done", "reportId": "r7"}, "meta": {"requestId": "q"}}),
            ],
            "/reports/r7",
        ),
        ([Reply(200, {"data": {"id": "j1", "status": "done"}, "meta": {}})], None),
        ([Reply(200, {"id": "j1", "status": "done"})], None),
        ([Reply(200, {"id": "j1", "status": "FAILED", "reportId": "r7"})], None),
        ([Reply(500, {})], None),
    ],
)
def test_a_job_is_followed_to_what_it_made(asked: Any, replies: list[Reply], path: str | None) -> None:
    """By a member, a redirection, an object or an address in it; a job that failed made nothing."""
    assert asked(*replies)[1] == path


def test_a_job_that_takes_longer_is_left(asked: Any) -> None:
    """After the time that it may take; it is looked at once at least."""
    started = time.monotonic()
    assert asked(PENDING, seconds=0.05) == (None, None)
    assert asked(Reply(200, {"id": "j1", "status": "done", "reportId": "r7"}), seconds=0.0)[1] == "/reports/r7"
    assert time.monotonic() - started < TIMEOUT


@pytest.mark.parametrize(
    ("value", "pending", "failed"),
    [
        ({"status": "IN_PROGRESS"}, True, False),
        ({"jobState": "queued"}, True, False),
        ({"status": "done"}, False, False),
        ({"phase": "Failed"}, False, True),
        ({"text": "pending"}, False, False),
        ({"data": {"status": "pending"}, "meta": {"page": 1}}, True, False),
        ({"job": {"state": "failed"}}, False, True),
        ({"status": "done", "result": {"status": "pending"}}, False, False),
        ({"a": {"status": "pending"}, "b": {"status": "done"}}, False, False),
        ([], False, False),
    ],
)
def test_words_say_how_far_a_job_is(value: Any, pending: bool, failed: bool) -> None:
    """Those of members that are called so."""
    assert (is_pending(value), has_failed(value)) == (pending, failed)


def test_a_202_with_the_record_is_no_job(contract: Contract, contract_of: ContractOf) -> None:
    """Its schema says which of the two it is."""
    same = contract_of_reports()
    responses = same["paths"]["/reports"]["post"]["responses"]
    same["components"] = {"schemas": {"Report": responses["201"]["content"]["application/json"]["schema"]}}
    reference = {
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Report"}}},
        "description": "",
    }
    responses["202"] = same["paths"]["/reports/{id}"]["get"]["responses"]["200"] = reference
    answer = Answer(None, 202, {}, b"{}")  # type: ignore[arg-type]
    assert is_job(contract, contract.operation("makeReport"), answer)
    other = contract_of(same)
    assert not is_job(other, other.operation("makeReport"), answer)
