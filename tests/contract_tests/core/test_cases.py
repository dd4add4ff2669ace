"""Several cases of one promise, and inputs that break in one way."""

from __future__ import annotations

import pytest

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.cases import MOST_WAYS, Cases, Tally
from contract_tests.core.errors import Broken, NotChecked


def _refusal(what: str, status: int = 200) -> Broken:
    return Broken(
        f"make to refuse ({what})", str(status), Answer(Sent("POST", "http://t/x", "/x", {}), status, {}, b"")
    )


def _told(*broken: Broken) -> list[tuple[str, str]]:
    """What is expected and got of each way in which these broke."""
    tally = Tally()
    for one in broken:
        with tally.counting():
            raise one
    with pytest.raises(Broken) as found:
        tally.settle()
    return [(one.expected, one.got) for one in (found.value, *found.value.also)]


def test_inputs_that_broke_alike_are_counted() -> None:
    """Of one member, and with one status: the first is reported, with the number of the others."""
    broken = [_refusal("age: wrong type"), _refusal("name: too long"), _refusal("age: too small"), _refusal("age -> a")]
    assert _told(*broken) == [
        ("make to refuse (age: wrong type)", "200 (and 2 more inputs broke the same way)"),
        ("make to refuse (name: too long)", "200"),
    ]
    assert _told(_refusal("generated"), _refusal("generated"))[0][1] == "200 (and 1 more input broke the same way)"
    assert len(_told(_refusal("generated"), _refusal("generated", 302))) == 2


def test_only_some_ways_are_told() -> None:
    """A server that takes anything does not fill the report."""
    assert len(_told(*(_refusal(f"field{number}: wrong") for number in range(20)))) == MOST_WAYS


def test_what_is_not_broken_passes_through() -> None:
    """Nothing to settle is nothing broken, and what could not be checked is not swallowed."""
    tally = Tally()
    with tally.counting():
        pass
    tally.settle()
    with pytest.raises(NotChecked), tally.counting():
        raise NotChecked("no")


def test_a_promise_without_any_case_says_why_it_is_not_checked() -> None:
    """One case that was tried is enough for another verdict."""
    with pytest.raises(NotChecked, match="no such member"):
        Cases().settle(some=True, otherwise="no such member")
    cases = Cases()
    with cases.case():
        pass
    assert cases.settle(some=True, otherwise="no such member") == []
