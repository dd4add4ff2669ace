"""What the members beside the items of a list say: how many records there are, and where the other pages lie."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockserver.inference.lists import BOOK, FLAG, TEXT, WHOLE, behaviours, each, many, parameter, replies
from tests.mockserver.inference.test_infer import thing

PLAIN: list[Any] = []
NUMBERED = [parameter("page", WHOLE)]
SHIFTED = [parameter("offset", WHOLE)]
FROM_KEY = [parameter("cursor")]
NULLABLE = {"type": ["string", "null"]}

NUMBERS = {
    "$total": """total totalcount totalitems totalresults totalelements totalrecords totalentries totalhits odatacount
        totalsize recordstotal recordsfiltered itemstotal totalnumber totalrows totalmatches totaldocs fullcount
        totalobjects numfound resultstotal counttotal allcount recordcount numberofitems totalitemcount
        totalnumberofresults totalitemscount totalresultcount count results numresults resultcount itemcount
        elementcount length quantity found matches nb resultscount itemscount numitems hits num""",
    "$page.count": """numberofelements currentitemcount returned pageitemcount currentcount pagetotal returnedcount
        itemsonpage displayed currentpagecount itemsinpage countinpage currentpageelements currentsize""",
    "$page.pages": """totalpages pagecount pages numpages lastpage pagestotal numberofpages maxpage totalpage
        totalpagecount pagescount lastpagenumber countpages""",
    "$page.size": "size pagelength resultsperpagecount limit perpage",
    "$page.offset": "offset skip startindex",
    "$page.number": "page pagenumber current number",
}
FLAGS = {
    "$more": """hasmore hasnext hasnextpage moreresults more hasmoreresults moreavailable hasmoreitems hasmorepages
        istruncated truncated morepages nextpageexists hasmoredata ismore""",
    "$page.last": "last islast islastpage lastpage end finished done complete isfinished isend endofresults endoflist",
    "$page.first": "first isfirst isfirstpage firstpage",
    "$page.earlier": "hasprevious hasprev haspreviouspage hasprevpage",
    "$page.empty": "empty",
}
NEXT_URLS = "nextlink odatanextlink nexturl nextpageuri nextpageurl nexturi nexthref nextpagelink nextpath"
NEXT_KEYS = """next nextpage nextpagetoken nexttoken nextcursor nextpagecursor nextmarker nextoffset after cursor
    continuationtoken nextpagenumber nextkey nextpaginationtoken endcursor nextid paginationtoken continue"""
PREVIOUS = """previous prev previouspage prevpage previouslink previousurl prevurl prevpageurl previouspageurl
    previoushref prevlink previousuri previouspageuri previouspagenumber"""
POINTS = {
    "$page.first_url": "firsturl firstpageurl firstpagelink firstlink",
    "$page.last_url": "lasturl lastpageurl lastpagelink lastlink",
    "$page.self_url": "selflink",
}


def _table(table: dict[str, str]) -> dict[str, str]:
    return {name: expression for expression, names in table.items() for name in names.split()}


@pytest.mark.parametrize(("table", "schema"), [(NUMBERS, WHOLE), (NUMBERS, {"type": "number"}), (FLAGS, FLAG)])
def test_numbers_and_flags_count_by_their_names(table: dict[str, str], schema: Any) -> None:
    """Whether a list has pages or not. Of another type they are made up as all else is."""
    expected = _table(table)
    assert replies(each(expected, schema)) == replies(each(expected, schema), NUMBERED) == expected
    assert set(replies(each(expected, thing(a=TEXT))).values()) == {None}


def test_beside_a_total_a_count_is_that_of_the_page() -> None:
    """`count` alone is how many records there are."""
    names = """count results numresults resultcount itemcount elementcount length quantity found matches nb resultscount
        itemscount numitems hits num"""
    for total in ("total", "numFound", "all_count"):
        assert replies(each(names, WHOLE), **{total: WHOLE}) == each(names, "$page.count")


def test_numbers_of_records_and_pages_follow_the_way_of_paging() -> None:
    """`from` and `to` need a page; the next page is a number, an offset, or the key of a record."""
    names = each("from to next nextpage nextoffset previous prevpage", WHOLE)
    numbered = {"from": "$page.start", "to": "$page.end", **each("next nextpage nextoffset", "$page.next"),
                **each("previous prevpage", "$page.previous")}  # fmt: skip
    shifted = {**numbered, **each("next nextpage nextoffset", "$page.following"), **each("previous prevpage", None)}
    assert replies(names, NUMBERED) == replies(names, [*NUMBERED, *SHIFTED]) == replies(names, FROM_KEY) == numbered
    assert replies(names, SHIFTED) == shifted
    assert replies(names) == {**numbered, "from": None, "to": None}


def test_a_number_among_what_is_said_of_the_pages_is_that_of_the_page() -> None:
    """`page.number`, `meta.number`."""
    wraps = each("page meta pagination paging", thing(number=WHOLE, totalPages=WHOLE))
    found = behaviours({}, [(NUMBERED, thing(items=many(BOOK), **{name: schema})) for name, schema in wraps.items()])
    assert [one["reply"].get(f"{name}.number") for name, one in zip(wraps, found, strict=True)] == ["$page.number"] * 4


@pytest.mark.parametrize(
    ("query", "url", "key", "previous"),
    [
        (PLAIN, "$absent", "$absent", "$absent"),
        (NUMBERED, "$page.next_url", "$absent", "$page.previous_url"),
        (SHIFTED, "$page.next_url", "$absent", "$page.previous_url"),
        (FROM_KEY, "$page.next_url", "$next", "$page.previous_url"),
    ],
)
@pytest.mark.parametrize("schema", [TEXT, NULLABLE])
def test_other_pages_are_named_by_a_url_or_by_a_key(query: Any, url: str, key: str, previous: str, schema: Any) -> None:
    """Where there is none, the member is missing, or null where the document requires it and takes null."""
    expected = each(NEXT_URLS, url) | each(NEXT_KEYS, key) | each(PREVIOUS, previous)
    if query:
        expected |= _table(POINTS)
    if query in (NUMBERED, SHIFTED):
        expected["next"] = "$page.next_url"
    cursors = {**each("startcursor firstid", "$page.opens"), "lastid": "$page.closes"}
    names = each([*expected, *cursors, "first", "last", "self"], schema)
    assert replies(names, query) == {**expected, **cursors, **each("first last self", None)}
    without = each("nextlink nexttoken previous", {**schema, "pattern": "x"})
    assert replies(without, query) == each(without, "$absent")
    marked = replies(each("nexttoken", {**schema, "pattern": r"^[\w-]+$", "minLength": 1, "maxLength": 64}), query)
    assert marked == each("nexttoken", "$page.mark" if key == "$next" else "$absent")
    required = {"$absent": "$page.none", "$next": "$page.cursor"} if schema is NULLABLE else {"$next": "$page.token"}
    kept = {name: required.get(said, said if schema is NULLABLE else None) for name, said in expected.items()}
    assert replies(names, query, required=True) == {
        **kept, **(cursors if schema is NULLABLE else each(cursors, None)), **each("first last self", None),
    }  # fmt: skip


def test_a_format_says_that_the_next_page_is_named_by_its_url() -> None:
    """And any other that it isn't named by a key."""
    for form in ("uri", "url", "uri-reference"):
        assert replies({"next": {**TEXT, "format": form}}, FROM_KEY) == {"next": "$page.next_url"}
    assert replies({"next": {**TEXT, "format": "uuid"}}, FROM_KEY) == {"next": "$absent"}


