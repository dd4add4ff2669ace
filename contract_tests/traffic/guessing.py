"""Where the API is in recorded traffic, for a contract that names no address: where its paths are asked for most."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from contract_tests.core.contract import Contract
from contract_tests.traffic.files import opened

URL: Final = re.compile(rb'"url"\s*:\s*"(https?://[^/"?#\\]+)([^"?#\\]*)', re.IGNORECASE)
BLOCK: Final = 1 << 20
LONGEST_URL: Final = 2000  # bytes of a beginning that a block of a file may cut in two
MOST_PATHS: Final = 5000
DEEPEST: Final = 3  # segments of a base path
LEAST: Final = 2  # kinds of paths that must be asked for below a base
FEW: Final = 4  # a base with this much fewer of them is a coincidence


def guessed(contract: Contract, files: Iterable[Path]) -> tuple[str, ...]:
    """The base URLs below which most kinds of the contract's paths are; none where no base has several of them."""
    kinds: dict[tuple[str, str], set[str]] = {}
    for origin, path in paths_in(files):
        for prefix, rest in cut(path):
            if template := kind_of(contract, rest):
                kinds.setdefault((origin, prefix), set()).add(template)
    best: dict[str, tuple[int, str]] = {}
    for (origin, prefix), templates in sorted(kinds.items(), key=lambda one: len(one[0][1])):
        if len(templates) > best.get(origin, (0, ""))[0]:  # of equals the shortest
            best[origin] = len(templates), prefix
    most = max((count for count, _ in best.values()), default=0)
    if most < LEAST:
        return ()
    return tuple(origin + prefix for origin, (count, prefix) in best.items() if count * FEW > most)


def kind_of(contract: Contract, path: str) -> str | None:
    """The template of a path, if the contract has one with a name of its own: `/{id}` fits whatever there is."""
    for method in contract.methods_at(path):
        found = contract.match(method, path)
        if found is not None:
            template = found[0].path
            return template if re.sub(r"\{[^}]*\}|/", "", template) else None
    return None


def cut(path: str) -> Iterator[tuple[str, str]]:
    """A path cut into a base and the rest, in each way that is likely."""
    parts = path.split("/")
    for count in range(1, min(DEEPEST + 2, len(parts))):
        yield "/".join(parts[:count]), f"/{'/'.join(parts[count:])}"


def paths_in(files: Iterable[Path]) -> list[tuple[str, str]]:
    """The origins and paths that files name as those of requests, the most frequent first."""
    found: Counter[tuple[bytes, bytes]] = Counter()
    for file in files:
        with opened(file) as (stream, _):
            rest = b""
            while block := stream.read(BLOCK):
                found.update((one[1], one[2]) for one in URL.finditer(rest + block))
                rest = block[-LONGEST_URL:]
                if len(found) > 2 * MOST_PATHS:
                    found = Counter(dict(found.most_common(MOST_PATHS)))
    ordered = found.most_common(MOST_PATHS)
    return [
        (origin.decode("utf-8", "replace"), unquote(path.decode("utf-8", "replace"))) for (origin, path), _ in ordered
    ]
