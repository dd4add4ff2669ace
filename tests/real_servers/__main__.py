"""The command behind `make real-servers`: contract-tests and Schemathesis against servers of others."""

from __future__ import annotations

import argparse
import subprocess
import sys
from datetime import UTC, datetime

from tests.real_servers import judging, report
from tests.real_servers.server import Server, servers
from tests.real_servers.serving import WORK, versions

RESULTS = WORK / "results"


def main() -> int:
    """Run the tools, or confirm the known defects; 2 where no server has the name."""
    options = _options()
    chosen = servers(options.only)
    if not chosen:
        print(f"there are {', '.join(one.id for one in servers())}", file=sys.stderr)
        return 2
    for server in chosen:
        if options.confirm:
            _confirm(server, options.port)
        for tool in () if options.confirm else options.tools:
            run = judging.TOOLS[tool](server, options.budget, options.port)
            harm = run.harm
            result = report.Result(server.id, tool, versions(server), datetime.now(UTC).isoformat(timespec="seconds"),
                                   _commit(), run.reports, run.requests, run.seconds, harm.records, len(harm.changed),
                                   harm.left)  # fmt: skip
            if run.stopped:
                print(f"{server.id}: stays as it is in the table, for the run came to no end: {run.stopped}")
            else:
                result.save(RESULTS)
            print("\n".join([*([run.output] if options.verbose else []), *report.summary(server, result)]), flush=True)
    if not options.confirm:
        report.write(servers(), report.load(RESULTS))
    return 0


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short=8", "HEAD"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _confirm(server: Server, port: int) -> None:
    for title, curl, answer in judging.confirmed(server, port):
        print(f"{title}\n  {curl}\n  {answer.strip()[:600]}\n", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make real-servers ARGS=...", description=__doc__)
    parser.add_argument("--only", nargs="*", default=(), metavar="NAME", help="only these servers")
    parser.add_argument("--tools", nargs="*", default=("ours", "theirs"), choices=tuple(judging.TOOLS))
    parser.add_argument("--budget", type=int, default=240, metavar="SECONDS", help="of each run (default: 240)")
    parser.add_argument("--port", type=int, default=0, help="of the servers (default: a free one)")
    parser.add_argument("--confirm", action="store_true", help="send the curl lines of the known defects instead")
    parser.add_argument("--verbose", action="store_true", help="print the output of the tools")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
