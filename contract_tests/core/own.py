"""The records that a run has made itself, and whether a write could touch any other."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from urllib.parse import quote, unquote

from contract_tests.core.accepted import is_job
from contract_tests.core.answer import Answer, Sent
from contract_tests.core.contract import SAFE_METHODS, Contract, Operation
from contract_tests.core.creation import (
    KEYS,
    Maker,
    is_folder,
    is_key,
    items_in,
    key_names,
    key_of,
    kind,
    makers,
    makes_many,
    plain,
    records_in,
    templates_of,
)
from contract_tests.core.locating import bodies, canonical, has_form, keys_in, located, prefixes
from contract_tests.core.operation import nameless

LONG: Final = 16  # characters of an id that names one record only, whatever its kind
MOST: Final = 1000  # records of this run at a time
MOST_REMEMBERED: Final = 2000  # requests that have made records
LONGEST_REMEMBERED: Final = 20_000  # bytes of one, with its answer
READING: Final = re.compile(
    r"(search|query|find|filter|look_?up|validate|check|preview|count|calculate|estimate|convert|echo|log_?in|sign_?in"
    r"|authenticate|tokens?)\Z",
    re.IGNORECASE,
)
"""The last word of a path at which a POST only reads, or gives a token."""

IS_ID: Final = re.compile(r"\s*[+-]?\w")
"""What a server may read an id out of."""

CREATED: Final = 201
CHANGES: Final = frozenset({"PUT", "PATCH"})
EXISTING: Final = "the write would touch a record that this run has not made"
EVERYTHING: Final = "the write names no record of this run"
OVERWRITES: Final = "the write names a key that a record may have that was there before"
FULL_HOUSE: Final = f"{MOST} records of this run exist already"


@dataclass
class Own:
    """What this run has made: `urls` are the paths of its records, with whether they still exist."""

    contract: Contract
    urls: dict[str, bool] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)  #: long ids of its records
    fresh: set[str] = field(default_factory=set)  #: keys for new records, which no record has
    existing: dict[str, float] = field(default_factory=dict)  #: paths of records that were there, and when first seen
    changed: dict[str, None] = field(default_factory=dict)  #: accepted writes to what this run has not made
    shown: dict[str, Mapping[str, Any]] = field(default_factory=dict)  #: a record that was there, by path template
    references: dict[str, Any] = field(default_factory=dict)  #: by member, what a record that was there has for it
    read: set[str] = field(default_factory=set)  #: path templates of which one was read by itself
    perhaps: dict[str, None] = field(default_factory=dict)  #: where an accepted PUT may have made one, unannounced
    made_by: dict[str, Answer] = field(default_factory=dict)  #: what has made a record, by its path
    nowhere: dict[str, int] = field(default_factory=dict)  #: records without a known path, by the operation's id
    later: list[tuple[Answer, Maker]] = field(default_factory=list)  #: jobs that are to make records
    before_jobs: frozenset[str] = frozenset()  #: records that were there before the first of them

    @cached_property
    def makers(self) -> tuple[Maker, ...]:
        """The operations that make records."""
        return makers(self.contract)

    @cached_property
    def by_operation(self) -> Mapping[str, Maker]:
        """The same, by the id of the operation."""
        return {maker.operation.id: maker for maker in self.makers}

    @cached_property
    def templates(self) -> Mapping[str, str]:
        """The name of the last parameter by path template of a record."""
        wanted = {*templates_of(self.contract)}
        found = [one for one in self.contract.operations if nameless(one.path) in wanted]
        return {nameless(one.path): one.path_names[-1] for one in found}

    @property
    def count(self) -> int:
        """How many of its records exist."""
        return sum(self.urls.copy().values()) + len(self.perhaps)

    def parameter_of(self, template: str) -> str:
        """The name of the parameter that stands for the key in the path of a record."""
        return self.templates.get(template, "id")

    def template_of(self, url: str) -> str:
        """The path template of a record's path."""
        return next((template for template in self.templates if has_form(url, template)), "")

    def alive(self, template: str) -> list[str]:
        """The paths of its records of a kind, the oldest first."""
        return [url for url, lives in self.urls.copy().items() if lives and has_form(url, template)]

    def refusal(
        self, operation: Operation, values: Sequence[str], sent: Sent, made_up: Callable[[str], bool]
    ) -> str | None:
        """Why a write could touch what this run has not made; None when it can't."""
        maker = self.by_operation.get(operation.id)
        if values and not self._may_name(operation, values, sent.path, made_up, maker):
            return EXISTING
        if maker is not None:
            if self.count >= MOST:
                return FULL_HOUSE
            made = items_in(sent.json) if makes_many(operation) else bodies(sent)
            return None if all(self._is_new(maker, values, body, made_up) for body in made) else OVERWRITES
        if values and any(url in self.existing for url in self._named(operation, values, sent)):
            return OVERWRITES
        if values or READING.search(operation.path):
            return None
        return None if self._names_own(sent) and not self._is_about_all(operation) else EVERYTHING

    def _is_about_all(self, operation: Operation) -> bool:
        """Whether a write to a list stands beside the same write to one record: what its body names may be the new
        state of all of them, or say nothing of which are meant."""
        alike = CHANGES if operation.method in CHANGES else {operation.method}
        one = nameless(operation.path).rstrip("/") + "/{}"
        return any(other.method in alike and nameless(other.path) == one for other in self.contract.operations)

    def could_be_own(self, operation: Operation) -> bool:
        """Whether this run has made a record of the kind that an operation is about."""
        path = nameless(operation.path)
        return any(has_form(url, prefix) for url in self.urls for prefix in prefixes(path) if prefix.endswith("{}"))

    def learn(
        self, answer: Answer, operation: Operation, values: Sequence[str], made_up: Callable[[str], bool]
    ) -> None:
        """Take note of what an answer shows, makes or removes."""
        if answer.ok and answer.sent.method == "GET":
            self._saw(answer, operation, values)
        if not answer.ok or answer.sent.method in SAFE_METHODS:
            return
        path, maker = canonical(answer.sent.path), self.by_operation.get(operation.id)
        if maker is not None:
            self._made(answer, maker, values)
        elif (new := self._renamed(answer, operation, values)) is not None and path in self.urls:
            self.urls |= {path: False, new: True}
        elif answer.sent.method in CHANGES and self.urls.get(path):  # a new key, though the answer doesn't show it
            named = {*self._named(operation, values, answer.sent)} - self.existing.keys() - self.urls.keys()
            self.perhaps |= dict.fromkeys(sorted(named) if len(self.perhaps) < MOST else ())
        elif answer.sent.method == "DELETE" and path in self.urls:
            for url in self.urls:
                self.urls[url] &= not (url == path or url.startswith(f"{path}/"))
        elif self._may_have_made(answer.sent, operation, values, made_up):
            self.perhaps[path] = None
        elif not self.holds(path) and not (values and made_up(values[-1])):
            self.changed[f"{answer.sent.method} {answer.sent.path}"] = None

    def _may_have_made(
        self, sent: Sent, operation: Operation, values: Sequence[str], made_up: Callable[[str], bool]
    ) -> bool:
        """Whether an accepted PUT names a record that was not there."""
        path, is_record = canonical(sent.path), sent.method == "PUT" and operation.path.endswith("}")
        is_new = bool(values) and (made_up(values[-1]) or values[-1] in self.fresh or path in self.urls)
        is_known = path in self.existing or self.urls.get(path, False)
        return is_record and is_new and not is_known and len(self.perhaps) < MOST

    def holds(self, path: str) -> bool:
        """Whether a raw path names a record of this run, or something below one."""
        whole = canonical(path)
        return any(prefix in self.urls or prefix in self.perhaps for prefix in prefixes(whole)) or any(
            unquote(step) in self.names for step in whole.split("/")
        )

    def path_of(self, template: str, values: Sequence[str], key: str) -> str | None:
        """The path of the record with that key: below the values of its maker's path, where the template has these."""
        count = template.count("{}")
        filled = (*values, key) if count == len(values) + 1 else (key,) if count == 1 else None
        if filled is None:
            return None
        left = iter(filled)
        return re.sub(r"\{\}", lambda _: quote(next(left), safe=""), template)

    def _may_name(
        self,
        operation: Operation,
        values: Sequence[str],
        path: str,
        made_up: Callable[[str], bool],
        maker: Maker | None,
    ) -> bool:
        if self.holds(path):
            return True
        if made_up(values[-1]) or values[-1] in self.fresh or not IS_ID.match(values[-1]):
            return operation.method != "PUT" or self._is_apart(operation, values[:-1], made_up)
        is_child = maker is not None and not nameless(operation.path).endswith("{}")
        return is_child and not self._can_be_made(nameless(operation.path))

    def _named(self, operation: Operation, values: Sequence[str], sent: Sent) -> Iterator[str]:
        """The paths that a record would have under the other key that a change of it brings."""
        template = nameless(operation.path)
        for body in bodies(sent) if template in self.templates else ():
            for name in (
                key_names(body, self.parameter_of(template), kind(template)) if isinstance(body, Mapping) else ()
            ):
                if is_key(body[name]) and str(body[name]) != values[-1]:
                    url = self.path_of(template, values[:-1], str(body[name]))
                    yield from [url] if url else ()

    def _renamed(self, answer: Answer, operation: Operation, values: Sequence[str]) -> str | None:
        """The path that the record of a change has now, as Location or the key in its answer shows."""
        if answer.sent.method not in {"PUT", "PATCH"} or not values:
            return None
        template = nameless(operation.path)
        shown = key_of(answer.json, self.parameter_of(template), kind(template))
        places = {canonical(located(answer) or ""), self.path_of(template, values[:-1], shown or "")}
        return next((url for url in self._named(operation, values, answer.sent) if url in places), None)

    def _is_apart(self, operation: Operation, above: Sequence[str], made_up: Callable[[str], bool]) -> bool:
        """Whether what a PUT may make lies below no record that was there, where the run could make one for it."""
        are_new = all(made_up(value) or value in self.fresh for value in above)
        return are_new or not self._can_be_made(nameless(operation.path).rpartition("/")[0])

    def _can_be_made(self, path: str) -> bool:
        """Whether the run can make the record of a path template, or one above it."""
        made = {template for maker in self.makers for template in maker.templates}
        return any(prefix in made for prefix in prefixes(path))

    def _is_new(self, maker: Maker, values: Sequence[str], body: Any, made_up: Callable[[str], bool]) -> bool:
        """Whether a body names no record that could be there: by a key of its own, or none at all."""
        for template in maker.templates if isinstance(body, Mapping) else ():
            for name in key_names(body, self.parameter_of(template), kind(template)):
                key = body[name]
                if isinstance(key, bool) or not isinstance(key, str | int | float):
                    continue
                if str(key) in self.fresh or made_up(str(key)):
                    continue
                if not isinstance(key, str) or re.fullmatch(r"\s*[\d.]+\s*", key):
                    return False
                if self.path_of(template, values, key) in self.existing:
                    return False
        return True

    def _names_own(self, sent: Sent) -> bool:
        """Whether every key in a body is that of a record of this run, and there is one."""
        last = {unquote(url.rpartition("/")[2]) for url in self.urls}
        keys = [str(value) for body in bodies(sent) for value in keys_in(body)]
        return bool(keys) and all(key in last for key in keys)

    def _saw(self, answer: Answer, operation: Operation, values: Sequence[str]) -> None:
        path = nameless(operation.path)
        if path in self.templates:
            seen = canonical(answer.sent.path)
            self._was_there(seen)
            if isinstance(answer.json, Mapping) and seen not in self.urls:
                self._refers(answer.json)
                self.shown[path] = answer.json
                self.read.add(path)
        for template, parameter in self.templates.items():
            if is_folder(path, template):
                for record in records_in(answer.json, parameter, kind(template)):
                    key = key_of(record, parameter, kind(template))
                    url = self.path_of(template, values, key) if key else None
                    self._was_there(url)
                    if url and url not in self.urls:
                        self._refers(record)
                        self.shown.setdefault(template, record)

    def _was_there(self, url: str | None) -> None:
        """Take note of a record, unless this run has made it."""
        if url and url not in self.urls and url not in self.perhaps:
            self.existing.setdefault(url, time.monotonic())

    def _refers(self, record: Mapping[str, Any]) -> None:
        """Take note of what may be the keys of other records: `assigneeId`, not its own `id`."""
        for name, value in record.items():
            if plain(name).endswith("id") and plain(name) not in KEYS and is_key(value):
                self.references.setdefault(plain(name), value)

    def _made(self, answer: Answer, maker: Maker, values: Sequence[str]) -> None:
        # Another worker's list may have shown the new record before this answer came.
        until = answer.sent.at if answer.status == CREATED else math.inf
        announced = {*self._announced(answer, maker, values)}
        found = {url for url in announced if url in self.urls or self.existing.get(url, math.inf) >= until}
        for url in sorted(found):
            self.urls[url] = True
            self.existing.pop(url, None)
            if len(self.made_by) < MOST_REMEMBERED and len(answer.sent.body) + len(answer.body) < LONGEST_REMEMBERED:
                self.made_by[url] = answer
            last = unquote(url.rpartition("/")[2])
            self.names |= {last} if len(last) >= LONG and not last.isdigit() else set()
        if not found:
            self.nowhere[maker.operation.id] = self.nowhere.get(maker.operation.id, 0) + 1
        if is_job(self.contract, maker.operation, answer):
            self.before_jobs = self.before_jobs or frozenset(self.existing)
            self.later += [(answer, maker)] if not found and len(self.later) < MOST_REMEMBERED else []

    def adopt(self, answer: Answer, maker: Maker, url: str) -> None:
        """Take note of the record that a job has made, to which an answer led; not of one that was there before."""
        if url in self.before_jobs or self.urls.get(url):
            return
        self.urls[url], self.made_by[url] = True, answer
        self.existing.pop(url, None)
        self.later[:] = [one for one in self.later if one[0] is not answer]
        left = self.nowhere.get(maker.operation.id, 0) - 1
        self.nowhere = {name: count for name, count in {**self.nowhere, maker.operation.id: left}.items() if count > 0}

    def _announced(self, answer: Answer, maker: Maker, values: Sequence[str]) -> Iterator[str]:
        """The paths of what was made: by its Location, the keys in the answer, else those that were sent."""
        if answer.sent.method == "PUT":
            yield canonical(answer.sent.path)
            return
        if location := located(answer):
            match = self.contract.match("GET", location) or self.contract.match("DELETE", location)
            wanted = maker.templates if is_job(self.contract, maker.operation, answer) else self.templates
            if match and nameless(match[0].path) in wanted:
                yield canonical(location)
        if is_job(self.contract, maker.operation, answer):
            return  # its body is that of a job
        for template in maker.templates:
            parameter = self.parameter_of(template)
            listed = records_in(answer.json, parameter, kind(template))
            if makes_many(maker.operation) and len(listed) > len(items_in(answer.sent.json)):
                listed = []  # it shows others, too
            shown = [key_of(one, parameter, kind(template)) for one in (*listed, answer.json)]
            sent = [key_of(body, parameter, kind(template)) for body in bodies(answer.sent)]
            for key in [key for key in shown if key] or [key for key in sent if key]:
                if url := self.path_of(template, values, key):
                    yield url
