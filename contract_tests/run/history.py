"""What earlier runs found: a JSON file with one line for each run and each check, bounded in all directions."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from contract_tests.core.errors import UsageError
from contract_tests.core.promises import Outcome, Problem, Verdict
from contract_tests.report.causes import causes

MOST_RUNS: Final = 100
MOST_CHECKS: Final = 50_000
MOST_PROBLEMS: Final = 20  # of one check
MOST_BYTES: Final = 50_000_000  # of a file that is read
TRAIL: Final = 20  # outcomes of one check
SHOWN: Final = 300  # characters of a text
LETTERS: Final[Mapping[Outcome, str]] = {Outcome.KEPT: "p", Outcome.BROKEN: "f"}
RUN: Final = ("date", "target", "contract", "version", "verdict", "exit_code", "safety", "seed", "seconds", "counts")
Accepts = Callable[[str, Problem], bool]


@dataclass(frozen=True)
class Known:
    """A problem that the last run of its check had: its key (without ids and values), its words, and its first run."""

    key: str
    expected: str
    since: str


@dataclass(frozen=True)
class Check:
    """One check: how its last runs ended, the oldest first (`p` passed, `f` failed), and what the last one found."""

    trail: str
    sentence: str = ""
    problems: tuple[Known, ...] = ()


@dataclass(frozen=True)
class History:
    """The runs of one target, and what each check found when it was last made."""

    runs: tuple[Mapping[str, Any], ...] = ()
    checks: Mapping[str, Check] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> History:
        """Read a file, empty where there is none yet; raises `UsageError`."""
        try:
            if path.stat().st_size > MOST_BYTES:
                raise ValueError(f"it has more than {MOST_BYTES:,} bytes")
            data = json.loads(path.read_text(encoding="utf-8"))
            checks = {name: check_from(found) for name, found in data["checks"].items()}
            runs = tuple({name: run[name] for name in RUN} for run in data["runs"])
        except FileNotFoundError:
            return cls()
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}", fix="check --history") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            fix = "remove it, or name another file with --history"
            raise UsageError(f"{path}: this isn't a history of contract-tests: {error}", fix=fix) from None
        return cls(runs, checks)

    def dated(self, verdicts: Iterable[Verdict]) -> list[Verdict]:
        """The verdicts with the date of each problem that is known."""
        return [replace(one, problems=tuple(map(self._dates(one), one.problems))) for one in verdicts]

    def _dates(self, verdict: Verdict) -> Callable[[Problem], Problem]:
        check = self.checks.get(name_of(verdict))
        since = {known.key: known.since for known in check.problems} if check else {}
        return lambda problem: replace(problem, since=since.get(key_of(problem), ""))

    def changes(self, verdicts: Sequence[Verdict], accepts: Accepts) -> Mapping[str, Any]:
        """What is new, fixed, still failing and not checked, as data; of `dated` verdicts."""
        found = {name_of(one): one for one in verdicts}
        gone = list(self._gone(found, accepts))
        failing = [(one, problem) for one in verdicts if one.outcome is Outcome.BROKEN for problem in one.problems]
        unseen = [one.with_problems([problem for problem in one.problems if not problem.since], []) for one in verdicts]
        return {
            "last": self.runs[-1] if self.runs else None,
            "counts": {
                "new": sum(not problem.since for _, problem in failing),
                "still": sum(bool(problem.since) for _, problem in failing),
                **{kind: sum(one["kind"] == kind for one in gone) for kind in ("fixed", "not_checked", "accepted")},
            },
            "new": [
                {**cause.as_data(), "exchanges": [], "trail": self._trail(cause.shown[0])} for cause in causes(unseen)
            ],
            "still": [entry(one.id, problem.expected, problem.since) for one, problem in failing if problem.since],
            "gone": gone,
        }

    def _gone(self, verdicts: Mapping[str, Verdict], accepts: Accepts) -> Iterator[Mapping[str, Any]]:
        """What the last run of a check found and this one did not: fixed, accepted, or not looked for."""
        for name, check in self.checks.items():
            verdict = verdicts.get(name)
            left = {key_of(problem) for problem in verdict.problems} if verdict else set()
            for known in check.problems:
                if known.key not in left:
                    problem = Problem(known.expected, "", key=known.key)
                    was_made = verdict is not None and verdict.outcome in LETTERS
                    accepted = was_made and verdict is not None and accepts(verdict.id, problem)
                    kind = "accepted" if accepted else "fixed" if was_made else "not_checked"
                    shown = entry(name.partition(": ")[2], known.expected, known.since)
                    yield {**shown, "kind": kind, "trail": check.trail}

    def _trail(self, verdict: Verdict) -> str:
        check = self.checks.get(name_of(verdict))
        return check.trail if check else ""

    def after(self, summary: Mapping[str, Any], verdicts: Iterable[Verdict]) -> History:
        """The history with a run more, of `dated` verdicts."""
        made = {name_of(one): one for one in verdicts if one.outcome in LETTERS}
        checks = {
            name: Check(
                (self.checks[name].trail if name in self.checks else "")[1 - TRAIL :] + LETTERS[one.outcome],
                one.promise.sentence[:SHOWN] if one.problems else "",
                problems_of(one, summary["date"]),
            )
            for name, one in made.items()
        }
        older = {name: check for name, check in self.checks.items() if name not in checks}
        kept = dict([*checks.items(), *older.items()][:MOST_CHECKS])
        run = {name: summary[name] for name in RUN}
        return History((*self.runs, run)[-MOST_RUNS:], kept)

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all; raises `OSError`."""
        runs = [json.dumps(run, ensure_ascii=False) for run in self.runs]
        checks = [
            f"{json.dumps(name)}: {json.dumps(lean(check), ensure_ascii=False)}" for name, check in self.checks.items()
        ]
        between = ",\n"
        text = f'{{"runs": [\n{between.join(runs)}\n],\n"checks": {{\n{between.join(checks)}\n}}}}\n'
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
            file.write(text)
        written = Path(file.name)
        written.chmod(0o644)
        written.replace(path)


def never(_: str, __: Problem) -> bool:
    """Accepts nothing: there is no baseline."""
    return False


def entry(check: str, expected: str, since: str) -> Mapping[str, Any]:
    """A problem in a list of changes."""
    return {"check": check, "expected": expected, "since": since}


def name_of(verdict: Verdict) -> str:
    """A check by suite and id."""
    return f"{verdict.suite}: {verdict.id}"


def key_of(problem: Problem) -> str:
    """What another run knows a problem by."""
    return (problem.key or problem.expected)[:SHOWN]


def problems_of(verdict: Verdict, date: str) -> tuple[Known, ...]:
    """The problems of a verdict as they are kept, each key once."""
    found = {key_of(one): one for one in reversed(verdict.problems)}
    known = [Known(key, one.expected[:SHOWN], one.since or date) for key, one in found.items()]
    return tuple(reversed(known))[:MOST_PROBLEMS]


def lean(check: Check) -> Mapping[str, Any]:
    """A check as data, without what is empty."""
    return {name: value for name, value in asdict(check).items() if value}


def check_from(data: Mapping[str, Any]) -> Check:
    """A check from its data."""
    problems = tuple(
        Known(**{name: str(one[name]) for name in ("key", "expected", "since")}) for one in data.get("problems", ())
    )
    return Check(str(data["trail"]), str(data.get("sentence", "")), problems)
