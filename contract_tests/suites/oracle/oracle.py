"""The oracle: runs scripts within their time, shrinks a divergence, and reports the verdict."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.model import Model
from contract_tests.run.run import Run
from contract_tests.suites.oracle.calls import Binder, Step
from contract_tests.suites.oracle.mirror import Mirror
from contract_tests.suites.oracle.runner import Divergence, Runner
from contract_tests.suites.oracle.scripts import Scripts, takes_json_only
from contract_tests.suites.oracle.shrink import Patience, shrink
from contract_tests.suites.oracle.verdict import as_broken, as_note, assumptions, source_of

SECONDS = 6.0  # that one promise may take, when the budget has them
FEW, LONGER = 30, 20.0  # so few operations may take so many seconds each time, as on a busy machine
SHRINKING = 4.0  # seconds, of which as many tries are made as fit in
TRIES = 12
A_SECOND_OR_TWO = 2.1
MOST_TOLD = 5  # divergences of one promise


@dataclass
class Oracle:
    """Target and mirror side by side."""

    run: Run
    runner: Runner
    scripts: Scripts

    @classmethod
    @contextmanager
    def opened(cls, run: Run) -> Iterator[Oracle]:
        """Read the behaviours; start the mirror, which ends with the block."""
        model = replace(run.model, subjects=run.subjects)
        target = run.target()
        with Mirror.lasting(run.settings, run.contract, model, run.skew, run.children) as mirror:
            scripts = Scripts(run.contract, model, run.settings.seed)
            queries = {name: scripts.queries(name) for name in readable(run, model)}
            binder = Binder(run.contract, model, target.gate.rules)
            oracle = cls(run, Runner(target, mirror, binder, queries, run.now), scripts)
            yield oracle

    def names(self, *, reads: bool = False, removes: bool = False, everything: bool = False) -> list[str]:
        """Operations of this kind that the mock knows the behaviour of; those that end their record come last."""
        found = []
        for operation in self.run.operations:
            behaviour = self.scripts.model.behaviours.get(operation.id)
            if behaviour is None or not takes_json_only(operation):
                continue
            if self.scripts.freedoms.is_unknown(operation, behaviour):
                continue
            all_of_them = operation.acts_on_everything and bool(behaviour.removes)
            kind = (operation.method == "GET", bool(behaviour.removes), all_of_them)
            if kind == (reads, removes, everything):
                found.append(operation.id)
        return sorted(found, key=lambda name: self.scripts.model.behaviours[name].ends_its_subject)

    def compare(self, scripts: Iterable[Sequence[Step]]) -> None:
        """Run the scripts and note what is assumed; raises `Broken`, or `NotChecked` if no script could run."""
        broken: list[Broken] = []
        end, ran = time.monotonic() + self._share(), 0
        self.runner.withheld.clear()
        for script in scripts:
            if time.monotonic() > end or len(broken) >= MOST_TOLD:
                break
            done, found = self.runner.run(script)
            ran += bool(done) or not script
            broken += self._judged(script, found)
        if broken:
            raise Broken.together(broken)
        if not ran:
            raise NotChecked(next(iter(self.runner.withheld), "the target shows no record that a call could be about"))

    def _judged(self, script: Sequence[Step], found: list[Divergence]) -> list[Broken]:
        """The first documented divergence, as short as it gets; what else the same script shows follows from it."""
        documented = []
        for divergence in {one.signature: one for one in reversed(found)}.values():
            numbers = assumptions(divergence, self.scripts.model)
            if numbers and divergence.difference.kind != "form":
                self.run.ledger.note(as_note(divergence, numbers))
            elif divergence.difference.kind != "order" or self._is_lasting(script, divergence):
                documented.append(divergence)
        shortest = [(self._shortest(script, one), one.difference.assumed) for one in documented[-1:]]
        broken = [as_broken(one, assumed, source_of(one, self.scripts.model)) for one, assumed in shortest]
        self.runner.reported |= {divergence.signature for divergence in found}
        return broken

    def _is_lasting(self, script: Sequence[Step], divergence: Divergence) -> bool:
        """Whether an instant fails to move once more: two moves within one second look like none."""
        self.runner.target.gate.limits.sleep(A_SECOND_OR_TWO)
        return any(again.signature == divergence.signature for again in self.runner.run(script)[1])

    def _shortest(self, script: Sequence[Step], divergence: Divergence) -> Divergence:
        """The same divergence after as few calls as can be found in time."""
        shortest = [divergence]

        def shows(steps: Sequence[Step]) -> bool:
            _, found = self.runner.run(steps)
            alike = [again for again in found if again.signature == divergence.signature]
            shortest.extend(alike[:1])
            return bool(alike)

        made = [done.step for done in (*divergence.done, divergence.at) if any(done.step is step for step in script)]
        with suppress(NotChecked):
            shrink(made, shows, Patience(min(SHRINKING, self._share()), TRIES))
        return min(reversed(shortest), key=lambda found: len(found.done))

    def _share(self) -> float:
        limits = self.runner.target.gate.limits
        longer = min(LONGER, limits.share(1 / 30)) if len(self.run.operations) <= FEW else 0.5
        return max(min(SECONDS, limits.left() / 8), longer)


def readable(run: Run, model: Model) -> list[str]:
    """Reads that may be called and that the mock knows the behaviour of."""
    return [one.id for one in run.callable if one.id in model.behaviours and one.method == "GET"]
