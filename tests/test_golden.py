"""Scenarios as readable files in `golden/`: requests, responses and the records that changed.

A file contains requests (`> METHOD /path`, `> user: NAME`, `> {body}`, and `> clock: +PERIOD` between them), each
followed by its response (`< `) and the records that it changed (`~ `) or removed (`- `). `GOLDEN=write` rewrites the
responses; review the difference before you commit it.
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


def _requests(text: str) -> Iterator[list[str]]:
    """The blocks of `>` lines, one for each request or clock change, without comments."""
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


def _run_scenario(text: str, ask: Ask, clock: Clock, entries: list[Exchange]) -> str:
    """The file with the mock's responses."""
    lines = _comment(text)
    for block in _requests(text):
        lines += ["", *(f"> {line}" for line in block)]
        word, _, rest = block[0].partition(" ")
        if word == "clock:":
            clock.now += parse_period(rest.removeprefix("+"))
            continue
        options = dict(line.split(": ", 1) for line in block[1:] if not line.startswith("{"))
        body = next((json.loads(line) for line in block[1:] if line.startswith("{")), NOTHING)
        token = f"{options['user']}-token" if "user" in options else None
        response = ask(word, rest, token, json=body)
        lines += [f"< {response.status}"]
        if "www-authenticate" in response.headers:
            lines += [f"< WWW-Authenticate: {response.headers['www-authenticate']}"]
        lines += [f"< {line}" for line in _body(response.json)]
        lines += [_change(change) for change in entries[-1].changes]
    return "\n".join(lines) + "\n"


def _body(value: Any) -> Iterator[str]:
    """The lines of a response body, with one line per record of a list."""
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
    changed = {name: change.after.get(name) for name in names if before.get(name) != change.after.get(name)}
    return f"~ {change.collection}/{change.after['id']} {_short(changed)}"


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.txt")))
def test_a_scenario(name: str, ask: Ask, clock: Clock, entries: list[Exchange]) -> None:
    """From 2026-01-15, 12:00 UTC, every response and every change is as written in the file."""
    path = FOLDER / name
    text = path.read_text(encoding="utf-8")
    output = _run_scenario(text, ask, clock, entries)
    if os.environ.get("GOLDEN") == "write":
        path.write_text(output, encoding="utf-8")
    assert output == path.read_text(encoding="utf-8")
