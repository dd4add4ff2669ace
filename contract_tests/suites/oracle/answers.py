"""Where the target's answer differs from the mock's: status, form, and what both show of the records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from contract_tests.core.answer import NOT_JSON, Answer
from contract_tests.core.checks import FREEDOMS, AnswerChecks
from contract_tests.core.contract import Contract
from contract_tests.core.errors import InternalError, NotChecked
from contract_tests.core.model import Behaviour, Model, Steps, dig, root
from contract_tests.core.words import ABSENT, in_json
from contract_tests.suites.oracle.calls import Call
from contract_tests.suites.oracle.correspondence import Correspondence, Difference, View, is_record
from contract_tests.suites.oracle.freedoms import Freedoms
from contract_tests.suites.oracle.records import Name, own_fields
from contract_tests.suites.oracle.values import moved, same, shown


class NoMeasure(NotChecked):
    """What follows on the target can't be compared with the mock any longer."""


UNADMITTED = frozenset({401, 403})


@dataclass
class Comparison:
    """Compares the answers to one call; remembers which fields the mock shows where."""

    contract: Contract
    model: Model
    declared: dict[str, set[tuple[str, str]]] = field(default_factory=dict)  #: by operation: collection and field
    sizes: dict[tuple[str, str, Steps], int] = field(default_factory=dict)  #: how long each list of the target was
    restless: set[tuple[str, str]] = field(default_factory=set)  #: collection and field that reads show otherwise

    def __post_init__(self) -> None:
        self.checks = AnswerChecks(self.contract)
        self.freedoms = Freedoms(self.contract, self.model)

    def differences(
        self,
        call: Call,
        mock: Answer,
        target: Answer,
        pairs: Correspondence,
        fields: Mapping[str, set[tuple[str, str]]],
    ) -> Iterator[Difference]:
        """Every difference; `fields` are those that the target is known to show, by operation."""
        if mock.status >= 500:
            raise InternalError(f"the mirror fails at {mock.sent.method} {mock.sent.path}: {mock.describe()}")
        if target.status == 429:
            raise NotChecked("the target answers 429: too many requests")
        if mock.status not in UNADMITTED and target.status in UNADMITTED and not pairs.written:
            raise NotChecked(f"the target does not take the token for {call.operation.id}: {target.status}")
        if self.freedoms.no_measure(call.operation, mock.status, target.status):
            raise NoMeasure(f"the mock's {mock.status} for {call.operation.id} says nothing of the target")
        behaviour = self.model.behaviours[call.operation.id]
        if self.freedoms.is_unsure(behaviour, pairs.unsure, mock.status, target.status):
            raise NoMeasure(f"the contract does not say whether {behaviour.subject} go with the record above them")
        if not self._same_status(call, mock.status, target.status):
            place = self.contract.response(call.operation, mock.status)
            on_the_way = place.assumed if place else ()
            assumed = tuple(number for number in on_the_way if number not in call.operation.assumed)
            yield Difference("status", f"{mock.status}", target.describe(), assumed=assumed)
            return
        yield from self._form(target)
        if mock.ok:
            self._note_written(call, pairs)
        if mock.ok and mock.json is not NOT_JSON:
            parts = urlsplit(mock.sent.url)
            told = moved(mock.json, target.json, f"{parts.scheme}://{parts.netloc}")
            yield from Exchange(self, call, pairs, fields).shown(told, target.json)

    def _form(self, answer: Answer) -> Iterator[Difference]:
        """What about an answer breaks the contract, whatever the mock has answered."""
        for breach in self.checks.breaches(answer):
            if not breach.is_note:
                yield Difference("form", breach.expected, breach.got, field=breach.kind, assumed=breach.assumed)

    def _note_written(self, call: Call, pairs: Correspondence) -> None:
        """Both changed a record that was there: what its body lacks, inside its values too, is open if inferred."""
        behaviour = self.model.behaviours[call.operation.id]
        if call.subject and behaviour.takes_body and not behaviour.created and self.model.inferred:
            note = pairs.was_replaced if behaviour.replaces else pairs.was_changed
            note(call.subject, sent_by(call, behaviour))

    def is_free(self, collection: str, part: str, *, written: bool) -> bool:
        """Whether the server may change a field of its own accord: after a write, or as its reads have shown."""
        is_moving = written or (collection, part) in self.restless
        return is_moving and self.freedoms.is_kept_by_server(collection, part)

    def _same_status(self, call: Call, mock: int, target: int) -> bool:
        if mock == target or mock in FREEDOMS.get(target, ()) or self.freedoms.alike(mock, target):
            return True
        return mock // 100 == target // 100 == 2 and str(target) in call.operation.statuses


