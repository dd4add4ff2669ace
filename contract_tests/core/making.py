"""Makes records for a run to act on, and removes them at its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, Final
from urllib.parse import unquote

from contract_tests.core.accepted import is_job, is_pending
from contract_tests.core.answer import Answer
from contract_tests.core.contract import Operation
from contract_tests.core.creation import Maker, is_folder, key_names, kind
from contract_tests.core.discovery import Discovery
from contract_tests.core.distinct import TAKEN
from contract_tests.core.errors import Broken, BudgetSpent, NotChecked
from contract_tests.core.jobs import followed, made_by, wait_for_state
from contract_tests.core.keys import FreeKeys
from contract_tests.core.likeness import alike, renamed
from contract_tests.core.locating import has_form, prefixes
from contract_tests.core.mending import with_free_texts
from contract_tests.core.needs import removing_body
from contract_tests.core.operation import ABSENT, nameless
from contract_tests.core.own import Own
from contract_tests.core.referring import References
from contract_tests.core.safety import INPUT_REFUSALS
from contract_tests.core.samples import Samples, drawn
from contract_tests.core.schemas import examples_of
from contract_tests.core.target import NOTHING, Target, path_of

AT_FIRST: Final = 3  # records of each kind: one to change, one to remove, one that must stay as it is
TRIES: Final = 4  # bodies, before the target counts as unwilling to make such a record
NOT_FOUND: Final = 404
STILL_THERE: Final = "it is still there, though the target has said that it was removed"
GONE: Final = frozenset({NOT_FOUND, 410})
SLASH: Final = "%2F"
"""A slash within a key: many servers take it for the end of the key, encoded or not."""
PREPARING: Final = 0.2
"""The part of the time in which records are made before the first promise is checked."""
FEW: Final = 1  # records of each kind below which lists are read at first


@dataclass
class Records:
    """The records that a run has made: `make` more, find the `values` that name one, `clear` them away."""

    target: Target
    seed: int
    unwilling: dict[str, str] = field(default_factory=dict)  #: why an operation made nothing, by its id
    making: set[str] = field(default_factory=set)  #: operations for whose bodies a record is being made
    taken: dict[str, tuple[Any, str]] = field(default_factory=dict)  #: by operation, a body that it took, and the key

    @property
    def keys(self) -> FreeKeys:
        """Keys for new ones."""
        return FreeKeys(self.target, self.seed)

    @property
    def own(self) -> Own:
        """What the gate knows of them."""
        return self.target.gate.rules.own

    def prepare(self, operations: Sequence[Operation]) -> None:
        """Read the lists, to know what was there, then make some records of each kind, as many as there is time for:
        others are made when they are needed."""
        end = time.monotonic() + self.target.gate.limits.left() * PREPARING
        chosen = {operation.id for operation in operations}
        makers = [maker for maker in self.own.makers if maker.operation.id in chosen]
        paths = {one for maker in makers for one in (maker.operation.path, *maker.templates)}
        above = {part for path in paths for part in prefixes(nameless(path))}
        lists = tuple(one for one in operations if any(is_folder(one.path, part) for part in above))
        with suppress(Broken):
            Discovery(self.target.contract, lists, most=FEW).explore(self.target)
        for maker in makers:
            for _ in range(AT_FIRST):
                if time.monotonic() < end:
                    self.make(maker)

    def make(self, maker: Maker) -> bool:
        """Make one record; False where the target makes none."""
        if maker.operation.id in self.unwilling:
            return False
        before = len(self.own.urls)
        for body in self._bodies(maker.operation):
            try:
                answer = self._create(maker, body)
            except BudgetSpent:
                raise
            except (NotChecked, Broken) as error:
                self.unwilling[maker.operation.id] = str(error)
                return False
            self.await_made(maker, answer)
            if len(self.own.urls) > before:
                self.taken[maker.operation.id] = (
                    answer.sent.json,
                    unquote(next(reversed(self.own.urls)).rpartition("/")[2]),
                )
                return True
            if answer.ok:
                self.unwilling[maker.operation.id] = "its answers don't say which record was made"
                return False
        self.unwilling[maker.operation.id] = f"it refused each of them: {answer.describe()}"
        return False

    def await_made(self, maker: Maker, answer: Answer) -> str | None:
        """Wait for what a job makes, or until a record isn't pending any more, as long as writes may take; returns the
        path of what a job has made, None where it isn't known."""
        settle = self.target.gate.limits.settle
        if not is_job(self.target.contract, maker.operation, answer):
            if settle and answer.ok and is_pending(answer.json) and self.own.urls:
                wait_for_state(self.target, next(reversed(self.own.urls)), settle)
            return None
        match = self.target.contract.match(answer.sent.method, answer.sent.path, answer.sent)
        look = followed(self.target, answer, settle)
        url = made_by(self.target, maker, look, match[1] if match else ())
        if url is not None:
            self.own.adopt(answer, maker, url)
        return url

    def values(self, operation: Operation, *, last: bool = False) -> dict[str, str]:
        """The path values, as far as known, that name a record of this run, made where there is none; else of one that
        was there before, whose key has no slash. `last`: the newest one, which may be removed."""
        path = nameless(operation.path)
        for template in prefixes(path):
            if not template.endswith("{}"):
                continue
            urls = self.own.alive(template) or self._made(template)
            urls = urls or sorted(url for url in self.own.existing.copy() if has_form(url, template))
            urls = [url for url in urls if SLASH not in url]
            if urls:
                pairs = zip(template.split("/"), urls[-1 if last else 0].split("/"), strict=True)
                found = [unquote(step) for part, step in pairs if part == "{}"]
                return dict(zip(operation.path_names, found, strict=False))
        return {}

    def clear(self) -> list[str]:
        """Remove what this run has made, the newest first; returns what is left, with the reason."""
        self.target.gate.limits.wait_until_settled()
        for answer, maker in self.own.later[:]:
            with suppress(NotChecked, Broken):
                self.await_made(maker, answer)
        left = [
            f"1 record of {name}: its path is not known"
            if count == 1
            else f"{count} records of {name}: their paths are not known"
            for name, count in self.own.nowhere.items()
        ]
        reasons = {url: self._removed(url) for url in reversed(self.own.urls) if self.own.urls[url]}
        reasons |= {url: reason for url in reversed([*self.own.perhaps]) if (reason := self._cleared(url))}
        reasons |= dict.fromkeys(self._still_there(), STILL_THERE)
        return left + [f"{url}: {reason}" for url, reason in reasons.items() if reason]

    def _cleared(self, url: str) -> str:
        """Why what a PUT may have made could not be removed; empty where no read shows it."""
        reason = self._removed(url)
        is_shown = self.target.contract.match("GET", url) is None or self._is_there(url)
        return reason if reason and is_shown else ""

    def _still_there(self) -> Iterator[str]:
        """The records that are there though the target has said that they are gone: of each kind the newest is looked
        at, and where it is there, the others."""
        self.target.gate.limits.wait_until_settled()
        for template in dict.fromkeys(template for maker in self.own.makers for template in maker.templates):
            removed = [url for url, lives in self.own.urls.items() if not lives and has_form(url, template)]
            yield from takewhile(self._is_there, reversed(removed))

    def _is_there(self, url: str) -> bool:
        """Whether a read shows a record."""
        if self.target.contract.match("GET", url) is None:
            return False
        try:
            return self.target.request("GET", url, by_contract=False).ok
        except (NotChecked, Broken):
            return False

    def trim(self) -> None:
        """Remove all but the first records of each kind, so that lists stay short."""
        self.target.gate.limits.wait_until_settled()
        templates = dict.fromkeys(template for maker in self.own.makers for template in maker.templates)
        surplus = [url for template in templates for url in self.own.alive(template)[AT_FIRST:]]
        for url in reversed(surplus):
            if self.own.urls[url]:
                self._removed(url)

    def related(self, operation: Operation, body: Any, keys: Sequence[str] = ()) -> Any:
        """A body whose keys are new ones, and whose references lead to records that exist; `keys` are further members
        that name the record."""
        if isinstance(body, list):
            return [self.related(operation, item, keys) for item in body]
        if not isinstance(body, Mapping):
            return body
        references = self.references(operation)
        maker = self.own.by_operation.get(operation.id)
        found = references.filled(body)
        named: dict[str, str] = {}
        for template in maker.templates if maker and maker.operation.method == "POST" else ():
            named |= dict.fromkeys(key_names(found, self.own.parameter_of(template), kind(template)), template)
        for name, template in ({key: "" for key in keys if key in found} | named).items():
            if isinstance(found[name], str | int | float) and not isinstance(found[name], bool):
                found[name] = self.keys.for_member(operation, template, name, found[name], self._above(operation))
        return found

    def _above(self, operation: Operation) -> Callable[[], tuple[str, ...]]:
        return lambda: tuple(self.values(operation).values())

    def references(self, operation: Operation) -> References:
        """What the bodies of an operation say of other records."""
        maker = self.own.by_operation.get(operation.id)
        about = maker.templates[0] if maker and maker.templates else nameless(operation.path)
        return References(self.own, self._made_for(operation), about)

    def absent_key(self, template: str) -> str | None:
        """A key of the form that the path of a record asks for, which names none; None where no operation reads it."""
        about = [
            one for one in self.target.contract.operations if nameless(one.path) == template and one.method == "GET"
        ]
        return self.free_key(about[0]) if about else None

    def _made_for(self, operation: Operation) -> Callable[[str], list[str]]:
        """Makes a record to which a body may refer; none of a kind of which one is being made just now."""

        def made(template: str) -> list[str]:
            if operation.id in self.making:
                return []
            self.making.add(operation.id)
            try:
                return self._made(template)
            finally:
                self.making.discard(operation.id)

        return made

    def _made(self, template: str) -> list[str]:
        for maker in self.own.makers:
            if template in maker.templates and self.make(maker):
                return self.own.alive(template)
        return []

    def _create(self, maker: Maker, body: Any) -> Answer:
        operation = maker.operation
        if operation.method == "PUT":
            names = {**self.values_above(operation), operation.path_names[-1]: self.free_key(operation)}
        else:
            names = self.values(operation)
        if len(names) < len(operation.path_names):
            raise NotChecked("no record is known below which it could make one")
        values = tuple(names[name] for name in operation.path_names)
        path, body = path_of(operation, values), self.related(operation, body)
        answer = self.target.request(operation.method, path, body=body, operation=operation)
        if answer.status == TAKEN and (free := with_free_texts(self.target.contract, operation, body)):
            return self.target.request(operation.method, path, body=free, operation=operation)
        return answer

    def values_above(self, operation: Operation) -> dict[str, str]:
        """The path values of the records above the one that the path names."""
        head = operation.path.rpartition("/")[0]
        return self.values(Operation(operation.id, operation.method, head, operation.declared))

    def free_key(self, operation: Operation) -> str:
        """A key of the form that the path asks for, which no record has as far as a read tells."""
        return self.keys.for_path(operation, tuple(self.values_above(operation).values()))

    def _bodies(self, operation: Operation) -> Iterator[Any]:
        """Bodies to try: generated ones, which differ, then the examples of the contract, which make sense."""
        body = Samples(self.target.contract).body(operation)
        if body is None:
            yield NOTHING
            return
        made = drawn(body, TRIES, self.seed + len(self.own.urls))
        declared = operation.declared.body
        media_types = declared.media_types.values() if declared else ()
        examples = [example for media_type in media_types for example in media_type.examples.values()]
        schema = next(self.target.contract.json_request_schemas(operation), None)
        examples = examples or ([*examples_of(self.target.contract, schema.value)] if schema else [])
        known = self.again(operation)
        likenesses = (self._renamed(*one) for one in alike(self.target, self.own.by_operation[operation.id]))
        yield from [*made[-1:], *([known] if known else examples[:1]), *likenesses, *made[:-1]][:TRIES]

    def again(self, operation: Operation) -> Any:
        """A body like one that the operation took, under a new key; None where it took none."""
        body, key = self.taken.get(operation.id, (None, ""))
        return self.related(operation, self._renamed(body, key)) if isinstance(body, Mapping) else None

    def _renamed(self, body: Any, key: str) -> Any:
        return renamed(body, key, self.keys.fresh())

    def _removed(self, url: str) -> str:
        """Why a record could not be removed; empty when it is gone."""
        match = self.target.contract.match("DELETE", url)
        if match is None:
            return "the contract has no operation that removes it"
        try:
            answer = self.target.request("DELETE", url)
            if answer.status in INPUT_REFUSALS and match[0].takes_body and not match[0].requires_body:
                body = removing_body(self.target.contract, match[0], match[1][-1] if match[1] else "")
                answer = answer if body is ABSENT else self.target.request("DELETE", url, body=body)
        except (NotChecked, Broken) as error:
            return str(error)
        is_gone = answer.ok or answer.status in GONE
        if url in self.own.urls:
            self.own.urls[url] &= not is_gone
        return "" if is_gone else f"{match[0].id} answered {answer.describe()}"
