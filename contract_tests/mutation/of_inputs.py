"""Operators on input handling and on credentials: checks that are missing, and crashes in their place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from contract_tests.core.contract import Contract, Operation
from contract_tests.mutation.proxy import Distort, Forward, Reply, Request
from contract_tests.mutation.sites import Distortion, Users, example_of

JSON = {"content-type": "application/json"}
CRASH = Reply(500, JSON, b'{"success": false, "error": "Traceback (most recent call last)"}')
UNSUPPORTED = Reply(415, JSON, b'{"success": false, "error": "Unsupported media type"}')
LONG = 1000  # characters


def sites(contract: Contract) -> Iterator[Distortion]:
    """Every operator on inputs and credentials."""
    for operation in contract.operations:
        if operation.takes_body:
            yield from _of_body(contract, operation)
        if operation.secured:
            yield Distortion("no token needed", operation.id, "", partial(admit, operation, anonymous))
            yield Distortion("any token taken", operation.id, "", partial(admit, operation, unknown_bearer))
    for name, is_admitted in ADMITTED.items():
        yield Distortion(name, "", "", partial(admit, None, is_admitted))
    for name, is_such in CRASHES.items():
        yield Distortion(name, "", "", partial(crash_when, is_such))
    yield Distortion("charset refused", "", "", lambda _: refuse_charset)


def _of_body(contract: Contract, operation: Operation) -> Iterator[Distortion]:
    success, unknown = (
        Reply(status, JSON, json.dumps(example_of(contract, operation, status)).encode()) for status in (200, 404)
    )
    for what, is_such in BODIES.items():
        yield Distortion("input accepted", operation.id, what, partial(instead, operation, is_such, success))
        yield Distortion("crash on input", operation.id, what, partial(instead, operation, is_such, CRASH))
        yield Distortion("input looked up", operation.id, what, partial(instead, operation, is_such, unknown))


def instead(operation: Operation, is_such: Callable[[Request], bool], reply: Reply, _: Users) -> Distort:
    """Answer such inputs to the operation with `reply` where the unmodified server refuses them."""

    def distort(request: Request, forward: Forward) -> Reply:
        real = forward(request)
        wrong = request.operation == operation.id and real.status in {400, 415, 422, 404} and is_such(request)
        return reply if wrong else real

    return distort


def parsed(request: Request) -> Any:
    """The body as JSON; `NO_JSON` when it is none, or nests too deep to be read."""
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        return NO_JSON


NO_JSON: Any = object()


def values_in(request: Request) -> list[Any]:
    """The values of a JSON object in the body."""
    body = parsed(request)
    return list(body.values()) if isinstance(body, Mapping) else []


BODIES: dict[str, Callable[[Request], bool]] = {
    "malformed JSON": lambda request: bool(request.body) and parsed(request) is NO_JSON,
    "no body": lambda request: not request.body,
    "no object": lambda request: parsed(request) is not NO_JSON and not isinstance(parsed(request), Mapping),
    "required value missing": lambda request: parsed(request) == {},
    "value null": lambda request: None in values_in(request),
    "value a number": lambda request: any(isinstance(value, int | float) for value in values_in(request)),
    "value a list or object": lambda request: any(isinstance(value, list | Mapping) for value in values_in(request)),
    "another media type": lambda request: "json" not in request.headers.get("content-type", "json"),
    "a form": lambda request: "form-urlencoded" in request.headers.get("content-type", ""),
    "long value": lambda request: len(request.body) > LONG,
}


CRASHES: dict[str, Callable[[Request], bool]] = {
    "crash on a long path": lambda request: len(request.path) > LONG,
    "crash on bytes that are no text": lambda request: "%ff" in request.path.lower(),
    "crash on a null byte": lambda request: "%00" in request.path,
    "crash on OPTIONS": lambda request: request.method == "OPTIONS",
}


def crash_when(is_such: Callable[[Request], bool], _: Users) -> Distort:
    """Answer 500 to such requests."""
    return lambda request, forward: CRASH if is_such(request) else forward(request)


def refuse_charset(request: Request, forward: Forward) -> Reply:
    """Take a media type without parameters only."""
    is_refused = "charset" in request.headers.get("content-type", "")
    return UNSUPPORTED if is_refused else forward(request)


def admit(operation: Operation | None, is_such: Callable[[Request, Users], bool], users: Users) -> Distort:
    """Treat such requests as if the user had sent them."""

    def distort(request: Request, forward: Forward) -> Reply:
        applies = operation is None or request.operation == operation.id
        return forward(request.as_user(users.own) if applies and is_such(request, users) else request)

    return distort


def anonymous(request: Request, _: Users) -> bool:
    """Without credentials."""
    return "authorization" not in request.headers


def unknown_bearer(request: Request, users: Users) -> bool:
    """With an unknown token."""
    return request.token not in {"", users.own, users.other}


def of_another_scheme(request: Request, _: Users) -> bool:
    """With credentials of another scheme."""
    return request.headers.get("authorization", "").lower().startswith("basic ")


def empty_bearer(request: Request, _: Users) -> bool:
    """With the scheme alone."""
    return request.headers.get("authorization", "").strip().lower() == "bearer"


def beginning_with_own(request: Request, users: Users) -> bool:
    """With more behind the user's token."""
    return request.token != users.own and request.token.startswith(users.own)


def in_other_case(request: Request, users: Users) -> bool:
    """With the user's token in other letters."""
    return request.token != users.own and request.token.lower() == users.own.lower()


ADMITTED: dict[str, Callable[[Request, Users], bool]] = {
    "another scheme taken": of_another_scheme,
    "empty token taken": empty_bearer,
    "token with more behind it taken": beginning_with_own,
    "token in any case taken": in_other_case,
}
