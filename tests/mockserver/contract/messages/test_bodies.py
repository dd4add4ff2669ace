"""Bodies: their media types, their decoding, and everything that can be wrong with them."""

from __future__ import annotations

import json
import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.messages.decoding import Undecodable, json_value, nests_too_deep
from mockserver.contract.operations import media
from mockserver.contract.operations.operation import MediaType
from mockserver.errors import Refused
from mockserver.messages import Request

NAMED = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}}


def send(load: Any, content: dict[str, Any], body: bytes, content_type: str = "", required: bool = True) -> Any:
    """The body that is read of a request to an operation with this content."""
    operation = {"requestBody": {"required": required, "content": content}, "responses": {"200": {}}}
    contract = load({"/a": {"post": operation}})
    headers = {"content-type": content_type} if content_type else {}
    return contract.read_inputs(contract.route("POST", "/a"), Request("POST", "/a", "", headers, body)).body


def refusal(*arguments: Any, **more: Any) -> Refused:
    """The refusal of such a request."""
    with pytest.raises(Refused) as caught:
        send(*arguments, **more)
    return caught.value


@pytest.mark.parametrize(
    ("declared", "sent"),
    [
        ("application/json", "application/json"),
        ("application/json", "Application/JSON; charset=UTF-8"),
        ("application/json; charset=utf-8", "application/json"),
        ("application/vnd.api+json", "application/vnd.api+json"),
        ("application/*", "application/json"),
        ("*/*", "application/problem+json"),
        ("application/*+json", "application/vnd.x+json"),
    ],
)
def test_json_is_read(load: Any, declared: str, sent: str) -> None:
    """Under its own name, a range, a suffix, with or without charset."""
    assert send(load, {declared: {"schema": NAMED}}, b'{"name": "x"}', sent) == {"name": "x"}


@pytest.mark.parametrize("declared", ["*/*", "*", "application/*", "", " "])
@pytest.mark.parametrize(
    ("schema", "body", "value"),
    [
        (NAMED, b'{"name": "x"}', {"name": "x"}),
        ({"type": "string"}, b"123", "123"),
        ({}, "é".encode(), "é"),
        ({}, b"[1]", [1]),
        ({"type": "string", "format": "binary"}, b"\xff\x00", b"\xff\x00"),
    ],
)
def test_a_body_of_any_type_needs_no_content_type(
    load: Any, declared: str, schema: Any, body: bytes, value: Any
) -> None:
    """The body itself shows what it is: JSON, or else text, or else bytes."""
    assert send(load, {declared: {"schema": schema}}, body) == value


def test_a_body_of_any_type_is_checked_without_a_content_type(load: Any) -> None:
    """By the schema, as JSON."""
    assert refusal(load, {"*/*": {"schema": NAMED}}, b'{"name": 5}').details[0].place == "body.name"
    assert refusal(load, {"*/*": {"schema": NAMED}}, b"name=x").status == 400
    assert refusal(load, {"application/json": {"schema": NAMED}}, b'{"name": "x"}').status == 415


@pytest.mark.parametrize("header", ["", "application/json", "application/vnd.x+json"])
def test_a_media_type_without_a_name_may_be_any(load: Any, header: str) -> None:
    """JSON is read as JSON, whatever the client calls it; one that has a name comes first."""
    assert send(load, {"": {"schema": NAMED}}, b'{"name": "x"}', header) == {"name": "x"}
    both = {"": {"schema": {}}, "application/json": {"schema": NAMED}}
    assert refusal(load, both, b'{"name": 5}', "application/json").details[0].place == "body.name"