@pytest.mark.parametrize("around", ["links", "link", "_links", "paging", "pagination", "urls"])
def test_members_among_links_are_urls(around: str) -> None:
    """`links.next`, and `links.next.href`."""
    points = ("first", "last", "self", "next", "previous", "prev")
    expected = {f"{around}.{name}": f"$page.{name.replace('prev', 'previous').replace('iousious', 'ious')}_url"
                for name in points}  # fmt: skip
    inner = each(points, TEXT)
    (flat,) = behaviours({}, [(FROM_KEY, thing(items=many(BOOK), **{around: thing(**inner)}))])
    assert {name: said for name, said in flat["reply"].items() if name != "items"} == expected
    for address in ("url", "uri", "link", "href", "path"):
        deep = thing(**each(points, thing(**{address: TEXT})))
        (found,) = behaviours({}, [(FROM_KEY, thing(items=many(BOOK), **{around: deep}))])
        assert {name: said for name, said in found["reply"].items() if name != "items"} == {
            f"{name}.{address}": said for name, said in expected.items()
        }


def test_members_count_on_every_level_beside_the_list() -> None:
    """Beside an object that holds the list too; a required object whose members aren't about pages is left alone."""
    pages, info = thing(totalPages=WHOLE, limit=WHOLE), {**thing(total=WHOLE), "required": ["total"]}
    views = {
        "deep": thing(total=WHOLE, data=thing(items=many(BOOK), total=WHOLE)),
        "optional": thing(items=many(BOOK), info=thing(total=WHOLE)),
        "required": {**thing(items=many(BOOK), info=info), "required": ["info"]},
        "alone": thing(items=many(BOOK), info=info),
        "counts": thing(items=many(BOOK), info={**pages, "required": ["totalPages"]}),
        "dotted": thing(**{"items": many(BOOK), "odata.count": WHOLE}),
        "nested": thing(items=many(BOOK), a=thing(b=thing(total=WHOLE, c=thing(total=WHOLE)))),
    }
    found = dict(zip(views, behaviours({}, [(PLAIN, view) for view in views.values()]), strict=True))
    beside = {name: sorted(set(one["reply"]) - {"items", "data.items"}) for name, one in found.items()}
    assert beside == {
        "deep": ["data.total", "total"],
        "optional": ["info.total"],
        "required": ["info.total"],
        "alone": [],
        "counts": ["info.limit", "info.totalPages"],
        "dotted": ["odata\\.count"],
        "nested": ["a.b.total"],
    }
