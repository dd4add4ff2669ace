"""Reads that had worked: whether they show that a session is over, or that one operation or one record fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.contract import Contract
from contract_tests.core.witnesses import Witnesses
from tests.contract_tests.conftest import ContractOf
from tests.contract_tests.small import contract_of_notes

LIST, NOTE, PAGE = "/notes", "/notes/n1", {"content-type": "text/html"}


@pytest.fixture(scope="module")
def notes(contract_of: ContractOf) -> Contract:
    """The contract of the notes."""
    return contract_of(contract_of_notes())


def answer(status: int, path: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
    """An answer of the target."""
    return Answer(Sent(method, f"http://target{path}", path, {}), status, headers or {}, b"{}")


def saw(contract: Contract, *answers: Answer) -> Witnesses:
    """What had worked."""
    found = Witnesses()
    for one in answers:
        match = contract.match(one.sent.method, one.sent.path)
        assert match
        found.saw(one, match[0])
    return found


def is_lost(found: Witnesses, now: Mapping[str, Answer], elsewhere: int = 404) -> bool:
    """Whether the session is over where the target answers this now, and so to paths that it hasn't."""

    def ask(sent: Sent) -> Answer:
        return replace(now.get(sent.path, answer(elsewhere, sent.path)), sent=sent)

    return found.lost(ask, lambda sent: sent) is not None


@pytest.mark.parametrize("status", [401, 403, 404, 302, 419])
def test_all_that_had_worked_fails(notes: Contract, status: int) -> None:
    """The session is over."""
    found = saw(notes, answer(200, LIST), answer(200, NOTE))
    assert is_lost(found, {path: answer(status, path) for path in (LIST, NOTE)})


def test_one_that_still_works_shows_that_the_session_does(notes: Contract) -> None:
    """Whatever the others are answered."""
    found = saw(notes, answer(200, LIST), answer(200, NOTE))
    assert not is_lost(found, {LIST: answer(403, LIST), NOTE: answer(200, NOTE)})


def test_one_operation_alone_is_its_own_matter_unless_it_says_401(notes: Contract) -> None:
    """Or unless what isn't there is answered in the same way."""
    found = saw(notes, answer(200, LIST))
    assert not is_lost(found, {LIST: answer(403, LIST)})
    assert is_lost(found, {LIST: answer(403, LIST)}, elsewhere=403)
    assert is_lost(found, {LIST: answer(401, LIST)})


def test_a_record_that_a_write_may_have_removed_shows_nothing(notes: Contract) -> None:
    """Its 404 is the right answer then."""
    found = saw(notes, answer(200, NOTE))
    assert is_lost(found, {})
    found = saw(notes, answer(200, NOTE), answer(204, NOTE, "DELETE"))
    assert not is_lost(found, {})


def test_a_page_shows_the_end_where_there_was_none(notes: Contract) -> None:
    """A page that had been the answer before is the one that was asked for."""
    now = {path: replace(answer(200, path, headers=PAGE), body=b"<form></form>") for path in (LIST, NOTE)}
    assert is_lost(saw(notes, answer(200, LIST), answer(200, NOTE)), now)
    assert not is_lost(saw(notes, *now.values()), now)
