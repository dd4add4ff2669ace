"""A small contract of notes that uses every verb; nothing in it is special to the bundled one."""

from __future__ import annotations

from typing import Any

from tests.support import answers, document, json_body, path_parameter

NOTE = {"$ref": "#/components/schemas/Note"}
_DETAIL = {"type": "object", "required": ["detail"], "properties": {"detail": {"type": "string"}}}
ERROR = (_DETAIL, {"detail": "as the contract has it"})
SCHEMAS = {
    "Note": {
        "type": "object",
        "required": ["id", "text"],
        "properties": {
            "id": {"type": "string"},
            "text": {"type": "string"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "pinned": {"type": "boolean"},
            "pinnedUntil": {"type": "string", "format": "date-time"},
            "gone": {"type": "string", "format": "date-time"},
            "place": {"type": "string"},
        },
    }
}


def _query(name: str, kind: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": kind}}


LISTED = {
    "type": "object",
    "required": ["notes"],
    "properties": {
        "notes": {"type": "array", "items": NOTE},
        "total": {"type": "integer"},
        "more": {"type": "boolean"},
        "next": {"type": "string"},
    },
}
PATHS: dict[str, Any] = {
    "/notes": {
        "get": {
            "operationId": "listNotes",
            "parameters": [
                _query("tag", "string"),
                _query("limit", "integer"),
                _query("offset", "integer"),
                _query("page", "integer"),
                _query("after", "string"),
            ],
            "responses": answers(LISTED, {"notes": []}),
        },
        "post": {
            "operationId": "createNote",
            "requestBody": json_body({"type": "object"}),
            "responses": answers(NOTE, status=201, _409=ERROR, _400=ERROR),
        },
    },
    "/notes/{id}": {
        "parameters": [path_parameter()],
        "get": {"operationId": "getNote", "responses": answers(NOTE, _404=ERROR)},
        "put": {
            "operationId": "putNote",
            "requestBody": json_body({"type": "object"}),
            "responses": answers(NOTE, _404=ERROR, _400=ERROR),
        },
        "patch": {
            "operationId": "patchNote",
            "requestBody": json_body({"type": "object"}),
            "responses": answers(NOTE, _404=ERROR, _400=ERROR),
        },
        "delete": {
            "operationId": "removeNote",
            "responses": {
                "204": {"description": "gone"},
                **{k: v for k, v in answers(_404=ERROR).items() if k == "404"},
            },
        },
    },
}
DOCUMENT = document(PATHS, SCHEMAS)
FIND = {"find": {"notes": {"id": "$path.id"}}}
BEHAVIOURS: dict[str, Any] = {
    "periods": {"pin": "P1D"},
    "collections": {
        "notes": {
            "schema": "#/components/schemas/Note",
            "expires": "gone",
            "lapses": {"pinnedUntil": {"pinned": False, "place": "$absent"}},
        }
    },
    "operations": {
        "listNotes": {
            "list": {"notes": {"tags": "$query.tag"}},
            "page": {
                "limit": "$query.limit",
                "offset": "$query.offset",
                "number": "$query.page",
                "after": "$query.after",
            },
            "reply": {"notes": "$records", "total": "$total", "more": "$more", "next": "$next"},
        },
        "createNote": {"create": {"notes": {"*": "$body"}}, "reply": "$record"},
        "getNote": {**FIND, "reply": "$record"},
        "putNote": {**FIND, "set": "$body", "reply": "$record"},
        "patchNote": {**FIND, "set": {"*": "$body"}, "reply": "$record"},
        "removeNote": {**FIND, "remove": {"notes": {"id": "$record.id"}}},
    },
}
FIXTURES = {
    "notes": [
        {"id": "1", "text": "one", "tags": ["a"]},
        {"id": "2", "text": "two", "tags": ["a", "b"]},
        {"id": "3", "text": "three", "tags": []},
        {"id": "4", "text": "four", "pinned": True, "pinnedUntil": "now+1d", "place": "top"},
        {"id": "5", "text": "five", "gone": "now+2d", "tags": ["b"]},
    ]
}


def behaviours(**operations: Any) -> dict[str, Any]:
    """The behaviours, with some operations behaving otherwise."""
    return {**BEHAVIOURS, "operations": {**BEHAVIOURS["operations"], **operations}}
