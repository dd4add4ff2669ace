"""Operators on memory: writes that are lost, repeated, astray or overreaching; reads that are old; users that mix."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from dataclasses import replace
from functools import partial

from contract_tests.core.contract import Contract, Operation
from contract_tests.core.discovery import identifiers
from contract_tests.core.target import path_of
from contract_tests.mutation.proxy import Distort, Forward, Reply, Request
from contract_tests.mutation.sites import Distortion, Users

Key = tuple[str, str, str, bytes]
SHADOW = "-shadow"
SUCCESS, REFUSALS = frozenset({200}), frozenset({400, 404, 415, 422})


def sites(contract: Contract) -> Iterator[Distortion]:
    """Every operator on memory."""
    for operation in contract.operations:
        yield from _of_write(contract, operation) if operation.is_write else _of_read(operation)
        if operation.path_names:
            yield _site("acts on a neighbour", operation, lambda _, o: strays(o))
        if "404" in operation.statuses:
            yield _site("other users' records in reach", operation, reaches)
    yield Distortion("users share their records", "", "", lambda users: lambda request, forward: forward(
        request.as_user(users.own) if request.token == users.other else request))  # fmt: skip


def _of_write(contract: Contract, operation: Operation) -> Iterator[Distortion]:
    yield _site("write lost", operation, lambda _, o: lost(o))
    yield _site("first answer repeated", operation, lambda _, o: frozen(o))
    yield _site("write made twice", operation, lambda _, o: doubled(o))
    if operation.path_names:
        yield _site("acts on a neighbour too", operation, lambda _, o: overreaches(o))
    for other in contract.operations:
        if other.acts_on_everything and other is not operation:
            yield _site("refusal acts on everything", operation, partial(refusal_acts, other))
            yield _site("success acts on everything", operation, partial(success_acts, other))


def _of_read(operation: Operation) -> Iterator[Distortion]:
    yield _site("first answer repeated", operation, lambda _, o: frozen(o))
    yield _site("one answer behind", operation, lambda _, o: behind(o))


def _site(operator: str, operation: Operation, make: Callable[[Users, Operation], Distort]) -> Distortion:
    return Distortion(operator, operation.id, "", lambda users: make(users, operation))


def key_of(request: Request) -> Key:
    """What makes two requests the same."""
    return request.method, request.path, request.token, request.body


def lost(operation: Operation) -> Distort:
    """The write happens in another world of the mock: it is answered, and forgotten."""

    def distort(request: Request, forward: Forward) -> Reply:
        struck = request.operation == operation.id and request.token
        return forward(request.as_user(request.token + SHADOW) if struck else request)

    return distort


def frozen(operation: Operation) -> Distort:
    """The first success is the answer to the same request ever after."""
    first: dict[Key, Reply] = {}

    def distort(request: Request, forward: Forward) -> Reply:
        if request.operation != operation.id:
            return forward(request)
        if key_of(request) not in first:
            reply = forward(request)
            if reply.status != 200:
                return reply
            first[key_of(request)] = reply
        return first[key_of(request)]

    return distort


def behind(operation: Operation) -> Distort:
    """Each read answers what the read before it had to answer."""
    last: dict[Key, Reply] = {}

    def distort(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        if request.operation != operation.id:
            return reply
        before = last.get(key_of(request), reply)
        last[key_of(request)] = reply
        return before

    return distort


def doubled(operation: Operation) -> Distort:
    """The write is made twice, the second answer counts."""

    def distort(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        return forward(request) if request.operation == operation.id and reply.status == 200 else reply

    return distort


def neighbours(operation: Operation, request: Request, forward: Forward) -> Iterator[str]:
    """Ids of other records, as the collection that the path begins with lists them."""
    path = operation.path.split("/{", 1)[0]
    read = replace(request, method="GET", path=path, body=b"", operation="", values=())
    for name in identifiers(forward(read).json, operation.path_names[-1]):
        if name not in request.values:
            yield name


def on_neighbour(operation: Operation, request: Request, forward: Forward) -> Reply | None:
    """The same request on another record; None when there is no other."""
    other = next(neighbours(operation, request, forward), None)
    if other is None:
        return None
    path = path_of(operation, (*request.values[:-1], other))
    return forward(replace(request, path=path, values=(*request.values[:-1], other)))


def strays(operation: Operation) -> Distort:
    """The operation acts on another record of the same user than the one that is named."""

    def distort(request: Request, forward: Forward) -> Reply:
        if request.operation != operation.id or request.values[-1] not in listed(operation, request, forward):
            return forward(request)
        return on_neighbour(operation, request, forward) or forward(request)

    return distort


def listed(operation: Operation, request: Request, forward: Forward) -> set[str]:
    """Ids that the collection lists."""
    nobody = replace(request, values=("",))
    return set(neighbours(operation, nobody, forward))


def afterwards(operation: Operation, statuses: Set[int], act: Callable[[Request, Forward], object]) -> Distort:
    """The operation does something more once it has answered with one of the statuses."""

    def distort(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        if request.operation == operation.id and reply.status in statuses:
            act(request, forward)
        return reply

    return distort


def overreaches(operation: Operation) -> Distort:
    """The operation acts on another record too."""
    return afterwards(operation, SUCCESS, partial(on_neighbour, operation))


def act_on_everything(other: Operation, request: Request, forward: Forward) -> None:
    """Make the write that names no record, as the same user."""
    headers = {name: value for name, value in request.headers.items() if name != "content-type"}
    forward(replace(request, method=other.method, path=other.path, headers=headers, body=b""))


def refusal_acts(other: Operation, _: Users, operation: Operation) -> Distort:
    """A refused request has the side effect of another operation."""
    return afterwards(operation, REFUSALS, partial(act_on_everything, other))


def success_acts(other: Operation, _: Users, operation: Operation) -> Distort:
    """A success has the side effect of another operation."""
    return afterwards(operation, SUCCESS, partial(act_on_everything, other))


def reaches(users: Users, operation: Operation) -> Distort:
    """A record of the other user is as good as an own one."""

    def distort(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        if request.operation != operation.id or reply.status != 404 or request.token not in {users.own, users.other}:
            return reply
        return forward(request.as_user(users.other if request.token == users.own else users.own))

    return distort
