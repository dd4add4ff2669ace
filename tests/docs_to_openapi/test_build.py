"""The committed contract is built from the pages and the overlay, and every part of it has evidence."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs_to_openapi.cli import main
from docs_to_openapi.config import load_config
from docs_to_openapi.contract.build import Build, build, build_from, read_paths
from docs_to_openapi.contract.facts import METHODS
from docs_to_openapi.contract.overlay import load_overlay
from docs_to_openapi.errors import OverlayError
from docs_to_openapi.reading.reader import PageReading
from spec.builder import run
from tests.docs_to_openapi.reading import DOCS, SPEC, page


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A copy of the spec folder that a test may change."""
    shutil.copytree(DOCS, tmp_path / "docs")
    for name in ("overlay.yaml", "openapi.yaml", "README.md", "docs-to-openapi.yaml"):
        shutil.copy(SPEC / name, tmp_path / name)
    return tmp_path


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_committed_files_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` succeeds on the committed contract and README."""
    assert run(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_two_builds_give_the_same_bytes() -> None:
    """A build depends only on its pages and overlay."""
    assert build(SPEC).text == build(SPEC).text


def test_a_changed_type_fails_the_check(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A changed type in a page is reported with page, line and field."""
    _edit(spec / "docs" / "sessions-list.md", "| »» location     | string", "| »» location     | integer")
    assert main(["check", "--folder", str(spec)]) == 1
    output = capsys.readouterr()
    assert "docs/sessions-list.md:" in output.out + output.err
    assert "location" in output.out + output.err


def test_a_changed_type_that_matches_its_example_is_a_readable_difference(
    spec: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """If table and example have the new type, the difference names fact, page and line, and is breaking."""
    path = spec / "docs" / "sessions-list.md"
    _edit(path, "| »» location     | string", "| »» location     | integer")
    _edit(path, '"location": "string"', '"location": 1')
    assert main(["check", "--folder", str(spec)]) == 1
    out = capsys.readouterr().out
    [line] = [number for number, text in enumerate(path.read_text().split("\n"), 1) if "»» location" in text]
    assert (
        f'changed type of GET /sessions 200 .sessions[].location: "string" -> "integer"  [docs/sessions-list.md:{line}]'
        in out
    )
    assert "BREAKING" in out
    assert "+          type: integer" in out


def test_a_build_writes_contract_and_register(spec: Path) -> None:
    """Building restores both files."""
    expected = (spec / "openapi.yaml").read_text(), (spec / "README.md").read_text()
    (spec / "openapi.yaml").write_text("old")
    _edit(spec / "README.md", "| A-01 |", "| A-99 |")
    assert main(["build", "--folder", str(spec)]) == 0
    assert ((spec / "openapi.yaml").read_text(), (spec / "README.md").read_text()) == expected


def test_every_part_of_the_contract_has_evidence() -> None:
    """Operations, parameters, statuses and properties name a page and line, or an assumption."""
    contract = yaml.safe_load((SPEC / "openapi.yaml").read_text())
    missing = [place for place, node in _parts(contract) if not {"x-source", "x-assumed", "$ref"} & node.keys()]
    # a component that an assumption adds is marked as a whole
    assert [place for place in missing if not place.startswith("DeviceSession.")] == []


def test_every_evidence_names_its_line() -> None:
    """A property's evidence is a line of a page that contains the property's name."""
    contract = yaml.safe_load((SPEC / "openapi.yaml").read_text())
    for place, node in _parts(contract):
        if "." in place and "x-source" in node:
            name, _, line = node["x-source"].split(" +")[0].rpartition(":")
            assert place.rsplit(".", 1)[1] in (SPEC / name).read_text().split("\n")[int(line) - 1]


def _parts(contract: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    parts: list[tuple[str, dict[str, Any]]] = []
    for path, item in contract["paths"].items():
        for method in METHODS:
            operation = item.get(method, {})
            parts += [(f"{method} {path}", operation)] if operation else []
            parts += [(f"{method} {path} {part['name']}", part) for part in operation.get("parameters", [])]
            parts += [(f"{method} {path} {status}", part) for status, part in operation.get("responses", {}).items()]
    for name, schema in contract["components"]["schemas"].items():
        parts += [(f"{name}.{field}", part) for field, part in schema["properties"].items()]
    return parts


def test_the_corrected_path_is_not_in_the_contract() -> None:
    """The overview's heartbeat path isn't in the contract."""
    assert "/devices/{id}/heartbeat" not in build(SPEC).document["paths"]


@pytest.mark.parametrize(
    ("key", "first", "second"),
    [
        ("mention POST /devices/{id}/heartbeat", "docs/overview.md", "docs/sessions-heartbeat.txt"),
        ("envelope data", "docs/overview.md", "docs/"),
        ("status 500 of POST /devices/{id}/untrust", "docs/devices-untrust.md", "docs/devices-untrust.md"),
    ],
)
def test_an_unsettled_contradiction_is_open(spec: Path, key: str, first: str, second: str) -> None:
    """Without the correction that settles it, a contradiction is open and names both places."""
    _edit(
        spec / "overlay.yaml", f"x-settles: [{key}]" if "envelope" in key else f"x-settles: ['{key}']", "x-note: none"
    )
    [problem] = build(spec).open
    assert problem.key == key
    assert str(problem.place).startswith(first)
    assert str(problem.also).startswith(second)


def test_an_outdated_correction_is_an_error(spec: Path) -> None:
    """A correction that no longer settles anything is an error."""
    _edit(spec / "docs" / "overview.md", "`/devices/{id}/heartbeat`", "`/sessions/{id}/heartbeat`")
    with pytest.raises(OverlayError, match=r"C-01.*no such contradiction"):
        build(spec)


def test_an_assumption_settles_nothing(spec: Path) -> None:
    """Only a correction can settle a contradiction."""
    _edit(spec / "overlay.yaml", "x-kind: correction", "x-kind: assumption")
    with pytest.raises(OverlayError, match="only a correction can settle"):
        build(spec)


def test_a_general_status_that_no_page_has_is_a_contradiction() -> None:
    """A status in the overview that no operation has is open."""
    extra = page("# About\n\n## Errors\n\n* 418 - a teapot\n", "docs/about.md")
    assert [problem.key for problem in _build_with(extra).open] == ["general status 418"]


def test_an_operation_described_twice_is_a_contradiction() -> None:
    """Two pages of one operation are a contradiction; the second is not merged."""
    again = page((DOCS / "devices-trust.txt").read_text(), "docs/again.txt")
    assert [problem.key for problem in _build_with(again).open] == ["second POST /devices/trust"]


def _build_with(added: PageReading) -> Build:
    config = load_config(SPEC)
    readings = read_paths(config.page_paths(), config)
    return build_from([*readings, added], load_overlay(SPEC / "overlay.yaml"), config)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("GET /devices: {operationId", "GET /gadgets: {operationId", "no page describes GET /gadgets"),
        ("Error: GET /devices 500", "Error: GET /devices 503", "schema Error: there is no schema at"),
        ("overlay: 1.0.0", "overlay: 2.0.0", "isn't an Overlay 1.0 document"),
    ],
)
def test_a_wrong_overlay_is_refused(spec: Path, old: str, new: str, message: str) -> None:
    """A name for something that no page describes, and a file that isn't an overlay, are errors."""
    _edit(spec / "overlay.yaml", old, new)
    with pytest.raises(OverlayError, match=message):
        build(spec)


def test_equal_shapes_become_one_component() -> None:
    """Every error body refers to one schema, whose evidence has the number of places that state it."""
    document = build(SPEC).document
    bodies = [
        response["content"]["application/json"]["schema"]
        for item in document["paths"].values()
        for operation in item.values()
        for status, response in operation["responses"].items()
        if status in ("404", "500")
    ]
    assert bodies == [{"$ref": "#/components/schemas/Error"}] * 15
    assert document["components"]["schemas"]["Error"]["properties"]["error"]["x-source"].endswith(" +14")
