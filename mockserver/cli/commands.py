"""The command `mockserver`: flags and environment become settings; errors become one line and an exit code.

What a command needs is imported when it runs: help and errors of usage come at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from mockserver import __version__
from mockserver.background import warn
from mockserver.cli.config import settings_of
from mockserver.cli.flags import FLAGS
from mockserver.cli.output import prepare_streams, show
from mockserver.cli.parsing import Parser, parse
from mockserver.errors import ContractBroken, MockError, UsageError, internal_error

EXIT_CODES = """exit codes: 0 ok, 1 the contract is broken, 2 usage or configuration error,
3 address or output not available, 4 internal error"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is returned."""
    prepare_streams()
    try:
        options = read_options(sys.argv[1:] if arguments is None else arguments)
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


def read_options(words: Sequence[str]) -> argparse.Namespace:
    """The options of a command line. Raises UsageError."""
    return parse(_parser(), words, tuple(COMMANDS))


def _parser() -> Parser:
    parser = Parser(
        prog="mockserver", description="A stateful mock server for any OpenAPI contract.", epilog=EXIT_CODES
    )
    parser.add_argument("--version", action="version", version=f"mockserver {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    for name, (run, about) in COMMANDS.items():
        command = commands.add_parser(name, help=about, epilog=EXIT_CODES)
        if name == "proxy":
            command.add_argument(
                "backend", nargs="?", metavar="URL", help="the real backend, such as http://localhost:8000"
            )
            command.set_defaults(beside=True)
        if name == "tls":
            command.add_argument("what", nargs="?", default="trust", choices=("trust", "path"), help=_TLS)
            command.set_defaults(run=run, command=command)
            continue
        if name == "state":
            _add_state(command)
        else:
            if name == "record":
                command.add_argument("folder", nargs="?", metavar="DIR", help="the folder of the recording")
            command.add_argument("contract", nargs="*", metavar="SPEC", help=_CONTRACT)
        command.set_defaults(run=run, command=command, **_OMITTED.get(name, {"period": None}))
        for names, settings in FLAGS:
            if _takes(name, names[0]):
                command.add_argument(*names, **settings)
        _add_own(name, command)
    return parser


_CONTRACT = "OpenAPI document, or several; PATH=SPEC serves one below a path (default: the bundled contract)"
_TLS = "trust: how this system and its programs come to trust the CA; path: the file of its certificate"
_OF_CONTRACT = ("--config", "--behaviours", "--fixtures", "--seed", "--allow-remote-refs", "--allow-refs-below")
"""Flags of every command that reads a contract."""
_OF_STATES = ("--config", "--states", "--host", "--port", "--admin-token")
"""Flags of `mockserver state`."""
_OMITTED: dict[str, dict[str, str | None]] = {
    "mock": {},
    "proxy": {"spec": None, "upstream": None},
    "mcp": {"port": None, "log_format": None, "spec": None},
    "state": {"period": None, "fixtures": None, "allow_refs_below": None},
    "init": {"period": None, "behaviours": None, "fixtures": None, "config": "none"},
}
"""Flags of `mock` that a command doesn't have, and what they are there; of the commands that aren't named, `period`."""


def _takes(command: str, flag: str) -> bool:
    """Whether a command has a flag of `mock`."""
    if command == "state":
        return flag in _OF_STATES
    return flag[2:].replace("-", "_") not in _OMITTED.get(command, ()) and (
        command in ("mock", "proxy", "mcp") or flag in _OF_CONTRACT
    )


def _add_own(name: str, command: Parser) -> None:
    """The flags that one command alone has."""
    if name == "check-spec":
        hard = "refuse a document with an invalid part, which otherwise costs the operations that need it"
        command.add_argument("--strict", action="store_true", help=hard)
    if name == "behaviours":
        moving = "propose states that move by themselves, where an enum reads like pending, running, done"
        command.add_argument("--jobs", action="store_true", help=moving)
    if name == "mcp":
        url = "use the mock server at this URL instead of starting one; MOCKSERVER_ADMIN_TOKEN"
        command.add_argument("--url", help=url)


def _add_state(command: Parser) -> None:
    """The arguments of `mockserver state`."""
    actions = ("save", "load", "list")
    command.add_argument("action", nargs="?", choices=actions, help="save or load a world, or list what is saved")
    command.add_argument("name", nargs="?", metavar="STATE", help="name of the state, or a YAML file")
    command.add_argument("--world", default="main", help="world to save, or to load into (main)")
    command.add_argument("--url", help="address of the running mock (that of the settings, http://127.0.0.1:4010)")
    command.set_defaults(contract=())


def _state(options: argparse.Namespace) -> int:
    from mockserver.cli import states

    settings = settings_of(options, os.environ)
    if options.action is None:
        raise UsageError("state needs one of save, load, list", fix="mockserver state save NAME")
    if (options.name is None) is (options.action != "list"):
        needed = "takes no name" if options.name is not None else "needs a name"
        raise UsageError(f"state {options.action} {needed}", fix=f"{options.command.prog} --help")
    if options.action == "list":
        show("\n".join(states.listed(settings)))
    else:
        act = states.save if options.action == "save" else states.load
        show(act(settings, options.url, options.world, options.name))
    return 0


def _behaviours(options: argparse.Namespace) -> int:
    from mockserver.exchange.building import build_engine
    from mockserver.inference import as_yaml

    settings = settings_of(options, {})
    apis = tuple(replace(api, behaviours=None, fixtures=()) for api in settings.apis)
    settings = replace(settings, behaviours=None, fixtures=(), apis=apis)
    engine = build_engine(settings)
    inferred = engine.inferred
    if inferred is not None and options.jobs:
        from mockserver.behaviour.names import record_schemas
        from mockserver.inference.jobs import with_jobs

        inferred = with_jobs(inferred, record_schemas(engine.behaviours, engine.contract), engine.contract.view)
    if inferred is not None:
        show(as_yaml(inferred), end="")
    return 0


def _check_spec(options: argparse.Namespace) -> int:
    from mockserver.cli.check_spec import report
    from mockserver.exchange.building import build_engine

    settings = settings_of(options, {})
    lines, servable = report(build_engine(settings, prove=True, strict=options.strict))
    show("\n".join(lines))
    return 0 if servable else ContractBroken.exit_code


def _mcp(options: argparse.Namespace) -> int:
    from mockserver.cli.mcp import serve

    token = options.admin_token or os.environ.get("MOCKSERVER_ADMIN_TOKEN")
    serve([*options.contract, *_given(options)], options.url, token)
    return 0


def _given(options: argparse.Namespace) -> list[str]:
    """The flags of `mock` that were given, as arguments again."""
    given: list[str] = []
    for names, _ in FLAGS:
        value = getattr(options, names[0][2:].replace("-", "_"), None)
        values = value if isinstance(value, list) else [] if value is None else [value]
        given += [part for one in values for part in ([names[0]] if one is True else [names[0], str(one)])]
    return given


def _mock(options: argparse.Namespace) -> int:
    from mockserver.cli.running import run

    run(settings_of(options, os.environ))
    return 0


def _proxy(options: argparse.Namespace) -> int:
    from mockserver.cli.running import run

    settings = settings_of(options, os.environ)
    if settings.upstream.url is None:
        raise UsageError("proxy needs the URL of a backend", fix="mockserver proxy http://localhost:8000 api.yaml")
    run(settings)
    return 0


def _record(options: argparse.Namespace) -> int:
    from mockserver.cli.record import export
    from mockserver.exchange.building import build_engine

    if options.folder is None:
        raise UsageError("record needs the folder of a recording", fix="mockserver record DIR api.yaml")
    for line in export(build_engine(settings_of(options, {})), Path(options.folder)):
        show(line)
    return 0


def _init(options: argparse.Namespace) -> int:
    from mockserver.cli.init import described, init

    if len(options.contract) != 1:
        problem = "init needs a contract" if not options.contract else "init takes one contract at a time"
        raise UsageError(problem, fix="mockserver init petstore.yaml")
    show(described(init(settings_of(options, {}), Path())))
    return 0


def _tls(options: argparse.Namespace) -> int:
    from mockserver.cli.tls import trust
    from mockserver.web.tls import authority

    path = authority()
    show(trust(path) if options.what == "trust" else str(path))
    return 0


COMMANDS = {
    "mock": (_mock, "run the API of a contract as a stateful mock server"),
    "proxy": (_proxy, "pass requests on to a real backend, check both sides, and play what it doesn't have yet"),
    "state": (_state, "save the world of a running mock under a name, load it, or list what is saved"),
    "mcp": (_mcp, "offer the mock server as tools to coding agents (MCP)"),
    "tls": (_tls, "say how to trust the certificates of mockserver mock --tls"),
    "init": (_init, "write a settings file, behaviours, fixtures and a test for a contract into this folder"),
    "behaviours": (_behaviours, "print the behaviours inferred from a contract, as a file to edit"),
    "record": (_record, "write fixtures and examples from a recording (mock --record DIR, proxy --record DIR)"),
    "check-spec": (_check_spec, "report how each operation of a contract will be served"),
}
"""What each command runs, and what it is for."""
