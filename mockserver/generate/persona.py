"""Who and where one object is about: its name, address and company go together. All of them are invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from zlib import crc32

_FIRST: Final = (
    "Ada", "Alan", "Amina", "Barbara", "Carlos", "Chen", "Clara", "Dmitri", "Edsger", "Elena", "Emil", "Fatima",
    "Frances", "Grace", "Hana", "Hugo", "Ines", "Ivan", "Jonas", "Katherine", "Kofi", "Lars", "Leila", "Linus", "Lucia",
    "Margaret", "Mateo", "Mei", "Nadia", "Noah", "Olga", "Omar", "Paula", "Priya", "Ravi", "Rosa", "Samuel", "Sofia",
    "Tomas", "Yuki",
)  # fmt: skip
_LAST: Final = (
    "Allen", "Backus", "Bauer", "Costa", "Diaz", "Dijkstra", "Eriksen", "Fischer", "Garcia", "Haddad", "Hamilton",
    "Hopper", "Ito", "Ivanova", "Jensen", "Johnson", "Kim", "Kowalski", "Larsen", "Liskov", "Lovelace", "Mensah",
    "Moreau", "Nguyen", "Novak", "Okafor", "Patel", "Perlman", "Rossi", "Santos", "Schmidt", "Silva", "Svensson",
    "Tanaka", "Turing", "Vargas", "Weber", "Wilson", "Yilmaz", "Zhang",
)  # fmt: skip
_COMPANIES: Final = (
    "Alder & Sons", "Bluefin Labs", "Brightwater", "Cedar Works", "Copper Lane", "Eastgate Foods", "Fernhill",
    "Granite Systems", "Harbor Light", "Juniper Health", "Lakeside Books", "Lumen Energy", "Maple Street Bakery",
    "Northwind Tools", "Orchard Press", "Pinecone Media", "Quarry Stone", "Redwood Travel", "Silver Oak", "Tidewater",
)  # fmt: skip
_STREETS: Final = ("Elm Street", "Oak Avenue", "Mill Lane", "Station Road", "Park Street", "Church Road", "Garden Way",
                   "River Road", "High Street", "Harbour Street", "Maple Drive", "Bridge Street")  # fmt: skip
_PLACES: Final = (
    ("Amsterdam", "North Holland", "1012 JS", "NL", "Netherlands", 52.3728, 4.8936, "Europe/Amsterdam"),
    ("Berlin", "Berlin", "10115", "DE", "Germany", 52.5321, 13.3849, "Europe/Berlin"),
    ("Boston", "Massachusetts", "02108", "US", "United States", 42.3588, -71.0638, "America/New_York"),
    ("Cape Town", "Western Cape", "8001", "ZA", "South Africa", -33.9249, 18.4241, "Africa/Johannesburg"),
    ("Dublin", "Leinster", "D02 X285", "IE", "Ireland", 53.3438, -6.2546, "Europe/Dublin"),
    ("Lisbon", "Lisbon", "1100-148", "PT", "Portugal", 38.7139, -9.1394, "Europe/Lisbon"),
    ("London", "England", "EC1A 1BB", "GB", "United Kingdom", 51.5203, -0.0975, "Europe/London"),
    ("Madrid", "Madrid", "28013", "ES", "Spain", 40.4169, -3.7035, "Europe/Madrid"),
    ("Melbourne", "Victoria", "3000", "AU", "Australia", -37.8136, 144.9631, "Australia/Melbourne"),
    ("Oslo", "Oslo", "0150", "NO", "Norway", 59.9133, 10.739, "Europe/Oslo"),
    ("Paris", "Ile-de-France", "75001", "FR", "France", 48.8606, 2.3376, "Europe/Paris"),
    ("Porto Alegre", "Rio Grande do Sul", "90010-150", "BR", "Brazil", -30.0346, -51.2177, "America/Sao_Paulo"),
    ("Prague", "Prague", "110 00", "CZ", "Czechia", 50.0875, 14.4213, "Europe/Prague"),
    ("Rome", "Lazio", "00184", "IT", "Italy", 41.8933, 12.4829, "Europe/Rome"),
    ("Seattle", "Washington", "98101", "US", "United States", 47.6101, -122.3344, "America/Los_Angeles"),
    ("Toronto", "Ontario", "M5H 2N2", "CA", "Canada", 43.6532, -79.3832, "America/Toronto"),
    ("Vienna", "Vienna", "1010", "AT", "Austria", 48.2082, 16.3738, "Europe/Vienna"),
    ("Zurich", "Zurich", "8001", "CH", "Switzerland", 47.3728, 8.5391, "Europe/Zurich"),
)  # fmt: skip
_SAME: Final = frozenset({"address", "profile", "contact", "name", "location", "details", "attributes", "billing",
                          "shipping", "person", "personal", "info", "data", "properties", "geo"})  # fmt: skip
"""Members that are about the same thing as the object around them."""


@dataclass(frozen=True, slots=True)
class Persona:
    """A person, a company and an address, chosen by a number."""

    number: int

    @property
    def first(self) -> str:
        """A given name."""
        return _FIRST[self.number % len(_FIRST)]

    @property
    def last(self) -> str:
        """A family name."""
        return _LAST[(self.number >> 7) % len(_LAST)]

    @property
    def full(self) -> str:
        """The whole name."""
        return f"{self.first} {self.last}"

    @property
    def login(self) -> str:
        """The name as accounts have it."""
        return f"{self.first}.{self.last}".lower()

    @property
    def email(self) -> str:
        """An address that nobody has (RFC 2606)."""
        return f"{self.login}@example.com"

    @property
    def phone(self) -> str:
        """A number that is reserved for fiction."""
        return f"+1202555{100 + self.number % 100:04}"

    @property
    def company(self) -> str:
        """A company."""
        return _COMPANIES[(self.number >> 5) % len(_COMPANIES)]

    @property
    def street(self) -> str:
        """A street and a number."""
        return f"{1 + (self.number >> 3) % 120} {_STREETS[(self.number >> 9) % len(_STREETS)]}"

    @property
    def place(self) -> tuple[str, str, str, str, str, float, float, str]:
        """City, region, postal code, country code, country, latitude, longitude and time zone."""
        return _PLACES[(self.number >> 11) % len(_PLACES)]


def persona_at(salt: int, pointer: str) -> Persona:
    """Whom the object is about that has a member at this place."""
    *around, _ = pointer.split("/") if pointer else [""]
    while around and around[-1].lower() in _SAME:
        around.pop()
    return Persona(crc32("/".join(around).encode(), salt))
