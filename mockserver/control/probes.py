"""Whether the mock server works: as people ask (`health`), and as orchestrators do (`live`, `ready`)."""

from __future__ import annotations

from typing import Final

from mockserver import __version__
from mockserver.control.calls import Call, Handler, Result
from mockserver.errors import StoreLost
from mockserver.settings import PREFIX

OPEN: Final = frozenset({f"{PREFIX}/live", f"{PREFIX}/ready"})
"""What any machine may ask: an orchestrator has no token, and the answers contain nothing but a word."""
_AGAIN: Final = (("Retry-After", "1"),)


def _health(call: Call) -> Result:
    trouble = call.engine.trouble
    state = {"status": "stale", "trouble": trouble} if trouble else {"status": "ok"}
    state = {**state, "version": __version__, "contract": call.engine.contract.document.name}
    try:
        call.engine.store.check()
    except StoreLost as lost:
        return Result({**state, "status": "store lost", "trouble": str(lost)}, 503, headers=_AGAIN)
    return Result(state)


def _live(_: Call) -> Result:
    """That the process answers. A restart would not bring a lost store back, so the store isn't asked."""
    return Result({"status": "live"})


def _ready(call: Call) -> Result:
    """Whether requests get an answer of the contract; before the contract is read, the port isn't open."""
    try:
        call.engine.store.check()
    except StoreLost:
        return Result({"status": "store lost"}, 503, headers=_AGAIN)
    return Result({"status": "ready"})


HANDLERS: dict[str, Handler] = {"getHealth": _health, "getLive": _live, "getReady": _ready}
"""The calls by the name of their operation."""
