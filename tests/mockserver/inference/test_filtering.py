"""What the name of each query parameter of a list is taken to compare, and how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.mockserver.inference.lists import DATE, FLAG, NUMBER, TEXT, TIME, WHOLE, each, filters, many, parameter
from tests.mockserver.inference.test_infer import thing

FIELDS: dict[str, Any] = {
    "title": TEXT, "year": WHOLE, "state": TEXT, "lent": FLAG, "labels": many(TEXT), "publishedAt": TIME, "shelf": DATE,
    "code": TEXT, "key": TEXT, "slug": TEXT, "name": TEXT, "uuid": TEXT, "kind": {**TEXT, "enum": ["novel", "poems"]},
    "author": thing(id=WHOLE, **each("name key code slug uuid", TEXT)), "mood": TEXT, "status": TEXT,
    "attributes": thing(colour=TEXT),
    "editors": many(thing(id=WHOLE, login=TEXT)), "reviews": many(thing(id=WHOLE, name=TEXT)), "publisher": TEXT,
    "size": {"type": "object", "additionalProperties": NUMBER}, "entry": TEXT, "box": TEXT, "size list": TEXT,
}  # fmt: skip
BEFORE_AND_AFTER = {
    "min": "min minimum from since start starting gte lower begin",
    "above": "after gt above",
    "max": "max maximum to until till end ending lte upper",
    "below": "before lt under below",
    "not": "not",
}
"""Words that mean the same before the name of a field and after it."""
BEFORE = {"min": "least", "max": "most", "above": "over", "not": "exclude", "contains": "search"}
AFTER = {
    "min": "ge",
    "max": "le",
    "contains": "contains icontains like ilike includes search query",
    "among": "in",
    "is": "eq iexact exact equals",
    "not": "ne neq nin",
}


def _tests(*tables: Mapping[str, str]) -> dict[str, str]:
    return {word: test for table in tables for test, words in table.items() for word in words.split()}


def _read(schema: Any, *names: str, text: str = "", fields: Any = FIELDS) -> dict[str, Any]:
    """What each parameter of these names and this schema means by itself; `$` stands for its value."""
    found = filters(fields, *([parameter(name, schema, text)] for name in names))
    return {name: _with_sign(one, f"$query.{name}") for name, one in zip(names, found, strict=True)}


def _with_sign(value: Any, expression: str) -> Any:
    if isinstance(value, dict):
        return {name: _with_sign(inner, expression) for name, inner in value.items()}
    return "$" if value == expression else value


def test_a_word_before_a_field_says_how_it_is_compared() -> None:
    """`min_year`, `before_year`, `exclude_year`."""
    known = _tests(BEFORE_AND_AFTER, BEFORE)
    assert _read(WHOLE, *(f"{word}_year" for word in known)) == {
        f"{word}_year": {"year": {test: "$"}} for word, test in known.items()
    }


def test_a_word_after_a_field_says_how_it_is_compared() -> None:
    """`year_min`, `year_lt`, `year_in`; with `is` before it too. A few words only stand before a field."""
    known = _tests(BEFORE_AND_AFTER, AFTER)
    expected = {f"year_{word}": {"year": {test: "$"}} for word, test in known.items()}
    expected |= {"is_year_min": {"year": {"min": "$"}}, "has_year_gt": {"year": {"above": "$"}}}
    expected |= {f"year_{word}": {} for word in ("exclude", "most", "least", "over")}
    assert _read(WHOLE, *expected) == expected


def test_a_bound_alone_is_one_of_the_record_s_time() -> None:
    """`since` and `until`, with `date` or `time` after them or without; an integer if it is said to be a time."""
    bounds = {word: test for word, test in _tests(BEFORE_AND_AFTER, BEFORE).items() if test not in ("not", "contains")}
    published = {word: {"publishedAt": {test: "$"}} for word, test in bounds.items()}
    assert _read(TIME, *bounds) == published
    dated = {
        f"start_{word}": {"publishedAt": {"min": "$"}} for word in ("date", "time", "datetime", "timestamp", "day")
    }
    assert _read(TEXT, *dated, "start_place") == {**dated, "start_place": {}}
    for word in ("a date", "a time", "seconds of the epoch", "ISO 8601", "the first day"):
        assert _read(WHOLE, "since", text=word) == {"since": {"publishedAt": {"min": "$"}}}
    for form in ("date", "date-time", "unix-time", "timestamp", "epoch"):
        assert _read({**WHOLE, "format": form}, "since") == {"since": {"publishedAt": {"min": "$"}}}
    assert _read(WHOLE, "since", text="a count") == {"since": {}}
    assert _read(FLAG, "since", text="a date") == {"since": {}}
    assert _read(TEXT, "not", "exclude") == {"not": {}, "exclude": {}}


def test_search_parameters_look_for_words_in_every_text() -> None:
    """Only where they are text that may be anything, and no field has their name."""
    names = each(
        """q query search searchterm searchtext searchquery searchstring searchkey keyword keywords term terms text
    fulltext freetext searchphrase phrase searchfor find globalsearch quicksearch searchvalue searchkeyword filtertext
    textsearch""",
        {"*": {"contains": "$"}},
    )
    assert _read(TEXT, *names) == names
    assert _read(WHOLE, "q") == {"q": {}}
    assert _read({**TEXT, "enum": ["a"]}, "q") == {"q": {}}
    assert _read(TEXT, "q", fields={"q": TEXT}) == {"q": {"q": "$"}}


def test_a_value_that_means_everything_filters_nothing() -> None:
    """Words such as `all` in the enum of a parameter, and values that no record can have."""
    free = ["all", "any", "both", "everything", "*", "none specified", "all_types", "anything"]
    assert _read({**TEXT, "enum": ["open", *free]}, "state") == {"state": {"state": {"is": "$", "unless": free}}}
    assert _read({**TEXT, "enum": ["novel", "ALL", "other"]}, "kind") == {
        "kind": {"kind": {"is": "$", "unless": ["ALL", "other"]}}
    }
    assert _read({**TEXT, "enum": ["all", "other"]}, "kind") == {"kind": {"kind": {"is": "$", "unless": ["all"]}}}
    assert _read({**TEXT, "enum": ["True", "FALSE"]}, "lent") == {"lent": {"lent": {"is": "$"}}}
    assert _read({**TEXT, "enum": ["true", "all", None]}, "lent") == {"lent": {"lent": {"is": "$", "unless": ["all"]}}}
    assert _read({**TEXT, "enum": ["NOVEL", "POEMS"]}, "kind") == {"kind": {"kind": {"is": "$"}}}
    assert _read({**TEXT, "const": "novel"}, "kind") == {"kind": {"kind": "$"}}
    assert _read(many({**TEXT, "enum": ["open", "any"]}), "state") == {
        "state": {"state": {"is": "$", "unless": ["any"]}}
    }


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (("date timestamp time datetime occurredAt createdAt created creationDate createdDate dateCreated createdOn "
         "inserted insertedAt publishedAt startedAt startAt startTime startDate updatedAt updated modifiedAt"), ""),
        ("updatedAt updated lastUpdated modifiedAt lastModified dateUpdated updatedOn date timestamp time", "updated"),
        ("updated date", "modified"),
        ("updated date", "the time of a change"),
        ("date updated", "created or updated"),
    ],
)  # fmt: skip
def test_the_record_s_time_is_found_by_its_name(names: str, text: str) -> None:
    """The names in the order in which they are chosen; that of the last change where the parameter speaks of it."""
    wanted = names.split()
    for place, name in enumerate(wanted):
        rest = each(reversed(wanted[place:]), TEXT)
        assert _read(TIME, "since", text=text, fields=rest) == {"since": {name: {"min": "$"}}}
    assert _read(TIME, "since", text=text, fields={wanted[0]: thing(a=TEXT)}) == {"since": {}}


def test_a_bound_fits_numbers_and_times() -> None:
    """A text is a time by its format or by the last word of its name, or is taken as one by a number."""
    words = ("at", "on", "date", "time", "timestamp", "datetime", "utc")
    named = {f"born_{word}": TEXT for word in words}
    bounds = {f"born_{word}_lt": {f"born_{word}": {"below": "$"}} for word in words}
    assert _read(TEXT, *bounds, "born_place_lt", fields={**named, "born_place": TEXT}) == {
        **bounds,
        "born_place_lt": {},
    }
    for word in words:  # the word may be left out, or be another
        born = {"born_lt": {f"born_{word}": {"below": "$"}}, "born_date_gt": {f"born_{word}": {"above": "$"}}}
        assert _read(TEXT, *born, fields={f"born_{word}": TEXT}) == born
    forms = {
        form: {**TEXT, "format": form} for form in ("date", "date-time", "unix-time", "timestamp", "epoch", "other")
    }
    marks = {f"{form}-mark": schema for form, schema in forms.items()}
    found = {f"{form.replace('-', '_')}_mark_lt": {f"{form}-mark": {"below": "$"}} for form in forms}
    assert _read(TEXT, *found, fields=marks) == {**found, "other_mark_lt": {}}
    assert _read(WHOLE, "mood_lt", "lent_lt", "labels_lt") == {
        "mood_lt": {"mood": {"below": "$"}},
        "lent_lt": {},
        "labels_lt": {},
    }


def test_signs_after_a_name_are_bounds() -> None:
    """`year>=`, as a few APIs write it."""
    signs = {">=": "min", "<=": "max", ">": "min", "<": "max"}
    assert _read(WHOLE, *(f"year{sign}" for sign in signs)) == {
        f"year{sign}": {"year": {test: "$"}} for sign, test in signs.items()
    }


def test_brackets_around_a_field_are_left_out() -> None:
    """`filter[state]`; a word in brackets after a field says how it is compared."""
    wrapped = {f"{word}[state]": {"state": "$"} for word in ("filter", "filters", "where", "search", "query")}
    wrapped |= {"filter[author][id]": {"author.id": "$"}, "year[lte]": {"year": {"max": "$"}}}
    wrapped |= {"filter[year][gt]": {"year": {"above": "$"}}, "other[state]": {}, "filter[]": {}}
    assert _read(TEXT, *wrapped) == wrapped


SAME_FOR_ALL: dict[str, Any] = {
    "Published_At": {"publishedAt": "$"}, "author_id": {"author.id": "$"}, "authorName": {"author.name": "$"},
    "author_age": {}, "editor_login": {"editors.login": "$"}, "editorsLogin": {"editors.login": "$"},
    "publisher_id": {"publisher": "$"}, "publisher_name": {}, "colour": {"attributes.colour": "$"},
    "attributes_colour": {"attributes.colour": "$"}, "author": {"author": {"is": "$"}}, "nothing": {}, "_": {},
    "lent": {"lent": "$"}, "book_id": {}, "size_x": {}, "key": {"key": "$"},
}  # fmt: skip
SEVERAL: dict[str, Any] = {
    "ids": {"id": {"among": "$"}}, "bookIds": {"id": {"among": "$"}}, "authorIds": {"author.id": {"among": "$"}},
    "editor_ids": {"editors.id": {"among": "$"}}, "authors_ids": {}, "label_ids": {}, "lents": {"lent": {"among": "$"}},
    **{f"{name}s": {name: {"among": "$"}} for name in ("key", "code", "slug", "name", "uuid", "state", "year", "kind")},
    **{f"author_{name}s": {f"author.{name}": {"among": "$"}} for name in ("name", "key", "code", "slug", "uuid")},
    "editor_logins": {}, "statuses": {"status": {"among": "$"}},
    "entries": {"entry": {"among": "$"}}, "boxes": {"box": {"among": "$"}}, "titleList": {"title": {"among": "$"}},
    "sizes": {}, "authors": {},
}  # fmt: skip


@pytest.mark.parametrize("schema", [TEXT, many(TEXT), WHOLE])
def test_a_name_leads_to_a_field_or_into_one(schema: Any) -> None:
    """By its words however they are written, by those of an object's member, or by what a list has many of."""
    expected = SAME_FOR_ALL | SEVERAL
    assert _read(schema, *expected) == expected


