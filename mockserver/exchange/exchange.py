"""What is known of one request so far."""

from __future__ import annotations

from typing import Any

import msgspec

from mockserver.contract.operations.operation import Operation
from mockserver.errors import Violation
from mockserver.exchange.auth import Caller
from mockserver.exchange.faults import Disturbance, Faults
from mockserver.state.collection import Record
from mockserver.state.world import World


class Story(msgspec.Struct):
    """What is known of one request so far; the journal entry is made of it."""

    operation: Operation | None = None
    caller: Caller | None = None
    before: World | None = None
    now: int = 0  #: the world's clock
    reason: str = ""
    verdict: str = "kept"
    fault: str = ""
    disturbance: Disturbance | None = None
    faults: Faults | None = None  #: the world's faults before this request counted; None where there are none
    delay: int = 0
    violations: tuple[Violation, ...] = ()
    changes: tuple[Any, ...] = ()
    found: Record | str | None = None
