"""Peculiarities of pasted pages: one cell per line, with rows and columns that vary."""

from __future__ import annotations

from typing import Any

from tests.docs_to_openapi.reading import document

HEAD = "post__orders\n\nPOST /orders\n\nPlace an order\n\n"
RESPONSES = "Responses\n\nStatus\nMeaning\nDescription\nSchema\n\n200\n\nPlaced\n\nInline\n\nResponse Schema\n\nStatus Code 200\n\n"

ROW = "» ok\n\nboolean\n\nfalse\n\nnone\n\nWhether it worked\n\n"


def _cells(*rows: str) -> str:
    """Rows with cells separated by `|`, as pasted text."""
    return "\n\n".join(cell for row in rows for cell in row.split("|")) + "\n\n"


def _schemas(text: str) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """The schemas of the request body and of the 200 response, and what is unread."""
    read, problems = document(text)
    operation = read["paths"]["/orders"]["post"]
    [response] = operation["responses"]["200"].get("content", {"": {}}).values()
    [body] = operation.get("requestBody", {"content": {"": {}}})["content"].values()
    return (
        body.get("schema", {}),
        response.get("schema", {}),
        [str(each) for each in problems if each.severity == "unread"],
    )


def test_a_list_without_item_type_has_the_rows_below_it() -> None:
    """`array` with `»»` rows is a list of objects with these fields."""
    rows = _cells(
        "» lines|array|false|none|The lines", "»» sku|string|false|none|What", "»» count|integer|false|none|How many"
    )
    _, schema, unread = _schemas(HEAD + RESPONSES + rows)
    items = schema["properties"]["lines"]["items"]
    assert (items["type"], list(items["properties"]), unread) == ("object", ["sku", "count"], [])


def test_values_with_descriptions() -> None:
    """A table of values may have a third column."""
    rows = _cells("body|body|object|true|none", "» status|body|string|false|State of it")
    values = "Enumerated Values\n\nProperty\nValue\nDescription\n\n" + _cells(
        "status|NEW|just made", "status|DONE|all sent"
    )
    body, _, unread = _schemas(
        HEAD + "Parameters\n\nName\nIn\nType\nRequired\nDescription\n\n" + rows + values + RESPONSES + ROW
    )
    assert (body["properties"]["status"]["enum"], unread) == (["NEW", "DONE"], [])


def test_fields_named_like_columns() -> None:
    """Without a header row, `code`, `status`, `name` and `type` are fields where a type follows."""
    names = ("code", "status", "name", "type")
    rows = _cells(*(f"{name}|string|{'true' if name == 'code' else 'false'}|none|Words" for name in names))
    body, schema, unread = _schemas(HEAD + "Request Body\n\n" + rows + RESPONSES + rows)
    assert list(body["properties"]) == list(schema["properties"]) == list(names)
    assert (body["required"], unread) == (["code"], [])


def test_a_format_stays_where_the_example_is_null() -> None:
    """A null in the example body removes neither type nor format."""
    rows = _cells("» endsAt|string(date-time)|false|none|When")
    example = 'Example responses\n\n200 Response\n\n{\n  "endsAt": null\n}\n\n'
    _, schema, _ = _schemas(HEAD + example + RESPONSES + rows)
    assert {key: schema["properties"]["endsAt"][key] for key in ("type", "format")} == {
        "type": "string",
        "format": "date-time",
    }


def test_a_body_with_a_row_of_its_own() -> None:
    """The row `body` is the body itself, whether the fields below it have depth marks or not."""
    top = "Parameters\n\nName\nIn\nType\nRequired\nDescription\n\n"
    for mark in ("» ", ""):
        rows = _cells("body|body|object|true|none", f"{mark}id|body|string|true|Identifier")
        body, _, unread = _schemas(HEAD + top + rows + RESPONSES + ROW)
        assert (list(body["properties"]), body["required"], unread) == (["id"], ["id"], [])


def test_values_of_named_schemas() -> None:
    """Tables of values below named schemas belong to these schemas, and to the schema itself where it has no fields."""
    table = "| Name | Type | Required | Restrictions | Description |\n|---|---|---|---|---|\n"
    text = (
        "# post__orders\n\n`POST /orders`\n\n#### Responses\n\n| Status | Meaning | Description | Schema |\n|---|---|---|---|\n"
        '| 200 |  | Placed | [Order](#schemaorder) |\n\n# Schemas\n\n## Order\n\n<a id="tocS_Order"></a>\n\n### Properties\n\n'
        f"{table}| state | string | false | none | none |\n| kind | [Kind](#schemakind) | false | none | none |\n\n"
        "#### Enumerated Values\n\n| Property | Value |\n|---|---|\n| state | OPEN |\n| state | DONE |\n\n"
        f'## Kind\n\n<a id="tocS_Kind"></a>\n\n### Properties\n\n{table}| *anonymous* | string | false | none | none |\n\n'
        "#### Enumerated Values\n\n| Property | Value |\n|---|---|\n| *anonymous* | BIG |\n| *anonymous* | SMALL |\n"
    )
    schemas = document(text)[0]["components"]["schemas"]
    assert schemas["Order"]["properties"]["state"]["enum"] == ["OPEN", "DONE"]
    assert schemas["Kind"]["enum"] == ["BIG", "SMALL"]
