"""Which parts of the contract were reached."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.contract import Contract
from contract_tests.core.coverage import Coverage, Part


@pytest.fixture
def coverage(contract: Contract) -> Coverage:
    """Nothing reached yet."""
    return Coverage(contract, contract.operations)


def answer(operation: str, status: int, body: Any, sent: Any = None) -> Answer:
    """An answer as the gate shows it."""
    content = b"" if sent is None else json.dumps(sent).encode()
    return Answer(
        Sent("POST", "http://t", "/x", {}, content), status, {}, json.dumps(body).encode(), operation_id=operation
    )


def test_properties_and_enum_values_are_reached(coverage: Coverage) -> None:
    """What the answer shows, and nothing else."""
    coverage.saw(answer("listDevices", 200, {"devices": [{"id": "x", "deviceType": "MOBILE"}]}))
    for what in ("", "/devices", "/devices/*", "/devices/*/id", '/devices/*/deviceType = "MOBILE"'):
        assert Part("listDevices", "200", what) in coverage.reached
    assert Part("listDevices", "200", '/devices/*/deviceType = "TABLET"') in coverage.missing()


def test_every_reached_part_is_a_part(coverage: Coverage) -> None:
    """Reaching never invents."""
    coverage.saw(answer("trustDevice", 400, {"success": False, "error": "x"}, {"fingerprint": 7}))
    coverage.saw(answer("trustDevice", 404, {"success": False, "error": "x"}, {"fingerprint": "x"}))
    assert coverage.reached <= {*coverage.parts}


def test_constraints_count_when_their_breach_was_refused(coverage: Coverage) -> None:
    """A wrong type that was refused reaches the constraint; one that was accepted does not."""
    part = Part("trustDevice", "request", "/fingerprint type")
    coverage.saw(answer("trustDevice", 200, {}, {"fingerprint": 7}))
    assert part in coverage.missing()
    coverage.saw(answer("trustDevice", 400, {}, {"fingerprint": 7}))
    assert part not in coverage.missing()


def test_what_only_the_server_can_bring_about_is_out_of_reach(coverage: Coverage) -> None:
    """Failures and rate limits count neither way, and say why they are missing."""
    assert all(part.status not in {"429", "500"} for part in coverage.in_reach)
    assert coverage.missing()[Part("listDevices", "500")] == "only a failing server returns it"
    assert 0 <= coverage.percent < 1
