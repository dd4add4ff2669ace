"""Notations of hand-written pages, one at a time."""

from __future__ import annotations

from typing import Any

import pytest

from docs_to_openapi.layouts.bullets import read_bullets
from docs_to_openapi.layouts.paths import call_of
from docs_to_openapi.layouts.titles import classify
from docs_to_openapi.pages.blocks import page_from_text
from docs_to_openapi.tables.type_words import quoted_values, read_type
from tests.docs_to_openapi.reading import document


@pytest.mark.parametrize(
    ("line", "method", "path"),
    [
        ("`GET http://api.example/kittens/<ID>`", "get", "/kittens/{ID}"),
        ("POST /users/:id/posts?limit=10", "post", "/users/{id}/posts"),
        ("**GET** `/pets/{petId}`", "get", "/pets/{petId}"),
        ("Endpoint: `DELETE https://api.example/a/{b}`", "delete", "/a/{b}"),
        ("`GET {{baseUrl}}/users/{{id}}`", "get", "/users/{id}"),
        ("GET /users{?page,limit}", "get", "/users"),
        ("`GET /x/<user id>`", "get", "/x/{user_id}"),
        ("GET /x HTTP/1.1", "get", "/x"),
        ("get/pets", "get", "/pets"),
    ],
)
def test_a_call(line: str, method: str, path: str) -> None:
    """Placeholders become templates, and a path has no query and no host."""
    call = call_of(line, lower=True)
    assert call is not None
    assert (call.method, call.path) == (method, path)


@pytest.mark.parametrize("line", ["GET /things/{id", "FETCH /x", "GET the pets", "Use GET /pets to list them"])
def test_not_a_call(line: str) -> None:
    """A sentence, an unknown method and a broken path are no calls."""
    assert call_of(line, lower=True) is None


@pytest.mark.parametrize(
    ("cell", "cells"),
    [
        ("String, required", {"type": "string", "required": "true"}),
        ("array of Pet objects", {"type": "[Pet]"}),
        ("integer <int32> >= 1", {"type": "integer(int32)"}),
        ("string or null", {"type": "string\u00a6null"}),
        ("Array<string>", {"type": "[string]"}),
        ("enum (a, b)", {"type": "string", "enum": "a, b"}),
        ("date-time", {"type": "string(date-time)"}),
        ("Optional", {"required": "false"}),
        ("as you like", {}),
    ],
)
def test_a_type_in_words(cell: str, cells: dict[str, str]) -> None:
    """A cell with a type may also state whether the field is required; unknown words state nothing."""
    assert read_type(cell) == cells


@pytest.mark.parametrize(
    ("words", "kind", "argument"),
    [
        ("Path Params", "parameters", "path"), ("Query String Parameters", "parameters", "query"),
        ("Request Body", "request_body", ""), ("Response 200", "status", "200"), ("404: Not Found", "status", "404"),
        ("Error response (422)", "status", "422"), ("Status codes", "errors", ""), ("Example response", "example", ""),
    ],
)  # fmt: skip
def test_a_title(words: str, kind: str, argument: str) -> None:
    """Titles of sections are known by their words."""
    title = classify(words)
    assert title is not None
    assert (title.kind, title.argument) == (kind, argument)


@pytest.mark.parametrize("words", ["Get All Kittens", "Get 200 pets", "The pet object"])
def test_not_a_title_of_a_section(words: str) -> None:
    """The name of an operation or of a schema opens no section."""
    assert classify(words) is None


def test_lists_of_fields() -> None:
    """Marked names, types in brackets or behind a dash, and nesting by indentation; sentences aren't fields."""
    text = """- `name` (string, required): The name
- **limit** - *integer* - how many. Defaults to 20.
- `tags` (array of strings): Tags
  - `inner` (object)
- **Note** this is text
- see the `x` field
"""
    rows, others = read_bullets(list(page_from_text("page", text).blocks))
    assert [(row.cells["name"], row.cells.get("type"), row.cells.get("required")) for row in rows] == [
        ("name", "string", "true"), ("limit", "integer", None), ("tags", "[string]", None), ("\u00bb inner", "object", None),
    ]  # fmt: skip
    assert rows[1].cells["default"] == "20"
    assert len(others) == 2


def test_values_in_a_description() -> None:
    """Quoted values after `one of` are an enum; code in a sentence isn't."""
    assert quoted_values("One of `a`, `b`, or `c`.") == ["a", "b", "c"]
    assert quoted_values("`a`, `b`") == ["a", "b"]
    assert quoted_values("Compare `a` with `b`.") == []


def _operation(text: str) -> dict[str, Any]:
    [item] = document(text)[0]["paths"].values()
    [operation] = item.values()
    found: dict[str, Any] = operation
    return found


def test_an_example_call_adds_no_path() -> None:
    """A call with ids is a sample where the page has the template, and reported where it has none."""
    text = "# Get a pet\n\n`GET /pets/{id}`\n\n### Response\n\nReturns `200 OK`.\n\n```http\nGET /pets/81723 HTTP/1.1\n```\n"
    assert list(document(text)[0]["paths"]) == ["/pets/{id}"]


