"""The command `mockserver`: flags and environment become settings; errors become one line and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from mockserver import __version__
from mockserver.auth import MODES
from mockserver.clock import parse_period
from mockserver.contract.contract import load_contract
from mockserver.engine import Engine, build_engine
from mockserver.errors import ContractBroken, MockError, UsageError
from mockserver.samples import best_sample
from mockserver.settings import PORT, Settings, bundled, is_loopback
from mockserver.terminal import Terminal, look_for

EXIT_CODES = """exit codes: 0 ok, 1 the contract is broken, 2 wrong usage or configuration,
3 the address is not available, 4 our own fault"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is returned."""
    try:
        options = _parser().parse_args(arguments)
        code: int = options.run(options)
        return code
    except MockError as error:
        print(f"mockserver: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 0
    except Exception as error:
        print(f"mockserver: our own fault: {type(error).__name__}: {error}", file=sys.stderr)
        if os.environ.get("MOCKSERVER_DEBUG"):
            raise
        print("            (MOCKSERVER_DEBUG=1 shows where; please report it)", file=sys.stderr)
        return 4


class _Parser(argparse.ArgumentParser):
    """Wrong usage is an error like any other."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, fix=f"{self.prog} --help")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="mockserver", description="A stateful mock server for any OpenAPI contract.", epilog=EXIT_CODES
    )
    parser.add_argument("--version", action="version", version=f"mockserver {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)
    mock = commands.add_parser("mock", help="play the API of a contract, with memory", epilog=EXIT_CODES)
    mock.add_argument("contract", nargs="?", metavar="SPEC", help="OpenAPI document; the bundled contract if not named")
    for names, settings in _FLAGS:
        mock.add_argument(*names, **settings)
    mock.set_defaults(run=_mock)
    for name, run, about in (
        ("behaviours", _behaviours, "print what is inferred from a contract, as a behaviours file to edit"),
        ("check-spec", _check_spec, "say what a mock of a contract will do, operation by operation"),
    ):
        command = commands.add_parser(name, help=about, epilog=EXIT_CODES)
        command.add_argument(
            "contract", nargs="?", metavar="SPEC", help="OpenAPI document; the bundled contract if none"
        )
        command.set_defaults(run=run, **dict.fromkeys(_UNSAID))
        for names, settings in _FLAGS:
            if names[0] in ("--behaviours", "--fixtures", "--seed", "--allow-remote-refs"):
                command.add_argument(*names, **settings)
    return parser


_UNSAID = ("period",)
"""Flags of `mock` that other commands do not take, and that the settings ask for."""

_FLAGS: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
    (("--host",), {"help": "address to listen on (127.0.0.1)"}),
    (("--port",), {"help": f"port to listen on ({PORT}); 0 takes a free one"}),
    (("--spec",), {"metavar": "SPEC", "help": "the same as SPEC"}),
    (("--behaviours",), {"metavar": "FILE", "help": "what each operation does to the stored records"}),
    (
        ("--fixtures",),
        {"metavar": "PATH", "action": "append", "help": "file or folder of records and users; repeatable"},
    ),
    (
        ("--auth",),
        {"choices": MODES, "help": "enforce the users' tokens; take any credential as the first user; or off"},
    ),
    (("--seed",), {"help": "the seed of made-up ids and values (0)"}),
    (("--period",), {"metavar": "NAME=P7D", "action": "append", "help": "length of a named period; repeatable"}),
    (("--log-format",), {"choices": ("text", "json"), "help": "one line per request, as text or JSON"}),
    (
        ("--watch",),
        {"action": "store_true", "default": None, "help": "follow edits of contract, behaviours and fixtures"},
    ),
    (("--max-worlds",), {"metavar": "N", "help": "how many worlds there may be (10000)"}),
    (
        ("--world-ttl",),
        {"metavar": "P1D", "help": "how long a world lives that nobody uses (P1D); 'never' keeps all"},
    ),
    (
        ("--admin-token",),
        {"metavar": "TOKEN", "help": "lets callers of other machines use the control surface, with this token"},
    ),
    (("--verbose",), {"action": "store_true", "default": None, "help": "show bodies too, and requests even under CI"}),
    (("--allow-remote-refs",), {"action": "store_true", "default": None, "help": "follow $ref to other hosts"}),
)


def read_settings(options: argparse.Namespace, environment: Mapping[str, str]) -> Settings:
    """The settings that flags say, else `MOCKSERVER_...` variables, else the defaults. Raises UsageError."""

    def said(name: str, default: str = "") -> str:
        value = getattr(options, name, None)
        return str(value) if value is not None else environment.get(f"MOCKSERVER_{name.upper()}", default)

    spec = options.contract or said("spec")
    fixtures = options.fixtures or [path for path in said("fixtures").split(os.pathsep) if path]
    own = not spec
    return Settings(
        spec=spec or str(bundled("spec/openapi.yaml")),
        behaviours=_path(said("behaviours")) or (bundled("spec/behaviours.yaml") if own else None),
        fixtures=tuple(Path(path) for path in fixtures) or ((bundled("fixtures"),) if own else ()),
        host=said("host", "127.0.0.1"),
        port=_port(said("port", str(PORT))),
        auth=_one_of("auth", said("auth", "enforce"), MODES),
        seed=said("seed", "0"),
        log_format=_one_of("log_format", said("log_format", "text"), ("text", "json")),
        periods=dict(_pair(text) for text in options.period or ()),
        allow_remote_refs=_switch(said("allow_remote_refs")),
        watch=_switch(said("watch")),
        max_worlds=_count(said("max_worlds", "10000")),
        world_ttl=_span(said("world_ttl", "P1D")),
        admin_token=said("admin_token") or None,
        verbose=_switch(said("verbose")),
    )


def _one_of(name: str, value: str, known: Sequence[str]) -> Any:
    if value not in known:
        raise UsageError(f"{name} is {value!r}", fix=f"one of {', '.join(known)}")
    return value


def _switch(text: str) -> bool:
    return text.lower() in ("1", "true", "yes", "on")


def _path(text: str) -> Path | None:
    if text and not Path(text).is_file():
        raise UsageError("no such file", place=text, fix="--behaviours names a YAML file")
    return Path(text) if text else None


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise UsageError(f"{text!r} is no port", fix="a number from 0 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise UsageError(f"{text!r} is no number of worlds", fix="--max-worlds takes 1 to 1000000")
    return int(text)


def _span(text: str) -> str | None:
    """A period that has been understood; None for `never`."""
    if text == "never":
        return None
    try:
        positive = parse_period(text) > 0
    except ValueError as error:
        raise UsageError(str(error), fix="--world-ttl takes PT1H, P1D, ... or never") from None
    if not positive:
        raise UsageError(f"--world-ttl {text} is no time", fix="write PT1H, P1D, ... or never")
    return text


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--period {text!r} says no length", fix="write NAME=P7D")
    return name, value


def _behaviours(options: argparse.Namespace) -> int:
    from mockserver.behaviour.infer import as_yaml, infer

    settings = read_settings(options, {})
    contract = load_contract(settings.spec, allow_remote_refs=settings.allow_remote_refs)
    print(as_yaml(infer(contract)), end="")
    return 0


def _check_spec(options: argparse.Namespace) -> int:
    from mockserver.inspection import report

    lines, servable = report(build_engine(read_settings(options, {})))
    print("\n".join(lines))
    return 0 if servable else ContractBroken.exit_code


def _mock(options: argparse.Namespace) -> int:
    settings = read_settings(options, os.environ)
    from mockserver.server import check_address, free_port, serve

    if settings.port == 0:
        settings = replace(settings, port=free_port(settings.host))
    check_address(settings.host, settings.port)
    serve(build_engine(settings), announce)
    return 0


def announce(engine: Engine) -> None:
    """Show that the mock is ready, and from now on a line for each request."""
    settings = engine.settings
    terminal = Terminal(log_format=settings.log_format, look=look_for(sys.stdout, os.environ, settings.verbose))
    engine.journal.listeners.append(terminal)  # before anybody is told where to call
    print(banner(engine), flush=True)
    terminal.start()
    if engine.settings.watch:
        from mockserver.watch import watch

        watch(engine, lambda line: print(line, flush=True))


def _shown(path: str) -> str:
    """A path as people here call it: from the working directory where that is shorter."""
    near = os.path.relpath(path) if Path(path).is_absolute() else path
    return min(path, near, key=len)


def banner(engine: Engine) -> str:
    """What is shown at the start: where it listens, which contract, who may call, and a line to try."""
    settings = engine.settings
    url = f"http://{f'[{settings.host}]' if ':' in settings.host else settings.host}:{settings.port}"
    users = {user.name: user.token for user in engine.fixtures.users}
    if settings.log_format == "json":
        value = {"event": "listening", "url": url, "contract": settings.spec, "users": users}
        return msgspec.json.encode(value).decode()
    lines = [
        f"Listening on  {url}",
        f"Contract      {_shown(settings.spec)} ({len(engine.contract.operations)} operations)",
    ]
    lines += [f"Users         {', '.join(f'{name} ({token})' for name, token in users.items())}"] if users else []
    lines += [f"Auth          {settings.auth}"] if settings.auth != "enforce" else []
    lines += [f"Control       {url}/__mock__/  (docs/, worlds, requests, state, clock, faults)"]
    lines += exposure(settings)
    sample = best_sample(engine)
    token = engine.fixtures.users[0].token if engine.fixtures.users and settings.auth != "off" else None
    lines += ["", "Try it:", f"  {sample.curl(url, token)}"] if sample else []
    quiet = look_for(sys.stdout, os.environ, settings.verbose).quiet
    follows = "Quiet under CI: --verbose shows requests." if quiet else "One line per request:"
    return "\n".join([*lines, "", f"Ctrl-C stops it. {follows}"])


def exposure(settings: Settings) -> list[str]:
    """What other machines can reach, where the mock listens to them."""
    if is_loopback(settings.host):
        return []
    known = "and the control surface to those with the admin token" if settings.admin_token else "as any user above"
    own = "" if settings.admin_token else "; the control surface answers this machine only (--admin-token opens it)"
    return [f"Exposed       other machines reach the API of the mock, {known}{own}"]
