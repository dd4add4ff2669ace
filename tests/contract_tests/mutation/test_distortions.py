"""Each distortion of the catalogue, between a client and a server that answers by the contract's examples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from contract_tests.core.contract import Contract, Operation, bundled
from contract_tests.mutation.distortion import distortions
from contract_tests.mutation.proxy import Reply, Request
from contract_tests.mutation.sites import Distortion, Users, example_of

LOST = "one of two writes at once lost"
CONTRACT = Contract.load(bundled())
CATALOGUE = [mutant for mutant in distortions(CONTRACT) if mutant.operator not in ("no answer in time", LOST)]
USERS = Users("red-token", "blue-token")
TOKENS = ("Bearer red-token", "Bearer blue-token", "Bearer", "Bearer nobody", "BEARER RED-TOKEN", "Basic red-token", "")
BODIES = (
    *({"fingerprint": value} for value in ("fp", "x" * 70_000, "a\0", 7, None, ["a"], {"a": 1})),
    *({}, [], 7, {"fingerprint": "fp", "more": 1}),
)
NEED_A_SERVER = {
    *("list in another order", "one answer behind", "gone record still answers", "403 for other users' records"),
    *("name cut off accepted", "name with more behind it accepted", "name of another kind accepted"),
    *("removed item still shown", "one of several removed items still shown", "removed item comes back"),
    *("crash on a long path", "crash on bytes that are no text", "crash on a null byte"),
    "token with more behind it taken",
}
RAW = (b"", b"{", b"\xff", b'{"fingerprint": "fp", "fingerprint": "fp"}')


def _requests(operation: Operation) -> Iterator[Request]:
    """With every token, and with good, odd and broken bodies."""
    values = ("dev-01",) if "{" in operation.path else ()
    path = operation.path.replace("{id}", "dev-01")
    base = Request(operation.method, path, {"content-type": "application/json"}, b"", operation.id, values)
    signed = replace(base, headers={**base.headers, "authorization": TOKENS[0]})
    for token in TOKENS:
        yield replace(base, headers={**base.headers, "authorization": token} if token else base.headers)
    for body in (*(json.dumps(body).encode() for body in BODIES), *RAW):
        yield replace(signed, body=body)
    for media in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-8"):
        yield replace(signed, headers={**signed.headers, "content-type": media}, body=b'{"fingerprint": "fp"}')
    for name in ("nobody", "dev-0", "dev-01x", "x" * 9000, "%00", "%FF", "7"):
        yield replace(signed, path=operation.path.replace("{id}", name), values=(name,) if values else ())
    yield from (replace(signed, method=method, operation="") for method in ("OPTIONS", "TRACE", "PATCH"))


def _server(request: Request) -> Reply:
    """A success for a good token and a name that it knows."""
    headers = {"content-type": "application/json", "www-authenticate": "Bearer", "allow": "GET"}
    if request.token not in (USERS.own, USERS.other):
        status = 401
    elif not request.operation:
        status = 405
    elif request.values and request.values[0] not in ("dev-01", "ses-01"):
        status = 404
    else:
        status = 200 if not request.body or b'"fp"' in request.body else 400
    example = example_of(CONTRACT, CONTRACT.operation(request.operation), status) if request.operation else {}
    return Reply(status, headers, json.dumps(example).encode())


def _seen(operation: Operation, mutant: Distortion | None = None) -> list[object]:
    """What reaches the server, and what the client receives."""
    seen: list[object] = []

    def forward(request: Request) -> Reply:
        seen.append(request)
        return _server(request)

    distort = mutant.make(USERS) if mutant else None
    for request in _requests(operation):
        reply = distort(request, forward) if distort else forward(request)
        seen.append(reply)
    return seen


def test_each_operator_changes_an_exchange() -> None:
    """At one of its sites at least; those that need records of a server, or raw bytes, show elsewhere."""
    plain = {operation.id: _seen(operation) for operation in CONTRACT.operations}
    shown = set()
    for mutant in CATALOGUE:
        operations = [CONTRACT.operation(mutant.site)] if mutant.site else CONTRACT.operations[:2]
        if any(_seen(operation, mutant) != plain[operation.id] for operation in operations):
            shown.add(mutant.operator)
    assert {mutant.operator for mutant in CATALOGUE} - shown == NEED_A_SERVER
