"""Headers that are computed from the records: Location, Link, totals; and examples on the origin of the client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support import NOTHING, Ask, ClientResponse, answers, document, json_body, path_parameter

TEXT = {"type": "string"}
THING = {"type": "object", "required": ["id"], "properties": {"id": TEXT, "name": TEXT}}
HOST = {"host": "mock.test:4010"}
MANY = [{"id": f"t{number}", "name": "x"} for number in range(1, 6)]


def _query(name: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "integer", **schema}}


def _with_headers(responses: Any, status: str, headers: Any) -> Any:
    return {**responses, status: {**responses[status], "headers": headers}}


def _things(
    headers: Any, *, parameters: Any = (), made: Any = None, servers: Any = (), base: str = "/things", **more: Any
) -> dict[str, Any]:
    """A document with a collection whose list and whose creation declare headers."""
    listed = _with_headers(answers({"type": "array", "items": THING}), "200", headers)
    created = _with_headers(answers(THING, status=201), "201", made or {})
    post = {"requestBody": json_body({"type": "object", "properties": {"name": TEXT}}), "responses": created}
    item = {"get": {"parameters": [path_parameter()], "responses": answers(THING)}}
    paths = {base: {"get": {"parameters": list(parameters), "responses": listed}, "post": post}, f"{base}/{{id}}": item}
    return document(paths, servers=list(servers), **more)


def _get(ask: Ask, path: str, query: str = "", **headers: str) -> ClientResponse:
    answer = ask("GET", path, query=query, headers={**HOST, **headers})
    assert answer.status == 200, answer.body
    return answer


def _links(answer: ClientResponse) -> dict[str, str]:
    """The addresses of a Link header by relation."""
    links = [link.partition(">; rel=") for link in answer.headers.get("link", "").split(", ") if link]
    return {relation.strip('"'): url.removeprefix("<http://mock.test:4010") for url, _, relation in links}


@pytest.mark.parametrize("base", ["", "/v2"])
@pytest.mark.parametrize(
    ("header", "form"),
    [
        ({"schema": TEXT}, "http://mock.test:4010"),
        ({"schema": {**TEXT, "format": "uri"}, "required": True}, "http://mock.test:4010"),
        ({"schema": TEXT, "example": "https://api.vendor.example/v2/things/99"}, "http://mock.test:4010"),
        ({"schema": {**TEXT, "format": "uri-reference"}, "example": "/things/99"}, ""),
    ],
)
def test_the_location_of_a_new_record_leads_to_it(
    mock_of: Callable[..., Ask], base: str, header: Any, form: str
) -> None:
    """On the origin and below the base path that the client used, in the form of the example."""
    ask = mock_of(_things({}, made={"Location": header}, servers=[{"url": "https://api.vendor.example/v2"}]))
    answer = ask("POST", f"{base}/things", json={"name": "a b"}, headers=HOST)
    assert answer.headers["location"] == f"{form}{base}/things/{answer.json['id']}"
    assert ask("GET", answer.headers["location"].removeprefix(form)).json == answer.json


def test_the_location_of_a_record_below_another_has_both_keys(mock_of: Callable[..., Ask]) -> None:
    """Keys are percent-encoded."""
    toy = {"type": "object", "required": ["name"], "properties": {"name": TEXT}}
    made = _with_headers(answers(toy, status=201), "201", {"Location": {"schema": TEXT}})
    paths = {
        "/pets": {"get": {"responses": answers({"type": "array", "items": THING})}},
        "/pets/{petId}": {"get": {"parameters": [path_parameter("petId")], "responses": answers(THING)}},
        "/pets/{petId}/toys": {
            "post": {"parameters": [path_parameter("petId")], "requestBody": json_body(toy), "responses": made}
        },
        "/pets/{petId}/toys/{name}": {
            "get": {"parameters": [path_parameter("petId"), path_parameter("name")], "responses": answers(toy)}
        },
    }
    ask = mock_of(document(paths))
    pet = ask("GET", "/pets").json[0]["id"]
    answer = ask("POST", f"/pets/{pet}/toys", json={"name": "red ball"}, headers=HOST)
    assert answer.headers["location"] == f"http://mock.test:4010/pets/{pet}/toys/red%20ball"


def test_a_location_is_known_where_the_answer_has_no_body(mock_of: Callable[..., Ask]) -> None:
    """It is how the client learns the key of its record."""
    contract = _things({}, made={"Location": {"schema": TEXT, "required": True}})
    del contract["paths"]["/things"]["post"]["responses"]["201"]["content"]
    ask = mock_of(contract)
    place = ask("POST", "/things", json={"name": "new"}, headers=HOST).headers["location"]
    assert ask("GET", place.removeprefix("http://mock.test:4010")).json["name"] == "new"


def test_a_proxy_says_which_origin_the_client_used(mock_of: Callable[..., Ask]) -> None:
    """By `X-Forwarded-Host` and `X-Forwarded-Proto`."""
    forwarded = {**HOST, "x-forwarded-host": "app.test", "x-forwarded-proto": "https"}
    ask = mock_of(_things({}, made={"Location": {"schema": TEXT}}))
    assert ask("POST", "/things", json={}, headers=forwarded).headers["location"].startswith("https://app.test/things/")


PAGES = {
    "number": [_query("page", default=1), _query("per_page", default=2)],
    "offset": [_query("offset", default=0), _query("limit", default=2)],
}


@pytest.mark.parametrize("kind", PAGES)
def test_links_lead_through_all_pages_and_end(mock_of: Callable[..., Ask], kind: str) -> None:
    """First, previous, next and last, with the rest of the query; all records come once."""
    ask = mock_of(_things({"Link": {"schema": TEXT, "example": "<x>; rel=next"}}, parameters=PAGES[kind]))
    for record in MANY[:3]:
        ask("POST", "/things", json=record)
    known, keys, path = ask("GET", "/things", query="per_page=100&limit=100").json, [], "/things?x=%20y"
    pages = []
    while path:
        route, _, query = path.partition("?")
        answer = _get(ask, route, query)
        links = _links(answer)
        assert "x=%20y" in query
        assert {"first", "last"} <= links.keys()
        pages.append(links)
        keys += [record["id"] for record in answer.json]
        path = links.get("next", "")
    assert keys == [record["id"] for record in known]
    assert [sorted(links) for links in (pages[0], pages[1], pages[-1])] == [
        ["first", "last", "next"],
        ["first", "last", "next", "prev"],
        ["first", "last", "prev"],
    ]


def test_one_page_has_no_links(mock_of: Callable[..., Ask]) -> None:
    """Nor the ones of the example."""
    header = {"schema": TEXT, "example": '<https://api.vendor.example/things?page=2>; rel="next"'}
    ask = mock_of(_things({"Link": header}, parameters=[_query("page"), _query("per_page")]))
    assert "link" not in _get(ask, "/things").headers


@pytest.mark.parametrize(
    ("name", "query", "text"),
    [
        ("X-Total-Count", "", "3"),
        ("x-total", "", "3"),
        ("Total-Count", "", "3"),
        ("X-Pagination-Total-Count", "", "3"),
        ("X-Total-Pages", "", "2"),
        ("X-WP-TotalPages", "", "2"),
        ("X-Page", "page=2", "2"),
        ("X-Per-Page", "", "2"),
        ("X-Next-Page", "", "2"),
        ("X-Next-Page", "page=2", None),
        ("X-Prev-Page", "page=2", "1"),
        ("X-Has-More", "", "true"),
        ("Content-Range", "", "items 0-1/3"),
        ("Content-Range", "page=9", "items */3"),
    ],
)
@pytest.mark.parametrize("example", [NOTHING, "77"])
def test_headers_count_the_records(
    mock_of: Callable[..., Ask], name: str, query: str, text: str | None, example: Any
) -> None:
    """What the mock knows is said as it is, whatever the example says."""
    header = {"schema": TEXT, **({} if example is NOTHING or name == "Content-Range" else {"example": example})}
    ask = mock_of(_things({name: header}, parameters=PAGES["number"]))
    assert _get(ask, "/things", query).headers.get(name.lower()) == text


@pytest.mark.parametrize("name", ["X-RateLimit-Limit", "X-Rate-Limit-Total", "X-Quota-Total", "X-Request-Page-Id"])
def test_other_headers_keep_their_examples(mock_of: Callable[..., Ask], name: str) -> None:
    """Not everything that is limited or has a total is a list."""
    ask = mock_of(_things({name: {"schema": TEXT, "example": "77"}}, parameters=PAGES["number"]))
    assert _get(ask, "/things").headers[name.lower()] == "77"


def test_a_count_that_the_contract_rules_out_is_left_to_the_example(mock_of: Callable[..., Ask]) -> None:
    """No answer breaks the contract because of it."""
    header = {"schema": {"type": "integer", "enum": [77]}, "example": 77}
    assert _get(mock_of(_things({"X-Total-Count": header})), "/things").headers["x-total-count"] == "77"


def _example(mock_of: Callable[..., Ask], name: str, text: str) -> Ask:
    """A mock with one operation without memory, whose answer has a header."""
    headers = {name: {"schema": TEXT, "example": text}}
    operation = {"responses": _with_headers(answers({"type": "array", "items": TEXT}, []), "200", headers)}
    return mock_of(document({"/list": {"get": operation}}, servers=[{"url": "https://api.vendor.example:8443/v1"}]))


@pytest.mark.parametrize(
    ("name", "example", "text"),
    [
        ("Location", "https://api.vendor.example:8443/v1/x", "http://mock.test:4010/v1/x"),
        ("Content-Location", "https://api.vendor.example:8443", "http://mock.test:4010"),
        ("Location", "https://api.vendor.example:8443.evil.test/x", "https://api.vendor.example:8443.evil.test/x"),
        ("Location", "https://login.other.example/x", "https://login.other.example/x"),
        ("Link", '<https://api.vendor.example:8443/a>; rel="a"', '<http://mock.test:4010/a>; rel="a"'),
        ("X-Documentation", "https://api.vendor.example:8443/docs", "https://api.vendor.example:8443/docs"),
    ],
)
def test_examples_are_on_the_origin_of_the_client(
    mock_of: Callable[..., Ask], name: str, example: str, text: str
) -> None:
    """Those that lead to the document's own servers."""
    assert _get(_example(mock_of, name, example), "/list").headers[name.lower()] == text


