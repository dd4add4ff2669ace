"""Records that each user has under names of their own choice: another user may have one of the same name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.contract_tests.cases.running import api, ok, run, thing
from tests.contract_tests.small import JSON, Asked, Reply, Small

FLAGS = ("--suite", "access", "--token", "red-token", "--other-token", "blue-token")


class Drawers(Small):
    """Drawers by user and name; PUT makes or replaces one."""

    def __init__(self) -> None:
        super().__init__()
        self.drawers: dict[str, dict[str, Any]] = {"red-token": {}, "blue-token": {}}

    def answer(self, asked: Asked) -> Reply:
        mine, name = self.drawers.get(asked.token), asked.path.removeprefix("/drawers/")
        if mine is None:
            return Reply(401, {"error": "token"}, {"WWW-Authenticate": "Bearer"})
        if asked.path == "/drawers":
            return Reply(200, [*mine.values()]) if asked.method in {"GET", "HEAD"} else Reply(405, {}, {"Allow": "GET"})
        if asked.method == "PUT":
            body = asked.json
            return self.put(mine, name, body) if fits(body) else Reply(400, {"error": "label"})
        if asked.method not in {"GET", "HEAD", "DELETE"}:
            return Reply(405, {"error": "method"}, {"Allow": "GET, PUT, DELETE"})
        if name not in mine:
            return Reply(404, {"error": "no such drawer"})
        return Reply(200, mine[name]) if asked.method != "DELETE" else Reply(204, mine.pop(name) and None)

    def put(self, mine: dict[str, Any], name: str, body: dict[str, Any]) -> Reply:
        status = 200 if name in mine else 201
        mine[name] = {"name": name, **body}
        return Reply(status, mine[name])


class Shared(Drawers):
    """What one user puts is put for both of them, though 201 says that it is new."""

    def put(self, mine: dict[str, Any], name: str, body: dict[str, Any]) -> Reply:
        for other in self.drawers.values():
            if name in other:
                other[name] = {"name": name, **body}
        return super().put(mine, name, body)


def fits(body: Any) -> bool:
    """Whether a body is that of a drawer."""
    return isinstance(body, dict) and isinstance(body.get("label"), str) and len(body["label"]) > 2 and len(body) == 1


def contract_of_drawers() -> dict[str, Any]:
    """With a DELETE, by which what the other user makes can be removed again."""
    label = {"type": "string", "minLength": 3}
    new = {**thing(label=label), "additionalProperties": False}
    drawer = thing(name={"type": "string"}, label=label)
    refused = {status: {"description": "Refused"} for status in ("400", "401", "404")}
    named = {"name": "name", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[a-z]{3,9}$"}}
    body = {"required": True, "content": {JSON: {"schema": new}}}
    made = {**ok(drawer), "201": ok(drawer)["200"], **refused}
    one = {
        "parameters": [named],
        "get": {"operationId": "getDrawer", "responses": {**ok(drawer), **refused}},
        "put": {"operationId": "putDrawer", "requestBody": body, "responses": made},
        "delete": {"operationId": "removeDrawer", "responses": {"204": {"description": ""}, **refused}},
    }
    listing = {"get": {"operationId": "listDrawers", "responses": ok({"type": "array", "items": drawer}) | refused}}
    bearer = {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}}
    return api({"/drawers": listing, "/drawers/{name}": one}, components=bearer, security=[{"bearer": []}])


def test_another_user_may_have_a_record_of_the_same_name(tmp_path: Path) -> None:
    """It is removed again, and so is nothing else."""
    service = Drawers()
    service.drawers["blue-token"]["kept"] = {"name": "kept", "label": "kept"}
    found = run(service, contract_of_drawers(), tmp_path, *FLAGS)
    assert found.code == 0, found.printed
    assert found.outcome("records_of_another_user") == "kept"
    assert any(asked.method == "PUT" and asked.token == "blue-token" for asked in service.log)
    assert {user: [*one] for user, one in service.drawers.items()} == {"red-token": [], "blue-token": ["kept"]}


def test_a_write_of_another_user_that_changes_the_record_is_named(tmp_path: Path) -> None:
    """Though it was answered as if it had made a new one."""
    found = run(Shared(), contract_of_drawers(), tmp_path, *FLAGS)
    [(name, expected, _)] = found.broken()
    assert name == "records_of_another_user"
    assert expected.startswith("putDrawer to refuse to the other user")


def test_nothing_is_made_for_another_user_that_stays(tmp_path: Path) -> None:
    """Where the contract has no operation that removes it."""
    document, service = contract_of_drawers(), Drawers()
    del document["paths"]["/drawers/{name}"]["delete"]
    run(service, document, tmp_path, *FLAGS)
    assert not service.drawers["blue-token"]
