"""The steps of newcomers that take too long for each run of the tests: what they read, and what they skip."""

from __future__ import annotations

import pytest

from tests.first_steps.__main__ import main
from tests.first_steps.pasted import install_line
from tests.first_steps.steps import NPM


@pytest.mark.parametrize(
    ("tool", "suite", "begins"),
    [
        ("uv", False, "uvx --from flashback-mock mockserver"),
        ("uv", True, "uvx --from 'flashback-mock[contract-tests]' contract-tests"),
        ("pipx", False, "pipx run --spec flashback-mock"),
        ("pip", True, "pip install 'flashback-mock[contract-tests]'"),
        ("npm", False, "npx flashback-mock mock"),
    ],
)
def test_the_lines_are_those_of_the_readme(tool: str, suite: bool, begins: str) -> None:
    """One for each tool, for the mock server and for the suite."""
    assert install_line(tool, suite=suite).startswith(begins)


def test_steps_without_their_tools_are_skipped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each with a sentence, and without a failure."""
    monkeypatch.setattr("tests.first_steps.steps.shutil.which", lambda _: None)
    monkeypatch.setattr("sys.argv", ["first-steps", "--only", *NPM])
    assert main() == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{step}: SKIPPED: Node.js and npm aren't installed" for step in NPM
    ]
