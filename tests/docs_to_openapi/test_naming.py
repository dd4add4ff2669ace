"""Names for what the pages do not name."""

from __future__ import annotations

from typing import Any

import pytest

from docs_to_openapi.contract.naming import name_operations, name_schemas
from docs_to_openapi.errors import OverlayError


def _object(source: str, **fields: str) -> dict[str, Any]:
    properties = {name: {"type": kind, "x-source": f"{source}:{name}"} for name, kind in fields.items()}
    return {"type": "object", "properties": properties}


def _document() -> dict[str, Any]:
    listed = {"type": "object", "properties": {"pets": {"type": "array", "items": _object("p", id="string")}}}
    field = {
        "type": "object",
        "properties": {"pet": _object("q", id="string") | {"description": "It", "x-source": "q:1"}},
    }
    other = _object("r", id="integer")
    bodies = {"200": listed, "201": field, "202": other}
    responses = {status: {"content": {"j": {"schema": schema}}} for status, schema in bodies.items()}
    return {"paths": {"/pets": {"get": {"responses": responses}}}}


def _schema(document: dict[str, Any], status: str) -> Any:
    return document["paths"]["/pets"]["get"]["responses"][status]["content"]["j"]["schema"]


def test_equal_shapes_share_a_component() -> None:
    """Items of a list and a field of the same shape refer to one component; another shape does not."""
    document = _document()
    name_schemas(document, {"Pet": "GET /pets 200 pets[]"})
    assert _schema(document, "200")["properties"]["pets"]["items"] == {"$ref": "#/components/schemas/Pet"}
    expected = {"$ref": "#/components/schemas/Pet", "description": "It", "x-source": "q:1"}
    assert _schema(document, "201")["properties"]["pet"] == expected
    assert "$ref" not in _schema(document, "202")
    assert document["components"]["schemas"]["Pet"]["properties"]["id"]["x-source"] == ["p:id", "q:id"]


def test_a_place_may_contain_a_named_schema() -> None:
    """A schema can be named after a schema inside it was named."""
    document = _document()
    name_schemas(document, {"Pet": "GET /pets 200 pets[]", "List": "GET /pets 200"})
    assert _schema(document, "200") == {"$ref": "#/components/schemas/List"}


@pytest.mark.parametrize("place", ["GET /pets 404", "GET /pets 200 ghosts[]", "GET /pets request", "nonsense"])
def test_a_name_for_a_missing_schema_is_an_error(place: str) -> None:
    """A place without a schema is an error."""
    with pytest.raises(OverlayError, match="there is no schema at"):
        name_schemas(_document(), {"Pet": place})


def test_an_operation_gets_its_id_and_tags() -> None:
    """The id comes first; a name for an operation that no page describes is an error."""
    document = _document()
    name_operations(document, {"GET /pets": {"operationId": "listPets", "tags": ["Pets"]}})
    assert list(document["paths"]["/pets"]["get"]) == ["operationId", "tags", "responses"]
    with pytest.raises(OverlayError, match="no page describes GET /ghosts"):
        name_operations(document, {"GET /ghosts": {}})
