"""Parameters: every style and explode, every type, what is missing and what is wrong."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.contract import Contract
from mockserver.contract.operations import styles
from mockserver.errors import Refused
from mockserver.messages import Request
from tests.conformance.style_running import style_document
from tests.conformance.styles import REFUSED, VERSIONS, Row, rows

STRING = {"type": "string"}
LIST = {"type": "array", "items": {"type": "string"}}
NUMBERS = {"type": "array", "items": {"type": "integer"}}
COLOUR = {
    "type": "object",
    "properties": {"R": {"type": "integer"}, "G": {"type": "integer"}, "name": {"type": "string"}},
}
RGB = {"R": 100, "G": 200}


def read(load: Any, parameter: dict[str, Any], **sent: Any) -> dict[str, Any]:
    """What is read of a parameter named `p`, sent as `path`, `query`, `header` or `cookie`."""
    location = parameter["in"]
    template = "/a/{p}" if location == "path" else "/a/{}"
    others = [{"name": "other", "in": "query", "schema": STRING}] if location == "query" else []
    item = {"get": {"parameters": [{"name": "p", **parameter}, *others], "responses": {"200": {"description": "OK"}}}}
    contract = load({template.replace("/{}", ""): item}, "3.2.0")
    path = "/a/" + sent["path"] if "path" in sent else "/a"
    headers = {"p": sent["header"]} if "header" in sent else {}
    headers |= {"cookie": sent["cookie"]} if "cookie" in sent else {}
    request = Request("GET", path, sent.get("query", ""), headers)
    inputs = contract.read_inputs(contract.route("GET", path), request)
    return dict(getattr(inputs, location))


@pytest.mark.parametrize(
    ("location", "style", "explode", "schema", "sent", "value"),
    [
        ("path", "simple", False, STRING, "blue", "blue"),
        ("path", "simple", False, LIST, "blue,black", ["blue", "black"]),
        ("path", "simple", True, NUMBERS, "3,4", [3, 4]),
        ("path", "simple", False, COLOUR, "R,100,G,200", RGB),
        ("path", "simple", True, COLOUR, "R=100,G=200", RGB),
        ("path", "label", False, STRING, ".blue", "blue"),
        ("path", "label", False, LIST, ".blue,black", ["blue", "black"]),
        ("path", "label", True, LIST, ".blue.black", ["blue", "black"]),
        ("path", "label", False, COLOUR, ".R,100,G,200", RGB),
        ("path", "label", True, COLOUR, ".R=100.G=200", RGB),
        ("path", "matrix", False, STRING, ";p=blue", "blue"),
        ("path", "matrix", False, {"type": "integer"}, ";p=5", 5),
        ("path", "matrix", False, LIST, ";p=blue,black", ["blue", "black"]),
        ("path", "matrix", True, LIST, ";p=blue;p=black", ["blue", "black"]),
        ("path", "matrix", False, COLOUR, ";p=R,100,G,200", RGB),
        ("path", "matrix", True, COLOUR, ";R=100;G=200", RGB),
        ("query", "form", True, STRING, "p=blue", "blue"),
        ("query", "form", True, LIST, "p=blue&p=black", ["blue", "black"]),
        ("query", "form", True, LIST, "p=a,b&p=c", ["a,b", "c"]),
        ("query", "form", False, LIST, "p=blue,black", ["blue", "black"]),
        ("query", "form", False, LIST, "p=blue%2Cblack", ["blue", "black"]),
        ("query", "form", False, LIST, "p=", []),
        ("query", "form", False, COLOUR, "p=R,100,G,200", RGB),
        ("query", "form", True, COLOUR, "R=100&G=200&other=x", RGB),
        ("query", "spaceDelimited", False, LIST, "p=blue%20black", ["blue", "black"]),
        ("query", "spaceDelimited", False, LIST, "p=blue+black", ["blue", "black"]),
        ("query", "spaceDelimited", False, COLOUR, "p=R%20100%20G%20200", RGB),
        ("query", "pipeDelimited", False, NUMBERS, "p=1|2", [1, 2]),
        ("query", "pipeDelimited", False, NUMBERS, "p=1%7C2", [1, 2]),
        ("query", "pipeDelimited", False, COLOUR, "p=R|100|G|200", RGB),
        ("query", "deepObject", True, COLOUR, "p[R]=100&p[G]=200", RGB),
        ("query", "deepObject", True, COLOUR, "p%5BR%5D=100&p%5Bname%5D=a+b", {"R": 100, "name": "a b"}),
        ("query", "deepObject", True, {"type": "object"}, "p[a][b]=1&p[c][]=2", {"a": {"b": "1"}, "c": ["2"]}),
        ("query", "form", True, {"type": "object"}, "x=1&other=2", {"x": "1"}),
        ("header", "simple", False, {"type": "integer"}, "7", 7),
        ("header", "simple", False, NUMBERS, "1,2", [1, 2]),
        ("header", "simple", False, COLOUR, "R,100,G,200", RGB),
        ("header", "simple", True, COLOUR, "R=100,G=200", RGB),
        ("cookie", "form", True, STRING, "a=1; p=blue", "blue"),
        ("cookie", "form", False, LIST, "p=blue,black", ["blue", "black"]),
        ("cookie", "form", False, COLOUR, "p=R,100,G,200", RGB),
        ("cookie", "cookie", True, STRING, 'p="blue"', "blue"),
    ],
)
def test_styles(load: Any, location: str, style: str, explode: bool, schema: Any, sent: str, value: Any) -> None:
    """The table of styles (OpenAPI 3.1.1, 4.8.12.6), with types cast part by part."""
    parameter = {"in": location, "style": style, "explode": explode, "schema": schema}
    assert read(load, parameter, **{location: sent})["p"] == value


@pytest.mark.parametrize("version", VERSIONS)
def test_the_style_tables(version: str, load: Any) -> None:
    """Each text stands for its value, whatever the version; one that isn't written in the style is refused."""
    members = [row for row in rows() if row.version == version]
    contract = load(style_document(version, members)["paths"], version)
    sent = [(number, row) for number, row in enumerate(members) if row.location != "response"]
    assert not [row for number, row in sent if _accepts(contract, number, row) == (row.value is REFUSED)]


