"""The files that a run leaves are well-formed whatever the target answered, and show no secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from contract_tests.core.promises import Outcome, Problem, Promise, Verdict
from contract_tests.core.redaction import Redactor
from contract_tests.report.writer import write_reports

GOT = [
    'Set-Cookie: sid=planted"\\ ; Path=/',
    '{"cookie": "a=planted\\\\"}',
    "Cookie: planted\\",
    'authorization: Bearer planted", "x": "\\',
    "\x1b]0;planted\x07 ]]> </pre><script> \ud800 \uffff",
    "`\n::error::planted\n```",
]


@pytest.mark.parametrize("got", GOT)
def test_reports_are_well_formed(got: str, tmp_path: Path) -> None:
    """JSON and XML parse, though secrets with quotes and backslashes around them were cut out."""
    redact = Redactor()
    redact.learn("planted")
    problem = Problem("a thing", got, (f"curl -H '{got}' http://t",))
    verdict = Verdict("one", "conformance", Promise("It holds"), Outcome.BROKEN, (problem,))
    summary: dict[str, Any] = {
        "verdict": "FAILED", "exit_code": 1, "stopped": got, "target": "t", "date": "", "contract": "", "version": "",
        "safety": "own", "seconds": 1, "requests": 1, "withheld": {}, "remarks": [got], "counts": {"broken": 1},
        "not_checked": {got: 1}, "notes": [got], "coverage": {"percent": 1, "matrix": {}, "missing": []},
        "promises": [{"id": "one", "suite": "conformance", "sentence": "It holds", "page": "", "assumed": [],
                      "outcome": "broken", "reason": "", "notes": [got],
                      "problems": [{"expected": "a thing", "got": got, "requests": [got]}]}],
    }  # fmt: skip
    files = write_reports(tmp_path, summary, [verdict], redact)
    assert json.loads((tmp_path / "report.json").read_text())["exit_code"] == 1
    ElementTree.parse(tmp_path / "junit.xml")
    assert not [path for path in files if "planted" in path.read_text() or "\x1b" in path.read_text()]
