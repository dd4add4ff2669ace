"""The command over a contract and a service of their own, which counts what it gets."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from contract_tests.cli import main
from tests.contract_tests.small import TOKEN, Asked, Notes, Reply, contract_of_notes, serving

FEW = ["--examples", "1", "--token", TOKEN, "--budget", "100"]


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of the contract."""
    path = tmp_path_factory.mktemp("notes") / "notes.json"
    path.write_text(json.dumps(contract_of_notes()))
    return str(path)


def test_what_was_left_out_is_never_called(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By no stage: not the first look, nor discovery, generated inputs, sequences, the oracle or the end of the run,
    which names what it may not remove."""
    service = Notes()
    with serving(service) as url:
        assert main(["--target", url, "--spec", spec, *FEW, "--skip", "endSession", "--skip", "DELETE"]) == 0
    assert service.count("GET", "/session/end") == service.count("HEAD", "/session/end") == 0
    assert service.count("DELETE") == 0
    made = sorted(service.notes.keys() - {"n1", "n2", "n3"})
    printed = capsys.readouterr().out
    assert made
    (line,) = [line for line in printed.splitlines() if line.startswith("left behind: ")]
    assert ": every DELETE was left out" in line
    assert all(f"/notes/{name}" in line for name in made)


def test_own_leaves_no_trace(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By default on loopback: the notes that were there are as they were, though notes were changed and removed."""
    service = Notes()
    before = copy.deepcopy(service.notes)
    with serving(service) as url:
        assert main(["--target", url, "--spec", spec, *FEW, "--skip", "endSession"]) == 0
    assert service.notes == before
    assert min(service.count("POST"), service.count("PUT"), service.count("DELETE")) > 3
    first = capsys.readouterr().out.splitlines()[0]
    assert f"{url}, 5 operations of notes.json, safety own (reads; creates records" in first


class Expiring(Notes):
    """Takes the token for some requests only."""

    def __init__(self, requests: int) -> None:
        super().__init__()
        self.requests = requests

    def answer(self, asked: Asked) -> Reply:
        if len(self.log) > self.requests:
            self.tokens.clear()
        return super().answer(asked)


@pytest.mark.parametrize("requests", [12, 60])
def test_a_token_that_expires_in_mid_run_is_neither_green_nor_red(
    spec: str, requests: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 3, with the request at which it died; nothing counts as broken, and the rest isn't sent."""
    service = Expiring(requests)
    with serving(service) as url:
        assert main(["--target", url, "--spec", spec, *FEW, "--skip", "endSession", "--suite", "conformance"]) == 3
    printed = capsys.readouterr().out
    died = re.search(r"at request (\d+): \S+ \S+ was answered 401", printed)
    assert died
    assert requests < int(died[1]) < requests + 5  # not each request has the token
    assert " 0 failed" in printed
    assert len(service.log) < requests + 20


class Elsewhere(Notes):
    """Serves the API below another path."""

    def answer(self, asked: Asked) -> Reply:
        if not asked.path.startswith("/api/v2/"):
            return Reply(404, "no such page")
        return super().answer(replace(asked, path=asked.path.removeprefix("/api/v2")))


def test_a_wrong_base_path_is_named_with_the_right_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 3."""
    path = tmp_path / "notes.json"
    path.write_text(json.dumps({**contract_of_notes(), "servers": [{"url": "https://notes.example/api/v2"}]}))
    with serving(Elsewhere()) as url:
        assert main(["--target", url, "--spec", str(path), *FEW, "--skip", "endSession"]) == 3
    assert f"use --target {url}/api/v2" in capsys.readouterr().out


class Clerk(Notes):
    """Keeps its first operation to administrators."""

    def end(self, asked: Asked) -> Reply:
        return Reply(403, {"error": "administrators only"})


def test_one_403_is_a_matter_of_roles(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The next read shows that the token is accepted."""
    with serving(Clerk()) as url:
        assert main(["--target", url, "--spec", spec, *FEW, "--suite", "workflows"]) in {0, 1, 3}
    assert "refuses the token" not in capsys.readouterr().out


def test_a_run_that_checked_nothing_has_not_passed(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 3, and it says so."""
    with serving(Notes()) as url:
        assert main(["--target", url, "--spec", spec, *FEW, "--skip", "endSession", "--suite", "behaviours"]) == 3
    printed = capsys.readouterr().out
    assert "PASSED" not in printed
    assert "nothing could be checked" in printed


def test_a_reader_that_leaves_ends_the_run_quietly(spec: str) -> None:
    """As `contract-tests | head -1` does: no traceback, and its records are removed."""
    service = Notes()
    with serving(service) as url:
        flags = ["--target", url, "--spec", spec, *FEW, "--skip", "endSession", "--suite", "conformance"]
        command = [sys.executable, "-m", "contract_tests", *flags]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
        process.stderr.close()
        code = process.wait()
    assert (code, said) == (141, "")
    assert service.notes.keys() == {"n1", "n2", "n3"}


class Office(Expiring):
    """Gives a new token at each login; every one works for some requests."""

    def __init__(self, requests: int) -> None:
        super().__init__(requests)
        self.tokens, self.logins = set(), 0

    def answer(self, asked: Asked) -> Reply:
        if asked.path != "/login":
            return super().answer(asked)
        if asked.json != {"user": "ann", "password": "secret-of-ann"}:
            return Reply(403, {"error": "who?"})
        self.logins += 1
        self.requests = len(self.log) + 30
        self.tokens = {f"{TOKEN}-{self.logins}"}
        return Reply(200, {"data": {"token": f"{TOKEN}-{self.logins}"}})


def test_a_login_keeps_the_run_alive(
    spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fetches a token whenever the last one died; no output shows the password or a token."""
    monkeypatch.setenv("NOTES_PASSWORD", "secret-of-ann")
    settings = tmp_path / "contract-tests.toml"
    settings.write_text(
        '[login]\nurl = "/login"\npointer = "/data/token"\nbody = {user = "ann", password = "${NOTES_PASSWORD}"}\n'
    )
    service = Office(30)
    with serving(service) as url:
        flags = ["--skip", "endSession", "--config", str(settings), "--examples", "1", "--report", str(tmp_path)]
        flags += ["--suite", "conformance", "--suite", "workflows"]
        assert main(["--target", url, "--spec", spec, *flags]) == 0
    printed = capsys.readouterr().out
    assert service.logins > 3
    for text in (printed, *(path.read_text() for path in tmp_path.glob("*[!l]"))):
        assert "secret-of-ann" not in text
        assert TOKEN not in text


class Portal(Notes):
    """Leads whoever it doesn't know to a login, and refuses them elsewhere."""

    def answer(self, asked: Asked) -> Reply:
        return (
            Reply(302, None, {"Location": "/login"}) if asked.path == "/session/end" else Reply(403, {"error": "who?"})
        )


def test_a_redirect_to_a_login_does_not_hide_a_refused_token(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 3, though the first answer is neither 401 nor 403."""
    with serving(Portal()) as url:
        assert main(["--target", url, "--spec", spec, *FEW]) == 3
    assert "refuses the token" in capsys.readouterr().out
