"""A release has one version and one changelog, and its workflows do what the pages say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import yaml

from contract_tests.cli import main as contract_tests
from docs_to_openapi.cli import main as docs_to_openapi
from mockserver import __version__
from mockserver.cli.commands import main as mockserver
from tests.support import ROOT

WORKFLOWS = {path.name: yaml.safe_load(path.read_text()) for path in (ROOT / ".github/workflows").glob("*.yml")}
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
VERSION = r"(\d+\.\d+\.\d+)"


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("packages/js/package.json", rf'^  "version": "{VERSION}"'),
        ("packages/js/package-lock.json", rf'\A\{{\s+"name": "flashback-mock",\s+"version": "{VERSION}"'),
        ("packages/js/src/version.ts", rf'VERSION = "{VERSION}"'),
        ("examples/package.json", rf'"flashback-mock": "\^{VERSION}"'),
        ("docs/ci.md", rf"flashback-mock@v{VERSION}|ref: v{VERSION}"),
        ("ci-templates/contract-tests.gitlab-ci.yml", rf"/v{VERSION}/|=={VERSION}|_mock-{VERSION}-py3"),
        ("mockserver/control/openapi.yaml", rf"version: {VERSION}, contract"),
    ],
)
def test_the_version_is_the_same_everywhere(path: str, pattern: str) -> None:
    """That of the package, which the project file reads."""
    found = re.findall(pattern, (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
    versions = {part for one in found for part in ([one] if isinstance(one, str) else one) if part}
    assert versions == {__version__}
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert PROJECT["tool"]["hatch"]["version"]["path"] == "mockserver/__init__.py"


@pytest.mark.parametrize("command", [mockserver, contract_tests, docs_to_openapi])
def test_each_command_prints_its_version(
    command: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line, with its name."""
    with suppress(SystemExit):
        command(["--version"])
    name = command.__module__.partition(".")[0].replace("_", "-")
    assert capsys.readouterr().out == f"{name} {__version__}\n"


def test_the_changelog_has_the_form_of_keep_a_changelog() -> None:
    """Unreleased first, then versions with their date; the kinds of changes have the usual names."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "https://keepachangelog.com" in text
    versions = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert versions[0] == "[Unreleased]"
    assert [one for one in versions[1:] if not re.fullmatch(rf"\[{VERSION}\] - \d{{4}}-\d\d-\d\d", one)] == []
    kinds = set(re.findall(r"^### (.*)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_workflows_may_do_no_more_than_they_need() -> None:
    """Reading is the default, writing belongs to single jobs, each job has an end, and no value is part of a script."""
    assert WORKFLOWS.keys() == {"tests.yml", "release.yml"}
    for name, workflow in WORKFLOWS.items():
        assert workflow["permissions"] == {"contents": "read"}, name
        for job in workflow["jobs"].values():
            assert job["timeout-minutes"] <= 45
            assert not [step["run"] for step in job["steps"] if "${{" in step.get("run", "")]
    writing = {
        name: job["permissions"] for name, job in WORKFLOWS["release.yml"]["jobs"].items() if "permissions" in job
    }
    assert writing == {"pypi": {"id-token": "write"}, "npm": {"id-token": "write"}, "github": {"contents": "write"}}


def test_the_tests_run_on_every_supported_python_and_system() -> None:
    """As the project's classifiers say."""
    matrix = WORKFLOWS["tests.yml"]["jobs"]["platforms"]["strategy"]["matrix"]
    named = [one.rpartition(" ")[2] for one in PROJECT["project"]["classifiers"] if ":: Python :: 3." in one]
    assert matrix["python"] == named
    assert {one.partition("-")[0] for one in matrix["os"]} == {"ubuntu", "macos", "windows"}
    assert PROJECT["project"]["requires-python"] == f">={named[0]}"