def test_the_types_decide_what_equality_means() -> None:
    """A text with commas has several values, a day is part of a time, an object has conditions of its own."""
    lists = {"label": "labels", "labels": "labels"}
    assert _read(TEXT, *lists) == {name: {field: {"among": "$"}} for name, field in lists.items()}
    assert _read(many(TEXT), *lists) == {name: {field: "$"} for name, field in lists.items()}
    assert _read(TEXT, "reviews", "editors") == {
        "reviews": {"reviews": {"among": "$"}},
        "editors": {"editors": {"among": "$"}},
    }
    assert _read(WHOLE, "review", "editors") == {
        "review": {"reviews.name": "$"},
        "editors": {"editors": {"is": "$"}},
    }
    assert _read(DATE, "published_at", "shelf") == {
        "published_at": {"publishedAt": {"contains": "$"}},
        "shelf": {"shelf": "$"},
    }
    asked = ("title", "author_id", "lent", "labels", "author", "editors", "size")
    within = {
        name: {place: {"within": "$"}}
        for name, place in (("title", "title"), ("author_id", "author.id"), ("lent", "lent"))
    }
    assert _read({"type": "object"}, *asked) == {**each(asked, {}), **within}
    assert _read(many({"type": "object"}), *asked) == each(asked, {})
    assert _read(FLAG, "lent", *SEVERAL) == {"lent": {"lent": "$"}, **each(SEVERAL, {})}


def test_conditions_of_one_field_are_laid_together() -> None:
    """A value beside bounds is one more condition; what pages or sorts a list filters nothing."""
    both = filters(
        {"year": WHOLE, "page": WHOLE},
        [parameter("year", WHOLE), parameter("year_min", WHOLE)],
        [parameter("year_min", WHOLE), parameter("year", WHOLE)],
        [parameter("year_min", WHOLE), parameter("year_max", WHOLE)],
        [parameter("year", WHOLE), parameter("YEAR", WHOLE)],
        [parameter("limit", WHOLE), parameter("sort"), parameter("year_min", WHOLE)],
    )
    year, least, most = "$query.year", "$query.year_min", "$query.year_max"
    assert [one["year"] for one in both] == [
        {"is": year, "min": least},
        {"min": least, "is": year},
        {"min": least, "max": most},
        year,
        {"min": least},
    ]
    assert [set(one) for one in both] == [{"year"}] * 5
