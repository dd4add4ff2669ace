"""The memory of inferred collections is proven before it is claimed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver import plain_yaml
from mockserver.cli.banner import banner
from mockserver.cli.check_spec import report
from mockserver.cli.commands import main
from mockserver.contract.contract import load_contract
from mockserver.exchange.building import PROVEN, build_engine
from mockserver.exchange.engine import Engine
from mockserver.inference import Readings, infer
from mockserver.insight.explain import explain
from mockserver.settings import Settings
from tests.mockserver.inference.test_infer import ID, answer, body, crud, thing
from tests.support import Ask

THING = {"$ref": "#/components/schemas/Thing"}
EITHER = {"oneOf": [THING, {"allOf": [THING, thing(more=None)]}]}
"""A record always satisfies both, and no response can show it."""
Build = Callable[..., Engine]


@pytest.fixture
def engine(tmp_path: Path) -> Build:
    """Builds the engine of a contract with these paths and schemas."""

    def engine(paths: Any, *, prove: bool = False, **schemas: Any) -> Engine:
        path = tmp_path / "openapi.json"
        document = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths}
        path.write_text(json.dumps({**document, "components": {"schemas": schemas}}))
        return build_engine(Settings(str(path), auth="off"), prove=prove)

    return engine


def test_what_a_record_lives_through_is_proven(engine: Build) -> None:
    """Created, read, listed, changed, removed and read again, and nothing of it is left in a world that others see."""
    paths = crud("/things", "id", THING)
    paths["/things/{id}"]["patch"] = {"operationId": "change", "requestBody": body(THING), "responses": answer(THING)}
    made = engine(paths, Thing=thing(id=None, name=None))
    assert [sorted(proof.proven) for proof in made.proofs] == [["change", "create", "list", "read", "remove"]]
    assert len(Ask(made, None).records("things")) == 3
    assert "Proven memory: 5 of 5 operations (100%)" in report(made)[0]


def test_records_below_others_are_proven_too(engine: Build) -> None:
    """Each in a record that stands above it."""
    paths = crud("/pets", "id", thing(id=None, name=None), kind="Pet")
    paths |= crud("/pets/{petId}/toys", "toyId", THING)
    paths |= crud("/teams/{team}/notes", "id", THING, kind="Note")
    made = engine(paths, Thing=thing(id=None, kind=None))
    assert frozenset().union(*(proof.proven for proof in made.proofs)) == made.behaviours.operations.keys()


def test_a_collection_whose_new_records_would_be_lost_claims_no_memory(engine: Build) -> None:
    """A POST that can't create what it answers, and reads that would deny it: both keep to their examples."""
    paths = crud("/things", "id", THING, thing(words=None))
    paths["/things"]["post"]["responses"] = answer(EITHER, "201")
    made = engine(paths, Thing={**thing(id=None, name=None), "required": ["id"]})
    ask, (reason, *_) = Ask(made, None), made.forgotten
    assert reason.startswith("create answers a record that it can't create")
    assert ask("POST", "/things", json={"words": "x"}).status == 201
    assert [ask("GET", f"/things/{key}").status for key in ("new", "other")] == [200, 200]
    assert reason in banner(made)
    assert any(reason in line for line in report(made)[0])
    *_, entry = made.journal.entries("main")
    assert reason in explain(made, entry, "http://localhost").sentence


def test_only_proven_behaviours_are_printed(engine: Build, capfd: pytest.CaptureFixture[str]) -> None:
    """`mockserver behaviours` prints what the mock does, without the memory that failed its proof."""
    paths = crud("/things", "id", THING, thing(words=None)) | crud("/pets", "id", thing(id=None, name=None), kind="Pet")
    paths["/things"]["post"]["responses"] = answer(EITHER, "201")
    made = engine(paths, Thing={**thing(id=None, name=None), "required": ["id"]})
    assert main(["behaviours", made.settings.spec]) == 0
    printed = plain_yaml.parse(capfd.readouterr().out, "printed")
    assert [*printed["collections"]] == [*made.behaviours.collections] == ["pets"]
    assert printed["operations"].keys() == made.behaviours.operations.keys()


def test_an_operation_that_would_break_the_contract_keeps_to_its_example(engine: Build) -> None:
    """The others of its collection keep their memory."""
    paths = crud("/things", "id", THING)
    shown = {"oneOf": [thing(done=THING), {**thing(done=THING, at=None), "required": ["at"]}]}
    paths["/things/{id}"]["patch"] = {"operationId": "change", "requestBody": body(THING), "responses": answer(shown)}
    made = engine(paths, Thing=thing(id=None, name=None))
    assert Ask(made, None)("PATCH", "/things/1", json={"name": "x"}).status != 500
    assert {"create", "read", "list", "remove"} <= made.behaviours.operations.keys()


def test_a_list_that_a_query_must_have_is_sent_with_an_item(engine: Build) -> None:
    """An empty one would be as if it were missing, and the list of things could not be read."""
    paths = crud("/things", "id", THING)
    tags = {"name": "tags", "in": "query", "required": True, "schema": {"type": "array", "items": {"type": "string"}}}
    paths["/things"]["get"]["parameters"] = [tags]
    (proof,) = engine(paths, Thing=thing(id=None, name=None)).proofs
    assert "list" in proof.proven


