"""Which parameters of a list choose its page and its order, by their names."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockserver.inference.lists import (
    BOOK,
    DATE,
    FLAG,
    NUMBER,
    TEXT,
    TIME,
    WHOLE,
    Data,
    behaviours,
    each,
    many,
    pages,
    parameter,
)
from tests.mockserver.inference.playing import Play
from tests.mockserver.inference.test_infer import answer, crud, thing

STRONG = {
    "limit": """limit pagesize perpage maxresults pagelimit resultsperpage itemsperpage maxitems maxpagesize
        recordsperpage maxrecords maxentries rowsperpage pagecount limitnumber resultslimit numresults numitems
        batchsize""",
    "offset": """offset skip startat pageoffset startindex startrow firstresult recordoffset startoffset
        startposition""",
    "number": "page pagenumber pageno pageindex pagenum currentpage p pagenr pageid",
}
KEYS = {
    "after": """after startingafter cursor pagetoken nexttoken nextpagetoken marker pageafter pagecursor
        continuationtoken nextcursor nextpagecursor afterid lastid startafter exclusivestartkey nextmarker continuation
        scrollid bookmark startcursor aftercursor startkey continue sinceid paginationtoken pagestate resumetoken next
        nextkey cursormark startingtoken cursornext lastkey lastevaluatedkey""",
    "before": """before endingbefore pagebefore beforecursor beforeid endbefore previouscursor prevcursor
        previouspagetoken untilid""",
}
SORTS = """sort sortby orderby ordering sortfield sortcolumn sortkey sortkeys sorts orderfield sortproperty pagesort
    sortorderby sorting sortname ordercolumn orderbyfield sortfields sortparam sortexpression"""
ORDERS = """direction sortorder sortdirection sortdir orderdirection orderdir dir desc descending sortdesc
    orderbydirection reverse sorttype sortbydirection sortmode ordertype sortorderdirection isdescending
    sortdescending"""


def _table(table: dict[str, str]) -> dict[str, str]:
    return {name: part for part, names in table.items() for name in names.split()}


def _parts(names: Any, schema: Any, text: str = "", *more: Data, fields: Any = None) -> Data:
    """The part of the page that each parameter is by itself, beside others; None where it is none."""
    queries = [[parameter(name, schema, text), *more] for name in names]
    found = zip(names, pages({"title": TEXT, **(fields or {})}, *queries), strict=True)
    return {name: next((part for part, said in page.items() if said == f"$query.{name}"), None) for name, page in found}


def _only(part: str, found: Data) -> Any:
    return {name: page.get(part) for name, page in found.items()}


@pytest.mark.parametrize("schema", [WHOLE, TEXT, {}, {**WHOLE, "format": "int32"}])
def test_numbers_choose_a_page_by_their_names(schema: Any) -> None:
    """As numbers, or as text that may be any; a field of that name counts where a page has a number."""
    known = _table(STRONG)
    assert _parts(known, schema) == known
    assert _parts(["page"], schema, fields={"page": WHOLE}) == {"page": None}


@pytest.mark.parametrize("schema", [FLAG, many(TEXT), DATE, {**TEXT, "enum": ["a"]}])
def test_other_values_choose_no_page(schema: Any) -> None:
    """A switch, a day, a word of a few."""
    known = _table(STRONG)
    assert _parts(known, schema) == each(known, None)


def test_a_page_may_begin_after_the_key_of_a_record() -> None:
    """Unless a field has that name, or the value is a time."""
    known = _table(KEYS)
    assert _parts(known, TEXT) == _parts(known, WHOLE) == known
    assert _parts(known, TIME) == _parts(known, DATE) == each(known, None)
    assert _parts(known, TEXT, fields=each(known, TEXT)) == each(known, None)
    for word in ("a time", "a date", "ISO 8601", "the epoch"):
        assert _parts(["after", "before", "marker"], TEXT, word) == {"after": None, "before": None, "marker": "after"}
    for word in ("id", "ids", "cursor", "key", "object"):
        assert _parts(["after"], TEXT, f"the {word} of that date") == {"after": "after"}
        expected = {"since": "after", "until": "before"}
        assert _parts(expected, WHOLE, f"the {word} of a record") == expected
        assert _parts(expected, WHOLE, f"the {word} at that time") == each(expected, None)
    assert _parts(["since", "until"], WHOLE, "a key") == {"since": "after", "until": "before"}
    assert _parts(["since", "until"], TEXT, "a key") == each("since until", None)


def test_weak_names_choose_a_page_as_numbers_only() -> None:
    """`size`, `start` and `end`, where no field has that name; a few only beside an offset or a key."""
    weak = {**each("size count top rows take num max", "limit"), **each("start from begin", "offset")}
    assert _parts(weak, WHOLE) == _parts(weak, NUMBER) == weak
    assert _parts(weak, TEXT) == _parts(weak, WHOLE, fields=each(weak, WHOLE)) == each(weak, None)
    weaker = each("first length n results number", "limit")
    assert _parts(weaker, WHOLE) == each(weaker, None)
    for beside in ("offset", "after"):
        assert _parts(weaker, WHOLE, "", parameter(beside)) == weaker
    ends = each("end stop endindex endat endrow", "end")
    assert _parts(ends, WHOLE) == each(ends, None)
    assert _parts(ends, WHOLE, "", parameter("start", WHOLE), parameter("offset", WHOLE)) == ends
    for word in ("a time", "a date", "the epoch", "unix", "seconds"):
        assert _parts(["start", "from"], WHOLE, word) == {"start": None, "from": None}
    for form in ("unix-time", "timestamp"):
        assert _parts(["start"], {**WHOLE, "format": form}) == {"start": None}
    two = [parameter("limit", WHOLE), parameter("size", WHOLE)]
    assert pages({}, two, two[::-1]) == [{"limit": "$query.limit"}] * 2


def test_parameters_sort_a_list_by_their_names() -> None:
    """Unless a field has that name, or the value is a number or a switch."""
    sorts, orders = each(SORTS, "sort"), each(ORDERS, "order")
    assert _parts(sorts, TEXT) == _parts(sorts, many(TEXT)) == sorts
    assert _parts(orders, TEXT) == _parts(orders, FLAG) == orders
    for schema in (FLAG, WHOLE, NUMBER):
        assert _parts(sorts, schema) == each(sorts, None)
    assert _parts(sorts, TEXT, fields=each(sorts, TEXT)) == each(sorts, None)
    assert _parts(orders, TEXT, fields=each(orders, TEXT)) == each(orders, None)


def test_order_alone_is_a_field_or_a_direction() -> None:
    """By its values, by what is said of it, or by what stands beside it."""
    assert _parts(["order"], TEXT) == {"order": "sort"}
    for word in ("asc", "desc", "ASCENDING", "descending", "ascend", "descend", "1", "-1"):
        assert _parts(["order"], {**TEXT, "enum": ["other", word]}) == {"order": "order"}
    assert _parts(["order"], {**TEXT, "enum": ["title", "author"]}) == {"order": "sort"}
    assert _parts(["order"], TEXT, "ascending or descending") == {"order": "order"}
    assert _parts(["order"], TEXT, "", parameter("sort")) == {"order": "order"}
    assert _parts(["dir"], TEXT) == {"dir": "order"}


@pytest.mark.parametrize(
    ("name", "schema", "text", "first"),
    [
        ("page", {}, "", None),
        ("pageIndex", {}, "", 0),
        ("page", {"default": 0}, "", 0),
        ("page", {"default": 1}, "", None),
        ("page", {"minimum": 0}, "", 0),
        ("page", {"minimum": 1}, "", None),
        ("page", {"minimum": -1}, "", 0),
        ("pageIndex", {"minimum": 1}, "", None),
        ("pageIndex", {"default": 5}, "", 0),
        ("page", {"default": 1, "minimum": 0}, "", None),
        ("page", {"example": 0}, "", 0),
        ("page", {"example": 1}, "", None),
        ("page", {"example": False}, "", None),
        *(("page", {}, text, 0) for text in (
            "zero-based", "zero based", "zero index", "0-based", "0 indexed", "Starts at 0", "beginning from page 0",
            "starting with `0`", "(0..9)", "the first page is 0", "first page = `0", "first page: 0", "0 is the first",
            "`0` = the first", "0 for the first",
        )),
        *(("pageIndex", {}, text, None) for text in (
            "one-based", "one index", "1-based", "1 indexed", "Starts at 1", "beginning from page 1",
            "starting with `1`", "(1..9)", "the first page is 1", "first page = `1", "first page: 1", "1 is the first",
            "`1` = the first", "1 for the first",
        )),
        *(("page", {}, text, None) for text in ("page 0", "starts at 10", "10 is the first", "first page is 01")),
    ],
)  # fmt: skip
def test_pages_count_from_one_unless_said_otherwise(name: str, schema: Any, text: str, first: int | None) -> None:
    """By a default or a lowest value, what is said of the parameter, an example, and last by its name."""
    (page,) = pages({}, [parameter(name, {**WHOLE, **schema}, text)])
    assert page == {"number": f"$query.{name}", "size": 30, **({} if first is None else {"first": first})}


def test_an_envelope_may_show_that_pages_count_from_zero() -> None:
    """One that numbers pages as a common framework does; an example of the parameter counts as one of its schema."""
    members = each("number totalElements totalPages", WHOLE)
    views = [members, *({name: members[name] for name in members if name != left} for left in members)]
    found = behaviours({}, [([parameter("page", WHOLE)], thing(items=many(BOOK), **view)) for view in views])
    assert [one["page"].get("first") for one in found] == [0, None, None, None]
    assert _only("first", {"x": pages({}, [parameter("page", WHOLE, example=0)])[0]}) == {"x": 0}


def test_offsets_count_from_zero_unless_said_otherwise() -> None:
    """By a default or a lowest value of 1."""
    said = [{}, {"minimum": 1}, {"default": 1}, {"minimum": 0, "default": 1}, {"default": 0}, {"minimum": 2}]
    found = pages({}, *([parameter("offset", {**WHOLE, **more})] for more in said))
    assert [page.get("origin") for page in found] == [None, 1, 1, None, None, None]


def test_a_numbered_page_has_a_size_where_the_document_says_none() -> None:
    """Never more than a limit may be, and never none."""
    number = parameter("page", WHOLE)
    said = [None, {}, {"maximum": 100}, {"maximum": 7}, {"maximum": 0}, {"default": 12}]
    found = pages(
        {}, *([number, *([parameter("limit", {**WHOLE, **more})] if more is not None else [])] for more in said)
    )
    assert [page.get("size") for page in found] == [30, 30, 30, 7, 1, None]
    assert pages({}, [parameter("offset", WHOLE)]) == [{"offset": "$query.offset"}]


def test_a_page_is_as_large_as_its_answer_can_tell() -> None:
    """Where a request may ask for 300 records, and the answer says its size with 100 at most."""
    said = [{"maximum": 300}, {}, {"maximum": 100}, {"maximum": 20}]
    told = thing(books=many(BOOK), page_size={**WHOLE, "maximum": 100})
    found = behaviours({}, [([parameter("page_size", {**WHOLE, **more})], told) for more in said])
    assert [one["page"].get("most") for one in found] == [100, 100, None, None]
    assert pages({}, [parameter("page_size", {**WHOLE, "maximum": 300})]) == [{"limit": "$query.page_size"}]


def test_a_larger_page_than_the_answer_can_tell_is_that_large(play: Play) -> None:
    """Asked for 9 records, it has 2 and says so."""
    told = thing(books=many(BOOK), page_size={**WHOLE, "maximum": 2})
    paths = crud("/books", "id", BOOK, kind="Book")
    listed = {"parameters": [parameter("page_size", WHOLE)], "responses": answer(told)}
    paths["/books"]["get"] = listed
    ask = play(paths, Book=thing(id=WHOLE, name=TEXT))
    for number in range(4):
        ask("POST", "/books", json={"name": f"book {number}"})
    shown = ask("GET", "/books", query="page_size=9").json
    assert (shown["page_size"], len(shown["books"])) == (2, 2)
