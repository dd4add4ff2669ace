"""What validator, generator, projection and inference agree on, as they read schemas in one place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.contract.contract import Contract, load_contract
from mockserver.contract.schemas import view
from mockserver.contract.schemas.projection import projector
from mockserver.generate import Generator, Unsatisfiable

CALM = settings(
    deadline=None, derandomize=True, database=None, max_examples=60, suppress_health_check=list(HealthCheck)
)
NAMES = st.sampled_from(["a", "b", "c"])
VALUES = st.recursive(
    st.sampled_from([None, True, 0, 1, 2.5, "", "x", "B", "C"]),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=5,
)
LEAVES = st.one_of(
    st.sampled_from(["string", "integer", "number", "boolean", "object"]).map(lambda name: {"type": name}),
    st.sampled_from([{}, {"enum": ["x", 1]}, {"type": "string", "enum": ["x", "B"]}, {"minimum": 1}]),
)
UNREADABLE = st.sampled_from([{"required": "a"}, {"enum": []}, {"minLength": "1"}, {"type": "text"}, {"minimum": "0"}])
MARKS = st.sampled_from([{}, {}, {"readOnly": True}, {"writeOnly": True}, {"nullable": True}])


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"properties": st.dictionaries(NAMES, inner, max_size=3)},
        optional={
            "type": st.just("object"),
            "required": st.lists(NAMES, max_size=2, unique=True),
            "additionalProperties": st.one_of(st.booleans(), inner),
        },
    )


def _unions(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=2)
    return st.fixed_dictionaries({}, optional={"allOf": several, "anyOf": several, "oneOf": several, "not": inner})


def _schemas(names: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """Schemas that may refer to these components, alone or with keywords beside the `$ref`."""
    references = st.sampled_from([{"$ref": f"#/components/schemas/{name}"} for name in names]) if names else LEAVES

    def wider(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        parts = (references, _objects(inner), _unions(inner), LEAVES, UNREADABLE, MARKS)
        some = st.lists(st.one_of(*parts), min_size=1, max_size=3)
        return some.map(lambda given: {word: value for part in given for word, value in part.items()})

    return st.recursive(st.one_of(LEAVES, references), wider, max_leaves=6)


DOCUMENTS = st.fixed_dictionaries({"A": _schemas(("B", "C")), "B": _schemas(("C",)), "C": _schemas(())})
DISCRIMINATED = DOCUMENTS.map(
    lambda components: {
        **components,
        "A": {
            "oneOf": [{"$ref": "#/components/schemas/B"}, {"$ref": "#/components/schemas/C"}],
            "discriminator": {"propertyName": "a", "mapping": {"x": "#/components/schemas/B"}},
        },
    }
)
VERSIONS = ("3.0.3", "3.1.0")


def _contract(folder: Path, version: str, components: dict[str, Any]) -> Contract:
    path = folder / "openapi.json"
    document = {"openapi": version, "info": {"title": "T", "version": "1"}, "paths": {}}
    path.write_text(json.dumps({**document, "components": {"schemas": components}}))
    return load_contract(path)


def _accepts(contract: Contract, schema: Any, value: Any, *, writing: bool) -> bool:
    return contract.violations(schema, value, place="body", writing=writing) == ()


@pytest.mark.parametrize("writing", [True, False])
@pytest.mark.parametrize("version", VERSIONS)
@CALM
@given(components=st.one_of(DOCUMENTS, DISCRIMINATED), seed=st.integers(0, 3))
def test_what_is_generated_is_accepted(
    tmp_path: Path, version: str, writing: bool, components: dict[str, Any], seed: int
) -> None:
    """The compiled validator accepts every value that the generator makes."""
    contract = _contract(tmp_path, version, components)
    schema = contract.document.root["components"]["schemas"]["A"]
    try:
        value = Generator(contract.view, writing).value(schema, seed, varied=seed % 2 == 1)
    except Unsatisfiable:
        return
    assert _accepts(contract, schema, value, writing=writing), (components, value)


@pytest.mark.parametrize("writing", [True, False])
@pytest.mark.parametrize("version", VERSIONS)
@CALM
@given(components=st.one_of(DOCUMENTS, DISCRIMINATED), value=VALUES)
def test_the_checks_of_the_generator_are_those_of_the_validator(
    tmp_path: Path, version: str, writing: bool, components: dict[str, Any], value: Any
) -> None:
    """A value fits a schema while it is generated exactly when the compiled validator accepts it."""
    contract = _contract(tmp_path, version, components)
    schema = contract.document.root["components"]["schemas"]["A"]
    fits = Generator(contract.view, writing).fits(schema, value)
    assert fits == _accepts(contract, schema, value, writing=writing), (components, value)


@pytest.mark.parametrize("writing", [True, False])
@pytest.mark.parametrize("version", VERSIONS)
@CALM
@given(components=DOCUMENTS, value=st.dictionaries(NAMES, VALUES, max_size=3))
def test_what_is_required_is_enforced(
    tmp_path: Path, version: str, writing: bool, components: dict[str, Any], value: dict[str, Any]
) -> None:
    """No object without a required member is accepted."""
    contract = _contract(tmp_path, version, components)
    schema = contract.document.root["components"]["schemas"]["A"]
    if not view.required(schema, contract.view, writing=writing) <= value.keys():
        assert not _accepts(contract, schema, value, writing=writing), (components, value)


@pytest.mark.parametrize("version", VERSIONS)
@CALM
@given(components=DOCUMENTS, value=st.dictionaries(NAMES, VALUES, max_size=3))
def test_what_is_shown_of_an_accepted_value_is_accepted(
    tmp_path: Path, version: str, components: dict[str, Any], value: dict[str, Any]
) -> None:
    """Projection takes away what no schema knows, and nothing that the validator asks for."""
    contract = _contract(tmp_path, version, components)
    schema = contract.document.root["components"]["schemas"]["A"]
    if _accepts(contract, schema, value, writing=False):
        shown = projector(schema, contract.view)(value)
        assert _accepts(contract, schema, shown, writing=False), (components, value, shown)


BESIDE = {"$ref": "#/components/schemas/Base", "properties": {"more": {"type": "string"}}, "required": ["more"]}


@pytest.mark.parametrize(("version", "known"), [("3.0.3", {"id"}), ("3.1.0", {"id", "more"})])
def test_keywords_beside_a_reference_count_since_3_1(tmp_path: Path, version: str, known: set[str]) -> None:
    """In 3.0 a `$ref` stands alone, whatever is written beside it."""
    base = {"type": "object", "properties": {"id": {"type": "integer"}}}
    contract = _contract(tmp_path, version, {"Base": base, "A": BESIDE})
    assert set(view.members(BESIDE, contract.view)) == known
    assert view.required(BESIDE, contract.view) == known - {"id"}
    assert contract.view.is_alias(BESIDE) is (version == "3.0.3")


@pytest.mark.parametrize(
    "schema",
    [
        {"if": {"required": ["a"]}, "then": {"properties": {"b": {"type": "string"}}}, "else": {}},
        {"dependentSchemas": {"a": {"properties": {"b": {"type": "string"}}}}},
        {"allOf": [{"oneOf": [{"properties": {"b": {"type": "string"}}}]}]},
    ],
)
def test_members_of_every_branch_are_known(schema: Any) -> None:
    """Conditions and dependent schemas declare members like any other alternative."""
    schemas = view.SchemaView(lambda reference: (reference, True))
    assert view.members(schema, schemas) == {"b": {"type": "string"}}
    located = view.located_members(view.LocatedSchema("/x", schema), schemas)
    assert located["b"].pointer.startswith("/x/")
    assert located["b"].pointer.endswith("/properties/b")
