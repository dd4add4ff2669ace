"""Every flag, verb, expression, preset and error is documented, and the README shows the real output.

`tests/test_docs_code.py` runs the code of the pages.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from docs import reference
from mockserver import errors
from mockserver.behaviour.values import ROOTS
from mockserver.behaviour.vocabulary import VERBS
from mockserver.cli.banner import banner
from mockserver.exchange.engine import Engine
from mockserver.exchange.presets import PRESETS
from tests.conftest import Build
from tests.support import ROOT, Ask, bundled_settings

README = (ROOT / "README.md").read_text(encoding="utf-8")
BEHAVIOURS = (ROOT / "docs/behaviours.md").read_text(encoding="utf-8")


def test_the_page_of_the_command_line_is_current() -> None:
    """docs/command-line.md is what `python -m docs.reference` makes of the flags."""
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page()


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_documented(verb: str) -> None:
    """docs/behaviours.md explains every verb."""
    assert f"**{verb}**" in BEHAVIOURS


@pytest.mark.parametrize("root", ROOTS)
def test_every_expression_is_documented(root: str) -> None:
    """docs/behaviours.md lists every root of an expression."""
    assert f"${root}" in BEHAVIOURS


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_documented(preset: str) -> None:
    """docs/control.md lists every preset."""
    assert f"`{preset}`" in (ROOT / "docs/control.md").read_text(encoding="utf-8")


def test_every_error_is_in_the_tree() -> None:
    """The docstring of the errors module contains every error class."""
    kinds = [name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)]
    assert errors.__doc__ is not None
    assert not [name for name in kinds if name not in errors.__doc__]


def test_the_readme_shows_what_the_mock_prints(engine: Engine) -> None:
    """The README contains every line of the banner."""
    assert not [line for line in banner(engine).splitlines() if line not in README.splitlines()]


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "mockserver/README.md", "docs/tutorial.md"])
def test_links_have_targets(page: str) -> None:
    """Every relative link names an existing file or folder."""
    path = ROOT / page
    links = re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8"))
    assert links
    assert not [link for link in links if not (path.parent / link).exists()]


@pytest.mark.parametrize(
    "folder",
    ["spec", "fixtures", "mockserver", "contract_tests", "docs_to_openapi", "tests", "bench", "docs", "examples"],
)
def test_every_folder_has_a_readme(folder: str) -> None:
    """Every top-level folder has a README or another Markdown page."""
    assert (ROOT / folder / "README.md").is_file() or list(Path(ROOT / folder).glob("*.md"))


def test_the_example_of_a_python_function_works(tmp_path: Path, build: Build) -> None:
    """The two blocks of the page, as two files in one folder."""
    section = BEHAVIOURS.partition("## Python functions")[2].partition("\n## ")[0]
    for name, language in (("behaviours.yaml", "yaml"), ("hooks.py", "python")):
        block = section.partition(f"```{language}\n")[2].partition("```")[0]
        (tmp_path / name).write_text(block, encoding="utf-8")
    fixture = {
        "devices": [{"id": "1", "userId": "alice", "isTrusted": False}],
        "users": [{"name": "alice", "token": "t"}],
    }
    (tmp_path / "fixtures.json").write_text(json.dumps(fixture), encoding="utf-8")
    ask = Ask(
        build(bundled_settings(behaviours=tmp_path / "behaviours.yaml", fixtures=(tmp_path / "fixtures.json",))), "t"
    )
    answer = ask("POST", "/devices/trust", json={"fingerprint": "any"})
    assert (answer.status, answer.json["message"]) == (200, "1 devices trusted")
    assert ask.records("devices")["1"]["isTrusted"] is True
