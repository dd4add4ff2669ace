"""What validator, generator, projection and inference agree on, as they read schemas in one place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from mockserver.contract.document.document import Document
from mockserver.contract.document.sources import Source
from mockserver.contract.schemas import view
from mockserver.contract.schemas.projection import projector
from mockserver.contract.schemas.validators import SchemaValidators
from mockserver.generate import Generator, Unsatisfiable
from tests.mockserver.contract.schemas.components import COMPONENTS, JOINED, VALUES

CALM = settings(
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=60,
    phases=[Phase.generate],  # the schemas are small, and shrinking them takes a minute
    suppress_health_check=list(HealthCheck),
)
both_versions = pytest.mark.parametrize("version", ["3.0", "3.1"])
both_directions = pytest.mark.parametrize("writing", [True, False])


class Readings:
    """The schema A of a document as its validator and its generator read it, in one direction."""

    def __init__(self, version: str, components: dict[str, Any], *, writing: bool) -> None:
        document = Document({"components": {"schemas": components}}, Source("made.json"), version)
        self.schema, self.view, self.writing = components["A"], view.SchemaView.of(document), writing
        validators = SchemaValidators(document, lambda _: None)
        self.accepts = validators.of(self.schema, writing=writing).accepts
        self.generator = Generator(self.view, writing)
        self._never_sent = set(_read_only(components)) if writing else set()

    def is_alike(self, value: Any) -> bool:
        """Whether both must agree: a client may send a `readOnly` member, while the generator never makes one."""
        if isinstance(value, list):
            return all(map(self.is_alike, value))
        return not isinstance(value, dict) or (
            self._never_sent.isdisjoint(value) and all(map(self.is_alike, value.values()))
        )

    def accepted(self) -> list[Any]:
        """The values that the validator accepts."""
        return [value for value in VALUES if self.accepts(value)]


def _read_only(node: Any) -> Iterator[str]:
    """The names of the members below a node that are `readOnly`, whether by a mark of their own or through a `$ref`."""
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _read_only(part)
    properties = node.get("properties", {}) if isinstance(node, dict) else {}
    yield from (name for name, schema in properties.items() if "readOnly" in str(schema) or "$ref" in str(schema))


@both_directions
@both_versions
@CALM
@given(components=COMPONENTS)
def test_what_is_generated_is_accepted(version: str, writing: bool, components: dict[str, Any]) -> None:
    """The compiled validator accepts every value that the generator makes."""
    readings = Readings(version, components, writing=writing)
    for seed in (0, 1):
        try:
            value = readings.generator.value(readings.schema, seed, varied=seed == 1)
        except Unsatisfiable:
            continue
        assert readings.accepts(value) or not readings.is_alike(value), (components, value)


@both_directions
@both_versions
@CALM
@given(components=COMPONENTS)
def test_the_checks_of_the_generator_are_those_of_the_validator(
    version: str, writing: bool, components: dict[str, Any]
) -> None:
    """A value fits a schema while it is generated exactly when the compiled validator accepts it."""
    readings = Readings(version, components, writing=writing)
    for value in filter(readings.is_alike, VALUES):
        assert readings.generator.fits(readings.schema, value) == readings.accepts(value), (components, value)


@both_directions
@both_versions
@CALM
@given(components=COMPONENTS)
def test_what_is_required_is_enforced(version: str, writing: bool, components: dict[str, Any]) -> None:
    """No object without a required member is accepted."""
    readings = Readings(version, components, writing=writing)
    required = view.required(readings.schema, readings.view, writing=writing)
    for value in readings.accepted():
        assert not isinstance(value, dict) or required <= value.keys(), (components, value)


@both_versions
@CALM
@given(components=JOINED)
def test_what_is_shown_of_an_accepted_value_is_accepted(version: str, components: dict[str, Any]) -> None:
    """Projection takes away what no schema knows, and nothing that the validator asks for."""
    readings = Readings(version, components, writing=False)
    show = projector(readings.schema, readings.view)
    for value in readings.accepted():
        assert readings.accepts(show(value)), (components, value, show(value))


def test_nullable_beside_a_reference_is_ignored_in_3_0() -> None:
    """The generator ignores it as the validator does."""
    components = {"A": {"$ref": "#/components/schemas/B", "nullable": True}, "B": {"type": "string"}}
    readings = Readings("3.0", components, writing=False)
    assert not readings.accepts(None)
    assert not readings.generator.fits(readings.schema, None)


def test_a_hidden_member_is_not_required_through_a_reference() -> None:
    """A response has no `writeOnly` member, even where the referenced schema requires it."""
    password = {"properties": {"password": {"type": "string", "writeOnly": True}}}
    components = {"A": {"$ref": "#/components/schemas/B", **password}, "B": {"required": ["password"]}}
    readings = Readings("3.1", components, writing=False)
    assert readings.accepts({})
    assert readings.generator.fits(readings.schema, {})


BESIDE = {"$ref": "#/components/schemas/Base", "properties": {"more": {"type": "string"}}, "required": ["more"]}


@pytest.mark.parametrize(("version", "known"), [("3.0", {"id"}), ("3.1", {"id", "more"})])
def test_keywords_beside_a_reference_count_since_3_1(version: str, known: set[str]) -> None:
    """In 3.0 a `$ref` stands alone, whatever is written beside it."""
    base = {"type": "object", "properties": {"id": {"type": "integer"}}}
    schemas = Readings(version, {"Base": base, "A": BESIDE}, writing=False).view
    assert set(view.members(BESIDE, schemas)) == known
    assert view.required(BESIDE, schemas) == known - {"id"}
    assert schemas.is_alias(BESIDE) is (version == "3.0")


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
