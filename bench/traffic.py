"""Measures `contract-tests traffic`: `python -m bench.traffic [--megabytes 1024] [--redocly COMMAND]`.

Puts each kind of defect into a sound recording and counts what is found, by this tool and, where its command is given,
by `redocly drift` on the same files. Then writes a recording of that size, sound but for one defect at its end, checks
it, and prints seconds and the largest resident set.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.contract_tests.traffic.recording import (
    BASE,
    DEFECTS,
    ORDER,
    PRODUCT,
    SPEC,
    archive,
    entry,
    sound,
    with_defect,
)  # fmt: skip

SEED = 7
AT = len(sound()) // 2  # where the entry with the defect stands
ENTRY = re.compile(r"shop\.har entry (\d+)")


@dataclass(frozen=True)
class Result:
    """What a tool says of a file: the entries in which it finds something, in their order."""

    code: int
    seconds: float
    megabytes: float
    out: str
    entries: tuple[int, ...] = ()


Tool = Callable[[Path], Result]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.traffic")
    parser.add_argument("--megabytes", type=int, default=1024)
    parser.add_argument("--redocly", help="the command of Redocly")
    given = parser.parse_args(arguments)
    tools: dict[str, Tool] = {"contract-tests traffic": ours}
    if given.redocly:
        tools["redocly drift"] = partial(theirs, given.redocly)
    with tempfile.TemporaryDirectory() as folder:
        compare(tools, Path(folder) / "shop.har")
        for size in (10, given.megabytes):
            for name, tool in tools.items():
                large(name, tool, Path(folder) / "shop.har", size)


def compare(tools: dict[str, Tool], path: Path) -> None:
    """Which kinds of defects are found, one recording each; what is said of entries without one."""
    path.write_text(json.dumps(archive(sound())))
    alarms = {name: tool(path) for name, tool in tools.items()}
    print(f"| kind of defect | {' | '.join(tools)} |\n|---|{'---|' * len(tools)}")
    missed = dict.fromkeys(tools, 0)
    for kind in DEFECTS:
        path.write_text(json.dumps(archive(with_defect(kind))))
        cells = []
        for name, tool in tools.items():
            is_found = AT in tool(path).entries
            missed[name] += not is_found
            cells.append("found" if is_found else "missed")
        print(f"| {kind} | {' | '.join(cells)} |")
    for name, result in alarms.items():
        found, alarmed = len(DEFECTS) - missed[name], sorted(result.entries)
        print(f"{name}: {found} of {len(DEFECTS)} found, {missed[name]} missed; {len(alarmed)} alarms in the sound")
        print(f"  recording, at entries {alarmed}; {result.seconds:.2f} s, {result.megabytes:.0f} MB")


def large(name: str, tool: Tool, path: Path, megabytes: int) -> None:
    """Write a recording of this size and check it."""
    count = written(path, megabytes << 20)
    result = tool(path)
    size = path.stat().st_size / 2**20
    print(f"{name}, {size:,.0f} MB, {count:,} entries: exit code {result.code}, {len(result.entries)} findings, "
          f"{result.seconds:.1f} s, {result.megabytes:.0f} MB resident")  # fmt: skip
    if not result.entries:
        print(result.out[-500:])


def written(path: Path, size: int) -> int:
    """Write entries until the file has this size; returns their number."""
    start = json.dumps(archive([]))[: -len("]}}")]
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(start)
        for one in entries(random.Random(SEED)):
            file.write(json.dumps(one) + ",")
            count += 1
            if file.tell() > size:
                break
        file.write(json.dumps(DEFECTS["answer: field missing"][0]()) + "]}}")
    return count + 1


def entries(chance: random.Random) -> Iterator[dict[str, Any]]:
    """Calls with answers of 100 bytes to 40 kB, no two of which are alike, between those of the sound recording."""
    others = sound()
    while True:
        count = chance.choice((1, 5, 20, 50, 400))
        products = [{**PRODUCT, "id": chance.randrange(10**6), "name": f"Novel {chance.random()}", "note": "x" * 40}
                    for _ in range(count)]  # fmt: skip
        query = f"?limit={chance.randrange(1, 100)}&sort=name"
        yield entry("GET", f"{BASE}/products{query}", 200, products, answered={"x-total": str(count)})
        made = {"id": ORDER, "product": chance.randrange(10**6), "at": "2026-01-15T12:00:00Z"}
        yield entry("GET", f"{BASE}/orders?since=2026-01-01", 200, [made] * chance.randrange(1, 9), token=True)
        yield chance.choice(others)


def ours(path: Path) -> Result:
    """This tool."""
    command = [sys.executable, "-m", "contract_tests", "traffic", str(path), "--spec", str(SPEC)]
    result = measured([*command, "--undocumented", "fail"])
    lines = [line for line in result.out.splitlines() if line.startswith("seen in")]
    found = tuple(int(number) - 1 for line in lines for number in ENTRY.findall(line))
    return Result(result.code, result.seconds, result.megabytes, result.out, found)


def theirs(command: str, path: Path) -> Result:
    """Redocly's, with the address of the API."""
    result = measured([command, "drift", str(path), "--api", str(SPEC), "--server", BASE, "--format", "json"])
    start = result.out.find("\n{")
    try:
        problems = json.JSONDecoder().raw_decode(result.out[start + 1 :])[0]["problems"]
    except (ValueError, KeyError):
        problems = []
    found = tuple(one["exchangeIndex"] for one in problems)
    return Result(result.code, result.seconds, result.megabytes, result.out, found)


def measured(command: Sequence[str]) -> Result:
    """Exit code, seconds, MB of the largest resident set, and output of a command."""
    started = time.monotonic()
    with tempfile.TemporaryFile() as out:
        pid = os.posix_spawnp(command[0], command, os.environ, file_actions=[
            (os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, out.fileno(), 2)])  # fmt: skip
        _, status, usage = os.wait4(pid, 0)
        out.seek(0)
        text = out.read().decode("utf-8", "replace")
    return Result(os.waitstatus_to_exitcode(status), time.monotonic() - started, usage.ru_maxrss / 1024, text)


if __name__ == "__main__":
    main()
