"""Schema resources: `$id` as a base URI, anchors, and dynamic references (JSON Schema 2020-12 core, section 8.2)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockserver.contract.contract import Contract, load_contract

NODE = {"$id": "https://x.test/node", "additionalProperties": False, "properties": {"n": True, "child": {"$ref": "#"}}}


def contract(folder: Path, schemas: dict[str, Any], version: str = "3.1.0", **files: Any) -> Contract:
    """A contract with these schemas, beside these files."""
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    root = {"openapi": version, "info": {"title": "T", "version": "1"}, "paths": {}, "components": {"schemas": schemas}}
    (folder / "main.json").write_text(json.dumps(root))
    return load_contract(folder / "main.json")


def accepts(loaded: Contract, name: str, value: Any) -> bool:
    """Whether a component accepts a value."""
    return not loaded.violations(loaded.document.root["components"]["schemas"][name], value, place="body")


def test_a_hash_below_an_id_is_the_schema_itself(tmp_path: Path) -> None:
    """`$ref: '#'` leads to the nearest schema with an `$id`, at any depth."""
    loaded = contract(tmp_path, {"Node": NODE})
    assert accepts(loaded, "Node", {"n": 1, "child": {"child": {"n": 2}}})
    assert not accepts(loaded, "Node", {"child": {"child": {"bad": 1}}})


def test_an_id_is_a_base_uri(tmp_path: Path) -> None:
    """Relative references and relative `$id`s are resolved against the nearest `$id` around them."""
    loaded = contract(
        tmp_path,
        {
            "Root": {
                "$id": "https://x.test/api/root",
                "properties": {"a": {"$ref": "part"}, "b": {"$ref": "part#word"}},
            },
            "Part": {
                "$id": "https://x.test/api/part",
                "type": "object",
                "$defs": {"w": {"$anchor": "word", "type": "string"}},
            },
            "Urn": {"$id": "urn:x:y", "properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"type": "integer"}}},
        },
    )
    assert accepts(loaded, "Root", {"a": {}, "b": "text"})
    assert not accepts(loaded, "Root", {"a": 1})
    assert not accepts(loaded, "Root", {"b": 1})
    assert accepts(loaded, "Urn", {"a": 1})
    assert not accepts(loaded, "Urn", {"a": "x"})


def test_references_to_the_document_work_below_an_id(tmp_path: Path) -> None:
    """Many authors set an `$id` and go on referring to `#/components`."""
    user = {"$id": "https://x.test/user", "properties": {"word": {"$ref": "#/components/schemas/Word"}}}
    loaded = contract(tmp_path, {"User": user, "Word": {"type": "string"}})
    assert accepts(loaded, "User", {"word": "x"})
    assert not accepts(loaded, "User", {"word": 1})


def test_a_file_beside_the_document_may_have_the_address_of_its_publisher(tmp_path: Path) -> None:
    """Files whose `$id`s are URLs refer to each other by their names; nothing is fetched."""
    one = {"$id": "https://x.test/schemas/one.json", "properties": {"two": {"$ref": "two.json"}}}
    loaded = contract(tmp_path, {"One": {"$ref": "one.json"}}, one=one, two={"type": "string"})
    assert accepts(loaded, "One", {"two": "x"})
    assert not accepts(loaded, "One", {"two": 2})


def test_an_anchor_in_another_file_is_found_there(tmp_path: Path) -> None:
    """Two files may use one name for different schemas."""
    files = {
        "a": {"$defs": {"x": {"$anchor": "it", "type": "string"}}},
        "b": {"$defs": {"x": {"$anchor": "it", "type": "null"}}},
    }
    loaded = contract(tmp_path, {"A": {"$ref": "a.json#it"}, "B": {"$ref": "b.json#it"}}, **files)
    assert [accepts(loaded, name, value) for name in "AB" for value in ("x", None)] == [True, False, False, True]


def test_an_id_in_data_or_as_the_name_of_a_property_is_none(tmp_path: Path) -> None:
    """It names no schema, and stays where it is."""
    schema = {"properties": {"$id": {"type": "string"}}, "example": {"$id": "https://x.test/a"}, "const": {"$id": "b"}}
    loaded = contract(tmp_path, {"A": schema})
    assert loaded.document.root["components"]["schemas"]["A"] == schema


def test_the_metaschema_is_known(tmp_path: Path) -> None:
    """A body that is a schema is checked at every depth, without a network."""
    loaded = contract(tmp_path, {"S": {"$ref": "https://json-schema.org/draft/2020-12/schema"}})
    assert accepts(loaded, "S", {"type": "object", "$defs": {"a": {"type": "string"}}})
    assert not accepts(loaded, "S", {"$defs": {"a": {"type": 1}}})


PAGE = {
    "$id": "https://x.test/page",
    "required": ["items"],
    "properties": {"items": {"type": "array", "minItems": 1, "items": {"$dynamicRef": "#item"}}},
    "$defs": {"any": {"$dynamicAnchor": "item"}},
}


def page_of(name: str) -> dict[str, Any]:
    """A page of one kind of items."""
    item = {"$dynamicAnchor": "item", "$ref": f"https://x.test/{name}"}
    return {"$id": f"https://x.test/{name}s", "$ref": "page", "$defs": {"item": item}}


def test_a_generic_schema_has_the_items_that_its_user_names(tmp_path: Path) -> None:
    """Validator and reader of schemas see one thing: each page leads to its own items by plain references."""
    kinds = {
        "Cat": {"$id": "https://x.test/cat", "required": ["lives"]},
        "Dog": {"$id": "https://x.test/dog", "required": ["tricks"]},
    }
    loaded = contract(tmp_path, {"Page": PAGE, **kinds, "Cats": page_of("cat"), "Dogs": page_of("dog")})
    values = [{"items": [{"lives": 9}]}, {"items": [{"tricks": 1}]}, {"items": [5]}]
    verdicts = {name: [accepts(loaded, name, value) for value in values] for name in ("Page", "Cats", "Dogs")}
    assert verdicts == {"Page": [True] * 3, "Cats": [True, False, True], "Dogs": [False, True, True]}
    assert "$dynamicRef" not in json.dumps(loaded.document.root)


@pytest.mark.parametrize("version", ["3.1.0", "3.2.0"])
def test_a_recursive_schema_can_be_extended(tmp_path: Path, version: str) -> None:
    """The outermost `$dynamicAnchor` counts, at every depth."""
    tree = {
        "$id": "https://x.test/tree",
        "$dynamicAnchor": "node",
        "properties": {"value": True, "kids": {"items": {"$dynamicRef": "#node"}}},
        "unevaluatedProperties": False,
    }
    strings = {
        "$id": "https://x.test/s",
        "$dynamicAnchor": "node",
        "$ref": "tree",
        "properties": {"value": {"type": "string"}},
    }
    loaded = contract(tmp_path, {"Tree": tree, "Strings": strings}, version)
    deep = {"kids": [{"kids": [{"value": 1}]}]}
    assert accepts(loaded, "Tree", deep)
    assert not accepts(loaded, "Strings", deep)
    assert accepts(loaded, "Strings", {"value": "a", "kids": [{"value": "b"}]})
    assert not accepts(loaded, "Strings", {"kids": [{"extra": 1}]})


def test_a_copy_is_shown_at_its_original(tmp_path: Path) -> None:
    """Errors name the line that the author wrote."""
    kinds = {"Cat": {"$id": "https://x.test/cat", "required": ["lives"]}}
    document = contract(tmp_path, {"Page": PAGE, **kinds, "Cats": page_of("cat")}).document
    (copy,) = document.origins
    assert document.origins[copy] == "/components/schemas/Page"
    assert document.locate(f"{copy}/properties") == document.locate("/components/schemas/Page/properties")


def test_openapi_3_0_knows_no_id(tmp_path: Path) -> None:
    """There, `#` is the document whatever stands around it."""
    schemas = {
        "A": {"$id": "https://x.test/a", "properties": {"b": {"$ref": "#/components/schemas/B"}}},
        "B": {"type": "string"},
    }
    loaded = contract(tmp_path, schemas, "3.0.3")
    assert accepts(loaded, "A", {"b": "x"})
    assert not accepts(loaded, "A", {"b": 1})
