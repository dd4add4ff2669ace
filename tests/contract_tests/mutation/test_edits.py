"""What each edit of the bundled behaviours changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from contract_tests.core.contract import Contract
from contract_tests.core.document import bundled
from contract_tests.mutation.edits import edits, read, without_notes
from contract_tests.mutation.sites import records_in


def _leaves(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """The values in a document that hold no others, by their places."""
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    if not value or not inner:
        yield pointer, value
    for name, one in inner:
        yield from _leaves(one, f"{pointer}/{name}")


def test_each_edit_changes_what_it_says() -> None:
    """The places that are gone, and those with another value, are those that were read and approved."""
    document = read(bundled().parent / "behaviours.yaml")
    plain = dict(_leaves(without_notes(document)))
    lines = []
    for edit in edits(document, records_in(Contract.load(bundled()))):
        now = dict(_leaves(without_notes(edit.document)))
        gone = [f"without {place}" for place in plain if place not in now]
        new = [f"{place} = {json.dumps(value)}" for place, value in now.items() if plain.get(place, ...) != value]
        lines.append(f"{edit.id}\n  {'; '.join([*gone, *new])}\n")
    assert "".join(lines) == (Path(__file__).parent / "edits.txt").read_text(encoding="utf-8")
