"""Pages and overlay → the contract: the whole way, as one function."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from spec.builder.assemble import assemble
from spec.builder.blocks import load_page
from spec.builder.contradictions import contradictions, settle
from spec.builder.errors import BuildStopped, OverlayError, Problem, UsageError
from spec.builder.facts import pointer
from spec.builder.finish import finish
from spec.builder.naming import name_document, name_operations, name_schemas
from spec.builder.overlay import Overlay, apply_action, load_overlay, matches
from spec.builder.reader import PageReading, read_page
from spec.builder.yaml_text import dump

HEADER = """\
# Built by `python -m spec.builder` from docs/ and overlay.yaml: change those, not this file.
# `x-source` names the page and line that states a part, `x-assumed` the assumption it rests on (see README.md).
"""


@dataclass
class Build:
    """A finished build, with everything that `explain` and `diff` ask about."""

    document: dict[str, Any]  # as it is written
    full: dict[str, Any]  # the same with every place of evidence
    readings: list[PageReading]
    problems: list[Problem]
    overlay: Overlay
    settled: dict[str, str] = field(default_factory=dict)
    touched: list[tuple[str, str]] = field(default_factory=list)  # (action id, JSON Pointer it acted on)

    @property
    def text(self) -> str:
        """The contract file's text."""
        return HEADER + dump(self.document)


def page_paths(folder: Path) -> list[Path]:
    """The pages of a folder in a fixed order."""
    found = sorted(path for path in folder.iterdir() if path.suffix in (".md", ".txt") and path.name != "README.md")
    if not found:
        raise UsageError(f"{folder}: no pages (*.md, *.txt) are here")
    return found


def read_paths(paths: list[Path], root: Path | None = None) -> list[PageReading]:
    """Read pages; their names in evidence are relative to `root` where it holds them."""
    inside = [path.relative_to(root) if root and path.is_relative_to(root) else path for path in paths]
    return [read_page(load_page(path, name.as_posix())) for path, name in zip(paths, inside, strict=True)]


def read_alone(paths: list[Path]) -> tuple[dict[str, Any], list[Problem]]:
    """What the given pages alone say, before any overlay, and what could not be read of them."""
    readings = read_paths(paths)
    problems = [problem for reading in readings for problem in reading.problems]
    document = assemble(readings, problems)
    for problem in contradictions(readings, document):
        # a page alone may name operations of pages that were not given
        alone = problem.also is None and problem.key.startswith("mention")
        problems.append(replace(problem, severity="note", key="") if alone else problem)
    return finish(document), problems


def build(spec: Path, pages: list[Path] | None = None) -> Build:
    """Build the contract of a `spec/` folder (raises BuildStopped on what only a person may decide)."""
    overlay = load_overlay(spec / "overlay.yaml")
    readings = read_paths(pages or page_paths(spec / "docs"), spec)
    return build_from(readings, overlay)


def build_from(readings: list[PageReading], overlay: Overlay) -> Build:
    """Build the contract from pages already read."""
    problems = [problem for reading in readings for problem in reading.problems]
    document = assemble(readings, problems)
    problems += contradictions(readings, document)
    left, settled = settle(problems, overlay)
    if stopping := [problem for problem in left if problem.severity != "note"]:
        raise BuildStopped(stopping)
    document = copy.deepcopy(document)
    name_document(document, overlay.names)
    name_operations(document, overlay.names.get("operations", {}))
    name_schemas(document, overlay.names.get("schemas", {}))
    touched: list[tuple[str, str]] = []
    for action in overlay.actions:
        touched += [(action.id, pointer(parts)) for parts in matches(document, action)]
        document = apply_action(document, action)
    finished = finish(document)
    validate(finished)
    return Build(finished, document, readings, problems, overlay, settled, touched)


def validate(document: dict[str, Any]) -> None:
    """Refuse a contract that is no valid OpenAPI 3.1 (raises OverlayError naming the place)."""
    for error in OpenAPIV31SpecValidator(document).iter_errors():
        place = "/".join(map(str, error.absolute_path)) if hasattr(error, "absolute_path") else ""
        raise OverlayError(f"the built contract is no valid OpenAPI 3.1: {place}: {str(error).splitlines()[0]}")