def test_a_key_that_no_answer_tells_leaves_the_list_its_memory(engine: Build) -> None:
    """A record is created under a key that nobody learns: lists show it, what needs the key keeps to its example."""
    shown = thing(id={"type": "string"}, name=None)
    paths = crud("/things", "id", THING, thing(name=None))
    paths["/things"]["post"]["responses"] = {"204": {"description": ""}}
    paths["/things"]["get"]["responses"] = answer({"type": "array", "items": thing(name=None)})
    made = engine(paths, Thing=shown)
    ask = Ask(made, None)
    assert ask("POST", "/things", json={"name": "ball"}).status == 204
    assert {"name": "ball"} in ask("GET", "/things").json
    assert made.behaviours.operations.keys() == {"list", "create"}
    assert "no response shows the id" in made.reasons["read"]


def test_a_large_contract_proves_a_collection_when_it_is_first_used(
    engine: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the same result as at the start; what was written into other collections before stays."""
    monkeypatch.setattr("mockserver.exchange.building.PROVEN", 0)
    paths = crud("/things", "id", THING, thing(words=None)) | crud("/pets", "id", thing(id=None, name=None), kind="Pet")
    paths["/things"]["post"]["responses"] = answer(EITHER, "201")
    made = engine(paths, Thing={**thing(id=None, name=None), "required": ["id"]})
    ask = Ask(made, None)
    assert "is proven when it is first used" in banner(made)
    pet = ask("POST", "/pets", json={"name": "Rex"}).json
    assert [proof.collection for proof in made.proofs] == ["pets"]
    assert "its memory is proven" in _why(made)
    assert ask("GET", "/things/other").status == 200
    (reason,) = made.forgotten
    assert reason in banner(made)
    assert reason in _why(made)
    assert ask("GET", f"/pets/{pet['id']}").json == pet
    whole = engine(paths, prove=True, Thing={**thing(id=None, name=None), "required": ["id"]})
    assert (whole.forgotten, [*whole.behaviours.operations]) == (made.forgotten, [*made.behaviours.operations])


def test_what_a_reading_changes_is_proven_again(engine: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operation that breaks the contract is left to its example while a request waits for it."""
    monkeypatch.setattr("mockserver.exchange.building.PROVEN", 0)
    paths = crud("/things", "id", THING)
    shown = {"oneOf": [thing(done=THING), {**thing(done=THING, at=None), "required": ["at"]}]}
    paths["/things/{id}"]["patch"] = {"operationId": "change", "requestBody": body(THING), "responses": answer(shown)}
    lazy = engine(paths, Thing=thing(id=None, name=None))
    assert Ask(lazy, None)("PATCH", "/things/1", json={"name": "x"}).status != 500
    whole = engine(paths, prove=True, Thing=thing(id=None, name=None))
    assert lazy.behaviours.operations.keys() == whole.behaviours.operations.keys()
    assert lazy.proofs == whole.proofs


def _why(made: Engine) -> str:
    *_, entry = made.journal.entries("main")
    return explain(made, entry, "http://localhost").sentence


def test_a_list_of_too_few_records_is_left_to_the_example(engine: Build) -> None:
    """`minItems` is kept by every answer, however few records match."""
    paths = crud("/things", "id", THING)
    paths["/things"]["get"]["parameters"] = [{"name": "name", "in": "query", "schema": {"type": "string"}}]
    paths["/things"]["get"]["responses"] = answer({"type": "array", "items": THING, "minItems": 1})
    listed = Ask(engine(paths, Thing=thing(id=None, name=None)), None)("GET", "/things", query="name=none")
    assert (listed.status, len(listed.json)) == (200, 1)


def test_a_large_contract_is_proven_where_it_is_checked(engine: Build) -> None:
    """No start waits for thousands of requests."""
    paths = {
        f"/k{number}{tail}": {"get": {"responses": answer(schema)}, **({"parameters": ID} if tail else {})}
        for number in range(PROVEN // 2 + 1)
        for tail, schema in (("", {"type": "array", "items": THING}), ("/{id}", THING))
    }
    assert not engine(paths, Thing=thing(id={"type": "integer"})).proofs
    assert engine(paths, prove=True, Thing=thing(id={"type": "integer"})).proofs


@pytest.mark.parametrize("name", ["petstore", "library"])
def test_an_operation_is_left_out_as_if_it_had_never_been_inferred(name: str) -> None:
    """The rest of a contract stays as it was read; nothing is said where a collection or a file's bytes go with it."""
    contract = load_contract(Path(__file__).parents[1] / "inference" / f"{name}.yaml")
    whole, left = infer(contract), 0
    for operation in contract.operations:
        broken = {operation: "it fails"}
        anew, own = infer(contract, Readings(broken=broken)), whole.without(broken, contract)
        if own is None:
            continue
        left += 1
        assert (own.behaviours, dict(own.reasons), own.claims) == (anew.behaviours, dict(anew.reasons), anew.claims)
    assert left > 0.6 * len(contract.operations)
