"""Writes docs/command-line.md from the flags: `python -m docs.reference`. A test checks that the page is current."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

from contract_tests.run.cli import parser as contract_parser
from contract_tests.run.settings import OPTIONS
from contract_tests.traffic.command import parser as traffic_parser
from docs_to_openapi.cli import parser as docs_parser
from mockserver.cli.commands import _parser as mock_parser

PAGE = Path(__file__).with_name("command-line.md")
INTRODUCTION = """\
# Command line

This page is made from the code. `mockserver COMMAND --help`, `contract-tests --help` and
`docs-to-openapi COMMAND --help` print the same.

Flags override environment variables, these override a [settings file](configuration.md), and this overrides defaults.
Exit codes are the same for all commands: 0 success, 1 the contract is broken, 2 wrong usage or configuration, 3 the
address, the target or the credentials can't be used, or the budget is spent, 4 internal error.

`mockserver petstore.yaml` is short for `mockserver mock petstore.yaml`.
"""


def page() -> str:
    """The text of the page."""
    mock = mock_parser()
    parts = [INTRODUCTION]
    for name, command in _commands(mock).items():
        variables = {"--spec": "MOCKSERVER_SPEC"} if name == "mock" else {}
        for action in command._actions if name == "mock" else ():  # noqa: SLF001 - argparse shows them nowhere else
            for flag in action.option_strings[:1]:
                if flag not in ("-h", "--config"):
                    variables[flag] = f"MOCKSERVER_{flag[2:].replace('-', '_').upper()}"
        parts.append(f"## mockserver {name}\n{_help_of(mock, name)}\n\n{_table(command, variables)}")
    variables = {f"--{option.name}": option.env for option in OPTIONS if option.env}
    about = "Checks an implementation of the contract, by its URL. [ci.md](ci.md) shows how to run it in CI.\n\n"
    parts.append(f"## contract-tests\n{about}{_table(contract_parser(), variables)}")
    traffic = "Checks recorded traffic against the contract; sends nothing. See [traffic.md](traffic.md).\n\n"
    parts.append(f"## contract-tests traffic\n{traffic}{_table(traffic_parser(), variables)}")
    docs = docs_parser()
    for name, command in _commands(docs).items():
        parts.append(f"## docs-to-openapi {name}\n{_help_of(docs, name)}\n\n{_table(command, {})}")
    return "\n".join(parts)


def _commands(parser: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    (commands,) = (one for one in parser._actions if isinstance(one, argparse._SubParsersAction))  # noqa: SLF001
    return dict(commands.choices)


def _help_of(parser: argparse.ArgumentParser, name: str) -> str:
    (commands,) = (one for one in parser._actions if isinstance(one, argparse._SubParsersAction))  # noqa: SLF001
    (text,) = (one.help or "" for one in commands._choices_actions if one.dest == name)  # noqa: SLF001
    return f"{text[:1].upper()}{text[1:]}."


def _table(parser: argparse.ArgumentParser, variables: Mapping[str, str]) -> str:
    return "\n".join(["| argument | environment variable | effect |", "|---|---|---|", *_rows(parser, variables), ""])


def _rows(parser: argparse.ArgumentParser, variables: Mapping[str, str]) -> Iterator[str]:
    for action in parser._actions:  # noqa: SLF001
        if isinstance(action, argparse._HelpAction):  # noqa: SLF001
            continue
        names = action.option_strings or [str(action.metavar or action.dest)]
        value = "" if action.nargs == 0 or not action.option_strings else f" {_value(action)}"
        variable = next((f"`{variables[name]}`" for name in names if variables.get(name)), "")
        yield f"| `{', '.join(names)}{value}` | {variable} | {_cell(action.help or '')} |"


def _value(action: argparse.Action) -> str:
    return "\\|".join(action.choices) if action.choices else str(action.metavar or action.dest.upper())


def _cell(text: str) -> str:
    return text.replace("%%", "%").replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
