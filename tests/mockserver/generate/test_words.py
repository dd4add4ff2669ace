"""Which text suits a property of a name: every row of the tables, with other spellings of the name."""

from __future__ import annotations

import re
from random import Random

import pytest

from mockserver.generate.persona import Persona
from mockserver.generate.words import spoken, words

PERSONA = Persona(123_456)
CITY, REGION, POSTAL, CODE, COUNTRY, _, _, ZONE = PERSONA.place
CAPITAL = "[A-Z][a-z]+"
SOME = f"{CAPITAL}( [a-z]+)?"
PLAIN = "[a-z]{4,7}"
MOMENT = r"2025-\d\d-\d\dT\d\d:\d\d:\d\dZ"
EXACT = {
    PERSONA.email: "email contactEmail e_mail",
    PERSONA.first: "firstName first_names given-name middleName forename foreName",
    PERSONA.last: "lastName surname sur_name familyName",
    PERSONA.login: "username userName login screenName nickname nickName handle",
    PERSONA.full: """fullName displayName legalName realName ownerName authorName contactName customerName personName
        employeeName holderName cardholderName cardHolderName author assignee reviewer reporter creator
        recipient sender manager createdBy by""",
    PERSONA.company: """company organization organisation employer vendor supplier manufacturer brand publisher merchant
        companyName""",
    PERSONA.phone: "phone mobile fax cell tel telephone phoneNumber",
    CITY: "city town locality cityName",
    REGION: "province region county stateName stateProvince",
    CODE: "countryCode countryISO country_iso2 nationalityCode",
    COUNTRY: "country",
    ZONE: "timezone timeZone tz",
    POSTAL: "zip postal postalCode postcode postCode zipcode zipCode",
    PERSONA.street: "street addressLine addressLine1 address_line_1 line1 line_1",
    f"{PERSONA.street}, {CITY}": "address billingAddress",
}
FORMS = {
    "[0-9a-f]{24}": """secret token password passwd apiKey accessKey privateKey hash checksum signature digest nonce
        salt""",
    SOME: "job occupation profession category categoryName",
    CAPITAL: "department",
    "EUR|USD|GBP|CHF|NOK": "currency",
    "en|de|fr|it|nl": "locale language lang",
    r"192\.0\.2\.\d+": "ip ip_address",
    r"data:image/svg\+xml,%3Csvg%20.*fill='%23[0-9a-f]{6}'.*%3C/svg%3E": """avatar image img photo picture thumbnail
        thumb logo icon poster banner cover""",
    rf"https://example\.com/{PLAIN}": "url uri link href website homepage web site",
    rf"{PLAIN}\.example\.com": "domain hostname hostName host",
    MOMENT: "created updated modified deleted timestamp expires",
    "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}": "uuid guid",
    r"[a-z]+-\d+": "id ids petId createdById deleted_by_id",
    r"(19|20)\d\d-\d\d-\d\d": "birthday birthDay dob birthdate birthDate dateOfBirth",
    r"2025-\d\d-\d\d": "date startDate",
    "#[0-9a-f]{6}": "color colour",
    r"[A-H][J-R]-[1-9]\d{3}": """sku partNumber orderNumber invoiceNumber reference ref ticket serial serialNumber""",
    r"[1-4]\.\d\.\d": "version",
    f"{PLAIN}-{PLAIN}": "slug",
    "report.pdf|photo.png|notes.txt|budget.xlsx": "filename fileName",
    "image/png|application/pdf|text/plain": "mimeType mimetype contentType mediaType",
    r"[1-9]\d{0,2}\.(00|49|50|90|99)": "price amount cost fee balance subtotal salary",
    r"[A-Z][^.]+\.": """description bio biography about summary abstract excerpt comment comments note notes message
        body content text review details remarks caption""",
    f"{CAPITAL} .+": "title subject headline topic",
    "female|male": "gender sex",
    f"({CAPITAL} ?)+": "product productName",
    PLAIN: "widget name label addressed emailed",
}
NAMES = {
    PERSONA.full: """user users customers person people member employee author contact owner student teacher patient
        doctor player guest client candidate participant subscriber manager driver agent profile passenger attendee
        speaker artist actor friend staff recipient sender assignee reviewer creator lead applicant tenant admin persona
        director instructor follower adminUsers""",
    PERSONA.company: """company companies organization organisations supplier vendor brand publisher employer
        manufacturer merchant partner""",
    CITY: "city cities town location",
    COUNTRY: "country countries",
}
KINDS = {
    f"({CAPITAL} ?)+": "product item articles good lineItem menuItem",
    SOME: "category categories genre topic",
    CAPITAL: "department division",
    PLAIN: "widgets usership",
}


def _first(name: str, seed: int = 1, around: str = "") -> str:
    return next(words(name, Random(seed), PERSONA, around))


def _others(name: str, around: str = "") -> list[str]:
    return list(words(name, Random(1), PERSONA, around))[1:-1]


@pytest.mark.parametrize("text", EXACT)
def test_a_text_of_the_person_or_place_suits_the_name(text: str) -> None:
    """Whatever the seed is: it goes with the other fields."""
    names = EXACT[text].split()
    assert {name: _first(name) for name in names} == dict.fromkeys(names, text)


@pytest.mark.parametrize("form", FORMS)
def test_a_text_of_this_form_suits_the_name(form: str) -> None:
    """Whichever is drawn."""
    for name in FORMS[form].split():
        made = {_first(name, seed) for seed in range(100)}
        assert [text for text in made if not re.fullmatch(form, text)] == [], name
        assert len(made) > 1


@pytest.mark.parametrize("member", ["name", "label"])
def test_a_name_is_that_of_what_is_around_it(member: str) -> None:
    """Of a person, a company, a place or a product, in the singular or the plural."""
    for text, kinds in NAMES.items():
        for kind in kinds.split():
            assert _first(member, around=kind) == text, kind
    for form, kinds in KINDS.items():
        for kind in kinds.split():
            made = {_first(member, seed, kind) for seed in range(100)}
            assert [text for text in made if not re.fullmatch(form, text)] == [], kind
            assert len(made) > 1


def test_where_little_room_is_left_a_shorter_text_follows() -> None:
    """And last of all a plain word."""
    shorter = {"email": ["a@b.co"], "fullName": [PERSONA.first], "country": [CODE], "timezone": ["UTC"],
               "zip": ["10115"], "address": [PERSONA.street]}  # fmt: skip
    assert {name: _others(name) for name in shorter} == shorter
    (picture,) = _others("avatar")
    assert re.fullmatch(rf"https://example\.com/images/{PLAIN}\.png", picture)
    assert (_others("name", "user"), _others("name", "country")) == ([PERSONA.first], [CODE])
    plain = {[*words(name, Random(seed), PERSONA)][-1] for name in ("email", "widget") for seed in range(300)}
    assert len(plain) == 20
    assert all(re.fullmatch(PLAIN, word) for word in plain)


def test_a_word_beside_may_say_that_it_is_something_else() -> None:
    """`authorUrl` is no name, `imageType` no picture."""
    assert _first("authorUrl").startswith("https:")
    assert re.fullmatch(PLAIN, _first("authorType"))
    assert re.fullmatch(PLAIN, _first("imageType"))
    assert re.fullmatch(r"[a-z]+-\d+", _first("imageId"))


@pytest.mark.parametrize(
    ("name", "said"), [("firstName", "first name"), ("first_NAME", "first name"), ("a1B-c", "a1 b c"), ("-x-", "x")]
)
def test_names_are_read_as_words(name: str, said: str) -> None:
    """Whatever stands between them."""
    assert spoken(name) == said
