"""A running mock server follows its files: valid edits are loaded, invalid ones leave the last good state."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from mockserver.cli import watch
from mockserver.cli.watch import Watcher, changes_of, follow
from mockserver.exchange.building import build_engine
from mockserver.exchange.engine import Engine
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


def _reload(engine: Engine) -> str:
    """The line of a reload."""
    return Watcher(engine, print)._reloaded()


def test_every_file_is_watched(edited: Engine) -> None:
    """Contract, behaviours and each fixture file."""
    names = {path.name for path in edited.files}
    assert {"openapi.yaml", "behaviours.yaml", "users.yaml", "devices.yaml", "sessions.yaml"} <= names


def test_a_good_edit_is_taken_over_and_records_stay(edited: Engine) -> None:
    """The new text answers; what was trusted before the edit is trusted after it."""
    ask = Ask(edited)
    ask("POST", "/devices/trust", json=TRUST)
    _edit(edited, "openapi.yaml", "Device trusted successfully", "It is trusted")
    assert "reloaded" in _reload(edited)
    assert ask("POST", "/devices/trust", json=TRUST).json["message"] == "It is trusted"
    assert ask("GET", "/devices/dev-03").json["device"]["isTrusted"] is True
    assert len(list(edited.journal.entries("main"))) == 3


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("behaviours.yaml", "trustLevel: HIGH", "trustLevl: HIGH", "did you mean 'trustLevel'?"),
        ("devices.yaml", "deviceType: TABLET", "deviceType: PHABLET", "devices["),
        ("openapi.yaml", "openapi: 3.1.0", "openapi: 2.7", "openapi.yaml"),
        ("users.yaml", "users:", "users: [", "users.yaml"),
    ],
)
def test_a_broken_edit_leaves_the_last_good_state(edited: Engine, name: str, old: str, new: str, expected: str) -> None:
    """It answers as before, reports the problem, and recovers when the edit is fixed."""
    ask = Ask(edited)
    _edit(edited, name, old, new)
    assert expected in _reload(edited)
    assert expected in edited.trouble
    assert ask("POST", "/devices/trust", json=TRUST).status == 200
    _edit(edited, name, new, old)
    assert "reloaded" in _reload(edited)
    assert not edited.trouble


def test_a_function_beside_the_behaviours_is_watched(build: Build, tmp_path: Path) -> None:
    """An edit of the `hooks.py` behind `call: hooks:run` is loaded, as one of the behaviours is."""
    hooks, behaviours = tmp_path / "hooks.py", tmp_path / "behaviours.yaml"
    hooks.write_text("def run(world, scope):\n    return world, {'message': 'one'}\n")
    behaviours.write_text("operations:\n  trustDevice:\n    call: hooks:run\n")
    engine = build(bundled_settings(behaviours=behaviours, fixtures=()))
    lines: list[str] = []
    watcher = Watcher(engine, lines.append)
    hooks.write_text("def run(world, scope):\n    return world, {'message': 'the second'}\n")
    watcher.check()
    assert [line.split(",")[0] for line in lines] == ["reloaded"]
    assert Ask(engine)("POST", "/devices/trust", json=TRUST).json["message"] == "the second"


def test_records_that_an_edited_contract_makes_invalid_are_reported(build: Build, tmp_path: Path) -> None:
    """How many, of what, and what helps; after that there are none."""
    contract = tmp_path / "api.yaml"
    contract.write_text(THINGS)
    engine = build(Settings(str(contract), auth="off"))
    assert Ask(engine, None)("GET", "/things").status == 200
    contract.write_text(THINGS.replace("type: object}}", "type: integer}}"))
    assert _reload(engine).endswith("; 3 of things are no longer valid (POST /__mock__/reset creates new ones)")
    engine.reset("main")
    assert _reload(engine).endswith("records and journal stay")


def test_changed_rules_hold_for_worlds_in_use(edited: Engine) -> None:
    """A session that never expires by the new rules shows again."""
    ask = Ask(edited)
    before = len(ask("GET", "/sessions").json["sessions"])
    _edit(edited, "behaviours.yaml", "    expires: expiresAt ", "    # ")
    _reload(edited)
    assert len(ask("GET", "/sessions").json["sessions"]) > before


def test_each_change_is_followed(edited: Engine) -> None:
    """One line for each burst of changes; none where the files are as they were."""
    lines: list[str] = []

    def changes() -> Iterator[None]:
        _edit(edited, "openapi.yaml", "Device trusted successfully", "It is trusted")
        yield
        yield
        _edit(edited, "openapi.yaml", "It is trusted", "It is trusted now")
        yield

    follow(Watcher(edited, lines.append), changes())
    assert len(lines) == 2


@pytest.mark.parametrize(
    "error", [RuntimeError("no such\nthing"), RecursionError("too deep"), OSError(24, "Too many open files")]
)
def test_no_exception_ends_the_watching(edited: Engine, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """It is one line; the last good state answers, and the next good edit is taken over."""
    lines: list[str] = []
    build = watch.build_engine

    def fail(*_: Any) -> Engine:
        raise error

    def changes() -> Iterator[None]:
        monkeypatch.setattr(watch, "build_engine", fail)
        _edit(edited, "openapi.yaml", "Device trusted successfully", "It is trusted")
        yield
        assert edited.trouble
        monkeypatch.setattr(watch, "build_engine", build)
        _edit(edited, "openapi.yaml", "It is trusted", "It is trusted now")
        yield

    follow(Watcher(edited, lines.append), changes())
    assert len("\n".join(lines).splitlines()) == 2
    assert lines[0].startswith(f"kept the last good state: internal error: {type(error).__name__}: ")
    assert lines[1].startswith("reloaded")
    assert not edited.trouble


def test_a_line_that_cannot_be_made_ends_nothing(
    edited: Engine, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The new state is in use; the exception is one line on standard error, once."""

    def fail(_: Engine) -> str:
        raise ValueError("no line")

    monkeypatch.setattr(watch, "_outdated", fail)
    watcher = Watcher(edited, print)
    _edit(edited, "openapi.yaml", "Device trusted successfully", "It is trusted")
    follow(watcher, [1, 2])
    assert capfd.readouterr().err.startswith("mockserver: internal error in the watch thread: ValueError: no line (")


