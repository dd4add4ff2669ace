"""The tools that a coding agent gets; their signatures are the schemas of their arguments.

Each tool is one call of the control API, or one command in a process of its own. Its docstring is what the agent reads.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias
from urllib.parse import quote, urlencode

from mockserver.errors import Unavailable
from mockserver.testing.client import MockServer

MOST_CHARACTERS: int = 60_000
"""How long the result of a tool may be; the rest is cut off, and the result says so."""
CHECKING: int = 120
"""Seconds that `check_contract` may take."""
LONGEST_RUN: int = 600
"""Seconds that a run of the contract tests may take."""

Record: TypeAlias = dict[str, Any]


class Tools:
    """The tools for one mock server; their public methods are the tools."""

    def __init__(self, server: MockServer) -> None:
        self._server = server

    def check_contract(self, contract: str) -> str:
        """Report how each operation of an OpenAPI document (a file or URL) would be mocked: stateful, or only an
        example, and why; and which parts of the document are invalid."""
        return _command(["-m", "mockserver", "check-spec", _not_a_flag(contract)], CHECKING)

    def describe_mock(self) -> str:
        """The running mock: its URL, contract, users with their tokens, operations, and collections with the schemas
        of their fields."""
        return self._get("/about")

    def send_request(
        self,
        method: str,
        path: str,
        user: str | None = None,
        headers: dict[str, str] | None = None,
        body: Any = None,
        world: str = "main",
    ) -> str:
        """Send a request to the mocked API, as this user, and return the response with its explanation. `path` may have
        a query. `body` is sent as JSON."""
        asked = {"method": method.upper(), "path": path, "user": user, "headers": headers, "body": body}
        return self._call("POST", world, "/requests", {name: one for name, one in asked.items() if one is not None})

    def list_worlds(self) -> str:
        """The worlds in use: isolated copies of the records, each with its own clock, faults and journal."""
        return self._get("/worlds")

    def reset_world(self, world: str = "main") -> str:
        """Restore the fixtures of a world: records, clock, faults and journal."""
        return self._call("POST", world, "/reset", {})

    def rewind_world(self, before: int | Literal["last"] = "last", world: str = "main") -> str:
        """Restore the state just before a request, and forget that request and all later ones."""
        return self._call("POST", world, "/rewind", {"before": before})

    def list_records(self, collection: str, limit: int = 50, world: str = "main") -> str:
        """The first records of a collection."""
        records = self._server.control("GET", f"{_place(world)}/state").get(collection)
        if records is None:
            raise ValueError(f"there is no collection {collection!r}; describe_mock lists them")
        return _shown({"total": len(records), "records": records[: max(0, limit)]})

    def change_record(self, collection: str, key: str, fields: Record, world: str = "main") -> str:
        """Change fields of a stored record (JSON merge patch: null removes a field). Invalid records are refused."""
        return self._call("PATCH", world, _record(collection, key), fields)

    def put_record(self, collection: str, key: str, record: Record, world: str = "main") -> str:
        """Store a record, or replace it. Invalid records are refused."""
        return self._call("PUT", world, _record(collection, key), record)

    def delete_record(self, collection: str, key: str, world: str = "main") -> str:
        """Delete a stored record."""
        return self._call("DELETE", world, _record(collection, key))

    def set_clock(self, now: str, frozen: bool = False, world: str = "main") -> str:
        """Set the clock of a world to a date-time (RFC 3339) or to `now`, and freeze it or let it run."""
        return self._call("PUT", world, "/clock", {"now": now, "frozen": frozen})

    def advance_clock(self, by: str, world: str = "main") -> str:
        """Advance the clock of a world by an ISO 8601 duration, such as `P31D`; what expires by then has expired."""
        return self._call("POST", world, "/clock/advance", {"by": by})

    def set_faults(
        self, rules: list[Record] | None = None, presets: list[str] | None = None, world: str = "main"
    ) -> str:
        """Replace all faults of a world; without arguments, remove them. A rule: `{"operation": "trustDevice",
        "status": 500, "times": 1}`, or with `delay`, `slow`, `body`, `reset` or `limit`. Presets: offline, slow-3g,
        flaky, backend-down, rate-limited."""
        return self._call("PUT", world, "/faults", {"rules": rules or [], "presets": presets or []})

    def list_requests(
        self, operation: str | None = None, status: str | None = None, limit: int = 20, world: str = "main"
    ) -> str:
        """The newest requests that the mock received, with responses and verdicts. `status`: 404, or 4XX."""
        asked = {"operation": operation, "status": status, "limit": limit}
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        return self._call("GET", world, f"/requests?{query}")

    def explain_request(self, number: int | Literal["last"] = "last", world: str = "main") -> str:
        """Why a request got its response: the operation, the steps, the changed records, the place in the contract."""
        return self._call("GET", world, f"/requests/{number}/why")

    def verify_requests(
        self, calls: list[Record], order: Literal["any", "listed"] = "any", only: bool = False, world: str = "main"
    ) -> str:
        """Check that these calls were received: `{"operation": "trustDevice", "status": 200, "body": {...},
        "count": {"min": 1}}`. Returns the differences."""
        return self._call("POST", world, "/verify", {"calls": calls, "order": order, "only": only})

    def get_coverage(self) -> str:
        """Which documented responses the mock's clients have received, as a table."""
        return self._get("/coverage?as=markdown")

    def run_contract_tests(
        self, contract: str, target: str | None = None, operations: list[str] | None = None, budget: int = 120
    ) -> str:
        """Check an implementation of a contract (a file or URL) by its base URL; without `target`, the mock of that
        contract. On this machine, the run creates its own records and removes them; elsewhere it only reads, and sends
        what must be refused. Tokens come from CONTRACT_TOKEN and CONTRACT_OTHER_TOKEN. Returns the report."""
        seconds = max(10, min(budget, LONGEST_RUN))
        command = ["-m", "contract_tests", "--spec", _not_a_flag(contract), "--budget", str(seconds)]
        command += ["--target", _not_a_flag(target)] if target else []
        command += [part for name in operations or () for part in ("--only", _not_a_flag(name))]
        return _command(command, seconds + 30)

    def _get(self, path: str) -> str:
        return _shown(self._server.control("GET", path))

    def _call(self, method: str, world: str, path: str, *body: Any) -> str:
        return _shown(self._server.control(method, f"{_place(world)}{path}", *body))


def tools(server: MockServer) -> list[Callable[..., str]]:
    """The tools for this mock server, in the order in which they are listed."""
    made = Tools(server)
    return [getattr(made, name) for name in vars(Tools) if not name.startswith("_")]


def _place(world: str) -> str:
    return f"/worlds/{quote(world, safe='')}"


def _record(collection: str, key: str) -> str:
    return f"/state/{quote(collection, safe='')}/{quote(key, safe='')}"


def _not_a_flag(text: str) -> str:
    """A text as an argument of a command: an agent names files, URLs and operations, and passes no flags."""
    if text.startswith("-"):
        raise ValueError(f"{text!r} is a flag; give a file, a URL or a name")
    return text


def _command(arguments: Sequence[str], seconds: int) -> str:
    """What a command prints, and its exit code."""
    try:
        done = subprocess.run(  # noqa: S603 - our own commands; no argument is a flag
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"the command took longer than {seconds} s") from None
    return _shown(f"{done.stdout}{done.stderr}\nexit code {done.returncode}")


def _shown(value: Any) -> str:
    """A result as text, cut where it is long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
    if len(text) <= MOST_CHARACTERS:
        return text
    return f"{text[:MOST_CHARACTERS]}\n... {len(text) - MOST_CHARACTERS} more characters: ask for less"
