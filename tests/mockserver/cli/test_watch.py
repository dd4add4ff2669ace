"""A running mock follows its files: good edits are taken over, broken ones leave the last good state."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from mockserver.cli.watch import follow, reload
from mockserver.exchange.engine import Engine, build_engine
from mockserver.settings import Settings
from tests.conftest import Build
from tests.support import ROOT, Ask, bundled_settings

TRUST = {"fingerprint": "fp-alice-ipad"}
THINGS = """openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /things:
    get: {responses: {'200': {$ref: '#/components/responses/Things'}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
      responses: {'201': {description: Made}}
components:
  responses:
    Things:
      description: All
      content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}
  schemas:
    Thing: {type: object, required: [id], properties: {id: {type: string}, size: {type: object}}}
"""


@pytest.fixture
def edited(tmp_path: Path) -> Engine:
    """A mock of files of its own."""
    shutil.copytree(ROOT / "spec", tmp_path / "spec", ignore=shutil.ignore_patterns("builder", "docs"))
    shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures")
    settings = replace(
        bundled_settings(),
        spec=str(tmp_path / "spec/openapi.yaml"),
        behaviours=tmp_path / "spec/behaviours.yaml",
        fixtures=(tmp_path / "fixtures",),
    )
    return build_engine(settings)


def _edit(engine: Engine, name: str, old: str, new: str) -> None:
    path = next(path for path in engine.files if path.name == name)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_every_file_is_watched(edited: Engine) -> None:
    """Contract, behaviours and each fixture file."""
    names = {path.name for path in edited.files}
    assert {"openapi.yaml", "behaviours.yaml", "users.yaml", "devices.yaml", "sessions.yaml"} <= names


def test_a_good_edit_is_taken_over_and_records_stay(edited: Engine) -> None:
    """The new text answers; what was trusted before the edit is trusted after it."""
    ask = Ask(edited)
    ask("POST", "/devices/trust", json=TRUST)
    _edit(edited, "openapi.yaml", "Device trusted successfully", "It is trusted")
    assert "reloaded" in reload(edited)
    assert ask("POST", "/devices/trust", json=TRUST).json["message"] == "It is trusted"
    assert ask("GET", "/devices/dev-03").json["device"]["isTrusted"] is True
    assert len(list(edited.journal.entries("main"))) == 3


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("behaviours.yaml", "trustLevel: HIGH", "trustLevl: HIGH", "did you mean 'trustLevel'?"),
        ("devices.yaml", "deviceType: TABLET", "deviceType: PHABLET", "devices["),
        ("openapi.yaml", "openapi: 3.1.0", "openapi: 2.7", "openapi.yaml"),
        ("users.yaml", "users:", "users: [", "users.yaml"),
    ],
)
def test_a_broken_edit_leaves_the_last_good_state(edited: Engine, name: str, old: str, new: str, said: str) -> None:
    """It answers as before, says what is wrong, and is well again when the edit is mended."""
    ask = Ask(edited)
    _edit(edited, name, old, new)
    assert said in reload(edited)
    assert said in edited.trouble
    assert ask("POST", "/devices/trust", json=TRUST).status == 200
    _edit(edited, name, new, old)
    assert "reloaded" in reload(edited)
    assert not edited.trouble


def test_records_that_an_edited_contract_cannot_show_are_told(build: Build, tmp_path: Path) -> None:
    """How many, of what, and what helps; after that there are none."""
    contract = tmp_path / "api.yaml"
    contract.write_text(THINGS)
    engine = build(Settings(str(contract), auth="off"))
    assert Ask(engine, None)("GET", "/things").status == 200
    contract.write_text(THINGS.replace("type: object}}", "type: integer}}"))
    assert reload(engine).endswith("; 3 of things fit it no longer (POST /__mock__/reset makes new ones)")
    engine.reset("main")
    assert reload(engine).endswith("records and journal stay")


def test_changed_rules_hold_for_worlds_in_use(edited: Engine) -> None:
    """A session that never expires by the new rules shows again."""
    ask = Ask(edited)
    before = len(ask("GET", "/sessions").json["sessions"])
    _edit(edited, "behaviours.yaml", "    expires: expiresAt ", "    # ")
    reload(edited)
    assert len(ask("GET", "/sessions").json["sessions"]) > before


def test_each_change_is_followed(edited: Engine) -> None:
    """One line is told for each burst of changes."""
    told: list[str] = []
    follow(edited, told.append, [{"one"}, {"two"}])
    assert len(told) == 2