def _contract(folder: Path, reference: str) -> str:
    """A contract whose one schema stands in another file."""
    operation = f"responses: {{'200': {{description: it, content: {{application/json: {{schema: {reference}}}}}}}}}"
    text = f"openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths:\n  /it:\n    get: {{{operation}}}\n"
    (folder / "api.yaml").write_text(text, encoding="utf-8")
    return str(folder / "api.yaml")


def test_a_new_folder_of_referenced_files_is_watched(build: Build, tmp_path: Path) -> None:
    """Also where the reference is written before its file: the file counts once it is there."""
    engine = build(Settings(_contract(tmp_path, "{type: string}"), auth="off"))
    lines: list[str] = []
    parts = tmp_path / "new parts" / "schemas"

    def changes() -> Iterator[None]:
        assert watcher.folders == {tmp_path}
        _contract(tmp_path, "{$ref: 'new parts/schemas/it.yaml'}")
        yield
        assert "cannot be read" in lines[-1]
        assert watcher.folders == {tmp_path}
        parts.mkdir(parents=True)
        yield
        assert watcher.folders == {tmp_path, parts}
        (parts / "it.yaml").write_text("type: [integer, ]: no", encoding="utf-8")
        yield
        assert "it.yaml:1" in lines[-1]
        (parts / "it.yaml").write_text("{type: integer, const: 7}", encoding="utf-8")
        yield
        assert (Ask(engine, None)("GET", "/it").json, watcher.folders) == (7, {tmp_path, parts})
        (parts / "it.yaml").write_text("{type: integer, const: 8}", encoding="utf-8")
        yield

    watcher = Watcher(engine, lines.append)
    follow(watcher, changes())
    assert Ask(engine, None)("GET", "/it").json == 8
    assert [line.partition(",")[0].partition(":")[0] for line in lines] == [
        *(["kept the last good state"] * 2),
        *(["reloaded"] * 2),
    ]


def test_files_that_vanish_and_come_back_are_taken_over(edited: Engine) -> None:
    """Replaced by renaming, as editors do; gone with their folder and back, as version control does; or new ones."""
    lines: list[str] = []
    folder = next(path.parent for path in edited.files if path.name == "devices.yaml")
    devices, aside = folder / "devices.yaml", folder.with_name("aside")

    def changes() -> Iterator[None]:
        written = devices.with_name("devices.yaml.tmp")
        written.write_bytes(devices.read_bytes() + b"\n")
        written.replace(devices)
        yield
        folder.rename(aside)
        yield
        aside.rename(folder)
        yield
        (folder / "more.yaml").write_text("users: []\n", encoding="utf-8")
        yield
        assert folder / "more.yaml" in edited.files

    watcher = Watcher(edited, lines.append)
    follow(watcher, changes())
    assert [line.split()[0] for line in lines] == ["reloaded,", "kept", "reloaded,", "reloaded,"]


def test_folders_of_a_new_state_are_followed(edited: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The change stream is opened anew for other folders, and again where a folder vanished or none can be watched."""
    asked: list[frozenset[Path]] = []
    watcher = Watcher(edited, print)

    def watched(*folders: Path, **_: Any) -> Iterator[set[Any]]:
        asked.append(frozenset(folders))
        if len(asked) == 2:
            raise FileNotFoundError(2, "No such file or directory")
        yield set()
        yield set()

    monkeypatch.setattr("watchfiles.watch", watched)
    monkeypatch.setattr(watch, "_SECOND", 0)
    changes = changes_of(watcher)
    first = watcher.folders
    next(changes)
    edited.settings = replace(edited.settings, fixtures=(Path("/"),))
    for _ in range(3):
        next(changes)
    assert asked == [first, first | {Path("/")}, first | {Path("/")}]
