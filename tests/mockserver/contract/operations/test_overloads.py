"""Operations of one path and method that differ by what stands behind it."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.contract.operations.overloads import Overload, has_more, nearest, path_of, unsendable
from mockserver.contract.operations.styles import query_values
from mockserver.messages import Request
from tests.mockserver.inference.lists import contract


def _value(name: str, location: str = "path") -> dict[str, Any]:
    return {"name": name, "in": location, "required": True, "schema": {"type": "string"}}


@pytest.mark.parametrize(
    ("template", "path", "more"),
    [
        ("/a/{b}", "/a/{b}", False),
        ("/a?x=1", "/a", True),
        ("/a#x", "/a", True),
        ("/a?x=1#y", "/a", True),
        ("/a#y?x", "/a", True),
        ("/a/{b}{?page,size}", "/a/{b}", True),
        ("/a{&page}", "/a", True),
        ("/a{#part}", "/a", True),
    ],
)
def test_a_template_may_hold_more_than_a_path(template: str, path: str, more: bool) -> None:
    """A query, a fragment, or both; also optional ones (RFC 6570)."""
    assert (path_of(template), has_more(template)) == (path, more)


def test_a_value_behind_the_fragment_alone_can_t_be_sent() -> None:
    """One that stands before it too, and one of a query, can."""
    get = {"parameters": [_value("a"), _value("b"), _value("c", "query")], "responses": {"200": {"description": ""}}}
    known = contract({"/x/{a}#{a}/{b}": {"get": get}})
    assert [unsendable(operation) for operation in known.operations.values()] == [["b"]]


def _overload(template: str, *parameters: dict[str, Any], body: Any = None) -> Overload:
    post = {"parameters": [_value("id"), *parameters], "responses": {"200": {"description": ""}}}
    more = {} if body is None else {"requestBody": {"content": body}}
    (operation,) = contract({template: {"post": {**post, **more}}}).operations.values()
    return Overload(operation, ("id",))


def _lacks(overload: Overload, query: str = "", **headers: str) -> tuple[int, int]:
    request = Request("POST", "/x/1", query, headers)
    return overload.lacks(request, query_values(query))


def test_a_request_lacks_what_its_template_requires_and_parameters_do() -> None:
    """A constant of the query, a value of an enum or a constant, a header, and the type of the body."""
    constant = _overload("/x/{id}?method=list&page={page}")
    queries = {
        "": (2, 0),
        "method=list": (1, -1),
        "method=get&page=1": (1, -1),
        "method=get&method=list&page=": (0, -2),
    }
    assert {query: _lacks(constant, query) for query in queries} == queries
    kind = {**_value("kind", "query"), "schema": {"enum": ["a", 1, True]}}
    version = {**_value("X-Version", "header"), "schema": {"const": "2"}}
    chosen = _overload("/x/{id}", kind, version, {**_value("q", "query"), "required": False})
    assert _lacks(chosen, "kind=a", **{"x-version": "2"}) == (0, -2)
    assert [_lacks(chosen, f"kind={text}")[0] for text in ("1", "true", "b", "")] == [1, 1, 2, 2]
    assert _lacks(chosen, "kind=b&kind=a", **{"x-version": "1"}) == (1, -1)
    assert _lacks(_overload("/x/{id}", _value("any", "query")), "any=") == (0, -1)
    header = _overload("/x/{id}", _value("X-Any", "header"))
    assert (_lacks(header), _lacks(header, **{"x-any": ""})) == ((1, 0), (0, -1))
    sent = _overload("/x/{id}", body={"application/json": {}, "text/*": {}})
    types = ("application/json; charset=utf-8", "text/csv", "image/png")
    assert [_lacks(sent, **{"content-type": name}) for name in types] == [(0, -1), (0, -1), (1, 0)]
    assert _lacks(sent) == (0, 0)
    assert _lacks(_overload("/x/{id}"), **{"content-type": "image/png"}) == (0, 0)


def test_the_operation_that_lacks_least_is_chosen() -> None:
    """Of equal ones that of the most requirements, then the first; values in its query come along."""
    plain, listed = _overload("/x/{id}"), _overload("/x/{id}?method=list")
    placed = _overload("/x/{id}?lat={latitude}&lon={longitude}")
    others = [plain, listed, placed]
    assert nearest(others, Request("POST", "/x/1", "method=list")) == (listed, {})
    assert nearest(others, Request("POST", "/x/1", "lat=1&lat=2&lon=3")) == (
        placed,
        {"latitude": "2", "longitude": "3"},
    )
    assert nearest(others, Request("POST", "/x/1", "lat=1")) == (plain, {})
    assert nearest([listed, placed], Request("POST", "/x/1", "")) == (listed, {})


@pytest.mark.parametrize(
    ("template", "query", "values"),
    [
        ("/x/{id}?{search}=1&{kind}=2", "88=1&exact=2", {"search": "88", "kind": "exact"}),
        ("/x/{id}?{search}=1&{kind}=2", "exact=2&88=1", {"search": "88", "kind": "exact"}),
        ("/x/{id}?{search}=1&{kind}=1", "88=1&exact=1", {"search": "88", "kind": "exact"}),
        ("/x/{id}?{search}=1&{kind}=2", "search=88&kind=exact", {"search": "88", "kind": "exact"}),
        ("/x/{id}?{search}=1&page=2", "page=2", {}),
        ("/x/{id}?{name}={value}", "color=red", {"name": "color", "value": "red"}),
        ("/x/{id}?with_{name}=yes", "with_tags=yes", {"name": "tags"}),
        ("/x/{id}?range={from}-{to}", "range=3-9", {"from": "3", "to": "9"}),
        ("/x/{id}?range={from}-{to}", "range=3", {}),
        ("/x/{id}?q=name:{name}", "q=name:Ann%20B", {"name": "Ann B"}),
        ("/x/{id}?q={q}", "q=", {"q": ""}),
        ("/x/{id}{?q}", "q=a", {}),
    ],
)
def test_values_stand_anywhere_in_the_query_of_a_template(template: str, query: str, values: dict[str, str]) -> None:
    """In the place of a name or of a text, whole or in part; a value in the place of a name may be sent by its own."""
    assert _overload(template).from_query(query_values(query)) == values
