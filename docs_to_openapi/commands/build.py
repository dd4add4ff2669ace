"""`docs-to-openapi build` and `check`."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

from docs_to_openapi.contract.build import Build, build
from docs_to_openapi.contract.compare import compare
from docs_to_openapi.contract.register import fill, register
from docs_to_openapi.errors import Problem
from docs_to_openapi.pages.yaml_text import load


def run(folder: Path, report: Path | None = None, *, strict: bool) -> int:
    """Write the contract, and print what is open. A page of which nothing was read makes the exit code 1."""
    result = build(folder)
    for path, text in expected_files(result).items():
        path.write_text(text, encoding="utf-8")
    if report:
        from docs_to_openapi.evidence.review import review

        report.write_text(review(result), encoding="utf-8")
    print_problems(result)
    print(summary(result))
    return 1 if unread_pages(result) or (strict and result.open) else 0


def check(folder: Path) -> int:
    """Compare the committed files with a build, and print the differences."""
    result = build(folder)
    expected = expected_files(result)
    stale = [path for path, text in expected.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        _print_difference(path, expected[path], result)
    for problem in result.open:
        print(problem, file=sys.stderr)
    if stale:
        print(
            f"The committed files are outdated. Run `{result.config.command}` and review the difference.",
            file=sys.stderr,
        )
    if result.open:
        print(
            f"{len(result.open)} item(s) are open: settle or accept them in {result.config.overlay}.", file=sys.stderr
        )
    return 1 if stale or result.open else 0


def expected_files(result: Build) -> dict[Path, str]:
    """The generated files of a folder, with their text."""
    config = result.config
    files = {config.folder / config.contract: result.text}
    readme = config.folder / config.readme
    if config.readme and readme.exists():
        files[readme] = fill(readme.read_text(encoding="utf-8"), register(result.overlay))
    return files


def _print_difference(path: Path, text: str, result: Build) -> None:
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    if path.suffix == ".yaml" and old:
        for change in compare(load(old), result.document):
            print(change)
    names = (f"{path.name} (committed)", f"{path.name} (built from the pages)")
    print("\n".join(difflib.unified_diff(old.splitlines(), text.splitlines(), *names, lineterm="", n=1)))


def unread_pages(result: Build) -> list[Problem]:
    """The open problems that say that nothing was read of a page."""
    return [problem for problem in result.open if problem.whole_page]


def print_problems(result: Build) -> None:
    """Print notes and open items on standard error."""
    for problem in result.problems:
        if problem.severity == "note":
            print(problem, file=sys.stderr)
    for problem in result.open:
        print(problem, file=sys.stderr)


def summary(result: Build) -> str:
    """One line about the contract, and one about what is open."""
    paths = result.document["paths"]
    operations = sum(len(item) for item in paths.values())
    contract = result.config.folder / result.config.contract
    lines = [f"{contract}: {operations} operations on {len(paths)} paths from {len(result.readings)} pages"]
    if result.open:
        unread = f", of {len(unread_pages(result))} page(s) nothing was read" if unread_pages(result) else ""
        lines.append(f"{len(result.open)} open item(s){unread}: settle or accept them in {result.config.overlay}")
    if result.accepted:
        lines.append(f"{len(result.accepted)} item(s) accepted")
    return "\n".join(lines)