def _accepts(contract: Contract, number: int, row: Row) -> bool:
    path = f"/{number}/{unquote(row.sent[0])}" if row.location == "path" else f"/{number}"
    names = {"header": "p", "cookie": "cookie"}
    headers = {names[row.location]: ",".join(row.sent)} if row.location in names else {}
    query = row.sent[0] if row.location in ("query", "querystring") else ""
    try:
        contract.read_inputs(contract.route("GET", path), Request("GET", path, query, headers))
    except Refused:
        return False
    return True


@pytest.mark.parametrize(
    ("schema", "sent", "value"),
    [
        ({"type": "integer"}, "42", 42),
        ({"type": "integer"}, "-7", -7),
        ({"type": "number"}, "4.5", 4.5),
        ({"type": "number"}, "1e3", 1000.0),
        ({"type": "number"}, "3", 3),
        ({"type": "boolean"}, "true", True),
        ({"type": "boolean"}, "True", True),
        ({"type": "boolean"}, "FALSE", False),
        ({"type": "boolean"}, "1", True),
        ({"type": ["boolean", "null"]}, "0", False),
        ({"type": ["boolean", "string"]}, "True", "True"),
        ({"type": ["boolean", "string"]}, "true", True),
        ({"type": ["integer", "boolean"]}, "1", 1),
        ({"type": ["integer", "null"]}, "null", None),
        ({"type": "string"}, "42", "42"),
        ({"type": "string"}, "", ""),
        ({}, "42", "42"),
        ({"type": ["integer", "string"]}, "42", 42),
        ({"type": ["integer", "string"]}, "x", "x"),
        ({"type": ["integer", "string"], "maxLength": 2, "maximum": 9}, "42", "42"),
        ({"oneOf": [{"type": "integer"}, {"type": "boolean"}]}, "true", True),
        ({"allOf": [{"type": "integer"}, {"minimum": 1}]}, "1", 1),
        ({"enum": [1, 2]}, "2", 2),
        ({"$ref": "#/components/schemas/Int"}, "5", 5),
    ],
)
def test_text_is_cast_to_what_the_schema_asks_for(load: Any, schema: Any, sent: str, value: Any) -> None:
    """Where several types fit, the first that the schema accepts."""
    item = {"get": {"parameters": [{"name": "p", "in": "query", "schema": schema}], "responses": {"200": {}}}}
    contract = load({"/a": item}, components={"schemas": {"Int": {"type": "integer"}}})
    inputs = contract.read_inputs(contract.route("GET", "/a"), Request("GET", "/a", f"p={sent}"))
    assert inputs.query == {"p": value}
    assert type(inputs.query["p"]) is type(value)


