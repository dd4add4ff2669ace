"""What may be sent: the gate applies these rules to every request.

observe   reads only: GET, HEAD, OPTIONS, and where the contract has them QUERY and others that only read
probe     and writes that must be refused, each built so that even a target without any validation changes nothing:
          it names a made-up record, or it follows a refusal that proves that the operation validates
own       and writes to records that this run has made itself
full      and writes to records that were there, where it could make none of their kind, but for those that are spared

At every level, an operation that was not chosen gets no request.
"""

from __future__ import annotations

import json
import re
import secrets
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import takewhile
from typing import Any
from urllib.parse import unquote

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.contract import SAFE_METHODS, Contract, Operation
from contract_tests.core.errors import NotChecked
from contract_tests.core.operation import nameless
from contract_tests.core.own import EXISTING, Own
from contract_tests.core.selection import Selection

OF_ALL_PATHS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that only read, whether the contract has them for a path or not."""

ROOM = 16  # random characters that make an id unique
INPUT_REFUSALS = frozenset({400, 415, 422})

MISSING = frozenset({"404", "410", "4XX"})
"""What a contract documents where a write must name something that is there."""


class Safety(StrEnum):
    """How much may be done to the target."""

    OBSERVE = "observe"
    PROBE = "probe"
    OWN = "own"
    FULL = "full"

    @property
    def writes(self) -> bool:
        """Whether writes are sent that succeed."""
        return self in {Safety.OWN, Safety.FULL}


@dataclass
class Rules:
    """Decides on each request; learns from each answer which operations validate and which accept too much."""

    level: Safety
    contract: Contract
    spared: frozenset[str] = frozenset()
    reserved: frozenset[str] = frozenset()  #: kept for a later check
    prefers_own: bool = True  #: whether records that were there are left alone where this run has made some of the kind
    selection: Selection | None = None  #: the operations that may be called; None: all of them
    minted: set[str] = field(default_factory=set)
    validating: set[str] = field(default_factory=set)
    any_name: set[str] = field(default_factory=set)  #: paths at which a read shows something under made-up names
    stopped: dict[str, str] = field(default_factory=dict)
    protected: set[str] = field(init=False)
    own: Own = field(init=False)

    def __post_init__(self) -> None:
        self.protected, self.own = set(self.spared), Own(self.contract)

    def mint(self, hint: str = "") -> str:
        """A random value that no record can have."""
        value = f"contract-tests-{hint}{uuid.uuid4().hex}"
        self.minted.add(value)
        return value

    def mint_like(self, known: Sequence[str]) -> str:
        """The same in the form of these ids, if that form leaves room for a unique value."""
        value = str(uuid.uuid4()) if known and all(map(is_uuid, known)) else scrambled(known)
        if value is None:
            return self.mint()
        self.minted.add(value)
        return value

    def mint_number(self) -> int:
        """A number that names no record anywhere."""
        value = uuid.uuid4().int >> 75
        self.minted.add(str(value))
        return value

    def permit(self, sent: Sent) -> None:
        """Raise `NotChecked` with the reason when the request must not be sent."""
        left_out = self.selection.left_out(self.contract, sent) if self.selection else None
        if left_out:
            raise NotChecked(f"{left_out} was left out by the choice of operations")
        if sent.method in OF_ALL_PATHS or (
            sent.method in SAFE_METHODS and self.contract.match(sent.method, sent.path, sent)
        ):
            return
        if self.level is Safety.OBSERVE:
            raise NotChecked("--safety observe sends no writes")
        found = self.contract.match(sent.method, sent.path, sent)
        operation, values = found or (None, ())
        if operation and operation.id in self.stopped:
            raise NotChecked(f"writes to {operation.id} were stopped: {self.stopped[operation.id]}")
        if self.level is Safety.PROBE:
            self._permit_probe(operation, values, sent)
        else:
            if self.prefers_own:
                self._permit_own(operation, values, sent)
            self._permit_spared(values, sent)

    def allows(self, sent: Sent) -> bool:
        """Whether a request may be sent."""
        try:
            self.permit(sent)
        except NotChecked:
            return False
        return True

    def learn(self, answer: Answer, operation: Operation | None) -> str | None:
        """Take note of an answer; returns what is wrong when a write was accepted that had to be refused."""
        if operation is None:
            return None
        if self.level.writes:
            found = self.contract.match(answer.sent.method, answer.sent.path, answer.sent)
            self.own.learn(answer, operation, found[1] if found else (), self._made_up)
        if answer.sent.method in SAFE_METHODS:
            if answer.ok and self.spared:
                self.protected |= related(answer.json, self.spared)
            if answer.ok and self._made_up(unquote(answer.sent.path)) and isinstance(answer.json, Mapping):
                self.any_name.add(nameless(operation.path))
            return None
        if answer.status in INPUT_REFUSALS:
            self.validating.add(operation.id)
        if answer.ok and (self.level is Safety.PROBE or self._had_to_be_refused(answer, operation)):
            reason = f"{operation.label} answered {answer.status} to a write that it had to refuse"
            self.stopped[operation.id] = reason
            return reason
        return None

    def _permit_probe(self, operation: Operation | None, values: tuple[str, ...], sent: Sent) -> None:
        if operation is None:
            if not self._names_nothing(sent):
                raise NotChecked("--safety probe sends no write outside the contract that could name a record")
        elif operation.method == "PUT":
            raise NotChecked("--safety probe sends no PUT: it could create a record")
        elif values:
            if not all(self._made_up(value) for value in values):
                raise NotChecked("--safety probe sends no write that could name an existing record")
        elif "404" not in operation.statuses:
            raise NotChecked(f"--safety probe does not call {operation.id}: it acts without naming a record")
        elif operation.id not in self.validating and not self._is_harmless_body(operation, sent):
            raise NotChecked(f"--safety probe sends no such body before {operation.id} has refused a harmless one")
        elif not self._names_nothing(sent) and any(strings(parsed(sent.body))) and is_json(sent):
            raise NotChecked("--safety probe sends no body with a value that could name an existing record")

    def _permit_own(self, operation: Operation | None, values: tuple[str, ...], sent: Sent) -> None:
        """Writes touch what this run has made; at `full` also what was there, of kinds that it could not make."""
        if operation is None:
            if self.level is Safety.OWN and not self._names_nothing(sent):
                raise NotChecked("--safety own sends no write outside the contract that could name a record")
            return
        reason = self.own.refusal(operation, values, sent, self._made_up)
        if reason is None:
            return
        if self.level is Safety.OWN:
            raise NotChecked(f"--safety own: {reason}")
        if reason == EXISTING and self.own.could_be_own(operation) and self.contract.allows(sent, "path"):
            raise NotChecked(f"{reason}, though it has made others of that kind")

    def _had_to_be_refused(self, answer: Answer, operation: Operation) -> bool:
        """Whether an accepted write names nothing, doesn't make what it names, and by the contract would be refused."""
        makes = answer.sent.method == "PUT" and "201" in operation.statuses
        is_about_any = operation.method in {"PUT", "PATCH"} and nameless(operation.path) in self.any_name
        if makes or is_about_any or not self._names_nothing(answer.sent):
            return False
        named = unquote(answer.sent.path) + answer.sent.body.decode("utf-8", "replace")
        self.minted -= {value for value in self.minted if value in named}  # by now they may name something
        return bool(MISSING & {*operation.statuses})

    def _permit_spared(self, values: tuple[str, ...], sent: Sent) -> None:
        if not self.spared and not self.reserved:
            return
        named = {*values, *strings(parsed(sent.body))}
        if named & self.protected:
            raise NotChecked(f"--spare protects {', '.join(sorted(named & self.protected))}")
        if named & self.reserved:
            raise NotChecked("the record is kept for a later check")
        if not named:
            raise NotChecked("a write to every record would touch one that is spared or kept for a later check")

    def _is_harmless_body(self, operation: Operation, sent: Sent) -> bool:
        """Whether a server that validates nothing must still find that each required value names nothing it has."""
        body = parsed(sent.body)
        schemas = map(self.contract.look_up, self.contract.json_request_schemas(operation))
        required = {name for schema in schemas if schema for name in schema.value.get("required", ())}
        if not is_json(sent) or not isinstance(body, Mapping):
            return False
        return all(self._made_up(json.dumps(body.get(name))) for name in {*required, *body})

    def _made_up(self, text: str) -> bool:
        return any(value in text for value in self.minted)

    def _names_nothing(self, sent: Sent) -> bool:
        return self._made_up(unquote(sent.path)) or self._made_up(sent.body.decode("utf-8", "replace"))


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID in its usual form."""
    return bool(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text, re.IGNORECASE))


def scrambled(known: Sequence[str]) -> str | None:
    """The last of these ids with chance in place of all that they do not begin with alike; None when that is little."""
    alike = takewhile(lambda column: len({*column}) == 1, zip(*known, strict=False))
    prefix = "".join(column[0] for column in alike) if len(known) > 1 else ""
    rest = known[-1][len(prefix) :] if known else ""
    used = {*"".join(name[len(prefix) :] for name in known)}
    kinds = [sorted(filter(kind, used)) for kind in (str.isdigit, str.islower, str.isupper)]
    drawn = [next((secrets.choice(kind) for kind in kinds if char in kind), char) for char in rest]
    free = sum(any(char in kind and len(kind) > 4 for kind in kinds) for char in rest)
    return prefix + "".join(drawn) if free >= ROOM else None


def is_json(sent: Sent) -> bool:
    """Whether the request carries JSON and declares it; what a server does with anything else can't be predicted."""
    media_type = next((value for name, value in sent.headers.items() if name.lower() == "content-type"), "")
    return media_type.startswith("application/json") and not isinstance(parsed(sent.body), str | None)


def parsed(body: bytes) -> Any:
    """A request body as JSON, else as the text that it is."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace") or None


def strings(value: Any) -> Iterator[str]:
    """Every text and number in a JSON value, as text."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)


def related(value: Any, wanted: frozenset[str]) -> set[str]:
    """Values that name a wanted record or one that holds it: the record whole, the enclosing objects' own fields."""
    if isinstance(value, list):
        return set().union(*(related(item, wanted) for item in value)) if value else set()
    if not isinstance(value, Mapping):
        return set()
    own = {str(item) for item in value.values() if isinstance(item, str | int) and not isinstance(item, bool)}
    if own & wanted:
        return set(strings(value))
    inner: set[str] = set().union(*(related(item, wanted) for item in value.values()))
    return inner | own if inner else set()