def test_json_that_a_page_sends_as_text_is_read_where_any_type_is_welcome(load: Any) -> None:
    """`fetch` names a text `text/plain` unless the page says otherwise."""
    assert send(load, {"*/*": {"schema": NAMED}}, b'{"name": "x"}', "text/plain;charset=UTF-8") == {"name": "x"}
    assert send(load, {"*/*": {"schema": {"type": "string"}}}, b"5", "text/plain") == "5"


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        ("text/plain", b"{}"),
        ("application/xml", b"<a/>"),
        ("", b"{}"),
        ("json", b"{}"),
        ("application/json2", b"{}"),
        (";", b"{}"),
        ("application/json; charset=klingon", b"{}"),
        ("multipart/form-data", b""),
    ],
)
def test_an_undeclared_type_is_415(load: Any, sent: str, body: bytes) -> None:
    """A body without Content-Type as well."""
    assert refusal(load, {"application/json": {"schema": NAMED}}, body, sent).status == 415


@pytest.mark.parametrize(
    ("body", "content_type", "place", "message"),
    [
        (b"", "", "body", "is required"),
        (b"", "application/json", "body", "is required"),
        (b"{", "application/json", "body", "is not JSON: Input data was truncated"),
        (b"{]", "application/json", "body", "is not JSON: object keys must be strings (byte 1)"),
        (b"\xff", "application/json", "body", "is not UTF-8 text"),
        (b'"\xed\xa0\x80"', "application/json", "body", "is not UTF-8 text"),
        (b"NaN", "application/json", "body", "is not JSON: invalid character (byte 0)"),
        (b'{"name": 1e999}', "application/json", "body", "is not JSON: Number out of range - at `$[...]`"),
        (b"[" * 100_000, "application/json", "body", "nests deeper than 200 levels"),
        (b'{"a":' * 300 + b"1" + b"}" * 300, "application/json", "body", "nests deeper than 200 levels"),
        (b"7", "application/json", "body", "must be an object, not 7"),
        (b"{}", "application/json", "body.name", "is required"),
        (b'{"Name": "x"}', "application/json", "body.name", "is required; you sent body.Name"),
        (b'{"nmae": "x"}', "application/json", "body.name", "is required; you sent body.nmae"),
        (b'{"name": null}', "application/json", "body.name", "must be a string, not null"),
        (b'{"name": "x", "age": 1.5}', "application/json", "body.age", "must be an integer, not 1.5"),
    ],
)
def test_a_wrong_body_is_400(load: Any, body: bytes, content_type: str, place: str, message: str) -> None:
    """The violation names place and problem."""
    refused = refusal(load, {"application/json": {"schema": NAMED}}, body, content_type)
    assert refused.status == 400
    assert [(v.place, v.message) for v in refused.details] == [(place, message)]


def test_a_name_in_another_case_is_recognised(load: Any) -> None:
    """However little the spellings have in common."""
    content = {"application/json": {"schema": {"required": ["pageSize"]}}}
    refused = refusal(load, content, b'{"other": 1, "PAGE_SIZE": 2}', "application/json")
    assert refused.details[0].message == "is required; you sent body.PAGE_SIZE"


def test_a_body_that_is_not_required_may_be_absent(load: Any) -> None:
    """With or without a Content-Type."""
    for content_type in ("", "application/json"):
        assert send(load, {"application/json": {"schema": NAMED}}, b"", content_type, required=False) is None


def test_a_body_that_is_not_declared_is_ignored(load: Any) -> None:
    """Whatever it is."""
    contract = load({"/a": {"get": {"responses": {"200": {}}}}})
    request = Request("GET", "/a", "", {"content-type": "x/y"}, b"\xff{")
    assert contract.read_inputs(contract.route("GET", "/a"), request).body is None


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 5_000_000,
        b"[" * 2_000_000 + b"]" * 2_000_000,
        b'[{"a":' * 1_000_000,
        b'{"name": "' + b"x" * 10_000_000,
        b'{"name": [' + b"1," * 500_000 + b"1]}",
        b'{"name": ' + b"9" * 1_000_000 + b"}",
        b'{"age": ' + b"9" * 400 + b'.5, "name": "x"}',
        b'{"name": "\\ud800"}',
        b'{"name": "x", "a": ' + b"[" * 300 + b"]" * 300 + b"}",
        b'["\\"[' * 500_000,
    ],
    ids=range(10),
)
def test_hostile_bodies_are_refused_at_once(load: Any, body: bytes) -> None:
    """Depth, length and unusual numbers cost milliseconds, and crash nothing."""
    began = time.process_time()
    assert refusal(load, {"application/json": {"schema": NAMED}}, body, "application/json").status == 400
    assert time.process_time() - began < 1


