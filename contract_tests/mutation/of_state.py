"""Operators on memory: writes that are lost or made twice, reads that are old, users whose records mix."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.core.contract import Contract, Operation
from contract_tests.mutation.proxy import Distort, Forward, Reply, Request
from contract_tests.mutation.sites import Distortion, Users, on_operation

Key = tuple[str, str, str, bytes]
SHADOW = "~shadow"  # another world of the mock


def sites(contract: Contract) -> Iterator[Distortion]:
    """Every operator on memory."""
    for operation in contract.operations:
        yield on_operation("first answer repeated", operation, lambda _, o: frozen(o))
        if operation.is_write:
            yield on_operation("write lost", operation, lambda _, o: lost(o))
            yield on_operation("write made twice", operation, lambda _, o: doubled(o))
            yield on_operation("repeated write refused", operation, lambda _, o: once(o))
        else:
            yield on_operation("one answer behind", operation, lambda _, o: behind(o))
        if "404" in operation.statuses:
            yield on_operation("other users' records in reach", operation, reaches)
            if operation.is_write:
                yield on_operation("other users' records changed though refused", operation, reaches_in_secret)
    yield Distortion("users share their records", "", "", lambda users: lambda request, forward: forward(
        request.as_user(users.own) if request.token == users.other else request))  # fmt: skip


def key_of(request: Request) -> Key:
    """What makes two requests the same."""
    return request.method, request.path, request.token, request.body


def in_shadow(request: Request) -> Request:
    """The same request in another world of the mock, which is never read."""
    return request.as_user(request.token + SHADOW) if request.token else request


def lost(operation: Operation) -> Distort:
    """The write is answered, but not stored."""
    return lambda request, forward: forward(in_shadow(request) if request.operation == operation.id else request)


def frozen(operation: Operation) -> Distort:
    """The first success is repeated for every later request that is the same."""
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
    """Each read returns what the read before it should have returned."""
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


def once(operation: Operation) -> Distort:
    """A success is followed by 409 when it is asked for again."""
    done: set[Key] = set()

    def distort(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        if request.operation != operation.id or reply.status != 200:
            return reply
        if key_of(request) in done:
            return Reply(409, reply.headers, b'{"success": false, "error": "Already done"}')
        done.add(key_of(request))
        return reply

    return distort


def reaches(users: Users, operation: Operation) -> Distort:
    """A record of the other user is as good as an own one."""

    def distort(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        other = users.counterpart(request.token)
        if request.operation != operation.id or reply.status != 404 or not other:
            return reply
        return forward(request.as_user(other))

    return distort


def reaches_in_secret(users: Users, operation: Operation) -> Distort:
    """A record of the other user is changed, though the answer says that it is not found."""
    reach = reaches(users, operation)

    def distort(request: Request, forward: Forward) -> Reply:
        replies: list[Reply] = []

        def remembering(inner: Request) -> Reply:
            replies.append(forward(inner))
            return replies[-1]

        reach(request, remembering)
        return replies[0]

    return distort
