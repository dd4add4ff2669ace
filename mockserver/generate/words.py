"""Plain words for strings that nothing else describes, chosen by the name of the property they are for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from random import Random
from typing import Final

from mockserver.generate.persona import Persona

PLAIN: Final = (
    "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "iris", "juniper", "larch", "maple",
    "north", "opal", "pine", "quartz", "river", "slate", "tulip", "willow",
)  # fmt: skip
_PRODUCTS: Final = ("Desk Lamp", "Water Bottle", "Canvas Bag", "Coffee Grinder", "Notebook", "Wool Blanket",
                    "Bike Light", "Garden Chair", "Tea Kettle", "Hiking Boots", "Wall Clock", "Travel Mug",
                    "Bread Knife", "Picnic Basket", "Rain Jacket", "Reading Glasses")  # fmt: skip
_SUBJECTS: Final = ("Getting started", "Monthly report", "Project kickoff", "Summer sale", "Release notes",
                    "Team meeting", "Customer feedback", "Budget review", "Holiday schedule", "New arrivals",
                    "Travel plans", "Quarterly goals")  # fmt: skip
_SENTENCES: Final = ("Everything is ready for the next step.", "Please review the details before Friday.",
                     "It was delivered on time and works well.", "The first version has been approved.",
                     "A short overview of what changed this month.", "Made by hand from durable materials.",
                     "Thanks for the quick reply, that helped.", "The team meets every Tuesday morning.")  # fmt: skip
_CATEGORIES: Final = ("Books", "Garden", "Kitchen", "Music", "Office", "Outdoor", "Sports", "Travel", "Tools", "Toys")
_JOBS: Final = (
    "Accountant",
    "Designer",
    "Engineer",
    "Nurse",
    "Project manager",
    "Sales manager",
    "Teacher",
    "Translator",
)
_PARTS: Final = ("Design", "Engineering", "Finance", "Legal", "Marketing", "Operations", "Sales", "Support")
_TIMES: Final = ("2025-06-01T12:00:00Z", "2025-07-01T12:00:00Z")
_BIRTHDAYS: Final = ("1979-07-25", "1984-03-12", "1990-11-02", "2001-01-30")
_ROLES: Final = (
    r"\b(full|display|legal|real|owner|author|contact|customer|user|person|employee|holder|card ?holder) name\b"
    r"|\b(author|assignee|reviewer|reporter|creator|recipient|sender|manager)\b(?! (id|url|type))|\bby$"
)
_PROSE: Final = (
    r"\b(description|bio|biography|about|summary|abstract|excerpt|comments?|notes?|message|body|content|text|review|"
    r"details|remarks|caption)$"
)
_COLOURS: Final = ("#1f77b4", "#2ca02c", "#8c564b", "#9467bd", "#bcbd22", "#d62728", "#e377c2", "#ff7f0e")
_PEOPLE: Final = (
    r"user|customer|person|people|member|employee|author|contact|owner|student|teacher|patient|doctor|player|guest|client|"
    r"candidate|participant|subscriber|manager|driver|agent|profile|passenger|attendee|speaker|artist|actor|friend|staff|"
    r"recipient|sender|assignee|reviewer|creator|lead|applicant|tenant|admin|persona|director|instructor|follower"
)
_FIRMS: Final = (
    r"company|companies|organi[sz]ation|supplier|vendor|brand|publisher|employer|manufacturer|merchant|partner"
)

Make = Callable[[Persona, Random], tuple[str, ...]]
"""What suits a property, the best first: the others are for schemas that the first is too long for."""


def _one_of(*choices: str) -> Make:
    return lambda _, random: (random.choice(choices),)


def _hexadecimal(digits: int) -> Make:
    return lambda _, random: (f"{random.getrandbits(4 * digits):0{digits}x}",)


def _picture(_: Persona, random: Random) -> tuple[str, ...]:
    """A small coloured picture that a browser shows without a network, else the address of one."""
    colour = random.choice(_COLOURS)[1:]
    drawing = (
        "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%204%203'%3E"
        f"%3Crect%20width='4'%20height='3'%20fill='%23{colour}'/%3E%3Ccircle%20cx='2'%20cy='1.5'%20r='1'%20"
        "fill='white'/%3E%3C/svg%3E"
    )
    return drawing, f"https://example.com/images/{random.choice(PLAIN)}.png"


# The first row whose pattern matches in the property's name, written in words: `firstName` is `first name`.
_HINTS: Final[tuple[tuple[re.Pattern[str], Make], ...]] = tuple(
    (re.compile(pattern), make)
    for pattern, make in (
        (r"\be ?mail\b", lambda persona, _: (persona.email, "a@b.co")),
        (r"\b(uuid|guid)$",
         _one_of("3f0c9f5e-8a53-4a4e-9a70-1d3d3f6c2b10", "b7d0c1de-52b4-4f0b-8f0e-6d1f2a9e4c55")),
        (r"\bids?$", lambda _, random: (_key(random),)),
        (r"\b(secret|token|password|passwd|api key|access key|private key|hash|checksum|signature|digest|nonce|salt)\b",
         _hexadecimal(24)),
        (r"\b(first|given|middle|fore) ?names?\b", lambda persona, _: (persona.first,)),
        (r"\b(last|sur|family) ?name\b|\bsurname\b", lambda persona, _: (persona.last,)),
        (r"\buser ?name\b|\blogin\b|\bscreen name\b|\bnick ?name\b|\bhandle\b", lambda persona, _: (persona.login,)),
        (_ROLES, lambda persona, _: (persona.full, persona.first)),
        (r"\b(company|organi[sz]ation|employer|vendor|supplier|manufacturer|brand|publisher|merchant)( name)?$",
         lambda persona, _: (persona.company,)),
        (r"\b(phone|mobile|fax|cell|tel|telephone)\b", lambda persona, _: (persona.phone,)),
        (r"\bjob\b|\boccupation\b|\bprofession\b", _one_of(*_JOBS)),
        (r"\bdepartment\b", _one_of(*_PARTS)),
        (r"\b(city|town|locality)\b", lambda persona, _: (persona.place[0],)),
        (r"\b(province|region|county|state (name|province))\b", lambda persona, _: (persona.place[1],)),
        (r"\bcountry ?(code|iso\w*)\b|\bnationality code\b", lambda persona, _: (persona.place[3],)),
        (r"\bcountry\b", lambda persona, _: (persona.place[4], persona.place[3])),
        (r"\bcurrency\b", _one_of("EUR", "USD", "GBP", "CHF", "NOK")),
        (r"\b(locale|language|lang)\b", _one_of("en", "de", "fr", "it", "nl")),
        (r"\btime ?zone\b|\btz\b", lambda persona, _: (persona.place[7], "UTC")),
        (r"\b(zip|postal|post ?code|zip ?code)\b", lambda persona, _: (persona.place[2], "10115")),
        (r"\bip\b", lambda _, random: (f"192.0.2.{random.randint(1, 254)}",)),
        (r"\b(street|address ?line ?1?|line ?1)\b", lambda persona, _: (persona.street,)),
        (r"\baddress\b", lambda persona, _: (f"{persona.street}, {persona.place[0]}", persona.street)),
        (r"\b(avatar|image|img|photo|picture|thumbnail|thumb|logo|icon|poster|banner|cover)\b(?! (id|type|alt|name))",
         _picture),
        (r"\b(url|uri|link|href|website|homepage|web|site)\b",
         lambda _, random: (f"https://example.com/{random.choice(PLAIN)}",)),
        (r"\b(domain|host ?name|host)\b", lambda _, random: (f"{random.choice(PLAIN)}.example.com",)),
        (r"\b(created|updated|modified|deleted|timestamp|expires)\b(?! by)", _one_of(*_TIMES)),
        (r"\b(uuid|guid)\b",
         _one_of("3f0c9f5e-8a53-4a4e-9a70-1d3d3f6c2b10", "b7d0c1de-52b4-4f0b-8f0e-6d1f2a9e4c55")),
        (r"\bids?\b", lambda _, random: (_key(random),)),
        (r"\b(birth ?day|dob|birth ?date|date of birth)\b", _one_of(*_BIRTHDAYS)),
        (r"\bdate\b", _one_of("2025-06-01", "2025-07-15", "2025-09-30")),
        (r"\bcolou?r\b", _one_of(*_COLOURS)),
        (r"\b(sku|part number|order number|invoice number|reference|ref|ticket|serial( number)?)\b",
         lambda _, random: (f"{random.choice('ABCDEFGH')}{random.choice('JKLMNPQR')}-{random.randint(1000, 9999)}",)),
        (r"\bversion\b", lambda _, random: (f"{random.randint(1, 4)}.{random.randint(0, 9)}.{random.randint(0, 9)}",)),
        (r"\bslug\b", lambda _, random: (f"{random.choice(PLAIN)}-{random.choice(PLAIN)}",)),
        (r"\bfile ?name\b", _one_of("report.pdf", "photo.png", "notes.txt", "budget.xlsx")),
        (r"\b(mime ?type|content ?type|media ?type)\b", _one_of("image/png", "application/pdf", "text/plain")),
        (r"\b(price|amount|cost|fee|balance|subtotal|salary)\b",
         lambda _, random: (f"{random.randint(1, 199)}.{random.choice(('00', '49', '50', '90', '99'))}",)),
        (_PROSE, lambda _, random: (random.choice(_SENTENCES),)),
        (r"\b(title|subject|headline|topic)$", _one_of(*_SUBJECTS)),
        (r"\bgender\b|\bsex\b", _one_of("female", "male")),
        (r"\bcategory( name)?$", _one_of(*_CATEGORIES)),
        (r"\bproduct( name)?$", _one_of(*_PRODUCTS)),
    )
)  # fmt: skip
# What `name` means inside something of this name.
_NAMES: Final[tuple[tuple[re.Pattern[str], Make], ...]] = tuple(
    (re.compile(rf"(?:^|\b)(?:{pattern})s?$"), make)
    for pattern, make in (
        (_PEOPLE, lambda persona, _: (persona.full, persona.first)),
        (_FIRMS, lambda persona, _: (persona.company,)),
        (r"city|citie|town|location", lambda persona, _: (persona.place[0],)),
        (r"country|countrie", lambda persona, _: (persona.place[4], persona.place[3])),
        (r"product|item|article|good|line item|menu item", _one_of(*_PRODUCTS)),
        (r"category|categorie|genre|topic", _one_of(*_CATEGORIES)),
        (r"department|division", _one_of(*_PARTS)),
    )
)


def _key(random: Random) -> str:
    number = random.randrange(len(PLAIN))
    return f"{PLAIN[number]}-{number + 1}"


def words(hint: str, random: Random, persona: Persona, around: str = "") -> Iterator[str]:
    """Words that suit a property of this name inside something named `around`, the best first."""
    make = _maker(hint, around)
    if make is not None:
        yield from make(persona, random)
    yield random.choice(PLAIN)


@lru_cache(4096)
def _maker(hint: str, around: str) -> Make | None:
    name = spoken(hint)
    if name in ("name", "label"):
        context = spoken(around)
        return next((make for pattern, make in _NAMES if pattern.search(context)), None)
    return next((make for pattern, make in _HINTS if pattern.search(name)), None)


def spoken(name: str) -> str:
    """A name in words: `firstName` is `first name`."""
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()).strip()