def test_following_the_links_of_an_example_ends(mock_of: Callable[..., Ask]) -> None:
    """The page that an example names as the next one isn't followed by itself."""
    ask = _example(mock_of, "Link", '</list?page=2>; rel="next", </list?page=9>; rel="last"')
    assert _get(ask, "/list", "a=1").headers["link"] == '</list?page=2>; rel="next", </list?page=9>; rel="last"'
    assert _get(ask, "/list", "page=2&a=1").headers["link"] == '</list?page=9>; rel="last"'


COUNTED = {
    "3": """total totalcount totalitems totalresults totalrecords totalelements totalentries totalhits totalsize
        totalrows itemscount itemcount recordcount recordscount resultcount resultscount""",
    "2": """totalpages pagecount pagescount numpages lastpage perpage pagesize pagelimit limit itemsperpage nextpage""",
    "1": "page currentpage pagenumber pageindex",
    "true": "hasmore hasnext hasnextpage",
    "0": "offset",
    "example": """rate ratelimit-limit limited-total quota-total cost-total time-total throttle-limit paging other""",
}  # fmt: skip


def test_every_ending_of_a_name_that_counts_is_known(mock_of: Callable[..., Ask]) -> None:
    """After any other words; names that count requests or time stay as they are."""
    expected = {f"x-my-{name}": text for text, names in COUNTED.items() for name in names.split()}
    headers = {name: {"schema": TEXT, "example": "example"} for name in expected}
    found = _get(mock_of(_things(headers, parameters=PAGES["number"])), "/things").headers
    assert {name: found[name] for name in expected} == expected


