"""Each distortion of the catalogue, between a client and a server that answers by the contract's examples."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from contract_tests.core.contract import Contract, Operation
from contract_tests.core.document import bundled
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


def _seen(operation: Operation, mutant: Distortion | None = None) -> list[tuple[object, ...]]:
    """For each request what reaches the server, and what the client receives."""
    distort = mutant.make(USERS) if mutant else None
    seen = []
    for request in _requests(operation):
        passed: list[object] = []

        def forward(request: Request, passed: list[object] = passed) -> Reply:
            passed.append(request)
            return _server(request)

        reply = distort(request, forward) if distort else forward(request)
        seen.append((*passed, reply))
    return seen


def _as_text(one: object) -> str:
    """A request or a reply in one line."""
    assert isinstance(one, Request | Reply)
    head = f"{one.method} {one.path[:60]}" if isinstance(one, Request) else str(one.status)
    headers = " ".join(f"{name}={value[:40]!r}" for name, value in sorted(one.headers.items()))
    is_packed = one.body.startswith(b"\x1f\x8b")
    body = b"compressed " + zlib.decompressobj(31).decompress(one.body)[:50] if is_packed else one.body
    return f"{head} {headers} {body[:1500]!r}"


def _difference(old: str, new: str) -> str:
    """What is written otherwise, with a little of what is around it."""
    first = next((place for place, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), 0)
    same = zip(reversed(old[first:]), reversed(new[first:]), strict=False)
    last = next((place for place, pair in enumerate(same) if pair[0] != pair[1]), min(len(old), len(new)) - first)
    begin = max(0, first - 20)
    return f"{old[begin : len(old) - last][:120]} -> {new[begin : len(new) - last][:120]}"


def _changes(plain: list[tuple[object, ...]], seen: list[tuple[object, ...]]) -> Iterator[str]:
    """The exchanges that a distortion changes, each in a line."""
    for was, now in zip(plain, seen, strict=True):
        if was != now:
            more = "".join(f"; {_as_text(extra)[:80]}" for extra in now[1:-1])
            pairs = [(was[0], now[0]), (was[-1], now[-1])] if len(now) > 1 else [(was[-1], now[-1])]
            told = [_difference(_as_text(old), _as_text(new)) for old, new in pairs if old != new]
            yield f"{_as_text(was[0])[:60]}: {'; '.join(told)}{more}"


@pytest.fixture(scope="module")
def catalogue() -> dict[str, list[str]]:
    """What each operator changes, by operator: its sites, and two exchanges at the first that shows any."""
    plain = {operation.id: _seen(operation) for operation in CONTRACT.operations}
    found: dict[str, list[str]] = {}
    for mutant in CATALOGUE:
        lines = found.setdefault(mutant.operator, ["at"])
        lines[0] += f" {mutant.site or 'all'}{mutant.detail and f'({mutant.detail})'}"
        operations = [CONTRACT.operation(mutant.site)] if mutant.site else CONTRACT.operations[:2]
        for operation in operations:
            changes = list(_changes(plain[operation.id], _seen(operation, mutant))) if len(lines) == 1 else []
            lines += [f"{len(changes)} exchanges of {operation.id}", changes[0], changes[-1]] if changes else []
    return found


def test_each_operator_changes_an_exchange(catalogue: dict[str, list[str]]) -> None:
    """At one of its sites at least; those that need records of a server, or raw bytes, show elsewhere."""
    assert {operator for operator, lines in catalogue.items() if len(lines) == 1} == NEED_A_SERVER


def test_each_operator_changes_what_it_says(catalogue: dict[str, list[str]]) -> None:
    """The sites and the changes of each are those that were read and approved."""
    text = "".join(f"{operator}\n" + "".join(f"  {line}\n" for line in lines) for operator, lines in catalogue.items())
    assert text == (Path(__file__).parent / "distortions.txt").read_text(encoding="utf-8")
