"""Files that are renamed by a change of their key, with members whose values a description alone lists."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from contract_tests.cli import main
from tests.contract_tests.small import JSON, Asked, Reply, Small, serving

KEY = re.compile(r"[a-z0-9-]{4,40}")
FORMATS = ("json", "text", "base64")


class Files(Small):
    """Files by their path: PUT makes and replaces one, PATCH gives it another path. `broken` names its defects."""

    def __init__(self, *broken: str) -> None:
        super().__init__()
        self.broken = frozenset(broken)
        self.files: dict[str, dict[str, Any]] = {"kept": {"content": "abc", "format": "text", "type": "file"}}

    def answer(self, asked: Asked) -> Reply:
        folder, _, path = asked.path.strip("/").partition("/")
        if folder != "files" or not path:
            return Reply(404, {"error": "path"})
        if not KEY.fullmatch(path):
            return Reply(400, {"error": "path"})
        if asked.method == "PUT":
            return self.put(path, asked.json)
        if path not in self.files:
            return Reply(404, {"error": "no such file"})
        return self.one(asked, path)

    def put(self, path: str, body: Any) -> Reply:
        if not isinstance(body, dict) or not all(isinstance(body.get(name, ""), str) for name in ("content", "format")):
            return Reply(400, {"error": "file"})
        if len(body.get("content", "")) > 50:
            return Reply(400, {"error": "content"})
        status = 200 if path in self.files else 201
        kind = body.get("format") if body.get("format") in FORMATS else "text"
        self.files[path] = {"content": body.get("content", ""), "format": kind, "type": "file"}
        return Reply(status, self.shown(path), {"Location": f"/files/{path}"})

    def one(self, asked: Asked, path: str) -> Reply:
        if asked.method in {"GET", "HEAD"}:
            wanted = [part[5:] for part in asked.query.split("&") if part.startswith("type=")]
            return Reply(200, self.shown(path)) if wanted in ([], ["file"]) else Reply(400, {"error": "bad type"})
        if asked.method == "DELETE":
            del self.files[path]
            return Reply(204)
        if asked.method != "PATCH":
            return Reply(405, {"error": "method"}, {"Allow": "DELETE, GET, PATCH, PUT"})
        new = asked.json.get("path") if isinstance(asked.json, dict) else None
        if not isinstance(new, str) or not KEY.fullmatch(new):
            return Reply(400, {"error": "path"})
        if new in self.files and new != path:
            return Reply(400, {"error": "there is such a file"})
        self.files[new] = self.files.pop(path)
        if "content" in self.broken:
            self.files[new]["content"] = ""
        return Reply(200, self.shown(new), {"Location": f"/files/{new}"})

    def shown(self, path: str) -> dict[str, Any]:
        return {"path": path, "name": f"{path}.txt", **self.files[path]}


def contract_of_files() -> dict[str, Any]:
    """The contract of `Files`."""
    text = {"type": "string"}
    members = {"path": text, "content": {**text, "maxLength": 50}, "name": text}
    listed = {"format": {**text, "description": "Its format (one of 'json', 'text', 'base64')"}}
    shown = {"type": "object", "required": ["path"], "properties": {**members, **listed, "type": text}}
    body = {"type": "object", "properties": {"content": members["content"], **listed}}
    patch = {"type": "object", "required": ["path"], "properties": {"path": {**text, "pattern": "^[a-z]{4,12}$"}}}

    def answers(*statuses: str) -> dict[str, Any]:
        file = {"description": "A file", "content": {JSON: {"schema": shown}}}
        return {one: file if one in {"200", "201"} else {"description": "Refused or done"} for one in statuses}

    def takes(schema: Any) -> dict[str, Any]:
        return {"requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}

    kind = {"name": "type", "in": "query", "schema": {**text, "enum": ["file", "folder"]}}
    key = {"name": "path", "in": "path", "required": True, "schema": {**text, "pattern": "^[a-z0-9-]{4,40}$"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Files", "version": "1"},
        "paths": {
            "/files/{path}": {
                "parameters": [key],
                "get": {"operationId": "readFile", "parameters": [kind], "responses": answers("200", "400", "404")},
                "put": {"operationId": "writeFile", "responses": answers("200", "201", "400"), **takes(body)},
                "patch": {"operationId": "renameFile", "responses": answers("200", "400", "404"), **takes(patch)},
                "delete": {"operationId": "removeFile", "responses": answers("204", "404")},
            }
        },
    }  # fmt: skip


def judged(files: Files, folder: Path, capsys: pytest.CaptureFixture[str], *flags: str) -> tuple[int, str]:
    """The exit code of a run over the files, and what it says."""
    spec = folder / "files.json"
    spec.write_text(json.dumps(contract_of_files()), encoding="utf-8")
    with serving(files) as url:
        code = main(["--target", url, "--spec", str(spec), "--examples=2", "--budget=120", *flags])
    return code, capsys.readouterr().out


def test_a_record_is_followed_to_its_new_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A change of the key is a new path; no alarm, and nothing of the run's own is left."""
    files = Files()
    code, said = judged(files, tmp_path, capsys, "--suite=records")
    assert code == 0, said
    assert any(asked.method == "PATCH" for asked in files.log)
    assert files.files == {"kept": {"content": "abc", "format": "text", "type": "file"}}


def test_what_a_renaming_loses_is_a_loss(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The content must come along."""
    code, said = judged(Files("content"), tmp_path, capsys, "--suite=records")
    assert code == 1
    assert "renameFile to leave content as it was" in said
