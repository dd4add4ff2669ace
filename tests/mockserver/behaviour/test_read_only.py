"""What only one direction carries: `readOnly` members are the server's, `writeOnly` members never leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support import Ask, answers, document, json_body, path_parameter

VERSIONS = ("3.0.3", "3.1.0", "3.2.0")
TEXT, SERVERS, SECRET = {"type": "string"}, {"type": "integer", "readOnly": True}, {"type": "string", "writeOnly": True}
PART = {"required": ["no", "key", "text"], "properties": {"no": SERVERS, "key": SECRET, "text": TEXT}}
THING = {
    "type": "object",
    "required": ["id", "name", "count", "secret"],
    "properties": {
        "id": {"type": "string", "readOnly": True},
        "name": TEXT,
        "count": SERVERS,
        "secret": {"$ref": "#/components/schemas/Secret"},
        "inner": {"type": "object", **PART},
        "parts": {"type": "array", "items": {"type": "object", **PART}},
        "map": {"type": "object", "additionalProperties": {"type": "object", **PART}},
    },
}
REFERENCE = {"$ref": "#/components/schemas/Thing"}
INNER = {"no": -1, "key": "k", "text": "t"}
SENT = {"id": "mine", "name": "n", "count": -1, "secret": "s", "inner": INNER, "parts": [INNER], "map": {"a": INNER}}
PATCHES = {"application/json": {"schema": {"type": "object"}}, "application/json-patch+json": {"schema": {}}}


@pytest.fixture(params=VERSIONS)
def ask(request: Any, mock_of: Callable[..., Ask]) -> Ask:
    """A mock of things, in each version of OpenAPI."""
    item = {
        "parameters": [path_parameter()],
        "get": {"responses": answers(REFERENCE)},
        "put": {"requestBody": json_body(REFERENCE), "responses": answers(REFERENCE)},
        "patch": {"requestBody": {"content": PATCHES}, "responses": answers(REFERENCE)},
    }
    things = {
        "get": {"responses": answers({"type": "array", "items": REFERENCE})},
        "post": {"requestBody": json_body(REFERENCE), "responses": answers(REFERENCE, status=201)},
    }
    schemas = {"Thing": THING, "Secret": SECRET}
    paths = {"/things": things, "/things/{id}": item}
    return mock_of({**document(paths, components={"schemas": schemas}), "openapi": request.param})


def _created(ask: Ask, body: Any) -> dict[str, Any]:
    response = ask("POST", "/things", None, json=body)
    assert response.status == 201, response.body
    made: dict[str, Any] = response.json
    return made


def test_a_sent_read_only_member_is_ignored(ask: Ask) -> None:
    """At every depth; the server generates its own where the schema requires one. It need not be sent."""
    made = _created(ask, SENT)
    assert made["id"] != "mine"
    assert {made["count"], made["inner"]["no"], made["parts"][0]["no"]}.isdisjoint({-1})
    assert made["inner"] == {"text": "t", "no": made["inner"]["no"]}
    without = {name: value for name, value in INNER.items() if name != "no"}
    assert _created(ask, {"name": "n", "secret": "s", "inner": without})["inner"]["text"] == "t"


def test_what_must_be_sent_must_be_sent(ask: Ask) -> None:
    """`required` binds a `writeOnly` member in requests, at every depth."""
    assert ask("POST", "/things", None, json={"name": "n"}).status == 422
    assert ask("POST", "/things", None, json={**SENT, "inner": {"text": "t"}}).status == 422


def test_a_write_only_member_never_leaves(ask: Ask) -> None:
    """Neither from what was stored, nor from what was generated, at any depth."""
    made = _created(ask, SENT)
    shown = [made, ask("GET", f"/things/{made['id']}", None).json, *ask("GET", "/things", None).json]
    assert all('"secret"' not in str(one).replace("'", '"') and "'key'" not in str(one) for one in shown)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_what_the_server_set_stays(ask: Ask, method: str) -> None:
    """Whatever is sent in its place; items of a list keep theirs, also if one is added, and if they change places."""
    made = _created(ask, {**SENT, "parts": [{**INNER, "text": "one"}, {**INNER, "text": "two"}]})
    first, second = made["parts"]
    assert first["no"] != second["no"]
    parts = [{**INNER, **second, "text": "2"}, {**INNER, "text": "new"}, {**INNER, **first, "text": "1"}]
    sent = {**SENT, "count": -2, "inner": {**INNER, "no": -3, "text": "u"}, "parts": parts, "name": "m"}
    path = f"/things/{made['id']}"
    assert ask(method, path, None, json=sent).status == 200
    after = ask("GET", path, None).json
    assert [after[name] for name in ("id", "count", "name")] == [made["id"], made["count"], "m"]
    assert after["inner"] == {"text": "u", "no": made["inner"]["no"]}
    assert [one["text"] for one in after["parts"]] == ["2", "new", "1"]
    assert (after["parts"][0]["no"], after["parts"][2]["no"]) == (second["no"], first["no"])
    assert after["parts"][1]["no"] != -1


def test_a_json_patch_changes_nothing_of_the_server_s(ask: Ask) -> None:
    """What an operation of the patch writes into a `readOnly` member is ignored."""
    made = _created(ask, SENT)
    places = {"/count": -2, "/inner/no": -3, "/parts/0/no": -4, "/name": "m"}
    patch = [{"op": "replace", "path": place, "value": value} for place, value in places.items()]
    response = ask(
        "PATCH", f"/things/{made['id']}", None, json=patch, headers={"content-type": "application/json-patch+json"}
    )
    assert response.status == 200
    assert response.json == {**made, "name": "m"}


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
@pytest.mark.parametrize("version", VERSIONS)
def test_an_alternative_may_declare_what_the_whole_requires(
    mock_of: Callable[..., Ask], version: str, keyword: str
) -> None:
    """`required` of the whole binds a `writeOnly` member of an alternative in requests alone."""
    options = [{"type": "object", "properties": {"key": SECRET, "kind": {"type": "string"}}}]
    schema = {"type": "object", "required": ["key", "kind"], keyword: options}
    operation = {"requestBody": json_body(schema), "responses": answers(schema)}
    ask = mock_of({**document({"/a": {"post": operation}}), "openapi": version})
    assert ask("POST", "/a", None, json={"kind": "x"}).status == 422
    response = ask("POST", "/a", None, json={"kind": "x", "key": "k"})
    assert (response.status, response.json.keys()) == (200, {"kind"})


@pytest.mark.parametrize("version", VERSIONS)
def test_an_example_shows_no_write_only_member(mock_of: Callable[..., Ask], version: str) -> None:
    """Not even one that its author wrote down, whether it is named or not."""
    schema = {"type": "object", "properties": {"key": SECRET, "parts": THING["properties"]["parts"]}}  # type: ignore[index]
    value = {"key": "k", "parts": [{"key": "k", "no": 1, "text": "t"}]}
    content = {"application/json": {"schema": schema, "examples": {"one": {"value": value}}}}
    operation = {"responses": {"200": {"description": "shown", "content": content}}}
    ask = mock_of({**document({"/a": {"get": operation}}), "openapi": version})
    for headers in ({}, {"prefer": "example=one"}):
        assert ask("GET", "/a", None, headers=headers).json == {"parts": [{"no": 1, "text": "t"}]}
