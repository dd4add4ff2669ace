"""`docs-to-openapi diff`: what newer pages change."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from docs_to_openapi.config import Config, load_config
from docs_to_openapi.contract.build import build, build_from, read_alone, read_paths
from docs_to_openapi.contract.compare import compare
from docs_to_openapi.contract.overlay import load_overlay
from docs_to_openapi.errors import BuilderError, BuildStopped, UsageError
from docs_to_openapi.reading.reader import PageReading


def diff(pages: list[Path], folder: Path) -> int:
    """Replace the pages that describe the same operations by the newer ones, and print how the contracts differ."""
    config = load_config(folder)
    newer = read_paths(pages, config)
    calls = {operation.call for reading in newer for operation in reading.operations}
    if not calls:
        problems = [str(problem) for reading in newer for problem in reading.problems]
        raise UsageError("\n".join(["the given pages describe no operation", *problems]))
    current = read_paths(config.page_paths(), config)
    unchanged = [reading for reading in current if not calls & {operation.call for operation in reading.operations}]
    replaced = [folder / reading.page.name for reading in current if reading not in unchanged]
    before, after = _contracts(config, pages, [*unchanged, *newer], replaced)
    changes = [change for change in compare(before, after, calls) if change.fact.kind not in ("server", "scheme")]
    for change in changes:
        print(change)
    breaking = sum(bool(change.breaks) for change in changes)
    print(f"{len(changes)} change(s), {breaking} of them breaking" if changes else "The pages change nothing.")
    return 0


def _contracts(
    config: Config, pages: list[Path], readings: list[PageReading], replaced: list[Path]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The contract before and after. If the newer pages leave something open: what they state without the overlay."""
    try:
        before = build(config)
        after = build_from(readings, load_overlay(config.folder / config.overlay), config)
        if added := [problem for problem in after.open if problem.key and problem not in before.open]:
            raise BuildStopped(added)
        return before.document, after.document
    except BuilderError as error:
        print(f"Decide this before you use the newer pages:\n{error}\n", file=sys.stderr)
        print("Compared without the overlay:", file=sys.stderr)
        return (
            read_alone(replaced, config)[0] if replaced else {"paths": {}},
            read_alone(pages, config)[0],
        )
