"""Houses with rooms that are numbered below each house; none of the project's code in it."""

from __future__ import annotations

import itertools
from typing import Any

from tests.contract_tests.cases.running import api, get, ok, thing
from tests.contract_tests.small import JSON, Asked, Reply, Small

TEXT = {"type": "string", "minLength": 1, "maxLength": 40}
NUMBER = {"type": "integer", "minimum": 1}
HOUSE, ROOM = "/houses/{houseId}", "/houses/{houseId}/rooms/{number}"


class Hotel(Small):
    """The first room of every house is its number 1; `anywhere`: a room is found below any house."""

    def __init__(self, *, anywhere: bool = False) -> None:
        super().__init__()
        self.anywhere, self.numbers = anywhere, itertools.count(1)
        self.houses: dict[int, dict[str, Any]] = {}
        self.rooms: dict[int, dict[int, dict[str, Any]]] = {}

    def answer(self, asked: Asked) -> Reply:
        steps = asked.path.strip("/").split("/")
        if steps[0] != "houses" or len(steps) > 4 or steps[2:3] not in ([], ["rooms"]):
            return Reply(404, {"error": "path"})
        if len(steps) == 1:
            return self.listed(asked, self.houses)
        house = int(steps[1]) if steps[1].isdecimal() else 0
        if house not in self.houses:
            return Reply(404, {"error": "house"})
        if len(steps) == 2:
            return self.one(asked, self.houses, house)
        if len(steps) == 3:
            return self.listed(asked, self.rooms[house])
        number = int(steps[3]) if steps[3].isdecimal() else 0
        holder = next((rooms for rooms in self.rooms.values() if number in rooms), {}) if self.anywhere else {}
        own = self.rooms[house]
        return self.one(asked, own if number in own else holder, number)

    def listed(self, asked: Asked, records: dict[int, dict[str, Any]]) -> Reply:
        """The list, or a new record in it."""
        if asked.method in {"GET", "HEAD"}:
            return Reply(200, [*records.values()])
        if asked.method != "POST":
            return Reply(405, {"error": "method"}, {"Allow": "GET, POST"})
        body = asked.json
        name = body.get("name") if isinstance(body, dict) and body.keys() == {"name"} else None
        if not isinstance(name, str) or not 1 <= len(name) <= 40:
            return Reply(400, {"error": "name"})
        key = next(self.numbers) if records is self.houses else len(records) + 1
        records[key] = {"id" if records is self.houses else "number": key, "name": name}
        if records is self.houses:
            self.rooms[key] = {}
        return Reply(201, records[key])

    def one(self, asked: Asked, records: dict[int, dict[str, Any]], key: int) -> Reply:
        """A record, which may be removed."""
        if asked.method not in {"GET", "HEAD", "DELETE"}:
            return Reply(405, {"error": "method"}, {"Allow": "DELETE, GET"})
        if key not in records:
            return Reply(404, {"error": "record"})
        return Reply(200, records[key]) if asked.method != "DELETE" else Reply(204, records.pop(key) and None)


def contract_of_hotel() -> dict[str, Any]:
    """Its contract."""
    new = {"requestBody": {"required": True, "content": {JSON: {"schema": {
        **thing(name=TEXT), "additionalProperties": False}}}}}  # fmt: skip
    gone = {"204": {"description": "Removed"}}
    paths: dict[str, Any] = {}
    for path, word, key in ((HOUSE, "House", "id"), (ROOM, "Room", "number")):
        record = {**thing(name=TEXT, **{key: NUMBER})}
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        inside = [{"name": name, "in": "path", "required": True, "schema": NUMBER} for name in names]
        made = {"201": {"description": "Made", "content": {JSON: {"schema": record}}}}
        folder = {**get(f"list{word}s", ok({"type": "array", "items": record}) | REFUSED), "parameters": inside[:-1]}
        paths[path.rpartition("/")[0]] = folder | {
            "post": {"operationId": f"add{word}", **new, "responses": made | REFUSED}
        }
        paths[path] = {**get(f"show{word}", ok(record) | REFUSED), "parameters": inside} | {
            "delete": {"operationId": f"remove{word}", "responses": gone | REFUSED}
        }
    return api(paths)


REFUSED = {
    status: {"description": "Refused", "content": {JSON: {"schema": thing(error={"type": "string"})}}}
    for status in ("400", "404")
}