@pytest.mark.parametrize(
    ("schema", "sent", "message"),
    [
        ({"type": "integer"}, "abc", 'must be an integer, not "abc"'),
        ({"type": "integer"}, "4.5", 'must be an integer, not "4.5"'),
        ({"type": "integer"}, "1_000", 'must be an integer, not "1_000"'),
        ({"type": "integer"}, "", 'must be an integer, not ""'),
        ({"type": "integer", "format": "int32"}, str(2**31), "must be at most 2147483647, not 2147483648"),
        ({"type": "integer", "format": "int64"}, str(-(2**63) - 1), f"must be at least {-(2**63)}, not {-(2**63) - 1}"),
        ({"type": "number"}, "nan", 'must be a number, not "nan"'),
        ({"type": "number"}, "1e999", 'must be a number, not "1e999"'),
        ({"type": "boolean"}, "yes", 'must be true or false, not "yes"'),
        ({"type": "boolean"}, "2", 'must be true or false, not "2"'),
        ({"type": "string", "format": "uuid"}, "x", 'must be a uuid, not "x"'),
        ({"type": "string", "format": "byte"}, "a", 'must be a byte, not "a"'),
        ({"type": "string", "maxLength": 1}, "ab", "must have at most 1 character, not 2"),
        ({"type": "string", "pattern": "^a$"}, "b", 'must match ^a$, not "b"'),
        ({"pattern": f"^{'(a)' * 30}$"}, "b", f'must match ^{"(a)" * 30:.59}…, not "b"'),
        ({"pattern": "^[a-z]+$", "example": "abc"}, "1", 'must match ^[a-z]+$, not "1"; "abc" would do'),
        ({"pattern": "^[a-z]+$", "examples": ["abc"]}, "1", 'must match ^[a-z]+$, not "1"; "abc" would do'),
        ({"pattern": "^[a-z]+$", "examples": []}, "1", 'must match ^[a-z]+$, not "1"'),
        ({"enum": ["asc", "desc"]}, "acs", 'must be one of "asc", "desc", not "acs"; did you mean "asc"?'),
    ],
)
def test_a_wrong_value_is_told_in_a_sentence(load: Any, schema: Any, sent: str, message: str) -> None:
    """The place is the parameter, the message what it must be and what was sent."""
    with pytest.raises(Refused) as caught:
        read(load, {"in": "query", "schema": schema}, query=f"p={sent}")
    assert caught.value.status == 400
    assert [(v.place, v.message) for v in caught.value.details] == [("query.p", message)]
    assert caught.value.details[0].pointer.startswith("/paths/~1a/get/parameters/0/schema")


@pytest.mark.parametrize("location", ["query", "header", "cookie"])
def test_a_required_parameter_must_be_sent(load: Any, location: str) -> None:
    """Its absence is reported with its place."""
    with pytest.raises(Refused) as caught:
        read(load, {"in": location, "required": True, "schema": STRING})
    assert [(v.place, v.message) for v in caught.value.details] == [(f"{location}.p", "is required")]


def test_a_misspelt_parameter_is_told(load: Any) -> None:
    """The one that is required and missing, with what was sent in its stead; never another that the contract knows."""
    names = {"query": ["pageSize", "page"], "header": ["X-Request-Id", "X-Request"], "cookie": ["sessionId"]}
    parameters = [
        {"name": name, "in": location, "required": name == each[0], "schema": STRING}
        for location, each in names.items()
        for name in each
    ]
    contract = load({"/a": {"get": {"parameters": parameters, "responses": {"200": {}}}}})
    headers = {"x-requestid": "1", "x-request": "2", "cookie": "session_id=3"}
    with pytest.raises(Refused) as caught:
        contract.read_inputs(contract.route("GET", "/a"), Request("GET", "/a", "pagesize=1&page=2", headers))
    assert [f"{v.place} {v.message}" for v in caught.value.details] == [
        "query.pageSize is required; you sent query.pagesize",
        "header.X-Request-Id is required; you sent header.x-requestid",
        "cookie.sessionId is required; you sent cookie.session_id",
    ]


def test_every_violation_is_listed(load: Any) -> None:
    """The reason tells the first one and how many there are more."""
    parameters = [{"name": name, "in": "query", "required": True, "schema": {"type": "integer"}} for name in "abc"]
    contract = load({"/a": {"get": {"parameters": parameters, "responses": {"200": {}}}}})
    with pytest.raises(Refused) as caught:
        contract.read_inputs(contract.route("GET", "/a"), Request("GET", "/a", "b=x&c=3"))
    assert [v.place for v in caught.value.details] == ["query.a", "query.b"]
    assert caught.value.reason == "query.a is required (and 1 more)"


def test_defaults_stand_in(load: Any) -> None:
    """A parameter that is not sent has the default of its schema, where there is one."""
    assert read(load, {"in": "query", "schema": {"type": "integer", "default": 20}}) == {"p": 20}
    assert read(load, {"in": "query", "schema": {"type": "integer"}}) == {}