@pytest.mark.parametrize(("wrong", "listed"), [(3, 3), (1_000, 50), (1_000_000, 1)])
def test_a_long_list_of_errors_is_cut(load: Any, wrong: int, listed: int) -> None:
    """Of a value that is wrong in a thousand places, fifty tell enough; of a large one, the first does."""
    content = {"application/json": {"schema": {"type": "array", "items": {"type": "string"}}}}
    began = time.process_time()
    assert len(refusal(load, content, json.dumps([1] * wrong).encode(), "application/json").details) == listed
    assert time.process_time() - began < 1


def test_a_huge_value_that_is_wrong_is_not_copied(load: Any) -> None:
    """An error would have all of it, and every other thread would wait: it is refused in a fraction of the time."""
    content = {"application/json": {"schema": {"type": "object", "required": ["x"]}}}
    body = json.dumps({f"k{number}": 1 for number in range(200_000)}).encode()
    refused = refusal(load, content, body, "application/json")
    assert refused.details[0].message.endswith(
        "(an object of 200,000) doesn't fit its schema; it is too large to say where"
    )
    assert send(load, content, body[:-1] + b', "x": 1}', "application/json")["x"] == 1


@pytest.mark.parametrize(
    ("schema", "body", "value"),
    [
        (NAMED, b"name=a+b%21&age=7", {"name": "a b!", "age": 7}),
        (NAMED, "name=é".encode(), {"name": "é"}),
        ({"properties": {"t": {"type": "array", "items": {"type": "integer"}}}}, b"t=1&t=2", {"t": [1, 2]}),
        ({"properties": {"t": {"type": "array", "items": {"type": "integer"}}}}, b"t[]=1&t[]=2", {"t": [1, 2]}),
        ({"properties": {"o": NAMED}}, b"o[name]=x&o[age]=7", {"o": {"name": "x", "age": 7}}),
        ({"properties": {"o": NAMED}}, b"o=%7B%22name%22%3A%22x%22%7D", {"o": {"name": "x"}}),
        ({}, b"a=1&a=2&b=", {"a": ["1", "2"], "b": ""}),
    ],
)
def test_forms_are_read(load: Any, schema: Any, body: bytes, value: Any) -> None:
    """Fields have the types of their properties; lists and objects in the usual spellings."""
    name = "application/x-www-form-urlencoded"
    assert send(load, {name: {"schema": schema}}, body, name) == value


def test_a_form_of_schemas_that_hold_themselves_is_read_at_once(load: Any) -> None:
    """Ten properties of the same kind each, without end."""
    name = "application/x-www-form-urlencoded"
    node = {"type": "object", "properties": {f"p{n}": {"$ref": "#/components/schemas/Node"} for n in range(10)}}
    node["properties"]["n"] = {"type": "integer"}  # type: ignore[index]
    body = {"content": {name: {"schema": {"$ref": "#/components/schemas/Node"}}}}
    operation = {"requestBody": body, "responses": {"200": {}}}
    contract = load({"/a": {"post": operation}}, components={"schemas": {"Node": node}})
    request = Request("POST", "/a", "", {"content-type": name}, b"n=1&p1[n]=2&p2[p3][n]=3")
    read = contract.read_inputs(contract.route("POST", "/a"), request).body
    assert read == {"n": 1, "p1": {"n": 2}, "p2": {"p3": {"n": 3}}}


