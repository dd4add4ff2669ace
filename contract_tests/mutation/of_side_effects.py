"""Operators on side effects: on other records, on another user's, by another operation, or in spite of a refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from dataclasses import replace
from functools import partial

from contract_tests.core.contract import Contract, Operation
from contract_tests.core.discovery import identifiers
from contract_tests.core.target import path_of
from contract_tests.mutation.proxy import Distort, Forward, Reply, Request
from contract_tests.mutation.sites import Distortion, Users, on_operation

SUCCESS, REFUSALS = frozenset({200}), frozenset({400, 404, 415, 422})
Act = Callable[[Request, Forward], object]


def sites(contract: Contract) -> Iterator[Distortion]:
    """Every operator at each operation, or pair of operations, for which it makes a difference."""
    for operation in contract.operations:
        if operation.path_names:
            yield on_operation("acts on a neighbour", operation, lambda _, o: strays(o))
        if operation.is_write:
            yield from _of_write(contract, operation)
        for other in contract.operations:
            if other.is_write and other.path_names and other is not operation and may_act(operation, other):
                make = partial(does_too, operation, other)
                yield Distortion("also acts by another operation", operation.id, other.id, make)
                if operation.path_names and collection(operation) == collection(other):
                    make = partial(acts_again, operation, other)
                    yield Distortion("another operation too on its record", operation.id, other.id, make)


def acts_again(operation: Operation, other: Operation, _: Users) -> Distort:
    """A success also does `other` to the record that it names."""

    def act(request: Request, forward: Forward) -> None:
        on_record(other, request.values[-1], request, forward)

    return afterwards(operation, SUCCESS, act)


def may_act(operation: Operation, other: Operation) -> bool:
    """Whether a success could do `other` by mistake: a write to any records, a read to its own kind."""
    return operation.is_write or collection(operation) == collection(other)


def collection(operation: Operation) -> str:
    """The first segment of its path."""
    return operation.path.split("/")[1]


def _of_write(contract: Contract, operation: Operation) -> Iterator[Distortion]:
    if operation.path_names:
        neighbour = partial(on_neighbour, operation)
        yield on_operation("acts on a neighbour too", operation, lambda _, o: afterwards(o, SUCCESS, neighbour))
        yield on_operation("refusal acts on a neighbour", operation, lambda _, o: afterwards(o, REFUSALS, neighbour))
    if operation.takes_body:
        yield on_operation("acts on an earlier body too", operation, lambda _, o: repeats(o, SUCCESS))
        yield on_operation("refusal acts on an earlier body", operation, lambda _, o: repeats(o, REFUSALS))
    if operation.acts_on_everything:
        yield on_operation("acts for the other user too", operation, for_both)
    for other in contract.operations:
        if other.acts_on_everything and other is not operation:
            yield on_operation("refusal acts on everything", operation, partial(acts_on_everything, other, REFUSALS))
            yield on_operation("success acts on everything", operation, partial(acts_on_everything, other, SUCCESS))


def ids_in_collection(operation: Operation, request: Request, forward: Forward) -> list[str]:
    """Ids of the user's records, as the collection that the operation's path begins with lists them."""
    path = operation.path.split("/{", 1)[0]
    read = replace(request, method="GET", path=path, body=b"", operation="", values=())
    return list(identifiers(forward(read).json, operation.path_names[-1]))


def neighbours(operation: Operation, request: Request, forward: Forward) -> Iterator[str]:
    """Ids of the records that the request does not name."""
    return (name for name in ids_in_collection(operation, request, forward) if name not in request.values)


def on_record(operation: Operation, name: str, request: Request, forward: Forward) -> Reply:
    """Send the operation, as the same user, for another record."""
    values = (*request.values[:-1], name) if len(request.values) == len(operation.path_names) else (name,)
    path, body = path_of(operation, values), request.body if operation.method == request.method else b""
    return forward(replace(request, method=operation.method, path=path, values=values, body=body))


def on_neighbour(operation: Operation, request: Request, forward: Forward) -> Reply | None:
    """The same request for another record; None when there is no other."""
    other = next(neighbours(operation, request, forward), None)
    return None if other is None else on_record(operation, other, request, forward)


def strays(operation: Operation) -> Distort:
    """The operation acts on another record of the same user than the one that is named."""

    def distort(request: Request, forward: Forward) -> Reply:
        if request.operation != operation.id:
            return forward(request)
        is_listed = request.values[-1] in ids_in_collection(operation, request, forward)
        return (on_neighbour(operation, request, forward) if is_listed else None) or forward(request)

    return distort


def afterwards(operation: Operation, statuses: Set[int], act: Act) -> Distort:
    """The operation does something more once it has answered with one of the statuses."""

    def distort(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        if request.operation == operation.id and reply.status in statuses:
            act(request, forward)
        return reply

    return distort


def does_too(operation: Operation, other: Operation, _: Users) -> Distort:
    """A success also does `other`: a read to one record, a write to each that it does not name.

    A write is then repeated, so that its own effect stays.
    """

    def act(request: Request, forward: Forward) -> None:
        names = list(neighbours(other, request, forward))
        for name in names if operation.is_write else names[:1]:
            on_record(other, name, replace(request, values=(), body=b""), forward)
        if operation.is_write:
            forward(request)

    return afterwards(operation, SUCCESS, act)


def repeats(operation: Operation, statuses: Set[int]) -> Distort:
    """The operation is done with an earlier body too, one that has worked."""
    worked: dict[str, Request] = {}

    def act(request: Request, forward: Forward) -> None:
        earlier = worked.get(request.token)
        if earlier and earlier.body != request.body:
            forward(earlier)

    inner = afterwards(operation, statuses, act)

    def distort(request: Request, forward: Forward) -> Reply:
        reply = inner(request, forward)
        if request.operation == operation.id and reply.status in SUCCESS:
            worked[request.token] = request
        return reply

    return distort


def for_both(users: Users, operation: Operation) -> Distort:
    """A success happens to the other user's records too."""

    def act(request: Request, forward: Forward) -> None:
        if other := users.counterpart(request.token):
            forward(request.as_user(other))

    return afterwards(operation, SUCCESS, act)


def acts_on_everything(other: Operation, statuses: Set[int], _: Users, operation: Operation) -> Distort:
    """The operation has the side effect of the write that names no record."""

    def act(request: Request, forward: Forward) -> None:
        headers = {name: value for name, value in request.headers.items() if name != "content-type"}
        forward(replace(request, method=other.method, path=other.path, headers=headers, body=b""))

    return afterwards(operation, statuses, act)
