"""The files that a run leaves are well-formed whatever the target answered, and show no secret."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from contract_tests.core.promises import Exchange, Outcome, Problem, Promise, Verdict
from contract_tests.core.redaction import Redactor
from contract_tests.report.causes import causes
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
    shown = Exchange(got, f"curl -H '{got}' http://t", got)
    problem = Problem("a thing", got, (shown.curl,), operation=got, exchanges=(shown,))
    verdict = Verdict("one", "conformance", Promise("It holds"), Outcome.BROKEN, (problem,), notes=(got,))
    summary: dict[str, Any] = {
        "verdict": got, "exit_code": 1, "stopped": got, "target": "t", "date": "", "contract": "", "version": "",
        "safety": "own", "seed": 0, "seconds": 1, "requests": 1, "withheld": {got: 1}, "remarks": [got],
        "counts": {"broken": 1}, "not_checked": {got: 1}, "notes": [got], "operations": {got: got},
        "coverage": {"percent": 1, "matrix": {got: {"200": {"reached": 1, "all": 1}}},
                     "missing": [{"operation": got, "status": "200", "what": got, "why": got}]},
        "causes": [cause.as_data() for cause in causes([verdict])],
        "promises": [{"id": "one", "sentence": got, "outcome": outcome, "reason": got, "operations": [got]}
                     for outcome in Outcome],
    }  # fmt: skip
    files = write_reports(tmp_path, summary, [verdict], redact)
    assert json.loads((tmp_path / "report.json").read_text())["exit_code"] == 1
    ElementTree.parse(tmp_path / "junit.xml")
    assert page_of((tmp_path / "report.html").read_text()) == []
    assert not [path for path in files if "planted" in path.read_text() or "\x1b" in path.read_text()]


def page_of(text: str) -> list[str]:
    """The elements of a page that are not closed in their order."""
    reader = Elements()
    reader.feed(text)
    reader.close()
    return [*reader.wrong, *reader.open]


class Elements(HTMLParser):
    """Follows which elements are open; those of a void kind never are."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.open += [] if tag in {"meta", "input", "br", "wbr"} else [tag]

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.wrong.append(tag)
