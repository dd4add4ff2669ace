"""The people, companies and places that generated values are about are written as such are, and go together."""

from __future__ import annotations

import re
import zoneinfo

import pytest

from mockserver.generate.persona import Persona, persona_at

WORD = r"[A-Z][a-z]+"
WHERE = {
    "Amsterdam": (52.4, 4.9), "Berlin": (52.5, 13.4), "Boston": (42.4, -71.1), "Cape Town": (-33.9, 18.4),
    "Dublin": (53.3, -6.3), "Lisbon": (38.7, -9.1), "London": (51.5, -0.1), "Madrid": (40.4, -3.7),
    "Melbourne": (-37.8, 145.0), "Oslo": (59.9, 10.7), "Paris": (48.9, 2.35), "Porto Alegre": (-30.0, -51.2),
    "Prague": (50.1, 14.4), "Rome": (41.9, 12.5), "Seattle": (47.6, -122.3), "Toronto": (43.7, -79.4),
    "Vienna": (48.2, 16.4), "Zurich": (47.4, 8.5),
}  # fmt: skip
POSTAL = {
    r"\d{4} [A-Z]{2}": "NL", r"\d{5}": "DE US FR IT ES", r"\d{4}": "ZA AU NO AT CH", r"[A-Z]\d\d [A-Z]\d{3}": "IE",
    r"\d{4}-\d{3}": "PT", r"[A-Z]{2}\d[A-Z] \d[A-Z]{2}": "GB", r"\d{5}-\d{3}": "BR", r"\d{3} \d\d": "CZ",
    r"[A-Z]\d[A-Z] \d[A-Z]\d": "CA",
}  # fmt: skip
COUNTRIES = {
    "NL": "Netherlands", "DE": "Germany", "US": "United States", "ZA": "South Africa", "IE": "Ireland",
    "PT": "Portugal", "GB": "United Kingdom", "ES": "Spain", "AU": "Australia", "NO": "Norway", "FR": "France",
    "BR": "Brazil", "CZ": "Czechia", "IT": "Italy", "CA": "Canada", "AT": "Austria", "CH": "Switzerland",
}  # fmt: skip


def test_people_and_companies_have_names_as_they_are_written() -> None:
    """Some forty given names and as many family names; the login and the address are made of them."""
    people = [Persona((number << 7) + number) for number in range(400)]
    assert min(len({one.first for one in people}), len({one.last for one in people})) >= 40
    for one in people:
        assert re.fullmatch(WORD, one.first)
        assert re.fullmatch(WORD, one.last)
        assert one.full == f"{one.first} {one.last}"
        assert one.email == f"{one.login}@example.com" == f"{one.first.lower()}.{one.last.lower()}@example.com"
    companies = {Persona(number << 5).company for number in range(100)}
    assert len(companies) == 20
    assert all(re.fullmatch(rf"{WORD}( (&|{WORD}))*", company) for company in companies)


def test_numbers_and_streets_are_those_of_nobody() -> None:
    """A hundred numbers that are reserved for fiction; house numbers begin with one."""
    assert {Persona(number).phone for number in range(300)} == {f"+12025550{number}" for number in range(100, 200)}
    streets = [Persona(number << 3).street for number in range(2000)]
    assert {int(street.split()[0]) for street in streets} == set(range(1, 121))
    assert all(re.fullmatch(rf"\d+ {WORD} {WORD}", street) for street in streets)


def test_a_place_agrees_with_itself() -> None:
    """The city lies where it lies, its postal code has the form of its country, and its time zone exists."""
    forms = {code: form for form, codes in POSTAL.items() for code in codes.split()}
    places = {place[0]: place for place in (Persona(number << 11).place for number in range(100))}
    assert places.keys() == WHERE.keys()
    for city, (_, region, postal, code, country, latitude, longitude, zone) in places.items():
        assert (latitude, longitude) == pytest.approx(WHERE[city], abs=0.1)
        assert re.fullmatch(rf"{WORD}([ -](de|do|{WORD}))*", region)
        assert re.fullmatch(forms[code], postal)
        assert country == COUNTRIES[code]
        assert zone in zoneinfo.available_timezones()


@pytest.mark.parametrize(
    "member",
    ["address", "profile", "contact", "name", "location", "details", "attributes", "billing", "shipping", "person",
     "personal", "info", "data", "properties", "geo", "Address"],
)  # fmt: skip
def test_some_members_are_about_the_object_around_them(member: str) -> None:
    """An `address` is that of the person around it; a `friend` is somebody else."""
    assert persona_at(7, f"/people/1/{member}/city") == persona_at(7, "/people/1/email")
    assert persona_at(7, f"/{member}/geo/city") == persona_at(7, "/email") == persona_at(7, "")
    assert persona_at(7, "/people/1/friend/city") != persona_at(7, "/people/1/email")
    assert persona_at(8, "/email") != persona_at(7, "/email")
