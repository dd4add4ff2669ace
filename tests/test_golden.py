"""Scenarios that a person would rather read than code: request, answer, and what changed, as files in `golden/`.

A file holds requests (`> METHOD /path`, `> user: NAME`, `> {body}`, `> clock: +PERIOD` between them), each followed by
the answer it gets (`< `) and the records that it changed (`~ `, or `- ` when one is gone). `GOLDEN=write` rewrites the
answers; read the difference before you commit it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mockserver.clock import parse_period
from mockserver.exchange.exchange import Exchange
from tests.support import NOTHING, Ask, Clock

FOLDER = Path(__file__).parent / "golden"


def _asked(text: str) -> Iterator[list[str]]:
    """The blocks of `>` lines, one for each request or turn of the clock, comments of the file aside."""
    block: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("> "):
            block.append(line[2:])
        elif block:
            yield block
            block = []


def _comment(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("#")]


def _short(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _played(text: str, ask: Ask, clock: Clock, entries: list[Exchange]) -> str:
    """The file as it comes out of the mock."""
    lines = _comment(text)
    for block in _asked(text):
        lines += ["", *(f"> {line}" for line in block)]
        word, _, rest = block[0].partition(" ")
        if word == "clock:":
            clock.now += parse_period(rest.removeprefix("+"))
            continue
        said = dict(line.split(": ", 1) for line in block[1:] if not line.startswith("{"))
        body = next((json.loads(line) for line in block[1:] if line.startswith("{")), NOTHING)
        token = f"{said['user']}-token" if "user" in said else None
        answer = ask(word, rest, token, json=body)
        lines += [f"< {answer.status}"]
        if "www-authenticate" in answer.headers:
            lines += [f"< WWW-Authenticate: {answer.headers['www-authenticate']}"]
        lines += [f"< {line}" for line in _body(answer.json)]
        lines += [_change(change) for change in entries[-1].changes]
    return "\n".join(lines) + "\n"


def _body(value: Any) -> Iterator[str]:
    """An answer, a record a line where it lists records."""
    for name, inner in value.items():
        if isinstance(inner, list) and inner:
            yield f"{name}:"
            yield from (f"  {_short(record)}" for record in inner)
        else:
            yield f"{name}: {_short(inner)}"


def _change(change: Any) -> str:
    if change.after is None:
        return f"- {change.collection}/{change.before['id']}"
    names = sorted(set(change.before or {}) | set(change.after))
    before = change.before or {}
    told = {name: change.after.get(name) for name in names if before.get(name) != change.after.get(name)}
    return f"~ {change.collection}/{change.after['id']} {_short(told)}"


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.txt")))
def test_a_scenario_goes_as_written(name: str, ask: Ask, clock: Clock, entries: list[Exchange]) -> None:
    """Played from the start of 2026-01-15, 12:00 UTC, every answer and every change is what the file says."""
    path = FOLDER / name
    text = path.read_text(encoding="utf-8")
    played = _played(text, ask, clock, entries)
    if os.environ.get("GOLDEN") == "write":
        path.write_text(played, encoding="utf-8")
    assert played == path.read_text(encoding="utf-8")
