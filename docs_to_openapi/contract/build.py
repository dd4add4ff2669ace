"""Pages and overlay → the contract: all steps, as one function."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from docs_to_openapi.config import NAME, Config, load_config
from docs_to_openapi.contract.assemble import assemble
from docs_to_openapi.contract.contradictions import contradictions, settle
from docs_to_openapi.contract.finish import finish
from docs_to_openapi.contract.naming import name_document, name_operations, name_schemas
from docs_to_openapi.contract.overlay import Overlay, apply_action, load_overlay, matches
from docs_to_openapi.errors import BuildStopped, OverlayError, Place, Problem, UsageError
from docs_to_openapi.layouts.registry import choose
from docs_to_openapi.pages.blocks import load_page
from docs_to_openapi.pages.yaml_text import dump, pointer
from docs_to_openapi.reading.reader import PageReading, read_chosen

HEADER = """\
# Built by `{command}` from {pages}/ and {overlay}: change those, not this file.
# `x-source` names the page and line that state a part, `x-assumed` the assumption it is based on (see {register}).
"""


@dataclass
class Build:
    """A finished build, with everything that `explain`, `diff` and the report need."""

    config: Config
    document: dict[str, Any]  # as written to openapi.yaml
    full: dict[str, Any]  # the same, with all the evidence
    readings: list[PageReading]
    problems: list[Problem]
    overlay: Overlay
    settled: dict[str, str] = field(default_factory=dict)  # problem key: action id
    accepted: list[tuple[Problem, str]] = field(default_factory=list)  # problem, reason
    open: list[Problem] = field(default_factory=list)  # neither settled nor accepted
    touched: list[tuple[str, str]] = field(default_factory=list)  # (action id, JSON Pointer it acted on)

    @property
    def text(self) -> str:
        """The contract file's text."""
        config = self.config
        header = HEADER.format(
            command=config.command, pages=config.pages, overlay=config.overlay, register=config.readme or config.overlay
        )
        return header + dump(self.document)


def read_paths(paths: list[Path], config: Config | None = None) -> list[PageReading]:
    """Read pages; their names in evidence are relative to the folder of `config` if they are inside it."""
    config = config or Config(Path(), infer=False)
    names = [_name(path, config.folder) for path in paths]
    pages = [load_page(path, name) for path, name in zip(paths, names, strict=True)]
    choices = [choose(page, config.layout_of(page.name)) for page in pages]
    refs = frozenset(name for choice in choices for name in choice.outline.schema_names())
    return [
        read_chosen(page, choice, infer=config.infer, refs=refs) for page, choice in zip(pages, choices, strict=True)
    ]


def _name(path: Path, folder: Path) -> str:
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


def read_alone(paths: list[Path], config: Config | None = None) -> tuple[dict[str, Any], list[Problem]]:
    """What only the given pages state, without the overlay, and what could not be read in them."""
    readings = read_paths(paths, config)
    problems = [problem for reading in readings for problem in reading.problems]
    document = assemble(readings, problems)
    for problem in contradictions(readings, document):
        # a page alone may name operations of pages that were not given
        alone = problem.also is None and problem.key.startswith("mention")
        problems.append(replace(problem, severity="note", key="") if alone else problem)
    return finish(document), problems


def build(folder: Path | Config) -> Build:
    """Build the contract of a folder (raises BuildStopped if its pages state no operation)."""
    config = folder if isinstance(folder, Config) else load_config(folder)
    path = config.folder / config.overlay
    if not path.exists():
        raise UsageError(f"{path}: there is no overlay; run `docs-to-openapi init PAGES`, or choose another --folder")
    overlay = load_overlay(path)
    return build_from(read_paths(config.page_paths(), config), overlay, config)


def build_from(readings: list[PageReading], overlay: Overlay, config: Config) -> Build:
    """Build the contract from pages already read."""
    problems = [problem for reading in readings for problem in reading.problems]
    document = assemble(readings, problems)
    _configured(document, config)
    problems += contradictions(readings, document)
    unsettled, settled = settle(problems, overlay)
    still_open, accepted = _accept([problem for problem in unsettled if problem.severity != "note"], overlay, config)
    if not document["paths"]:
        raise BuildStopped(still_open or [Problem("unread", Place(config.pages, 1), "no page states an operation")])
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
    return Build(config, finished, document, readings, problems, overlay, settled, accepted, still_open, touched)


def _configured(document: dict[str, Any], config: Config) -> None:
    """Add the base URL and the security that the configuration states."""
    if config.base_url:
        document["servers"] = [{"url": config.base_url, "x-source": f"{NAME}:1"}]
    if config.security:
        components = document.setdefault("components", {})
        components.setdefault("securitySchemes", {}).update(copy.deepcopy(dict(config.security)))
        document.setdefault("security", [{name: []} for name in config.security])


def _accept(
    problems: list[Problem], overlay: Overlay, config: Config
) -> tuple[list[Problem], list[tuple[Problem, str]]]:
    """The problems that no `x-accepts` covers, and those that one does. An outdated acceptance is a problem."""
    still_open: list[Problem] = []
    accepted: list[tuple[Problem, str]] = []
    used: set[str] = set()
    for problem in problems:
        by = next((each for each in overlay.accepts if each.covers(problem.place)), None)
        if by:
            used.add(str(by))
            accepted.append((problem, by.reason))
        else:
            still_open.append(problem)
    for each in overlay.accepts:
        if str(each) not in used:
            message = f"x-accepts {each}: nothing is unread there; remove it, or correct its lines"
            still_open.append(Problem("unread", Place(config.overlay, 1), message))
    return still_open, accepted


def validate(document: dict[str, Any]) -> None:
    """Check that the contract is valid OpenAPI 3.1 (raises OverlayError that names the place)."""
    for error in OpenAPIV31SpecValidator(document).iter_errors():
        place = "/".join(map(str, error.absolute_path)) if hasattr(error, "absolute_path") else ""
        raise OverlayError(f"the built contract isn't valid OpenAPI 3.1: {place}: {str(error).splitlines()[0]}")
