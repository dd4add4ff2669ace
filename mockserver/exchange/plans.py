"""What a success of an operation has beyond the fields of its behaviour: another status for a new record, headers that
are computed from the records, preconditions. Most operations have none of it, and no plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, Protocol

import msgspec
from msgspec.structs import replace

from mockserver.behaviour.runner import Outcome
from mockserver.behaviour.vocabulary import Behaviour, Behaviours
from mockserver.contract.contract import Contract
from mockserver.contract.operations import media
from mockserver.contract.operations.operation import ABSENT, EMPTY, Operation, Response
from mockserver.contract.operations.outgoing import Outgoing
from mockserver.exchange.addresses import Addressing, addressing_of
from mockserver.exchange.computed import KEEP, Basis, Computation, Places, computations
from mockserver.exchange.leading import Leading
from mockserver.exchange.validators import VALIDATORS, Conditions, changed_at, is_unchanged, record_of
from mockserver.messages import Inputs, Request
from mockserver.reply.headers import example_of
from mockserver.reply.reply import Headers, Reply

if TYPE_CHECKING:
    from mockserver.identity.entering import Asked, Entered

_WRITING: Final = frozenset(("PUT", "PATCH", "DELETE", "POST"))


class Entry(Protocol):
    """How an operation signs its caller in or out."""

    def entered(self, asked: Asked) -> Entered:
        """The answer with what signs the client in, and the world that knows it. `Refused` for a stranger."""


class Plan(msgspec.Struct, frozen=True):
    """What one operation's success has beyond its fields."""

    created: int | None = None  #: the status where a record was created, and it isn't the usual one
    replaced: int | None = None  #: the same where a record was replaced
    computations: tuple[tuple[str, Computation], ...] = ()  #: of headers, by the name that the contract gives them
    required: frozenset[str] = frozenset()  #: the headers that must be there, in lower case
    invented: frozenset[str] = frozenset()  #: the headers that the contract has no example of, in lower case
    conditions: Conditions | None = None  #: which preconditions hold
    addresses: Addressing | None = None  #: of the records in the reply
    streams: frozenset[str] = frozenset()  #: the media types that are streams, where there are others too
    leading: Leading | None = None  #: which records the example names
    entries: tuple[Entry, ...] = ()  #: how the operation signs its caller in or out
    callbacks: tuple[Outgoing, ...] = ()  #: those that are sent once the operation has succeeded
    sends: bool = False  #: whether anything is sent then
    stream: str = ""  #: the collection whose changes the operation streams

    def status(self, outcome: Outcome) -> int | None:
        """The status of a reply, where it isn't the operation's usual one."""
        if (self.created is None and self.replaced is None) or not outcome.changes:
            return None
        return self.created if outcome.changes[-1].before is None else self.replaced

    def addressed(self, outcome: Outcome, request: Request, inputs: Inputs) -> Outcome:
        """What a behaviour did, with the address of each record that is shown."""
        if self.addresses is None:
            return outcome
        return replace(outcome, fields=tuple(self.addresses.addressed(outcome.fields, request, inputs)))

    def unstreamed(self, offered: tuple[str, ...], accept: str) -> tuple[str, ...]:
        """The media types for a client that doesn't ask for a stream; all where its `Accept` names one."""
        if any(media.split(name)[0] in accept.lower() for name in self.streams):
            return offered
        return tuple(name for name in offered if name not in self.streams) or offered

    def headers(self, reply: Reply, request: Request, inputs: Inputs, outcome: Outcome, now: int) -> Headers:
        """The headers of a reply, with those that are computed."""
        shown = {name.lower(): text for name, text in reply.headers if name.lower() not in self.invented}
        headers = reply.headers
        for name, compute in self.computations:
            plain = name.lower()
            text = compute(Basis(request, inputs, outcome, reply.body, shown.get(plain), now))
            if text is KEEP or (text is None and plain in self.required):
                continue
            headers = tuple(pair for pair in headers if pair[0].lower() != plain)
            headers = headers if text is None else (*headers, (name, text))
        return headers

    def is_unchanged(self, reply: Reply, request: Request, outcome: Outcome) -> bool:
        """Whether the client that reads has this answer already."""
        tag = next((text for name, text in reply.headers if name.lower() == "etag"), "")
        return is_unchanged(request, tag, changed_at(record_of(outcome)))


