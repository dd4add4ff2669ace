"""The guide for frontend developers shows the files of `examples/`, and calls that exist."""

from __future__ import annotations

import re

import pytest

from mockserver import plain_yaml
from tests.support import ROOT

GUIDE = (ROOT / "docs" / "frontend.md").read_text(encoding="utf-8")
SHOWN = dict(re.findall(r"```js\n// (examples/\S+)\n(.*?)```", GUIDE, re.DOTALL))
CONTROL = plain_yaml.read(ROOT / "mockserver" / "control" / "openapi.yaml")["paths"]


@pytest.mark.parametrize("path", sorted(SHOWN))
def test_shown_code_is_the_code_of_the_example(path: str) -> None:
    """What the guide shows is what stands in the file, which is run."""
    assert SHOWN[path] == (ROOT / path).read_text(encoding="utf-8")


def test_every_example_of_a_test_is_shown() -> None:
    """No example beside the app is left out of the guide."""
    examples = ROOT / "examples"
    found = {path.relative_to(ROOT).as_posix() for path in examples.rglob("*.js")}
    assert {path for path in found if not path.startswith("examples/devices/")} == set(SHOWN)


@pytest.mark.parametrize(
    ("method", "path"), re.findall(r"curl (?:-X (\w+) +)?'?localhost:4010(/__mock__/[^\s?']+)", GUIDE)
)
def test_every_line_for_the_terminal_calls_what_exists(method: str, path: str) -> None:
    """The control API declares each call of the guide."""
    templates = {re.sub(r"\{\w+\}", r"[^/]+", template): operations for template, operations in CONTROL.items()}
    declared = [operations for template, operations in templates.items() if re.fullmatch(template, path)]
    assert any((method or "GET").lower() in operations for operations in declared)


@pytest.mark.parametrize("picture", re.findall(r"\]\((screenshots/[^)]+)\)", GUIDE))
def test_every_picture_is_there(picture: str) -> None:
    """No picture of the guide is missing."""
    assert (ROOT / "docs" / picture).is_file()
