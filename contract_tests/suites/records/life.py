"""Makes records of one kind, and remembers them: under which keys, what the target refused, and what it left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final
from urllib.parse import unquote

from contract_tests.core.accepted import is_job
from contract_tests.core.action import Action
from contract_tests.core.answer import NOT_JSON, Answer
from contract_tests.core.distinct import TAKEN, unique
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.locating import canonical, has_form, located
from contract_tests.core.operation import nameless
from contract_tests.core.schemas import declared_members, described_values
from contract_tests.suites.records.calls import Calls, Made
from contract_tests.suites.records.comparing import Loss
from contract_tests.suites.records.kinds import body_of, settable

REFUSALS: Final = frozenset({400, 403, 409, 413, 422})


@dataclass
class Life(Calls):
    """Records of one kind on the target."""

    made: list[Made] = field(default_factory=list)
    renamed: dict[tuple[str, ...], Made] = field(default_factory=dict)  #: by the values of its path and its key
    left_out: list[tuple[Action, Loss, Answer]] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    crashed: set[str] = field(default_factory=set)  #: operations that have answered a valid body with a server error

    @cached_property
    def settable(self) -> frozenset[str]:
        """The fields that a client sends; all others are the server's."""
        return settable(self.contract, self.kind)

    @cached_property
    def listed(self) -> Mapping[str, frozenset[str]]:
        """The values that descriptions list, by the member of a body."""
        writers = [one for one in (self.kind.create, *self.kind.updates) if one]
        members = [declared_members(self.contract, body_of(self.contract, one).value) for one in writers]
        return {name: described_values(self.contract, inner) for each in members for name, inner in each.items()}

    def create(self, body: Any, above: Mapping[str, str] | None = None) -> Made:
        """Make a record; raises `NotChecked` where the target refuses it."""
        self.must_be_in_time()
        action = self._creator
        if isinstance(body, list):
            raise NotChecked(f"{action.id} takes a list of records, and its answer need not show each of them")
        if isinstance(body, Mapping) and self.kind.key in body and not self._is_nameable(body[self.kind.key]):
            raise NotChecked(f"no {self.kind.key} is left that a path may have")
        names = self._names(action, above)
        own = self.records.own
        known = {*own.existing, *own.urls}
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
        templates = maker.templates if (maker := own.by_operation.get(action.id)) else ()
        urls = {own.path_of(template, [*names.values()], key) for template in templates}
        if str(sent.get(self.kind.key)) == key and not urls.isdisjoint(known):
            raise NotChecked(f"{action.id} was sent a {self.kind.key} that names a record already")
        if not self._is_nameable(key) and self.look(made).status in REFUSALS:
            raise NotChecked(f"{action.id} has answered with a {self.kind.key} that the contract allows in no path")
        self.made.append(made)
        return made

    def some(self, count: int, above: Mapping[str, str] | None = None) -> list[Made]:
        """Several records of this kind, each with other values; raises `NotChecked` where none can be made."""
        return [self.create(self.body(self._creator, turn), above) for turn in range(count)]

    def latest(self, made: Made) -> Made:
        """The record under the key and the names that it has by now."""
        while (new := self.renamed.get((*made.values.values(), made.key), made)) is not made:
            made = new
        return made

    def after(self, made: Made, body: Mapping[str, Any], shown: Mapping[str, Any]) -> Made:
        """The record after a change: under a new key where the body has one and the answer shows it, and under the
        names that the body has."""
        key = str(shown.get(self.kind.key, made.key))
        is_new_key = key != made.key and str(body.get(self.kind.key)) == key
        names = {name: body[name] for name in self.kind.names if body.get(name) is not None and name in made.shown}
        if not is_new_key and names.items() <= made.shown.items():
            return made
        is_in_path = is_new_key and self._creator.operation.method == "PUT"
        values = {**made.values, [*made.values][-1]: key} if is_in_path else made.values
        new = replace(made, key=key if is_new_key else made.key, values=values, shown={**made.shown, **names})
        self.renamed[(*made.values.values(), made.key)] = new
        self.made[:] = [new if one is made else one for one in self.made]
        return new

    def _tried(self, action: Action, names: Mapping[str, str], body: Any) -> tuple[Answer, Any, bool]:
        """The answer to a body, or to others where the target refuses it; that body, and whether it was its own."""
        answer = self.send(action, names, body)
        if self._has_crashed_again(action, answer):  # that is reported; what comes back is not seen yet
            body = self.body(action, 0, optional=False)
            answer = self.send(action, names, body)
        if isinstance(body, Mapping) and (answer.status == TAKEN or self._has_found(action, names, answer)):
            body = self.unlike(action, body)
            answer = self.send(action, names, body)
        if answer.status in REFUSALS and isinstance(body, Mapping):
            usual = self.body(action, 0)
            body = self.unlike(action, usual if isinstance(usual, Mapping) else body)
            answer = self.send(action, names, body)
        is_refused = answer.status in REFUSALS or self._has_crashed_again(action, answer)
        if is_refused and (known := self.records.again(action.operation)) is not None:
            return self.send(action, names, known), body, True
        return answer, body, False

    def _has_found(self, action: Action, names: Mapping[str, str], answer: Answer) -> bool:
        """Whether a POST is answered with a record that was made before, as by servers that look for its name first."""
        if action.operation.method != "POST" or not answer.ok or is_job(self.contract, action.operation, answer):
            return False
        key = str(self.shown(action, answer).get(self.kind.key, ""))
        return any(one.key == key and one.values == names for one in self.made)

    def _has_crashed_again(self, action: Action, answer: Answer) -> bool:
        return has_crashed(action, answer) and action.id in self.crashed

    def _shown_and_key(
        self, action: Action, names: Mapping[str, str], body: Any, answer: Answer
    ) -> tuple[Mapping[str, Any], str]:
        """The record as the answer shows it, and its key; where a job makes it, nothing is shown yet."""
        maker = self.records.own.by_operation.get(action.id)
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

    def _is_nameable(self, key: Any) -> bool:
        """Whether the path of the read may have a key."""
        read = self.kind.read
        if read is None:
            return True
        return self.records.keys.can_name(nameless(read.operation.path), key, "".join(read.operation.path_names[-1:]))

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

    def change(
        self, action: Action, names: Mapping[str, str], body: Any, headers: Mapping[str, str] | None = None
    ) -> tuple[Answer, Any]:
        """The answer to a change, and its body: with other texts where another record has some of these (409)."""
        answer = self.send(action, names, body, headers=headers)
        if answer.status == TAKEN and (free := self.unlike(action, body)) != body:
            return self.send(action, names, free, headers=headers), free
        return answer, body

    def unlike(self, action: Action, body: Any) -> Any:
        """A body with texts that no other record has."""
        if not isinstance(body, Mapping):
            return body
        return unique(self.contract, body_of(self.contract, action), body, self.kind.key)


def has_crashed(action: Action, answer: Answer) -> bool:
    """Whether an answer is a server error that the contract doesn't document."""
    return answer.status >= 500 and not action.operation.response_for(answer.status)
