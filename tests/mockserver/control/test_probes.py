"""What an orchestrator asks: whether the process lives, and whether it can answer requests."""

from __future__ import annotations

import pytest

from mockserver.errors import StoreLost
from tests.mockserver.control.conftest import Control

ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}


def _lost() -> None:
    raise StoreLost("Redis at secret.example can't be reached")


def test_any_machine_may_probe(control: Control) -> None:
    """Under any name, since an orchestrator asks by address and has no token; nothing but that is open."""
    for path, status in (("/live", "live"), ("/ready", "ready")):
        answer = control("GET", path, headers={"Host": "10.1.2.3:4010"}, **ELSEWHERE)
        assert (answer.status, answer.json) == (200, {"status": status})
        assert control("POST", path, **ELSEWHERE).status == 405
    for path in ("/health", "/about", "/live/", "/worlds"):
        assert control("GET", path, **ELSEWHERE).status == 403


def test_a_lost_store_ends_readiness_alone(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process lives on, for the store may come back; who isn't admitted doesn't read where the store is."""
    monkeypatch.setattr(control.engine.store, "check", _lost)
    assert control("GET", "/live").status == 200
    answer = control("GET", "/ready", **ELSEWHERE)
    assert (answer.status, answer.json, answer.headers["retry-after"]) == (503, {"status": "store lost"}, "1")
    monkeypatch.undo()
    assert control("GET", "/ready").status == 200
