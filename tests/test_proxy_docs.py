"""The commands of docs/proxy.md, with a backend that has half of a small contract."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.mockserver.upstream.scripted import Scripted, answer, started
from tests.support import ROOT, TIMEOUT, LiveMock

BLOCKS = re.findall(
    r"^```sh\n(.*?)^```", (ROOT / "docs/proxy.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)
NAMED = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
OK = {"200": {"description": "ok", "content": {"application/json": {"schema": NAMED}}}}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Half", "version": "1"},
    "paths": {
        "/orders": {"get": {"operationId": "listOrders", "tags": ["orders"], "responses": OK}},
        "/admin": {"get": {"operationId": "readAdmin", "tags": ["admin"], "responses": OK}},
    },
}


@pytest.fixture(scope="module")
def backend() -> Iterator[Scripted]:
    """A backend that has orders, and one path that the contract doesn't have."""
    backend, end = started()
    backend.answers |= {"/orders": answer({"name": 5}), "/old": answer({"old": True})}
    yield backend
    end()


def run(block: str, backend: Scripted, folder: Path) -> LiveMock:
    """A mock, started as the page says."""
    (folder / "api.yaml").write_text(json.dumps(DOCUMENT))
    _, command, *words = shlex.split(block.replace("http://localhost:8000", backend.url))
    return LiveMock(run=(command, *words), folder=folder).wait_until_started()


def pasted(block: str, mock: LiveMock) -> Any:
    """The JSON that a block prints."""
    script = block.replace("http://localhost:4010", mock.url)
    done = subprocess.run(["bash", "-ec", script], capture_output=True, text=True, timeout=TIMEOUT, check=True)
    return json.loads(done.stdout)


def test_the_settings_file_names_the_backend(backend: Scripted, tmp_path: Path) -> None:
    """`mockserver proxy` alone then starts the mock in front of it."""
    (tmp_path / "api.yaml").write_text(json.dumps(DOCUMENT))
    (tmp_path / "mockserver.toml").write_text(f'spec = "api.yaml"\nupstream = "{backend.url}"\nmock = ["tag:admin"]\n')
    mock = LiveMock(run=("proxy",), folder=tmp_path).wait_until_started()
    try:
        assert mock("GET", "/orders").headers["mock-by"].startswith("backend;")
        assert mock("GET", "/admin").headers["mock-by"].startswith("mock;")
    finally:
        mock.kill()


def test_the_mock_in_front_of_a_backend(backend: Scripted, tmp_path: Path) -> None:
    """It names what the backend does wrongly, answers what that doesn't have, and rules change while it runs."""
    first, broken, _, change = BLOCKS
    mock = run(first, backend, tmp_path)
    try:
        given = mock("GET", "/orders")
        assert (given.json, "response.body.name" in given.headers["mock-violations"]) == ({"name": 5}, True)
        assert mock("GET", "/admin").headers["mock-by"].startswith('mock; why="fallback: ')
        assert [one["operation"] for one in pasted(broken, mock)["requests"]] == ["listOrders"]
        assert pasted(change, mock)["rules"] == [{"operation": "tag:admin", "by": "mock"}]
        assert "the rule 'tag:admin'" in mock("GET", "/admin").headers["mock-by"]
    finally:
        mock.kill()


def test_the_mock_that_passes_on_what_is_done(backend: Scripted, tmp_path: Path) -> None:
    """The operations of a rule, and paths that the contract doesn't have."""
    mock = run(BLOCKS[2], backend, tmp_path)
    try:
        assert mock("GET", "/orders").json == {"name": 5}
        assert mock("GET", "/old").json == {"old": True}
        assert mock("GET", "/admin").headers["mock-by"] == 'mock; why="no rule names the operation"'
    finally:
        mock.kill()
