"""Small pages, each with one peculiarity."""

from __future__ import annotations

from typing import Any

import pytest

from tests.docs_to_openapi.reading import document

TOP = "# one\n\n`{call}`\n\n*Short*\n\n"
TABLE = "|Name|Type|Required|Restrictions|Description|\n|---|---|---|---|---|\n"
RESPONSES = "#### Responses\n\n|Status|Meaning|Description|Schema|\n|---|---|---|---|\n|200||Fine|Inline|\n\n"
SCHEMA = "#### Response Schema\n\nStatus Code **200**\n\n" + TABLE


def _page(rows: str = "|» a|string|false|none|none|\n", call: str = "GET /things", parts: str = "") -> str:
    return TOP.format(call=call) + parts + RESPONSES + SCHEMA + rows


def _fields(text: str) -> dict[str, Any]:
    read, _ = document(text)
    [item] = read["paths"].values()
    [operation] = item.values()
    [body] = operation["responses"]["200"]["content"].values()
    fields: dict[str, Any] = _without_descriptions(body["schema"]["properties"])
    return fields


def _without_descriptions(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            key: _without_descriptions(value) for key, value in node.items() if key not in ("x-source", "description")
        }
    return [_without_descriptions(item) for item in node] if isinstance(node, list) else node


def _reports(text: str) -> list[str]:
    return [str(problem) for problem in document(text)[1] if problem.severity != "note"]


@pytest.mark.parametrize(
    "line",
    ["`GET /things`", "GET/things", "**GET** `/things`", "## GET /things", "Endpoint: `GET /things`",
     '<mark style="color:green">GET</mark> `/things`', "### `GET` /things"],
)  # fmt: skip
def test_an_operation_line(line: str) -> None:
    """Method and path are read in every format."""
    text = _page().replace("`GET /things`", line)
    assert list(document(text)[0]["paths"]) == ["/things"]


@pytest.mark.parametrize("line", ["`GET /things/{id`", "`GET https://x.example/things`", "`FETCH /things`", "GET"])
def test_not_an_operation_line(line: str) -> None:
    """A path with an open brace, a URL or an unknown method opens no operation."""
    assert document(_page().replace("`GET /things`", line))[0]["paths"] == {}


def test_nesting() -> None:
    """`»` marks depth: fields of objects, and of the items of lists."""
    rows = (
        "|» a|object|true|none|none|\n|»» b|[object]|false|none|none|\n"
        "|»»» c|integer|true|none|none|\n|» d|[string]|false|none|n|\n"
    )
    inner = {"type": "object", "required": ["c"], "properties": {"c": {"type": "integer"}}}
    assert _fields(_page(rows)) == {
        "a": {"type": "object", "properties": {"b": {"type": "array", "items": inner}}},
        "d": {"type": "array", "items": {"type": "string"}},
    }


@pytest.mark.parametrize(
    ("rows", "fields", "report"),
    [
        ("|» a|string|false|none|x|\n|»» b|string|false|none|x|\n", ["a"], "page:20: unread: b: it is below a"),
        (
            "|» a|string|false|none|x|\n|»»» b|string|false|none|x|\n",
            ["a"],
            "page:20: unread: b: the row has no parent",
        ),
        (
            "|» a|string|false|none|x|\n|» a|string|false|none|x|\n|» b|string|false|none|x|\n",
            ["a"],
            "the name is twice in one table",
        ),
        ("|» a|string|false|none|x|\n|» b|strong|false|none|x|\n", ["a", "b"], "no page describes the schema 'strong'"),
        ("|» a|string|false|none|x|\n|» b|string false|none|x|\n", ["a"], "page:20: unread"),
        ("|» a|string|false|none|x|\n|» b|string|maybe|none|x|\n", ["a"], "Required is 'maybe'"),
        ("|» a|string|false|none|x|\n|» b|string|fal", ["a"], "page:20: unread: the table row is not closed"),
    ],
)
def test_a_broken_row_is_reported_and_left_out(rows: str, fields: list[str], report: str) -> None:
    """A row that is unclear adds no fact, and its line is reported."""
    text = _page(rows)
    assert list(_fields(text)) == fields
    assert any(report in line for line in _reports(text)), _reports(text)


