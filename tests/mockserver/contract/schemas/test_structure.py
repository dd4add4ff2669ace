"""The structure of documents: what is refused, what is noted, what is neither."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockserver.contract.contract import load_contract
from mockserver.errors import DocumentError

OK = {"200": {"description": "OK"}}

HEAD = "openapi: VERSION\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get:\n"


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
@pytest.mark.parametrize(
    ("paths", "pointer", "message"),
    [
        (5, "/paths", "must be an object"),
        ([], "/paths", "must be an object"),
        ({"/a": []}, "/paths/~1a", "must be an object"),
        ({"/a": {"get": 5}}, "/paths/~1a/get", "must be an object"),
        ({"/a": {"get": {"responses": []}}}, "/paths/~1a/get/responses", "must be an object"),
        ({"/a": {"get": {"responses": OK, "parameters": {}}}}, "/paths/~1a/get/parameters", "must be a list"),
        ({"/a": {"get": {"responses": OK, "parameters": [{"in": "query"}]}}}, "/paths/~1a/get/parameters/0", "'name'"),
        (
            {"/a": {"get": {"responses": OK, "parameters": [{"name": "a", "in": "qeury", "schema": {}}]}}},
            "/paths/~1a/get/parameters/0/in",
            "did you mean",
        ),
        ({"/a": {"post": {"responses": OK, "requestBody": {}}}}, "/paths/~1a/post/requestBody", "'content'"),
        (
            {"/a": {"get": {"responses": {"200": {"description": "", "content": []}}}}},
            "/paths/~1a/get/responses/200/content",
            "must be an object",
        ),
        (
            {"/a": {"get": {"responses": {"200": {"description": "", "content": {"a/b": {"schema": {"allOf": 5}}}}}}}},
            "/paths/~1a/get/responses/200/content/a~1b/schema/allOf",
            "must be a list",
        ),
    ],
)
def test_what_cannot_be_served_is_refused(load: Any, version: str, paths: Any, pointer: str, message: str) -> None:
    """The error names the pointer, and says what should stand there."""
    with pytest.raises(DocumentError) as caught:
        load(paths, version)
    assert f"{pointer} " in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
def test_errors_carry_line_and_pointer(tmp_path: Path, version: str) -> None:
    """Each of the first errors is shown with file, line and pointer."""
    path = tmp_path / "api.yaml"
    path.write_text(
        HEAD.replace("VERSION", version) + "      responses: 7\n    post:\n      parameters: 8\n      responses: {}\n"
    )
    with pytest.raises(DocumentError) as caught:
        load_contract(path)
    lines = str(caught.value).splitlines()
    assert f"is not valid OpenAPI {version[:3]}" in lines[0]
    assert lines[1].strip().startswith(f"{path}:6: /paths/~1a/get/responses ")
    assert any(line.strip().startswith(f"{path}:8: /paths/~1a/post/parameters ") for line in lines)


@pytest.mark.parametrize(
    ("top", "pointer"),
    [
        (
            {"servers": [{"url": "http://{x}", "variables": {"x": {"default": "a", "enum": []}}}]},
            "/servers/0/variables/x/enum",
        ),
        ({"info": {"title": 5, "version": "1"}}, "/info/title"),
        ({"tags": [{"description": "no name"}]}, "/tags/0"),
    ],
)
def test_what_serving_does_not_need_is_noted(tmp_path: Path, top: dict[str, Any], pointer: str) -> None:
    """An empty list where values should stand, an odd title, a tag without a name: the document is served."""
    document = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/a": {"get": {"responses": OK}}}}
    path = tmp_path / "api.json"
    path.write_text(json.dumps({**document, **top}))
    assert any(f"{pointer} " in note for note in load_contract(path).notes)


def test_what_can_be_ignored_hides_no_error(load: Any) -> None:
    """Of two errors in one parameter the one that rejects the document is reported."""
    parameter = {"name": "q", "in": "querry", "schema": {"type": "strin"}}
    with pytest.raises(DocumentError, match=r"parameters/0/in must be one of.*did you mean .query"):
        load({"/a": {"get": {"parameters": [parameter], "responses": {}}}}, "3.0.3")


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
def test_paths_must_be_there(tmp_path: Path, version: str) -> None:
    """In 3.0 always; since 3.1 a document may have components or webhooks alone."""
    path = tmp_path / "api.yaml"
    path.write_text(f"openapi: {version}\ninfo: {{title: T, version: '1'}}\n")
    with pytest.raises(DocumentError, match="paths"):
        load_contract(path)


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
def test_a_document_without_info_is_served(tmp_path: Path, version: str) -> None:
    """No request and no answer hangs on it: a note says that it is missing."""
    path = tmp_path / "api.yaml"
    path.write_text(f"openapi: {version}\npaths: {{}}\n")
    assert any("'info' is required" in note for note in load_contract(path).notes)


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
@pytest.mark.parametrize(
    "operation",
    [
        {"responses": OK, "colour": "red"},
        {"responses": {"200": {"description": 5}}},
        {"responses": OK, "tags": "a"},
        {"responses": OK, "externalDocs": {"url": 5}},
        {"responses": OK, "parameters": [{"name": "a", "in": "query", "schema": {"required": True}}]},
        {"responses": OK, "parameters": [{"name": "a", "in": "query", "schema": {"type": "text"}}]},
        {"responses": OK, "parameters": [{"name": "a", "in": "query", "schema": {"minimum": "0"}}]},
        {"responses": OK, "parameters": [{"name": "a", "in": "query", "schema": {"properties": {"b": {"enum": 5}}}}]},
    ],
    ids=lambda operation: next(iter(set(operation) - {"responses"}), "response"),
)
def test_what_does_no_harm_is_noted(load: Any, version: str, operation: Any) -> None:
    """Unknown keys, missing descriptions and keywords without effect do not keep a document from being served."""
    contract = load({"/a": {"get": operation}}, version)
    assert contract.route("GET", "/a").operation
    assert contract.notes


def test_a_sound_document_has_no_notes() -> None:
    """Our own contract is read without a word."""
    assert load_contract(Path(__file__).resolve().parents[4] / "spec" / "openapi.yaml").notes == ()
