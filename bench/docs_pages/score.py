"""Pages of every family, read and compared fact by fact with what they state."""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.docs_pages import blocks_pages, markdown_pages, text_pages
from bench.docs_pages.model import apis, truth
from docs_to_openapi.config import Config
from docs_to_openapi.contract.build import read_alone
from docs_to_openapi.contract.facts import METHODS, facts

FAMILIES = markdown_pages.FAMILIES | blocks_pages.FAMILIES | text_pages.FAMILIES
SEEN = range(5)
UNSEEN = range(5, 10)


@dataclass
class Score:
    """Facts by kind: read, right among these, stated, and found among these."""

    read: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    stated: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)

    def precision(self, kind: str = "") -> float:
        """The share of the facts read that the pages state."""
        return _share(self.right, self.read, kind)

    def recall(self, kind: str = "") -> float:
        """The share of the stated facts that were read."""
        return _share(self.found, self.stated, kind)


def _share(part: Counter[str], whole: Counter[str], kind: str) -> float:
    counts = (part[kind], whole[kind]) if kind else (part.total(), whole.total())
    return counts[0] / counts[1] if counts[1] else 1.0


def comparable(document: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """The facts without examples, and the summaries."""
    found = {key: fact.value for key, fact in facts(document).items() if key[0] != "example"}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item and "summary" in item[method]:
                found["summary", f"{method.upper()} {path}"] = item[method]["summary"]
    return found


def score_family(family: str, half: range, result: Score, misses: list[str], *, infer: bool = False) -> None:
    """Read the pages of a family in one half, and count."""
    for index in half:
        api = apis()[index]
        pages, printed = FAMILIES[family](api, index)
        stated = comparable(truth(api, printed))
        read = comparable(_read(pages, infer=infer))
        for key, value in read.items():
            result.read[key[0]] += 1
            if key in stated and stated[key] == value:
                result.right[key[0]] += 1
            else:
                misses.append(f"{family} {index} wrong   {key[0]} of {key[1]}: {value!r}, not {stated.get(key)!r}")
        for key, value in stated.items():
            result.stated[key[0]] += 1
            if key in read and read[key] == value:
                result.found[key[0]] += 1
            else:
                misses.append(f"{family} {index} missing {key[0]} of {key[1]}: {value!r}, read {read.get(key)!r}")


def _read(pages: dict[str, str], *, infer: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name, text in pages.items():
            path = Path(folder) / name
            path.write_text(text, encoding="utf-8")
            paths.append(path)
        return read_alone(sorted(paths), Config(Path(folder), infer=infer))[0]


def main() -> int:
    """Print a table by family; exit code 1 below precision 0.99 or recall 0.95."""
    options = _options()
    half = SEEN if options.half == "seen" else UNSEEN
    if options.vendor:
        from bench.docs_pages.vendor import write

        print(f"{write(options.vendor)} pages")
        return 0
    if options.damaged:
        from bench.docs_pages.mutilated import table

        print(table(half))
        return 0
    return _score(options, half)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("seen", "unseen"), default="seen")
    parser.add_argument("--misses", type=Path, help="write every wrong and missing fact to this file")
    parser.add_argument("--write", type=Path, help="write the pages into this folder")
    parser.add_argument("--vendor", type=Path, help="write 50 pages of one vendor into this folder")
    parser.add_argument("--kinds", action="store_true", help="also print the scores by kind")
    parser.add_argument("--damaged", action="store_true", help="damage the pages, and count what is still right")
    parser.add_argument("families", nargs="*", help=", ".join(FAMILIES))
    return parser.parse_args()


def _score(options: argparse.Namespace, half: range) -> int:
    misses: list[str] = []
    low = False
    print(f"| family ({options.half}) | facts | precision | recall |\n|---|---|---|---|")
    total = Score()
    for family in options.families or FAMILIES:
        result = Score()
        score_family(family, half, result, misses)
        print(f"| {family} | {result.stated.total()} | {result.precision():.4f} | {result.recall():.4f} |")
        low = low or result.precision() < 0.99 or result.recall() < 0.95
        for mine, added in zip(vars(total).values(), vars(result).values(), strict=True):
            mine.update(added)
        if options.write:
            _write(options.write, family, half)
    if options.kinds:
        print("\n| kind | facts | precision | recall |\n|---|---|---|---|")
        for kind in sorted(total.stated | total.read):
            print(f"| {kind} | {total.stated[kind]} | {total.precision(kind):.4f} | {total.recall(kind):.4f} |")
    if options.misses:
        options.misses.write_text("\n".join(misses) + "\n", encoding="utf-8")
    return 1 if low else 0


def _write(folder: Path, family: str, half: range) -> None:
    for index in half:
        for name, text in FAMILIES[family](apis()[index], index)[0].items():
            path = folder / family.replace(" ", "-") / f"{index}-{name}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
