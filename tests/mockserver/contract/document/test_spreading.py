"""References in the place of maps, lists and other objects, as authors of split documents write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockserver.contract.contract import load_contract
from mockserver.contract.document import pointers
from mockserver.contract.document.document import read_document

PET = {"type": "object", "properties": {"id": {"type": "string"}}}
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
WHOLE = {
    "info": {"title": "T", "version": "1"},
    "servers": [{"url": "/v1"}],
    "paths": {
        "/pets/{id}": {
            "parameters": [ID],
            "get": {
                "responses": {
                    "200": {
                        "description": "OK",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}},
                    }
                }
            },
        }
    },
    "components": {"schemas": {"Pet": PET}, "securitySchemes": {}},
}
PLACES = (
    *("/info", "/servers", "/paths", "/components", "/components/schemas", "/components/securitySchemes"),
    *("/paths/~1pets~1{id}/parameters", "/paths/~1pets~1{id}/get", "/paths/~1pets~1{id}/get/responses"),
    *("/paths/~1pets~1{id}/get/responses/200/content", "/components/schemas/Pet/properties"),
)


def _without(whole: Any, pointer: str, reference: str) -> tuple[Any, Any]:
    """A copy of a document with a reference in a place, and what stood there."""
    copy = json.loads(json.dumps(whole))
    *parents, last = [part.replace("~1", "/") for part in pointer.split("/")[1:]]
    node = copy
    for part in parents:
        node = node[part]
    part, node[last] = node[last], {"$ref": reference}
    return copy, part


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
@pytest.mark.parametrize("pointer", PLACES)
@pytest.mark.parametrize("is_local", [True, False])
def test_what_is_referred_to_is_put_there(tmp_path: Path, version: str, pointer: str, is_local: bool) -> None:
    """From another file, or from the document itself; errors name the place where it was written."""
    document, part = _without({"openapi": version, **WHOLE}, pointer, "#/x-part" if is_local else "parts/part.json")
    (tmp_path / "parts").mkdir()
    text = json.dumps(part).replace('"#/', '"../main.json#/')
    (tmp_path / "parts" / "part.json").write_text(text)
    (tmp_path / "main.json").write_text(json.dumps({**document, "x-part": part} if is_local else document))
    contract = load_contract(tmp_path / "main.json")
    assert contract.notes == ()
    operation = contract.operations["GET /pets/{id}"]
    assert [one.name for one in operation.parameters] == ["id"]
    assert contract.base_paths == ("/v1",)
    (media,) = operation.responses["200"].media_types.values()
    assert contract.violations(media.schema, {"id": 1}, place="body")
    inner = next(iter(part)) if isinstance(part, dict) and part else ""
    if inner and not is_local:
        assert "parts/part.json" in contract.document.locate(pointers.join(pointer, inner))


def test_names_that_authors_choose_are_no_places(tmp_path: Path) -> None:
    """A property may be called `parameters`, `get` or `properties`, and be a reference like any other."""
    names = ("parameters", "get", "properties", "paths", "allOf", "content")
    schema = {"properties": {name: {"$ref": "#/components/schemas/Pet"} for name in names}}
    whole = {"openapi": "3.1.0", **WHOLE, "components": {"schemas": {"Pet": PET, "All": schema}}}
    (tmp_path / "main.json").write_text(json.dumps(whole))
    assert read_document(tmp_path / "main.json").root["components"]["schemas"]["All"] == schema


def test_a_part_may_be_made_of_parts(tmp_path: Path) -> None:
    """Members beside the reference stay; a circle ends."""
    write = {
        "main.json": {"openapi": "3.1.0", **WHOLE, "components": {"schemas": {"$ref": "a.json", "Own": PET}}},
        "a.json": {"$ref": "b.json"},
        "b.json": {"Pet": {"properties": {"$ref": "c.json"}, "required": {"$ref": "d.json"}}},
        "c.json": {"id": {"type": "integer"}},
        "d.json": ["id"],
    }
    for name, content in write.items():
        (tmp_path / name).write_text(json.dumps(content))
    schemas = read_document(tmp_path / "main.json").root["components"]["schemas"]
    assert schemas == {"Pet": {"properties": {"id": {"type": "integer"}}, "required": ["id"]}, "Own": PET}
    (tmp_path / "a.json").write_text('{"$ref": "main.json#/components/schemas"}')
    assert "$ref" in read_document(tmp_path / "main.json", strict=False).root["components"]["schemas"]
