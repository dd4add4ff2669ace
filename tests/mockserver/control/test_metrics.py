"""What Prometheus reads: every request and every step of the store, counted once."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from mockserver.errors import StoreLost
from mockserver.exchange.meter import BOUNDS, Meter
from tests.conftest import Build
from tests.mockserver.control.conftest import Control
from tests.support import Ask, bundled_settings, in_memory

Samples = dict[tuple[str, ...], float]


def read(text: str) -> Samples:
    """The values by name and labels."""
    families = text_string_to_metric_families(text)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def _metrics(control: Control) -> Samples:
    answer = control("GET", "/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return read(answer.body.decode())


def test_requests_are_counted_by_operation_and_status(ask: Ask) -> None:
    """Refusals, paths of no operation and closed connections too; their times in buckets that add up."""
    control = Control(ask.engine)
    for _ in range(3):
        ask("GET", "/devices")
    ask("GET", "/devices", None)
    ask("GET", "/nothing")
    control("PUT", "/worlds/main/faults", {"presets": ["offline"]})
    ask("GET", "/devices")
    seen = _metrics(control)
    counted = {key[1:]: value for key, value in seen.items() if key[0] == "mockserver_requests_total"}
    assert counted == {
        ("listDevices", "200"): 3,
        ("listDevices", "401"): 1,
        ("listDevices", "closed"): 1,
        ("", "404"): 1,
    }
    assert seen["mockserver_request_duration_seconds_count", "listDevices"] == 5
    buckets = [v for k, v in seen.items() if k[0].endswith("duration_seconds_bucket") and "listDevices" in k]
    assert (buckets, len(buckets), buckets[-1]) == (sorted(buckets), len(BOUNDS) + 1, 5)
    spent = sum(entry.micros for entry in ask.engine.journal.entries("main") if entry.operation == "listDevices")
    assert seen["mockserver_request_duration_seconds_sum", "listDevices"] == pytest.approx(spent / 1e6)


def test_amounts_and_limits_are_shown(ask: Ask) -> None:
    """Worlds and memory beside what they may be, and the process."""
    in_memory(ask.engine)
    for world in ("a", "b"):
        ask("GET", "/devices", f"alice-token~{world}")
    seen = _metrics(Control(ask.engine))
    assert (seen[("mockserver_worlds",)], seen[("mockserver_worlds_limit",)]) == (2, 10_000)
    assert 0 < seen[("mockserver_journal_bytes",)] < seen[("mockserver_journal_limit_bytes",)] == 256_000_000
    assert seen[("process_resident_memory_bytes",)] > 1_000_000


def test_the_scraper_chooses_the_format(control: Control) -> None:
    """OpenMetrics, as its own parser reads it."""
    answer = control("GET", "/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert "mockserver_build_info" in {family.name for family in openmetrics(answer.body.decode())}


def test_a_lost_store_is_a_metric(
    build: Build, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Not a failed scrape; the requests that get a 503 are counted, although no journal has them."""
    file = tmp_path_factory.mktemp("store") / "worlds.db"
    ask = Ask(build(bundled_settings(store=f"sqlite:{file}")))
    control = Control(ask.engine)
    ask("GET", "/devices")
    before = _metrics(control)
    assert before[("mockserver_store_up",)] == 1
    assert 0 < before[("mockserver_journal_bytes",)] < before[("mockserver_journal_limit_bytes",)]
    steps = {key[1]: value for key, value in before.items() if key[0] == "mockserver_store_step_seconds_count"}
    assert steps["read"] >= 1

    def lost() -> None:
        raise StoreLost("it is gone")

    monkeypatch.setattr(ask.engine.store, "check", lost)
    monkeypatch.setattr(ask.engine.store, "begin", lambda *_: lost())
    assert ask("GET", "/devices").status == 503
    after = _metrics(control)
    assert after[("mockserver_store_up",)] == 0
    assert after["mockserver_requests_total", "listDevices", "503"] == 1


def test_a_missing_library_is_named(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install; nothing else needs it."""
    monkeypatch.delitem(sys.modules, "mockserver.control.exposition", raising=False)
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    answer = control("GET", "/metrics")
    assert answer.status == 501
    assert "pip install 'flashback-mock[metrics]'" in answer.json["detail"]


def test_workers_count_together_and_successors_go_on() -> None:
    """Any worker shows what all did, also one that has ended."""
    meter = Meter(["a", "b"], workers=2)
    meter.step("read", 50, None)
    meter.conflict()
    meter.work_as(1)
    meter.step("read", 200, StoreLost("gone"))
    meter.unavailable("b")
    meter.unavailable("unknown")
    assert meter.conflicts == 1
    assert [(name, lost, times.total, times.buckets[:3]) for name, lost, times in meter.steps()] == [
        ("read", 1, 250, (1, 0, 1))
    ]
    assert [(name, statuses) for name, statuses, _ in meter.requests()] == [("", {503: 1}), ("b", {503: 1})]


def test_a_commit_that_comes_second_is_a_conflict(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a request and of a control call."""
    in_memory(ask.engine)
    store, stage = ask.engine.store, ask.engine.store.stage
    answers = iter([False, True, False, True])
    monkeypatch.setattr(store, "stage", lambda *given: stage(*given) if next(answers) else None)
    assert ask("DELETE", "/devices/dev-01").status == 200
    control = Control(ask.engine)
    assert control("POST", "/worlds/main/clock/advance", {"by": "P1D"}).status == 200
    assert _metrics(control)[("mockserver_conflicts_total",)] == 2


def test_a_status_that_http_does_not_have_is_counted(mock_of: Callable[..., Ask]) -> None:
    """A contract may declare it all the same."""
    responses = {"999": {"description": "odd"}}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "odd", "version": "1"},
        "paths": {"/odd": {"get": {"operationId": "odd", "responses": responses}}},
    }
    ask = mock_of(document)
    assert ask("GET", "/odd").status == 999
    assert _metrics(Control(ask.engine))["mockserver_requests_total", "odd", "other"] == 1
