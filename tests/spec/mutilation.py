"""Pages cut, shuffled and broken on purpose."""

from __future__ import annotations

import random
from collections.abc import Callable

Mutilate = Callable[[str, random.Random], bytes]


def _cut_end(text: str, chance: random.Random) -> bytes:
    return text.encode()[: chance.randrange(len(text))]


def _cut_start(text: str, chance: random.Random) -> bytes:
    return text.encode()[chance.randrange(len(text)) :]


def _cut_middle(text: str, chance: random.Random) -> bytes:
    lines = text.split("\n")
    start = chance.randrange(len(lines))
    return "\n".join(lines[:start] + lines[start + chance.randrange(1, 30) :]).encode()


def _drop_lines(text: str, chance: random.Random) -> bytes:
    return "\n".join(line for line in text.split("\n") if chance.random() > 0.05).encode()


def _shuffle_rows(text: str, chance: random.Random) -> bytes:
    """Every run of table rows, or of five-cell rows of pasted text, in another order."""
    if "\n|" in text:
        return "\n".join(_runs(text.split("\n"), lambda line: line.startswith("|"), chance)).encode()
    cells = text.split("\n\n")
    groups: list[list[str]] = []
    at = 0
    while at < len(cells):
        size = 5 if cells[at].startswith("»") else 1
        groups.append(cells[at : at + size])
        at += size
    mixed = _runs(groups, lambda group: group[0].startswith("»"), chance)
    return "\n\n".join(cell for group in mixed for cell in group).encode()


def _runs(items: list, belongs: Callable, chance: random.Random) -> list:  # type: ignore[type-arg]
    result: list = []  # type: ignore[type-arg]
    run: list = []  # type: ignore[type-arg]
    for item in [*items, None]:
        if item is not None and belongs(item):
            run.append(item)
            continue
        chance.shuffle(run)
        result += run
        run = []
        if item is not None:
            result.append(item)
    return result


def _break_tables(text: str, chance: random.Random) -> bytes:
    return "".join("" if char in "|»" and chance.random() < 0.1 else char for char in text).encode()


def _swap_lines(text: str, chance: random.Random) -> bytes:
    lines = text.split("\n")
    for _ in range(5):
        a, b = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[a], lines[b] = lines[b], lines[a]
    return "\n".join(lines).encode()


def _repeat(text: str, chance: random.Random) -> bytes:
    lines = text.split("\n")
    start = chance.randrange(len(lines))
    return "\n".join(lines[: start + 20] + lines[start:]).encode()


def _binary(text: str, chance: random.Random) -> bytes:
    return chance.randbytes(5_000)


def _poisoned(text: str, chance: random.Random) -> bytes:
    data = bytearray(text.encode())
    for _ in range(5):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


MUTILATIONS: dict[str, Mutilate] = {
    "cut end": _cut_end, "cut start": _cut_start, "cut middle": _cut_middle, "drop lines": _drop_lines,
    "shuffle rows": _shuffle_rows, "break tables": _break_tables, "swap lines": _swap_lines, "repeat": _repeat,
    "binary": _binary, "poisoned": _poisoned,
}  # fmt: skip

# Where single lines go or change places a table may be whole and wrong; nobody could tell.
ANY_FACT = ("drop lines", "swap lines")
