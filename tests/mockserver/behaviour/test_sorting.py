"""The order of a list: by which field, in which direction, however a client writes it."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.behaviour.sorting import in_order

RECORDS: list[dict[str, Any]] = [
    {"id": "a", "name": "Kim", "size": 10, "created_at": "2025-03-01T00:00:00Z", "author": {"age": 3}},
    {"id": "b", "name": "ada", "size": 9, "created_at": "2025-01-01T00:00:00Z", "author": {"age": 1}},
    {"id": "c", "name": "Bob", "created_at": "2025-02-01T00:00:00Z", "author": {"age": 2}},
]  # fmt: skip
UP, DOWN = "bca", "acb"


def _keys(sort: Any, order: Any = None, records: list[dict[str, Any]] = RECORDS) -> str:
    return "".join(record["id"] for record in in_order(records, sort, order))


@pytest.mark.parametrize(
    "sort",
    ["created_at", "createdAt", "created", "CREATED-AT", "+created", " created , ", "created,name", "created_at asc",
     "created:ascending", "created|ascend", "created up", "created 1", "created +", "created false", "asc(created)",
     "createdAsc", "created_ascending", "created.asc", "created,asc", "created,oldest", "oldest", ["created", "asc"],
     {"created": "asc"}, {"created": 1}, "nothing,created", "author.age"],
)  # fmt: skip
def test_the_smallest_comes_first(sort: Any) -> None:
    """Unless a word or a sign says otherwise; a word in the field is stronger than the parameter of the direction."""
    assert _keys(sort) == UP


@pytest.mark.parametrize(
    "sort",
    ["-created_at", "-created", "created desc", "created:descending", "created|descend", "created dsc", "created down",
     "created reverse", "created -1", "created -", "created true", "created newest", "desc(created)", "DESC(created)",
     "createdDesc", "created_DESCENDING", "created.desc", "created,desc", "newest", "latest", "recent", "mostRecent",
     "most_recent", ["created", "desc"], ["-created"], {"created": "desc"}, {"created": -1}, {"created": True}],
)  # fmt: skip
def test_the_greatest_comes_first_where_it_is_said(sort: Any) -> None:
    """Before the field, after it, or as an item of its own."""
    assert _keys(sort) == DOWN
    assert _keys(sort, "asc") == DOWN


@pytest.mark.parametrize(
    "order",
    [
        "desc",
        "DESC",
        "descending",
        "descend",
        "dsc",
        "down",
        "reverse",
        "-1",
        "-",
        "true",
        "newest",
        True,
        -1,
        ["desc"],
    ],
)
def test_the_direction_may_come_by_itself(order: Any) -> None:
    """With a field, or without one: then the list is turned round."""
    assert _keys("created", order) == DOWN
    assert _keys(None, order) == _keys("", order) == _keys([], order) == "cba"
    assert _keys("nothing", order) == "abc"
    assert _keys("created asc", order) == UP


@pytest.mark.parametrize("order", ["asc", "up", "other", None, False, 1, [], ["asc", "desc"]])
def test_any_other_direction_is_up(order: Any) -> None:
    """Also a word that means nothing."""
    assert _keys("created", order) == UP
    assert _keys(None, order) == "abc"


@pytest.mark.parametrize(
    "field",
    ["created", "createdAt", "created_date", "date_created", "creationDate", "timestamp", "date", "publishedAt",
     "published", "postedAt", "startedAt", "time", "updatedAt", "updated"],
)  # fmt: skip
def test_the_newest_is_known_by_a_time_of_the_record(field: str) -> None:
    """The first such field counts."""
    records = [{"id": key, field: f"2025-01-0{day}"} for key, day in (("a", 2), ("b", 3), ("c", 1))]
    assert (_keys("newest", None, records), _keys("oldest", None, records)) == ("bac", "cab")
    other = [{"id": key, "updated": day, "created": -day} for key, day in (("a", 2), ("b", 3), ("c", 1))]
    assert _keys("newest", None, other) == "cab"


@pytest.mark.parametrize("ending", ["at", "on", "date", "time", "timestamp"])
def test_the_last_word_of_a_time_may_be_left_out(ending: str) -> None:
    """`made` sorts by `made_at`, and `made` itself is stronger; `date_made` is one too."""
    records = [{"id": key, f"made_{ending}": key, "made_x": day} for key, day in (("b", 1), ("a", 3), ("c", 2))]
    assert _keys("made", None, records) == "abc"
    assert _keys("-made", None, [{**record, "made": record["made_x"]} for record in records]) == "acb"
    dated = [{"id": key, "date_made": key} for key in "bca"]
    assert _keys("made", None, dated) == "abc"


def test_numbers_are_ordered_as_numbers_and_words_without_case() -> None:
    """Records without the field come last, whatever the direction."""
    assert (_keys("size"), _keys("-size")) == ("bac", "abc")
    assert (_keys("name"), _keys("-name")) == ("bca", "acb")
    mixed: list[dict[str, Any]] = [
        {"id": "a", "v": "x"},
        {"id": "b", "v": 10},
        {"id": "c", "v": None},
        {"id": "d", "v": 9},
    ]
    assert (_keys("v", None, mixed), _keys("-v", None, mixed)) == ("bdac", "adbc")


def test_several_fields_decide_one_after_the_other() -> None:
    """Each with a direction of its own."""
    records = [{"id": key, "kind": kind, "size": size} for key, kind, size in
               (("a", "x", 1), ("b", "y", 2), ("c", "x", 3), ("d", "y", 4))]  # fmt: skip
    assert _keys("kind,-size", None, records) == "cadb"
    assert _keys("-kind,size", None, records) == "bdac"
    assert _keys("kind,desc,size,asc", None, records) == "bdac"
    assert _keys("kind,size", "desc", records) == "dbca"
    assert _keys({"kind": "desc", "size": "asc"}, None, records) == "bdac"


def test_fields_inside_the_object_that_has_most_of_them_are_fields() -> None:
    """`attributes`, `properties` and `fields`, by the whole path or by the name alone."""
    for wrapper in ("attributes", "properties", "fields"):
        records = [{"id": key, wrapper: {"sizeAt": key}} for key in "bca"]
        for sort in (f"{wrapper}.sizeAt", "sizeAt", "size"):
            assert _keys(sort, None, records) == "abc"
