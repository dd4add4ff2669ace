"""`mockserver init`: its files start the same mock as the contract alone, and its tests pass."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from mockserver import plain_yaml
from mockserver.cli.commands import main, read_options
from mockserver.cli.config import settings_of
from mockserver.cli.init import files
from mockserver.control.records import shown_state
from mockserver.exchange.engine import Engine
from mockserver.settings import Settings, bundled
from mockserver.state.store import MAIN
from tests.conftest import Build
from tests.support import ROOT, TIMEOUT, answers, document, json_body, path_parameter

PETS = ROOT / "tests/contract_tests/core/pets.yaml"
SHOP = ROOT / "tests/sampling/documents/shop.yaml"
WRITTEN = ["mockserver.toml", "behaviours.yaml", "fixtures.yaml", "test_mock.py"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _state(engine: Engine) -> dict[str, Any]:
    return {name: records for name, records in shown_state(engine.store.load(MAIN)[0], 0).items() if records}


@pytest.mark.parametrize("spec", [PETS, SHOP, bundled("spec/openapi.yaml")])
def test_the_files_start_the_same_mock(spec: Path, here: Path, build: Build, capfd: pytest.CaptureFixture[str]) -> None:
    """With the same records; `mockserver mock` needs no flag any more."""
    assert main(["init", str(spec), "--seed", "7"]) == 0
    assert capfd.readouterr().out.splitlines()[:4] == [f"wrote {name}" for name in WRITTEN]
    settings = settings_of(read_options(["mock"]), {})
    assert (settings.spec, settings.seed, settings.config) == (str(spec), "7", Path("mockserver.toml"))
    assert _state(build(settings)) == _state(build(Settings(str(spec), seed="7")))
    assert main(["check-spec"]) == 0


@pytest.mark.parametrize(("spec", "count"), [(PETS, 3), (SHOP, 3)])
def test_the_tests_pass(spec: Path, count: int, here: Path) -> None:
    """As they are, by `pytest` in the folder: a read, a failure and a new record, with a token where one is needed."""
    assert main(["init", str(spec)]) == 0
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT * 2, check=False)
    assert f"{count} passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("name", WRITTEN)
def test_nothing_is_overwritten(name: str, here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Not even another one of the files is written."""
    (here / name).write_text("mine")
    assert main(["init", str(PETS)]) == 2
    assert f"{name}: exists already" in capfd.readouterr().err
    assert [path.name for path in here.iterdir()] == [name]
    assert (here / name).read_text() == "mine"


@pytest.mark.parametrize("words", [["init"], ["init", "nowhere.yaml"]])
def test_it_needs_a_contract(words: list[str], here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """One line, exit code 2, and no file."""
    assert main(words) == 2
    assert capfd.readouterr().err.count("\n") == 1
    assert not list(here.iterdir())


def test_odd_contracts_get_files_too(here: Path) -> None:
    """Without operations, with a key in the query, without bodies of JSON, and with a collection of users."""
    user = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "on": {"type": "boolean"}}}
    paths = {
        "/users": {"get": {"responses": answers({"type": "array", "items": user})},
                   "post": {"requestBody": json_body(user), "responses": answers(user, status=201)}},
        "/users/{id}": {"get": {"parameters": [path_parameter()], "responses": answers(user)}},
    }  # fmt: skip
    key = {"securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "key"}}}
    basic = {"securitySchemes": {"basic": {"type": "http", "scheme": "basic"}}}
    found = {}
    for name, value in {
        "empty": document({}),
        "open": document(paths),
        "key": document(paths, components=key, security=[{"key": []}]),
        "basic": document(paths, components=basic, security=[{"basic": []}]),
    }.items():
        (here / f"{name}.json").write_text(json.dumps(value))
        found[name] = files(Settings(f"{name}.json"))
        assert tomllib.loads(found[name]["mockserver.toml"])["spec"] == f"{name}.json"
        compile(found[name]["test_mock.py"], name, "exec")
    tests = {name: texts["test_mock.py"].count("def test_") for name, texts in found.items()}
    assert tests == {"empty": 1, "open": 3, "key": 1, "basic": 3}
    assert "Basic " in found["basic"]["test_mock.py"]
    users = plain_yaml.parse(found["basic"]["fixtures.yaml"], "fixtures")["users"]
    assert [user.get("name") for user in users] == ["alice", "bob", None, None, None]


def test_records_that_a_file_may_not_have_are_left_out(monkeypatch: pytest.MonkeyPatch, build: Build) -> None:
    """Generated ones needn't be complete; the file says which collection starts empty, and why."""
    shelters = [{"id": "s", "name": "Ark", "town": "Rome"}]
    monkeypatch.setattr("mockserver.cli.init.as_fixtures", lambda *_: {"pets": [{"id": 1}], "shelters": shelters})
    text = files(Settings(str(PETS)))["fixtures.yaml"]
    assert plain_yaml.parse(text, "fixtures") == {"shelters": shelters}
    assert "# pets start empty: a generated record isn't complete (pets[0]." in text
