"""Metrics as text in the formats of Prometheus and OpenMetrics; the door to prometheus-client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from mockserver import __version__
from mockserver.errors import StoreLost
from mockserver.exchange.engine import Engine
from mockserver.exchange.meter import BOUNDS, OTHER, Times

_MICROS: Final = 1_000_000
_NAMES: Final = {0: "closed", OTHER: "other"}
_BOUNDS: Final = (*(str(bound / _MICROS) for bound in BOUNDS), "+Inf")


def exposed(engine: Engine, accept: str) -> tuple[bytes, str]:
    """The metrics of a mock in the format that the scraper accepts, and its media type."""
    registry = CollectorRegistry()
    registry.register(_Mock(engine))
    if engine.settings.workers == 1:  # of several, any may answer, whose own memory and start say nothing
        ProcessCollector(registry=registry)
    encode, media = choose_encoder(accept)
    return encode(registry), media


class _Mock(Collector):
    """One mock; everything is read when it is asked for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        """The metrics: those of requests, of the store, and how much there is."""
        info = GaugeMetricFamily("mockserver_build_info", "Version and contract", labels=["version", "contract"])
        info.add_metric([__version__, self._engine.contract.document.name], 1)
        yield info
        yield from self._requests()
        yield from self._store()
        yield from self._amounts()

    def _requests(self) -> Iterator[Metric]:
        counted = CounterMetricFamily("mockserver_requests", "Requests by response", labels=["operation", "status"])
        times = HistogramMetricFamily(
            "mockserver_request_duration_seconds",
            "Time in the mock, without sending and without injected delays",
            labels=["operation"],
        )
        for operation, statuses, spent in self._engine.meter.requests():
            for status, number in statuses.items():
                counted.add_metric([operation, _NAMES.get(status) or str(status)], number)
            _add(times, operation, spent)
        yield from (counted, times)

    def _store(self) -> Iterator[Metric]:
        meter = self._engine.meter
        times = HistogramMetricFamily("mockserver_store_step_seconds", "Steps of the store", labels=["step"])
        failed = CounterMetricFamily("mockserver_store_failures", "Steps of the store that failed", labels=["step"])
        for step, lost, spent in meter.steps():
            _add(times, step, spent)
            failed.add_metric([step], lost)
        conflicts = "Commits that were made again, because another request had changed the world first"
        yield from (times, failed, CounterMetricFamily("mockserver_conflicts", conflicts, meter.conflicts))

    def _amounts(self) -> Iterator[Metric]:
        engine = self._engine
        try:
            engine.store.check()
            worlds, weight = len(engine.store), engine.journal.weight
        except StoreLost:
            yield GaugeMetricFamily("mockserver_store_up", "Whether the store answers", 0)
        else:
            yield GaugeMetricFamily("mockserver_store_up", "Whether the store answers", 1)
            yield GaugeMetricFamily("mockserver_worlds", "Worlds in the store, of all mocks that share it", worlds)
            taken = "Bytes of the journals, of all mocks that share the store"
            yield GaugeMetricFamily("mockserver_journal_bytes", taken, weight)
        yield GaugeMetricFamily("mockserver_worlds_limit", "How many worlds there may be", engine.store.most)
        limit = engine.settings.journal_memory
        yield GaugeMetricFamily("mockserver_journal_limit_bytes", "Bytes that the journals may take", limit)


def _add(family: HistogramMetricFamily, label: str, times: Times) -> None:
    buckets, total = [], 0
    for bound, number in zip(_BOUNDS, times.buckets, strict=True):
        total += number
        buckets.append((bound, total))
    family.add_metric([label], buckets, times.total / _MICROS)
