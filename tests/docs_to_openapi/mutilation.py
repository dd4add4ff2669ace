"""Damages pages in several ways: cut, shuffled, with broken tables."""

from __future__ import annotations

import random
from collections.abc import Callable

Mutilate = Callable[[str, random.Random], bytes]


def _cut_end(text: str, random_source: random.Random) -> bytes:
    return text.encode()[: random_source.randrange(len(text))]


def _cut_start(text: str, random_source: random.Random) -> bytes:
    return text.encode()[random_source.randrange(len(text)) :]


def _cut_middle(text: str, random_source: random.Random) -> bytes:
    lines = text.split("\n")
    start = random_source.randrange(len(lines))
    return "\n".join(lines[:start] + lines[start + random_source.randrange(1, 30) :]).encode()


def _drop_lines(text: str, random_source: random.Random) -> bytes:
    return "\n".join(line for line in text.split("\n") if random_source.random() > 0.05).encode()


def _shuffle_rows(text: str, random_source: random.Random) -> bytes:
    """Reorder each run of table rows, or of five-cell rows of pasted text."""
    if "\n|" in text:
        return "\n".join(_runs(text.split("\n"), lambda line: line.startswith("|"), random_source)).encode()
    cells = text.split("\n\n")
    groups: list[list[str]] = []
    at = 0
    while at < len(cells):
        size = 5 if cells[at].startswith("»") else 1
        groups.append(cells[at : at + size])
        at += size
    mixed = _runs(groups, lambda group: group[0].startswith("»"), random_source)
    return "\n\n".join(cell for group in mixed for cell in group).encode()


def _runs(items: list, belongs: Callable, random_source: random.Random) -> list:  # type: ignore[type-arg]
    result: list = []  # type: ignore[type-arg]
    run: list = []  # type: ignore[type-arg]
    for item in [*items, None]:
        if item is not None and belongs(item):
            run.append(item)
            continue
        random_source.shuffle(run)
        result += run
        run = []
        if item is not None:
            result.append(item)
    return result


def _break_tables(text: str, random_source: random.Random) -> bytes:
    return "".join("" if char in "|»" and random_source.random() < 0.1 else char for char in text).encode()


def _swap_lines(text: str, random_source: random.Random) -> bytes:
    lines = text.split("\n")
    for _ in range(5):
        a, b = random_source.randrange(len(lines)), random_source.randrange(len(lines))
        lines[a], lines[b] = lines[b], lines[a]
    return "\n".join(lines).encode()


def _repeat(text: str, random_source: random.Random) -> bytes:
    lines = text.split("\n")
    start = random_source.randrange(len(lines))
    return "\n".join(lines[: start + 20] + lines[start:]).encode()


def _binary(text: str, random_source: random.Random) -> bytes:
    return random_source.randbytes(5_000)


def _random_bytes(text: str, random_source: random.Random) -> bytes:
    data = bytearray(text.encode())
    for _ in range(5):
        data[random_source.randrange(len(data))] = random_source.randrange(256)
    return bytes(data)


MUTILATIONS: dict[str, Mutilate] = {
    "cut end": _cut_end, "cut start": _cut_start, "cut middle": _cut_middle, "drop lines": _drop_lines,
    "shuffle rows": _shuffle_rows, "break tables": _break_tables, "swap lines": _swap_lines, "repeat": _repeat,
    "binary": _binary, "random bytes": _random_bytes,
}  # fmt: skip

# If single lines are dropped or swapped, the result can be a well-formed but wrong table, which no reader can detect.
ANY_FACT = ("drop lines", "swap lines")