def test_fields_of_a_form_follow_their_encoding(load: Any) -> None:
    """`encoding` gives style, explode and content type of a field."""
    schema = {"properties": {"ids": {"type": "array", "items": {"type": "integer"}}, "j": {}}}
    encoding = {"ids": {"style": "pipeDelimited", "explode": False}, "j": {"contentType": "application/json"}}
    content = {"application/x-www-form-urlencoded": {"schema": schema, "encoding": encoding}}
    assert send(load, content, b"ids=1|2&j=[3]", "application/x-www-form-urlencoded") == {"ids": [1, 2], "j": [3]}


def test_a_wrong_form_is_refused(load: Any) -> None:
    """By the same schema and in the same words as JSON."""
    name = "application/x-www-form-urlencoded"
    refused = refusal(load, {name: {"schema": NAMED}}, b"age=x", name)
    assert {(v.place, v.message) for v in refused.details} == {
        ("body.name", "is required"),
        ("body.age", 'must be an integer, not "x"'),
    }


def multipart(*parts: tuple[str, bytes]) -> bytes:
    """A multipart body of parts with these header lines, split by `B`."""
    lines = [f"--B\r\n{head}\r\n\r\n".encode() + content + b"\r\n" for head, content in parts]
    return b"".join(lines) + b"--B--\r\n"


FIELD = 'Content-Disposition: form-data; name="{}"'


def test_multipart_is_read(load: Any) -> None:
    """Text is text, numbers are numbers, JSON is JSON, files are bytes; a name that comes twice is a list."""
    properties = {
        "n": {"type": "integer"},
        "o": NAMED,
        "file": {"type": "string", "format": "binary"},
        "tags": {"type": "array", "items": {"type": "string"}},
    }
    body = multipart(
        (FIELD.format("n"), b"7"),
        (FIELD.format("o") + "\r\nContent-Type: application/json", b'{"name": "x"}'),
        (FIELD.format("file") + '; filename="a.bin"\r\nContent-Type: application/octet-stream', b"\x00\xff\r\n--"),
        (FIELD.format("tags"), b"a"),
        (FIELD.format("extra"), "é".encode()),
    )
    schema = {"type": "object", "required": ["file"], "properties": properties}
    value = send(load, {"multipart/form-data": {"schema": schema}}, body, "multipart/form-data; boundary=B")
    assert value == {"n": 7, "o": {"name": "x"}, "file": b"\x00\xff\r\n--", "tags": ["a"], "extra": "é"}


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "multipart/form-data; boundary=B"),
        (multipart((FIELD.format("n"), b"7")), "multipart/form-data"),
        (multipart((FIELD.format("n"), b"7")), "multipart/form-data; boundary=C"),
        (multipart((FIELD.format("n"), b"7"))[:-8], "multipart/form-data; boundary=B"),
        (multipart(("X: y", b"7")), "multipart/form-data; boundary=B"),
        (b"--B\r\nno empty line\r\n--B--", "multipart/form-data; boundary=B"),
        (multipart((FIELD.format("n"), b"\xff")), "multipart/form-data; boundary=B"),
        (multipart((FIELD.format("n"), b"x")), "multipart/form-data; boundary=B"),
    ],
)
def test_broken_multipart_is_400(load: Any, body: bytes, content_type: str) -> None:
    """A wrong boundary, no end, a part without name or that is no text, a wrong type."""
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    assert refusal(load, {"multipart/form-data": {"schema": schema}}, body, content_type).status == 400


