"""Full URLs of operations → paths below the base URL that a page states."""

from __future__ import annotations

from dataclasses import replace

from docs_to_openapi.reading.operation import OperationReading
from docs_to_openapi.reading.reader import PageReading


def rebased(readings: list[PageReading]) -> list[PageReading]:
    """The readings, in which no path repeats the path of a stated base URL."""
    bases = {url.rstrip("/") for reading in readings for url in reading.overview.servers if url.startswith("http")}
    return [
        replace(reading, operations=[_rebased(operation, bases) for operation in reading.operations])
        for reading in readings
    ]


def _rebased(operation: OperationReading, bases: set[str]) -> OperationReading:
    if not operation.server:
        return operation
    url = operation.server + operation.path
    for base in sorted(bases, key=len, reverse=True):
        if url.startswith(base + "/") and len(base) > len(operation.server):
            return replace(operation, server=base, path=url[len(base) :])
    return operation
