"""`python -m spec.builder`: build, check, read, explain, diff."""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path
from typing import Any

from spec.builder.build import Build, build, build_from, page_paths, read_alone, read_paths
from spec.builder.compare import Change, compare
from spec.builder.errors import BuilderError, BuildStopped, UsageError
from spec.builder.explain import explain
from spec.builder.overlay import load_overlay
from spec.builder.reader import PageReading
from spec.builder.register import fill, register
from spec.builder.yaml_text import dump, load

SPEC = Path(__file__).resolve().parent.parent


def main(arguments: list[str] | None = None) -> int:
    """Run the command. Exit code: 0 success, 1 a problem in the contract or a page, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except BuildStopped as stopped:
        print(f"The build stops at {len(stopped.problems)} problem(s):\n{stopped}", file=sys.stderr)
        return 1
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    except BuilderError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m spec.builder", description=(__doc__ or "").strip())
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; exit 1 if a committed file is outdated",
    )
    parser.add_argument(
        "--spec", type=Path, default=SPEC, help="folder that contains docs/, overlay.yaml and openapi.yaml"
    )
    parser.set_defaults(run=_build)
    commands = parser.add_subparsers()
    read_command = commands.add_parser("read", help="print what only the given pages state, as OpenAPI YAML")
    read_command.add_argument("pages", nargs="+", type=Path, metavar="PAGE")
    read_command.set_defaults(run=_read)
    explain_command = commands.add_parser("explain", help="print the evidence of an operation or of a JSON Pointer")
    explain_command.add_argument(
        "what", metavar="X", help="trustDevice, 'POST /devices/trust', devices.trust or /paths/..."
    )
    explain_command.set_defaults(run=_explain)
    diff_command = commands.add_parser(
        "diff", help="list what newer pages would change in the contract, without writing anything"
    )
    diff_command.add_argument("pages", nargs="+", type=Path, metavar="NEW_PAGE")
    diff_command.set_defaults(run=_diff)
    return parser


def _build(options: argparse.Namespace) -> int:
    result = build(options.spec)
    contract, readme = options.spec / "openapi.yaml", options.spec / "README.md"
    expected = {contract: result.text}
    if readme.exists():
        expected[readme] = fill(readme.read_text(encoding="utf-8"), register(result.overlay))
    if options.check:
        return _check(result, expected)
    for path, text in expected.items():
        path.write_text(text, encoding="utf-8")
    for problem in result.problems:
        if problem.severity == "note":
            print(problem, file=sys.stderr)
    print(f"{contract}: {len(result.document['paths'])} paths from {len(result.readings)} pages")
    return 0


def _check(result: Build, expected: dict[Path, str]) -> int:
    stale = [path for path, text in expected.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        if path.suffix == ".yaml" and old:
            _print_changes(compare(load(old), result.document))
        names = (f"{path.name} (committed)", f"{path.name} (built from the pages)")
        difference = difflib.unified_diff(old.splitlines(), expected[path].splitlines(), *names, lineterm="", n=1)
        print("\n".join(difference))
    if stale:
        print(
            "The committed files are outdated. Run `python -m spec.builder` and review the difference.",
            file=sys.stderr,
        )
    return 1 if stale else 0


def _print_changes(changes: list[Change]) -> None:
    for change in changes:
        print(change)


def _read(options: argparse.Namespace) -> int:
    document, problems = read_alone(options.pages)
    sys.stdout.write(dump(document))
    for problem in problems:
        print(problem, file=sys.stderr)
    return 0 if document["paths"] or not any(problem.severity == "unread" for problem in problems) else 1


def _explain(options: argparse.Namespace) -> int:
    print(explain(build(options.spec), options.what, options.spec))
    return 0


def _diff(options: argparse.Namespace) -> int:
    """Replace the current pages that describe the replaced operations by the newer pages, and compare the contracts."""
    newer = read_paths(options.pages)
    calls = {operation.call for reading in newer for operation in reading.operations}
    if not calls:
        problems = [str(problem) for reading in newer for problem in reading.problems]
        raise UsageError("\n".join(["the given pages describe no operation", *problems]))
    current = read_paths(page_paths(options.spec / "docs"), options.spec)
    unchanged = [reading for reading in current if not calls & {operation.call for operation in reading.operations}]
    replaced = [options.spec / reading.page.name for reading in current if reading not in unchanged]
    before, after = _contracts(options, [*unchanged, *newer], replaced)
    changes = [change for change in compare(before, after, calls) if change.fact.kind not in ("server", "scheme")]
    _print_changes(changes)
    breaking = sum(bool(change.breaks) for change in changes)
    print(f"{len(changes)} change(s), {breaking} of them breaking" if changes else "The pages change nothing.")
    return 0


def _contracts(
    options: argparse.Namespace, readings: list[PageReading], replaced: list[Path]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The contract before and after. If the newer pages stop the build: what the pages state without the overlay."""
    try:
        return build(options.spec).document, build_from(readings, load_overlay(options.spec / "overlay.yaml")).document
    except BuilderError as error:
        print(f"The contract can't be built from the newer pages until you decide this:\n{error}\n", file=sys.stderr)
        print("Compared without the overlay:", file=sys.stderr)
        return (read_alone(replaced)[0] if replaced else {"paths": {}}), read_alone(options.pages)[0]
