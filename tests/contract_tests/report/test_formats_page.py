"""The page of report formats names every key that the code writes."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import fields
from types import ModuleType

import pytest

from contract_tests.core.coverage import Part
from contract_tests.core.promises import Exchange, Outcome, Problem
from contract_tests.report import causes
from contract_tests.run import history, summary
from tests.support import ROOT

PAGE = (ROOT / "docs/report-formats.md").read_text(encoding="utf-8")
WRITTEN = {
    summary: ("summary", "described", "coverage"),
    causes: ("as_data", "brief"),
    history: ("changes", "_gone", "entry"),
}
"""The functions whose dictionaries become `report.json`."""


def keys_of(module: ModuleType, functions: tuple[str, ...]) -> Iterator[str]:
    """The keys of the dictionaries that functions write out."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.FunctionDef) and node.name in functions:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Dict):
                    yield from (key.value for key in inner.keys if isinstance(key, ast.Constant))  # type: ignore[misc]


@pytest.mark.parametrize("module", WRITTEN, ids=lambda module: module.__name__)
def test_every_key_of_the_report_is_on_the_page(module: ModuleType) -> None:
    """Those of the run, of its checks, causes and changes."""
    keys = set(keys_of(module, WRITTEN[module]))
    assert len(keys) > 5
    assert [key for key in sorted(keys) if f"`{key}`" not in PAGE] == []


def test_every_field_of_a_problem_is_on_the_page() -> None:
    """And those of an exchange and of a part of the coverage, and every outcome."""
    names = {field.name for kind in (Problem, Exchange, Part) for field in fields(kind)}
    names |= {str(outcome) for outcome in Outcome}
    assert [name for name in sorted(names) if f"`{name}`" not in PAGE] == []
