"""The score of the suite over its mutants: killed by assertion / (all - equivalent), by operator and by operation."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from contract_tests.core.errors import UsageError
from contract_tests.mutation.checking import Fate, Finding

COUNTED = (Fate.ASSERTION, Fate.CRASH, Fate.SURVIVED)
COLUMNS = (*COUNTED, Fate.EQUIVALENT)
MARKERS = ("<!-- mutants -->", "<!-- /mutants -->")
"""Between these stands the table of a Markdown page."""


@dataclass
class Score:
    """The findings of a run, and the reasons of those declared equivalent."""

    reasons: Mapping[str, str]
    findings: list[Finding] = field(default_factory=list)

    @property
    def value(self) -> float:
        """The share of the counted mutants that an assertion killed."""
        counted = sum(self.count(fate) for fate in COUNTED)
        return self.count(Fate.ASSERTION) / counted if counted else 1.0

    def count(self, fate: Fate) -> int:
        """How many mutants had this fate."""
        return sum(finding.fate is fate for finding in self.findings)

    def settled(self, finding: Finding) -> Finding:
        """A survivor that is declared equivalent counts as such."""
        if finding.fate is Fate.SURVIVED and finding.mutant in self.reasons:
            return replace(finding, fate=Fate.EQUIVALENT, reason=self.reasons[finding.mutant])
        return finding

    def summary(self) -> str:
        """The score in one line."""
        counted = sum(self.count(fate) for fate in COUNTED)
        counts = ", ".join(f"{self.count(fate)} {fate}" for fate in Fate)
        return f"score {self.value:.3f} over {counted} mutants ({counts})"

    def by(self, key: Callable[[Finding], str]) -> dict[str, dict[Fate, int]]:
        """Fates counted by operator or by operation, those with survivors first."""
        counts: dict[str, dict[Fate, int]] = {}
        for finding in self.findings:
            row = counts.setdefault(key(finding) or "(all)", dict.fromkeys(Fate, 0))
            row[finding.fate] += 1
        return dict(sorted(counts.items(), key=lambda item: (-item[1][Fate.SURVIVED], item[0])))

    def table(self) -> str:
        """Two Markdown tables: by operation and by operator."""
        return "\n\n".join("\n".join(rows(title, self.by(key))) for title, key in VIEWS.items())

    def put_into(self, page: Path) -> None:
        """Write score and tables into a Markdown page, between its markers."""
        text = page.read_text(encoding="utf-8")
        before, opened, rest = text.partition(MARKERS[0])
        _, closed, after = rest.partition(MARKERS[1])
        if not opened or not closed:
            raise UsageError(f"{page} has no {' and '.join(MARKERS)}", fix="put both where the table is to stand")
        page.write_text(f"{before}{opened}\n{self.summary()}\n\n{self.table()}\n{closed}{after}", encoding="utf-8")

    def read(self, path: Path) -> None:
        """Take over the findings of an earlier, interrupted run, if there are any."""
        if path.is_file():
            entries = json.loads(path.read_text(encoding="utf-8"))["mutants"]
            findings = [Finding(**{**entry, "fate": Fate(entry["fate"])}) for entry in entries]
            self.findings += [self.settled(finding) for finding in findings]

    def write(self, path: Path, of: int) -> None:
        """Write score, counts and findings as JSON; `of` is how many mutants there are."""
        result = {
            "complete": len(self.findings) == of,
            "score": round(self.value, 4),
            "counts": {fate: self.count(fate) for fate in Fate},
            **{f"by {title}": self.by(key) for title, key in VIEWS.items()},
            "mutants": [asdict(finding) for finding in self.findings],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.draft")  # an interrupted write leaves the old file whole
        draft.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        draft.replace(path)


VIEWS: dict[str, Callable[[Finding], str]] = {
    "operation": lambda finding: finding.site,
    "operator": lambda finding: finding.operator,
}


def rows(title: str, counts: Mapping[str, Mapping[Fate, int]]) -> Iterator[str]:
    """The lines of a Markdown table."""
    yield f"| {title} | {' | '.join(COLUMNS)} |"
    yield "|---|" + "---|" * len(COLUMNS)
    for name, row in counts.items():
        yield f"| {name} | {' | '.join(str(row[fate]) for fate in COLUMNS)} |"
