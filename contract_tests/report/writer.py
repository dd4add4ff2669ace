"""Writes the reports of a run."""

from __future__ import annotations

from pathlib import Path

from contract_tests.report.junit import junit
from contract_tests.run import Run


def write_reports(run: Run, folder: Path) -> list[Path]:
    """Write every report into `folder`; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in {"junit.xml": junit(run)}.items():
        path = folder / name
        path.write_text(run.redact(text), encoding="utf-8")
        written.append(path)
    return written
