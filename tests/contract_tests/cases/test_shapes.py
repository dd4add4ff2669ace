"""Contracts of unusual shapes end in good order: without links, lists, reads or records, and with members that only a
server sets."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.contract_tests.cases.running import api, command, get, ok, run, thing
from tests.contract_tests.small import TOKEN, Asked, Notes, Reply, Table, contract_of_notes

TEXT = {"type": "string"}
MADE = {"201": {"description": "Made"}}
BODY = {"required": True, "content": {"application/json": {"schema": thing(n={"type": "integer"})}}}
Q = {"name": "q", "in": "query", "required": True, "schema": {"enum": ["a", "b"]}}


def post(name: str, responses: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A path item that is posted to."""
    return {"post": {"operationId": name, "responses": responses or {"204": {"description": "Done"}}, **more}}


def taken(asked: Asked) -> Reply:
    """Takes what the contract asks for."""
    is_json = asked.headers.get("Content-Type", "").startswith("application/json")
    body = asked.json
    is_right = (
        is_json and isinstance(body, dict) and type(body.get("n")) in {int, float} and body["n"] == int(body["n"])
    )
    return Reply(201, raw=b"") if is_right else Reply(400, {"error": "n"})


def found(asked: Asked) -> Reply:
    """Finds nothing, but wants to be asked."""
    return Reply(200, []) if asked.query in {"q=a", "q=b"} else Reply(400, {"error": "q"})


SHAPES: dict[str, tuple[dict[str, Any], dict[str, Any], int]] = {
    "one read": (api({"/health": get("health", ok(thing(up=TEXT)))}), {"GET /health": Reply(200, {"up": "yes"})}, 0),
    "no reads": (
        api({"/jobs": post("startJob", {**MADE, "400": {"description": "Bad"}}, requestBody=BODY)}),
        {"POST /jobs": taken},
        0,
    ),
    "an action": (api({"/restart": post("restart")}), {"POST /restart": Reply(204)}, 3),  # which is never called
    "a search": (
        api({"/search": get("search", {**ok({"type": "array"}), "400": {"description": "Bad"}}, Q)}),
        {"GET /search": found},
        0,
    ),
    "an empty list": (
        api({
            "/things": get("listThings", ok({"type": "array", "items": thing(id=TEXT)})),
            "/things/{id}": get("getThing", {**ok(thing(id=TEXT)), "404": {"description": "None"}},
                                {"name": "id", "in": "path", "required": True, "schema": TEXT}),
        }),
        {"GET /things": Reply(200, [])},
        0,
    ),
    "no operations": (api({}), {}, 3),
    "only webhooks": (
        api({}, openapi="3.1.0", webhooks={"made": post("onMade", requestBody=BODY)}),
        {},
        3,
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_no_shape_of_a_contract_is_an_error_of_ours(shape: str, tmp_path: Path) -> None:
    """What can't be checked is said, with the reason; exit 3 only where there is nothing to check."""
    document, table, code = SHAPES[shape]
    ran = run(Table(table), document, tmp_path)
    assert (ran.code, ran.broken()) == (code, [])
    assert "INTERNAL ERROR" not in ran.printed
    reasons = [one["reason"] for one in ran.report["promises"] if one["outcome"] == "not checked"]
    assert all(reasons)
    assert not [reason for reason in reasons if "parameter set" in reason]  # which are pytest's words


def with_one_schema(version: str) -> dict[str, Any]:
    """The contract of the notes, with one schema for requests and answers."""
    document = copy.deepcopy(contract_of_notes())
    note = {
        "type": "object",
        "required": ["id", "text", "secret"],
        "properties": {
            "id": {"type": "string", "readOnly": True},
            "text": {"type": "string", "minLength": 1, "maxLength": 40},
            "secret": {"type": "string", "writeOnly": True, "minLength": 1, "maxLength": 40},
        },
    }
    document["components"]["schemas"] = {"Note": note}
    reference = {"$ref": "#/components/schemas/Note"}
    whole = {"application/json": {"schema": reference}}
    paths = document["paths"]
    del paths["/session/end"]
    paths["/notes"]["get"]["responses"]["200"]["content"] = {
        "application/json": {"schema": {"type": "array", "items": reference}}
    }
    paths["/notes"]["post"]["requestBody"]["content"] = whole
    paths["/notes"]["post"]["responses"]["201"]["content"] = whole
    for method in ("get", "put"):
        paths["/notes/{id}"][method]["responses"]["200"]["content"] = whole
    paths["/notes/{id}"]["put"]["requestBody"]["content"] = whole
    return {**document, "openapi": version}


class OneSchema(Notes):
    """Wants a secret that it never shows; an id in a request is ignored, or refused."""

    def __init__(self, *, refuses: bool) -> None:
        super().__init__()
        self.refuses = refuses

    def refused(self, asked: Asked) -> Reply | None:
        note = asked.json
        if not asked.headers.get("Content-Type", "").startswith("application/json"):
            return Reply(415, {"error": "JSON, please"})
        texts = [note.get(name) for name in ("text", "secret")] if isinstance(note, dict) else [None]
        is_right = all(isinstance(text, str) and 1 <= len(text) <= 40 for text in texts)
        is_right = is_right and isinstance(note.get("id", ""), str) and not (self.refuses and "id" in note)
        return None if is_right else Reply(400, {"error": "text"})


@pytest.mark.parametrize(("version", "refuses"), [("3.0.3", False), ("3.1.0", True)])
def test_members_that_one_side_sets_bind_that_side_alone(version: str, refuses: bool, tmp_path: Path) -> None:
    """`readOnly` and `required` bind answers, `writeOnly` and `required` requests; a server may ignore or refuse an id
    that is sent."""
    service = OneSchema(refuses=refuses)
    suites = ["--suite", "conformance", "--suite", "records" if refuses else "oracle"]
    ran = run(service, with_one_schema(version), tmp_path, "--token", TOKEN, *suites)
    assert (ran.code, ran.broken()) == (0, [])
    assert sorted(service.notes) == ["n1", "n2", "n3"]
    assert service.count("POST") > 5


class Leaky(OneSchema):
    """Shows the secret of a note that was made."""

    def make(self, note: dict[str, Any]) -> Reply:
        reply = super().make(note)
        reply.value = {**reply.value, "secret": note["secret"]}
        return reply


def test_a_member_that_only_a_client_sets_is_not_shown(tmp_path: Path) -> None:
    """By the operation that shows it."""
    ran = run(Leaky(refuses=False), with_one_schema("3.0.3"), tmp_path, "--token", TOKEN, "--suite", "conformance")
    assert ran.code == 1
    assert {said.split(":")[0] for _, said, _ in ran.broken()} == {"createNote"}
    assert any("/secret" in said for _, said, _ in ran.broken())


def test_a_range_of_media_types_takes_each_of_them(tmp_path: Path) -> None:
    """`*/*` is kept by a server that reads JSON called `text/plain`: here by the mock."""
    body = {"content": {"*/*": {"schema": thing(name={"type": "string"})}}}
    done = {"default": {"description": "Done", "content": {"*/*": {"schema": {"type": "string"}}}}}
    (tmp_path / "api.json").write_text(
        json.dumps(api({"/anything": {"post": {"operationId": "anything", "requestBody": body, "responses": done}}}))
    )
    ran = command("--spec", str(tmp_path / "api.json"), "--suite", "conformance", report=tmp_path / "report")
    assert (ran.code, ran.outcome("generated_inputs[anything]")) == (0, "kept")
