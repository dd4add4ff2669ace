"""The trace that a client names is read as W3C Trace Context has it, and shown wherever an entry is."""

from __future__ import annotations

import json

import pytest

from mockserver.cli.log import json_line
from mockserver.exchange.tracing import trace_of
from mockserver.exchange.weight import lightened
from tests.mockserver.control.conftest import Control
from tests.support import Ask

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SENT = f"00-{TRACE}-{SPAN}-01"


@pytest.mark.parametrize("sent", [SENT, f"cc-{TRACE}-{SPAN}-01", f"cc-{TRACE}-{SPAN}-01-what-the-future-adds"])
def test_a_trace_is_read(sent: str) -> None:
    """Of a later version as far as it is that of version 00."""
    trace = trace_of({"traceparent": sent})
    assert trace is not None
    assert (trace.trace_id, trace.span_id, trace.traceparent) == (TRACE, SPAN, SENT)


@pytest.mark.parametrize(
    "sent",
    [
        "",
        SENT.upper(),
        f"{SENT}-more",
        f"{SENT},{SENT}",
        f" {SENT}",
        f"{SENT}\n",
        SENT[:-1],
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"cc-{TRACE}-{SPAN}-01x",
        f"00-{TRACE}-{SPAN}-0g",
        "9" * 100_000,
    ],
)
def test_what_is_not_in_its_form_is_no_trace(sent: str) -> None:
    """The standard has a server go on as if nothing had been sent."""
    assert trace_of({"traceparent": sent}) is None


def test_every_view_of_an_entry_names_its_trace(ask: Ask) -> None:
    """The journal, which can be searched for it; the HTTP archive; the log."""
    control = Control(ask.engine)
    ask("GET", "/devices", headers={"traceparent": SENT})
    ask("GET", "/devices", headers={"traceparent": "nonsense"})
    first, second = control.world("/requests")["requests"]
    assert first["trace"] == {"trace_id": TRACE, "span_id": SPAN, "traceparent": SENT}
    assert second["trace"] is None
    assert control.world(f"/requests?trace={TRACE}")["requests"] == [first]
    archived = control("GET", "/worlds/main/requests.har").json["log"]["entries"]
    assert [entry.get("_traceparent") for entry in archived] == [SENT, None]
    lines = [json.loads(json_line(entry)) for entry in ask.engine.journal.entries("main")]
    assert [(line.get("trace_id"), line.get("span_id")) for line in lines] == [(TRACE, SPAN), (None, None)]


def test_an_entry_that_is_too_heavy_keeps_its_trace(ask: Ask) -> None:
    """And no other header."""
    ask("GET", "/devices", headers={"traceparent": SENT, "x": "y" * 1000})
    [entry] = ask.engine.journal.entries("main")
    lightened(entry)
    assert dict(entry.request.headers) == {"traceparent": SENT}
