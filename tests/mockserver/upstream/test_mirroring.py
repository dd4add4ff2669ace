"""The backend's records in the world, and the mock's changes over the backend's answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from mockserver.exchange.building import build_engine
from mockserver.settings import Settings, Upstream
from mockserver.upstream.mirror import Seen, laid
from mockserver.upstream.route import Rule
from tests.conftest import Build
from tests.mockserver.upstream.scripted import Came, Scripted, answer
from tests.support import Ask

Beside = Callable[..., Ask]
REAL = {
    "id": "real-1",
    "deviceName": "Real",
    "deviceType": "DESKTOP",
    "os": "Plan 9",
    "browser": "Mothra",
    "ipAddress": "203.0.113.1",
    "country": "Switzerland",
    "city": "Bern",
    "isTrusted": True,
    "trustLevel": "HIGH",
    "lastSeen": "2026-01-10T12:00:00Z",
    "createdAt": "2025-01-10T12:00:00Z",
    "trustExpiresAt": "2027-01-10T12:00:00Z",
}
OTHER = {**REAL, "id": "real-2", "deviceName": "Other"}


def listed(*devices: dict[str, Any]) -> bytes:
    """The backend's list of devices."""
    return answer({"success": True, "devices": list(devices)})


def names(ask: Ask) -> dict[str, Any]:
    """The names and the trust of the listed devices."""
    given = ask("GET", "/devices")
    assert given.status == 200
    return {one["deviceName"]: one["isTrusted"] for one in given.json["devices"]}


def test_a_mocked_operation_finds_a_record_that_the_backend_showed(beside: Beside, backend: Scripted) -> None:
    """Before that it doesn't; and the backend's next answer passes as it is."""
    backend.answers["/devices"] = listed(REAL)
    ask = beside(fallback=True)
    assert ask("POST", "/devices/real-1/untrust").status == 404
    assert names(ask) == {"Real": True}
    assert ask("POST", "/devices/real-1/untrust").status == 200
    assert ask.records("devices")["real-1"]["isTrusted"] is False
    assert names(ask) == {"Real": True}


def test_changes_are_laid_over_later_answers(beside: Beside, backend: Scripted) -> None:
    """Of the same records, in lists and alone, and explained; fields that nobody changed are the backend's."""
    backend.answers["/devices"] = listed(REAL, OTHER)
    ask = beside(fallback=True, overlay=True)
    names(ask)
    ask("POST", "/devices/real-1/untrust")
    backend.answers["/devices"] = listed({**REAL, "deviceName": "Renamed"}, OTHER)
    given = ask("GET", "/devices")
    first, second = given.json["devices"]
    assert (first["deviceName"], first["isTrusted"], "trustExpiresAt" in first) == ("Renamed", False, False)
    assert second == OTHER
    assert "the mock's changes of 1 are laid over" in given.headers["mock-by"]
    backend.answers["/devices/real-1"] = answer({"success": True, "device": {**REAL, "sessions": []}})
    assert ask("GET", "/devices/real-1").json["device"]["isTrusted"] is False


def test_what_the_mock_removed_stays_removed(beside: Beside, backend: Scripted) -> None:
    """A list leaves it out, and the mock answers for the record itself."""
    backend.answers["/devices"] = listed(REAL, OTHER)
    backend.answers["GET /devices/real-1"] = answer({"success": True, "device": {**REAL, "sessions": []}})
    ask = beside(fallback=True, overlay=True)
    names(ask)
    assert ask("DELETE", "/devices/real-1").status == 200
    assert names(ask) == {"Other": True}
    gone = ask("GET", "/devices/real-1")
    assert (gone.status, gone.headers["mock-by"].startswith("mock;")) == (404, True)


def test_what_the_backend_changes_is_no_change_of_the_mock(beside: Beside, backend: Scripted) -> None:
    """A forwarded write is taken into the world, and laid over nothing."""
    backend.answers["/devices"] = listed({**REAL, "isTrusted": False, "trustLevel": "UNKNOWN"})
    backend.answers["POST /devices/real-1/untrust"] = answer({"success": True, "message": "ok"})
    ask = beside(fallback=True, overlay=True)
    backend.answers["/devices"] = listed(REAL)
    names(ask)
    ask("POST", "/devices/real-1/untrust")
    assert ask.records("devices")["real-1"]["isTrusted"] is False
    given = ask("GET", "/devices")
    assert given.json["devices"] == [REAL]
    assert ask.records("devices")["real-1"]["isTrusted"] is True


def test_what_the_backend_no_longer_lists_is_gone(beside: Beside, backend: Scripted) -> None:
    """From the world as well; the records of the fixtures stay."""
    backend.answers["/devices"] = listed(REAL, OTHER)
    ask = beside(fallback=True)
    names(ask)
    backend.answers["/devices"] = listed(REAL)
    names(ask)
    assert {"real-1", "dev-01"} <= ask.records("devices").keys()
    assert "real-2" not in ask.records("devices")


def test_a_reset_forgets_what_was_shown(beside: Beside, backend: Scripted) -> None:
    """Nothing is laid over the answers of a world that began anew."""
    backend.answers["/devices"] = listed(REAL)
    ask = beside(fallback=True, overlay=True)
    names(ask)
    ask("POST", "/devices/real-1/untrust")
    ask.engine.reset("main")
    assert names(ask) == {"Real": True}


