"""Runs the command over a small service and a contract of its own, and reads what it says."""

from __future__ import annotations

import io
import json
import ssl
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract_tests.cli import main
from tests.contract_tests.small import JSON, Small, serving


@dataclass(frozen=True)
class Ran:
    """A run: its exit code, what it printed, its report, and the text of all reports."""

    code: int
    printed: str
    report: Mapping[str, Any]
    texts: tuple[str, ...]

    def broken(self) -> list[tuple[str, str, str]]:
        """Each problem: the promise, what was expected, what came."""
        return [
            (promise["id"], problem["expected"], problem["got"])
            for promise in self.report["promises"]
            if promise["outcome"] == "broken"
            for problem in promise["problems"]
        ]

    def outcome(self, name: str) -> str:
        """The outcome of a promise."""
        return next(str(one["outcome"]) for one in self.report["promises"] if one["id"] == name)


def run(
    service: Small,
    document: Mapping[str, Any],
    folder: Path,
    *flags: str,
    below: str = "",
    context: ssl.SSLContext | None = None,
) -> Ran:
    """Check a service against a document, with few generated inputs; `below` is added to its address."""
    spec = folder / "api.json"
    spec.write_text(json.dumps(document))
    with serving(service, context) as url:
        return command("--target", f"{url}{below}", "--spec", str(spec), *flags, report=folder / "report")


def command(*flags: str, report: Path) -> Ran:
    """The command with these flags."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        code = main([*flags, "--examples", "1", "--budget", "100", "--report", str(report)])
    found = {path.name: path.read_text() for path in report.glob("*")} if report.is_dir() else {}
    return Ran(code, out.getvalue(), json.loads(found.get("report.json", "{}")), tuple(found.values()))


def api(paths: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A document with these paths."""
    return {"openapi": "3.0.3", "info": {"title": "Case", "version": "1"}, "paths": paths} | more


def get(name: str, responses: Mapping[str, Any], *parameters: Any, **more: Any) -> dict[str, Any]:
    """A path item that is read."""
    operation = {"operationId": name, "responses": dict(responses), **more}
    return {"get": operation | ({"parameters": list(parameters)} if parameters else {})}


def ok(schema: Any = None, media_type: str = JSON, **more: Any) -> dict[str, Any]:
    """A 200 with a body of that schema, or without a body."""
    content = {} if schema is None else {"content": {media_type: {"schema": schema}}}
    return {"200": {"description": "Done", **content, **more}}


def thing(**properties: Any) -> dict[str, Any]:
    """The schema of an object that requires these properties."""
    return {"type": "object", "required": sorted(properties), "properties": properties}
