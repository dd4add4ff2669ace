"""Known records come from the target itself: along the contract's links, else by the form of its paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from contract_tests.core.answer import NOT_JSON, Answer, Sent
from contract_tests.core.contract import Contract, Operation, as_request
from contract_tests.core.creation import is_folder, is_key, key_of, kind, records_in
from contract_tests.core.errors import BudgetSpent, NotChecked
from contract_tests.core.operation import nameless
from contract_tests.core.side_by_side import side_by_side
from contract_tests.core.target import Target, path_of
from mockserver.contract.operations.runtime import Messages, every_value

MOST_RECORDS = 20  # per operation; enough to meet every kind of record, few enough for a slow target
SAYS_WHAT = frozenset({"const", "default", "enum"})  # keywords of a schema that name a value for any call
NOT_FOUND_IN_LINKS = "no link of the contract, and no list of the target, gives a value for {names}"


@dataclass
class Discovery:
    """Calls that are known to name existing records: path values and, where a link builds one, a body."""

    contract: Contract
    operations: tuple[Operation, ...]  #: those that may be called
    known: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    most: int = MOST_RECORDS

    def explore(self, target: Target, workers: int = 1) -> None:
        """Read every list, follow the links, read what they lead to, until nothing new turns up."""
        for operation in self.operations:
            if is_read(operation) and not needs_input(operation):
                self.known[operation.id] = [()]
        asked: set[tuple[str, tuple[str, ...]]] = set()
        while calls := [call for call in self._reads() if call not in asked]:
            asked.update(calls)
            answers: dict[tuple[str, tuple[str, ...]], Answer] = {}
            side_by_side(workers, [[call] for call in calls], partial(self._ask, target, answers))
            for name, values in calls:
                if (name, values) in answers:
                    self._learn(self.contract.operation(name), values, answers[name, values])

    def calls(self, operation: Operation) -> list[tuple[str, ...]]:
        """Path values of existing records; raises `NotChecked` when none is known."""
        found = self.known.get(operation.id, [])
        if not found:
            raise NotChecked(NOT_FOUND_IN_LINKS.format(names=", ".join(operation.path_names) or "its input"))
        return found

    def _ask(
        self,
        target: Target,
        answers: dict[tuple[str, tuple[str, ...]], Answer],
        call: tuple[str, tuple[str, ...]],
    ) -> None:
        try:
            answer = target.call(call[0], *call[1])
        except BudgetSpent:
            raise
        except NotChecked:  # a value may make the path that of an operation that was not chosen
            return
        if answer.ok:
            answers[call] = answer

    def _reads(self) -> list[tuple[str, tuple[str, ...]]]:
        return [
            (operation.id, values)
            for operation in self.operations
            if is_read(operation) and not needs_more(operation)
            for values in self.known.get(operation.id, [])[: self.most]
        ]

    def _learn(self, operation: Operation, values: tuple[str, ...], answer: Answer) -> None:
        response = self.contract.response(operation, answer.status)
        links = self.contract.look_up(response, "links") if response else None
        for name in links.value if links else ():
            link = self.contract.look_up(links, name) if links else None
            if link is not None:
                self._follow(link.value, operation, values, answer)
        for other in self.contract.operations:
            record = record_below(other.path, len(values) + 1)
            if len(other.path_names) == len(values) + 1 and is_folder(operation.path, record):
                for value in identifiers(answer.json, other.path_names[-1], kind(record)):
                    if self._can_be_named(other, (*values, value)):
                        self._add(other.id, (*values, value))

    def _can_be_named(self, operation: Operation, values: tuple[str, ...]) -> bool:
        """Whether values fit the path of an operation: a list may show names in the place of keys."""
        path = path_of(operation, values)
        return self.contract.allows(Sent(operation.method, path, path, {}), "path")

    def _follow(self, link: Mapping[str, Any], operation: Operation, values: tuple[str, ...], answer: Answer) -> None:
        other = self._linked(link)
        if other is None:
            return
        named = dict(zip(operation.path_names, values, strict=True))
        parameters = {name.removeprefix("path."): value for name, value in link.get("parameters", {}).items()}
        choices = [list(evaluate(parameters.get(name), named, answer)) for name in other.path_names]
        for values_of_call in combined(choices):
            self._add(other.id, values_of_call)

    def _linked(self, link: Mapping[str, Any]) -> Operation | None:
        name = link.get("operationId")
        return self.contract.operation(name) if isinstance(name, str) and self.contract.has(name) else None

    def _add(self, name: str, values: tuple[str, ...]) -> None:
        found = self.known.setdefault(name, [])
        if values not in found:
            found.append(values)


def is_read(operation: Operation) -> bool:
    """Whether it only reads."""
    return operation.method == "GET"


def needs_input(operation: Operation) -> bool:
    """Whether it cannot be called without knowing something."""
    return bool(operation.path_names) or needs_more(operation)


def needs_more(operation: Operation) -> bool:
    """Whether a call must say more than which record it is about, and the contract doesn't say what."""
    more = [one for one in operation.parameters if one.required and one.location != "path"]
    return any(one.location == "cookie" or not SAYS_WHAT.intersection(one.schema or ()) for one in more)


def record_below(path: str, count: int) -> str:
    """The path template up to the parameter with that number: `/things/{}` of `/things/{id}/parts` for 1."""
    steps = nameless(path).split("/")
    places = [at for at, step in enumerate(steps) if step == "{}"]
    return "/".join(steps[: places[count - 1] + 1]) if len(places) >= count else ""


def combined(choices: list[list[Any]]) -> list[tuple[str, ...]]:
    """Path values together: lists of one length are of the same records; a single value goes with all."""
    longest = max(map(len, choices), default=0)
    if not all(len(choice) in {1, longest} for choice in choices):
        return []
    spread = [choice if len(choice) == longest else choice * longest for choice in choices]
    return [tuple(map(str, values)) for values in zip(*spread, strict=True)]


def evaluate(expression: Any, named: Mapping[str, str], answer: Answer) -> Iterator[Any]:
    """The values of a link's parameter that can name a record; a position in a list stands for every position."""
    if not isinstance(expression, str) or not expression.startswith("$"):
        yield from [expression] if is_key(expression) else ()
        return
    body = None if answer.json is NOT_JSON else answer.json
    sent = None if answer.sent.json is NOT_JSON else answer.sent.json
    request = as_request(answer.sent.method, answer.sent.path, answer.sent)
    with suppress(ValueError):
        yield from filter(is_key, every_value(expression, Messages.seen(request, named, sent, answer.headers, body)))


def identifiers(value: Any, parameter: str, word: str = "") -> Iterator[str]:
    """The keys of the records in an answer, as a path parameter asks for them; `word` is what a record is called."""
    yield from (key for record in records_in(value, parameter, word) if (key := key_of(record, parameter, word)))