def test_a_store_asks_the_backend_once(beside: Beside, backend: Scripted, tmp_path: Path) -> None:
    """A request whose world was changed by another process meanwhile is answered again, from what the backend said."""
    backend.answers["/devices"] = listed(REAL)
    backend.answers["POST /devices/real-1/untrust"] = answer({"success": True, "message": "ok"})
    ask = beside(store=f"sqlite:{tmp_path}/worlds.db", fallback=True, overlay=True)
    assert names(ask) == {"Real": True}
    other = build_engine(ask.engine.settings)

    def meddling(_: Came) -> list[bytes]:
        other.store.update("main", lambda world: world.put("devices", {**REAL, "id": "meddled", "userId": "alice"}))
        return [listed(REAL)]

    backend.answers["/devices"] = meddling
    assert names(ask) == {"Real": True}
    assert ask("POST", "/devices/real-1/untrust").status == 200
    assert [came.method for came in backend.came] == ["GET", "GET", "POST"]
    assert other.backend is not None
    other.backend.close()


def test_files_that_change_leave_the_backend_in_place(beside: Beside, backend: Scripted) -> None:
    """With the rules that were changed meanwhile, and the records that it showed."""
    backend.answers["/devices"] = listed(REAL)
    engine = beside(fallback=True).engine
    ask = Ask(engine)
    names(ask)
    assert engine.backend is not None
    engine.backend.router.change(replace(engine.backend.router.routes, rules=(Rule("untrustDevice", "mock"),)))
    fresh = build_engine(engine.settings)
    engine.adopt(fresh)
    assert ask("POST", "/devices/real-1/untrust").headers["mock-by"].startswith('mock; why="the rule')
    assert names(ask) == {"Real": True}


def test_a_backend_alone_is_not_mirrored(beside: Beside, backend: Scripted) -> None:
    """Where the mock answers nothing, its worlds needn't know anything."""
    backend.answers["/devices"] = listed(REAL)
    ask = beside()
    names(ask)
    assert "real-1" not in ask.records("devices")


PET = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
}
LIMIT = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}


def pets(status: str, schema: Any) -> dict[str, Any]:
    """The responses of an operation on pets."""
    return {status: {"description": "ok", "content": {"application/json": {"schema": schema}}}}


PETS = {
    "openapi": "3.1.0",
    "info": {"title": "Pets", "version": "1"},
    "paths": {
        "/pets": {
            "get": {
                "operationId": "list",
                "parameters": [LIMIT],
                "responses": pets("200", {"type": "array", "items": PET}),
            },
            "post": {
                "operationId": "add",
                "requestBody": {"content": {"application/json": {"schema": {**PET, "required": ["name"]}}}},
                "responses": pets("201", PET),
            },
        },
        "/pets/{id}": {
            "get": {"operationId": "get", "parameters": [ID], "responses": pets("200", PET)},
            "delete": {"operationId": "remove", "parameters": [ID], "responses": {"204": {"description": "ok"}}},
        },
    },
}


def test_any_contract_has_one_picture(backend: Scripted, build: Build, tmp_path: Path) -> None:
    """Behaviours that were inferred tell where an answer has records: here in a plain list, which may be cut."""
    (tmp_path / "pets.json").write_text(json.dumps(PETS))
    upstream = Upstream(url=backend.url, first=True, fallback=True, overlay=True)
    ask = Ask(build(Settings(spec=str(tmp_path / "pets.json"), upstream=upstream)), None)
    first, second = {"id": 71, "name": "A"}, {"id": 72, "name": "B"}
    backend.answers["GET /pets"] = answer([first, second])
    ask("GET", "/pets")
    made = ask("POST", "/pets", json={"name": "C"}).json
    assert ask("DELETE", "/pets/72").status == 204
    assert ask("GET", "/pets").json == [first, made]
    backend.answers["GET /pets"] = answer([first])
    assert ask("GET", "/pets", query="limit=1").json == [first]
    assert ask("GET", f"/pets/{made['id']}").json == made
    assert ask.engine.backend is not None
    ask.engine.backend.close()


@pytest.mark.parametrize(
    ("theirs", "before", "ours", "result"),
    [
        ({"a": 1}, None, None, {"a": 1}),
        ({"a": 2}, {"a": 1}, {"a": 1, "b": 5}, {"a": 2, "b": 5}),
        ({"a": 2}, {"a": 1}, {"a": 9}, {"a": 9}),
        ({"a": 2, "b": 1}, {"a": 1, "b": 1}, {"a": 1}, {"a": 2}),
        ({"a": 2}, None, {"a": 1, "b": 1}, {"a": 2, "b": 1}),
    ],
)
def test_what_was_changed_here_is_kept(theirs: Any, before: Any, ours: Any, result: Any) -> None:
    """A field that differs from what the backend showed before is the mock's; all others are the backend's."""
    assert laid(theirs, before, ours) == result


def test_what_the_backend_showed_is_bounded() -> None:
    """The world used least recently is forgotten first."""
    seen = Seen(2000)
    for world in ("a", "b", "a", "c"):
        seen.note(world, {("x", "1"): {"text": "y" * 500}})
    assert ([*seen.of("a")], [*seen.of("b")], [*seen.of("c")]) == ([("x", "1")], [], [("x", "1")])