@pytest.mark.parametrize(
    ("name", "schema", "body", "value"),
    [
        ("text/plain", {"type": "string", "maxLength": 3}, "é\n".encode(), "é\n"),
        ("text/plain", {"type": "integer"}, b"5", 5),
        ("application/octet-stream", {"type": "string", "format": "binary"}, b"\x00\xff", b"\x00\xff"),
        ("application/xml", NAMED, b"<a/>", b"<a/>"),
        ("image/png", None, b"\x89PNG", b"\x89PNG"),
        ("application/x-ndjson", {"type": "array", "items": NAMED}, b'{"name":"a"}\n{"name":"b"}\n', ...),
    ],
)
def test_other_bodies_are_read(load: Any, name: str, schema: Any, body: bytes, value: Any) -> None:
    """Text as text, lines of JSON as a list, anything else as bytes."""
    expected = [{"name": "a"}, {"name": "b"}] if value is ... else value
    assert send(load, {name: {} if schema is None else {"schema": schema}}, body, name) == expected


def test_lines_may_have_a_schema_each(load: Any) -> None:
    """`itemSchema` of 3.2."""
    content = {"application/jsonl": {"itemSchema": NAMED}}
    assert send(load, content, b'{"name": "a"}', "application/jsonl") == [{"name": "a"}]
    assert refusal(load, content, b'{"name": "a"}\n{}', "application/jsonl").details[0].place == "body[1].name"


def test_a_charset_is_obeyed(load: Any) -> None:
    """Text and JSON may be written in another charset, when the Content-Type says so."""
    assert send(load, {"text/plain": {}}, "é".encode("latin-1"), "text/plain; charset=iso-8859-1") == "é"
    body = '{"name": "é"}'.encode("utf-16")
    assert send(load, {"application/json": {}}, body, 'application/json; charset="utf-16"') == {"name": "é"}
    assert refusal(load, {"text/plain": {}}, b"\xff", "text/plain").status == 400


@pytest.mark.parametrize(
    ("declared", "sent", "chosen_name"),
    [
        (["application/json", "application/*", "*/*"], "application/json", "application/json"),
        (["*/*", "application/*", "application/json"], "application/xml", "application/*"),
        (["*/*", "application/*"], "text/plain", "*/*"),
        (["application/json;v=1", "application/json;v=2"], "application/json; v=2", "application/json;v=2"),
        (["application/json;v=1", "application/json"], "application/json", "application/json"),
        (["application/json", "application/json;v=1"], "application/json;v=1", "application/json;v=1"),
        (["a/b", "A/B"], "a/b", "a/b"),
        (["application/json"], "text/json", None),
        (["application/json;v=1"], "application/json", None),
    ],
)
def test_the_most_specific_media_type_fits(declared: list[str], sent: str, chosen_name: str | None) -> None:
    """The type with its parameters, the type, its range, any."""
    chosen = media.declared_for({name: MediaType(name) for name in declared}, sent)
    assert (chosen.name if chosen else None) == chosen_name


@pytest.mark.parametrize(
    ("header", "name", "parameters"),
    [
        ("a/b", "a/b", {}),
        (' A/B ; X=1;y = "a;b\\"c" ;z', "a/b", {"x": "1", "y": 'a;b"c'}),
        ("multipart/form-data; boundary=----x=y", "multipart/form-data", {"boundary": "----x=y"}),
        (";;=", "", {}),
    ],
)
def test_content_types_are_taken_apart(header: str, name: str, parameters: dict[str, str]) -> None:
    """Name and parameters, quoted or not (RFC 9110, 5.6.6)."""
    assert media.split(header) == (name, parameters)


@given(st.text())
def test_any_content_type_is_taken_apart(header: str) -> None:
    """Whatever a client sends."""
    media.kind(media.split(header)[0])


@given(st.recursive(st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text('[]{}"\\x'), st.lists))
def test_json_is_read_as_the_standard_library_reads_it(value: Any) -> None:
    """Brackets and quotes within strings are no nesting."""
    assert json_value(json.dumps(value).encode()) == value


@given(st.binary(max_size=50))
def test_any_bytes_are_json_or_refused(raw: bytes) -> None:
    """Nothing else leaves the decoder."""
    try:
        value = json_value(raw)
    except Undecodable:
        return
    assert value == json.loads(raw)


