"""Writes the reports of a run; each text is redacted as a whole before it is written."""

from __future__ import annotations

import json
import os
from pathlib import Path

from contract_tests.report.html import html
from contract_tests.report.junit import junit
from contract_tests.report.markdown import github_commands, markdown
from contract_tests.report.summary import summary
from contract_tests.run.run import Run


def write_reports(run: Run, code: int, stopped: str) -> list[Path]:
    """Write junit.xml, report.html, report.md and report.json into the report folder; returns the files."""
    folder = run.settings.report
    if folder is None:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    told = summary(run, code, stopped)
    texts = {
        "junit.xml": junit(run),
        "report.html": html(told),
        "report.md": markdown(told),
        "report.json": json.dumps(told, indent=2, ensure_ascii=False) + "\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(clean(run, text), encoding="utf-8")
    return [folder / name for name in texts]


def tell_github(run: Run, code: int, stopped: str) -> str:
    """Inside a GitHub job: append to its summary, and return the annotations to print; elsewhere nothing."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return ""
    told = summary(run, code, stopped)
    if page := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(page).open("a", encoding="utf-8") as file:
            file.write(clean(run, markdown(told)))
    return clean(run, github_commands(told))


def clean(run: Run, text: str) -> str:
    """Text without secrets, and without what no encoding can hold."""
    return run.redact(text).encode("utf-8", "replace").decode("utf-8")
