"""OpenAPI documents of the suite's schemas: each is the schema of one request body, in a file of its own or inline."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.conformance.suite import REMOTE, Group

_ID = re.compile(r'"\$id": "([^"]+)"')


def packed(groups: Iterable[Group]) -> list[list[Group]]:
    """The groups in as few documents as their `$id`s allow: each may stand in a document once."""
    documents: list[tuple[list[Group], set[str]]] = []
    for group in groups:
        own = set(_ID.findall(json.dumps(group.schema)))
        free = next((pair for pair in documents if pair[1].isdisjoint(own)), None)
        if free is None:
            documents.append(free := ([], set()))
        free[0].append(group)
        free[1].update(own)
    return [members for members, _ in documents]


def written(groups: Sequence[Group], folder: Path, remote: str, *, inline: bool) -> Path:
    """The file of a document with an operation `POST /0`, `/1`, … for each group."""
    (folder / "schemas").mkdir(parents=True, exist_ok=True)
    schemas = [json.loads(json.dumps(group.schema).replace(REMOTE, remote)) for group in groups]
    for number, schema in enumerate(schemas):
        (folder / "schemas" / f"{number}.json").write_text(json.dumps(schema), encoding="utf-8")
    path = folder / "openapi.json"
    bodies = [
        _named(schema, number) if inline else {"$ref": f"schemas/{number}.json"}
        for number, schema in enumerate(schemas)
    ]
    path.write_text(json.dumps(_document(bodies)), encoding="utf-8")
    return path


def _named(schema: Any, number: int) -> Any:
    """The schema with an `$id`, below which `#` is the schema itself."""
    return {"$id": f"urn:suite:{number}", **schema} if isinstance(schema, dict) else schema


def _document(bodies: Sequence[Any]) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": "Conformance", "version": "1"},
        "paths": {f"/{number}": {"post": _operation(number, body)} for number, body in enumerate(bodies)},
    }


def _operation(number: int, body: Any) -> dict[str, Any]:
    return {
        "operationId": f"check{number}",
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {"204": {"description": "valid"}, "422": {"description": "invalid"}},
    }
