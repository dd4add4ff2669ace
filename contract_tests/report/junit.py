"""JUnit XML: one case for each promise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from contract_tests.core.promises import Outcome, Verdict
from contract_tests.report.text import explain

NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def junit(verdicts: Sequence[Verdict]) -> str:
    """The verdicts of a run as JUnit XML."""
    root = Element("testsuites", name="contract-tests")
    for suite in sorted({verdict.suite for verdict in verdicts}):
        own = [verdict for verdict in verdicts if verdict.suite == suite]
        element = SubElement(root, "testsuite", attrib={"name": suite, **counts(own)})
        for verdict in own:
            add_case(element, verdict)
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def counts(verdicts: list[Verdict]) -> dict[str, str]:
    """The attributes of a test suite."""
    tally = {outcome: sum(verdict.outcome is outcome for verdict in verdicts) for outcome in Outcome}
    seconds = sum(verdict.seconds for verdict in verdicts)
    return {
        "tests": str(len(verdicts)),
        "failures": str(tally[Outcome.BROKEN]),
        "errors": str(tally[Outcome.FAULT]),
        "skipped": str(tally[Outcome.NOT_CHECKED]),
        "time": f"{seconds:.3f}",
    }


def add_case(suite: Element, verdict: Verdict) -> None:
    """One promise as a test case."""
    name = legal(f"{verdict.id}: {verdict.promise.sentence}")
    case = SubElement(suite, "testcase", classname=verdict.suite, name=name, time=f"{verdict.seconds:.3f}")
    if verdict.outcome is Outcome.BROKEN:
        SubElement(case, "failure", message=legal(verdict.problems[0].got)).text = legal(explain(verdict))
    elif verdict.outcome is Outcome.FAULT:
        SubElement(case, "error", message=legal(verdict.reason))
    elif verdict.outcome is Outcome.NOT_CHECKED:
        SubElement(case, "skipped", message=legal(f"not checked, because {verdict.reason}"))
    if verdict.notes:
        SubElement(case, "system-out").text = legal("\n".join(f"note: {note}" for note in verdict.notes))


def legal(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return "".join(char for char in text if char in "\t\n\r" or (char >= " " and not NOT_IN_XML.match(char)))
