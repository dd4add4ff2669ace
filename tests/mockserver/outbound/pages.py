"""Runs what the pages about callbacks and jobs show, as a reader pastes it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from mockserver.cli.commands import read_options
from mockserver.cli.config import settings_of
from mockserver.settings import Settings
from tests.mockserver.control.conftest import MOCK, Control
from tests.support import ROOT, Ask, ClientResponse


def blocks(page: str, language: str) -> list[str]:
    """The blocks of code of a page in a language."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def written(page: str, names: Iterable[str]) -> None:
    """Write the YAML of a page into files of these names."""
    for name, text in zip(names, blocks(page, "yaml"), strict=True):
        Path(name).write_text(text, encoding="utf-8")


def settings_in(command: str) -> Settings:
    """The settings of a command that starts a mock."""
    return settings_of(read_options(shlex.split(command.rstrip("& "))[1:]), {})


def sent(commands: Iterable[str], ask: Ask, control: Control, hook: str) -> Iterator[ClientResponse]:
    """The responses to the curl commands, with the receiver at `hook`."""
    for command in commands:
        words = shlex.split(command.replace("http://127.0.0.1:9000/hook", hook))
        method = words[words.index("-X") + 1] if "-X" in words else "GET"
        path = next(word for word in words if word.startswith("localhost")).removeprefix("localhost:4010")
        body = {"json": json.loads(words[words.index("-d") + 1])} if "-d" in words else {}
        if path.startswith(MOCK):
            yield control(method, path.removeprefix(MOCK), **body)
        else:
            plain, _, query = path.partition("?")
            yield ask(method, plain, query=query, **body)
