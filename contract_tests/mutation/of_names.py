"""Operators on how a record is found: by part of its name, by a name of another kind, though gone, though foreign."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from contract_tests.core.contract import Contract, Operation
from contract_tests.core.discovery import identifiers
from contract_tests.mutation.proxy import Distort, Forward, Reply, Request
from contract_tests.mutation.sites import Distortion, Users, example_of

Kind = tuple[str, bool]  # of a name: the first segment of its path, and whether it comes in a body
SHORT = 4  # characters: a shorter text is no name


@dataclass
class Memory:
    """What the answers have shown to each user, and which names have worked or were listed."""

    shown: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    valid: dict[tuple[str, Kind], set[str]] = field(default_factory=lambda: defaultdict(set))

    def learn(self, request: Request, reply: Reply) -> None:
        """Take in one exchange."""
        if reply.status == 200:
            self.shown[request.token] |= {text for text in texts(reply.json) if len(text) > SHORT}
            self.valid[request.token, kind_of(request)] |= {name_in(request)}
            self.valid[request.token, (kind_of(request)[0], False)] |= set(identifiers(reply.json, "id"))


def kind_of(request: Request) -> Kind:
    """Which names the request takes."""
    return request.path.split("/")[1].partition("?")[0], bool(request.body)


def name_in(request: Request) -> str:
    """The name by which the request wants a record: the last one in its path, else the first text in its body."""
    if request.values:
        return request.values[-1]
    try:
        return next(texts(json.loads(request.body)), "")
    except ValueError:
        return ""


def texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from texts(item)


def cut(request: Request, memory: Memory, _: Users) -> bool:
    """The beginning of a name."""
    name = name_in(request)
    return len(name) > SHORT and any(shown != name and shown.startswith(name) for shown in memory.shown[request.token])


def extended(request: Request, memory: Memory, _: Users) -> bool:
    """A name with more behind it."""
    name = name_in(request)
    return any(shown != name and name.startswith(shown) for shown in memory.shown[request.token])


def of_another_kind(request: Request, memory: Memory, _: Users) -> bool:
    """A text of the user's own records that never was a name here."""
    name = name_in(request)
    return name in memory.shown[request.token] and name not in memory.valid[request.token, kind_of(request)]


def gone(request: Request, memory: Memory, _: Users) -> bool:
    """The name of a record that was there before."""
    return name_in(request) in memory.valid[request.token, kind_of(request)]


def foreign(request: Request, memory: Memory, users: Users) -> bool:
    """A name that only the other user has been shown."""
    return name_in(request) in memory.shown[users.counterpart(request.token)] - memory.shown[request.token]


ACCEPTED: dict[str, Callable[[Request, Memory, Users], bool]] = {
    "name cut off accepted": cut,
    "name with more behind it accepted": extended,
    "name of another kind accepted": of_another_kind,
    "gone record still answers": gone,
}


def sites(contract: Contract) -> Iterator[Distortion]:
    """Every operator at each operation that looks up a record."""
    for operation in contract.operations:
        if "404" in operation.statuses:
            success = json.dumps(example_of(contract, operation)).encode()
            answer = partial(replace, status=200, body=success)
            for name, is_such in ACCEPTED.items():
                yield Distortion(name, operation.id, "", partial(instead, operation, is_such, answer))
            refuse = partial(replace, status=403)
            yield Distortion(
                "403 for other users' records", operation.id, "", partial(instead, operation, foreign, refuse)
            )


def instead(
    operation: Operation,
    is_such: Callable[[Request, Memory, Users], bool],
    change: Callable[[Reply], Reply],
    users: Users,
) -> Distort:
    """Change the 404 for such names."""
    memory = Memory()

    def distort(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        memory.learn(request, reply)
        wrong = request.operation == operation.id and reply.status == 404 and is_such(request, memory, users)
        return change(reply) if wrong else reply

    return distort
