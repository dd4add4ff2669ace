"""`python -m bench [all|install|compare|figures|stages|render|instructions|memory]`: what `make bench` runs."""

import argparse
import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import compare, figures, install, instructions, machine, memory, report, targets
from bench.inputs import ROOT, WORK, prepare
from bench.peers import ALL, MOCK, Peer

RESULTS = {part: WORK / f"{part}.json" for part in ("compare", "figures", "stages")}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one part, or all of them, and write the tables into bench/README.md."""
    options = _options(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # exit as on Ctrl-C, so that the servers are ended
    try:
        return _run(options)
    except KeyboardInterrupt:
        _log("stopped; every server that was started has been ended")
        return 130
    except install.NotInstalled as problem:
        _log(f"cannot measure: {problem}")
        return 3


def _run(options: argparse.Namespace) -> int:
    plan = compare.Plan(options.rounds, options.seconds, options.warm_up)
    peers = [peer for peer in ALL if not options.only or any(word in peer.name for word in options.only)]
    if options.part == "install":
        return _install(peers)
    if options.part == "memory":
        return 0 if memory.memory(_log, options.only) else 1
    if options.part == "instructions":
        for name, value in instructions.instructions().items():
            _log(f"{name}: {value:,}")
        return 0
    if options.part in {"all", "compare"}:
        install.wrk()
        outcome = compare.compare(peers, prepare(), plan, _log)
        if problem := outcome.missing.get(MOCK.name):
            raise install.NotInstalled(f"{MOCK.name}: {problem}")
        _save("compare", {"outcome": outcome.as_data(), **_run_info(plan)}, partial=bool(options.only))
    if options.part in {"all", "figures"}:
        install.wrk()
        measured = figures.figures(prepare(), plan, _log)
        _save("figures", {"figures": measured, **_run_info(plan)}, partial=False)
    if options.part in {"all", "stages"}:
        _stages()
    if not options.only:
        _render()
    return 0


def _stages() -> None:
    """Run the micro-benchmarks in a separate process; pytest-benchmark writes the file."""
    _log("stages")
    test = Path(__file__).with_name("test_stages.py")
    words = [sys.executable, "-m", "pytest", "-q", str(test), f"--benchmark-json={RESULTS['stages']}"]
    completed = subprocess.run(words, cwd=ROOT, check=False, capture_output=True, text=True)
    if completed.returncode:
        RESULTS["stages"].unlink(missing_ok=True)  # an older result would not match this run
        _log(f"the stages failed; the tables are written without them:\n{completed.stdout[-2000:]}")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parts = ["all", "install", *RESULTS, "render", "instructions", "memory"]
    parser.add_argument("part", nargs="?", default="all", choices=parts)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each measurement (default 5)")
    parser.add_argument("--seconds", type=int, default=2, help="length of one load (default 2)")
    parser.add_argument(
        "--warm-up", type=int, default=4, help="seconds of each kind of request before the rounds (default 4)"
    )
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="WORD",
        help="servers whose name contains a word; prints the result, does not change the README",
    )
    return parser.parse_args(arguments)


def _install(peers: Sequence[Peer]) -> int:
    install.wrk()
    for peer in (*peers, figures.GITHUB):
        try:
            install.install(peer)
            _log(f"installed: {peer.name}")
        except install.NotInstalled as problem:
            _log(f"not installed: {peer.name}: {problem}")
    return 0


def _run_info(plan: compare.Plan) -> dict[str, Any]:
    return {"plan": vars(plan), "machine": machine.describe()}


def _save(part: str, run: dict[str, Any], *, partial: bool) -> None:
    text = json.dumps(run, indent=1)
    if partial:
        print(text)
    else:
        RESULTS[part].write_text(text)


def _render() -> None:
    """Write the latest measurements, from this run or an earlier one, into the README."""
    runs = {part: _read(path) for part, path in RESULTS.items()}
    outcome, sizes = runs["compare"].get("outcome", {}), runs["figures"].get("figures", {})
    report.write_section("targets", targets.targets(outcome, sizes))
    if outcome:
        report.write_section("comparison", report.comparison(runs["compare"]))
    if sizes:
        report.write_section("sizes", report.sizes(runs["figures"]))
    if runs["stages"]:
        report.write_section("stages", report.stages(runs["stages"]))
    _log(f"written: {report.README}")


def _read(path: Path) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return run


def _log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