def test_pages_before_and_after_this_one_are_named(mock_of: Callable[..., Ask]) -> None:
    """The first has none before it, the last none after it; a page after the last is one after it."""
    names = ["x-prevpage", "x-previouspage", "x-nextpage", "x-hasnext", "x-offset", "x-lastpage"]
    ask = mock_of(_things({name: {"schema": TEXT} for name in names}, parameters=PAGES["number"]))
    found = [_get(ask, "/things", f"page={page}").headers for page in (1, 2)]
    assert [[one.get(name) for name in names] for one in found] == [
        [None, None, "2", "true", "0", "2"],
        ["1", "1", None, "false", "2", "2"],
    ]


def test_cursors_in_headers_lead_through_all_pages(mock_of: Callable[..., Ask]) -> None:
    """Each name says the same; the last page has none."""
    names = [f"x-{name}" for name in ("nextcursor", "nexttoken", "nextpagetoken", "continuationtoken", "nextmarker",
                                      "continuation")]  # fmt: skip
    query = [{"name": "cursor", "in": "query", "schema": TEXT}, _query("limit", default=2)]
    ask = mock_of(_things({name: {"schema": TEXT} for name in names}, parameters=query))
    first = _get(ask, "/things")
    assert {first.headers.get(name) for name in names} == {first.json[-1]["id"]}
    last = _get(ask, "/things", f"cursor={first.json[-1]['id']}")
    assert (len(last.json), {last.headers.get(name) for name in names}) == (1, {None})
