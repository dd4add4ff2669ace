"""The Markdown of Widdershins 4: several operations, named schemas, groups, security, headers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.docs_to_openapi.reading import document

PAGE = """---
title: Zoo v2.1
---

<!-- Generator: Widdershins v4.0.1 -->

<h1 id="zoo">Zoo v2.1</h1>

> Scroll down for code samples.

Base URLs:

* <a href="https://zoo.example/v2">https://zoo.example/v2</a>

# Authentication

* API Key (key)
    - Parameter Name: **X-Key**, in: header.

- HTTP Authentication, scheme: bearer

<h1 id="zoo-animals">Animals</h1>

## listAnimals

<a id="opIdlistAnimals"></a>

> Code samples

```shell
curl -X GET https://zoo.example/v2/animals \\
  -H 'Accept: application/json'
```

`GET /animals`

*List them*

All of them. Compare `POST /animals`:

### Parameters

|Name|In|Type|Required|Description|
|---|---|---|---|---|
|made|up|in|the|prose|

<h3 id="listanimals-parameters">Parameters</h3>

|Name|In|Type|Required|Description|
|---|---|---|---|---|
|sort|query|string|false|Order|
|tags|query|array[string]|false|none|

#### Enumerated Values

|Parameter|Value|
|---|---|
|sort|asc|
|sort|desc|
|tags|a|
|tags|b|

> Example responses

> 200 Response

```json
[{"name": "Leo"}]
```

<h3 id="listanimals-responses">Responses</h3>

