"""Metrics for Prometheus: what the meter counted, and how much there is of what is bounded."""

from __future__ import annotations

from mockserver.control.calls import Call, Handler, Result
from mockserver.errors import Refused, to_install


def _metrics(call: Call) -> Result:
    try:
        from mockserver.control.exposition import exposed
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "prometheus_client":
            raise
        missing = f"the Python package prometheus-client isn't installed ({to_install('metrics')})"
        raise Refused(501, missing, own=True) from None
    text, media = exposed(call.engine, call.headers.get("accept", ""))
    return Result(text, media=media, headers=(("Cache-Control", "no-store"),))


HANDLERS: dict[str, Handler] = {"getMetrics": _metrics}
"""The calls by the name of their operation."""