@dataclass(frozen=True)
class Exchange:
    """One call's two answers, both a success."""

    comparison: Comparison
    call: Call
    pairs: Correspondence
    fields: Mapping[str, set[tuple[str, str]]]

    @property
    def behaviour(self) -> Behaviour:
        """What the operation does."""
        return self.comparison.model.behaviours[self.call.operation.id]

    def shown(self, mock: Any, target: Any) -> Iterator[Difference]:
        """Compare what the behaviour's reply puts into the answer."""
        if target is NOT_JSON:
            return
        for path, expression in self.behaviour.reply.items():
            mine, theirs = dig(mock, path, ABSENT), dig(target, path, ABSENT)
            if mine is not ABSENT:
                yield from self._at(path, expression, mine, theirs, target)

    def key_of(self, collection: str) -> str:
        """The field that holds the key."""
        return self.comparison.model.collections[collection].key

    def _at(self, path: Steps, expression: Any, mock: Any, target: Any, answer: Any) -> Iterator[Difference]:
        place = ".".join(path) or "the body"
        if expression == "$record" and isinstance(mock, Mapping) and self.behaviour.subject:
            yield from self._record(path, place, mock, target)
        elif expression == "$records" and self.behaviour.list and isinstance(mock, list):
            yield from self._records(path, place, mock, target, answer)
        elif expression == "$records" and self.behaviour.created and isinstance(mock, list):
            yield from self._made(path, place, mock, target)
        elif self._names_new(expression):
            self.pairs.was_made((str(self.behaviour.created), str(mock)), target, self._given, self._sent)
        elif self._is_of_subject(expression) and self.call.subject:
            view, part = self._view(self.call.subject[0], path), expression.removeprefix("$record.")
            yield from self.pairs.value(view, self.call.subject, part, mock, target)
        elif self._is_fixed(expression) and not same(mock, target):
            yield Difference("value", f"{place}: {in_json(mock)}", shown(target), field=place)

    def _is_of_subject(self, expression: Any) -> bool:
        """Whether the value is a field of the record that the call is about: after a creation, that is the new one."""
        return isinstance(expression, str) and expression.startswith("$record.") and not self.behaviour.created

    def _names_new(self, expression: Any) -> bool:
        """Whether the value is the key of the record that was made."""
        created = self.behaviour.created
        return created is not None and expression == f"$record.{self.key_of(created)}"

    @property
    def _given(self) -> frozenset[str]:
        """The fields of a new record that were sent, or that the behaviours set."""
        given = frozenset(self._sent)
        return given if self.comparison.model.inferred else given | self.behaviour.writes

    @property
    def _sent(self) -> Mapping[str, Any]:
        return sent_by(self.call, self.behaviour)

    def _is_fixed(self, expression: Any) -> bool:
        """Whether the value doesn't depend on the page of a list, on a record that the mock has made up, or on texts,
        which the mock isn't given."""
        said = expression if isinstance(expression, str) else ""
        of_new = said.startswith("$record.") and self.behaviour.created
        return not _is_paging(expression) and not of_new and not said.startswith("$records.")

    def _record(self, path: Steps, place: str, mock: Mapping[str, Any], target: Any) -> Iterator[Difference]:
        collection = str(self.behaviour.subject)
        if not isinstance(target, Mapping):
            yield Difference("lost", f"{place}: an object", shown(target), collection, place)
            return
        mine, theirs = own_fields(mock, path, self.behaviour), own_fields(target, path, self.behaviour)
        key, name = self.key_of(collection), self._name_of(collection, mine)
        if self.behaviour.created:
            self.pairs.was_made(name, theirs.get(key, ABSENT), self._given, self._sent)
        elif key in theirs and str(theirs[key]) != self.pairs.target_key(name):
            yield Difference(
                "value", f"{collection} {self.pairs.target_key(name)}", f"{key} {in_json(theirs[key])}", collection, key
            )
            return
        elif name not in self.pairs.seen and self.comparison.model.inferred:  # each made it up when it was asked for
            self.pairs.was_made(name, theirs.get(key, name[1]), self._given, self._sent)
        yield from self.pairs.record(self._view(collection, path, mine), mine, theirs, name)

    def _name_of(self, collection: str, record: Mapping[str, Any]) -> Name:
        """The name of a record of the mock's: by its key, or where it shows none, as that which was asked for."""
        key, subject = self.key_of(collection), self.call.subject
        return subject if key not in record and subject else (collection, str(record.get(key)))

    def _made(self, path: Steps, place: str, mock: list[Any], target: Any) -> Iterator[Difference]:
        """Compare several records that one call has made, in their order."""
        if not isinstance(target, list) or len(target) != len(mock):
            expected = f"{place}: a list of {len(mock)}"
            yield Difference("lost", expected, shown(target), str(self.behaviour.created), place)
            return
        for mine, theirs in zip(mock, target, strict=True):
            if isinstance(mine, Mapping):
                yield from self._record(path, place, mine, theirs)

    def _records(self, path: Steps, place: str, mock: list[Any], target: Any, answer: Any) -> Iterator[Difference]:
        assert self.behaviour.list is not None
        collection = self.behaviour.list.collection
        if target is ABSENT and not mock:
            return  # an empty list may be left out
        if not isinstance(target, list):
            yield Difference("lost", f"{place}: a list", shown(target), collection, place)
            return
        mine = [own_fields(item, path, self.behaviour) for item in mock if isinstance(item, Mapping)]
        theirs = [own_fields(item, path, self.behaviour) for item in target if isinstance(item, Mapping)]
        view = self._view(collection, path, *mine)
        if collection in self.pairs.unsure:
            return
        if mine and not any(is_record(item, view.key) for item in mine):
            return
        before = self.comparison.sizes.get(self._list(path))
        unsure = self._of_a_page(answer, len(theirs), before)
        for different in self.pairs.records(view, mine, theirs, before):
            is_free = self._was_on_another_page(different) or self._is_chosen_by_the_server(view, different)
            if different.kind not in unsure and not is_free:
                yield different

    def _is_chosen_by_the_server(self, view: View, different: Difference) -> bool:
        """Whether the list chooses by a field whose value in this record was left to the server, or was never shown."""
        if different.kind not in {"missing", "further"} or not self.comparison.model.inferred:
            return False
        name = different.collection, different.key
        if different.kind == "further":
            name = self.pairs.name_of(*name)
        known = self.pairs.seen.get(name, {})
        return any(
            self.pairs.is_left_to_server(view, name, part) or (part != "*" and part.partition(".")[0] not in known)
            for part in self._chosen_by
        )

    @property
    def _chosen_by(self) -> Iterator[str]:
        """The fields that the query of a list chooses its records by."""
        query = self.behaviour.list
        for part, expression in {**query.filters, **query.conditions}.items() if query else ():
            expressions = expression.values() if isinstance(expression, Mapping) else (expression,)
            asked = {name for kind, name in map(root, expressions) if kind == "query"}
            if asked & self.call.query.keys():
                yield part

    def _was_on_another_page(self, different: Difference) -> bool:
        """Whether a record is new to us alone: the list was read by one page, and it stood on another."""
        is_paged = self.comparison.model.inferred and bool(self.behaviour.page)
        known = {self.pairs.target_key(name) for name in self.pairs.seen if name[0] == different.collection}
        return is_paged and different.kind == "further" and different.key not in known

    def _of_a_page(self, answer: Any, length: int, before: int | None) -> frozenset[str]:
        """Differences that say nothing, for the list is one page of a longer one, or as long as it was before."""
        if not (self.comparison.model.inferred and self.behaviour.page):
            return frozenset()
        for way, expression in self.behaviour.reply.items():
            value = dig(answer, way, ABSENT)
            more = expression in ("$next", "$more") and value not in (ABSENT, None, "", False)
            if more or (expression == "$total" and isinstance(value, int) and value > length):
                return frozenset({"missing", "further"})
        return frozenset({"missing"} if before is not None and length >= before else ())

    def _list(self, path: Steps) -> tuple[str, str, Steps]:
        return self.call.operation.id, self.call.path, path

    def _view(self, collection: str, path: Steps, *records: Mapping[str, Any]) -> View:
        del path
        declared = self.comparison.declared.setdefault(self.call.operation.id, set())
        declared.update((collection, part) for record in records for part in record)
        known = self.fields.get(self.call.operation.id, set())
        return View(
            collection, self.key_of(collection), frozenset(part for where, part in known if where == collection),
            frozenset(part for where, part in declared if where == collection),
            lambda part: self.comparison.is_free(collection, part, written=self.pairs.written),
        )  # fmt: skip


def sent_by(call: Call, behaviour: Behaviour) -> Mapping[str, Any]:
    """The fields of a record that the body of a call has."""
    sent = dig(call.body, behaviour.envelope)
    return sent if isinstance(sent, Mapping) else {}


def _is_paging(expression: Any) -> bool:
    """Whether a value is about the page of a list, which each server divides as it likes."""
    return isinstance(expression, str) and (
        expression in ("$next", "$more", "$total") or expression.startswith("$page.")
    )
