"""Writes the reports of a run; each text is redacted before it is put into one."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from contract_tests.core.promises import Verdict
from contract_tests.core.redaction import Redactor
from contract_tests.report.changes import comment
from contract_tests.report.html import html
from contract_tests.report.junit import junit
from contract_tests.report.markdown import github_commands, markdown


def write_reports(folder: Path, summary: dict[str, Any], verdicts: Sequence[Verdict], redact: Redactor) -> list[Path]:
    """Write the reports of a run into the folder, with a history also the comment; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    clean = cleaned(summary, redact)
    texts = {
        "junit.xml": junit([clean_verdict(verdict, redact) for verdict in verdicts]),
        "report.html": html(clean),
        "report.md": markdown(clean),
        "report.json": json.dumps(clean, indent=2, ensure_ascii=False) + "\n",
    }
    if clean.get("changes"):
        texts["comment.md"] = comment(clean)
    else:
        (folder / "comment.md").unlink(missing_ok=True)  # that of an earlier run
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def github_annotations(summary: dict[str, Any], redact: Redactor) -> str:
    """Inside a GitHub job: append to its summary, and return the annotations to print; elsewhere nothing."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return ""
    if page := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(page).open("a", encoding="utf-8") as file:
            file.write(markdown(cleaned(summary, redact)))
    return github_commands(cleaned(summary, redact))


def cleaned(value: Any, redact: Redactor) -> Any:
    """Data without secrets in its texts: once serialised, a secret can't be cut out without breaking the syntax.

    Most texts stand in it many times, as the name of an operation with each part of it that was not reached.
    """
    return _cleaned(value, cache(redact))


def _cleaned(value: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list | tuple):
        return [_cleaned(item, redact) for item in value]
    if isinstance(value, dict):
        return {redact(name) if isinstance(name, str) else name: _cleaned(item, redact) for name, item in value.items()}
    return value


def clean_verdict(verdict: Verdict, redact: Redactor) -> Verdict:
    """A verdict without secrets."""
    problems = tuple(
        replace(one, expected=redact(one.expected), got=redact(one.got), requests=tuple(map(redact, one.requests)))
        for one in verdict.problems
    )
    notes = tuple(map(redact, verdict.notes))
    return replace(verdict, reason=redact(verdict.reason), notes=notes, problems=problems)
