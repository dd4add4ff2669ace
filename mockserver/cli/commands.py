"""The command `mockserver`: flags and environment become settings; errors become one line and an exit code.

What a command needs is imported when it runs: help and errors of usage come at once.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import Any, NoReturn

from msgspec.structs import replace

from mockserver import __version__
from mockserver.background import warn
from mockserver.cli.flags import FLAGS, read_settings
from mockserver.cli.output import prepare_streams, show
from mockserver.errors import ContractBroken, MockError, UsageError, internal_error

EXIT_CODES = """exit codes: 0 ok, 1 the contract is broken, 2 usage or configuration error,
3 address or output not available, 4 internal error"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is returned."""
    prepare_streams()
    try:
        options = _parser().parse_args(arguments)
        code: int = options.run(options)
        return code
    except MockError as error:
        warn(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        return 0
    except Exception as error:
        if os.environ.get("MOCKSERVER_DEBUG"):
            raise
        warn(f"{internal_error(error)} (MOCKSERVER_DEBUG=1 shows where; please report it)")
        return 4


class _Parser(argparse.ArgumentParser):
    """Wrong usage is an error like any other, and help is printed like any other output."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, fix=f"{self.prog} --help")

    def _print_message(self, message: str, file: Any = None) -> None:  # noqa: ARG002 - argparse passes it
        show(message, end="")  # help and version only: `error` prints nothing


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="mockserver", description="A stateful mock server for any OpenAPI contract.", epilog=EXIT_CODES
    )
    parser.add_argument("--version", action="version", version=f"mockserver {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)
    mock = commands.add_parser("mock", help="run the API of a contract as a stateful mock server", epilog=EXIT_CODES)
    mock.add_argument("contract", nargs="?", metavar="SPEC", help="OpenAPI document (default: the bundled contract)")
    for names, settings in FLAGS:
        mock.add_argument(*names, **settings)
    mock.set_defaults(run=_mock)
    for name, run, about in (
        ("behaviours", _behaviours, "print the behaviours inferred from a contract, as a file to edit"),
        ("check-spec", _check_spec, "report how each operation of a contract will be served"),
    ):
        command = commands.add_parser(name, help=about, epilog=EXIT_CODES)
        command.add_argument(
            "contract", nargs="?", metavar="SPEC", help="OpenAPI document (default: the bundled contract)"
        )
        command.set_defaults(run=run, **dict.fromkeys(_OMITTED))
        for names, settings in FLAGS:
            if names[0] in ("--behaviours", "--fixtures", "--seed", "--allow-remote-refs", "--allow-refs-below"):
                command.add_argument(*names, **settings)
        if name == "check-spec":
            hard = "refuse a document with an invalid part, which otherwise costs the operations that need it"
            command.add_argument("--strict", action="store_true", help=hard)
    return parser


_OMITTED = ("period",)
"""Flags of `mock` that the settings need and the other commands don't have."""


def _behaviours(options: argparse.Namespace) -> int:
    from mockserver.exchange.engine import build_engine
    from mockserver.inference import as_yaml

    settings = replace(read_settings(options, {}), behaviours=None, fixtures=())
    inferred = build_engine(settings).inferred
    if inferred is not None:
        show(as_yaml(inferred), end="")
    return 0


def _check_spec(options: argparse.Namespace) -> int:
    from mockserver.cli.check_spec import report
    from mockserver.exchange.engine import build_engine

    settings = read_settings(options, {})
    lines, servable = report(build_engine(settings, prove=True, strict=options.strict))
    show("\n".join(lines))
    return 0 if servable else ContractBroken.exit_code


def _mock(options: argparse.Namespace) -> int:
    from mockserver.cli.running import run

    run(read_settings(options, os.environ))
    return 0