def test_an_example_that_disagrees_is_reported() -> None:
    """An example body is checked against the schema of the same page."""
    text = _page(parts='> 200 Response\n\n```json\n{"a": 1}\n```\n\n')
    assert any("the example body disagrees with the schema: a: 1 is not of type" in line for line in _reports(text))


def test_a_misplaced_row_is_left_out() -> None:
    """A field that the example has only in another place is left out."""
    text = _page(
        "|» a|object|true|none|x|\n|» b|string|true|none|x|\n",
        parts='> 200 Response\n\n```json\n{"a": {"b": "x"}}\n```\n\n',
    )
    assert list(_fields(text)) == ["a"]
    assert any("b: the example has this field elsewhere" in line for line in _reports(text))
    [body] = document(text)[0]["paths"]["/things"]["get"]["responses"]["200"]["content"].values()
    assert body["schema"]["required"] == ["a"]


def test_a_description_above_a_type_is_not_read_as_a_name() -> None:
    """If names have depth marks, a one-word description above a type isn't a name."""
    rows = [
        "» a",
        "string",
        "false",
        "none",
        "Word",
        "string",
        "false",
        "none",
        "Other",
        "» c",
        "string",
        "false",
        "none",
        "C",
    ]
    text = "GET /things\n\nResponse Schema\n\nStatus Code 200\n\n" + "\n\n".join(rows) + "\n"
    assert list(_fields(text)) == ["a", "c"]
    assert any("not read: Word; string; false and 2 more lines" in line for line in _reports(text))


def test_a_row_that_announces_a_schema_without_one() -> None:
    """A status whose row announces an Inline schema, without a schema table, is a contradiction."""
    text = _page().split("#### Response Schema")[0]
    [report] = _reports(text)
    assert "the row of status 200 announces a schema, but none follows" in report


def test_a_path_parameter_without_a_row() -> None:
    """The path itself states that there is a parameter, but not its type."""
    read, problems = document(_page(call="GET /things/{id}"))
    [parameter] = read["paths"]["/things/{id}"]["get"]["parameters"]
    assert (parameter["name"], parameter["required"], parameter["schema"]) == ("id", True, {})
    assert any("no row describes it" in problem.message for problem in problems)


def test_body_fields_among_the_parameters() -> None:
    """Rows with `body` in their In cell are the request body."""
    table = (
        "#### Parameters\n\n|Name|In|Type|Required|Description|\n|---|---|---|---|---|\n|code|body|string|true|x|\n\n"
    )
    operation = document(_page(call="POST /things", parts=table))[0]["paths"]["/things"]["post"]
    [body] = operation["requestBody"]["content"].values()
    assert operation["requestBody"]["required"] is True
    assert _without_descriptions(body["schema"]) == {
        "type": "object",
        "required": ["code"],
        "properties": {"code": {"type": "string"}},
    }


def test_an_unknown_part_with_a_table_is_reported() -> None:
    """A table under an unknown title is reported."""
    text = _page() + "\n## Limits\n\n|Plan|Calls|\n|---|---|\n|free|10|\n"
    assert any("Limits: this part was not read" in problem.message for problem in document(text)[1])


def test_two_operations_in_one_file() -> None:
    """A second operation line begins a second operation; samples under its title belong to it."""
    sample = "## two\n\n> Code samples\n\n```shell\ncurl -X PUT https://h.example/others -H 'Accept: text/csv'\n```\n\n"
    text = _page() + "\n" + sample + _page(call="PUT /others").split("\n\n", 1)[1]
    read, _ = document(text)
    assert list(read["paths"]) == ["/others", "/things"]
    assert list(read["paths"]["/others"]["put"]["responses"]["200"]["content"]) == ["text/csv"]
    assert list(read["paths"]["/things"]["get"]["responses"]["200"]["content"]) == ["*/*"]


def test_values_in_a_description() -> None:
    """A list in capitals is the field's enum."""
    assert _fields(_page("|» a|string|false|none|Level (HIGH, LOW)|\n"))["a"] == {
        "type": "string",
        "enum": ["HIGH", "LOW"],
    }