|Status|Meaning|Description|Schema|
|---|---|---|---|
|200|[OK](https://tools.ietf.org/html/rfc7231#section-6.3.1)|this | that|Inline|
|404|[Not Found](https://tools.ietf.org/html/rfc7231#section-6.5.4)|spread
over lines|[Problem](#schemaproblem)|
|default|Default|none|None|

<h3 id="listanimals-responseschema">Response Schema</h3>

Status Code **200**

|Name|Type|Required|Restrictions|Description|
|---|---|---|---|---|
|*anonymous*|[[Animal](#schemaanimal)]|false|none|none|
|» name|string|true|none|none|

### Response Headers

|Status|Header|Type|Format|Description|
|---|---|---|---|---|
|200|X-Total|integer|int32|how many|

<aside class="warning">
To perform this operation, you must be authenticated by means of one of the following methods:
key & token ( Scopes: read ), None
</aside>

## addAnimal

<a id="opIdaddAnimal"></a>

`POST /animals`

> Body parameter

```json
{"animal": {"name": "Leo"}, "then": true}
```

<h3 id="addanimal-parameters">Parameters</h3>

|Name|In|Type|Required|Description|
|---|---|---|---|---|
|body|body|object|true|The newcomer|
|» animal|body|[Animal](#schemaanimal)|true|none|
|» then|body|boolean¦null|false|none|

<h3 id="addanimal-responses">Responses</h3>

|Status|Meaning|Description|Schema|
|---|---|---|---|
|201|[Created](https://tools.ietf.org/html/rfc7231#section-6.3.2)|none|Inline|

<h3 id="addanimal-responseschema">Response Schema</h3>

Status Code **201**

|Name|Type|Required|Restrictions|Description|
|---|---|---|---|---|
|» of|any|false|none|none|

*oneOf*

|Name|Type|Required|Restrictions|Description|
|---|---|---|---|---|
|»» *anonymous*|object|false|none|none|
|»»» a|string|false|none|none|

*xor*

|Name|Type|Required|Restrictions|Description|
|---|---|---|---|---|
|»» *anonymous*|integer|false|none|none|

*continued*

|Name|Type|Required|Restrictions|Description|
|---|---|---|---|---|
|» names|object|false|none|none|
|»» **additionalProperties**|string|false|none|none|

<aside class="success">
This operation does not require authentication
</aside>

# Schemas

<h2 id="tocS_Animal">Animal</h2>
<a id="schemaanimal"></a>

```json
{"name": "Leo"}
```

### Properties

|Name|Type|Required|Restrictions|Description|
|---|---|---|---|---|
|name|string|true|none|none|
|id|integer(int64)|false|read-only|none|
|kind|string|false|none|none|
|home|object|false|none|none|
|» cage|string|true|none|none|

#### Enumerated Values

|Property|Value|
|---|---|
|kind|cat|
|kind|type|

<h2 id="tocS_Problem">Problem</h2>

### Properties

allOf

|Name|Type|Required|Restrictions|Description|
|---|---|---|---|---|
|*anonymous*|[Animal](#schemaanimal)|false|none|none|

and

|Name|Type|Required|Restrictions|Description|
|---|---|---|---|---|
|*anonymous*|object|false|none|none|
|» why|string|false|none|none|

<h2 id="tocS_Names">Names</h2>

### Properties

|Name|Type|Required|Restrictions|Description|
|---|---|---|---|---|
|*anonymous*|[string]|false|none|none|
"""


@pytest.fixture(scope="module")
def zoo() -> dict[str, Any]:
    """The page as a document, without its evidence."""
    contract: dict[str, Any] = _without_sources(document(PAGE)[0])
    return contract


def _without_sources(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_sources(value) for key, value in node.items() if key != "x-source"}
    return [_without_sources(item) for item in node] if isinstance(node, list) else node


def test_nothing_is_left_unread() -> None:
    """Every part of the page is read, except the table in the prose."""
    assert [str(problem) for problem in document(PAGE)[1] if problem.severity != "note"] == []


def test_the_general_part(zoo: dict[str, Any]) -> None:
    """Title, version, server and schemes come from the top of the page."""
    assert (zoo["info"]["title"], zoo["info"]["version"]) == ("Zoo", "2.1")
    assert zoo["servers"] == [{"url": "https://zoo.example/v2"}]
    assert zoo["components"]["securitySchemes"] == {
        "key": {"name": "X-Key", "in": "header", "type": "apiKey"},
        "token": {"type": "http", "scheme": "bearer"},
    }


def test_the_first_operation(zoo: dict[str, Any]) -> None:
    """Id, tag, summary, parameters with values, and security with and/or/none are read."""
    operation = zoo["paths"]["/animals"]["get"]
    assert (operation["operationId"], operation["tags"], operation["summary"]) == (
        "listAnimals",
        ["Animals"],
        "List them",
    )
    assert operation["security"] == [{"key": [], "token": ["read"]}, {}]
    assert operation["parameters"] == [
        {"name": "sort", "in": "query", "schema": {"type": "string", "enum": ["asc", "desc"]}, "description": "Order"},
        {"name": "tags", "in": "query", "schema": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}},
    ]


def test_its_responses(zoo: dict[str, Any]) -> None:
    """A pipe and a line break in a description are kept; lists, named schemas and headers are read."""
    responses = zoo["paths"]["/animals"]["get"]["responses"]
    assert responses["200"]["description"] == "this | that"
    assert responses["200"]["headers"]["X-Total"]["schema"] == {"type": "integer", "format": "int32"}
    body = responses["200"]["content"]["application/json"]
    assert body["schema"] == {"type": "array", "items": {"$ref": "#/components/schemas/Animal"}}
    assert responses["404"]["description"] == "spread over lines"
    assert responses["404"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert "content" not in responses["default"]


def test_the_second_operation(zoo: dict[str, Any]) -> None:
    """A body with fields, alternatives inside a field, a map, and no authentication are read."""
    operation = zoo["paths"]["/animals"]["post"]
    assert operation["security"] == []
    assert operation["requestBody"] == {
        "description": "The newcomer",
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["animal"],
                    "properties": {
                        "animal": {"$ref": "#/components/schemas/Animal"},
                        "then": {"type": ["boolean", "null"]},
                    },
                },
                "example": {"animal": {"name": "Leo"}, "then": True},
            }
        },
    }
    [body] = operation["responses"]["201"]["content"].values()
    assert body["schema"]["properties"] == {
        "of": {"oneOf": [{"type": "object", "properties": {"a": {"type": "string"}}}, {"type": "integer"}]},
        "names": {"type": "object", "additionalProperties": {"type": "string"}},
    }


def test_named_schemas(zoo: dict[str, Any]) -> None:
    """Named schemas have nesting, values (one of which is `type`), read-only fields, alternatives and lists."""
    schemas = zoo["components"]["schemas"]
    assert schemas["Animal"] == {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string"},
            "id": {"type": "integer", "format": "int64", "readOnly": True},
            "kind": {"type": "string", "enum": ["cat", "type"]},
            "home": {"type": "object", "required": ["cage"], "properties": {"cage": {"type": "string"}}},
        },
    }
    assert schemas["Problem"] == {
        "allOf": [
            {"$ref": "#/components/schemas/Animal"},
            {"type": "object", "properties": {"why": {"type": "string"}}},
        ]
    }
    assert schemas["Names"] == {"type": "array", "items": {"type": "string"}}
