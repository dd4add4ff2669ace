"""What is known of one request so far."""

from __future__ import annotations

from typing import Any

from mockserver.auth import Caller
from mockserver.contract.operation import Operation
from mockserver.errors import Violation
from mockserver.faults import Disturbance, Faults
from mockserver.state.world import Record, World


class Story:
    """What is known of one request so far; the journal entry is made of it."""

    __slots__ = (
        "before", "caller", "changes", "delay", "disturbance", "fault", "faults", "found", "now", "operation",
        "reason", "verdict", "violations",
    )  # fmt: skip

    def __init__(self) -> None:
        self.operation: Operation | None = None
        self.caller: Caller | None = None
        self.before: World | None = None
        self.now: int | None = None
        self.reason, self.verdict, self.fault = "", "kept", ""
        self.disturbance: Disturbance | None = None
        self.faults: Faults | None = None  #: the world's faults before this request counted; None where there are none
        self.delay = 0
        self.violations: tuple[Violation, ...] = ()
        self.changes: tuple[Any, ...] = ()
        self.found: Record | str | None = None
