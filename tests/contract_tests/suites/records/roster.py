"""People whose e-mail addresses are unique, as prose alone says it; none of the project's code in it."""

from __future__ import annotations

import itertools
import re
from typing import Any

from tests.contract_tests.cases.running import api, ok, thing
from tests.contract_tests.small import JSON, Asked, Reply, Small

RULE = "Makes a person. The e-mail address must not be in use by another person, compared without case (409)."
REPEATED = "A repeated request gets the first answer again.\nThe same key with another body is refused with 409."


class Roster(Small):
    """People by number; `broken` names its defects."""

    def __init__(self, *broken: str) -> None:
        super().__init__()
        self.broken, self.numbers = frozenset(broken), itertools.count(1)
        self.people: dict[str, dict[str, Any]] = {}
        self.done: dict[str, tuple[Any, Reply]] = {}

    def answer(self, asked: Asked) -> Reply:
        steps = asked.path.strip("/").split("/")
        if steps == ["people"]:
            if asked.method in {"GET", "HEAD"}:
                return Reply(200, [*self.people.values()])
            return self.make(asked) if asked.method == "POST" else Reply(405, {}, {"Allow": "GET, POST"})
        if len(steps) != 2 or steps[0] != "people" or steps[1] not in self.people:
            return Reply(404, {"error": "nobody"})
        if asked.method == "PUT":
            return self.refused(asked, steps[1]) or self.replace(steps[1], asked.json)
        if asked.method not in {"GET", "HEAD", "DELETE"}:
            return Reply(405, {}, {"Allow": "DELETE, GET, PUT"})
        return Reply(200, self.people[steps[1]]) if asked.method != "DELETE" else self.remove(steps[1])

    def make(self, asked: Asked) -> Reply:
        key = asked.headers.get("Idempotency-Key", "")
        if key in self.done and (self.done[key][0] == asked.json or "other body" in self.broken):
            return self.done[key][1]
        if key in self.done:
            return Reply(409, {"error": "the key was used"})
        if refusal := self.refused(asked):
            return refusal
        person = {"id": str(next(self.numbers)), **asked.json}
        self.people[person["id"]] = person
        reply = Reply(201, person, {"Location": f"/people/{person['id']}"})
        self.done |= {key: (asked.json, reply)} if key else {}
        return reply

    def refused(self, asked: Asked, own: str = "") -> Reply | None:
        body = asked.json
        if not isinstance(body, dict) or not re.fullmatch(r"[^@\s]+@[^@\s]+", str(body.get("email"))):
            return Reply(400, {"error": "email"})
        if not body.keys() <= {"email", "name"} or not isinstance(body.get("name", ""), str):
            return Reply(400, {"error": "name"})
        if self.is_taken(body["email"], own):
            return Reply(409, {"error": "email"})
        return None

    def is_taken(self, email: str, own: str) -> bool:
        same_case = "case" in self.broken
        return not ("replaced" in self.broken and own) and any(
            (person["email"] == email if same_case else person["email"].lower() == email.lower())
            for key, person in self.people.items()
            if key != own or "own" in self.broken
        )

    def replace(self, key: str, body: dict[str, Any]) -> Reply:
        self.people[key] = {"id": key, **body}
        return Reply(200, self.people[key])

    def remove(self, key: str) -> Reply:
        del self.people[key]
        return Reply(204)


def contract_of_roster() -> dict[str, Any]:
    """Its 409 has no description; that of making a person says what is unique."""
    email, name = {"type": "string", "format": "email"}, {"type": "string", "maxLength": 60}
    new = {"type": "object", "required": ["email"], "additionalProperties": False,
           "properties": {"email": email, "name": name}}  # fmt: skip
    person = {**thing(id={"type": "string"}, email=email), "additionalProperties": {}}
    person["properties"] = {**person["properties"], "name": name}
    refused = {status: {"description": ""} for status in ("400", "404", "409")}
    body = {"required": True, "content": {JSON: {"schema": new}}}
    key = {"name": "Idempotency-Key", "in": "header", "description": REPEATED, "schema": {"type": "string"}}
    made = {"201": ok(person)["200"], **refused}
    return api(
        {
            "/people": {
                "get": {"operationId": "listPeople", "responses": ok({"type": "array", "items": person})},
                "post": {"operationId": "addPerson", "description": RULE, "parameters": [key], "requestBody": body,
                         "responses": made},
            },
            "/people/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "get": {"operationId": "getPerson", "responses": {**ok(person), **refused}},
                "put": {"operationId": "putPerson", "requestBody": body, "responses": {**ok(person), **refused}},
                "delete": {"operationId": "removePerson", "responses": {"204": {"description": ""}, **refused}},
            },
        }
    )  # fmt: skip
