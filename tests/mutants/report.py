"""Prints what became of the mutants, by room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.mutants.mutant import Change, Mutant


@dataclass(frozen=True)
class Outcome:
    """The mutants of a run: those that a test failed for, those that none did, and the argued equivalents."""

    killed: Sequence[Mutant]
    survived: Sequence[Change]
    equivalent: Sequence[Mutant]


def share(killed: int, survived: int) -> str:
    """The share killed of the mutants that are not equivalent."""
    return f"{killed / (killed + survived):.1%}" if killed + survived else "-"


def table(outcome: Outcome) -> str:
    """One line for each room, and one for all."""
    columns = (outcome.killed, [change.mutant for change in outcome.survived], outcome.equivalent)
    rooms = sorted({mutant.room for column in columns for mutant in column})
    counts = {room: [sum(mutant.room == room for mutant in column) for column in columns] for room in rooms}
    counts["all"] = [len(column) for column in columns]
    head = _line("room", "killed", "survived", "equivalent", "killed of others")
    return "\n".join([head, *(_line(room, *of, share(of[0], of[1])) for room, of in counts.items())])


def survivor(change: Change) -> str:
    """Where a survivor stands, and its difference."""
    place = f"{change.mutant.path}:{change.line}"
    within = f" in {change.mutant.function}" if change.mutant.function else ""
    difference = [*(f"  - {line}" for line in change.removed), *(f"  + {line}" for line in change.added)]
    return "\n".join([place + within, *difference])


def _line(room: str, *columns: object) -> str:
    return f"{room:<24}" + "".join(f"{column!s:>18}" for column in columns)
