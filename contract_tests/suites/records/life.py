"""Makes, shows, changes and removes records of one kind, and says what got lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, TypeVar
from urllib.parse import unquote

from contract_tests.core.accepted import ACCEPTED, is_job
from contract_tests.core.action import Action
from contract_tests.core.answer import NOT_JSON, Answer
from contract_tests.core.contract import Contract
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.jobs import followed
from contract_tests.core.locating import canonical, has_form, located
from contract_tests.core.making import Records
from contract_tests.core.model import dig
from contract_tests.core.operation import nameless
from contract_tests.core.pages import Reader
from contract_tests.core.schemas import declared_members, described_values
from contract_tests.core.target import NOTHING, Target, Token, path_of
from contract_tests.core.words import ABSENT, in_json
from contract_tests.run.run import Run
from contract_tests.suites.records.comparing import Loss, can_be_shown, losses
from contract_tests.suites.records.kinds import Kind, body_of, declared, settable
from contract_tests.suites.records.sending import as_declared, named, unique
from contract_tests.suites.records.values import TURNS, Values

REFUSALS: Final = frozenset({400, 403, 409, 413, 422})
TAKEN: Final = 409
GONE: Final = frozenset({404, 410})
MANY: Final = 5  # examples that a run is asked for, from which all values are sent
FEW: Final = 3
SECONDS: Final = 15.0  # that one promise may take for one kind, when the budget has them
PAUSE: Final = 0.1  # seconds between two looks at a target that shows writes later
FEW_KINDS: Final = 5  # that one promise is checked for, however long it takes
TURN: Final = 0.025  # of the time that is left, for one promise about one kind of a few
PROMISE: Final = 0.04  # of the time that is left, for one promise about many kinds
DONE_LATER: Final = "a 202 says that it is done later, which is awaited with --settle"
OUT_OF_TIME: Final = "the time for this promise was over"
Result = TypeVar("Result")


@dataclass(frozen=True)
class Made:
    """A record that was made: the values of its path, what was sent, and what was answered."""

    values: Mapping[str, str]  #: of the path of the operation that made it, in order
    key: str
    sent: Mapping[str, Any]
    shown: Mapping[str, Any]
    answer: Answer


@dataclass
class Life:
    """Records of one kind on the target."""

    run: Run
    kind: Kind
    made: list[Made] = field(default_factory=list)
    renamed: dict[tuple[str, ...], Made] = field(default_factory=dict)  #: by the values of its path and its key
    left_out: list[tuple[Action, Loss, Answer]] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    crashed: set[str] = field(default_factory=set)  #: operations that have answered a valid body with a server error
    count: int = 1  #: of the kinds that share the time of a promise
    until: float = float("inf")  #: the instant after which no further record is made for the promise
    is_later: bool = False  #: whether the last change or removal was a 202, and nobody waits for it
    is_late: bool = False  #: whether that instant came too soon

    @cached_property
    def contract(self) -> Contract:
        """The contract of the run."""
        return self.run.contract

    @property
    def target(self) -> Target:
        """The target of the run."""
        return self.run.target()

    @property
    def records(self) -> Records:
        """The records of the run, of every kind."""
        assert self.run.records is not None
        return self.run.records

    @cached_property
    def values(self) -> Values:
        """Values for its bodies."""
        return Values(self.contract, self.run.settings.seed)

    @cached_property
    def settable(self) -> frozenset[str]:
        """The fields that a client sends; all others are the server's."""
        return settable(self.contract, self.kind)

    @cached_property
    def reader(self) -> Reader:
        """Reads its lists."""
        return Reader(self.target, self.contract)

    def body(self, action: Action, turn: int, *, optional: bool = True) -> Any:
        """A body for an operation, its keys new and its references leading to records that exist."""
        body = self.values.body(body_of(self.contract, action), turn, optional=optional)
        is_made_by_key = action is self.kind.create and action.operation.method == "POST"
        return self.records.related(action.operation, body, [self.kind.key] if is_made_by_key else [])

    def create(self, body: Any, above: Mapping[str, str] | None = None) -> Made:
        """Make a record; raises `NotChecked` where the target refuses it."""
        if time.monotonic() > self.until:
            self.is_late = True
            raise NotChecked(OUT_OF_TIME)
        action = self._creator
        if isinstance(body, Mapping) and self.kind.key in body and not self._is_nameable(body[self.kind.key]):
            raise NotChecked(f"no {self.kind.key} is left that a path may have")
        names = self._names(action, above)
        answer, body, is_known = self._tried(action, names, body)
        if has_crashed(action, answer):
            self.crashed.add(action.id)
            raise Broken(f"{action.id} to make a record that is valid", answer.describe(), answer)
        if not answer.ok:
            raise NotChecked(f"{action.id} refuses a record that is valid: {answer.describe()}")
        shown, key = self._shown_and_key(action, names, body, answer)
        if not key:
            raise NotChecked(f"the answer of {action.id} does not tell the record's {self.kind.key}")
        sent = action.record_sent(self._known(body, answer))
        sent = sent if isinstance(sent, Mapping) else {}
        if is_known:  # after a record of the target's, whose counters it may hold deep inside
            sent = {name: value for name, value in sent.items() if isinstance(value, str | bool)}
        made = Made(names, key, sent, shown, answer)
        self.made.append(made)
        return made

    def _shown_and_key(
        self, action: Action, names: Mapping[str, str], body: Any, answer: Answer
    ) -> tuple[Mapping[str, Any], str]:
        """The record as the answer shows it, and its key; where a job makes it, nothing is shown yet."""
        maker = next((one for one in self.records.own.makers if one.operation.id == action.id), None)
        url = self.records.await_made(maker, answer) if maker is not None else None
        if not is_job(self.contract, action.operation, answer):
            shown = self.shown(action, answer)
            return shown, str(shown.get(self.kind.key, "")) or self._key_elsewhere(names, body, answer)
        location = canonical(located(answer) or "")
        settle = self.run.settings.settle
        if url is None and settle and maker is not None and any(has_form(location, one) for one in maker.templates):
            url = location  # where it isn't by now
        if url is None:
            raise NotChecked(f"{action.id} answers 202, and within {settle:g} s nothing says what it made (--settle)")
        return {}, unquote(url.rpartition("/")[2])

    def _tried(self, action: Action, names: Mapping[str, str], body: Any) -> tuple[Answer, Any, bool]:
        """The answer to a body, or to others where the target refuses it; that body, and whether it was its own."""
        answer = self.send(action, names, body)
        if self._has_crashed_again(action, answer):  # that is reported; what comes back is not seen yet
            body = self.body(action, 0, optional=False)
            answer = self.send(action, names, body)
        if answer.status == TAKEN and isinstance(body, Mapping):
            body = self._unique(body)
            answer = self.send(action, names, body)
        if answer.status in REFUSALS and isinstance(body, Mapping):
            usual = self.body(action, 0)
            body = self._unique(usual if isinstance(usual, Mapping) else body)
            answer = self.send(action, names, body)
        is_refused = answer.status in REFUSALS or self._has_crashed_again(action, answer)
        if is_refused and (known := self.records.again(action.operation)) is not None:
            return self.send(action, names, known), body, True
        return answer, body, False

    def _has_crashed_again(self, action: Action, answer: Answer) -> bool:
        return has_crashed(action, answer) and action.id in self.crashed

    def some(self, count: int, above: Mapping[str, str] | None = None) -> list[Made]:
        """Several records of this kind, each with other values; raises `NotChecked` where none can be made."""
        return [self.create(self.body(self._creator, turn), above) for turn in range(count)]

    def look(self, made: Made) -> Answer:
        """The answer that shows the record: that of its read, or of its list."""
        reader = self.kind.reader
        assert reader is not None
        return self.send(reader, self.path(reader, made))

    def record_in(self, answer: Answer, made: Made) -> Mapping[str, Any] | None:
        """The record as an answer of its reader shows it."""
        reader = self.kind.reader
        assert reader is not None
        if not answer.ok:
            return None
        if reader is self.kind.read:
            return self.shown(reader, answer)
        listed = dig(answer.json, reader.place or ())
        items = listed if isinstance(listed, list) else []
        return next((item for item in items if isinstance(item, Mapping) and self.is_named(item, made.key)), None)

    def is_named(self, item: Mapping[str, Any], key: str) -> bool:
        """Whether it is the record with that key."""
        return str(item.get(self.kind.key)) == key

    def send(
        self,
        action: Action,
        names: Mapping[str, str],
        body: Any = NOTHING,
        query: str = "",
        token: Token = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Call an operation with values for its path."""
        operation = action.operation
        path = path_of(operation, tuple(names[name] for name in operation.path_names))
        query = query or self.reader.required_query(operation)
        sent = dict(headers or {})
        if body is not NOTHING:
            sent["Content-Type"], body = as_declared(self.contract, action, body)
        url = f"{path}?{query}" if query else path
        answer = self.target.request(operation.method, url, body=body, headers=sent, token=token, operation=operation)
        if operation.is_write and action is not self.kind.create:
            self.is_later = answer.status == ACCEPTED and not self.run.settings.settle
            if answer.status == ACCEPTED:
                followed(self.target, answer, self.run.settings.settle)
        return answer

    def path(self, action: Action, made: Made) -> dict[str, str]:
        """The values of an operation's path that name a record."""
        by_field, above = action.fields_in_path(self.kind.name), list(made.values.values())
        if self.kind.create and self.kind.create.operation.method == "PUT":
            above = above[:-1]
        found: dict[str, str] = {}
        for at, name in enumerate(action.operation.path_names):
            if by_field.get(name) == self.kind.key:
                found[name] = made.key
            elif name in made.values:
                found[name] = made.values[name]
            elif (shown := made.shown.get(by_field.get(name, ""))) is not None:
                found[name] = str(shown)
            elif at < len(above) or by_field.get(name, self.kind.key) == self.kind.key:
                found[name] = above[at] if at < len(above) else made.key
            else:
                raise NotChecked(f"it is not known which {name} of {action.id} the record has")
        return found

    def naming(self, action: Action, made: Made, body: Any) -> Any:
        """A body for an update of a record, in which the members that name it do so."""
        find = action.behaviour.find
        if find is None or find.collection != self.kind.name or not isinstance(body, Mapping):
            return body
        return named(find, self.path(action, made), (self.kind.key, made.key), body)

    def shown(self, action: Action, answer: Answer) -> Mapping[str, Any]:
        """The record in an answer; empty where it shows none."""
        value = dig(answer.json, action.place or ()) if action.place is not None else None
        return value if isinstance(value, Mapping) and answer.json is not NOT_JSON else {}

    def check(
        self, action: Action, sent: Mapping[str, Any], shown: Mapping[str, Any], *answers: Answer, by: str = ""
    ) -> None:
        """Raise `Broken` for members that an answer does not show as they were sent, `by` which operation."""
        to = f" to {by}" if by and by != action.id else ""
        members = declared(self.contract, action)
        sent = {name: value for name, value in sent.items() if not self._is_unsaid(name, value)}
        lost = list(losses(self.contract, {"properties": dict(members)}, sent, shown)) if members else []
        lost = [loss for loss in lost if self._is_readable(loss.way.split("/")[1], sent)]
        self.left_out += [(action, loss, answers[-1]) for loss in lost if loss.is_left_out]
        broken = [loss for loss in lost if not loss.is_left_out and loss.way.split("/")[1] != self.kind.key]
        if broken:
            raise Broken.together(
                Broken(f"{action.id} to show {loss.way} as it was sent{to}: {in_json(loss.sent)}",
                       in_json(loss.shown), *answers, in_order=True)
                for loss in broken[:3]
            )  # fmt: skip

    def check_names(self, action: Action, names: Mapping[str, str], shown: Mapping[str, Any], answer: Answer) -> None:
        """Raise `Broken` where a record is shown with another key, or below another parent, than its path names."""
        for name, part in action.fields_in_path(self.kind.name).items():
            if part in shown and name in names and str(shown[part]) != names[name]:
                raise Broken(f"{action.id} to show {part} {names[name]}, as in its path", in_json(shown[part]), answer)

    def same_as(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
        """The fields that a client sends, where they differ."""
        for name in sorted((self.settable & before.keys()) - {self.kind.key}):
            if before[name] != after.get(name, ABSENT):
                yield name, before[name], after.get(name, ABSENT)

    @property
    def turns(self) -> range:
        """The values to send: all of them, or a few where the run is to be short (`--examples`)."""
        return range(TURNS if self.run.settings.examples >= MANY else FEW)

    def begin(self) -> None:
        """Begin a promise; where it is about many kinds, it takes a part of the time that is left."""
        left, self.is_late = self.target.gate.limits.left(), False
        self.until = float("inf") if self.count <= FEW_KINDS else time.monotonic() + max(PROMISE * left, 2.0)

    def in_time(self, turns: Iterable[Result]) -> Iterator[Result]:
        """As many of the turns as the time of one promise allows, two at least."""
        limits, is_about_few = self.target.gate.limits, self.count <= FEW_KINDS
        share = max(limits.share(TURN), 1.0) if is_about_few else max(limits.left() * PROMISE / self.count, 0.2)
        end = time.monotonic() + min(SECONDS, share)
        for count, turn in enumerate(turns):
            if count >= 2 and time.monotonic() > end:
                return
            yield turn

    def eventually(self, check: Callable[[], Result]) -> Result:
        """Look again, for as long as the target may take to show what was written."""
        end = time.monotonic() + self.run.settings.settle
        while True:
            try:
                return check()
            except Broken:
                if self.is_later:
                    raise NotChecked(DONE_LATER) from None
                if time.monotonic() >= end:
                    raise
                self.target.gate.limits.sleep(PAUSE)

    def latest(self, made: Made) -> Made:
        """The record under the key that it has by now."""
        while (name := (*made.values.values(), made.key)) in self.renamed:
            made = self.renamed[name]
        return made

    def after(self, made: Made, body: Mapping[str, Any], shown: Mapping[str, Any]) -> Made:
        """The record after a change: under a new key where the body has one and the answer shows it."""
        key = str(shown.get(self.kind.key, made.key))
        if key == made.key or str(body.get(self.kind.key)) != key:
            return made
        is_in_path = self._creator.operation.method == "PUT"
        values = {**made.values, [*made.values][-1]: key} if is_in_path else made.values
        new = replace(made, key=key, values=values)
        self.renamed[(*made.values.values(), made.key)] = new
        self.made[:] = [new if one is made else one for one in self.made]
        return new

    def _is_unsaid(self, name: str, value: Any) -> bool:
        """Whether a value is none of those that the member's description lists: a server may put one in its place."""
        known = self._listed.get(name, frozenset())
        return bool(known) and isinstance(value, str) and value not in known

    def _is_nameable(self, key: Any) -> bool:
        """Whether the path of the read may have a key that the run has chosen."""
        read = self.kind.read
        return read is None or self.records.can_name(nameless(read.operation.path), key)

    def _is_readable(self, name: str, sent: Mapping[str, Any]) -> bool:
        """Whether a read could show the value of a member: what none can show, a server stores in a form of its own."""
        read = self.kind.read
        schema = declared(self.contract, read).get(name) if read is not None else None
        return schema is None or can_be_shown(self.contract, schema, sent[name])

    @cached_property
    def _listed(self) -> Mapping[str, frozenset[str]]:
        """The values that descriptions list, by the member of a body."""
        writers = [one for one in (self.kind.create, *self.kind.updates) if one]
        members = [declared_members(self.contract, body_of(self.contract, one).value) for one in writers]
        return {name: described_values(self.contract, inner) for each in members for name, inner in each.items()}

    @property
    def _creator(self) -> Action:
        if self.kind.create is None:
            raise NotChecked(f"the contract has no operation that makes {self.kind}")
        return self.kind.create

    def _names(self, action: Action, above: Mapping[str, str] | None) -> dict[str, str]:
        """The values for the path of the operation that makes a record: those above it, and a key of its own."""
        operation = action.operation
        if operation.method == "PUT":
            known = {**self.records.values_above(operation), **(above or {})}
            known[operation.path_names[-1]] = self.records.free_key(operation)
        else:
            known = dict(above) if above is not None else self.records.values(operation)
        if not known.keys() >= {*operation.path_names}:
            raise NotChecked(f"no record is known below which {operation.id} could make one")
        return {name: known[name] for name in operation.path_names}

    def _key_elsewhere(self, names: Mapping[str, str], body: Any, answer: Answer) -> str:
        """The key where the answer shows no record: the last segment of Location, of the path, or what was sent."""
        location = answer.headers.get("location", "").rstrip("/").rpartition("/")[2]
        own = list(names.values())[-1] if names and self._creator.operation.method == "PUT" else ""
        sent = body.get(self.kind.key, "") if isinstance(body, Mapping) else ""
        return own or location or str(sent)

    def _known(self, body: Any, answer: Answer) -> Any:
        """The body of a request as it went out; that of a form as it was before, without its file."""
        if answer.sent.json is not NOT_JSON or not isinstance(body, Mapping):
            return answer.sent.json
        return {name: value for name, value in body.items() if name in self.settable}

    def _unique(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return unique(self.contract, body_of(self.contract, self._creator), body, self.kind.key)


def has_crashed(action: Action, answer: Answer) -> bool:
    """Whether an answer is a server error that the contract doesn't document."""
    return answer.status >= 500 and not action.operation.response_for(answer.status)
