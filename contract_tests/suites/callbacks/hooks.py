"""The calls of a run that ask for callbacks, each with addresses of its own, and what came there."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from contract_tests.core.addressing import addressed, seat, spoiled
from contract_tests.core.answer import NOT_JSON, Answer
from contract_tests.core.calls import Call, Calls
from contract_tests.core.contract import Contract, Operation, is_json
from contract_tests.core.creation import key_of, kind, maker_of
from contract_tests.core.discovery import Discovery
from contract_tests.core.document import Place
from contract_tests.core.errors import Broken, BudgetSpent, NotChecked
from contract_tests.core.listener import Box, Delivery, Listener, Reply
from contract_tests.core.outgoing import Expression, Sending, as_answer, callbacks_of, webhooks
from contract_tests.core.redaction import secrets_in
from contract_tests.core.samples import Samples
from contract_tests.core.target import Token
from contract_tests.run.reaching import reach
from contract_tests.run.run import Run
from contract_tests.suites.callbacks.occasions import is_subscription
from contract_tests.suites.callbacks.subscribing import Subscription, subscribers, wanting_all

PATIENCE: Final = 5.0  # seconds in which a callback comes, unless --settle gives more
LINGER: Final = 0.5  # seconds in which another one may follow that is one too many
GLANCE: Final = 0.4  # seconds that a look at the target may take while it waits for the listener's answer
MOST_REFUSED: Final = 2  # calls of one operation that are to be refused
GONE: Final = frozenset({404, 410})
NO_SUCCESS: Final = "{name} refuses a call with the listener's address: {got}"


@dataclass
class Hooked:
    """A call that asked for callbacks: its answer, the addresses by the expression that reads them."""

    operation: Operation
    sendings: Sequence[Sending]
    boxes: Mapping[str, Box]
    answer: Answer
    at: float  #: the instant (monotonic) of the answer

    def received(self) -> list[tuple[Box, Delivery]]:
        """All that came at its addresses, in order."""
        found = [(box, delivery) for box in self.boxes.values() for delivery in box.received]
        return sorted(found, key=lambda one: one[1].at)

    def urls(self, sending: Sending) -> list[tuple[str, str]]:
        """Path and query, behind the address, at which a callback or webhook is to come."""
        if sending.outgoing.to is None:
            return [("", "")]
        box = self.boxes.get(sending.expression.text) if sending.expression else None
        found = sending.urls(self.answer) if box else []
        parts = (urlsplit(url) for url in found if box and box.token in url)
        return [(one.path.partition(box.token)[2], one.query) for one in parts if box]


@dataclass
class Hooks:
    """Makes the calls, once each; later checks ask what became of them."""

    run: Run
    calls: dict[str, Hooked | NotChecked] = field(default_factory=dict)
    refusals: dict[str, list[Hooked]] = field(default_factory=dict)
    repeated: dict[str, Hooked] = field(default_factory=dict)
    subscriptions: list[Subscription] = field(default_factory=list)
    unsubscribed: list[str] = field(default_factory=list)  #: why an operation made no subscription
    is_stirred: bool = False  #: whether writes were made after the subscriptions
    discovery: Discovery = field(init=False)

    def __post_init__(self) -> None:
        self.discovery = Discovery(self.run.contract, self.run.callable, most=1)

    @property
    def listener(self) -> Listener:
        """The listener of the run; raises `NotChecked` where it has none."""
        return self.run.listening.get()

    @property
    def patience(self) -> float:
        """Seconds in which a callback is to come."""
        return max(self.run.settings.settle, PATIENCE)

    @property
    def has_asked(self) -> bool:
        """Whether the target knows an address of the listener."""
        return bool(self.subscriptions) or any(isinstance(one, Hooked) for one in self.calls.values())

    @property
    def subscribed_by_callbacks(self) -> bool:
        """Whether an operation with callbacks has subscribed to webhooks too."""
        made = (one for one in self.calls.values() if isinstance(one, Hooked))
        return any(sending.outgoing.to is None for one in made for sending in one.sendings)

    def of(self, operation: Operation) -> Hooked:
        """The call of an operation that succeeded; raises `NotChecked` where there is none."""
        if operation.id not in self.calls:
            try:
                self.calls[operation.id] = self._succeeding(operation)
            except BudgetSpent:
                raise
            except NotChecked as error:
                self.calls[operation.id] = error
        found = self.calls[operation.id]
        if isinstance(found, NotChecked):
            raise found
        return found

    def refused(self, operation: Operation) -> list[Hooked]:
        """Calls of an operation that were refused: with a part that the contract doesn't allow, and as nobody."""
        if operation.id not in self.refusals:
            self.refusals[operation.id] = list(self._refused(self.of(operation)))
        return self.refusals[operation.id]

    def failing(self, operation: Operation) -> Hooked:
        """A call of an operation whose first callback is answered with 500."""
        if operation.id not in self.repeated:
            known = self.of(operation)
            call = self._calls().of(operation)
            self.repeated[operation.id] = self._sent(call, known.sendings, failures=1)
        return self.repeated[operation.id]

    def subscribe(self) -> None:
        """Subscribe to the webhooks of the contract, wherever an operation takes an address for them."""
        run, wanted = self.run, list(webhooks(self.run.contract))
        if not wanted:
            return
        self.listener.reply = reply_of(run.contract, wanted[0])
        for operation, expression in subscribers(run.contract, run.callable):
            box = self.listener.box(self.listener.reply)
            try:
                call = wanting_all(run.contract, self._calls().of(operation), wanted)
                answer = addressed(run.contract, call, {expression: box.url}).send(run.target())
            except BudgetSpent:
                raise
            except (NotChecked, Broken) as error:
                self.unsubscribed.append(f"{operation.id}: {error}")
                continue
            if answer.ok:
                self.subscriptions.append(Subscription(operation, answer, box))
            else:
                self.unsubscribed.append(NO_SUCCESS.format(name=operation.id, got=answer.describe()))

    def stir(self) -> None:
        """Write once by each other operation, so that there is something to tell; once."""
        run, is_first, self.is_stirred = self.run, not self.is_stirred, True
        known = {one.operation.id for one in self.subscriptions} | self.calls.keys()
        if run.records is not None and is_first:
            writes = run.settings.safety.writes
            reach(run.target(), run.callable, run.records, known, writes=writes, workers=run.settings.workers)

    def learn(self, delivery: Delivery) -> None:
        """Let no report show the secrets of a request that came."""
        answer = as_answer(delivery)
        sent = replace(answer.sent, url=f"?{delivery.query}", headers=delivery.headers, body=delivery.body)
        self.run.redact.learn_all(secrets_in(replace(answer, sent=sent, headers={}, body=b""), self.run.contract))

    def _succeeding(self, operation: Operation) -> Hooked:
        sendings, reasons = self._with_seats(operation)
        if not sendings:
            raise NotChecked("; ".join(dict.fromkeys(reasons)))
        self.run.remarks.extend(f"not checked: {reason}" for reason in dict.fromkeys(reasons))
        wanted = list(webhooks(self.run.contract)) if is_subscription(operation) else []
        why: NotChecked | None = None
        for call in self._tries(operation):
            try:
                asked = wanting_all(self.run.contract, call, wanted) if wanted else call
                hooked = self._sent(asked, [*sendings, *wanted])
            except BudgetSpent:
                raise
            except NotChecked as error:
                why = why or error
                continue
            if hooked.answer.ok:
                return hooked
            why = NotChecked(NO_SUCCESS.format(name=operation.id, got=hooked.answer.describe()))
        raise why or NotChecked("no call of it is known")

    def _with_seats(self, operation: Operation) -> tuple[list[Sending], list[str]]:
        """The callbacks whose address a call can give, and why others can't be checked."""
        found, reasons = list[Sending](), list[str]()
        for sending in callbacks_of(self.run.contract, operation):
            try:
                seat(self.run.contract, operation, sending)
                found.append(sending)
            except NotChecked as error:
                reasons.append(error.reason)
        return found, reasons

    def _tries(self, operation: Operation) -> Iterator[Call]:
        """Calls that the target may take: after one that it took, generated, by the contract's example."""
        call, records = self._calls().of(operation), self.run.records
        if records is not None and (known := records.again(operation)) is not None:
            yield replace(call, body=known)
        yield call
        declared = operation.declared.body
        for media_type in declared.media_types.values() if declared else ():
            for example in list(media_type.examples.values())[:1]:
                yield replace(call, body=records.related(operation, example) if records else example)

    def _calls(self) -> Calls:
        run = self.run
        if not self.discovery.known:
            self.discovery.explore(run.target(), run.settings.workers)
        records = run.records if run.settings.safety.writes else None
        return Calls(self.discovery, run.settings.seed, records, fills_forms=True)

    def _sent(
        self, call: Call, sendings: Sequence[Sending], *, failures: int = 0, token: Token = "", strict: bool = True
    ) -> Hooked:
        """Send a call with addresses of its own."""
        contract, operation = self.run.contract, call.operation
        seats: dict[Expression, Box] = {}
        for sending in sendings:
            if sending.outgoing.to is None:  # a webhook, which goes to the same address
                continue
            expression = seat(contract, operation, sending)
            if expression not in seats:
                box = seats[expression] = self.listener.box(reply_of(contract, sending), failures=failures)
                box.on_arrival = partial(self._glance, call)
        urls = {expression: box.url for expression, box in seats.items()}
        answer = addressed(contract, call, urls, strict=strict).send(self.run.target(), token)
        boxes = {expression.text: box for expression, box in seats.items()}
        return Hooked(operation, sendings, boxes, answer, time.monotonic())

    def _refused(self, hooked: Hooked) -> Iterator[Hooked]:
        contract, operation = self.run.contract, hooked.operation
        seats = [seat(contract, operation, one) for one in hooked.sendings if one.outgoing.to]
        call = self._calls().of(operation)
        tries: list[tuple[Call, Token]] = []
        tries += [(bad, "") for bad in spoiled(contract, call, seats)][:MOST_REFUSED]
        tries += [(call, None)] if operation.secured else []
        for bad, token in tries:
            with suppress(NotChecked, Broken):
                found = self._sent(bad, hooked.sendings, token=token, strict=False)
                if 400 <= found.answer.status < 500:
                    yield found

    def _glance(self, call: Call, delivery: Delivery) -> tuple[str, int] | None:
        """How a read of the record that a callback names is answered, at the moment at which it comes."""
        maker, target = maker_of(self.run.contract, call.operation), self.run.target()
        value = as_answer(delivery).json
        for template in maker.templates if maker and value is not NOT_JSON else ():
            own = target.gate.rules.own
            key = key_of(value, own.parameter_of(template), kind(template))
            url = own.path_of(template, call.values, key) if key else None
            if url and self.run.contract.match("GET", url):
                headers = target.headers_for(replace(as_answer(delivery).sent, method="GET", path=url))
                seen = target.gate.glance(url, headers, GLANCE)
                return (url, seen.status) if seen else None
        return None


def reply_of(contract: Contract, sending: Sending) -> Reply:
    """What the contract has a receiver answer: the first success, with a body where it describes one."""
    responses = sending.outgoing.operation.responses
    named = next((one for one in responses if one.startswith("2")), "204")
    status = int(named) if named.isdigit() else 200
    declared = responses[named].media_types.values() if named in responses else ()
    media_type = next((one for one in declared if is_json(one.name) and one.schema is not None), None)
    if media_type is None:
        return status, {}, b""
    place = contract.look_up(Place(media_type.schema)) or Place({})
    made = [*media_type.examples.values()][:1] or Samples(contract).some(place, 1, 0) or [{}]
    return status, {"Content-Type": media_type.name}, json.dumps(made[0], default=str).encode()
