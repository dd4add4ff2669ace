"""`docs-to-openapi`: builds an OpenAPI contract from documentation pages, and names the page line of every fact."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

from docs_to_openapi.errors import BuilderError, BuildStopped, UsageError

CHOICE = re.compile(r"argument \S+: invalid choice: '(?P<word>.*)' \(choose from (?P<known>.*)\)")


def main(arguments: list[str] | None = None) -> int:
    """Run a command. Exit code: 0 success, 1 something is open, unread or outdated, 2 wrong usage."""
    _show_any_character()
    options = parser().parse_args(arguments)
    if not hasattr(options, "run"):
        parser().print_help()
        return 2
    try:
        return int(options.run(options))
    except BuildStopped as stopped:
        print(f"No contract can be built:\n{stopped}", file=sys.stderr)
        return 1
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    except BuilderError as error:
        print(error, file=sys.stderr)
        return 1


def _show_any_character() -> None:
    """On Windows, what is redirected would have the code page of the machine, which other programs can't read."""
    for stream in (sys.stdout, sys.stderr):
        if sys.platform == "win32" and isinstance(stream, TextIOWrapper) and not stream.isatty():
            stream.reconfigure(encoding="utf-8")


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, with what may be meant, and without all the flags before it."""

    def error(self, message: str) -> NoReturn:
        """Exit with 2."""
        found = CHOICE.fullmatch(message)
        if found:
            known = [word.strip(" '") for word in found["known"].split(",")]
            near = difflib.get_close_matches(found["word"], known, n=1)
            meant = f"; did you mean {near[0]!r}?" if near else ""
            message = f"{found['word']!r} is none of {', '.join(known)}{meant}"
        self.exit(2, f"{self.prog}: {message} ({self.prog} --help)\n")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    whole = Parser(prog="docs-to-openapi", description=(__doc__ or "").partition(": ")[2].strip())
    whole.add_argument("--version", action="version", version=f"docs-to-openapi {version('flashback-mock')}")
    commands = whole.add_subparsers(metavar="COMMAND", dest="command", parser_class=Parser)
    init = commands.add_parser("init", help="set up a folder for these pages: settings, overlay, and a first contract")
    init.add_argument("pages", type=Path, metavar="PAGES", help="folder of documentation pages")
    _folder(init, "folder to set up (default: the current one)")
    init.add_argument("--layout", default="", help="layout of all pages, instead of recognising it for each")
    init.add_argument("--base-url", default="", metavar="URL", help="base URL of the API, if the pages name none")
    init.add_argument("--no-infer", action="store_true", help="add nothing that only an example shows")
    init.set_defaults(run=_init)
    read = commands.add_parser("read", help="print what only the given pages state, as OpenAPI YAML")
    read.add_argument("pages", nargs="+", type=Path, metavar="PAGE", help="file of a page")
    read.add_argument("--layout", default="", help="layout of the pages, instead of recognising it")
    read.add_argument("--no-infer", action="store_true", help="add nothing that only an example shows")
    read.add_argument("--folder", type=Path, default=None, help="use the settings of this folder")
    read.set_defaults(run=_read)
    build = commands.add_parser("build", help="build the contract of a folder, and list what is open")
    _folder(build)
    build.add_argument("--report", type=Path, metavar="FILE", help="also write an HTML page for review")
    build.add_argument("--strict", action="store_true", help="exit with 1 if anything is open")
    build.set_defaults(run=_build)
    check = commands.add_parser("check", help="exit with 1 if the contract is outdated or anything is open")
    _folder(check)
    check.set_defaults(run=_check)
    explain = commands.add_parser("explain", help="print the evidence of an operation or of a JSON Pointer")
    explain.add_argument(
        "what", metavar="X", help="an operation's id, 'POST /devices/trust', the name of a page, or /paths/..."
    )
    _folder(explain)
    explain.set_defaults(run=_explain)
    diff = commands.add_parser("diff", help="list what newer pages would change in the contract, without writing")
    diff.add_argument("pages", nargs="+", type=Path, metavar="NEW_PAGE", help="file of a newer page")
    _folder(diff)
    diff.set_defaults(run=_diff)
    return whole


def _folder(command: argparse.ArgumentParser, words: str = "folder with docs-to-openapi.yaml (default: .)") -> None:
    command.add_argument("--folder", type=Path, default=Path(), help=words)


def _init(options: argparse.Namespace) -> int:
    from docs_to_openapi.commands.init import init

    return init(options.pages, options.folder, options.layout, options.base_url, infer=not options.no_infer)


def _read(options: argparse.Namespace) -> int:
    from docs_to_openapi.commands.read import read

    return read(options.pages, options.folder, options.layout, infer=not options.no_infer)


def _build(options: argparse.Namespace) -> int:
    from docs_to_openapi.commands.build import run

    return run(options.folder, options.report, strict=options.strict)


def _check(options: argparse.Namespace) -> int:
    from docs_to_openapi.commands.build import check

    return check(options.folder)


def _explain(options: argparse.Namespace) -> int:
    from docs_to_openapi.contract.build import build
    from docs_to_openapi.evidence.explain import explain

    print(explain(build(options.folder), options.what, options.folder))
    return 0


def _diff(options: argparse.Namespace) -> int:
    from docs_to_openapi.commands.diff import diff

    return diff(options.pages, options.folder)
