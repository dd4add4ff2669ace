"""Documented or assumed: what the mock's answer rests on where the target's differs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.contract import Contract
from contract_tests.core.model import Model
from contract_tests.suites.flashback.api import SUBJECTS
from contract_tests.suites.oracle.calls import Call, Step
from contract_tests.suites.oracle.correspondence import Difference
from contract_tests.suites.oracle.runner import Divergence, Done
from contract_tests.suites.oracle.verdict import as_broken, as_note, assumptions, source_of

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ENDED = {"sessions": [{"id": "k", "expiresAt": "2026-05-01T11:00:00Z"}]}
LAPSED = {"devices": [{"id": "k", "trustExpiresAt": "2026-05-01T11:00:00Z"}]}
RUNNING = {"sessions": [{"id": "k", "expiresAt": "2026-05-01T13:00:00Z"}]}


@pytest.fixture(scope="module")
def model() -> Model:
    """The bundled behaviours, and what their assumptions are about."""
    return replace(Model.load(None, None), subjects=SUBJECTS)


def diverging(
    contract: Contract, calls: str, different: Difference, body: Any = None, statuses: tuple[int, int] = (200, 200)
) -> Divergence:
    """A divergence at the last of these calls; statuses are the mock's and the target's there."""

    def done(name: str, mock: int = 200, target: int = 200) -> Done:
        content = json.dumps(body).encode()
        answers = [
            Answer(Sent("GET", f"http://t/{name}", f"/{name}", {}), code, {}, content) for code in (mock, target)
        ]
        return Done(Step(name), Call(contract.operation(name)), *answers)

    *before, last = calls.split()
    return Divergence(tuple(map(done, before)), done(last, *statuses), different, NOW)


@pytest.mark.parametrize(
    ("calls", "different", "more", "numbers"),
    [
        ("trustDevice getDevice", Difference("value", "", "", "devices", "isTrusted"), {}, ()),
        ("trustDevice getDevice", Difference("value", "", "", "devices", "trustLevel"), {}, ("A-09",)),
        ("trustDevice getDevice", Difference("changed", "", "", "devices", "trustLevel"), {}, ()),
        ("trustDevice", Difference("order", "", "", "devices", "trustExpiresAt"), {}, ()),
        ("untrustDevice getDevice", Difference("left", "", "", "devices", "trustExpiresAt"), {}, ("A-09",)),
        ("listDevices", Difference("value", "", "", "devices", "isTrusted", "k"), {"body": LAPSED}, ("A-16",)),
        ("listDevices", Difference("value", "", "", "devices", "isTrusted", "k"), {}, ()),
        ("listDevices", Difference("value", "", "", "devices", "os"), {}, ()),
        ("listSessions", Difference("further", "", "", "sessions", key="k"), {"body": ENDED}, ("A-11",)),
        ("listSessions", Difference("further", "", "", "sessions", key="k"), {"body": RUNNING}, ()),
        ("revokeSession listSessions", Difference("missing", "", "", "sessions", key="x"), {"body": ENDED}, ()),
        ("removeDevice getDevice", Difference("status", "", ""), {"statuses": (404, 200)}, ("A-14",)),
        ("revokeSession revokeSession", Difference("status", "", ""), {"statuses": (404, 200)}, ()),
        ("revokeAllSessions listDevices", Difference("status", "", ""), {"statuses": (200, 401)}, ("A-12",)),
        ("revokeSession listDevices", Difference("status", "", ""), {"statuses": (200, 401)}, ()),
        ("listDevices", Difference("form", "", "", assumed=("A-01",)), {}, ("A-01",)),
    ],
)
def test_what_it_rests_on(
    contract: Contract,
    model: Model,
    calls: str,
    different: Difference,
    more: Mapping[str, Any],
    numbers: tuple[str, ...],
) -> None:
    """Numbers of assumptions where only those say so; none where the documentation does."""
    assert assumptions(diverging(contract, calls, different, **more), model) == numbers


def test_numbers_of_a_foreign_contract_count_for_the_whole_operation(contract: Contract) -> None:
    """Nothing says which fields they are about."""
    text = "collections: {devices: {}}\noperations: {trustDevice: {find: {devices: {}}, set: {os: x}, assumed: [X-1]}}"
    different = Difference("value", "", "", "devices", "os")
    assert assumptions(diverging(contract, "trustDevice", different), Model.read(text, "b.yaml")) == ("X-1",)


def test_the_script_is_told_in_order(contract: Contract) -> None:
    """Every call, the same one twice if it was made twice, and the one that differs last."""
    divergence = diverging(contract, "heartbeatSession heartbeatSession listSessions", Difference("value", "x: 1", "2"))
    broken = as_broken(divergence, ())
    assert broken.in_order
    assert [answer.sent.path for answer in broken.answers] == ["/heartbeatSession"] * 2 + ["/listSessions"]
    assert "after heartbeatSession, heartbeatSession: listSessions like the mock: x: 1" in broken.expected
    assert as_note(divergence, ("A-10",)).startswith("assumed A-10: ")


def test_what_is_inferred_is_not_documented(contract: Contract, model: Model) -> None:
    """The source is what was inferred of the last write; the form of an answer is documented all the same."""
    behaviours = {**model.behaviours, "trustDevice": replace(model.behaviours["trustDevice"], because="it says trust")}
    inferred = replace(model, behaviours=behaviours, inferred=True)
    found = diverging(contract, "trustDevice getDevice", Difference("value", "", "", "devices", "isTrusted"))
    assert source_of(found, model) == ""
    assert source_of(found, inferred).startswith("inferred from the paths and schemas of the contract: it says trust (")
    assert source_of(replace(found, difference=Difference("form", "", "")), inferred) == ""
