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
    """Run the command; the exit code is 0 for done, 1 for a contract or page that is not right, 2 for wrong usage."""
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
        "--check", action="store_true", help="write nothing; exit 1 when a file is not what the pages give"
    )
    parser.add_argument("--spec", type=Path, default=SPEC, help="the folder with docs/, overlay.yaml and openapi.yaml")
    parser.set_defaults(run=_build)
    commands = parser.add_subparsers()
    read = commands.add_parser("read", help="print what the given pages alone say, as OpenAPI YAML")
    read.add_argument("pages", nargs="+", type=Path, metavar="PAGE")
    read.set_defaults(run=_read)
    why = commands.add_parser("explain", help="print the evidence of an operation or of a JSON Pointer")
    why.add_argument("what", metavar="X", help="trustDevice, 'POST /devices/trust', devices.trust or /paths/...")
    why.set_defaults(run=_explain)
    diff = commands.add_parser("diff", help="say what newer pages change in the contract; nothing is written")
    diff.add_argument("pages", nargs="+", type=Path, metavar="NEW_PAGE")
    diff.set_defaults(run=_diff)
    return parser


def _build(options: argparse.Namespace) -> int:
    built = build(options.spec)
    contract, readme = options.spec / "openapi.yaml", options.spec / "README.md"
    wanted = {contract: built.text}
    if readme.exists():
        wanted[readme] = fill(readme.read_text(encoding="utf-8"), register(built.overlay))
    if options.check:
        return _check(built, wanted)
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8")
    for problem in built.problems:
        if problem.severity == "note":
            print(problem, file=sys.stderr)
    print(f"{contract}: {len(built.document['paths'])} paths from {len(built.readings)} pages")
    return 0


def _check(built: Build, wanted: dict[Path, str]) -> int:
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        if path.suffix == ".yaml" and old:
            _print_changes(compare(load(old), built.document))
        names = (f"{path.name} (committed)", f"{path.name} (as the pages say)")
        difference = difflib.unified_diff(old.splitlines(), wanted[path].splitlines(), *names, lineterm="", n=1)
        print("\n".join(difference))
    if stale:
        print("Not what the pages give. Run `python -m spec.builder` and review the difference.", file=sys.stderr)
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
    """Put the newer pages in the place of ours that describe the same operations, and compare the contracts."""
    newer = read_paths(options.pages)
    calls = {operation.call for reading in newer for operation in reading.operations}
    if not calls:
        problems = [str(problem) for reading in newer for problem in reading.problems]
        raise UsageError("\n".join(["the given pages describe no operation", *problems]))
    ours = read_paths(page_paths(options.spec / "docs"), options.spec)
    others = [reading for reading in ours if not calls & {operation.call for operation in reading.operations}]
    same = [options.spec / reading.page.name for reading in ours if reading not in others]
    before, after = _contracts(options, [*others, *newer], same)
    changes = [change for change in compare(before, after, calls) if change.fact.kind not in ("server", "scheme")]
    _print_changes(changes)
    breaking = sum(bool(change.breaks) for change in changes)
    print(f"{len(changes)} change(s), {breaking} of them breaking" if changes else "The pages change nothing.")
    return 0


def _contracts(
    options: argparse.Namespace, readings: list[PageReading], same: list[Path]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The contract before and after; where the newer pages stop the build, what the pages alone say."""
    try:
        return build(options.spec).document, build_from(readings, load_overlay(options.spec / "overlay.yaml")).document
    except BuilderError as error:
        print(f"With the newer pages the contract cannot be built before this is decided:\n{error}\n", file=sys.stderr)
        print("Compared without the overlay:", file=sys.stderr)
        return (read_alone(same)[0] if same else {"paths": {}}), read_alone(options.pages)[0]
