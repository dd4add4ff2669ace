"""Records whose keys are counted below each parent: the same key names another record below another one."""

from __future__ import annotations

from pathlib import Path

from tests.contract_tests.cases.running import run
from tests.contract_tests.suites.records.hotel import Hotel, contract_of_hotel


def test_rooms_may_be_numbered_below_each_house(tmp_path: Path) -> None:
    """Room 1 of each house is a room of its own."""
    found = run(Hotel(), contract_of_hotel(), tmp_path, "--suite", "records")
    assert (found.code, found.broken()) == (0, []), found.printed
    assert found.outcome("records_of_another_parent") == "kept"


def test_a_room_of_another_house_is_found_out(tmp_path: Path) -> None:
    """By a number that the other house doesn't have."""
    found = run(Hotel(anywhere=True), contract_of_hotel(), tmp_path, "--suite", "records")
    assert ("records_of_another_parent", "404 from showRoom for a record that lies below another parent") in [
        (name, expected) for name, expected, _ in found.broken()
    ]