@pytest.mark.parametrize(
    ("raw", "deep"),
    [
        (b"[" * 200 + b"]" * 200, False),
        (b"[" * 201 + b"]" * 201, True),
        (b'{"a":[' * 101 + b"1" + b"]}" * 101, True),
        (b"[" + b"[[]],{}," * 10_000 + b"[]]", False),
        (b'["' + b"[" * 10_000 + b'"]', False),
        (b'["' + b"\\" * 10_000 + b'"' + b"[" * 300, True),
        (b'["' + b"\\" * 10_001 + b'"' + b"[" * 300 + b'"]', False),
        (b"[[],[{}]," * 250 + b"]" * 250, True),
    ],
)
def test_depth_is_told_without_decoding(raw: bytes, deep: bool) -> None:
    """By pairing off brackets from the inside."""
    assert nests_too_deep(raw) is deep


def test_numbered_fields_of_a_form_are_a_list(load: Any) -> None:
    """`a[0]=x&a[1]=y` where the schema wants a list, at any depth; elsewhere they are names."""
    inner = {"type": "object", "properties": {"c": {"type": "array", "items": {"type": "integer"}}}}
    schema = {"type": "object", "properties": {"a": {"type": "object", "properties": {"b": inner}}}}
    content = {"application/x-www-form-urlencoded": {"schema": schema, "encoding": {"a": {"style": "deepObject"}}}}
    sent = b"a[b][c][1]=2&a[b][c][0]=1"
    assert send(load, content, sent, "application/x-www-form-urlencoded") == {"a": {"b": {"c": [1, 2]}}}
    gap = b"a[b][c][0]=1&a[b][c][2]=3"
    assert refusal(load, content, gap, "application/x-www-form-urlencoded").details[0].place == "body.a.b.c"


def test_xml_is_not_judged(load: Any) -> None:
    """Under either of its names: the schema speaks of a value that is not read."""
    for name in ("application/xml", "text/xml"):
        assert send(load, {name: {"schema": {"type": "object"}}}, b"<a/>", name) == b"<a/>"


def test_long_content_types_are_not_remembered(load: Any) -> None:
    """An operation keeps its readers by Content-Type, and a client may send ever new ones of 100,000 characters."""
    contract = load({"/a": {"post": {"requestBody": {"content": {"text/plain": {}}}, "responses": {"200": {}}}}})
    match = contract.route("POST", "/a")
    tracemalloc.start()
    try:
        for number in range(50):
            headers = {"content-type": f"text/plain; n={number:0100000}"}
            assert contract.read_inputs(match, Request("POST", "/a", "", headers, b"x")).body == "x"
        assert tracemalloc.get_traced_memory()[0] < 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("image/png", 0),
        ("IMAGE/JPEG; q=1", 0),
        ("audio/ogg", 0),
        ("", 0),
        ("text/plain", 415),
        ("image/gif", 415),
        ("application/octet-stream", 415),
    ],
)
def test_a_part_has_a_type_that_its_encoding_allows(load: Any, sent: str, status: int) -> None:
    """One of a list of types and ranges; a part without a type may be any of them."""
    schema = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
    encoding = {"file": {"contentType": "image/png, image/jpeg, audio/*"}}
    content = {"multipart/form-data": {"schema": schema, "encoding": encoding}}
    type_line = f"Content-Type: {sent}\r\n" if sent else ""
    part = f'Content-Disposition: form-data; name="file"; filename="a"\r\n{type_line}'
    body = f"--x\r\n{part}\r\nabc\r\n--x--".encode()
    arguments = (load, content, body, "multipart/form-data; boundary=x")
    if status:
        refused = refusal(*arguments)
        assert (refused.status, refused.details[0].place) == (status, "body.file")
    else:
        assert send(*arguments) == {"file": b"abc"}
