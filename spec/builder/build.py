"""Pages and overlay → the contract: all steps, as one function."""

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
# `x-source` names the page and line that state a part, `x-assumed` the assumption it is based on (see README.md).
"""


@dataclass
class Build:
    """A finished build, with everything that `explain` and `diff` need."""

    document: dict[str, Any]  # as written to openapi.yaml
    full: dict[str, Any]  # the same, with all the evidence
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
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".md", ".txt") and path.name != "README.md")
    if not paths:
        raise UsageError(f"{folder}: there are no pages (*.md, *.txt) in this folder")
    return paths


def read_paths(paths: list[Path], root: Path | None = None) -> list[PageReading]:
    """Read pages; their names in evidence are relative to `root` if they are names it."""
    names = [path.relative_to(root) if root and path.is_relative_to(root) else path for path in paths]
    return [read_page(load_page(path, name.as_posix())) for path, name in zip(paths, names, strict=True)]


def read_alone(paths: list[Path]) -> tuple[dict[str, Any], list[Problem]]:
    """What only the given pages state, without the overlay, and what could not be read in them."""
    readings = read_paths(paths)
    problems = [problem for reading in readings for problem in reading.problems]
    document = assemble(readings, problems)
    for problem in contradictions(readings, document):
        # a page alone may name operations of pages that were not given
        alone = problem.also is None and problem.key.startswith("mention")
        problems.append(replace(problem, severity="note", key="") if alone else problem)
    return finish(document), problems


def build(spec: Path, pages: list[Path] | None = None) -> Build:
    """Build the contract of a `spec/` folder (raises BuildStopped for problems that only you can decide)."""
    overlay = load_overlay(spec / "overlay.yaml")
    readings = read_paths(pages or page_paths(spec / "docs"), spec)
    return build_from(readings, overlay)


def build_from(readings: list[PageReading], overlay: Overlay) -> Build:
    """Build the contract from pages already read."""
    problems = [problem for reading in readings for problem in reading.problems]
    document = assemble(readings, problems)
    problems += contradictions(readings, document)
    unsettled, settled = settle(problems, overlay)
    if blocking := [problem for problem in unsettled if problem.severity != "note"]:
        raise BuildStopped(blocking)
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
    """Check that the contract is valid OpenAPI 3.1 (raises OverlayError that names the place)."""
    for error in OpenAPIV31SpecValidator(document).iter_errors():
        place = "/".join(map(str, error.absolute_path)) if hasattr(error, "absolute_path") else ""
        raise OverlayError(f"the built contract isn't valid OpenAPI 3.1: {place}: {str(error).splitlines()[0]}")
