"""A document of OpenAPI 3.0 that is written in Swagger 2.0 means the same when it is converted again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.contract.document.swagger.conversion import converted
from tests.conformance.swagger.differences import differences

JSON = "application/json"
REFERENCE = "#/components/schemas/"
STYLES = {
    ("form", False): "csv",
    ("form", True): "multi",
    ("spaceDelimited", False): "ssv",
    ("pipeDelimited", False): "pipes",
}
NAMES = st.sampled_from(["A", "B"])

scalars = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("string")},
        optional={"minLength": st.integers(0, 3), "enum": st.just(["a"]), "nullable": st.just(True)},
    ),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["integer", "number"])},
        optional={"minimum": st.just(1), "exclusiveMinimum": st.booleans(), "default": st.just(2)},
    ),
)
schemas = st.recursive(
    scalars | NAMES.map(lambda name: {"$ref": REFERENCE + name}),
    lambda inner: st.one_of(
        inner.map(lambda items: {"type": "array", "items": items}),
        st.dictionaries(st.sampled_from("xyz"), inner).map(lambda members: {"type": "object", "properties": members}),
        st.lists(inner, min_size=1, max_size=2).map(lambda parts: {"allOf": parts}),
        inner.map(lambda values: {"type": "object", "additionalProperties": values}),
        st.just({"type": "object", "discriminator": {"propertyName": "x"}}),
    ),
    max_leaves=5,
)
parameters = st.one_of(
    scalars.map(lambda schema: {"schema": schema}),
    st.builds(
        lambda schema, style: {"schema": {"type": "array", "items": schema}, "style": style[0], "explode": style[1]},
        scalars,
        st.sampled_from(list(STYLES)),
    ),
)
operations = st.fixed_dictionaries(
    {
        "parameters": st.lists(parameters, max_size=2).map(
            lambda found: [{"name": f"p{place}", "in": "query", **one} for place, one in enumerate(found)]
        ),
        "responses": schemas.map(lambda schema: {"200": {"description": "", "content": {JSON: {"schema": schema}}}}),
    },
    optional={"requestBody": schemas.map(lambda schema: {"required": True, "content": {JSON: {"schema": schema}}})},
)
documents = st.builds(
    lambda operation, a, b: {
        "openapi": "3.0.3",
        "paths": {"/a": {"post": operation}},
        "components": {"schemas": {"A": a, "B": b}},
    },
    operations,
    schemas.filter(lambda schema: "$ref" not in schema),
    schemas.filter(lambda schema: "$ref" not in schema),
)


@given(document=documents)
@settings(max_examples=60, deadline=None)
def test_what_is_written_in_both_versions_means_the_same(document: dict[str, Any]) -> None:
    """Schemas, lists in queries, bodies and responses."""
    assert list(differences(document, converted(written_in_2(document)).root)) == []


def written_in_2(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document in Swagger 2.0."""
    operation = document["paths"]["/a"]["post"]
    declared = [parameter_in_2(one) for one in operation["parameters"]]
    if "requestBody" in operation:
        schema = schema_in_2(operation["requestBody"]["content"][JSON]["schema"])
        declared.append({"name": "body", "in": "body", "required": True, "schema": schema})
    answer = schema_in_2(operation["responses"]["200"]["content"][JSON]["schema"])
    return {
        "swagger": "2.0",
        "consumes": [JSON],
        "produces": [JSON],
        "paths": {"/a": {"post": {"parameters": declared, "responses": {"200": {"schema": answer}}}}},
        "definitions": schema_in_2(document["components"]["schemas"]),
    }


def parameter_in_2(parameter: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter: its schema's keywords are its own."""
    rest = {key: parameter[key] for key in ("name", "in")}
    written = STYLES.get((parameter.get("style", ""), parameter.get("explode", False)))
    return {**rest, **schema_in_2(parameter["schema"]), **({"collectionFormat": written} if written else {})}


def schema_in_2(node: Any) -> Any:
    """A schema, or anything that holds schemas."""
    if isinstance(node, list):
        return [schema_in_2(one) for one in node]
    if not isinstance(node, Mapping):
        return node.replace(REFERENCE, "#/definitions/") if isinstance(node, str) else node
    if "propertyName" in node:
        return node["propertyName"]
    return {"x-nullable" if key == "nullable" else key: schema_in_2(value) for key, value in node.items()}
