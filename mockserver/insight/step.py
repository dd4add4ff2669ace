"""One step of an explanation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a verb of behaviours, or a stage of the request story, and what it did."""

    verb: str
    did: str
