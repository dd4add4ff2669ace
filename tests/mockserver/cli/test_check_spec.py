"""How `check-spec` reports what a mock server would do with a contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockserver.cli.check_spec import report
from mockserver.settings import Settings
from tests.conftest import Build

CONTRACT = """openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /things:
    get: {operationId: list, responses: {'200': {$ref: '#/components/responses/Things'}}}
    post:
      operationId: create
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
      responses: {'405': {description: Invalid}}
  /ping:
    get: {operationId: ping, responses: {'200': {description: Pong}}}
components:
  responses:
    Things:
      description: All
      content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}
  schemas:
    Thing: {type: object, properties: {id: {type: string}, size: {type: integer}}}
"""
NEVER = "content: {application/json: {schema: {type: integer, minimum: 5, maximum: 3}}}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with the contract."""
    path = tmp_path / "api.yaml"
    path.write_text(CONTRACT)
    return path


def test_operations_are_grouped_by_how_they_are_served(build: Build, path: Path) -> None:
    """Statefully and with which verbs, or from the example and why."""
    lines, servable = report(build(Settings(str(path))))
    assert servable
    assert lines[:4] == ["Stateful (2)", "  list    list things", "  create  create things", "Example only (1)"]
    assert lines[4].startswith("  ping    its path is no collection")


def test_an_operation_that_no_request_can_reach_is_reported(build: Build, path: Path) -> None:
    """A value behind the # of a path is never sent; a word there only distinguishes operations."""
    one = "get: {{operationId: {}, parameters: [{}], responses: {{'200': {{description: it}}}}}}"
    value = "{name: id, in: path, required: true, schema: {type: string}}"
    lost = (
        f"  /send/#env/{{id}}:\n    {one.format('lost', value)}\n  /send/{{id}}#env:\n    {one.format('sent', value)}\n"
    )
    path.write_text(CONTRACT.replace("  /ping:\n", f"{lost}  /ping:\n"))
    lines, servable = report(build(Settings(str(path))))
    assert not servable
    assert lines[lines.index("Not servable (1)") + 1] == (
        "  lost    it can't be reached: clients never send the part of a path after # ({id})"
    )


def test_notes_have_file_line_and_pointer(build: Build, path: Path) -> None:
    """As errors have them."""
    lines, _ = report(build(Settings(str(path))))
    assert lines[6:] == [
        f"Note: {path}:6: /paths/~1things/post: declares nothing but errors: it succeeds with 200, without a body"
    ]


def test_examples_that_are_invalid_by_their_schema_are_reported(build: Build, path: Path) -> None:
    """They are not used, and their author learns why."""
    wrong = "content: {application/json: {schema: {type: integer}, examples: {one: {value: 1}, two: {value: x}}}}"
    path.write_text(CONTRACT.replace("description: Pong", f"description: Pong, {wrong}"))
    lines, servable = report(build(Settings(str(path))))
    assert servable
    assert lines[-1] == (
        f"Note: {path}:11: /paths/~1ping/get/responses/200/content/application~1json: "
        "its example 'two' is not used: body must be an integer, not \"x\""
    )


def test_what_cannot_be_served_is_reported(build: Build, path: Path) -> None:
    """With the reason; the contract can't be served completely."""
    path.write_text(CONTRACT.replace("description: Pong", f"description: Pong, {NEVER}"))
    lines, servable = report(build(Settings(str(path))))
    assert not servable
    assert lines[lines.index("Not servable (1)") + 1].startswith("  ping    /: no number lies between 5 and 3")


def test_query_parameters_without_effect_are_named(build: Build, path: Path) -> None:
    """Those that no behaviour uses; one with a single value can't have an effect."""
    names = ("size", "embed", "fields", "v")
    parameters = ", ".join(f"{{name: {name}, in: query, schema: {{type: string}}}}" for name in names)
    fixed = parameters.replace(
        "{name: v, in: query, schema: {type: string}", "{name: v, in: query, schema: {const: '1'}"
    )
    path.write_text(CONTRACT.replace("{operationId: list,", f"{{operationId: list, parameters: [{fixed}],"))
    lines, _ = report(build(Settings(str(path))))
    assert lines[1] == "  list    list things; without effect: embed, fields"
