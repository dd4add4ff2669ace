"""Which number suits a property of a name: every row of the table, with other spellings of the name."""

from __future__ import annotations

from random import Random

import pytest

from mockserver.generate.amounts import suggested
from mockserver.generate.persona import Persona

PERSONA = Persona(123_456)
LATITUDE, LONGITUDE = PERSONA.place[5:7]
RANGES = {
    "salary income budget": (30_000, 120_000),
    "age userAge": (19, 78),
    "score percent percentage progress completion": (1, 100),
    "quantity qty stock count seats guests": (1, 40),
    "year": (1995, 2025),
    "month": (1, 12),
    "day": (1, 28),
    "width height": (200, 1200),
    "bytes fileSize sizeInBytes contentLength": (1_000, 900_000),
    "port": (8000, 8999),
}
PRICES = "cost fee balance subtotal grandTotal tax discount revenue price amount unitPrice priceNet amountDue"
YEAR = (1_735_689_600, 1_767_225_599)


def _made(name: str, *formats: str, whole: bool, count: int = 1200) -> list[float]:
    made = (suggested(name, [*formats], Random(seed), PERSONA, whole=whole) for seed in range(count))
    return [number for number in made if number is not None]


@pytest.mark.parametrize("names", RANGES)
def test_a_whole_number_suits_the_name(names: str) -> None:
    """Within a range, from near its beginning to near its end, and whole where it may be a fraction too."""
    low, high = RANGES[names]
    near = (high - low) / 100
    for name in names.split():
        made = _made(name, whole=False)
        assert low <= min(made) <= low + near, name
        assert high - near <= max(made) <= high
        assert all(isinstance(number, int) for number in made)


def test_amounts_of_money_have_two_decimals() -> None:
    """Or are counted in the smallest unit, where they are whole; they end as prices do."""
    for name in PRICES.split():
        made = _made(name, whole=False, count=60)
        assert {round(number * 100) % 100 for number in made} <= {0, 49, 50, 90, 99}, name
        assert [number for number in made if round(number, 2) != number or not 1 <= number < 200] == []
    cents = _made("price", whole=True)
    assert {number % 100 for number in cents} == {0, 49, 50, 90, 99}
    assert {int(number // 100) for number in cents} == set(range(1, 200))


def test_ratings_have_one_decimal() -> None:
    """From 1 to 5, both included."""
    for name in ("rating", "stars"):
        assert set(_made(name, whole=True, count=100)) == {1, 2, 3, 4, 5}
        assert set(_made(name, whole=False)) == {number / 10 for number in range(10, 51)}


@pytest.mark.parametrize(("names", "value"), [("lat latitude", LATITUDE), ("lng lon longitude", LONGITUDE)])
def test_coordinates_are_those_of_the_place(names: str, value: float) -> None:
    """Rounded where they have to be whole."""
    for name in names.split():
        assert _made(name, whole=False, count=2) == [value] * 2
        assert _made(name, whole=True, count=2) == [round(value)] * 2


@pytest.mark.parametrize(
    ("name", "formats", "scale"),
    [
        ("created_at", (), 1),
        ("timestamp", (), 1),
        ("", ("unix-time",), 1),
        ("age", ("unix-time",), 1),
        ("age", ("int64", "epoch-millis"), 1000),
        ("", ("unix-millis",), 1000),
    ],
)
def test_times_lie_in_one_year(name: str, formats: tuple[str, ...], scale: int) -> None:
    """In seconds or milliseconds since 1970, by the name or by the format."""
    made = [number / scale for number in _made(name, *formats, whole=True)]
    assert YEAR[0] <= min(made) <= YEAR[0] + 50_000
    assert YEAR[1] - 50_000 <= max(made) <= YEAR[1]


def test_a_name_that_says_nothing_suggests_nothing() -> None:
    """Nor does one that holds a word of the table inside another."""
    assert [_made(name, whole=True, count=1) for name in ("", "size", "page", "portal", "dayOff", "latest")] == [[]] * 6
