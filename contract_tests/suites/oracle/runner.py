"""One script on both sides: mirror, call, compare; then read everything and compare again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from contract_tests.core.accepted import is_job
from contract_tests.core.answer import Answer
from contract_tests.core.errors import BudgetSpent, NotChecked
from contract_tests.core.jobs import followed
from contract_tests.core.target import Target
from contract_tests.core.words import ABSENT
from contract_tests.suites.oracle.answers import UNADMITTED, Comparison, NoMeasure
from contract_tests.suites.oracle.calls import Binder, Call, State, Step, reads
from contract_tests.suites.oracle.correspondence import Correspondence, Difference
from contract_tests.suites.oracle.mirror import Mirror
from contract_tests.suites.oracle.records import Name, Shown
from contract_tests.suites.oracle.values import instant

MOST_READS = 20  # of records, for each operation and script
ENDING = timedelta(seconds=15)  # around its end a record is there for one side and gone for the other
SLASH = "the id has a slash, which the mirror takes for the end of a path segment"

REFUSED = frozenset({400, 422})
UNNAMEABLE = "the target has given a record an id that the contract allows in no path"


@dataclass(frozen=True)
class Done:
    """A step that was carried out: the call, and what both answered."""

    step: Step
    call: Call
    mock: Answer
    target: Answer


@dataclass(frozen=True)
class Divergence:
    """Where the answers parted: after these calls, at this one, in this way."""

    done: tuple[Done, ...]
    at: Done
    difference: Difference
    now: datetime
    source: Answer | None = None  #: the answer that had shown it otherwise, when no call came between

    @property
    def token_died(self) -> bool:
        """Whether the target refuses the caller where the mock does not."""
        return self.at.target.status in UNADMITTED and self.at.mock.status not in UNADMITTED

    @property
    def signature(self) -> tuple[str, str, str, str]:
        """What it has in common with the same one found again, whichever answer shows the record."""
        by_answer = self.difference.kind in {"status", "form"} and not self.token_died
        return (self.at.call.operation.id if by_answer else "", *self.difference.signature)


@dataclass
class Runner:
    """Runs scripts; `shown` is what the target showed last."""

    target: Target
    mirror: Mirror
    binder: Binder
    queries: Mapping[str, list[Mapping[str, Any]]]
    now: Callable[[], datetime]
    shown: Shown = field(init=False)
    withheld: dict[str, None] = field(default_factory=dict)  #: reasons for which calls were not made
    reported: set[tuple[str, str, str, str]] = field(
        default_factory=set
    )  #: divergences that are known: no longer looked at
    is_late: bool = False  #: whether something is done later, and nobody waits for it
    moved: set[tuple[str, str, str]] = field(default_factory=set)  #: see `Correspondence`

    def __post_init__(self) -> None:
        self.comparison = Comparison(self.binder.contract, self.binder.model)
        self.shown = Shown(self.binder.model)
        gate = self.target.gate
        self.is_late = bool(gate.rules.own.before_jobs or gate.rules.own.later) and not gate.limits.settle

    def look(self) -> None:
        """Read all that the target shows, until nothing new turns up, then something of each kind once more.

        What two reads of one record differ in is not compared where no client gives it its value.
        """
        self.shown = Shown(self.binder.model)
        again: dict[str, Call] = {}
        asked: set[tuple[str, str]] = set()
        fresh = True
        while fresh:
            fresh = False
            state = {name: self.shown.of(name) for name in self.binder.model.collections}
            for call, _ in list(self._reads(state, Correspondence(self.now()))):
                if (mark := (call.operation.id, call.path)) not in asked:
                    asked.add(mark)
                    fresh = True
                    self._learn(self.shown, call, self._send(call))
                    again.setdefault(call.operation.id, call)
        for call in again.values() if self.binder.model.inferred else ():
            self._learn(self.shown, call, self._send(call))
        self.comparison.restless |= self.shown.restless

    def run(self, steps: Sequence[Step]) -> tuple[tuple[Done, ...], list[Divergence]]:
        """Run a script from what the target shows now: the calls made, and how the first answers differ that do."""
        if self.is_late:
            raise NotChecked("the target does writes later (202): what it has done by then is awaited with --settle")
        self.mirror.set(self.shown.records)
        pairs = Correspondence(self.now(), moved=self.moved, whole=self.shown.whole)
        for name, record in self.shown.records.items():
            pairs.mirrored(name, record)
        done: list[Done] = []
        for step in steps:
            calls = self.binder.bind(step, self.mirror.state(), pairs)
            one = self._both(step, *calls) if calls else None
            if one is None:
                continue
            pairs.written |= one.call.operation.is_write and one.target.ok
            try:
                self._await(one)
                found = self._compared(one, tuple(done), pairs)
            except NoMeasure as withheld:
                self.withheld[withheld.reason] = None
                self.look()
                return (*done, one), []
            if found:
                self.look()
                return (*done, one), found
            self._note_made(one, pairs)
            done.append(one)
            if one.target.ok:
                pairs.unsure |= self.comparison.freedoms.cascades(self.binder.model.behaviours[one.step.operation])
        return tuple(done), self._closing(tuple(done), pairs)

    def _closing(self, done: tuple[Done, ...], pairs: Correspondence) -> list[Divergence]:
        """Read everything on both sides; what the target shows is where the next script starts."""
        state, after, found = self.mirror.state(), Shown(self.binder.model), []
        held = {name: [*records, *self._gone(name, records)] for name, records in state.items()}
        for call, theirs in list(self._reads(held, pairs)):
            one = self._both(Step(call.operation.id), call, theirs)
            if one is None:
                continue
            found += self._compared(one, done, pairs)
            self._learn(after, theirs, one.target)
        if found:
            self.look()
        else:
            self.shown = after
        return found

    def _note_made(self, one: Done, pairs: Correspondence) -> None:
        """Take note of records that were made without being answered: their keys are those sent, else a list tells."""
        behaviour = self.binder.model.behaviours[one.step.operation]
        if behaviour.created is None or "$record" in behaviour.reply.values():
            return
        key, sent = self.binder.model.collections[behaviour.created].key, one.call.body
        items = [dict(item) for item in (sent if isinstance(sent, list) else [sent]) if isinstance(item, Mapping)]
        held = self.mirror.state().get(behaviour.created, [])
        new = [record for record in held if (behaviour.created, str(record.get(key))) not in pairs.seen]
        for number, record in enumerate(new):
            item = items[number] if len(items) == len(new) else {}
            given = frozenset(item) | behaviour.writes
            pairs.was_made((behaviour.created, str(record.get(key))), item.get(key, ABSENT), given, item)

    def _gone(self, collection: str, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The records that the script removed."""
        key = self.binder.model.collections[collection].key
        left = {str(record.get(key)) for record in records}
        return [
            record for (where, name), record in self.shown.records.items() if where == collection and name not in left
        ]

    def _reads(self, state: State, pairs: Correspondence) -> Iterator[tuple[Call, Call]]:
        for step in reads(self.binder, self.queries):
            behaviour = self.binder.model.behaviours[step.operation]
            about = len(state.get(self.binder.holder(behaviour), ())) if self.binder.places(behaviour) else 1
            steps = (Step(step.operation, pick, query=step.query) for pick in range(min(about, MOST_READS)))
            bound = (self.binder.bind(one, state, pairs) for one in steps)
            yield from {calls[0].path: calls for calls in bound if calls}.values()

    def _both(self, step: Step, mine: Call, theirs: Call) -> Done | None:
        """Call the target, then the mock; None when the gate stops the call, or the mock cannot be asked."""
        if any("/" in value for value in mine.values):
            self.withheld[SLASH] = None
            return None
        try:
            target = self._send(theirs)
        except BudgetSpent:
            raise
        except NotChecked as withheld:
            self.withheld[withheld.reason] = None
            return None
        if target.status in REFUSED and self._is_unnameable(theirs) and not self._is_unnameable(mine):
            self.withheld[UNNAMEABLE] = None
            return None
        return Done(step, mine, self.mirror.ask(mine), target)

    def _is_unnameable(self, call: Call) -> bool:
        """Whether the contract allows no such value in the path, though an answer may have shown it."""
        return any(one.place.startswith("path.") for one in self.binder.contract.wrong_inputs(call.sent))

    def _send(self, call: Call) -> Answer:
        self.target.gate.limits.wait_until_settled()
        return self.target.request(call.operation.method, call.path, body=call.body, operation=call.operation)

    def _learn(self, shown: Shown, call: Call, answer: Answer) -> None:
        if answer.ok:
            shown.learn(self.binder.model.behaviours[call.operation.id], call.named, answer)
            for path, expression in self.binder.model.behaviours[call.operation.id].reply.items():
                if expression == "$records" and isinstance(held := answer.get(*path), list):
                    self.comparison.sizes[call.operation.id, call.path, path] = len(held)

    def _await(self, one: Done) -> None:
        """Raise `NoMeasure` for a write that the target does later, where the mock did it at once."""
        operation, settle = one.call.operation, self.target.gate.limits.settle
        if operation.is_write and is_job(self.binder.contract, operation, one.target):
            self.is_late |= settle == 0
            followed(self.target, one.target, settle)
            raise NoMeasure(f"{operation.id} answers 202: it is done later than by the mock")

    def _compared(self, one: Done, done: tuple[Done, ...], pairs: Correspondence) -> list[Divergence]:
        try:
            differences = list(self.comparison.differences(one.call, one.mock, one.target, pairs, self.shown.fields))
        except NotChecked as withheld:
            if isinstance(withheld, NoMeasure) and one.call.operation.is_write:
                raise  # the two hold different records by now
            self.withheld[withheld.reason] = None
            return []
        is_first = not done and not one.call.operation.is_write
        sources = self.shown.sources if is_first else {}
        found = [
            Divergence(done, one, different, pairs.now, sources.get((different.collection, different.key)))
            for different in differences
            if not self._is_ending(one, different, pairs)
        ]
        new = [divergence for divergence in found if divergence.signature not in self.reported]
        if not new and one.call.operation.is_write and any(part.difference.kind == "status" for part in found):
            raise NoMeasure(
                f"{one.call.operation.id} differs, as reported: what follows from it is no other difference"
            )
        return new

    def _is_ending(self, one: Done, different: Difference, pairs: Correspondence) -> bool:
        """Whether it is about a record that ends, or whose fields lapse, about now."""
        names = {(different.collection, different.key), *([one.call.subject] if one.call.subject else [])}
        return any(self._ends_now(name, pairs) for name in names if name[0] in self.binder.model.collections)

    def _ends_now(self, name: Name, pairs: Correspondence) -> bool:
        rules = self.binder.model.collections[name[0]]
        parts = [part for part in (rules.expires, *rules.lapses) if part is not None]
        record = self.shown.records.get((name[0], pairs.target_key(name)), {})
        values = [value for part in parts for value in (record.get(part), *pairs.seen.get(name, {}).get(part, ()))]
        return any(abs(end - self.now()) <= ENDING for value in values if (end := instant(value)) is not None)
