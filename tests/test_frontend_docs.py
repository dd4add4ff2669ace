"""The guide for frontend developers contains the files of `examples/` and valid calls of the control API."""

from __future__ import annotations

import re

import pytest

from mockserver import plain_yaml
from tests.support import ROOT

GUIDE = (ROOT / "docs" / "frontend.md").read_text(encoding="utf-8")
CODE = dict(re.findall(r"```js\n// (examples/\S+)\n(.*?)```", GUIDE, re.DOTALL))
CONTROL = plain_yaml.read(ROOT / "mockserver" / "control" / "openapi.yaml")["paths"]


@pytest.mark.parametrize("path", sorted(CODE))
def test_the_code_in_the_guide_is_the_code_of_the_example(path: str) -> None:
    """The code in the guide is identical to the example file, which other tests run."""
    assert CODE[path] == (ROOT / path).read_text(encoding="utf-8")


def test_every_test_example_is_in_the_guide() -> None:
    """The guide contains every example except the app."""
    examples = ROOT / "examples"
    files = {path.relative_to(ROOT).as_posix() for path in examples.rglob("*.js")}
    assert {path for path in files if not path.startswith("examples/devices/")} == set(CODE)


@pytest.mark.parametrize(
    ("method", "path"), re.findall(r"curl (?:-X (\w+) +)?'?localhost:4010(/__mock__/[^\s?']+)", GUIDE)
)
def test_every_curl_command_calls_a_declared_operation(method: str, path: str) -> None:
    """The control API declares each call of the guide."""
    templates = {re.sub(r"\{\w+\}", r"[^/]+", template): operations for template, operations in CONTROL.items()}
    declared = [operations for template, operations in templates.items() if re.fullmatch(template, path)]
    assert any((method or "GET").lower() in operations for operations in declared)


@pytest.mark.parametrize("image", re.findall(r"\]\((screenshots/[^)]+)\)", GUIDE))
def test_every_image_exists(image: str) -> None:
    """No image of the guide is missing."""
    assert (ROOT / "docs" / image).is_file()