@pytest.mark.parametrize(
    ("kind", "default"), [("null", None), ("array", []), ("object", {}), ("string", ""), ("integer", 0)]
)
def test_an_empty_default_stands_in(load: Any, kind: str, default: Any) -> None:
    """`null`, `[]`, `{}` and `""` are values; the parameter itself may be required all the same."""
    schema = {"type": kind, "default": default}
    for style in ("form", "deepObject"):
        assert read(load, {"in": "query", "schema": schema, "style": style}) == {"p": default}
    with pytest.raises(Refused, match="is required"):
        read(load, {"in": "query", "schema": {**schema, "minProperties": 1}, "explode": False, "required": True})


def test_unknown_parameters_are_ignored(load: Any) -> None:
    """What the contract does not declare does not matter."""
    assert read(load, {"in": "query", "schema": STRING}, query="x=1&p=a&=&&y") == {"p": "a"}


@pytest.mark.parametrize(("sent", "value"), [("p", ""), ("p=", ""), ("p=5", 5)])
def test_an_empty_value_may_be_allowed(load: Any, sent: str, value: Any) -> None:
    """`allowEmptyValue` lets a flag stand without a value."""
    parameter = {"in": "query", "schema": {"type": "integer"}, "allowEmptyValue": True}
    assert read(load, parameter, query=sent) == {"p": value}


def test_a_parameter_may_have_content(load: Any) -> None:
    """JSON in a parameter is decoded, and checked by its schema."""
    content = {"application/json": {"schema": {"type": "object", "required": ["a"]}}}
    assert read(load, {"in": "query", "content": content}, query="p=" + quote('{"a": 1}')) == {"p": {"a": 1}}
    for wrong in ('{"b": 1}', "{", "[" * 5_000):
        with pytest.raises(Refused):
            read(load, {"in": "query", "content": content}, query="p=" + quote(wrong))


@pytest.mark.parametrize(
    ("name", "query", "expected"),
    [
        ("application/x-www-form-urlencoded", "a=1&b=x", {"a": 1, "b": "x"}),
        ("application/json", quote('{"a": 1}'), {"a": 1}),
        ("application/json", quote('{"a": "x"}'), 'query.a must be an integer, not "x"'),
        ("application/x-www-form-urlencoded", "b=x", "query.a is required"),
    ],
)
def test_the_query_string_may_be_one_value(load: Any, name: str, query: str, expected: Any) -> None:
    """`in: querystring` of 3.2 gives it a media type and a schema."""
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}
    parameter = {"name": "q", "in": "querystring", "content": {name: {"schema": schema}}}
    contract = load({"/a": {"get": {"parameters": [parameter], "responses": {"200": {}}}}}, "3.2.0")
    request = Request("GET", "/a", query)
    if isinstance(expected, dict):
        assert contract.read_inputs(contract.route("GET", "/a"), request).query == expected
    else:
        with pytest.raises(Refused) as caught:
            contract.read_inputs(contract.route("GET", "/a"), request)
        assert caught.value.reason == expected


def test_header_names_are_told_apart_by_nothing_but_letters(load: Any) -> None:
    """They are compared, and kept, in lower case."""
    item = {"get": {"parameters": [{"name": "X-Id", "in": "header", "schema": STRING}], "responses": {"200": {}}}}
    contract = load({"/a": item})
    inputs = contract.read_inputs(contract.route("GET", "/a"), Request("GET", "/a", "", {"x-id": "7"}))
    assert inputs.header == {"x-id": "7"}


@given(st.dictionaries(st.text(min_size=1), st.lists(st.text(), min_size=1), max_size=5))
def test_query_strings_are_read_as_they_were_written(values: dict[str, list[str]]) -> None:
    """Any names and values come back from their percent-encoded form."""
    pairs = [(name, value) for name, texts in values.items() for value in texts]
    query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)
    assert styles.query_values(query) == values


@given(st.text(), st.sampled_from(["simple", "label", "matrix"]), st.sampled_from(["array", "object", "primitive"]))
def test_any_text_is_read_in_any_style(text: str, style: str, shape: str) -> None:
    """Text that was not written in a style gives some value, or lacks what the style begins with."""
    for explode in (True, False):
        with suppress(styles.Misshapen):
            styles.matrix(text, "p", shape, explode=explode)
        with suppress(styles.Misshapen):
            styles.label(text, shape, explode=explode)
        styles.simple(text, shape, explode=explode)
        styles.field(text, shape, explode=explode)
    styles.query_values(text)
    styles.cookie_values(text)
    styles.deep_object("p", styles.query_values(text))
