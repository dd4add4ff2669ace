"""A promise is what a test checks, as it is marked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from contract_tests.core.promises import Promise, promise, without_ids
from contract_tests.run.plugin import promise_of


def test_a_mark_keeps_what_it_says() -> None:
    """Several assumptions and operations are words of one text; what is not said is empty."""

    def plain() -> None:
        """Documented. And more."""

    marked: Any = promise("it holds", page="p.md", assumed="A-01 A-02", stage=7, about="listA getB")(plain)
    assert marked.promise == Promise("it holds", "p.md", ("A-01", "A-02"), 7, ("listA", "getB"))
    short: Any = promise("it holds")(lambda: None)
    assert short.promise == Promise("it holds", "", (), 50, ())


def test_the_promise_of_a_test_is_its_mark_else_its_docstring_else_its_name() -> None:
    """So that every test is a line of the report."""
    marked = promise("it holds")(lambda: None)

    def described() -> None:
        """Described here.

        At length.
        """

    items: list[Any] = [SimpleNamespace(function=each, name="n") for each in (marked, described, lambda: None)]
    assert [promise_of(item).sentence for item in items] == ["it holds", "Described here.", "n"]


def test_ids_and_times_are_taken_out_of_a_text() -> None:
    """Only whole ids, the longest first."""
    text = "dev-1 of dev-10 and dev-1-x at 2026-01-01T00:00:00Z"
    assert without_ids(text, ["dev-1", "dev-10"]) == "{id} of {id} and dev-1-x at {time}"
