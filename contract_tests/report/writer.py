"""Writes the reports of a run; each text is redacted as a whole before it is written."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from contract_tests.core.promises import Verdict
from contract_tests.core.redaction import Redactor
from contract_tests.report.html import html
from contract_tests.report.junit import junit
from contract_tests.report.markdown import github_commands, markdown


def write_reports(folder: Path, summary: dict[str, Any], verdicts: Sequence[Verdict], redact: Redactor) -> list[Path]:
    """Write junit.xml, report.html, report.md and report.json into the folder; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "junit.xml": junit(verdicts),
        "report.html": html(summary),
        "report.md": markdown(summary),
        "report.json": json.dumps(summary, indent=2, ensure_ascii=False) + "\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(clean(redact, text), encoding="utf-8")
    return [folder / name for name in texts]


def github_annotations(summary: dict[str, Any], redact: Redactor) -> str:
    """Inside a GitHub job: append to its summary, and return the annotations to print; elsewhere nothing."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return ""
    if page := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(page).open("a", encoding="utf-8") as file:
            file.write(clean(redact, markdown(summary)))
    return clean(redact, github_commands(summary))


def clean(redact: Redactor, text: str) -> str:
    """Text without secrets, and without what no encoding can hold."""
    return redact(text).encode("utf-8", "replace").decode("utf-8")
