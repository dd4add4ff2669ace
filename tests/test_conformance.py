"""The harness of `make conformance`, without a registry: how schemas are put into documents, how
conversions are compared, and the tables."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mockserver.generate.keyword_checks import CHECKS
from tests.conformance import differential, report
from tests.conformance.documents import packed, written
from tests.conformance.draft4 import tried
from tests.conformance.draws import Draw
from tests.conformance.running import Result, run
from tests.conformance.style_running import run_styles
from tests.conformance.styles import REFUSED, rows
from tests.conformance.suite import Group, Instance
from tests.conformance.swagger.causes import cause as swagger_cause
from tests.conformance.swagger.differences import differences


def _group(schema: object, file: str = "type.json", **instances: bool) -> Group:
    return Group(file, "a schema", schema, tuple(Instance(name, name, valid) for name, valid in instances.items()))


def test_schemas_with_the_same_id_stand_in_different_documents() -> None:
    """Each `$id` is in a document once; all other schemas share the first one."""
    same = {"$id": "http://localhost:1234/same"}
    groups = [_group(same), _group({}), _group({"not": same}), _group(True)]
    assert packed(groups) == [[groups[0], groups[1], groups[3]], [groups[2]]]


def test_an_inline_schema_has_an_id_of_its_own(tmp_path: Path) -> None:
    """Below it, `#` is the schema itself, as in the suite."""
    path = written([_group({"type": "string"}), _group(False)], tmp_path, "http://remote", inline=True)
    paths = json.loads(path.read_text())["paths"]
    bodies = [item["post"]["requestBody"]["content"]["application/json"]["schema"] for item in paths.values()]
    assert bodies == [{"$id": "urn:suite:0", "type": "string"}, False]


def test_verdicts_come_from_a_mock(tmp_path: Path) -> None:
    """A schema in a file, and the same one inline; a difference without a cause is a failure."""
    groups = [_group({"maxLength": 2}, ab=True, abc=True), _group({"format": "date"}, "format.json", x=True)]
    (tmp_path / "remotes").mkdir()
    results = list(run(groups, tmp_path, tmp_path / "documents"))
    assert [one.verdict for one in results] == ["valid", "invalid", "invalid"] * 2
    assert [one.instance.value for one in report.failures(results)] == ["abc", "abc"]
    assert "| required | a file | 3 | 1 | 1 | 1 | 0 |" in report.markdown(results)
    assert "| type.json | a schema | **wrong** |" in report.markdown(results)


def test_a_schema_that_the_mock_refuses_costs_no_other(tmp_path: Path) -> None:
    """Its operation is left out, and counts as not served."""
    (tmp_path / "remotes").mkdir()
    groups = [_group({}, a=True), _group({"$ref": "#/nowhere"}, a=True), _group({}, a=True)]
    results = list(run(groups, tmp_path, tmp_path / "documents"))
    assert [one.verdict for one in results[:3]] == ["valid", "not served", "valid"]
    assert isinstance(results[0], Result)


def test_rows_of_the_style_tables_are_sent_to_a_mock(tmp_path: Path) -> None:
    """Every tenth row of OpenAPI 3.2 over a socket; the same rows turned round are all wrong, and reported as such."""
    some = [row for row in rows() if row.version == "3.2.0"][::10]
    turned = [
        replace(row, sent=("nonsense",)) if row.location == "response" else replace(row, value=_turned(row.value))
        for row in some
    ]
    results = list(run_styles([*some, *turned], tmp_path))
    assert [one.agrees for one in results] == [True] * len(some) + [False] * len(turned), report.style_failures(results)
    assert len(report.style_failures(results).splitlines()) == len(turned)
    assert f"| **all** |  | 0 | 0 | {2 * len(some)} | {len(turned)} |" in report.style_table(results)


def _turned(value: object) -> object:
    return None if value is REFUSED else REFUSED


def test_conversions_are_compared_by_what_they_mean() -> None:
    """Names of components, shared parameters and texts for people make no difference; anything else does."""
    ours = _converted({"$ref": "#/components/schemas/A"}, A={"type": "object", "properties": {"a": {"minimum": 1}}})
    theirs = _converted({"$ref": "#/components/schemas/B"}, B={"type": "object", "properties": {"a": {"minimum": 2}}})
    (difference,) = differences(ours, theirs)
    assert difference.place == "body > content > text/a > schema > properties > a > minimum"
    assert (difference.ours, difference.theirs, swagger_cause(difference)) == (1, 2, None)
    same = _converted({"$ref": "#/components/schemas/B", "description": "b"}, B=ours["components"]["schemas"]["A"])
    assert list(differences(ours, same)) == []


def test_unsaid_media_types_are_a_cause() -> None:
    """The other converter lets requests be JSON alone."""
    ours, theirs = (_converted({}, types) for types in (("application/json", "*/*"), ("application/json",)))
    (difference,) = differences(ours, theirs)
    assert "No media type is declared" in str(swagger_cause(difference))


def _converted(schema: Any, types: tuple[str, ...] = ("text/a",), **schemas: Any) -> dict[str, Any]:
    body = {"content": {name: {"schema": schema} for name in types}}
    return {"paths": {"/a": {"post": {"requestBody": body}}}, "components": {"schemas": schemas}}


def test_the_verdicts_on_drawn_schemas_agree() -> None:
    """The compiled validator, the generator and `jsonschema`; `make differential` takes 50,000 draws."""
    tally = differential.run(60, 1)
    assert tally.draws == 60
    assert not tally.unexplained, tally.unexplained[0]
    assert {"accepted", "refused", "generated", "checked by the generator"} <= tally.counts.keys()


def test_a_difference_between_verdicts_is_found() -> None:
    """If one of them read `maxLength` otherwise, the draws would show it."""
    tally = differential.Tally()
    draw = Draw("3.1", False, {"A": {"maxLength": 1}, "B": {}, "C": {}}, ("xx",))
    differential.compare(draw, tally)
    assert not tally.unexplained
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(CHECKS, "maxLength", lambda *_: True)
        differential.compare(draw, tally)
    assert len(tally.unexplained) == 1
    assert tally.unexplained[0].startswith('generator: not False for "xx"')


def test_the_keywords_of_draft_4_mean_what_they_did() -> None:
    """In OpenAPI 3.0; in 3.1 they mean what draft 2020-12 says."""
    assert [(row, older, newer) for row, older, newer in tried() if (older, newer) != (row.older, row.newer)] == []
