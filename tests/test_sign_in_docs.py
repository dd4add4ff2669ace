"""The page about sign-in works as a reader pastes it: its commands, and its app."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from mockserver import plain_yaml
from tests.support import ROOT, TIMEOUT, LiveMock

PAGE = (ROOT / "docs/sign-in.md").read_text(encoding="utf-8")
USERS = ROOT / "examples/sign-in/users.yaml"


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def mock() -> Iterator[LiveMock]:
    """The mock as the page starts it."""
    started = LiveMock(*_blocks("sh")[0].split()[2:]).wait_until_started()
    yield started
    started.kill()


def _run(mock: LiveMock, command: str) -> str:
    there = command.replace("localhost:4010", mock.url.removeprefix("http://"))
    done = subprocess.run(["bash", "-euc", there], capture_output=True, text=True, timeout=TIMEOUT, check=True)
    return done.stdout


def test_the_users_are_those_of_the_example() -> None:
    """The page shows the file."""
    assert _blocks("yaml") == [USERS.read_text(encoding="utf-8")]
    assert [user["name"] for user in plain_yaml.read(USERS)["users"]] == ["alice", "bob"]


def test_the_commands_work(mock: LiveMock) -> None:
    """A token by curl counts until the clock is moved; a missing scope is named as the page shows it."""
    get, advance = _blocks("sh")[1:]
    token = json.loads(_run(mock, get))["access_token"]
    assert mock("GET", "/notes", token).status == 200
    _run(mock, advance)
    assert mock("GET", "/notes", token).status == 401
    command, shown = _blocks("console")[0].removeprefix("$ ").split("\n", 1)
    assert set(shown.splitlines()) <= set(_run(mock, command).splitlines())


def test_authlib_signs_in(mock: LiveMock) -> None:
    """The app of the page gets in; time and scopes keep it out, and a refresh lets it in again."""
    mock.reset()
    names: dict[str, Any] = {}
    exec(_blocks("python")[0].replace("http://localhost:4010", mock.url), names)
    app = names["app"]
    assert (names["notes"], app.token["scope"]) == ([], "openid notes.read")
    assert app.post(f"{mock.url}/notes", json={"text": "hello"}).status_code == 403
    mock("POST", "/__mock__/worlds/main/clock/advance", None, json={"by": "PT1H"})
    assert app.get(f"{mock.url}/notes").status_code == 401
    app.refresh_token(f"{names['issuer']}/token")
    assert app.get(f"{mock.url}/notes").status_code == 200
    app.close()