def test_a_heading_above_two_operations_is_no_summary() -> None:
    """Only a heading of one operation is its summary."""
    both = "## Pets\n\n`GET /pets`\n\n**Query parameters**\n\n- `a` (string): A\n\n`POST /pets`\n\n**Body**\n\n- `b` (string): B\n"
    [item] = document(both)[0]["paths"].values()
    assert ["summary" in operation for operation in item.values()] == [False, False]
    assert (
        _operation("## List pets\n\n`GET /pets`\n\n**Query parameters**\n\n- `a` (string): A\n")["summary"]
        == "List pets"
    )


def test_entities_are_decoded() -> None:
    """Entities in cells and headings mean their characters."""
    text = "## Cats &amp; dogs\n\n`GET /pets`\n\n### Query parameters\n\n| Name | Type | Description |\n|---|---|---|\n| a | string | a &lt; b |\n"
    operation = _operation(text)
    assert operation["summary"] == "Cats & dogs"
    assert operation["parameters"][0]["description"] == "a < b"


def test_saved_html_reads_like_its_text() -> None:
    """Headings, tables and code of an HTML page are read, with the lines of the file; navigation is not."""
    text = """<!DOCTYPE html>
<html><head><title>x</title></head><body><nav><a>GET /never</a></nav>
<h2>List pets</h2><p><code>GET /pets</code></p>
<h3>Query parameters</h3>
<table><thead><tr><th>Name</th><th>Type</th><th>Required</th></tr></thead>
<tbody><tr><td>limit</td><td>integer</td><td>no</td></tr></tbody></table>
<h3>Response <code>200</code></h3>
<pre><code class="language-json">[{"id": 1}]</code></pre></body></html>
"""
    operation = _operation(text)
    assert operation["summary"] == "List pets"
    assert operation["parameters"][0]["x-source"] == "page:6"
    assert operation["responses"]["200"]["content"]["application/json"]["example"] == [{"id": 1}]


def test_openapi_inside_a_page() -> None:
    """Operations of a document in a code block have the line of their own key; `nullable` becomes a type."""
    text = """# Get pet

```yaml
openapi: 3.0.1
paths:
  /pets:
    get:
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema: {type: string, nullable: true}
```
"""
    operation = _operation(text)
    assert operation["x-source"] == "page:7"
    assert operation["responses"]["200"]["content"]["application/json"]["schema"] == {"type": ["string", "null"]}


def test_fields_after_an_object_without_an_example_are_left_out() -> None:
    """In text without depth, only an example shows whose fields they are."""
    lines = (
        "Get a pet\nGET /pets\nResponses\n200\nfine\nResponse body\nobject\nid\nstring\nowner\nobject\nname\nstring\n"
    )
    read, problems = document(lines)
    [body] = read["paths"]["/pets"]["get"]["responses"]["200"]["content"].values()
    assert list(body["schema"]["properties"]) == ["id", "owner"]
    assert any("it isn't clear which object has this field" in problem.message for problem in problems)
    read, _ = document(lines + '{"id": "a", "owner": {"name": "b"}}\n')
    [body] = read["paths"]["/pets"]["get"]["responses"]["200"]["content"].values()
    assert list(body["schema"]["properties"]["owner"]["properties"]) == ["name"]


@pytest.mark.parametrize(
    ("line", "path", "summary"),
    [
        ("- **GET /recipes** - Find recipes", "/recipes", "Find recipes"),
        ("`GET api/recipes`", "/api/recipes", None),
        (
            "<summary><code>GET</code> <code><b>/recipes</b></code> <code>(all recipes)</code></summary>",
            "/recipes",
            "all recipes",
        ),
        ("# Method: GET\n# URL: /recipes", "/recipes", None),
    ],
)
def test_a_call_with_its_name(line: str, path: str, summary: str | None) -> None:
    """Some pages name the operation on the line of its call, or use labels."""
    read, _ = document(f"{line}\n\n#### Query parameters\n\n- `page` (integer): Page\n")
    assert list(read["paths"]) == [path]
    assert read["paths"][path]["get"].get("summary") == summary


def test_a_list_of_calls_describes_nothing() -> None:
    """Calls in a list, one after the other, are mentioned; a call that comes again is a sample."""
    text = "# Pets\n\n- `GET /a` - first\n- `POST /b` - second\n\n### Query parameters\n\n- `page` (integer): Page\n"
    assert document(text)[0]["paths"] == {}
    again = "# Pets\n\n`GET /pets?parameters`\n\n### Query parameters\n\n- `page` (integer): Page\n\n### Some examples\n\n`GET /pets?page=1`\n"
    read, problems = document(again)
    assert list(read["paths"]) == ["/pets"]
    assert not [problem for problem in problems if problem.severity != "note"]


def test_the_query_of_a_call_names_parameters() -> None:
    """A name in the query is a parameter; a row of the same name describes it."""
    text = "# Pets\n\n`GET /pets?page={page}&size={size}`\n\n### Query parameters\n\n| Name | Type |\n|---|---|\n| page | integer |\n"
    parameters = _operation(text)["parameters"]
    assert {each["name"]: each["schema"] for each in parameters} == {"size": {}, "page": {"type": "integer"}}


