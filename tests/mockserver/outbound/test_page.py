"""The files and commands of docs/outbound.md work as a reader pastes them."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mockserver.cli.commands import read_options
from mockserver.cli.config import settings_of
from mockserver.exchange.engine import Engine
from tests.mockserver.control.conftest import MOCK, Control
from tests.mockserver.outbound.receiver import Receiver
from tests.support import ROOT, Ask

PAGE = (ROOT / "docs/outbound.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_works(tmp_path: Path, monkeypatch: Any, build: Callable[..., Engine], receiver: Receiver) -> None:
    """Callback and webhook arrive, and `verify` finds the two deliveries of the webhook."""
    monkeypatch.chdir(tmp_path)
    for name, text in zip(("openapi.yaml", "behaviours.yaml", "fixtures.yaml"), blocks("yaml"), strict=True):
        Path(name).write_text(text, encoding="utf-8")
    start, *commands = blocks("sh")[0].splitlines()
    engine = build(settings_of(read_options(shlex.split(start.rstrip("& "))[1:]), {}))
    ask, control = Ask(engine, None), Control(engine)
    answers = []
    for command in commands:
        words = shlex.split(command.replace("http://127.0.0.1:9000/hook", receiver.url))
        method = words[words.index("-X") + 1] if "-X" in words else "GET"
        path = next(word for word in words if word.startswith("localhost")).partition("/")[2]
        body = {"json": json.loads(words[words.index("-d") + 1])} if "-d" in words else {}
        call = control if f"/{path}".startswith(MOCK) else ask
        answers.append(call(method, f"/{path}".removeprefix(MOCK), **body))
    assert [answer.status for answer in answers] == [201, 200, 200, 201, 200, 200, 200, 200]
    assert answers[-1].json["verified"], answers[-1].json
    assert sorted(one.json.get("type", "") for one in receiver.received) == ["", "deviceTrusted", "deviceTrusted"]
