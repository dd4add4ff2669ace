"""Lists as clients request them: filtered, sorted, searched and paged by what the names of query parameters mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.exchange.engine import Engine
from mockserver.settings import Settings
from tests.mockserver.inference.conftest import Play
from tests.mockserver.inference.test_infer import answer, crud, thing
from tests.support import Ask

TEXT, WHOLE, FLAG = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
TIME = {"type": "string", "format": "date-time"}
BOOK = {"$ref": "#/components/schemas/Book"}
AUTHOR = thing(id=WHOLE, name=TEXT)
FIELDS: dict[str, Any] = {
    "id": WHOLE,
    "title": TEXT,
    "year": WHOLE,
    "price": {"type": "number"},
    "state": TEXT,
    "kind": {"type": "string", "enum": ["novel", "poems"]},
    "lent": FLAG,
    "labels": {"type": "array", "items": TEXT},
    "author": AUTHOR,
    "editors": {"type": "array", "items": thing(id=WHOLE, login=TEXT)},
    "publisher": {"anyOf": [TEXT, thing(id=TEXT)]},
    "publishedAt": TIME,
    "seen": WHOLE,
}
BOOKS: list[dict[str, Any]] = [
    {"title": "Amber", "year": 1999, "price": 9.5, "state": "open", "kind": "novel", "lent": True, "labels": ["a", "b"],
     "author": {"id": 7, "name": "Ada"}, "editors": [{"id": 1, "login": "eve"}], "publisher": "p1",
     "publishedAt": "2025-01-01T00:00:00Z", "seen": 1735689600},
    {"title": "birch tree", "year": 2005, "price": 20, "state": "closed", "kind": "poems", "lent": False,
     "labels": ["b"], "author": {"id": 8, "name": "Bob"}, "editors": [], "publisher": {"id": "p2"},
     "publishedAt": "2025-06-01T00:00:00Z", "seen": 1748736000},
    {"title": "Cedar", "year": 2020, "price": 3, "state": "open", "kind": "novel", "lent": False, "labels": [],
     "author": {"id": 7, "name": "Ada"}, "editors": [{"id": 1, "login": "eve"}, {"id": 2, "login": "mal"}],
     "publisher": {"id": "p1"}, "publishedAt": "2026-01-01T00:00:00Z", "seen": 1767225600},
]  # fmt: skip


def _parameter(name: str, schema: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, **more}


def _shelf(play: Play, parameters: list[dict[str, Any]], envelope: Any = None, books: int = 3) -> Ask:
    """A mock of a shelf of books, whose list has these parameters and this envelope around `items`."""
    listed: Any = {"type": "array", "items": BOOK}
    paths = crud("/books", "id", BOOK, kind="Book")
    paths["/books"]["get"] |= {
        "parameters": parameters,
        "responses": answer(listed if envelope is None else thing(items=listed, **envelope)),
    }
    ask = play(paths, Book=thing(**FIELDS))
    for book in ask("GET", "/books").json if envelope is None else ask("GET", "/books").json["items"]:
        assert ask("DELETE", f"/books/{book['id']}").status == 204
    for number in range(books):
        assert ask("POST", "/books", json={**BOOKS[number % 3]}).status == 201
    return ask


def _titles(ask: Ask, query: str) -> str:
    """The first letters of the books of a list, in its order."""
    found = ask("GET", "/books", query=query)
    assert found.status == 200, found.json
    return "".join(book["title"][0] for book in found.json)


@pytest.mark.parametrize(
    ("name", "schema", "query", "titles"),
    [
        ("sort", TEXT, "sort=title", "AbC"),
        ("sort", TEXT, "sort=-year", "CbA"),
        ("sort", TEXT, "sort=%2Bprice", "CAb"),
        ("sort", TEXT, "sort=price:desc", "bAC"),
        ("sort", TEXT, "sort=price,desc", "bAC"),
        ("sort", TEXT, "sort=lent,-year", "CbA"),
        ("sort", {"type": "array", "items": TEXT}, "sort=state,desc&sort=year,asc", "ACb"),
        ("sort", TEXT, "sort=nothing", "AbC"),
        ("sort", {"type": "string", "enum": ["created", "price_desc"]}, "sort=price_desc", "bAC"),
        ("sort_by", TEXT, "sort_by=-published", "CbA"),
        ("sortBy", TEXT, "sortBy=desc(published_at)", "CbA"),
        ("orderBy", TEXT, "orderBy=publishedAt%20desc", "CbA"),
        ("order_by", TEXT, "order_by=newest", "CbA"),
        ("ordering", TEXT, "ordering=-author.id,title", "bAC"),
        ("order", TEXT, "order=-price", "bAC"),
        ("order", {"type": "string", "enum": ["asc", "desc"]}, "order=desc", "CbA"),
    ],
)
def test_a_list_is_sorted(play: Play, name: str, schema: Any, query: str, titles: str) -> None:
    """By a field however it is spelt, in the direction that a sign, a word or a suffix gives."""
    assert _titles(_shelf(play, [_parameter(name, schema)]), query) == titles


def test_the_direction_may_be_a_parameter_of_its_own(play: Play) -> None:
    """`sort=price&direction=desc`, where a sign in the field is stronger; defaults count too."""
    ask = _shelf(play, [_parameter("sort", TEXT), _parameter("direction", {**TEXT, "default": "desc"})])
    assert _titles(ask, "sort=price") == "bAC"
    assert _titles(ask, "sort=price&direction=asc") == "CAb"


@pytest.mark.parametrize(
    ("name", "schema", "query", "titles"),
    [
        ("q", TEXT, "q=TREE", "b"),
        ("search", TEXT, "search=tree%20birch", "b"),
        ("keyword", TEXT, "keyword=ada", "AC"),
        ("title_like", TEXT, "title_like=r", "AbC"),
        ("title__icontains", TEXT, "title__icontains=CED", "C"),
        ("minYear", WHOLE, "minYear=2005", "bC"),
        ("max_price", {"type": "number"}, "max_price=9.5", "AC"),
        ("price_gt", {"type": "number"}, "price_gt=9.5", "b"),
        ("price[lte]", {"type": "number"}, "price[lte]=3", "C"),
        ("year__gte", WHOLE, "year__gte=2020", "C"),
        ("yearFrom", WHOLE, "yearFrom=2006", "C"),
        ("since", TIME, "since=2025-06-01T00:00:00Z", "bC"),
        ("before", TIME, "before=2025-06-01T00:00:00Z", "A"),
        ("published_after", TEXT, "published_after=2025-06-01", "C"),
        ("publishedBefore", {"type": "string", "format": "date"}, "publishedBefore=2026-01-01", "Ab"),
        ("endDate", {"type": "string", "format": "date"}, "endDate=2025-06-01", "Ab"),
        ("seen_since", TIME, "seen_since=2025-06-01T00:00:00Z", "bC"),
        ("titles", {"type": "array", "items": TEXT}, "titles=Cedar&titles=Amber", "AC"),
        ("year_in", TEXT, "year_in=1999,2020", "AC"),
        ("state_ne", TEXT, "state_ne=open", "b"),
        ("state", {"anyOf": [{"type": "array", "items": TEXT}, TEXT]}, "state=closed", "b"),
        ("year", {"anyOf": [WHOLE, {"type": "null"}]}, "year=2005", "b"),
        ("label", TEXT, "label=b", "Ab"),
        ("labels", TEXT, "labels=a,zz", "A"),
        ("author_id", WHOLE, "author_id=7", "AC"),
        ("authorName", TEXT, "authorName=Bob", "b"),
        ("author", TEXT, "author=Ada", "AC"),
        ("editor", TEXT, "editor=mal", "C"),
        ("publisher", TEXT, "publisher=p1", "AC"),
        ("filter[state]", TEXT, "filter[state]=closed", "b"),
        ("state", {"type": "string", "enum": ["open", "closed", "all"]}, "state=all", "AbC"),
        ("state", {"type": "string", "enum": ["open", "closed", "all"]}, "state=closed", "b"),
        ("kind", {"type": "string", "enum": ["novel", "poems", "whatever"]}, "kind=whatever", "AbC"),
        ("kind", {"type": "string", "enum": ["NOVEL", "POEMS"]}, "kind=POEMS", "b"),
        ("lent", {"type": "string", "enum": ["true", "false", "any"]}, "lent=any", "AbC"),
        ("lent", {"type": "string", "enum": ["true", "false", "any"]}, "lent=true", "A"),
    ],
)
def test_a_list_is_filtered(play: Play, name: str, schema: Any, query: str, titles: str) -> None:
    """By a bound, a part of a text, some values, a member of an object, of a list or of objects in a list."""
    assert _titles(_shelf(play, [_parameter(name, schema)]), query) == titles


def test_keys_are_chosen_by_a_list_of_them(play: Play) -> None:
    """`ids=4,6` and `ids=4&ids=6`."""
    for schema in (TEXT, {"type": "array", "items": WHOLE}):
        ask = _shelf(play, [_parameter("ids", schema)])
        keys = [book["id"] for book in ask("GET", "/books").json]
        query = f"ids={keys[0]},{keys[2]}" if schema == TEXT else f"ids={keys[0]}&ids={keys[2]}"
        assert _titles(ask, query) == "AC"


def test_bounds_may_be_members_of_one_parameter(play: Play) -> None:
    """`year[gte]=2005` of a parameter that is a number or an object of bounds."""
    schema = {"anyOf": [thing(gt=WHOLE, gte=WHOLE, lt=WHOLE, lte=WHOLE), WHOLE]}
    ask = _shelf(play, [_parameter("year", schema, style="deepObject", explode=True)])
    assert _titles(ask, "year[gte]=2005&year[lt]=2020") == "b"
    assert _titles(ask, "") == "AbC"


def _pages(ask: Ask, query: Callable[[int], str], most: int = 9) -> list[int]:
    """How many books the pages have until one is empty."""
    sizes: list[int] = []
    while len(sizes) < most:
        found = ask("GET", "/books", query=query(len(sizes))).json
        books = found if isinstance(found, list) else found["items"]
        if not books:
            return sizes
        sizes.append(len(books))
    raise AssertionError(f"it never ends: {sizes}")


@pytest.mark.parametrize(
    ("parameters", "query", "sizes"),
    [
        ([_parameter("page", WHOLE), _parameter("per_page", WHOLE)], "page={one}&per_page=2", [2, 2, 1]),
        ([_parameter("page", {**WHOLE, "minimum": 0}), _parameter("size", WHOLE)], "page={zero}&size=2", [2, 2, 1]),
        ([_parameter("page", WHOLE, description="0-based"), _parameter("size", WHOLE)], "page={zero}&size=4", [4, 1]),
        ([_parameter("page", {**WHOLE, "default": 1})], "page={one}", [5]),
        ([_parameter("offset", WHOLE), _parameter("limit", WHOLE)], "offset={place}&limit=2", [2, 2, 1]),
        ([_parameter("skip", WHOLE), _parameter("take", WHOLE)], "skip={place}&take=2", [2, 2, 1]),
        ([_parameter("startIndex", {**WHOLE, "minimum": 1}), _parameter("count", WHOLE)],
         "startIndex={first}&count=2", [2, 2, 1]),
        ([_parameter("_start", WHOLE), _parameter("_end", WHOLE)], "_start={place}&_end={end}", [2, 2, 1]),
        ([_parameter("page[number]", WHOLE), _parameter("page[size]", WHOLE)],
         "page[number]={one}&page[size]=2", [2, 2, 1]),
        ([_parameter("page", thing(number=WHOLE, size=WHOLE), style="deepObject", explode=True)],
         "page[number]={one}&page[size]=3", [3, 2]),
        ([_parameter("pageable", thing(page={**WHOLE, "minimum": 0}, size=WHOLE), required=True)],
         "page={zero}&size=2", [2, 2, 1]),
        ([_parameter("page", TEXT), _parameter("limit", TEXT)], "page={one}&limit=2", [2, 2, 1]),
    ],
)  # fmt: skip
def test_pages_end(play: Play, parameters: list[dict[str, Any]], query: str, sizes: list[int]) -> None:
    """Each record is on one page, counted from where the document says; then pages are empty."""
    ask = _shelf(play, parameters, books=5)
    assert ask("GET", "/books").status == 200

    def number(page: int) -> str:
        return query.format(zero=page, one=page + 1, place=2 * page, first=2 * page + 1, end=2 * page + 2)

    assert _pages(ask, number) == sizes


def test_a_negative_limit_limits_nothing(play: Play) -> None:
    """Clients send -1 for all."""
    ask = _shelf(play, [_parameter("limit", WHOLE), _parameter("offset", WHOLE)], books=3)
    assert [len(ask("GET", "/books", query=f"limit={limit}").json) for limit in (-1, 0, 2)] == [3, 0, 2]


@pytest.mark.parametrize(("after", "before"), [("starting_after", "ending_before"), ("after", "before")])
def test_cursors_lead_forth_and_back(play: Play, after: str, before: str) -> None:
    """The key of a record requests those behind it, or those just before it."""
    ask = _shelf(play, [_parameter("limit", WHOLE), _parameter(after, TEXT), _parameter(before, TEXT)], books=5)
    keys = [book["id"] for book in ask("GET", "/books").json]

    def listed(query: str) -> list[Any]:
        return [book["id"] for book in ask("GET", "/books", query=query).json]

    assert listed(f"limit=2&{after}={keys[1]}") == keys[2:4]
    assert listed(f"limit=2&{before}={keys[3]}") == keys[1:3]
    assert listed(f"{after}={keys[4]}") == listed(f"{after}=gone") == []


PAGE, SIZE = _parameter("page", {**WHOLE, "minimum": 0}), _parameter("size", WHOLE)


@pytest.mark.parametrize(
    ("envelope", "first", "last"),
    [
        (
            {"totalPages": WHOLE, "totalElements": WHOLE, "size": WHOLE, "number": WHOLE, "first": FLAG, "last": FLAG,
             "empty": FLAG, "numberOfElements": WHOLE},
            {"totalPages": 3, "totalElements": 5, "size": 2, "number": 0, "first": True, "last": False, "empty": False,
             "numberOfElements": 2},
            {"totalPages": 3, "totalElements": 5, "size": 2, "number": 2, "first": False, "last": True, "empty": False,
             "numberOfElements": 1},
        ),
        (
            {"count": WHOLE, "next": {"type": ["string", "null"]}, "previous": {"type": ["string", "null"]}},
            {"count": 5, "next": "/books?size=2&page=1", "previous": None},
            {"count": 5, "next": None, "previous": "/books?size=2&page=1"},
        ),
        (
            {"results": WHOLE, "meta": thing(total=WHOLE, current_page=WHOLE, last_page=WHOLE, per_page=WHOLE)},
            {"results": 2, "meta": {"total": 5, "current_page": 0, "last_page": 3, "per_page": 2}},
            {"results": 1, "meta": {"total": 5, "current_page": 2, "last_page": 3, "per_page": 2}},
        ),
        (
            {"nextPage": {"type": ["integer", "null"]}, "hasPrevious": FLAG, "hasNext": FLAG},
            {"nextPage": 1, "hasPrevious": False, "hasNext": True},
            {"nextPage": None, "hasPrevious": True, "hasNext": False},
        ),
        (
            {"_links": thing(first=thing(href=TEXT), next=thing(href=TEXT), last=thing(href=TEXT))},
            {"_links": {"first": {"href": "/books?size=2&page=0"}, "next": {"href": "/books?size=2&page=1"},
                        "last": {"href": "/books?size=2&page=2"}}},
            {"_links": {"first": {"href": "/books?size=2&page=0"}, "last": {"href": "/books?size=2&page=2"}}},
        ),
    ],
)  # fmt: skip
def test_an_envelope_is_true(play: Play, envelope: Any, first: Any, last: Any) -> None:
    """Numbers, flags and addresses beside a list are those of the page, on the first and on the last one."""
    ask = _shelf(play, [PAGE, SIZE], envelope, books=5)
    for number, expected in ((0, first), (2, last)):
        found = ask("GET", "/books", query=f"size=2&page={number}").json
        assert _without_origin({name: found.get(name) for name in envelope}) == expected


def _without_origin(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_origin(inner) for name, inner in value.items()}
    return value[value.index("/books") :] if isinstance(value, str) else value


def test_an_envelope_whose_members_are_required_is_true_too(play: Play) -> None:
    """A required cursor that is no text is null, or an empty text, once no record follows."""
    listed = {"type": "array", "items": BOOK}
    for form, end in (({"type": ["string", "null"]}, None), (TEXT, "")):
        paths = crud("/books", "id", BOOK, kind="Book")
        whole = {**thing(items=listed, next_cursor=form), "required": ["items", "next_cursor"]}
        paths["/books"]["get"] |= {
            "parameters": [_parameter("limit", WHOLE), _parameter("cursor", TEXT)],
            "responses": answer(whole),
        }
        ask = play(paths, Book=thing(**FIELDS))
        found = ask("GET", "/books", query="limit=2").json
        assert found["next_cursor"] == str(found["items"][-1]["id"])
        found = ask("GET", "/books", query=f"limit=2&cursor={found['next_cursor']}").json
        assert (len(found["items"]), found["next_cursor"]) == (1, end)


@pytest.mark.parametrize("around", ["metadata", "meta", "pagination", "paging", "response_metadata"])
@pytest.mark.parametrize("form", [TEXT, {"type": ["string", "null"]}])
def test_a_cursor_inside_an_object_ends(play: Play, around: str, form: Any) -> None:
    """It is there while records follow, however often the list was requested, and whatever stands beside it."""
    beside = thing(next_cursor=form, limit=WHOLE, selfLink=TEXT)
    ask = _shelf(play, [_parameter("limit", WHOLE), _parameter("cursor", TEXT)], {around: beside}, books=3)
    first = ask("GET", "/books", query="limit=2").json
    assert first[around]["next_cursor"] == str(first["items"][-1]["id"])
    last = ask("GET", "/books", query=f"limit=2&cursor={first[around]['next_cursor']}").json
    assert (len(last["items"]), last[around].get("next_cursor"), last[around]["limit"]) == (1, None, 2)
    assert not ask("GET", "/books").json[around].get("next_cursor")


@pytest.mark.parametrize("pattern", [r"^[\w-]+$", "^[A-Za-z0-9+/=]{4,}$", r"^\S(.*\S)?$", "^[0-9a-f]+$"])
def test_a_cursor_may_want_a_form_that_keys_do_not_have(play: Play, pattern: str) -> None:
    """Another text then stands for the key, and leads to the same records."""
    token = {**TEXT, "pattern": pattern, "minLength": 1, "maxLength": 64}
    ask = _shelf(play, [_parameter("maxResults", WHOLE), _parameter("nextToken", token)], {"nextToken": token}, books=5)
    query, seen = "maxResults=2", []
    for _ in range(3):
        found = ask("GET", "/books", query=query).json
        seen += found["items"]
        query = f"maxResults=2&nextToken={found.get('nextToken', '')}"
    assert "nextToken" not in found
    assert seen == ask("GET", "/books").json["items"]


def test_a_response_of_which_nothing_is_said_shows_no_secrets(play: Play) -> None:
    """What was sent comes back, without its password; where the contract declares that, it is shown."""
    user = thing(id=WHOLE, name=TEXT, password=TEXT, keys=thing(clientSecret=TEXT, word=TEXT))
    paths = crud("/users", "id", {"$ref": "#/components/schemas/User"}, kind="User")
    paths["/users"]["post"]["responses"] = {"default": {"description": "done"}}
    ask = play(paths, User=user)
    sent = {"id": 7, "name": "Ann", "password": "x", "keys": {"clientSecret": "y", "word": "z"}}
    assert ask("POST", "/users", json=sent).json == {"id": 7, "name": "Ann", "keys": {"word": "z"}}
    assert ask("GET", "/users/7").json == sent


def test_fields_may_lie_in_attributes(play: Play) -> None:
    """Records that are little more than a key and `attributes` are sorted and filtered by what those have."""
    attributes = thing(title=TEXT, year=WHOLE, born=TIME)
    day = {"type": "string", "format": "date"}
    parameters = [_parameter(name, TEXT) for name in ("sort", "filter[title]")] + [_parameter("filter[born]", day)]
    paths = crud("/books", "id", BOOK, kind="Book")
    paths["/books"]["get"]["parameters"] = parameters
    ask = play(paths, Book=thing(id=WHOLE, type=TEXT, attributes=attributes))
    for title, year in (("b", 2), ("a", 1), ("c", 3)):
        sent = {"title": title, "year": year, "born": f"2020-01-0{year}T10:00:00Z"}
        assert ask("POST", "/books", json={"type": "books", "attributes": sent}).status == 201

    def titles(query: str) -> str:
        found = ask("GET", "/books", query=query).json
        return "".join(one["attributes"]["title"] for one in found if len(one["attributes"]["title"]) == 1)

    assert titles("sort=-year") == "cba"
    assert titles("sort=title") == "abc"
    assert titles("filter[title]=b") == "b"
    assert titles("filter[born]=2020-01-03") == "c"


def test_pages_of_an_envelope_that_numbers_them_from_zero_do(play: Play) -> None:
    """`number`, `totalPages` and `totalElements` stand together where pages count from 0, unless a minimum is more."""
    envelope = {"number": WHOLE, "totalPages": WHOLE, "totalElements": WHOLE}
    for schema, first in ((WHOLE, 0), ({**WHOLE, "minimum": 1}, 1)):
        ask = _shelf(play, [_parameter("page", schema), SIZE], envelope)
        found = ask("GET", "/books", query=f"size=2&page={first}").json
        assert (found["number"], len(found["items"])) == (first, 2)


def test_addresses_are_those_that_the_client_used(tmp_path: Any, build: Callable[[Settings], Engine]) -> None:
    """Behind a proxy the next page has the origin of the proxy."""
    from mockserver.messages import Request

    request = Request("GET", "/a b", "x=1", {"host": "127.0.0.1:4010", "x-forwarded-proto": "https"})
    assert request.url("y=2") == "https://127.0.0.1:4010/a%20b?y=2"
    forwarded = Request("GET", "/", "", {"host": "a", "x-forwarded-host": "shop.example, b", "x-forwarded-proto": "x"})
    assert forwarded.url() == "http://shop.example/"


@pytest.mark.parametrize(
    ("described", "removed"),
    [("Delete all books.", True), ("delete collection of Book", True), ("Removes the books of a shelf", False)],
)
def test_a_delete_of_all_removes_what_its_query_selects(play: Play, described: str, removed: bool) -> None:
    """Where it says so: otherwise a forgotten condition would remove everything."""
    paths = crud("/books", "id", BOOK, kind="Book")
    queries = [_parameter("state", TEXT), _parameter("minYear", WHOLE)]
    paths["/books"]["delete"] = {"summary": described, "parameters": queries, "responses": {"204": {"description": ""}}}
    ask = play(paths, Book=thing(**FIELDS))
    for book in ask("GET", "/books").json:
        ask("DELETE", f"/books/{book['id']}")
    for book in BOOKS:
        assert ask("POST", "/books", json=book).status == 201
    left = []
    for query in ("state=closed", "state=open&minYear=2000", ""):
        assert ask("DELETE", "/books", query=query).status == 204
        left.append("".join(book["title"][0] for book in ask("GET", "/books").json))
    assert left == (["AC", "A", ""] if removed else ["AbC"] * 3)


@pytest.mark.parametrize(
    ("description", "newest_first"),
    [
        ("The products are sorted by creation date, with the most recently created products appearing first.", True),
        ("Returns runs, newest first.", True),
        ("Events in reverse chronological order.", True),
        ("Returns a list of products. The newest may be missing. Sorted by name first.", False),
        ("", False),
    ],
)
def test_a_list_has_the_order_that_its_description_says(play: Play, description: str, newest_first: bool) -> None:
    """Where no parameter decides it; the pages follow the same order."""
    thing_schema = {"$ref": "#/components/schemas/Thing"}
    paths = crud("/things", "id", thing_schema)
    size = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    paths["/things"]["get"] |= {"description": description, "parameters": [size]}
    ask = play(paths, Thing=thing(id=None, name=None))
    made = ask("POST", "/things", json={"name": "last"}).json
    assert (ask("GET", "/things", query="limit=1").json == [made]) == newest_first
    assert ask("GET", "/things").json[0 if newest_first else -1] == made