def test_requirements_in_names_and_other_columns() -> None:
    """`name <br> *required*`, a column `Status`, and a column `type` with the cells `required` and `optional`."""
    start = "# Pets\n\n`GET /pets`\n\n### Query parameters\n\n"
    tables = (
        "| Name | Type |\n|---|---|\n| a <br /> *required* | string |\n| b | string |\n",
        "| Name | Type | Status |\n|---|---|---|\n| a | string | required |\n| b | string | optional |\n",
        "| Name | Type | Data type |\n|---|---|---|\n| a | required | string |\n| b | optional | string |\n",
    )
    for table in tables:
        parameters = _operation(start + table)["parameters"]
        assert [(each["name"], each.get("required", False), each["schema"]) for each in parameters] == [
            ("a", True, {"type": "string"}), ("b", False, {"type": "string"}),
        ]  # fmt: skip


def test_chinese_titles_of_widdershins() -> None:
    """Apifox's fork of Widdershins prints Chinese titles and columns."""
    text = """# Orders

POST /orders

### 请求参数

|名称|位置|类型|必选|中文名|说明|
|---|---|---|---|---|---|
|body|body|object| 否 ||none|
|» id|body|number| 是 ||none|

> 返回示例

> 200 Response

```json
{"code": 0}
```

### 返回结果

|状态码|状态码含义|说明|数据模型|
|---|---|---|---|
|200|[OK](https://example)|none|Inline|

### 返回数据结构

状态码 **200**

|名称|类型|必选|约束|中文名|说明|
|---|---|---|---|---|---|
|» code|integer|true|none||none|
"""
    operation = _operation(text)
    [body] = operation["requestBody"]["content"].values()
    assert body["schema"]["required"] == ["id"]
    [response] = operation["responses"]["200"]["content"].values()
    assert response["schema"]["properties"]["code"]["type"] == "integer"


def test_magic_blocks_of_readme() -> None:
    """`[block:parameters]` and `[block:code]` are read as what they show, with their lines."""
    text = """# Create order

`POST /orders`

[block:api-header]
{"title": "Body parameters"}
[/block]
[block:parameters]
{
  "data": {
    "h-0": "Field", "h-1": "Type", "h-2": "Required",
    "0-0": "sku", "0-1": "string", "0-2": "yes"
  },
  "cols": 3,
  "rows": 1
}
[/block]
"""
    [body] = _operation(text)["requestBody"]["content"].values()
    assert body["schema"]["required"] == ["sku"]
    assert body["schema"]["properties"]["sku"]["x-source"] == "page:12"


@pytest.mark.parametrize(
    "text",
    [
        "Get a pet\nGET\nhttps://api.example/pets/{id}\nPath Params\nid\nint64\nrequired\nNumber\nResponse\n200\n200\nfine\nResponse body\nobject\nname\nstring\n",
        "Get a pet\nhttps://api.example/pets/{id}\nGET\nPATH PARAMS\nid   integer   required   Number\nRESPONSE 200\nname   string   Its name\n",
        "Get a pet\nGET https://api.example/pets/:id\nRequest\nPath Parameters\nid integerrequired\nNumber\nResponses\n- 200\nfine\nSchema\nname string\n",
        "Get a pet\n\nGET /pets/{id}\n\nPath parameters\n\n  \u2022 id integer Required\n\n    Number\n\nResponses\n\n  \u2022 200 application/json\n\n    \u2022 name string\n",
    ],
)
def test_forms_of_rendered_references(text: str) -> None:
    """Calls on one line or two, fields on one line or several, statuses as titles or items: all state the same."""
    [(path, item)] = document(text)[0]["paths"].items()
    operation = item["get"]
    assert path == "/pets/{id}"
    assert operation["summary"] == "Get a pet"
    [parameter] = operation["parameters"]
    assert (parameter["in"], parameter["required"], parameter["schema"]["type"]) == ("path", True, "integer")
    [response] = operation["responses"]["200"]["content"].values()
    assert {name: each["type"] for name, each in response["schema"]["properties"].items()} == {"name": "string"}


def test_a_cell_of_a_table_names_no_operation() -> None:
    """A page with calls in tables of other things describes no operation."""
    text = "# Speed\n\n| Store | Call | Requests |\n|---|---|---|\n| memory | `GET /devices` | 28 |\n| Redis | `POST /devices` | 12 |\n"
    assert document(text)[0]["paths"] == {}


def test_a_reference_to_openapi_elsewhere_is_reported() -> None:
    """A block of GitBook that shows a part of an OpenAPI document says so; nothing can be read from it."""
    text = '# Users\n\n{% openapi src="https://api.example/openapi.json" path="/users" method="get" %}\n[x](y)\n{% endopenapi %}\n'
    read, problems = document(text)
    assert read["paths"] == {}
    assert "an OpenAPI document that is elsewhere" in problems[0].message
