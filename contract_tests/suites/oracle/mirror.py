"""The mock that holds what the target showed: a process of its own, asked through a gate of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from contract_tests.core.answer import Answer
from contract_tests.core.children import Children
from contract_tests.core.connection import Connection
from contract_tests.core.contract import Contract
from contract_tests.core.errors import InternalError, NotChecked
from contract_tests.core.gate import Gate
from contract_tests.core.limits import Limits
from contract_tests.core.mock_process import MockProcess, arguments_for
from contract_tests.core.model import Model
from contract_tests.core.safety import Rules, Safety
from contract_tests.core.target import Target
from contract_tests.run.settings import Settings
from contract_tests.suites.oracle.calls import Call, State
from contract_tests.suites.oracle.records import Name, Record

WORLD = "/__mock__/worlds/oracle"
CLOCK_TOLERANCE = 1.0  # seconds by which the mirror's clock may differ


@dataclass
class Mirror:
    """A mock, started only where it is needed: `set` gives it records, `ask` a call, `state` tells its records."""

    start: Callable[[], Target]
    model: Model
    skew: float = 0.0  #: seconds by which its clock is to be ahead of ours
    owner: str | None = None
    declared: Mapping[str, frozenset[str]] = field(default_factory=dict)  #: the contract's fields by collection
    _mock: Target | None = None

    @classmethod
    @contextmanager
    def lasting(
        cls, settings: Settings, contract: Contract, model: Model, skew: float, children: Children
    ) -> Iterator[Mirror]:
        """One with the clock of the target; it ends with the block, or with the run that it is a child of."""
        with ExitStack() as end:
            mirror = cls(lambda: end.enter_context(started(settings, contract, children)), model, skew)
            if model.behaviours:  # else it is asked nothing
                mirror.running()
            yield mirror

    def running(self) -> Target:
        """The mock, which is started if it isn't running."""
        if self._mock is None:
            self._mock = self.start()
            self._introduce()
        return self._mock

    def set(self, records: Mapping[Name, Record]) -> None:
        """Hold these records and no others; raises `NotChecked` when the contract has no room for one of them."""
        if not self.model.collections:
            return
        state: dict[str, list[Record]] = {name: [] for name in self.model.collections}
        for (collection, _), record in records.items():
            state[collection].append(self._room_for(collection, record))
        answer = self._control("PUT", "/state", state)
        if answer.status in {400, 409}:  # in a large contract, a collection is proven when it is first used
            reason = str(answer.get("detail", default=answer.describe()))
            raise NotChecked(f"what the target shows cannot be mirrored: {reason}")
        self._must(answer)

    def state(self) -> State:
        """Its records by collection, private fields and all."""
        if not self.model.collections:
            return {}
        held: State = self._must(self._control("GET", "/state")).json
        return held

    def ask(self, call: Call) -> Answer:
        """Its answer to a call."""
        headers = {"Mock-World": "oracle"}
        return self.running().request(
            call.operation.method, call.path, body=call.body, token=None, headers=headers, operation=call.operation
        )

    def _introduce(self) -> None:
        about = self._must(self.running().request("GET", "/__mock__/about", token=None, by_contract=False))
        self.owner = about.get("users", 0, "id")
        collections = about.get("collections", default=[])
        self.declared = {held["collection"]: frozenset(held.get("fields") or ()) for held in collections}
        if abs(self.skew) > CLOCK_TOLERANCE:
            self._must(self._control("PUT", "/clock", {"now": f"now{self.skew:+.0f}s"}))

    def _room_for(self, collection: str, record: Record) -> Record:
        """The record without what the contract does not know, as this mock's user's own."""
        rules, declared = self.model.collections[collection], self.declared.get(collection)
        kept = {name: value for name, value in record.items() if not declared or name in declared or name in self._told}
        return {**kept, rules.owner: self.owner} if rules.owner and self.owner is not None else kept

    @property
    def _told(self) -> frozenset[str]:
        """The fields that records are found by."""
        queries = [query for one in self.model.behaviours.values() for query in (one.find, one.list) if query]
        return frozenset(name for query in queries for name in query.filters)

    def _control(self, method: str, path: str, body: Any = None) -> Answer:
        more = {} if body is None else {"body": body}
        return self.running().request(method, WORLD + path, token=None, by_contract=False, **more)

    @staticmethod
    def _must(answer: Answer) -> Answer:
        if not answer.ok:
            raise InternalError(f"the mirror refuses {answer.sent.method} {answer.sent.path}: {answer.describe()}")
        return answer


@contextmanager
def started(settings: Settings, contract: Contract, children: Children) -> Iterator[Target]:
    """A mock of the contract, asked through a gate of its own."""
    arguments = arguments_for(settings.spec, settings.behaviours, settings.seed, settings.access)
    process = MockProcess.start(*arguments, "--auth", "off", children=children)
    rules, limits = Rules(Safety.FULL, contract, prefers_own=False), Limits(deadline=time.monotonic() + 3600)
    gate = Gate(process.url, contract, rules, limits, Connection(is_direct=True))
    gate.health.is_watching = False  # our own mock
    mock = Target(gate, contract, None)
    try:
        yield mock
    finally:
        mock.session.close()
        process.stop()
