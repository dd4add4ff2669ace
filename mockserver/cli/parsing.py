"""How the command line is read: a contract alone starts the mock, and a misspelt word gets a suggestion."""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, NoReturn

from mockserver.cli.output import show
from mockserver.errors import UsageError, did_you_mean
from mockserver.settings import DOCUMENT_SUFFIXES

_MEANT = ("serve", "start", "run")
"""Words that other tools have for `mock`."""
_OWN_FLAGS = ("-h", "--help", "--version")
"""Flags that come before a command; all others are those of `mock`."""


class Parser(argparse.ArgumentParser):
    """Wrong usage is an error like any other, and help is printed like any other output."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError."""
        if message.endswith(": COMMAND"):
            raise UsageError("needs a command or an OpenAPI document", fix="mockserver petstore.yaml, or --help")
        raise UsageError(_plainly(message), fix=f"{self.prog} --help")

    def _print_message(self, message: str, file: Any = None) -> None:  # noqa: ARG002 - argparse passes it
        show(message, end="")  # help and version only: `error` prints nothing

    def flags(self) -> tuple[str, ...]:
        """The names of its flags."""
        return tuple(self._option_string_actions)


_CHOICE = re.compile(r"argument (?P<name>\S+): invalid choice: '(?P<word>.*)' \(choose from (?P<known>.*)\)")
_VALUE = re.compile(r"argument (?P<name>[^:]+): expected (one|at least one) argument")


def _plainly(message: str) -> str:
    """A message of argparse in the words of our other errors."""
    if found := _CHOICE.fullmatch(message):
        known = [word.strip(" '") for word in found["known"].split(",")]
        near = difflib.get_close_matches(found["word"], known, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        return f"{found['name']}: {found['word'][:100]!r} is none of {', '.join(known)}{meant}"
    if found := _VALUE.fullmatch(message):
        return f"{found['name']} needs a value"
    return message


def parse(parser: Parser, words: Sequence[str], commands: Collection[str]) -> argparse.Namespace:
    """The options of a command line, of which `command` is the parser that knows its flags. Raises UsageError."""
    options, rest = parser.parse_known_args(with_command(words, commands))
    if isinstance(getattr(options, "contract", None), list) and not any(word.startswith("-") for word in rest):
        options.contract += rest  # argparse takes no more of them once it has seen a flag
    elif rest:
        raise _unknown(rest[0], options.command)
    return options


def with_command(words: Sequence[str], commands: Collection[str]) -> list[str]:
    """The words, after `mock` where they begin with a contract, with a flag of `mock` or with another word for it.

    Raises UsageError.
    """
    first = words[0] if words else "--help"
    if first == "help":
        return [*words[1:2], "--help"]
    if first in _MEANT:
        return ["mock", *words[1:]]
    if first in commands or first in _OWN_FLAGS or not words:
        return list(words)
    if first.startswith("-") or _names_document(first):
        return ["mock", *words]
    near = difflib.get_close_matches(first, list(commands), n=1)
    fix = did_you_mean(first, commands) if near else f"commands: {', '.join(commands)}"
    raise UsageError(f"{first[:100]!r} is neither a command nor a file", fix=fix)


def _names_document(word: str) -> bool:
    return "://" in word or word.lower().endswith(DOCUMENT_SUFFIXES) or Path(word).exists()


def _unknown(word: str, command: Parser) -> UsageError:
    if not word.startswith("-"):
        return UsageError(f"{word[:100]!r} is one argument too many", fix=f"{command.prog} --help")
    name = word.partition("=")[0][:100]
    known = [flag for flag in (*command.flags(), *_OWN_FLAGS) if flag.startswith("--")]
    near = difflib.get_close_matches(name, known, n=1)
    return UsageError(f"unknown flag {name!r}", fix=did_you_mean(name, known) if near else f"{command.prog} --help")
