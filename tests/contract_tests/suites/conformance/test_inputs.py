"""Which generated inputs the contract leaves in doubt."""

from __future__ import annotations

from contract_tests.core.answer import Sent
from contract_tests.suites.conformance.test_conformance import each_once


def test_a_repeated_parameter_may_be_read_once() -> None:
    """By its first value or by its last; a request that repeats none stands for itself."""
    sent = Sent("GET", "http://t/things?size=1&size=&page=2&size=x", "/things", {})
    assert [one.query for one in each_once(sent)] == ["size=1&page=2", "size=x&page=2"]
    assert list(each_once(Sent("GET", "http://t/things?size=1", "/things", {}))) == []