def plans_of(
    contract: Contract,
    behaviours: Behaviours,
    success: Mapping[str, int],
    entries: Mapping[str, tuple[Entry, ...]] = EMPTY,
) -> dict[str, Plan]:
    """The plans by operation, for those that need one."""
    checked = {one.template for one in contract.operations.values() if _checks(one)}
    makers, callbacks = Places(contract, behaviours), _callbacks(contract, behaviours)
    planned = {}
    for operation in contract.operations.values():
        behaviour, status = behaviours.operations.get(operation.id), success[operation.id]
        response = operation.response_for(status)
        if response is not None:
            plan = _plan(operation, behaviour, response, status, makers, tagged=operation.template in checked)
            called = callbacks.get(operation.id, ()) if status < 400 else ()
            if called or (behaviour is not None and _tells(behaviour, behaviours)):
                plan = replace(plan or Plan(), callbacks=called, sends=True)
            if operation.id in entries and status < 400:
                plan = replace(plan or Plan(), entries=entries[operation.id])
            if behaviour is not None and behaviour.stream is not None:
                plan = replace(plan or Plan(), stream=behaviour.stream.collection)
            if plan is not None:
                planned[operation.id] = plan
    return planned


def _tells(behaviour: Behaviour, behaviours: Behaviours) -> bool:
    """Whether an operation sends something, or stores a record that sends a webhook when it enters a state."""
    moving = {one.collection for one in behaviours.moments}
    made = behaviour.create.collection if behaviour.create is not None else ""
    found = behaviour.find.collection if behaviour.find is not None and behaviour.set is not None else ""
    return bool(behaviour.notify) or made in moving or found in moving


def _callbacks(contract: Contract, behaviours: Behaviours) -> Mapping[str, tuple[Outgoing, ...]]:
    """The callbacks that operations send by themselves: those that no behaviour sends."""
    if not any("callbacks" in one.raw for one in contract.operations.values()):
        return {}
    named = {one.event for one in behaviours.notifications}
    found: dict[str, tuple[Outgoing, ...]] = {}
    for one in contract.outgoing.values():
        if one.owner and one.id not in named:
            found[one.owner] = (*found.get(one.owner, ()), one)
    return found


def _plan(
    operation: Operation, behaviour: Behaviour | None, response: Response, status: int, places: Places, *, tagged: bool
) -> Plan | None:
    names = list(response.headers)
    conditions, streams = Conditions.of(operation, behaviour), _streams(response)
    if (tagged or (conditions is not None and conditions.reading)) and operation.method == "GET":
        names += [name for plain, name in VALIDATORS.items() if plain not in map(str.lower, names)]
    computed = tuple(computations(names, operation, behaviour, places))
    created, replaced = _statuses(operation, behaviour, status)
    addresses = addressing_of(operation, behaviour, places.behaviours, places)
    leads = places.behaviours.leads.get(operation.id)
    if not (computed or conditions or streams or created or replaced or addresses or leads):
        return None
    required = frozenset(name.lower() for name, header in response.headers.items() if header.required)
    headers = response.headers.items()
    invented = frozenset(name.lower() for name, header in headers if example_of(header) is ABSENT)
    return Plan(created, replaced, computed, required, invented, conditions, addresses, streams,
                Leading(leads) if leads else None)  # fmt: skip


def _streams(response: Response) -> frozenset[str]:
    """The media types that are streams; none where all are, or none is."""
    names = frozenset(name for name in response.media_types if media.kind(media.split(name)[0]) in media.SEQUENTIAL)
    return names if len(names) < len(response.media_types) else frozenset()


def asks_for_stream(inputs: Inputs) -> bool:
    """Whether a request asks for a stream: `stream: true` in its body or its query."""
    body, query = inputs.body, inputs.query
    in_body = isinstance(body, Mapping) and body.get("stream") is True
    return in_body or str(query.get("stream")).lower() == "true"


def _checks(operation: Operation) -> bool:
    """Whether an operation may refuse to change what has changed meanwhile: then reads must show validators."""
    return operation.method in _WRITING and "412" in operation.responses


def _statuses(operation: Operation, behaviour: Behaviour | None, status: int) -> tuple[int | None, int | None]:
    """The statuses for a record that was created and for one that was replaced (RFC 9110, sections 9.3.3 and 9.3.4)."""
    if behaviour is None or behaviour.create is None:
        return None, None
    created = next(_declared(operation, 201), status)
    if operation.method != "PUT":
        return (created if created != status and _shows(operation, 201, status) else None), None
    replaced = next(_declared(operation, 200, 204), status)
    return created if created != status else None, replaced if replaced != status else None


def _declared(operation: Operation, *statuses: int) -> Iterator[int]:
    return (status for status in statuses if str(status) in operation.responses)


def _shows(operation: Operation, status: int, usual: int) -> bool:
    """Whether a response shows as much as the usual one: a client must learn the key of its new record."""
    one, other = operation.response_for(status), operation.response_for(usual)
    return one is not None and (bool(one.media_types) or not (other and other.media_types))
